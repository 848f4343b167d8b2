"""Whoever types what docs/api.md says, gets what it says."""

from __future__ import annotations

import shutil

import pytest
from demonstrations import demonstration, run_steps, steps_of
from documents import ROOT

STEPS = steps_of(ROOT / "docs" / "api.md")


@pytest.fixture(scope="module", autouse=True)
def _typed(tmp_path_factory):
    if shutil.which("curl") is None:
        pytest.skip("THE EXAMPLES OF docs/api.md WERE NOT RUN: there is no curl (Debian: curl)")
    folder = tmp_path_factory.mktemp("newcomer")
    with demonstration(folder) as url:
        run_steps(STEPS, folder, url)


def test_the_document_has_examples_and_says_what_they_print():
    assert len(STEPS) > 20
    assert sum(bool(step.expected) for step in STEPS) > 20


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_what_the_document_says_is_printed_is_printed(step):
    assert step.agrees or step.printed == step.expected
