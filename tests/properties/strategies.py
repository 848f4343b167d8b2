"""Random rulebooks and random facts: far stranger than anything a policy officer would write."""

from __future__ import annotations

from datetime import date

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


def wording(text):
    return Wording(en=text, fr=text, es=text, ar=text)


def named(kind, code, **more):
    return kind(label=wording(code), meaning=wording(code), **more)


def _values(codes):
    return {code: Value(label=wording(code)) for code in codes}


@st.composite
def vocabularies(draw):
    facts = {}
    for number in range(draw(st.integers(1, 7))):
        name = f"fact_{number}"
        kind = draw(st.sampled_from(["choice", "codes", "whole"]))
        common = {"nature": "circumstance", "group": "facts"}
        if kind == "choice":
            values = [f"v{i}" for i in range(draw(st.integers(1, 5)))] + ["unknown"]
            facts[name] = named(ChoiceFact, name, type="choice", values=_values(values), **common)
        elif kind == "codes":
            values = [f"c{i}" for i in range(draw(st.sampled_from([1, 2, 3, 8, 30])))]
            facts[name] = named(CodesFact, name, type="codes", values=_values(values), **common)
        else:
            top = draw(st.integers(2, 50))
            bounds = {"from": 0, "to": top}
            facts[name] = named(WholeFact, name, type="whole", unit="days", **bounds, **common)
    duties = {f"duty_{i}": named(Outcome, f"duty_{i}") for i in range(3)}
    disclosures = {
        f"share_{i}": named(
            Disclosure, f"share_{i}", recipient="lawyer", groups=("facts",), purpose="advice", basis="consent"
        )
        for i in range(3)
    }
    forbids = st.lists(st.sampled_from([*duties, *disclosures]), max_size=3, unique=True)
    return Vocabulary(
        facts=facts,
        findings={f"found_{i}": named(Outcome, f"found_{i}") for i in range(draw(st.integers(1, 6)))},
        offers={f"offer_{i}": named(Outcome, f"offer_{i}") for i in range(4)},
        duties=duties,
        bars={f"bar_{i}": named(Bar, f"bar_{i}", forbids=tuple(draw(forbids))) for i in range(3)},
        disclosures=disclosures,
        roles={role: named(Named, role) for role in ("caseworker", "supervisor")},
        recipients={"lawyer": named(Named, "lawyer")},
        purposes={"advice": named(Named, "advice")},
    )


@st.composite
def _tests(draw, words, findings):
    about = draw(st.sampled_from([*words.facts, *findings]))
    if about in findings:
        return FindingTest(about)
    fact = words.facts[about]
    if isinstance(fact, WholeFact):
        cut = draw(st.integers(1, fact.to))
        low, high = draw(st.sampled_from([(cut, None), (None, cut)]))
        return NumberTest(about, low, high, draw(st.booleans()))
    values = draw(st.lists(st.sampled_from(list(fact.values)), min_size=1, unique=True))
    return ValueTest(about, tuple(value for value in fact.values if value in values))


def _additions(words, finding):
    within = st.builds(Within, st.integers(1, 90), st.sampled_from(["hours", "days", "working_days"]))
    others = st.one_of(
        st.sampled_from([Addition("offer", code) for code in words.offers]),
        st.sampled_from([Addition("bar", code) for code in words.bars]),
        st.sampled_from([Addition("disclosure", code) for code in words.disclosures]),
        st.builds(
            Addition, st.just("duty"), st.sampled_from(list(words.duties)), st.sampled_from(list(words.roles)), within
        ),
    )
    more = [st.just(Addition("finding", finding))] if finding else []
    return st.lists(st.one_of(others, *more), min_size=1, max_size=3, unique_by=lambda a: (a.kind, a.code, a.by))


@st.composite
def rulebooks(draw, words=None):
    """A rulebook whose findings form layers: a rule reads only findings of lower layers than it makes."""
    words = words or draw(vocabularies())
    findings = list(words.findings)
    rules = []
    for number in range(draw(st.integers(1, 14))):
        layer = draw(st.integers(0, len(findings)))
        readable = findings[:layer]
        clause = st.builds(Clause, st.lists(_tests(words, readable), min_size=1, max_size=4).map(tuple))
        branch = st.builds(BookBranch, st.lists(clause, max_size=4).map(tuple), st.just(wording("because")))
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
                branches=tuple(draw(st.lists(branch, min_size=1, max_size=3))),
                then=tuple(draw(_additions(words, findings[layer] if layer < len(findings) else None))),
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
            facts[name] = draw(st.sampled_from(list(fact.values))) if known else "unknown"
        elif isinstance(fact, CodesFact):
            codes = draw(st.lists(st.sampled_from(list(fact.values)), unique=True)) if known else []
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
