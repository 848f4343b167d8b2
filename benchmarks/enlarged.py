"""Our own rulebook made larger or smaller, so that its real guarantees still hold and can be asked of it.

A copy of a rule has the same conditions on the same facts, reads copies of the findings and adds copies of the
outcomes: more rules about the same people, as where further topics are written down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nrm.rulebook.book import Clause, FindingTest
from nrm.rulebook.vocabulary import Bar, Disclosure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nrm.proof.files import Guarantee
    from nrm.proof.guarantee import GuaranteeVersion
    from nrm.rulebook.book import BookRule, Rulebook
    from nrm.rulebook.vocabulary import Outcome, Vocabulary

_COPY = "_copy_"


def of_size(rulebook: Rulebook, size: int) -> Rulebook:
    """Return `rulebook` with at most `size` rules: a part of it, or all of it with copies and copies of a part.

    A part is closed: with a rule it has every rule that makes a finding which that rule reads, adds one of the same
    outcomes, or adds a bar that forbids one of them. So each outcome means in the part what it means in the whole.
    """
    whole, rest = divmod(size, len(rulebook.rules))
    sources = [*(rulebook.rules for _ in range(whole)), _part(rulebook, rest)]
    rules = tuple(_copied_rule(rule, number) for number, rules in enumerate(sources) for rule in rules)
    words = _copied_words(rulebook.vocabulary, len(sources), _given(rules))
    return replace(rulebook, vocabulary=words, rules=rules)


def original(name: str) -> str:
    """Return of what `name` is a copy, or `name` itself."""
    return name.split(_COPY, maxsplit=1)[0]


def asked_of(rulebook: Rulebook, guarantees: Iterable[Guarantee]) -> tuple[Guarantee, ...]:
    """Return the guarantees about findings and outcomes that `rulebook` can give: all of them, unless it is a part.

    What a guarantee leaves out, it also leaves out of the copies.
    """
    given = _given(rulebook.rules)
    names = sorted(given | {rule.name for rule in rulebook.rules})
    return tuple(
        replace(one, file=one.file.model_copy(update={"versions": tuple(_widened(v, names) for v in versions)}))
        for one in guarantees
        for versions in [one.file.versions]
        if all(set(_named(version)) <= given for version in versions)
    )


def _part(rulebook: Rulebook, size: int) -> tuple[BookRule, ...]:
    """Return a closed part of at most `size` rules, the rules that need the fewest others first."""
    closures = {rule.name: _closure(rulebook, rule) for rule in rulebook.rules}
    taken: set[str] = set()
    for name in sorted(closures, key=lambda name: (len(closures[name]), name)):
        if len(taken | closures[name]) <= size:
            taken |= closures[name]
    return tuple(rule for rule in rulebook.rules if rule.name in taken)


def _closure(rulebook: Rulebook, rule: BookRule) -> set[str]:
    bars = rulebook.vocabulary.bars
    found, todo = {rule.name}, [rule]
    while todo:
        one = todo.pop()
        codes = _given([one])
        needed = codes | _findings_read(one) | {bar for bar in bars if codes & set(bars[bar].forbids)}
        for other in rulebook.rules:
            if other.name not in found and needed & _given([other]):
                found.add(other.name)
                todo.append(other)
    return found


def _given(rules: Iterable[BookRule]) -> set[str]:
    return {addition.code for rule in rules for addition in rule.then}


def _findings_read(rule: BookRule) -> set[str]:
    tests = [test for branch in rule.branches for clause in branch.clauses for test in clause.tests]
    return {test.finding for test in tests if isinstance(test, FindingTest)}


def _copied(name: str, number: int) -> str:
    return f"{name}{_COPY}{number}" if number else name  # number 0 is no copy


def _copied_rule(rule: BookRule, number: int) -> BookRule:
    return replace(
        rule,
        name=_copied(rule.name, number),
        branches=tuple(
            replace(branch, clauses=tuple(_copied_clause(clause, number) for clause in branch.clauses))
            for branch in rule.branches
        ),
        then=tuple(replace(addition, code=_copied(addition.code, number)) for addition in rule.then),
    )


def _copied_clause(clause: Clause, number: int) -> Clause:
    tests = clause.tests
    return Clause(tuple(FindingTest(_copied(t.finding, number)) if isinstance(t, FindingTest) else t for t in tests))


def _copied_words(words: Vocabulary, times: int, given: set[str]) -> Vocabulary:
    """Return the vocabulary with its outcomes so many times, as far as they are `given`."""

    def copied(outcomes: Mapping[str, Any]) -> dict[str, Any]:
        return {
            _copied(code, number): _copied_outcome(outcome, number)
            for number in range(times)
            for code, outcome in outcomes.items()
            if _copied(code, number) in given
        }

    return replace(
        words,
        findings=copied(words.findings),
        offers=copied(words.offers),
        duties=copied(words.duties),
        bars=copied(words.bars),
        disclosures=copied(words.disclosures),
    )


def _copied_outcome(outcome: Outcome, number: int) -> Outcome:
    """Return an outcome that speaks of copies: what a bar forbids, the duty on which a disclosure rests."""
    if isinstance(outcome, Bar):
        return outcome.model_copy(update={"forbids": tuple(_copied(code, number) for code in outcome.forbids)})
    if isinstance(outcome, Disclosure) and outcome.duty is not None:
        return outcome.model_copy(update={"duty": _copied(outcome.duty, number)})
    return outcome


def _named(version: GuaranteeVersion) -> Iterator[str]:
    """Yield the findings and outcomes that a guarantee names, without which it says nothing."""
    form = version.form
    for condition in getattr(form, "when", ()):
        yield from (one.finding for one in condition.any_ or (condition,) if one.finding is not None)
    yield from getattr(form, "outcomes", ())
    among = getattr(form, "among", None)
    yield from among.codes if among is not None else ()


def _widened(version: GuaranteeVersion, names: Iterable[str]) -> GuaranteeVersion:
    if version.reachable is not None:
        left_out: Mapping[str, str] = version.reachable.unless
        unless = {name: left_out[original(name)] for name in names if original(name) in left_out}
        return version.model_copy(update={"reachable": version.reachable.model_copy(update={"unless": unless})})
    form = version.never_depends_on or version.only_adds
    if form is None:
        return version
    except_ = tuple(name for name in names if original(name) in form.among.except_)
    wider = form.model_copy(update={"among": form.among.model_copy(update={"except_": except_})})
    return version.model_copy(update={"only_adds" if version.only_adds else "never_depends_on": wider})
