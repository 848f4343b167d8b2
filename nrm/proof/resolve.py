"""From guarantee files to claims about one rulebook on one date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nrm.engine.program import compile_rulebook
from nrm.proof.claims import AlwaysClaim, GrowthClaim, IndependenceClaim, ListClaim, NeverClaim, ReachableClaim
from nrm.proof.guarantee import Always, Never, NeverDependsOn, OnlyAdds, ReadsOnly
from nrm.proof.rising import goes_up, order_of
from nrm.rulebook.dates import in_force
from nrm.rulebook.resolve import clause_of, parameters_on
from nrm.rulebook.vocabulary import OUTCOME_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from nrm.engine.program import Program, Slot
    from nrm.proof.claims import Claim, Clauses
    from nrm.proof.files import Guarantee
    from nrm.proof.guarantee import Among, GuaranteeVersion
    from nrm.rulebook.book import Rulebook, Within
    from nrm.rulebook.files import Files
    from nrm.rulebook.rule import Condition


@dataclass(frozen=True)
class Resolved:
    """One guarantee in force, with the claim that it makes of the rulebook."""

    guarantee: Guarantee
    version: GuaranteeVersion
    claim: Claim


@dataclass(frozen=True)
class Theory:
    """A rulebook compiled together with the questions that its guarantees ask, and the claims that they make."""

    program: Program
    resolved: tuple[Resolved, ...]
    parameters: Mapping[str, Within]
    elsewhere: frozenset[str]

    def claim_of(self, version: GuaranteeVersion, altered: Program) -> Claim:
        """Return what one version of a guarantee claims of `altered`, which has the bits of `program`."""
        return _Resolver(altered, self.parameters, self.elsewhere).claim(version)


def theory_on(guarantees: Iterable[Guarantee], files: Files, rulebook: Rulebook, on: date) -> Theory:
    """Return the claims of all guarantees in force on `on` for `rulebook`.

    The facts of which a guarantee speaks are part of the program also when no rule reads them: otherwise a condition on
    such a fact would hold of nobody, and the guarantee of everybody.
    """
    parameters = parameters_on(files, on, rulebook.country)
    in_use = [(guarantee, in_force(guarantee.file.versions, on)) for guarantee in guarantees]
    versions = [(guarantee, version) for guarantee, version in in_use if version is not None and not version.repealed]
    asked = [clause_of(c, rulebook.vocabulary, parameters) for _, version in versions for c in _conditions(version)]
    resolver = _Resolver(compile_rulebook(rulebook, asked), parameters, _elsewhere(files, rulebook.country, on))
    resolved = tuple(Resolved(guarantee, version, resolver.claim(version)) for guarantee, version in versions)
    return Theory(resolver.program, resolved, parameters, resolver.elsewhere)


def _elsewhere(files: Files, country: str | None, on: date) -> frozenset[str]:
    """Return the outcomes that the overlay of another country gives on `on`, or that some version will give later."""
    versions = [
        version
        for file in files.rules
        for version in file.rule.versions
        if version.from_ > on or (file.country not in {None, country} and version is in_force(file.rule.versions, on))
    ]
    codes = (getattr(gives, kind) for version in versions for gives in version.then or () for kind in OUTCOME_KINDS)
    return frozenset(code for code in codes if code is not None)


def _conditions(version: GuaranteeVersion) -> tuple[Condition, ...]:
    return getattr(version.form, "when", ())


class _Resolver:
    def __init__(self, program: Program, parameters: Mapping[str, Within], elsewhere: frozenset[str]) -> None:
        self.program = program
        self.words = program.rulebook.vocabulary
        self.parameters = parameters
        self.elsewhere = elsewhere

    def claim(self, version: GuaranteeVersion) -> Claim:
        form = version.form
        if isinstance(form, Always):
            return AlwaysClaim(self._clauses(form.when), form.outcomes)
        if isinstance(form, Never):
            return NeverClaim(self._clauses(form.when), (*form.outcomes, *self._disclosing(form)))
        if isinstance(form, NeverDependsOn):
            return IndependenceClaim(frozenset(form.facts), self._clauses(form.when), self._slots(form.among))
        if isinstance(form, OnlyAdds):
            return self._growth(form)
        if isinstance(form, ReadsOnly):
            return ListClaim(tuple(self._outside(form)))
        if form is None:  # a repeal has no form, and is never asked for its claim
            raise AssertionError(version)
        return ReachableClaim(frozenset(form.checks), frozenset(form.unless), self.elsewhere)

    def _clauses(self, when: Iterable[Condition]) -> Clauses:
        return tuple(self.program.atoms_of(clause_of(condition, self.words, self.parameters)) for condition in when)

    def _slots(self, among: Among) -> tuple[Slot, ...]:
        return tuple(
            slot
            for slot in self.program.slots
            if slot[1] in among.codes or (slot[0] in among.kinds and slot[1] not in among.except_)
        )

    def _disclosing(self, never: Never) -> Iterable[str]:
        for code, disclosure in self.words.disclosures.items():
            reaches = disclosure.recipient in never.to
            carries = bool(set(disclosure.groups) & set(never.carrying)) and disclosure.basis not in never.unless_on
            if reaches or carries:
                yield code

    def _growth(self, form: OnlyAdds) -> GrowthClaim:
        rising: dict[str, tuple[str, ...]] = {}
        unordered: list[str] = []
        asked_by_rules = {fact for step in self.program.steps for clause in step.clauses for fact, _ in clause}
        for name in self.program.facts_read:
            fact = self.words.facts[name]
            if name in form.unless or (name not in form.facts and fact.nature not in form.natures):
                continue
            if goes_up(fact):
                rising[name] = order_of(self.program, name)
            elif name in asked_by_rules:
                unordered.append(name)
        return GrowthClaim(rising, self._slots(form.among), tuple(unordered))

    def _outside(self, form: ReadsOnly) -> Iterable[str]:
        given = {code for kind, code, _ in self.program.slots if kind == "disclosure"}
        for code in sorted(given):
            disclosure = self.words.disclosures[code]
            recipient, purpose = disclosure.recipient, disclosure.purpose
            to = f"to `{recipient}` for `{purpose}`" if form.by_purpose(recipient) else f"to `{recipient}`"
            for group in disclosure.groups:
                if group not in form.allowed(recipient, purpose):
                    yield f"`{code}` carries `{group}` {to}, whose list does not have it"
