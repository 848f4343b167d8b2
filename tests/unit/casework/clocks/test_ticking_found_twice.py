"""What a scan found is read again before anything is done: another worker, or a person, may have been there first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from offices import BO, NOON, asked

from nrm.casework.clocks import duties, ticking
from nrm.casework.clocks.ticking import Ticked

LATER = NOON + timedelta(days=400)


def found(office):
    case = office.open(BO).case
    office.decide(case)
    desk = replace(office.desk, clock=lambda: LATER)
    return case, desk, desk.store.run(lambda unit: unit.clocks.due(LATER, 100))


def test_a_clock_that_two_workers_found_is_looked_at_by_one(office):
    _, desk, due = found(office)
    assert due
    looks = [ticking._one(desk, one) for one in (*due, *due)]  # noqa: SLF001 - as two workers with one scan
    assert all(look.looked == 1 for look in looks[: len(due)])
    assert looks[len(due) :] == [Ticked()] * len(due)


def test_a_clock_that_somebody_stopped_after_the_scan_rings_no_more(office):
    case, desk, due = found(office)
    done = duties.finish(desk, asked(), case, duties.duties(desk, asked(), case)[0].id)
    (stopped,) = (one for one in due if one.clock == done.id)
    before = office.entries()
    assert ticking._one(desk, stopped) == Ticked()  # noqa: SLF001 - as a worker whose scan is old
    assert office.entries() == before
