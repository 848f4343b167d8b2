"""Read the guarantees that stand in `rules/guarantees/`, and refuse what does not fit the vocabulary or itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rfc8785

from nrm.errors import FileRefusedError, Problem, RulebookRefusedError, nearest
from nrm.models import parse
from nrm.proof.guarantee import GuaranteeFile
from nrm.proof.rising import goes_up
from nrm.rulebook.dates import faulty_order
from nrm.rulebook.lint_conditions import ConditionLint
from nrm.rulebook.vocabulary import ChoiceFact
from nrm.textfile import Document, read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nrm.proof.guarantee import Among, GuaranteeVersion, OnlyAdds, ReadsOnly
    from nrm.rulebook.files import Files
    from nrm.rulebook.rule import Condition
    from nrm.textfile import Place

FOLDER = "guarantees"


@dataclass(frozen=True)
class Guarantee:
    """One guarantee and where it was read."""

    file: GuaranteeFile
    document: Document


def read_guarantees(rules: Path, files: Files) -> tuple[Guarantee, ...]:
    """Read all guarantees of the folder `rules`.

    Raises:
        RulebookRefusedError: a broken file, a word that does not exist, a guarantee against itself; all are listed.
    """
    problems: list[Problem] = []
    found: list[Guarantee] = []
    for path in sorted((rules / FOLDER).glob("*.yaml")):
        try:
            document = read_file(path, shown_as=f"{rules.name}/{FOLDER}/{path.name}")
        except FileRefusedError as refused:
            problems.extend(refused.problems)
            continue
        model: GuaranteeFile | None = parse(document, GuaranteeFile, problems)
        if model is not None:
            guarantee = Guarantee(model, document)
            problems.extend(_problems(guarantee, path, files))
            found.append(guarantee)
    if problems:
        raise RulebookRefusedError(problems)
    return tuple(found)


def guarantee_digest(guarantee: Guarantee) -> str:
    """Return the SHA-256 of the canonical form of a guarantee."""
    plain = guarantee.file.model_dump(mode="json", by_alias=True, exclude_none=True)
    return hashlib.sha256(rfc8785.dumps(plain)).hexdigest()


class _ScopeLint(ConditionLint):
    """Conditions that say of whom a guarantee speaks: leaving unknown out is a choice, not a silence."""

    def unsettled(self, condition: Condition, name: str, at: Place, *, named: bool) -> Iterator[Problem]:
        if condition.when_unknown is not None or condition.reason is not None:
            todo = "take it out: `unknown` is listed" if named else "take it out, and list the values that are meant"
            yield self.document.problem(at, f"a guarantee needs no `when_unknown` for `{name}`", todo)


def _problems(guarantee: Guarantee, path: Path, files: Files) -> Iterator[Problem]:
    model, document = guarantee.file, guarantee.document
    if path.stem != model.guarantee:
        what = f"the file is named `{path.stem}` and holds `{model.guarantee}`"
        yield document.problem((), what, "give both the same name")
    for index, source in enumerate(model.sources):
        if source not in files.catalogue.commitments:
            todo = nearest(source, files.catalogue.commitments)
            yield document.problem(("sources", index), f"`{source}` is not in the catalogue of commitments", todo)
    for index in faulty_order(model.versions):
        begins = model.versions[index].from_.isoformat()
        what = f"the version from `{begins}` overlaps the one above it"
        yield document.problem(("versions", index, "from"), what, "give each version a later date than the last")
    for number, version in enumerate(model.versions):
        yield from _WordLint(files, document, ("versions", number)).problems(version)


class _WordLint:
    """Checks the words of one version of one guarantee."""

    def __init__(self, files: Files, document: Document, at: Place) -> None:
        self.files = files
        self.words = files.vocabulary
        self.document = document
        self.at = at

    def problems(self, version: GuaranteeVersion) -> Iterator[Problem]:
        """Yield every word that does not exist and every contradiction."""
        if version.always is not None:
            yield from self._scope(version.always.when, "always")
            yield from self._outcomes(version.always.outcomes, "always")
        if version.never is not None:
            yield from self._scope(version.never.when, "never")
            yield from self._outcomes(version.never.outcomes, "never")
            yield from self._known(version.never.to, self.words.recipients, "a recipient", "never")
        if version.never_depends_on is not None:
            form = version.never_depends_on
            yield from self._scope(form.when, "never_depends_on")
            yield from self._known(form.facts, self.words.facts, "a fact", "never_depends_on")
            yield from self._among(form.among, "never_depends_on")
            asked = {c.fact for outer in form.when for c in (outer.any_ or (outer,)) if c.fact}
            for fact in sorted(asked & set(form.facts)):
                what = f"it speaks only of some values of `{fact}`, and says that nothing depends on it"
                yield self._problem("never_depends_on", what, "take the fact out of one of the two")
        if version.only_adds is not None:
            yield from self._only_adds(version.only_adds)
        if version.reads_only is not None:
            yield from self._reads_only(version.reads_only)
        if version.reachable is not None:
            names = {*self.words.all_outcome_codes(), *(file.rule.rule for file in self.files.rules)}
            yield from self._known(version.reachable.unless, names, "an outcome or rule", "reachable")

    def _only_adds(self, form: OnlyAdds) -> Iterator[Problem]:
        yield from self._known((*form.facts, *form.unless), self.words.facts, "a fact", "only_adds")
        yield from self._among(form.among, "only_adds")
        for name in form.facts:
            if name in self.words.facts and not goes_up(self.words.facts[name]):
                todo = "name observed codes, a fact of yes, no and unknown, or give it `rises` in the vocabulary"
                yield self._problem("only_adds", f"the values of `{name}` do not go from less to more", todo)
        for name in form.unless:
            if name in self.words.facts and (name in form.facts or self.words.facts[name].nature not in form.natures):
                what = f"`{name}` is left out, and is not of the natures of which it speaks"
                yield self._problem("only_adds", what, "take it out of `unless`")

    def _reads_only(self, form: ReadsOnly) -> Iterator[Problem]:
        yield from self._known(form.lists, self.words.recipients, "a recipient", "reads_only")
        for listed in form.lists.values():
            if isinstance(listed, dict):
                yield from self._known(listed, self.words.purposes, "a purpose", "reads_only")

    def _problem(self, form: str, what: str, todo: str) -> Problem:
        return self.document.problem((*self.at, form), what, todo)

    def _scope(self, when: tuple[Condition, ...], form: str) -> Iterator[Problem]:
        lint = _ScopeLint(self.files, self.document, gives_protection=False)
        yield from lint.conditions(when, (*self.at, form, "when"))
        left: dict[str, set[str]] = {}
        for number, condition in enumerate(when):
            fact = self.words.facts.get(condition.fact or "")
            if condition.fact is None or not isinstance(fact, ChoiceFact):
                continue
            values = set(condition.is_ or ()) or set(fact.values) - set(condition.is_not or ())
            before = left.setdefault(condition.fact, set(fact.values))
            values &= set(fact.values)  # a word that does not exist has been told already
            if before and values and not before & values:
                at = (*self.at, form, "when", number)
                what = f"no value of `{condition.fact}` fits this condition and those above it"
                yield self.document.problem(at, what, "it would speak of nobody: take one of them out")
            before &= values

    def _outcomes(self, codes: Iterable[str], form: str) -> Iterator[Problem]:
        yield from self._known(codes, self.words.all_outcome_codes(), "an outcome", form)

    def _among(self, among: Among, form: str) -> Iterator[Problem]:
        yield from self._outcomes((*among.codes, *among.except_), form)

    def _known(self, words: Iterable[str], valid: Iterable[str], kind: str, form: str) -> Iterator[Problem]:
        for word in words:
            if word not in valid:
                yield self._problem(form, f"`{word}` is not {kind} of the vocabulary", nearest(word, valid))
