"""What somebody must hear although no case of theirs says it: notices to one account, each kept until it is over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime

from nrm.access import Session
from nrm.casework.asked import permit
from nrm.casework.errors import NoSuchRecordError
from nrm.casework.journal import Journal
from nrm.casework.registry import Register
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork

NoticeKind = Literal["glass_broken", "webhook_suspended"]

KEPT: Final = timedelta(days=90)
"""How long a notice is kept, seen or not; what must be done about it is a task elsewhere, and that does not run out."""


class Notice(Model):
    """One notice: `case` is the case that it is about, if it is about one; `about` the grant or webhook."""

    id: UUID
    kind: NoticeKind
    at: AwareDatetime
    case: UUID | None = None
    about: UUID | None = None
    seen: AwareDatetime | None = None


NOTICES: Final = Register("notice", Notice)


def notify(
    desk: Desk,
    unit: UnitOfWork,
    account: UUID,
    kind: NoticeKind,
    *,
    case: UUID | None = None,
    about: UUID | None = None,
) -> None:
    """Tell one account something, in the unit of work in which it happens."""
    now = desk.clock()
    notice = Notice(id=uuid4(), kind=kind, at=now, case=case, about=about)
    NOTICES.add(desk, unit, notice.id, notice, owner=account, until=now + KEPT)


def notices(desk: Desk, asked: Asked) -> list[Notice]:
    """Return what the asker was told in the last `KEPT`, the newest first; that they looked is an entry.

    Raises:
        DeniedError: the role may not.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> list[Notice]:
        permit(asked, "notice:read", Session(asked.who))
        journal.write(unit, "notice:read")
        found: list[Notice] = []
        while page := NOTICES.listed(desk, unit, owner=asked.who, after=found[-1].id if found else None):
            found += [one.thing for one in page]
        lasting = [one for one in found if desk.clock() < one.at + KEPT]
        return sorted(lasting, key=lambda one: (one.at, one.id), reverse=True)

    return journal.attempt("notice:read", work)


def notice_seen(desk: Desk, asked: Asked, notice: UUID) -> Notice:
    """Note that the asker saw a notice to themselves; the first time counts.

    Raises:
        DeniedError: the role may not.
        NoSuchRecordError: there is none (any more), or it is somebody else's.
        StaleVersionError: somebody else changed it at the same time.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Notice:
        permit(asked, "notice:read", Session(asked.who))
        held = NOTICES.get(desk, unit, notice)
        if held is None or held.row.owner != asked.who or desk.clock() >= held.thing.at + KEPT:
            raise NoSuchRecordError
        journal.write(unit, "notice:read")
        if held.thing.seen is not None:
            return held.thing
        return NOTICES.change(desk, unit, held, held.thing.model_copy(update={"seen": desk.clock()})).thing

    return journal.attempt("notice:read", work)
