"""Findings form layers: a rule that reads a finding stands above the rules that make it, and never in a circle."""

from __future__ import annotations

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nrm.rulebook.book import BookRule
    from nrm.rulebook.files import Files
    from nrm.rulebook.rule import Version


@dataclass(frozen=True)
class Circle:
    """Findings that need each other, first and last the same, and the rules that make them."""

    findings: tuple[str, ...]
    rules: tuple[str, ...]


def circles(files: Files) -> Iterator[Circle]:
    """Yield one circle of findings if there is any, over all versions of all rules at once.

    Versions of different dates are taken together: a circle that would only arise between two dates is refused too.
    """
    needs: dict[str, set[str]] = {}
    makers: dict[str, list[str]] = {}
    for file in files.rules:
        for version in file.rule.versions:
            made = [consequence.finding for consequence in version.then or () if consequence.finding]
            read = set(_findings_read(version))
            for finding in made:
                needs.setdefault(finding, set()).update(read)
                makers.setdefault(finding, []).append(file.rule.rule)
    try:
        # Sorted, so that the same files give the same error in every process.
        TopologicalSorter({finding: sorted(read) for finding, read in needs.items()}).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        rules = [rule for finding in found for rule in makers.get(finding, [])]
        yield Circle(tuple(reversed(found)), tuple(dict.fromkeys(rules)))


def _findings_read(version: Version) -> Iterator[str]:
    for branch in version.as_branches():
        for condition in branch.when:
            for plain in condition.any_ or (condition,):
                if plain.finding is not None:
                    yield plain.finding


def in_layers(rules: Sequence[BookRule]) -> list[BookRule]:
    """Return `rules` in an order in which every finding is made before it is read; otherwise by name.

    Raises:
        ValueError: the findings go round in a circle (the linter refuses such files, but a rulebook may also be made
            in memory).
    """
    from nrm.rulebook.book import FindingTest  # noqa: PLC0415 - types only elsewhere in this module

    made_by: dict[str, list[str]] = {}
    for rule in rules:
        for addition in rule.then:
            if addition.kind == "finding":
                made_by.setdefault(addition.code, []).append(rule.name)
    by_name = {rule.name: rule for rule in rules}
    needs: dict[str, list[str]] = {}
    for rule in sorted(rules, key=lambda rule: rule.name):
        tests = [test for branch in rule.branches for clause in branch.clauses for test in clause.tests]
        read = {test.finding for test in tests if isinstance(test, FindingTest)}
        needs[rule.name] = [maker for finding in sorted(read) for maker in made_by.get(finding, [])]
    try:
        return [by_name[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        raise ValueError("findings go round in a circle") from error
