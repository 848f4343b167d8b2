"""All examples of a bundle, decided on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from nrm.engine.decide import Engine
from nrm.engine.examples import ExampleRunner

if TYPE_CHECKING:
    from nrm.errors import Problem
    from nrm.publishing.bundle import Bundle

Seen: TypeAlias = Callable[[str, int, int], object]
"""Hears what is checked ("examples", "guarantees" or "mutants"), how many of it are done, and how many there are."""


def run_examples(bundle: Bundle, seen: Seen = lambda *_: None) -> tuple[int, list[Problem]]:
    """Decide every example on both engines; return how many there are, and all that is wrong with them."""
    runner = ExampleRunner(bundle.files, Engine)
    problems: list[Problem] = []
    for number, file in enumerate(bundle.examples, start=1):
        problems.extend(runner.problems(file))
        seen("examples", number, len(bundle.examples))
    have = {file.rule for file in bundle.examples}
    problems += [
        file.document.problem((), f"`{file.rule.rule}` has no examples", f"write {file.rule.rule}.examples.yaml")
        for file in bundle.files.rules
        if file.rule.rule not in have
    ]
    return runner.ran, problems
