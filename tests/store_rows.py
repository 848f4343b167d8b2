"""Rows for tests of the store; every call gives other identifiers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from nrm.casework.ports import CaseRow, DecisionRow, EventRow, GroupRow, LogHead, VersionRow
from nrm.casework.ports_referral import ClockRow, ItemRow, OutboxRow, ReferralRow
from nrm.casework.ports_registry import RecordRow

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
OFFICE = UUID(int=7)


def a_case(case=None, organisation=OFFICE, key=b"wrapped key"):
    return CaseRow(case or uuid4(), organisation, 1, NOON, NOON, key)


def a_group(name="safety", version=1, sealed=b"sealed"):
    return GroupRow(name, version, sealed)


def a_version(*groups, version=1, standing=b"what stands"):
    return VersionRow(version, standing, groups)


def a_decision(case, minutes=0, country="gb"):
    made = NOON + timedelta(minutes=minutes)
    return DecisionRow(uuid4(), case, 1, made, date(2026, 3, 1), country, "a" * 64, "b" * 64, False, b"plan")  # noqa: FBT003


def an_event(case=None, minutes=0, details=None, leaf=None):
    event = uuid4()
    return EventRow(event, case, NOON + timedelta(minutes=minutes), leaf or event.bytes, details)


def an_item(case, kind="consent", item=None, version=1, minutes=0, sealed=b"item"):
    return ItemRow(case, kind, item or uuid4(), version, NOON + timedelta(minutes=minutes), sealed)


def a_referral(case, referral=None, version=1, state="sent", mark=b"mark", sealed=b"referral"):
    return ReferralRow(case, referral or uuid4(), version, state, mark, NOON, sealed)


def a_clock(case, clock=None, version=1, minutes=0, sealed=b"clock"):
    """Return a clock that is due so many minutes after noon; None: it has stopped."""
    due = None if minutes is None else NOON + timedelta(minutes=minutes)
    return ClockRow(case, clock or uuid4(), version, "duty.answer", due, 0, sealed)


def a_message(case, message=None, minutes=0, about=None):
    """Return a message that is due so many minutes after noon; None: it waits to be picked up."""
    due = None if minutes is None else NOON + timedelta(minutes=minutes)
    return OutboxRow(message or uuid4(), case, about or UUID(int=9), "package", due, b"message")


def a_record(kind="account", record=None, version=1, owner=None, mark=None, until=NOON, sealed=b"record"):
    """Return something that belongs to no case."""
    return RecordRow(kind, record or uuid4(), version, owner, mark, until, sealed)


def opened(store, groups=(), facts=b"facts", **named):
    """Add a case to the store and return it."""
    row = a_case(**named)
    store.run(lambda unit: unit.cases.add(row, a_version(*groups), facts))
    return row


def changed(unit, case, version=2, *groups, facts=b"new facts", at=NOON, **more):
    """Add a version to a case in a unit of work."""
    unit.cases.change(case, a_version(*groups, version=version, **more), facts, at)


def sequenced(unit, most=1000):
    """Give what waits its positions; return how many there were."""
    head = unit.log.head()
    rows = unit.log.waiting(most)
    size = head.size + len(rows)
    unit.log.append(head.size, rows, LogHead(size, b"note %d" % size))
    return len(rows)
