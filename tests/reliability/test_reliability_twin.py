"""The comparison of the crash test notices a store that has lost something, or has something half.

Each break is one that a crash could leave behind if a unit of work were not whole, or a commit not on the disk.
"""

from __future__ import annotations

import shutil

import driver
import pytest
from acknowledged import Truth
from real_installations import opened

from nrm.errors import NrmError

BROKEN = {
    "an acknowledged entry is gone": "DELETE FROM log_waiting",
    "an entry of the log is gone": "DELETE FROM log_leaves WHERE position = 2",
    "a group of the last version is gone": "UPDATE case_versions SET written = 'contact=9' WHERE version = 2",
    "a version is gone": "DELETE FROM case_versions WHERE version = 2",
    "a version was counted and not written": "UPDATE cases SET version = version + 1",
    "a group is cut short": "UPDATE case_versions SET sealed = substr(sealed, 1, 90)",
    "the details of an entry are gone": "DELETE FROM event_details WHERE turn = 0",
    "a decision is gone": "DELETE FROM decisions",
    "the rulebook of a decision is gone": "DELETE FROM rulebooks",
    "a key is gone": "UPDATE cases SET wrapped_key = NULL",
    "the log has forgotten where it stands": "UPDATE log_head SET size = size - 1",
}
DONE = ("open", "open", "amend", "read", "decide", "publish", "stale", "denied", "history", "list")


@pytest.fixture
def truth(home, monkeypatch):
    """Work as the driver does, without being killed."""
    made = Truth(home)

    def hear(**message):
        made.begun(message) if "begin" in message else made.done(message)

    monkeypatch.setattr(driver, "say", hear)
    worker = driver.Worker(home, 7, [])
    for number, kind in enumerate(DONE):
        case = next(iter(worker.cases), None)
        worker.one(kind, case, worker.cases.get(case), f"7.{number}")
    worker.office.close()
    return made


def test_a_store_that_holds_all_agrees(home, truth):
    office = opened(home)
    truth.compare(office, full=True)
    assert truth.entries.total() == len(DONE) - 1
    assert (truth.taken_up, truth.published) == (0, 5)
    office.close()


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_lost_or_half_is_noticed(home, truth, what):
    office = opened(home)
    with office.database.begin() as connection:
        if "substr" not in BROKEN[what] or home.database_file:
            connection.exec_driver_sql(BROKEN[what])
        else:
            connection.exec_driver_sql(BROKEN[what].replace("substr(sealed, 1, 90)", "substring(sealed from 1 for 90)"))
    with pytest.raises((AssertionError, NrmError)):
        truth.compare(office, full=True)
    office.close()


def test_a_published_log_that_went_back_is_noticed(home, truth):
    office = opened(home)
    old = home.folder / "old"
    shutil.copytree(home.log, old)
    truth.published = office.sequencer.run()
    shutil.rmtree(home.log)
    old.rename(home.log)
    with pytest.raises((AssertionError, NrmError)):
        truth.compare(office)
    office.close()


def test_a_change_that_nobody_acknowledged_is_noticed_unless_it_was_under_way(home, truth):
    office, truth.cases = opened(home), dict(truth.cases)
    case, known = truth.cases.popitem()
    entries = {("case:open", "done", None): 1}
    truth.entries.subtract(entries)
    with pytest.raises(AssertionError, match="without anybody who did it"):
        truth.compare(office)
    truth.touched, truth.pending = set(), {"begin": "open", "case": None, "story": known.stories[0]}
    truth.sequenced.clear()
    truth.read = 0
    truth.compare(office, full=True)
    assert (truth.taken_up, truth.cases[case].stories) == (1, known.stories)
    office.close()
