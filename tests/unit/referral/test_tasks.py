"""The table of tasks: complete, with a role and a time for each, and every chain has an end."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from fakes import REAL, load

from nrm.directory.match import NoService
from nrm.errors import FileRefusedError
from nrm.referral.tasks import FILE, TASKS, read_tasks
from nrm.rulebook.book import Within
from nrm.rulebook.wording import LANGUAGES

REAL_FILE = Path(REAL.rules) / "directory" / FILE


@pytest.fixture(scope="module")
def words():
    return load(REAL).vocabulary


@pytest.fixture(scope="module")
def tasks(words):
    return read_tasks(REAL_FILE, words)


@pytest.fixture
def problems(tmp_path, words):
    """Return the problems of the real table after a change."""

    def changed(*swaps):
        text = REAL_FILE.read_text(encoding="utf-8")
        for old, new in swaps:
            assert old in text
            text = text.replace(old, new)
        folder = tmp_path / "directory"
        folder.mkdir()
        (folder / FILE).write_text(text, encoding="utf-8")
        with pytest.raises(FileRefusedError) as refused:
            read_tasks(folder / FILE, words)
        return [re.sub(r":\d+:", ":", str(problem)) for problem in refused.value.problems]

    return changed


def test_every_task_of_the_program_has_a_role_a_time_and_words_in_every_language(tasks, words):
    assert set(tasks.tasks) == set(TASKS)
    for code in TASKS:
        task = tasks[code]
        assert task.code == code
        assert task.by in words.roles
        assert timedelta(0) < timedelta(hours=task.within.nominal_hours()) <= timedelta(days=14)
        texts = [wording.in_(language) for wording in (task.named.label, task.named.meaning) for language in LANGUAGES]
        assert len(set(texts)) == 2 * len(LANGUAGES), "a text stands for another language"


def test_no_task_is_named_like_an_outcome_of_the_rules(words):
    assert set(TASKS).isdisjoint(words.all_outcome_codes())


def test_arabic_is_written_in_arabic(tasks):
    for task in tasks.tasks.values():
        assert not re.search("[A-Za-z]", task.named.label.ar + task.named.meaning.ar)
        assert re.search("[\u0600-\u06ff]", task.named.label.ar)


def test_the_directory_and_the_table_say_the_same_of_a_need_without_a_service(tasks):
    said = NoService("medical_care", ())
    assert said.code in TASKS
    assert (said.by, Within(said.within_hours, "hours")) == (
        tasks["no_service_found"].by,
        tasks["no_service_found"].within,
    )


def test_every_chain_begins_with_the_role_itself_and_ends_with_the_overseer(tasks, words):
    for role in [*words.roles, "provider", "role_of_an_overlay", "overseer"]:
        heard = [hearer.role for hearer in tasks.chain(role).hearers]
        assert heard[0] == role
        assert heard[-1] == "overseer"
        assert len(heard) == len(set(heard))


def test_the_caseworkers_chain_goes_to_the_supervisor_first(tasks):
    assert [hearer.role for hearer in tasks.chain("caseworker").hearers] == [
        "caseworker", "supervisor", "coordinator", "overseer",
    ]  # fmt: skip


def test_a_role_without_a_line_has_its_caseworker_hear_at_once(tasks):
    first, second, *_ = tasks.chain("role_of_an_overlay").hearers
    assert (first.after, second.role) == (timedelta(0), "caseworker")


def test_every_role_that_hears_has_a_name(tasks, words):
    for role in words.roles:
        for hearer in tasks.chain(role).hearers:
            assert hearer.role in words.roles or hearer.role in tasks.hears


@pytest.mark.parametrize(
    ("swap", "said"),
    [
        (
            ("  no_answer:\n", "  no_reply:\n"),
            ["directory/tasks.yaml: the program makes no task `no_reply`", "the task `no_answer` is missing"],
        ),
        (("    by: coordinator\n", "    by: cordinator\n"), ["no role `cordinator`; did you mean `coordinator`?"]),
        (("  caseworker: {next: supervisor", "  caseworker: {next: nobody"), ["there is no role `nobody`"]),
        (
            ("  coordinator: {next: overseer", "  coordinator: {next: caseworker"),
            ["the chain of `coordinator` does not end with the last; say under `escalation` who hears next"],
        ),
        (("  coordinator: {next: overseer, after: PT72H}\n", ""), ["the chain of `supervisor` does not end"]),
        (("last: overseer", "last: coordinator"), ["`coordinator` is last and still has a next"]),
        (("after: PT48H", "after: P2D"), ["`P2D` is not written in hours; write `PT24H`"]),
        (("again: PT168H", "again: PT0H"), ["`again`: `PT0H` is not a time limit"]),
        (("answer: P2D", "answer: soon"), ["`answer`: `soon` is not a time limit"]),
    ],
)
def test_a_table_that_is_wrong_is_refused_and_says_where(problems, swap, said):
    found = problems(swap)
    for words in said:
        assert any(words in one for one in found), found


def test_all_faults_are_told_at_once(problems):
    found = problems(("    by: coordinator\n", "    by: nobody\n"), ("after: PT48H", "after: P2D"))
    assert len(found) == REAL_FILE.read_text(encoding="utf-8").count("    by: coordinator\n") + 1
