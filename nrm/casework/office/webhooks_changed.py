"""A webhook that is there already: called elsewhere or of other events, and tried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nrm.access import Installation
from nrm.casework.asked import permit
from nrm.casework.errors import CaseworkError, StaleVersionError
from nrm.casework.journal import Journal
from nrm.casework.office.announcing import EVENT_KINDS, HOOKS, KEPT, MESSAGES, TEST, HookMessage, in_time
from nrm.casework.office.webhooks import check, own, shown
from nrm.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from nrm.casework.asked import Asked
    from nrm.casework.desk import Desk
    from nrm.casework.office.webhooks import Refuses, Shown
    from nrm.casework.ports import UnitOfWork


def change_webhook(
    desk: Desk,
    asked: Asked,
    hook: UUID,
    seen: int,
    url: str | None,
    kinds: Sequence[str] | None,
    refuses: Callable[[str], Refuses],
) -> Shown:
    """Let a webhook be called elsewhere, or of other events; what is None stays, and so does its secret.

    What waits goes to the new address, because it happened all the same.

    Raises:
        NoSuchRecordError: there is none, or it is another organisation's.
        StaleVersionError: it changed since version `seen`.
        UnknownNameError, DeniedError: as `add_webhook`.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> Shown:
        permit(asked, "webhook:change", Installation())
        held = own(desk, unit, asked, hook)
        if held.version != seen:
            raise StaleVersionError(seen, held.version)
        before = held.thing
        wanted = before.kinds if kinds is None else tuple(kind for kind in EVENT_KINDS if kind in kinds)
        check(before.url if url is None else url, before.kinds if kinds is None else kinds, refuses)
        after = before.model_copy(update={"url": url or before.url, "kinds": wanted})
        journal.write(unit, "webhook:change")
        return shown(desk, unit, HOOKS.change(desk, unit, held, after))

    return journal.attempt("webhook:change", work)


def try_webhook(desk: Desk, asked: Asked, hook: UUID) -> UUID:
    """Put a message of the kind `TEST` to a webhook behind what waits for it, and return its identifier.

    It is delivered as every other one, so that what arrives here arrives always.

    Raises:
        NoSuchRecordError: there is none, or it is another organisation's.
        SuspendedError: it is suspended, and nothing is delivered to it.
        DeniedError: the role may not.
    """
    journal = Journal(desk, asked)

    def work(unit: UnitOfWork) -> UUID:
        permit(asked, "webhook:change", Installation())
        if own(desk, unit, asked, hook).thing.suspended is not None:
            raise SuspendedError
        now = desk.clock()
        message = HookMessage(id=in_time(now), kind=TEST, at=now, subject=str(hook))
        MESSAGES.add(desk, unit, message.id, message, owner=hook, until=now + KEPT)
        journal.write(unit, "webhook:change")
        return message.id

    return journal.attempt("webhook:change", work)


class SuspendedError(CaseworkError):
    """The webhook is suspended, so nothing is delivered to it."""

    def __init__(self) -> None:
        super().__init__(Problem("webhook", 0, "it is suspended", "let it be called again first"))
