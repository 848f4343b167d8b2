"""Made-up rulebooks of any size, shaped like our own; the same size gives the same rulebook in every run."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from nrm.rulebook.book import (
    Addition,
    BookBranch,
    BookRule,
    Clause,
    FindingTest,
    NumberTest,
    Rulebook,
    Test,
    ValueTest,
    Within,
)
from nrm.rulebook.vocabulary import (
    UNKNOWN,
    Bar,
    ChoiceFact,
    CodesFact,
    Disclosure,
    Outcome,
    Value,
    Vocabulary,
    WholeFact,
)
from nrm.rulebook.wording import Wording

if TYPE_CHECKING:
    from datetime import date

    from nrm.rulebook.vocabulary import OutcomeKind

LAYERS = 4
"""The depth of findings upon findings; our own rulebook has the same."""

_WORDS = Wording(en="made up", fr="inventé", es="inventado", ar="مختلق")
_NAMED: Any = {"label": _WORDS, "meaning": _WORDS}
_ADDS: tuple[OutcomeKind, ...] = ("offer", "offer", "duty", "duty", "bar", "disclosure")


def seeded(seed: str) -> Random:
    """Return random numbers that are the same in every run."""
    return Random(f"nrm benchmark: {seed}")  # noqa: S311 - nothing is kept secret with them


def synthetic_rulebook(rules: int, on: date) -> Rulebook:
    """Return a rulebook of `rules` rules in layers of findings, in force since `on`.

    Facts and findings grow with the square root of the rules, because a larger rulebook says more about mostly the
    same words; at 162 rules that gives what our own has. About one rule in eight applies to a random case.
    """
    random = seeded(f"synthetic {rules}")
    vocabulary = _vocabulary(rules, random)
    findings = list(vocabulary.findings)
    makers = [code for code in findings for _ in range(2)]
    made: list[BookRule] = []
    for number in range(rules):
        finding = makers[number] if number < len(makers) else None
        layer = findings.index(finding) % (LAYERS - 1) if finding else LAYERS - 1
        # A finding of layer n is made from facts and from findings of the layers below it.
        below = [code for place, code in enumerate(findings) if place % (LAYERS - 1) < layer]
        then = [Addition("finding", finding)] if finding else _additions(vocabulary, random)
        clauses = _clauses(vocabulary, below, random)
        made.append(
            BookRule(
                name=f"rule_{number}",
                topic="made_up",
                country=None,
                title=f"Rule {number}",
                sources=(),
                law=(),
                reading="",
                owner="",
                version=on,
                branches=(BookBranch(clauses, _WORDS),),
                then=tuple(then),
            )
        )
    return Rulebook(None, vocabulary, tuple(made))


def _happens(random: Random, share: float) -> bool:
    return random.random() < share


def _vocabulary(rules: int, random: Random) -> Vocabulary:
    root = rules**0.5
    facts: dict[str, ChoiceFact | CodesFact | WholeFact] = {}
    range_: Any = {"from": 0, "to": 1000}
    about: Any = {**_NAMED, "nature": "circumstance", "group": "facts"}
    for number in range(round(6.6 * root)):
        kind = random.choices(("choice", "codes", "whole"), (73, 21, 5))[0]  # as many as in our own vocabulary
        if kind == "choice":
            values = {f"v{place}": Value(label=_WORDS) for place in range(random.randint(2, 5))}
            values[UNKNOWN] = Value(label=_WORDS)
            facts[f"fact_{number}"] = ChoiceFact(type="choice", values=values, **about)
        elif kind == "codes":
            codes = {f"v{place}": Value(label=_WORDS) for place in range(random.randint(4, 15))}
            facts[f"fact_{number}"] = CodesFact(type="codes", values=codes, **about)
        else:
            facts[f"fact_{number}"] = WholeFact(type="whole", unit="days", **range_, **about)
    duties = {f"duty_{number}": Outcome(**_NAMED) for number in range(max(rules // 3, 2))}
    share: Any = {"recipient": "anybody", "groups": ("facts",), "purpose": "any", "basis": "consent"}
    disclosures = {f"disclosure_{number}": Disclosure(**_NAMED, **share) for number in range(max(rules // 6, 2))}
    bars = {
        f"bar_{number}": Bar(**_NAMED, forbids=(random.choice(list(disclosures)),) if number % 10 == 0 else ())
        for number in range(max(rules // 5, 2))
    }
    return Vocabulary(
        facts=facts,
        findings={f"finding_{number}": Outcome(**_NAMED) for number in range(round(1.3 * root))},
        offers={f"offer_{number}": Outcome(**_NAMED) for number in range(max(rules // 3, 2))},
        duties=duties,
        bars=bars,
        disclosures=disclosures,
    )


def _additions(vocabulary: Vocabulary, random: Random) -> list[Addition]:
    added: list[Addition] = []
    for kind in random.sample(_ADDS, random.choice((1, 1, 2))):
        code = random.choice(list(vocabulary.outcomes(kind)))
        within = Within(random.randint(1, 30), "days") if kind == "duty" else None
        added.append(Addition(kind, code, "anybody" if kind == "duty" else None, within))
    return added


def _clauses(vocabulary: Vocabulary, below: list[str], random: Random) -> tuple[Clause, ...]:
    size = random.choices((1, 2, 3), (30, 50, 20))[0]
    clauses = [_clause(vocabulary, random) for _ in range(size)]
    if below and _happens(random, 0.35):  # the rules of the lowest layer read none, which leaves a third of all
        clauses[0] = Clause((FindingTest(random.choice(below)),))
    return tuple(clauses)


def _clause(vocabulary: Vocabulary, random: Random) -> Clause:
    tests = 2 if _happens(random, 0.15) else 1
    return Clause(tuple(_test(vocabulary, random) for _ in range(tests)))


def _test(vocabulary: Vocabulary, random: Random) -> Test:
    name = random.choice(list(vocabulary.facts))
    fact = vocabulary.facts[name]
    if isinstance(fact, WholeFact):
        low = random.randint(1, 900)
        return NumberTest(name, low, low + 300 if _happens(random, 0.5) else None, _happens(random, 0.25))
    values = list(fact.values)
    if isinstance(fact, CodesFact):
        many = len(values) if _happens(random, 0.1) else random.choice((1, 1, 2, 3))
        wanted = set(random.sample(values, min(many, len(values))))
    else:
        known = [value for value in values if value != UNKNOWN]
        wanted = set(random.sample(known, random.choice((1, 1, 1, 2))))
        if _happens(random, 0.15):
            wanted.add(UNKNOWN)
    return ValueTest(name, tuple(value for value in values if value in wanted))
