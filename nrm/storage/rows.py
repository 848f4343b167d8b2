"""What the tables share: the case to which a row belongs, held until the unit of work ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select, update

from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.storage import schema

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.engine import Connection

_CASES: Final = schema.cases
_STANDS: Final = update(_CASES).where(_CASES.c.case_id == bindparam("case"), _CASES.c.wrapped_key.is_not(None))
_HOLD: Final = _STANDS.values(version=_CASES.c.version)


class Held:
    """The cases that this unit of work holds, so that nobody else changes or shreds them meanwhile.

    INVARIANT (nothing of a shredded case comes back): whatever writes a row of a case holds the case first, so that no
    sealed bytes, mark or message arrives beside or after its shredding.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: set[UUID] = set()
        self._new: set[UUID] = set()

    def hold(self, case: UUID) -> None:
        """Hold a case that is to get a row.

        Raises:
            NoSuchCaseError: there is none.
            ShreddedError: it was shredded.
        """
        if case in self._held:
            return
        # The row is written, not only locked: a shredding that began earlier would go on after a mere lock, and it
        # would not see the new row of ours. So PostgreSQL has it begin again.
        if self._connection.execute(_HOLD, {"case": case}).rowcount != 1:
            known = self._connection.scalar(select(_CASES.c.case_id).where(_CASES.c.case_id == case))
            raise NoSuchCaseError if known is None else ShreddedError
        self._held.add(case)

    def added(self, case: UUID) -> None:
        """Note a case that this unit of work has added itself: nobody else can know it yet."""
        self._held.add(case)
        self._new.add(case)

    def changed(self, case: UUID) -> None:
        """Note a case that this unit of work has changed itself."""
        self._held.add(case)
        self._new.discard(case)

    def is_new(self, case: UUID) -> bool:
        """Say whether this unit of work has added the case and not changed it since, so that it has no marks yet."""
        return case in self._new

    def shredded(self, case: UUID) -> None:
        """Note that a case was shredded by this unit of work."""
        self._held.discard(case)
        self._new.discard(case)
