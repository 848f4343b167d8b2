"""Whoever types what docs/api.md says, gets what it says."""

from __future__ import annotations

import shutil

import pytest
from demonstrations import demonstration, run_steps, steps_of
from documents import ROOT

STEPS = steps_of(ROOT / "docs" / "api.md")


def test_the_document_has_examples_and_says_what_they_print():
    assert len(STEPS) > 20
    assert sum(bool(step.expected) for step in STEPS) > 20


@pytest.mark.skipif(shutil.which("curl") is None, reason="THE EXAMPLES OF docs/api.md WERE NOT RUN: there is no curl")
def test_what_the_document_says_is_printed_is_printed(tmp_path):
    with demonstration(tmp_path) as url:
        run_steps(STEPS, tmp_path, url)
    wrong = [(str(step), step.expected, step.printed) for step in STEPS if not step.agrees]
    assert wrong == []
