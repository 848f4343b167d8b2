"""Make a counterexample small: whatever can be forgotten without losing the point is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.rulebook.vocabulary import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nrm.engine.facts import Facts, FactValue

_Cases = list[dict[str, "FactValue"]]


def shrunk(names: Iterable[str], cases: Sequence[Facts], refutes: Callable[[Sequence[Facts]], bool]) -> list[Facts]:
    """Return cases that still refute the claim and of which nothing more can be forgotten.

    Facts are made unknown and codes unobserved, one at a time; where two cases differ, they are made alike.
    """
    smallest: _Cases = [dict(facts) for facts in cases]
    order = sorted(names)
    changed = True
    while changed:
        changed = False
        for name in order:
            for candidate in _simpler(smallest, name):
                if refutes(candidate):
                    smallest, changed = candidate, True
                    break
    return [dict(facts) for facts in smallest]


def _simpler(cases: _Cases, name: str) -> Iterator[_Cases]:
    """Yield simpler versions of one fact in all cases, the simplest first; each is strictly simpler."""
    values = [facts[name] for facts in cases]
    if isinstance(values[0], frozenset):
        yield from _fewer_codes(cases, name, [_codes(value) for value in values])
        return
    simplest: FactValue = UNKNOWN if isinstance(values[0], str) else None
    if any(value != simplest for value in values):
        yield [{**facts, name: simplest} for facts in cases]
        if len(set(values)) > 1 and simplest not in values:
            # Two known values that differ: let one of them be forgotten, or both be the same.
            for here in range(len(cases)):
                yield [{**facts, name: simplest if place == here else facts[name]} for place, facts in enumerate(cases)]
                yield [{**facts, name: values[here]} for facts in cases]


def _fewer_codes(cases: _Cases, name: str, values: list[frozenset[str]]) -> Iterator[_Cases]:
    seen = frozenset().union(*values)
    if seen:
        yield [{**facts, name: frozenset()} for facts in cases]
    for code in sorted(seen):
        yield [{**facts, name: value - {code}} for facts, value in zip(cases, values, strict=True)]
        for here, value in enumerate(values):
            if code in value and len(cases) > 1:
                less = [v - {code} if place == here else v for place, v in enumerate(values)]
                yield [{**facts, name: v} for facts, v in zip(cases, less, strict=True)]


def _codes(value: FactValue) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()
