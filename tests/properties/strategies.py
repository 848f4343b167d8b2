"""Random rulebooks and random facts: far stranger than anything a policy officer would write."""

from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import strategies as st

from nrm.rulebook.book import (
    Addition,
    BookBranch,
    BookRule,
    Clause,
    FindingTest,
    NumberTest,
    Rulebook,
    ValueTest,
    Within,
)
from nrm.rulebook.vocabulary import Bar, ChoiceFact, CodesFact, Disclosure, Named, Outcome, Value, Vocabulary, WholeFact
from nrm.rulebook.wording import Wording

ON = date(2026, 3, 1)
DUTIES, SHARES = tuple(f"duty_{i}" for i in range(3)), tuple(f"share_{i}" for i in range(3))
FORBIDDEN = st.lists(st.sampled_from([*DUTIES, *SHARES]), max_size=3, unique=True)


def wording(text):
    return Wording(en=text, fr=text, es=text, ar=text)


def named(kind, code, **more):
    return kind(label=wording(code), meaning=wording(code), **more)


def _values(codes):
    return {code: Value(label=wording(code)) for code in codes}


@cache
def _one(values):
    """Return the strategy for one of some values, made once: hypothesis looks at each new one as long as at its use."""
    return st.sampled_from(values)


@cache
def _some(values, fewest):
    return st.lists(_one(values), min_size=fewest, unique=True)


@st.composite
def vocabularies(draw):
    facts = {}
    for number in range(draw(st.integers(1, 7))):
        name = f"fact_{number}"
        kind = draw(_one(("choice", "codes", "whole")))
        common = {"nature": "circumstance", "group": "facts"}
        if kind == "choice":
            values = [f"v{i}" for i in range(draw(st.integers(1, 5)))] + ["unknown"]
            facts[name] = named(ChoiceFact, name, type="choice", values=_values(values), **common)
        elif kind == "codes":
            values = [f"c{i}" for i in range(draw(_one((1, 2, 3, 8, 30))))]
            facts[name] = named(CodesFact, name, type="codes", values=_values(values), **common)
        else:
            top = draw(st.integers(2, 50))
            bounds = {"from": 0, "to": top}
            facts[name] = named(WholeFact, name, type="whole", unit="days", **bounds, **common)
    duties = {code: named(Outcome, code) for code in DUTIES}
    disclosures = {
        code: named(Disclosure, code, recipient="lawyer", groups=("facts",), purpose="advice", basis="consent")
        for code in SHARES
    }
    return Vocabulary(
        facts=facts,
        findings={f"found_{i}": named(Outcome, f"found_{i}") for i in range(draw(st.integers(1, 6)))},
        offers={f"offer_{i}": named(Outcome, f"offer_{i}") for i in range(4)},
        duties=duties,
        bars={f"bar_{i}": named(Bar, f"bar_{i}", forbids=tuple(draw(FORBIDDEN))) for i in range(3)},
        disclosures=disclosures,
        roles={role: named(Named, role) for role in ("caseworker", "supervisor")},
        recipients={"lawyer": named(Named, "lawyer")},
        purposes={"advice": named(Named, "advice")},
    )


def _test(draw, words, findings):
    about = draw(_one((*words.facts, *findings)))
    if about in findings:
        return FindingTest(about)
    fact = words.facts[about]
    if isinstance(fact, WholeFact):
        cut = draw(st.integers(1, fact.to))
        low, high = draw(_one(((cut, None), (None, cut))))
        return NumberTest(about, low, high, draw(st.booleans()))
    values = draw(_some(tuple(fact.values), 1))
    return ValueTest(about, tuple(value for value in fact.values if value in values))


def _clause(draw, words, findings):
    return Clause(tuple(_test(draw, words, findings) for _ in range(draw(st.integers(1, 4)))))


def _branch(draw, words, findings):
    clauses = tuple(_clause(draw, words, findings) for _ in range(draw(st.integers(0, 4))))
    return BookBranch(clauses, wording("because"))


@cache
def _additions(offers, bars, disclosures, duties, roles, finding):
    within = st.builds(Within, st.integers(1, 90), _one(("hours", "days", "working_days")))
    others = st.one_of(
        st.sampled_from([Addition("offer", code) for code in offers]),
        st.sampled_from([Addition("bar", code) for code in bars]),
        st.sampled_from([Addition("disclosure", code) for code in disclosures]),
        st.builds(Addition, st.just("duty"), _one(duties), _one(roles), within),
    )
    more = [st.just(Addition("finding", finding))] if finding else []
    return st.lists(st.one_of(others, *more), min_size=1, max_size=3, unique_by=lambda a: (a.kind, a.code, a.by))


@st.composite
def rulebooks(draw, words=None):
    """A rulebook whose findings form layers: a rule reads only findings of lower layers than it makes."""
    words = words or draw(vocabularies())
    findings = list(words.findings)
    kinds = [tuple(kind) for kind in (words.offers, words.bars, words.disclosures, words.duties, words.roles)]
    rules = []
    for number in range(draw(st.integers(1, 14))):
        layer = draw(st.integers(0, len(findings)))
        branches = tuple(_branch(draw, words, findings[:layer]) for _ in range(draw(st.integers(1, 3))))
        rules.append(
            BookRule(
                name=f"rule_{number}",
                topic="random",
                country=None,
                title="random",
                sources=("A/RES/76/7 §1",),
                law=(),
                reading="random",
                owner="random",
                version=date(2026, 1, 1),
                branches=branches,
                then=tuple(draw(_additions(*kinds, findings[layer] if layer < len(findings) else None))),
            )
        )
    return Rulebook(None, words, tuple(rules))


@st.composite
def facts_of(draw, words, density=0.5):
    """Facts for `words`: often unknown, as in the first hour of a case."""
    facts = {}
    for name, fact in words.facts.items():
        known = draw(st.floats(0, 1)) < density
        if isinstance(fact, ChoiceFact):
            facts[name] = draw(_one(tuple(fact.values))) if known else "unknown"
        elif isinstance(fact, CodesFact):
            codes = draw(_some(tuple(fact.values), 0)) if known else []
            facts[name] = frozenset(codes)
        else:
            facts[name] = draw(st.integers(fact.from_, fact.to)) if known else None
    return facts


def random_facts(words, random, density=0.3):
    """Facts drawn with `random.Random`, for campaigns that need many and not their smallest example."""
    facts = {}
    for name, fact in words.facts.items():
        known = random.random() < density
        if isinstance(fact, ChoiceFact):
            facts[name] = random.choice(list(fact.values)) if known else "unknown"
        elif isinstance(fact, CodesFact):
            values = list(fact.values)
            most = len(values) if random.random() < 0.02 else min(4, len(values))
            facts[name] = frozenset(random.sample(values, random.randint(1, most))) if known else frozenset()
        else:
            facts[name] = random.randint(fact.from_, fact.to) if known else None
    return facts
