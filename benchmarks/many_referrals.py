"""Many open referrals at once: sealed as the use cases seal them, but put into the store in large units of work.

Each case has one referral that was sent and the clock of its answer; more clocks can be added, which wait.
"""

from __future__ import annotations

from datetime import timedelta
from os import urandom
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, select

from benchmarks.many_cases import fill, settled
from benchmarks.referral_work import NOON
from nrm.casework.items import CLOCK, REFERRAL, WAKE, sealed
from nrm.casework.ports import CaseRow
from nrm.casework.referrals.services import MARK_BYTES
from nrm.casework.safe import OpenCase
from nrm.referral.clock import Clock
from nrm.referral.referral import Passed, Referral
from nrm.storage import schema, schema_referral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from nrm.bootstrap_store import Office

AT_ONCE: Final = 20_000
"""Rows in one unit of work."""

_SENT: Final = Referral(
    id=UUID(int=0),
    state="sent",
    offer="safe_accommodation",
    disclosure="share_with_accommodation",
    recipient="accommodation_provider",
    purpose="accommodation",
    basis="consent",
    groups=("contact",),
    service=("made", "0000001"),
    age="age1" + "q" * 58,
    decision=UUID(int=0),
    message=UUID(int=1),
    made_at=NOON,
    expires_at=NOON + timedelta(days=30),
    passed=(Passed(at=NOON, verb="send", by="caseworker"),),
)


def fill_referrals(office: Office, count: int, due: datetime, say: Callable[[str], None]) -> list[UUID]:
    """Add `count` cases with a sent referral each, whose answer is due at `due`, and return the cases."""
    cases = fill(office, count, {}, b"{}", say)
    for start in range(0, count, AT_ONCE):
        say(f"filling: {start:,} of {count:,} referrals")
        rows: list[dict[str, Any]] = []
        clocks: list[dict[str, Any]] = []
        for case in _opened(office, cases[start : start + AT_ONCE]):
            one = _SENT.model_copy(update={"id": uuid4()})
            rows.append(
                {
                    "case_id": case.case,
                    "referral_id": one.id,
                    "version": 1,
                    "state": one.state,
                    "mark": urandom(MARK_BYTES),
                    "changed_at": NOON,
                    "sealed": sealed(case, REFERRAL, 1, one),
                }
            )
            clocks.append(_clock(case, due, one.id))
        _put(office, schema_referral.referrals, rows)
        _put(office, schema_referral.clocks, clocks)
    settled(office)
    return cases


def fill_clocks(office: Office, cases: Sequence[UUID], each: int, due: datetime, say: Callable[[str], None]) -> None:
    """Add `each` clocks to every one of `cases`, due at `due`."""
    step = max(1, AT_ONCE // each)
    for start in range(0, len(cases), step):
        say(f"filling: clocks of {start:,} of {len(cases):,} cases")
        opened = _opened(office, cases[start : start + step])
        _put(office, schema_referral.clocks, [_clock(case, due, None) for case in opened for _ in range(each)])
    settled(office)


def _opened(office: Office, cases: Sequence[UUID]) -> Iterator[OpenCase]:
    wanted = select(schema.cases).where(schema.cases.c.case_id.between(cases[0], cases[-1]))
    own = set(cases)
    with office.database.begin() as connection:
        rows = [row for row in connection.execute(wanted) if row.case_id in own]
    for row in rows:
        kept = CaseRow(row.case_id, row.organisation, row.version, row.opened_at, row.changed_at, row.wrapped_key)
        yield OpenCase.of(kept, office.desk.keyring)


def _clock(case: OpenCase, due: datetime, about: UUID | None) -> dict[str, Any]:
    made = due - timedelta(days=2)
    one = Clock(
        id=uuid4(), kind="answer", code="no_answer", by="service_provider", about=about, made_at=made, due=due
    )  # fmt: skip
    return {
        "case_id": case.case,
        "clock_id": one.id,
        "version": 1,
        "kind": WAKE,
        "due_at": due,
        "level": 0,
        "sealed": sealed(case, CLOCK, 1, one),
    }


def _put(office: Office, table: Table, rows: list[dict[str, Any]]) -> None:
    with office.database.begin() as connection:
        connection.execute(insert(table), rows)
