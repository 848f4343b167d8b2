"""An upload that breaks off anywhere leaves nothing that anybody could read, and soon nothing at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from attachment_desk import attach, content, fetched, listed, rows, uploads
from offices import BO, asked

from nrm.casework.attachment_errors import UploadOverError
from nrm.casework.cases import attachments
from nrm.casework.cases.uploads import LONGEST, clean_up
from nrm.casework.clocks.rounds import Round, go_round
from nrm.casework.errors import ShreddedError, StoreError
from nrm.errors import Problem
from nrm.vault.parts import PART


class KilledError(BaseException):
    """The process ends here; nothing that it would still do is done."""


class LineLostError(Exception):
    """Whoever sent the bytes is gone."""


@pytest.fixture
def case(office):
    return office.open().case


def broken(office, case, after, error):
    """Add an attachment whose bytes break off after so many parts, with an error, or with the end of the process."""

    def chunks():
        yield from (content(5 * PART)[at * PART : (at + 1) * PART] for at in range(after))
        yield b"Canary"
        if error is KilledError:
            office.desk.store.run = killed
        raise error

    with pytest.raises(error):
        attachments.add(office.desk, asked(), case, "scan.pdf", chunks())
    vars(office.desk.store).pop("run", None)


def killed(_work):
    raise StoreError(Problem("store", 0, "killed"))


def later(office, delta=LONGEST + timedelta(minutes=1)):
    clock = office.desk.clock
    return replace(office.desk, clock=lambda: clock() + delta)


@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_an_upload_that_breaks_off_leaves_nothing_and_an_entry(office, case, after):
    broken(office, case, after, LineLostError)
    assert (rows(office), uploads(office), listed(office, case)) == ({}, [], [])
    assert ("attachment:add", "program_failed") in office.said()


@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_what_a_killed_process_left_cannot_be_read_and_is_removed_by_the_worker(office, case, after):
    kept = attach(office, case, content(PART + 9))
    broken(office, case, after, KilledError)
    assert len(rows(office)) == kept.parts + after
    assert len(uploads(office)) == 1
    assert listed(office, case) == [kept]
    assert clean_up(office.desk) == 0, "it may still be on its way"
    assert clean_up(later(office)) == 1
    assert uploads(office) == []
    assert {key[1] for key in rows(office)} == {kept.id}
    entry = office.entries()[-1]
    assert (entry.action, entry.result, entry.why, entry.role) == (
        "work:attachment:add",
        "failed",
        "timed_out",
        "worker",
    )
    assert clean_up(later(office)) == 0
    assert fetched(office, case, kept.id) == content(PART + 9)


def test_a_round_of_the_worker_cleans_up_and_says_that_it_was_not_idle(office, case):
    broken(office, case, 1, KilledError)
    done = go_round(later(office), None, set())
    assert (done.cleaned, done.idle) == (1, False)
    assert Round().idle


def test_more_broken_uploads_than_are_listed_at_once_are_all_removed(office, case):
    for _ in range(103):
        broken(office, case, 0, KilledError)
    assert clean_up(later(office)) == 103
    assert uploads(office) == []


def test_an_upload_that_the_worker_took_for_broken_keeps_nothing_of_what_comes_after(office, case):
    def slow():
        yield content(2 * PART)
        clean_up(later(office))
        yield bytes(2 * PART)

    with pytest.raises(UploadOverError, match="took too long"):
        attachments.add(office.desk, asked(), case, "scan.pdf", slow())
    assert (rows(office), uploads(office)) == ({}, [])
    assert {("work:attachment:add", "timed_out"), ("attachment:add", "timed_out")} <= set(office.said())


def test_an_upload_that_the_worker_took_for_broken_before_its_last_unit_of_work_is_no_attachment(office, case):
    def slow():
        yield content(60)
        clean_up(later(office))

    with pytest.raises(UploadOverError):
        attachments.add(office.desk, asked(), case, "scan.pdf", slow())
    assert (rows(office), uploads(office), listed(office, case)) == ({}, [], [])


@pytest.mark.parametrize("killed_then", [False, True])
def test_a_case_that_is_shredded_meanwhile_gets_no_part_more(office, case, killed_then):
    def chunks():
        yield content(2 * PART)
        office.shred(case)
        if killed_then:
            raise KilledError
        yield bytes(PART)

    with pytest.raises(KilledError if killed_then else ShreddedError):
        attachments.add(office.desk, asked(), case, "scan.pdf", chunks())
    assert rows(office) == {}
    clean_up(later(office))
    assert uploads(office) == []


def test_what_a_shredded_case_left_in_the_registry_is_removed_without_an_entry_that_names_it(office, case):
    broken(office, case, 1, KilledError)
    office.shred(case)
    entries = len(office.entries())
    assert clean_up(later(office)) == 1
    assert (rows(office), uploads(office)) == ({}, [])
    assert len(office.entries()) == entries


def test_a_last_unit_of_work_of_which_nobody_knows_whether_it_happened_takes_nothing_back(office, case):
    """The commit arrived, and the word of it was lost."""
    run, calls = office.store.run, []

    def doubtful(work):
        calls.append(run(work))
        if len(calls) == 4:  # it began, two parts, its end
            raise StoreError(Problem("store", 0, "the connection was lost during a commit"))
        return calls[-1]

    office.store.run = doubtful
    with pytest.raises(StoreError):
        attach(office, case, content(PART + 1))
    del office.store.run
    (one,) = listed(office, case)
    assert fetched(office, case, one.id) == content(PART + 1)


def test_two_that_add_the_same_file_at_once_leave_one(office, case):
    other = office.open(BO).case

    def chunks():
        yield content(60)
        attach(office, case, content(61))
        attach(office, other, content(61))
        yield content(61)[60:]

    one = attachments.add(office.desk, asked(), case, "scan.pdf", chunks())
    assert listed(office, case) == [one]
    assert len(rows(office)) == 2


def test_a_record_that_somebody_altered_does_not_stop_the_worker(office, case):
    broken(office, case, 1, KilledError)
    (key,) = uploads(office)
    registry = office.store.state.registry
    registry[key] = replace(registry[key], sealed=registry[key].sealed[:-1])
    assert go_round(later(office), None, set()).cleaned == 0
    assert listed(office, case) == []
