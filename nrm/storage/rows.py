"""What the tables share: the case to which a row belongs, held until the unit of work ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.storage import schema

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.engine import Connection


class Held:
    """The cases that this unit of work holds, so that nobody else changes or shreds them meanwhile.

    INVARIANT (nothing of a shredded case comes back): whatever writes a row of a case holds the case first, so that no
    sealed bytes, mark or message arrives beside or after its shredding.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: set[UUID] = set()

    def hold(self, case: UUID) -> None:
        """Hold a case that is to get a row.

        Raises:
            NoSuchCaseError: there is none.
            ShreddedError: it was shredded.
        """
        if case in self._held:
            return
        cases = schema.cases.c
        # FOR NO KEY UPDATE: two units that write about one case take turns; SQLite leaves it out, its lock is whole.
        wanted = select(cases.wrapped_key.is_(None)).where(cases.case_id == case).with_for_update(key_share=True)
        shredded = self._connection.scalar(wanted)
        if shredded is None:
            raise NoSuchCaseError
        if shredded:
            raise ShreddedError
        self._held.add(case)

    def made(self, case: UUID) -> None:
        """Note a case that this unit of work has added or changed itself."""
        self._held.add(case)

    def shredded(self, case: UUID) -> None:
        """Note that a case was shredded by this unit of work."""
        self._held.discard(case)
