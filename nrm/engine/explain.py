"""Why a line is in the plan, and why another is not: which smallest change of facts would bring it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from nrm.engine.masks import encode, evaluate
from nrm.rulebook.book import FINDING
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.engine.facts import Facts, FactValue
    from nrm.engine.program import Program, Step

MOST_CHANGES = 5
"""Facts that an explanation changes at most; an outcome further away is said to be out of reach."""

MOST_WAYS = 3
"""Ways that an explanation shows at most."""

MOST_LOOKS = 4000
"""Evaluations that one search may spend, so that an explanation answers within about a second."""


MOST_COMBINATIONS = 50
"""Combinations of single values that are tried for one way."""


class Change(NamedTuple):
    """One fact that would have to be otherwise: any of `values` would do; `observed` for codes that add up."""

    fact: str
    values: tuple[str, ...]
    observed: bool
    now: FactValue


class Way(NamedTuple):
    """One smallest set of changes that brings the outcome, and the rule that then gives it."""

    changes: tuple[Change, ...]
    rule: str


@dataclass(frozen=True)
class Absence:
    """Why an outcome is not in the plan: the rules that could give it and the smallest ways to it."""

    code: str
    rules: tuple[str, ...]
    ways: tuple[Way, ...]


_Chosen = tuple[tuple[str, tuple[str, ...]], ...]


def why_not(program: Program, facts: Facts, code: str) -> Absence:
    """Return the smallest changes of facts that would bring the outcome `code`.

    INVARIANT (an explanation is true): every way that is returned was tried; whichever of its values are taken, the
    rule then applies and no bar withholds the outcome. Nothing is changed in `facts`.
    """
    steps = [step for step in program.steps if any(program.slots[place][1] == code for place in step.gives)]
    search = _Search(program, facts, code)
    ways: list[Way] = []
    for budget in range(1, MOST_CHANGES + 1):
        for step in steps:
            for chosen in search.satisfy(step, (), budget):
                sure = search.sure_values(step, chosen) if len(chosen) == budget else None
                if sure is None:
                    continue
                way = Way(tuple(search.change(fact, values) for fact, values in sorted(sure)), step.rule.name)
                if not any(set(known.changes) == set(way.changes) for known in ways):
                    ways.append(way)
                if len(ways) == MOST_WAYS:
                    break
        if ways:
            break  # what takes more changes is not the smallest
    rules = tuple(dict.fromkeys(step.rule.name for step in steps))
    return Absence(code, rules, tuple(ways[:MOST_WAYS]))


def _likeliest_first(values: tuple[str, ...]) -> list[str]:
    return sorted(values, key=lambda value: value == UNKNOWN)


class _Search:
    """Backward chaining from an outcome to facts, one missing clause at a time."""

    def __init__(self, program: Program, facts: Facts, code: str) -> None:
        self.program = program
        self.facts = facts
        words = program.rulebook.vocabulary
        self.forbidding = {bar for bar, meant in words.bars.items() if code in meant.forbids}
        self.case = encode(program, facts) & program.low
        self.makers: dict[str, list[Step]] = {}
        for step in program.steps:
            for addition in step.rule.then:
                if addition.kind == "finding":
                    self.makers.setdefault(addition.code, []).append(step)
        self.looks = 0

    def satisfy(self, step: Step, chosen: _Chosen, budget: int) -> Iterator[_Chosen]:
        """Yield the sets of at most `budget` changes, `chosen` among them, with which `step` applies."""
        self.looks += 1
        if self.looks > MOST_LOOKS:
            return
        case = evaluate(self.program, self._with(chosen)).case
        missing = next((number for number, mask in enumerate(step.masks) if not case & mask), None)
        if missing is None:
            yield chosen
            return
        by_fact: dict[str, list[str]] = {}
        for fact, value in step.clauses[missing]:
            by_fact.setdefault(fact, []).append(value)
        for fact, values in by_fact.items():
            if fact == FINDING:
                for finding in values:
                    yield from self._by_finding(step, finding, chosen, budget)
            else:
                yield from self._by_fact(step, fact, tuple(values), chosen, budget)

    def _by_finding(self, step: Step, finding: str, chosen: _Chosen, budget: int) -> Iterator[_Chosen]:
        for maker in self.makers.get(finding, []):
            for further in self.satisfy(maker, chosen, budget):
                yield from self.satisfy(step, further, budget)

    def _by_fact(
        self, step: Step, fact: str, values: tuple[str, ...], chosen: _Chosen, budget: int
    ) -> Iterator[_Chosen]:
        taken = [(place, earlier) for place, (name, earlier) in enumerate(chosen) if name == fact]
        for place, earlier in taken:
            both = tuple(value for value in earlier if value in values)
            if both and both != earlier:
                yield from self.satisfy(step, (*chosen[:place], (fact, both), *chosen[place + 1 :]), budget)
        if len(chosen) < budget and (self._is_codes(fact) or not taken):  # further codes may be observed
            yield from self.satisfy(step, (*chosen, (fact, values)), budget)

    def _is_codes(self, fact: str) -> bool:
        return isinstance(self.program.rulebook.vocabulary.facts[fact], CodesFact)

    def _with(self, chosen: _Chosen) -> int:
        case = self._without(chosen)
        for fact, values in chosen:
            case |= self.program.bits[fact, _likeliest_first(values)[0]]
        return case

    def _without(self, chosen: _Chosen) -> int:
        """Return the case without the values that `chosen` replaces; observed codes stay."""
        replaced = [fact for fact, _ in chosen if not self._is_codes(fact)]
        return self.case & ~sum(bit for (fact, _), bit in self.program.bits.items() if fact in replaced)

    def sure_values(self, step: Step, chosen: _Chosen) -> _Chosen | None:
        """Return `chosen` with only those values of which any combination brings the outcome; None if none does."""
        if self._surely(step, chosen):
            return chosen
        single = product(*([(fact, (value,)) for value in _likeliest_first(values)] for fact, values in chosen))
        first = next((trial for trial in islice(single, MOST_COMBINATIONS) if self._surely(step, trial)), None)
        if first is None:
            return None
        sure: list[tuple[str, tuple[str, ...]]] = list(first)
        for place, (fact, values) in enumerate(chosen):
            for value in values:
                wider = tuple(known for known in values if known == value or known in sure[place][1])
                trial = (*sure[:place], (fact, wider), *sure[place + 1 :])
                if self._surely(step, trial):
                    sure[place] = (fact, wider)
        return tuple(sure)

    def _surely(self, step: Step, chosen: _Chosen) -> bool:
        """Say whether `step` applies, and nothing withholds the outcome, whichever value of each change is taken."""
        choices = [sum(self.program.bits[fact, value] for value in values) for fact, values in chosen]
        surely = possibly = self._without(chosen)
        for choice in choices:
            possibly |= choice
        applies = False
        for other in self.program.in_layers:
            if all(mask & surely or any(choice & ~mask == 0 for choice in choices) for mask in other.masks):
                surely |= other.findings
                applies = applies or other.index == step.index
            if all(mask & possibly for mask in other.masks):
                possibly |= other.findings
                if any(addition.code in self.forbidding for addition in other.rule.then):
                    return False
        return applies

    def change(self, fact: str, values: tuple[str, ...]) -> Change:
        """Return a chosen change as it is shown."""
        return Change(fact, values, self._is_codes(fact), self.facts.get(fact))
