"""Sealed things that are kept with a case, in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, delete, select

from nrm.casework.ports_referral import ItemRow
from nrm.storage.schema_referral import items
from nrm.storage.versioned import Versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

_WRITTEN: Final = Versioned[ItemRow](items)
_OF: Final = (
    select(items)
    .where(items.c.case_id == bindparam("case"), items.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(items.c.at, items.c.item_id)
)
_REMOVE: Final = delete(items).where(
    items.c.case_id == bindparam("case"), items.c.kind == bindparam("the_kind"), items.c.item_id == bindparam("item")
)


class SqlItems:
    """`nrm.casework.ports_referral.Items` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: ItemRow) -> None:
        """Add an item with version 1 (errors as `Versioned.add`)."""
        _WRITTEN.add(self._connection, self._held, [row])

    def change(self, row: ItemRow, seen: int) -> None:
        """Put `row` in the place of version `seen` (errors as `Versioned.change`)."""
        _WRITTEN.change(self._connection, self._held, row, seen)

    def remove(self, case: UUID, kind: str, item: UUID) -> bool:
        """Remove an item and hold the case; False when there is none. Raises `NoSuchCaseError` or `ShreddedError`."""
        self._held.hold(case)
        return self._connection.execute(_REMOVE, {"case": case, "the_kind": kind, "item": item}).rowcount == 1

    def of(self, case: UUID, kinds: Iterable[str]) -> Sequence[ItemRow]:
        """Return the items of these kinds, the oldest first (`at`, then `item`)."""
        found = self._connection.execute(_OF, {"case": case, "kinds": sorted(set(kinds))})
        return [ItemRow(*row) for row in found]
