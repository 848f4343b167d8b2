"""Read the folders `rules/` and `seeds/` into models, collecting every fault of every file before refusing.

Layout (DESIGN §6): `vocabulary/`, `parameters/`, `<topic>/<rule>.yaml` with `<rule>.examples.yaml` beside it,
`national/<iso2>/` for a country's overlay, and one file per UN document in `seeds/`. Nothing is half-loaded: either
all files are sound or `RulebookRefusedError` lists what is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from nrm.errors import Problem
from nrm.rulebook.catalogue import Catalogue, CommitmentsFile
from nrm.rulebook.files import ExampleFile, Files, ParameterFile, RuleFile
from nrm.rulebook.read_vocabulary import read_vocabulary
from nrm.rulebook.reading import Reading, shown
from nrm.rulebook.rule import Example, Parameter, Rule
from nrm.rulebook.wording import LANGUAGES, Code

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nrm.textfile import Document

NOT_TOPICS: Final = frozenset({"vocabulary", "parameters", "guarantees", "national", "locale", "consent", "directory"})
EXAMPLES: Final = ".examples.yaml"

_NOT_READ_YET: Final = frozenset({"guarantees", "consent", "directory"})
_LOOKS_LIKE_OURS: Final = frozenset({".yaml", ".yml", ".json"})


def read_files(rules: Path, seeds: Path) -> Files:
    """Read all of `rules` and `seeds`.

    Raises:
        RulebookRefusedError: any file is missing, broken or not of its form; all faults are listed.
        UnknownNameError: there is no such folder.
    """
    reading = Reading(rules, seeds)
    vocabulary, documents = read_vocabulary(reading)
    catalogue, commitments = _catalogue(reading)
    files = Files(
        vocabulary=vocabulary,
        vocabulary_documents=documents,
        phrases=_phrases(reading),
        parameters=tuple(_parameters(reading)),
        rules=tuple(_rules(reading)),
        catalogue=catalogue,
        commitments_documents=commitments,
        documents=reading.documents,
    )
    _refuse_unread(reading)
    reading.refuse()
    return files


def read_examples(rules: Path) -> tuple[ExampleFile, ...]:
    """Read the example files beside the rules.

    Raises:
        RulebookRefusedError: an example file is broken or not of its form; all faults are listed.
        UnknownNameError: there is no such folder.
    """
    reading = Reading(rules, rules)
    examples = tuple(_examples(reading))
    reading.refuse()
    return examples


def _refuse_unread(reading: Reading) -> None:
    # INVARIANT (no rule is lost silently): a file with a slip in its name or place is refused, not passed over.
    examples = {path for path, _, _ in _rule_paths(reading.rules) if path.name.endswith(EXAMPLES)}
    for path in sorted(reading.rules.rglob("*")):
        inside = path.relative_to(reading.rules)
        aside = inside.parts[0] in _NOT_READ_YET or any(part.startswith(".") for part in inside.parts)
        if path.suffix.lower() in _LOOKS_LIKE_OURS and not aside and path not in reading.seen | examples:
            todo = "a rule stands in `<topic>/<rule>.yaml` or `national/<country>/<rule>.yaml`"
            reading.problems.append(Problem(shown(path, reading.rules), 0, "nothing reads this file", todo))


def _phrases(reading: Reading) -> dict[str, dict[str, str]]:
    phrases: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        read = reading.parsed(reading.rules / "locale" / f"{language}.yaml", dict[Code, str])
        phrases[language] = read[0] if read else {}
    return phrases


def _parameters(reading: Reading) -> Iterator[ParameterFile]:
    for country, folder in _folders(reading.rules):
        for path in sorted((folder / "parameters").glob("*.yaml")):
            read = reading.parsed(path, Parameter)
            if read:
                _named_like_file(reading, read[0].parameter, path, read[1])
                yield ParameterFile(read[0], read[1], country)


def _rules(reading: Reading) -> Iterator[RuleFile]:
    for path, topic, country in _rule_paths(reading.rules):
        if path.name.endswith(EXAMPLES):
            continue
        read = reading.parsed(path, Rule)
        if read:
            _named_like_file(reading, read[0].rule, path, read[1])
            yield RuleFile(read[0], read[1], topic, country)


def _examples(reading: Reading) -> Iterator[ExampleFile]:
    for path, _topic, country in _rule_paths(reading.rules):
        if not path.name.endswith(EXAMPLES):
            continue
        read = reading.parsed(path, tuple[Example, ...])
        if read:
            yield ExampleFile(path.name.removesuffix(EXAMPLES), country, read[0], read[1])


def _named_like_file(reading: Reading, name: str, path: Path, document: Document) -> None:
    if path.stem != name:
        what = f"the file is named `{path.stem}` and holds `{name}`"
        reading.problems.append(document.problem((), what, "give both the same name"))


def _folders(rules: Path) -> Iterator[tuple[str | None, Path]]:
    yield None, rules
    national = rules / "national"
    if national.is_dir():
        yield from ((folder.name, folder) for folder in sorted(national.iterdir()) if folder.is_dir())


def _rule_paths(rules: Path) -> Iterator[tuple[Path, str, str | None]]:
    for folder in sorted(rules.iterdir()):
        if folder.is_dir() and folder.name not in NOT_TOPICS and not folder.name.startswith("."):
            for path in sorted(folder.glob("*.yaml")):
                yield path, folder.name, None
    for country, folder in _folders(rules):
        if country is not None:
            for path in sorted(folder.glob("*.yaml")):
                yield path, f"national/{country}", country


def _catalogue(reading: Reading) -> tuple[Catalogue, dict[str, Document]]:
    documents: list[CommitmentsFile] = []
    places: dict[str, Document] = {}
    commitments: dict[str, Any] = {}
    for path in sorted(reading.seeds.glob("*.yaml")):
        read = reading.parsed(path, CommitmentsFile, reading.seeds)
        if not read:
            continue
        file, document = read
        documents.append(file)
        for index, commitment in enumerate(file.commitments):
            source = f"{file.document} {commitment.paragraph}"
            if source in commitments:
                what = f"`{source}` is in the catalogue twice"
                reading.problems.append(document.problem(("commitments", index), what, "keep one entry"))
            commitments[source] = commitment
            places[source] = document
    return Catalogue(tuple(documents), commitments), places
