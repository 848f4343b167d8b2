"""From files to the rulebook of one date and country: versions picked, parameters filled in, `any` spelled out.

`lint` must have found nothing: this module trusts the words and only puts them together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nrm.errors import Problem, UnknownNameError
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
from nrm.rulebook.dates import change_dates, in_force
from nrm.rulebook.files import known_country
from nrm.rulebook.rule import ANY, FromParameter
from nrm.rulebook.vocabulary import UNKNOWN, ChoiceFact, WholeFact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from nrm.rulebook.book import Unit
    from nrm.rulebook.files import Files
    from nrm.rulebook.rule import Condition, Consequence, Version
    from nrm.rulebook.vocabulary import Vocabulary

_DURATION = re.compile(r"^P(T?)([0-9]+)([HD])$")


def rulebook_on(files: Files, on: date, country: str | None = None) -> Rulebook:
    """Put together the rulebook in force on `on`, with the overlay of `country` if one is named.

    Raises:
        UnknownNameError: no rule is in force yet on that date, or the country has no overlay.
    """
    known_country(files, country)
    parameters = parameters_on(files, on, country)
    rules: list[BookRule] = []
    for file in files.rules:
        version = in_force(file.rule.versions, on) if file.country in {None, country} else None
        if version is None or version.repealed:
            continue
        rules.append(
            BookRule(
                name=file.rule.rule,
                topic=file.topic,
                country=file.country,
                title=file.rule.title,
                sources=file.rule.sources,
                law=file.rule.law,
                reading=file.rule.reading,
                owner=file.rule.owner,
                version=version.from_,
                branches=_branches(version, files.vocabulary, parameters),
                then=tuple(_addition(consequence, parameters) for consequence in version.then or ()),
            )
        )
    if not rules:
        # An empty rulebook would answer "nothing is owed": refuse instead.
        first = min(change_dates(files, country), default=None)
        todo = f"the first rule begins on {first.isoformat()}" if first else "there is no rule at all"
        raise UnknownNameError(Problem("date", 0, f"no rule is in force on `{on.isoformat()}`", todo))
    return Rulebook(country, files.vocabulary, tuple(rules))


def parameters_on(files: Files, on: date, country: str | None = None) -> dict[str, Within]:
    """Return the value and unit of every parameter on `on`; a national value replaces the base one."""
    found: dict[str, Within] = {}
    for wanted in (None, country):
        for file in files.parameters:
            if file.country != wanted:
                continue
            value = in_force(file.parameter.values, on)
            name = file.parameter.parameter
            unit: Unit | None = file.parameter.unit or (found[name].unit if name in found else None)
            if value is not None and unit is not None:
                found[name] = Within(value.value, unit)
    return found


def _branches(version: Version, words: Vocabulary, parameters: Mapping[str, Within]) -> tuple[BookBranch, ...]:
    return tuple(
        BookBranch(tuple(clause_of(condition, words, parameters) for condition in branch.when), branch.because)
        for branch in version.as_branches()
    )


def clause_of(condition: Condition, words: Vocabulary, parameters: Mapping[str, Within]) -> Clause:
    """Return a written condition as the clause that the engines read."""
    conditions = condition.any_ or (condition,)
    return Clause(tuple(_test(one, words, parameters) for one in conditions))


def _test(condition: Condition, words: Vocabulary, parameters: Mapping[str, Within]) -> Test:
    if condition.finding is not None:
        return FindingTest(condition.finding)
    name = condition.fact or ""
    fact = words.facts[name]
    if isinstance(fact, WholeFact):
        unknown = condition.when_unknown == "applies"
        return NumberTest(
            name, _number(condition.at_least, parameters), _number(condition.less_than, parameters), unknown
        )
    if isinstance(fact, ChoiceFact):
        wanted = set(condition.is_) if condition.is_ is not None else set(fact.values) - set(condition.is_not or ())
        if condition.when_unknown == "applies":
            wanted.add(UNKNOWN)
        elif condition.when_unknown == "does_not_apply":
            wanted.discard(UNKNOWN)
    else:
        codes = condition.includes or ()
        wanted = set(fact.values) if codes == (ANY,) else set(codes)
    # The vocabulary's order, so that two ways of writing one condition give one digest.
    return ValueTest(name, tuple(value for value in fact.values if value in wanted))


def _number(number: int | FromParameter | None, parameters: Mapping[str, Within]) -> int | None:
    return parameters[number.parameter].amount if isinstance(number, FromParameter) else number


def _addition(consequence: Consequence, parameters: Mapping[str, Within]) -> Addition:
    if consequence.duty is not None:
        return Addition("duty", consequence.duty, consequence.by, _within(consequence.within, parameters))
    if consequence.finding is not None:
        return Addition("finding", consequence.finding)
    if consequence.offer is not None:
        return Addition("offer", consequence.offer)
    if consequence.bar is not None:
        return Addition("bar", consequence.bar)
    return Addition("disclosure", consequence.disclosure or "")


def _within(within: str | FromParameter | None, parameters: Mapping[str, Within]) -> Within:
    if isinstance(within, FromParameter):
        return parameters[within.parameter]
    match = _DURATION.match(within or "")
    if match is None:  # the rule model has already refused this
        raise AssertionError(within)
    return Within(int(match[2]), "hours" if match[1] else "days")
