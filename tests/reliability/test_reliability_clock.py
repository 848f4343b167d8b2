"""A clock that is set back, or jumps ahead.

What holds whatever the clock says: the log only grows, in the order in which entries were published; nothing that was
published is moved; every entry has the time that the clock said, so that a clock set back can be seen in the log;
cases, versions and decisions do not depend on time. What does not hold: of entries that wait together, those with the
earlier times come first, and `nrm case history` goes by the times.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from real_installations import ON, asked, opened, record, verified

from nrm.audit.entry import decode
from nrm.casework.cases import deciding, history, keep, replaying
from nrm.casework.errors import ClockError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """A clock that is set by hand, and goes on by a second each time that it is read."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def office(home, clock):
    made = opened(home, clock)
    yield made
    made.close()


def entries(office):
    size = office.sequencer.run()
    return [decode(leaf) for leaf in office.store.run(lambda unit: list(unit.log.leaves(0, size)))]


def test_a_clock_that_jumps_loses_nothing_and_moves_nothing(home, office, clock):
    desk, who, seen = office.desk, asked(home), None
    case, published = keep.open_case(desk, who, record("0"), ON).case, []
    for number, jump in enumerate((0, -2, 3, -2, 26, -48), 1):
        clock.now += jump * HOUR
        assert keep.amend(desk, who, case, number, record(f"{number}"), ON).version == number + 1
        found = entries(office)
        assert [entry.event for entry in found[: len(published)]] == published, "nothing that was published is moved"
        published = [entry.event for entry in found]
        seen = verified(home, office.vkey, seen)
        assert (found[-1].action, found[-1].time) == ("cli:group:change", clock.now.replace(microsecond=0))
    times = [entry.time for entry in entries(office)]
    assert times != sorted(times), "the log shows that the clock was set back"
    for version in range(1, 8):
        found = keep.read_groups(desk, who, case, ["account"], version).groups
        assert json.loads(found["account"])["journey"] == f"{version - 1}"


def test_entries_that_wait_together_are_all_published_whatever_their_times(home, office, clock):
    desk, who = office.desk, asked(home)
    case = keep.open_case(desk, who, record("0"), ON).case
    for number, jump in enumerate((-2, 1, -2, 4), 1):
        clock.now += jump * HOUR
        keep.amend(desk, who, case, number, record(f"{number}"), ON)
    found = entries(office)
    assert len(found) == 5
    assert [entry.time for entry in found] == sorted(entry.time for entry in found)
    told = history.history(desk, who, case).events
    assert sorted(one.details["version"] for one in told) == [1, 2, 3, 4, 5]
    verified(home, office.vkey)


def test_decisions_are_replayed_whatever_the_clock_says(home, office, clock):
    desk, who = office.desk, asked(home)
    case = keep.open_case(desk, who, record("0"), ON).case
    made = []
    for jump in (0, -2, 5):
        clock.now += jump * HOUR
        made.append(deciding.decide(desk, who, case, ON).decision)
    clock.now -= 10 * HOUR
    assert [replaying.replay(desk, who, case, decision).decision for decision in made] == made
    assert {row.decision for row in history.history(desk, who, case).decisions} == set(made)


def test_keys_are_rotated_and_destroyed_when_the_clock_was_set_back(home, office, clock):
    desk = office.desk
    case = keep.open_case(desk, asked(home), record("0"), ON).case
    clock.now -= 2 * HOUR
    epoch = desk.keyring.rotate(clock())
    row = office.store.run(lambda unit: unit.cases.get(case))
    assert office.store.run(
        lambda unit: unit.cases.rewrap(case, row.wrapped_key, desk.keyring.rewrap(case, row.wrapped_key))
    )
    desk.keyring.destroy_epoch(1, clock())
    assert [(one.epoch.number, one.current) for one in desk.keyring.status()] == [(1, False), (epoch.number, True)]
    assert json.loads(keep.read_groups(desk, asked(home), case, ["account"]).groups["account"])["journey"] == "0"


@pytest.mark.parametrize("year", [1970, 2019])
def test_a_clock_before_the_log_was_thought_of_is_refused_and_nothing_happens(home, office, clock, year):
    """A machine whose battery is flat says 1970; the log would say so for ever."""
    clock.now = datetime(year, 1, 1, tzinfo=UTC)
    with pytest.raises(
        ClockError, match=f"the clock of this machine says `{year}-01-01`.*set the clock, then try again"
    ):
        keep.open_case(office.desk, asked(home), record("0"), ON)
    clock.now = NOON
    assert keep.list_cases(office.desk, asked(home)) == []
