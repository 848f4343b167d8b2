"""Whoever types what docs/api.md says, gets what it says."""

from __future__ import annotations

import re
import shutil
import socket
from dataclasses import replace

import pytest
from demonstrations import Step, demonstration, run_steps, steps_of
from documents import ROOT

STEPS = steps_of(ROOT / "docs" / "api.md")
TOOLS = {"curl": "curl", "age": "age", "ssh-keygen": "openssh-client", "openssl": "openssl", "python3": "python3"}
"""What the page needs, and the packages of Debian that have it."""
OURS = re.compile(r"(^|[|(;]) *nrm ", re.MULTILINE)
MISSING = [name for name in TOOLS if shutil.which(name) is None]

with_tools = pytest.mark.skipif(
    bool(MISSING), reason=f"THE EXAMPLES OF docs/api.md WERE NOT RUN: {', '.join(MISSING)} missing"
)


def at(words):
    """Return where the one step stands whose commands have these words."""
    (found,) = [number for number, step in enumerate(STEPS) if words in step.commands]
    return found


LONGER = 'as $CASEWORKER "$API/cases?limit=[1-220]" > lists; grep -c items lists\n'
"""Makes the log too long for one bundle of entries."""

ENTRIES_IN_BUNDLE = 256
RESTART = at("cp demonstration/officers/officers.toml")


def assert_agrees(steps):
    assert [(str(step), step.expected, step.printed) for step in steps if not step.agrees] == []


def test_the_document_has_examples_and_says_what_they_print():
    assert len(STEPS) > 30
    assert sum(bool(step.expected) for step in STEPS) > 30


def test_from_the_case_to_the_verified_log_nothing_of_ours_is_typed():
    walk = "".join(step.commands for step in STEPS[: at("pkeyutl") + 1])
    assert OURS.search(walk) is None
    assert OURS.search(STEPS[at("nrm audit verify")].commands) is not None
    assert all(name in walk for name in TOOLS)


def test_its_beginning_names_all_that_is_needed():
    beginning = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition("## ")[0]
    assert f"apt install {' '.join(TOOLS.values())}" in beginning


@pytest.mark.age
@with_tools
def test_what_the_document_says_is_printed_is_printed(tmp_path):
    verify = STEPS[at("-o checkpoint $API") : at("pkeyutl") + 1]
    grown = [Step(LONGER, ["1"], []), *(replace(step, printed=[]) for step in verify)]
    with demonstration(tmp_path) as url:
        run_steps(STEPS[:RESTART] + grown, tmp_path, url)
    assert_agrees(STEPS[:RESTART] + grown)
    size = int((tmp_path / "checkpoint").read_text(encoding="utf-8").splitlines()[1])
    assert size > ENTRIES_IN_BUNDLE


@pytest.mark.age
@with_tools
def test_so_it_is_after_the_second_start_with_officers_and_webhooks(tmp_path, monkeypatch):
    monkeypatch.setenv("HOOK", str(_free_port()))
    (tmp_path / "rules").symlink_to(ROOT / "rules")
    begin, settle, rest = STEPS[0], STEPS[RESTART], STEPS[RESTART + 1 :]
    with demonstration(tmp_path) as url:
        run_steps([begin, settle], tmp_path, url)
    with demonstration(tmp_path) as url:
        run_steps([begin, *rest], tmp_path, url, longest=900)  # two whole checks of the rules are in it
    assert_agrees([begin, settle, *rest])
    officers = list((tmp_path / "demonstration" / "officers").iterdir())
    assert [path for path in officers if path.stat().st_mode & 0o077] == []


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
