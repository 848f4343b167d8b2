"""Rulebooks of a few lines, made in memory, for tests that need one exact shape.

    book({"age": ["child", "adult"], "signs": ("debt", "threats"), "days": (0, 90)},
         rule("r", when=[("age", "child", "unknown"), [("days", ">=30"), "finding:f"]], then=["offer:bed"]))

A list of values makes a choice fact (`unknown` is added), a tuple of words observed codes, a tuple of two numbers a
whole number. `when` is a list of conditions, a list inside it means "any of these". `then` names outcomes by kind;
a duty is written `duty:call/caseworker/24 hours`.
"""

from __future__ import annotations

import re
from datetime import date

from strategies import named, wording

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

ON = date(2026, 3, 1)


def book(facts, *rules, forbids=None):
    """Return a rulebook; its outcomes are those that `rules` give and those that `forbids` names."""
    codes = {kind: {} for kind in ("finding", "offer", "duty", "bar", "disclosure")}
    for made in rules:
        for addition in made.then:
            codes[addition.kind][addition.code] = None
        for branch in made.branches:
            for clause in branch.clauses:
                codes["finding"].update(dict.fromkeys(t.finding for t in clause.tests if isinstance(t, FindingTest)))
    share = {"recipient": "lawyer", "groups": ("facts",), "purpose": "advice", "basis": "consent"}
    words = Vocabulary(
        facts={name: _fact(name, form) for name, form in facts.items()},
        findings={code: named(Outcome, code) for code in codes["finding"]},
        offers={code: named(Outcome, code) for code in codes["offer"]},
        duties={code: named(Outcome, code) for code in codes["duty"]},
        bars={code: named(Bar, code, forbids=(forbids or {}).get(code, ())) for code in codes["bar"]},
        disclosures={code: named(Disclosure, code, **share) for code in codes["disclosure"]},
        roles={role: named(Named, role) for role in ("caseworker", "supervisor")},
        recipients={"lawyer": named(Named, "lawyer")},
        purposes={"advice": named(Named, "advice")},
    )
    return Rulebook(None, words, tuple(rules))


def rule(name, *, when=(), then=(), branches=None):
    """Return a rule with one branch, or with as many as `branches` has lists of conditions."""
    return BookRule(
        name=name,
        topic="small",
        country=None,
        title=name,
        sources=("A/RES/76/7 §1",),
        law=(),
        reading="small",
        owner="nobody",
        version=date(2026, 1, 1),
        branches=tuple(
            BookBranch(tuple(_clause(condition) for condition in one), wording(f"{name} {number}"))
            for number, one in enumerate(branches or [when])
        ),
        then=tuple(_addition(text) for text in then),
    )


def _fact(name, form):
    common = {"nature": "circumstance", "group": "facts"}
    if isinstance(form, list):
        values = {code: Value(label=wording(code)) for code in [*form, "unknown"]}
        return named(ChoiceFact, name, type="choice", values=values, **common)
    if isinstance(form[0], int):
        bounds = {"from": form[0], "to": form[1]}
        return named(WholeFact, name, type="whole", unit="days", **bounds, **common)
    values = {code: Value(label=wording(code)) for code in form}
    return named(CodesFact, name, type="codes", values=values, **common)


def _clause(condition):
    several = condition if isinstance(condition, list) else [condition]
    return Clause(tuple(_test(one) for one in several))


def _test(condition):
    if isinstance(condition, str):
        return FindingTest(condition.removeprefix("finding:"))
    fact, *values = condition
    bounds = [re.fullmatch("(>=|<)([0-9]+)", value) for value in values]
    if not any(bounds):
        return ValueTest(fact, tuple(values))
    limit = {match[1]: int(match[2]) for match in bounds if match}
    return NumberTest(fact, limit.get(">="), limit.get("<"), "unknown" in values)


def _addition(text):
    kind, _, code = text.partition(":")
    if kind != "duty":
        return Addition(kind, code)
    code, by, limit = code.split("/")
    amount, unit = limit.split()
    return Addition(kind, code, by, Within(int(amount), unit))
