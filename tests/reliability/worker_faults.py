"""Faults of a worker, planted to see that the campaign notices them; each is one that could be made by mistake."""

# ruff: noqa: SLF001 - to do wrongly what nobody can be asked to do wrongly
from __future__ import annotations

import time
from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import select, update

from nrm.bootstrap_delivery import Rounds
from nrm.casework.clocks import posting, ticking
from nrm.casework.items import change_clock, opened_clock
from nrm.casework.safe import OpenCase
from nrm.storage import outbox
from nrm.storage.clocks import SqlClocks
from nrm.storage.outbox import SqlOutbox
from nrm.storage.schema_referral import clocks


class Fault(NamedTuple):
    """Does something wrongly in this process from now on, and by which words it is noticed."""

    plant: object
    noticed: str


def done_before_delivery():
    """The message leaves the outbox, and is delivered after that."""
    deliver = posting._deliver

    def wrong(desk, carry, row, lease):
        def first(message, *rest):
            desk.store.run(lambda unit: unit.outbox.done(row.case, message, lease))
            return carry(message, *rest)

        return deliver(desk, first, row, lease)

    posting._deliver = wrong


def leases_forgotten():
    """A message that another worker has is taken as well."""
    table = outbox.outbox
    outbox._FREE = select(table).where(table.c.due_at <= outbox.bindparam("now")).limit(outbox.bindparam("most"))
    SqlOutbox.done = _whosever(SqlOutbox.done)


def _whosever(done):
    def wrong(self, case, message, _lease):
        there = self.get(case, message)
        return there is not None and done(self, case, message, there.lease)

    return wrong


def no_version():
    """A clock is read in one unit of work, and put in the place of whatever version stands there in the next."""

    def change(self, row, _seen):
        self._held.hold(row.case)
        values = {"version": row.version, "due_at": row.due_at, "level": row.level, "sealed": row.sealed}
        where = (clocks.c.case_id == row.case, clocks.c.clock_id == row.clock)
        self._connection.execute(update(clocks).where(*where).values(**values))

    get, one = SqlClocks.get, ticking._one

    def wrong(desk, due):
        row = desk.store.run(lambda unit: get(unit.clocks, due.case, due.clock))
        time.sleep(0.005)
        SqlClocks.get = lambda self, case, clock: row if clock == due.clock else get(self, case, clock)
        return one(desk, due)

    SqlClocks.change, ticking._one = change, wrong


def stopped_before_it_rang():
    """A clock is stopped in one unit of work, and what is to happen happens in the next."""
    get, look = SqlClocks.get, ticking._look

    def wrong(desk, due):
        def stop(unit):
            unit.referrals.of(due.case)
            row = unit.clocks.get(due.case, due.clock)
            case = OpenCase.of(unit.cases.get(due.case), desk.keyring)
            change_clock(unit, case, row, opened_clock(case, row), None)
            return replace(get(unit.clocks, due.case, due.clock), due_at=row.due_at)

        def then(unit):
            SqlClocks.get = lambda self, case, clock: stopped if clock == due.clock else get(self, case, clock)
            try:
                return look(desk, unit, due)
            finally:
                SqlClocks.get = get

        try:
            stopped = desk.store.run(stop)
            return desk.store.run(then)
        except ticking.StaleVersionError:
            return ticking.Ticked()

    ticking._one = wrong


def new_name_at_every_try():
    """Each try has an identifier of its own, so that the receiver cannot know a message again."""
    call = Rounds.__call__
    Rounds.__call__ = lambda self, _message, *rest: call(self, uuid4(), *rest)


FAULTS = {
    "done_before_delivery": Fault(done_before_delivery, "a package is (lost|gone)"),
    "leases_forgotten": Fault(leases_forgotten, "at the same time"),
    "no_version": Fault(no_version, "one level has two entries"),
    "stopped_before_it_rang": Fault(stopped_before_it_rang, "has no moment"),
    "new_name_at_every_try": Fault(new_name_at_every_try, "under another name"),
}


def plant(name):
    """Do something wrongly in this process from now on; None: nothing."""
    if name is not None:
        FAULTS[name].plant()
