"""Where grants of broken glass are found over all cases: a pointer in each list in which a grant stands, newest first.

INVARIANT (every grant is in its lists): the pointers are made in the unit of work that makes the grant, and go in the
one that shreds its case. They say where a grant is and nothing of it: what it is, and who may see it, says the case.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args
from uuid import UUID

from pydantic import AwareDatetime

from nrm.casework.items import GLASS
from nrm.casework.registry import Register
from nrm.rulebook.wording import Model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nrm.casework.cases.grants import Glass
    from nrm.casework.desk import Desk
    from nrm.casework.ports import UnitOfWork
    from nrm.casework.safe import OpenCase

Whose = Literal["kept", "named", "ours"]
WHOSE: Final[tuple[Whose, ...]] = get_args(Whose)
"""Which list: of the cases that an organisation keeps, of the grants that name somebody as the second person, and of
those that people of an organisation made for the cases of others.
"""

AT_ONCE: Final = 100
"""Pointers that are read at once."""


class Pointer(Model):
    """Where one grant is, and when it began."""

    case: UUID
    grant: UUID
    begins: AwareDatetime


_LISTS: Final[dict[Whose, Register[Pointer]]] = {one: Register(f"glass_{one}", Pointer) for one in WHOSE}


def put(desk: Desk, unit: UnitOfWork, case: OpenCase, grant: Glass) -> None:
    """Put a new grant into its lists; its case holds it already."""
    place = _place(grant.begins, grant.id)
    pointer = Pointer(case=case.case, grant=grant.id, begins=grant.begins)
    owners: dict[Whose, UUID] = {"kept": case.organisation, "named": grant.told, "ours": grant.organisation}
    for whose, owner in owners.items():
        _LISTS[whose].add(desk, unit, place, pointer, owner=_owner(desk, whose, owner))


def newest(
    desk: Desk, unit: UnitOfWork, whose: Whose, owner: UUID, after: UUID | None = None
) -> Iterator[tuple[UUID, Pointer]]:
    """Yield the pointers of one list, the newest first, each with its place in it; those behind the place `after`.

    `owner` is the organisation, or the account of the second person. Raises `VaultError` when one cannot be opened.
    """
    while found := _LISTS[whose].listed(desk, unit, owner=_owner(desk, whose, owner), after=after, most=AT_ONCE):
        for one in found:
            after = one.row.record
            yield after, one.thing


def forget(unit: UnitOfWork, case: UUID) -> None:
    """Take the grants of a case that is about to be shredded out of all lists; its key is not needed."""
    for row in unit.items.of(case, (GLASS,)):
        for one in _LISTS.values():
            one.remove(unit, _place(row.at, row.item))


_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HALF: Final = 64
_LAST: Final = 2**_HALF - 1


def _place(begins: datetime, grant: UUID) -> UUID:
    """Return the place of a grant: records are listed in the order of their identifiers, so what began last is least.

    Half of it is the microseconds that are left until the end of time, half is random. The moment stands in the clear
    with the case too.
    """
    passed = (begins - _BEGINNING) // timedelta(microseconds=1)
    return UUID(int=(_LAST - passed) << _HALF | grant.int & _LAST)


def _owner(desk: Desk, whose: Whose, owner: UUID) -> UUID:
    """Return a keyed mark, so that the store does not say whose people broke the glass."""
    return UUID(bytes=desk.registry.mark(f"glass_{whose}", owner.bytes))
