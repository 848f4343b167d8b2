"""Does anything notice a mutant? First the examples are asked, then the guarantees that it can touch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nrm.proof import SECONDS
from nrm.proof.altered import altered_program, touched
from nrm.proof.claims import AlwaysClaim, GrowthClaim, IndependenceClaim, ListClaim, NeverClaim, ReachableClaim
from nrm.proof.formula import CaseFormula
from nrm.proof.question import Questions
from nrm.proof.resolve import theory_on
from nrm.proof.sample import failing, samples
from nrm.rulebook.book import FINDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from nrm.engine.program import Program
    from nrm.proof.claims import Claim
    from nrm.proof.files import Guarantee
    from nrm.proof.mutants import Mutant
    from nrm.rulebook.book import BookRule, Rulebook
    from nrm.rulebook.files import ExampleFile, Files

Killer = Literal["example", "guarantee", "nothing"]


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: what killed it, and the example or guarantee by name.

    Of a survivor `same` says that the solver proved it to change no line of any plan.
    """

    mutant: Mutant
    killer: Killer
    by: str = ""
    same: bool = False

    @property
    def survived(self) -> bool:
        """Say whether nothing noticed the mutant."""
        return self.killer == "nothing"


class Gauntlet:
    """The examples and guarantees of one rulebook, compiled once, through which every mutant is sent."""

    def __init__(
        self,
        files: Files,
        rulebook: Rulebook,
        on: date,
        examples: Iterable[ExampleFile],
        guarantees: Iterable[Guarantee],
        seconds: int = SECONDS,
    ) -> None:
        self._theory = theory_on(guarantees, files, rulebook, on)
        self._seconds = seconds
        self.program: Program = self._theory.program
        self.samples = samples(self.program, files, examples, on)

    def fate(self, mutant: Mutant) -> Fate:
        """Send one mutant through examples and guarantees."""
        sample = failing(self.program, self.samples, mutant)
        if sample is not None:
            return Fate(mutant, "example", f"{sample.rule}: {sample.example.example}")
        altered = altered_program(self.program, mutant)
        questions = Questions(altered, self._seconds)
        for name, claim in self._claims(altered, mutant):
            if questions.refutes(claim):
                return Fate(mutant, "guarantee", name)
        same = mutant.before is not None and questions.same_plans(self._sound, self._touched(mutant.before))
        return Fate(mutant, "nothing", same=same)

    @cached_property
    def _sound(self) -> CaseFormula:
        return CaseFormula(self.program, "sound")

    def _touched(self, rule: BookRule) -> frozenset[str]:
        return touched(self.program, rule)

    def _claims(self, altered: Program, mutant: Mutant) -> Iterator[tuple[str, Claim]]:
        """Yield the claims that the mutant can make false, the cheapest first."""
        if mutant.before is None:
            for one in self._theory.resolved:
                claim = self._theory.claim_of(one.version, altered)
                if claim != one.claim:
                    yield one.guarantee.file.guarantee, claim
            return
        codes = self._touched(mutant.before)
        found = []
        for place, one in enumerate(self._theory.resolved):
            price = _price(one.claim, codes, {addition.code for addition in mutant.before.then})
            if price is not None:
                found.append((price, place, one.guarantee.file.guarantee, one.claim))
        for _, _, name, claim in sorted(found, key=lambda one: one[:2]):
            if isinstance(claim, ReachableClaim):
                yield name, _narrowed(claim, altered, codes)
            elif isinstance(claim, IndependenceClaim | GrowthClaim) and not _asked(claim) & codes:
                # Of the same pairs of cases, only lines that the mutant touches can have come to differ.
                yield name, replace(claim, slots=tuple(slot for slot in claim.slots if slot[1] in codes))
            else:
                yield name, claim


def _price(claim: Claim, touched_codes: frozenset[str], given: set[str]) -> int | None:
    """Say how soon to ask: claims that name an outcome of the rule first, pairs of cases last, None for never."""
    if isinstance(claim, ListClaim):
        return None  # no mutant of a rule discloses more than the rules did before
    if isinstance(claim, ReachableClaim):
        return 2
    if isinstance(claim, IndependenceClaim | GrowthClaim):
        named = {code for _, code, _ in claim.slots}
        price = 3
    else:
        assert isinstance(claim, AlwaysClaim | NeverClaim)
        named = set(claim.codes)
        price = 0 if named & given else 1
    return price if (named | _asked(claim)) & touched_codes else None


def _asked(claim: Claim) -> set[str]:
    """Return the findings in the conditions, which decide of whom the claim speaks."""
    return {code for clause in getattr(claim, "clauses", ()) for fact, code in clause if fact == FINDING}


def _narrowed(claim: ReachableClaim, altered: Program, codes: frozenset[str]) -> ReachableClaim:
    """Leave out what the mutant cannot touch."""
    rules = {
        step.rule.name for step in altered.steps if not any(altered.slots[place][1] in codes for place in step.gives)
    }
    others = set(altered.rulebook.vocabulary.all_outcome_codes()) - codes
    return replace(claim, unless=frozenset(claim.unless | rules | others))
