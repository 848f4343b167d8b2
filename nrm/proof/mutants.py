"""All small mistakes that a rulebook could contain: each mutant is the rulebook with one of them made.

A mutant only ever takes something from one rule, turns one condition round, or widens one disclosure. No mutant reads a
finding that the rule did not read before, so the layers of findings stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from nrm.rulebook.book import FINDING, Clause, FindingTest, NumberTest, ValueTest
from nrm.rulebook.vocabulary import UNKNOWN, CodesFact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.rulebook.book import BookBranch, BookRule, Rulebook, Test
    from nrm.rulebook.vocabulary import Vocabulary

MutantKind = Literal["rule", "branch", "condition", "alternative", "value", "unknown", "opposite", "outcome", "widened"]


@dataclass(frozen=True)
class Mutant:
    """One mistake: which kind, at what place, and the rule with the mistake in it.

    `altered` is None when the whole rule is gone. Of a widened disclosure `before` and `altered` are None and `words`
    is the vocabulary with the mistake. `kind` and `at` together name a mutant: no two share both.
    """

    kind: MutantKind
    at: str
    before: BookRule | None
    altered: BookRule | None
    words: Vocabulary | None = None

    @property
    def name(self) -> str:
        """The name under which the reason for a survivor is kept."""
        return f"{self.kind}: {self.at}"


def mutants(rulebook: Rulebook, country: str | None = None) -> Iterator[Mutant]:
    """Yield every mutant of the rules of `country` (None: of the base) and, for the base, of the disclosures."""
    for rule in sorted(rulebook.rules, key=lambda rule: rule.name):
        if rule.country == country:
            yield from _of_rule(rule, rulebook.vocabulary)
    if country is None:
        given = {a.code for rule in rulebook.rules for a in rule.then if a.kind == "disclosure"}
        yield from _widened(rulebook.vocabulary, given)


def _of_rule(rule: BookRule, words: Vocabulary) -> Iterator[Mutant]:
    yield Mutant("rule", rule.name, rule, None)
    for number, branch in enumerate(rule.branches):
        place = rule.name if len(rule.branches) == 1 else f"{rule.name}, branch {number + 1}"
        if len(rule.branches) > 1:
            yield Mutant("branch", place, rule, _with_branches(rule, number, ()))
        for kind, what, altered in _of_branch(branch, words):
            yield Mutant(kind, f"{place}, {what}", rule, _with_branches(rule, number, (altered,)))
    if len(rule.then) > 1:
        for index, addition in enumerate(rule.then):
            fewer = (*rule.then[:index], *rule.then[index + 1 :])
            by = f" by {addition.by}" if addition.by else ""
            yield Mutant(
                "outcome", f"{rule.name}, {addition.kind} {addition.code}{by}", rule, replace(rule, then=fewer)
            )


def _with_branches(rule: BookRule, number: int, instead: tuple[BookBranch, ...]) -> BookRule:
    return replace(rule, branches=(*rule.branches[:number], *instead, *rule.branches[number + 1 :]))


def _of_branch(branch: BookBranch, words: Vocabulary) -> Iterator[tuple[MutantKind, str, BookBranch]]:
    for index, clause in enumerate(branch.clauses):
        before, after = branch.clauses[:index], branch.clauses[index + 1 :]
        said = " or ".join(said_of(test, words) for test in clause.tests)
        yield "condition", said, replace(branch, clauses=(*before, *after))
        for kind, what, altered in _of_clause(clause, words):
            yield kind, f"{what} of {said}" if what else said, replace(branch, clauses=(*before, altered, *after))


def _of_clause(clause: Clause, words: Vocabulary) -> Iterator[tuple[MutantKind, str, Clause]]:
    for index, test in enumerate(clause.tests):
        others = (*clause.tests[:index], *clause.tests[index + 1 :])
        alone = not others
        if not alone:
            yield "alternative", said_of(test, words), Clause(others)
        for kind, what, altered in _of_test(test, words):
            place = what if alone or kind == "value" else said_of(test, words)
            tests = (*clause.tests[:index], altered, *clause.tests[index + 1 :])
            yield kind, place, Clause(tests)


def _of_test(test: Test, words: Vocabulary) -> Iterator[tuple[MutantKind, str, Test]]:
    if isinstance(test, NumberTest):
        if test.unknown:
            yield "unknown", "", replace(test, unknown=False)
        if test.low is None or test.high is None:
            yield "opposite", "", replace(test, low=test.high, high=test.low)
    elif isinstance(test, ValueTest):
        fact = words.facts[test.fact]
        every = tuple(getattr(fact, "values", ()))
        # `includes: any` is no list: nothing can be struck from it.
        any_code = isinstance(fact, CodesFact) and len(test.values) == len(every)
        for value in test.values if len(test.values) > 1 and not any_code else ():
            fewer = tuple(other for other in test.values if other != value)
            if value == UNKNOWN:
                yield "unknown", "", replace(test, values=fewer)
            else:
                yield "value", f"{test.fact} {value}", replace(test, values=fewer)
        opposite = tuple(value for value in every if value not in test.values)
        if opposite:
            yield "opposite", "", replace(test, values=opposite)


def said_of(test: Test, words: Vocabulary) -> str:
    """Return a test in the words of rule files, such as `age_status is child, disputed, unknown`."""
    if isinstance(test, FindingTest):
        return f"{FINDING} {test.finding}"
    if isinstance(test, NumberTest):
        bounds = ((test.low, "at_least"), (test.high, "less_than"))
        said = " ".join(f"{word} {bound}" for bound, word in bounds if bound is not None)
        return f"{test.fact} {said}{' or unknown' if test.unknown else ''}"
    fact = words.facts[test.fact]
    if isinstance(fact, CodesFact):
        listed = "any" if len(test.values) == len(fact.values) else ", ".join(test.values)
        return f"{test.fact} includes {listed}"
    return f"{test.fact} is {', '.join(test.values)}"


def _widened(words: Vocabulary, given: set[str]) -> Iterator[Mutant]:
    for code, disclosure in words.disclosures.items():
        for group in words.groups if code in given else ():
            if group not in disclosure.groups:
                wider = disclosure.model_copy(update={"groups": (*disclosure.groups, group)})
                altered = replace(words, disclosures={**words.disclosures, code: wider})
                yield Mutant("widened", f"{code} carries {group}", None, None, altered)
