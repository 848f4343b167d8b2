"""Read the folders `rules/` and `seeds/` into models, collecting every fault of every file before refusing.

Layout (DESIGN §6): `vocabulary/`, `parameters/`, `<topic>/<rule>.yaml` with `<rule>.examples.yaml` beside it,
`national/<iso2>/` for a country's overlay, and one file per UN document in `seeds/`. Nothing is half-loaded: either
all files are sound or `RulebookRefusedError` lists what is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nrm.errors import FileRefusedError, Problem, RulebookRefusedError, UnknownNameError, nearest
from nrm.models import parse
from nrm.rulebook.book import FINDING
from nrm.rulebook.catalogue import Catalogue, CommitmentsFile
from nrm.rulebook.rule import Example, Parameter, Rule
from nrm.rulebook.vocabulary import Bar, Disclosure, Fact, Named, Outcome, Value, Vocabulary
from nrm.rulebook.wording import LANGUAGES, Code
from nrm.textfile import Document, read_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NOT_TOPICS = frozenset({"vocabulary", "parameters", "guarantees", "national", "locale", "consent", "directory"})
EXAMPLES = ".examples.yaml"
COMMON_VALUES = frozenset({"yes", "no", "unknown"})

_NOT_READ_YET = frozenset({"guarantees", "consent", "directory"})
_LOOKS_LIKE_OURS = frozenset({".yaml", ".yml", ".json"})
_STAND_IN = {"label": dict.fromkeys(LANGUAGES, "…")}
"""The label of a common value while `common.yaml` is broken, so that one fault is not told once for each fact."""

_NAMED_FILES = ("roles", "recipients", "purposes", "groups")
_OUTCOME_FILES: dict[str, type[Outcome]] = {
    "findings": Outcome,
    "offers": Outcome,
    "duties": Outcome,
    "bars": Bar,
    "disclosures": Disclosure,
}


@dataclass(frozen=True)
class RuleFile:
    """One rule, where it was read, its topic, and the country whose overlay it belongs to (None for the base)."""

    rule: Rule
    document: Document
    topic: str
    country: str | None


@dataclass(frozen=True)
class ParameterFile:
    """One parameter, where it was read, and the country that sets it (None for the base)."""

    parameter: Parameter
    document: Document
    country: str | None


@dataclass(frozen=True)
class ExampleFile:
    """The examples beside one rule."""

    rule: str
    country: str | None
    examples: tuple[Example, ...]
    document: Document


@dataclass(frozen=True)
class Files:
    """Everything that was read, before it is linted as a whole."""

    vocabulary: Vocabulary
    vocabulary_documents: Mapping[str, Document]
    phrases: Mapping[str, Mapping[str, str]]
    parameters: tuple[ParameterFile, ...]
    rules: tuple[RuleFile, ...]
    catalogue: Catalogue
    commitments_documents: Mapping[str, Document] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    """All documents of `rules/` by their place in it, such as `locale/fr.yaml`."""

    def countries(self) -> tuple[str, ...]:
        """Return the countries that have an overlay."""
        rules = {file.country for file in self.rules if file.country}
        parameters = {file.country for file in self.parameters if file.country}
        return tuple(sorted(rules | parameters))


def read_files(rules: Path, seeds: Path) -> Files:
    """Read all of `rules` and `seeds`.

    Raises:
        RulebookRefusedError: any file is missing, broken or not of its form; all faults are listed.
        UnknownNameError: there is no such folder.
    """
    reader = _Reader(rules, seeds)
    files = reader.read()
    if reader.problems:
        raise RulebookRefusedError(reader.problems)
    return files


def read_examples(rules: Path) -> tuple[ExampleFile, ...]:
    """Read the example files beside the rules.

    Raises:
        RulebookRefusedError: an example file is broken or not of its form; all faults are listed.
        UnknownNameError: there is no such folder.
    """
    reader = _Reader(rules, rules)
    reader.check_folders()
    examples = tuple(reader.read_examples())
    if reader.problems:
        raise RulebookRefusedError(reader.problems)
    return examples


class _Reader:
    def __init__(self, rules: Path, seeds: Path) -> None:
        self.rules = rules
        self.seeds = seeds
        self.problems: list[Problem] = []
        self._seen: set[Path] = set()
        self._documents: dict[str, Document] = {}

    def check_folders(self) -> None:
        for folder in (self.rules, self.seeds):
            if not folder.is_dir():
                todo = "name the folder with --rules and --seeds, or NRM_RULES and NRM_SEEDS"
                raise UnknownNameError(Problem(str(folder), 0, "there is no such folder", todo))

    def read(self) -> Files:
        self.check_folders()
        vocabulary, documents = self._vocabulary()
        catalogue, commitments = self._catalogue()
        files = Files(
            vocabulary=vocabulary,
            vocabulary_documents=documents,
            phrases=self._phrases(),
            parameters=tuple(self._parameters()),
            rules=tuple(self._rule_files()),
            catalogue=catalogue,
            commitments_documents=commitments,
            documents=self._documents,
        )
        self._refuse_unread()
        return files

    def _refuse_unread(self) -> None:
        # INVARIANT (no rule is lost silently): a file with a slip in its name or place is refused, not passed over.
        examples = {path for path, _, _ in self._rule_paths() if path.name.endswith(EXAMPLES)}
        for path in sorted(self.rules.rglob("*")):
            inside = path.relative_to(self.rules)
            aside = inside.parts[0] in _NOT_READ_YET or any(part.startswith(".") for part in inside.parts)
            if path.suffix.lower() in _LOOKS_LIKE_OURS and not aside and path not in self._seen | examples:
                todo = "a rule stands in `<topic>/<rule>.yaml` or `national/<country>/<rule>.yaml`"
                self.problems.append(Problem(self._shown(path, self.rules), 0, "nothing reads this file", todo))

    @staticmethod
    def _shown(path: Path, base: Path) -> str:
        return f"{base.name}/{path.relative_to(base).as_posix()}"

    def _document(self, path: Path, root: Path | None = None) -> Document | None:
        self._seen.add(path)
        base = root or self.rules
        try:
            document = read_file(path, shown_as=self._shown(path, base))
        except FileRefusedError as refused:
            self.problems.extend(refused.problems)
            return None
        if base == self.rules:
            self._documents[path.relative_to(base).as_posix()] = document
        return document

    def _parsed(self, path: Path, kind: Any, root: Path | None = None) -> tuple[Any, Document] | None:  # noqa: ANN401
        document = self._document(path, root)
        if document is None:
            return None
        model = parse(document, kind, self.problems)
        return None if model is None else (model, document)

    def _vocabulary(self) -> tuple[Vocabulary, dict[str, Document]]:
        folder = self.rules / "vocabulary"
        documents: dict[str, Document] = {}
        common = self._parsed(folder / "common.yaml", dict[Code, Value])
        shared: dict[str, Any] = dict.fromkeys(COMMON_VALUES, _STAND_IN)
        if common and isinstance(common[1].data, dict):
            shared = common[1].data
        facts: dict[str, Any] = {}
        fact_documents: dict[str, Document] = {}  # a fact and an outcome may share a word: rules say which they mean
        for path in sorted((folder / "facts").glob("*.yaml")):
            document = self._document(path)
            if document is None:
                continue
            _fill_common_values(document, shared)
            read = parse(document, dict[Code, Fact], self.problems)
            self._merge(facts, read or {}, document, fact_documents)
            if FINDING in facts:
                what = f"`{FINDING}` cannot be the name of a fact"
                self.problems.append(document.problem((FINDING,), what, "rename it"))
        words: dict[str, dict[str, Any]] = {}
        for name, kind in _OUTCOME_FILES.items():
            words[name] = self._words(folder / "outcomes" / f"{name}.yaml", kind, documents)
        for name in _NAMED_FILES:
            words[name] = self._words(folder / f"{name}.yaml", Named, {})
        return Vocabulary(facts=facts, **words), documents

    def _words(self, path: Path, kind: type[Named], documents: dict[str, Document]) -> dict[str, Any]:
        read = self._parsed(path, dict[Code, kind])  # type: ignore[valid-type]
        words: dict[str, Any] = {}
        if read:
            self._merge(words, read[0], read[1], documents)
        return words

    def _merge(
        self, into: dict[str, Any], words: dict[str, Any], document: Document, documents: dict[str, Document]
    ) -> None:
        for code, word in words.items():
            if code in documents:
                first = documents[code].file
                self.problems.append(document.problem((code,), f"`{code}` is already in {first}", "rename one"))
            into[code] = word
            documents[code] = document

    def _phrases(self) -> dict[str, dict[str, str]]:
        phrases: dict[str, dict[str, str]] = {}
        for language in LANGUAGES:
            read = self._parsed(self.rules / "locale" / f"{language}.yaml", dict[Code, str])
            phrases[language] = read[0] if read else {}
        return phrases

    def _parameters(self) -> Iterator[ParameterFile]:
        for country, folder in self._folders():
            for path in sorted((folder / "parameters").glob("*.yaml")):
                read = self._parsed(path, Parameter)
                if read:
                    self._named_like_file(read[0].parameter, path, read[1])
                    yield ParameterFile(read[0], read[1], country)

    def _rule_files(self) -> Iterator[RuleFile]:
        for path, topic, country in self._rule_paths():
            if path.name.endswith(EXAMPLES):
                continue
            read = self._parsed(path, Rule)
            if read:
                self._named_like_file(read[0].rule, path, read[1])
                yield RuleFile(read[0], read[1], topic, country)

    def read_examples(self) -> Iterator[ExampleFile]:
        for path, _topic, country in self._rule_paths():
            if not path.name.endswith(EXAMPLES):
                continue
            read = self._parsed(path, tuple[Example, ...])
            if read:
                yield ExampleFile(path.name.removesuffix(EXAMPLES), country, read[0], read[1])

    def _named_like_file(self, name: str, path: Path, document: Document) -> None:
        if path.stem != name:
            what = f"the file is named `{path.stem}` and holds `{name}`"
            self.problems.append(document.problem((), what, "give both the same name"))

    def _folders(self) -> Iterator[tuple[str | None, Path]]:
        yield None, self.rules
        national = self.rules / "national"
        if national.is_dir():
            yield from ((folder.name, folder) for folder in sorted(national.iterdir()) if folder.is_dir())

    def _rule_paths(self) -> Iterator[tuple[Path, str, str | None]]:
        for folder in sorted(self.rules.iterdir()):
            if folder.is_dir() and folder.name not in NOT_TOPICS and not folder.name.startswith("."):
                for path in sorted(folder.glob("*.yaml")):
                    yield path, folder.name, None
        for country, folder in self._folders():
            if country is not None:
                for path in sorted(folder.glob("*.yaml")):
                    yield path, f"national/{country}", country

    def _catalogue(self) -> tuple[Catalogue, dict[str, Document]]:
        documents: list[CommitmentsFile] = []
        places: dict[str, Document] = {}
        commitments: dict[str, Any] = {}
        for path in sorted(self.seeds.glob("*.yaml")):
            read = self._parsed(path, CommitmentsFile, self.seeds)
            if not read:
                continue
            file, document = read
            documents.append(file)
            for index, commitment in enumerate(file.commitments):
                source = f"{file.document} {commitment.paragraph}"
                if source in commitments:
                    what = f"`{source}` is in the catalogue twice"
                    self.problems.append(document.problem(("commitments", index), what, "keep one entry"))
                commitments[source] = commitment
                places[source] = document
        return Catalogue(tuple(documents), commitments), places


def _fill_common_values(document: Document, shared: Mapping[str, Any]) -> None:
    """Give `yes: {}`, `no: {}` and `unknown: {}` the labels that all facts share."""
    if not isinstance(document.data, dict):
        return
    for fact in document.data.values():
        values = fact.get("values") if isinstance(fact, dict) else None
        if isinstance(values, dict):
            for code, value in values.items():
                if code in COMMON_VALUES and code in shared and isinstance(value, dict):
                    values[code] = {**shared[code], **value}


def known_country(files: Files, country: str | None) -> None:
    """Refuse a country that has no overlay.

    Raises:
        UnknownNameError: `country` is neither None nor the name of a folder in `rules/national/`.
    """
    if country is not None and country not in files.countries():
        todo = nearest(country, files.countries())
        raise UnknownNameError(Problem("country", 0, f"there is no overlay for `{country}`", todo))
