"""Referrals in their table.

INVARIANT (one mind about a case): who reads the referrals of a case holds the case, so that of two units of work that
would each accept a referral the second sees what the first did, or begins again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from nrm.casework.ports_referral import ReferralRow
from nrm.storage.schema_referral import referrals
from nrm.storage.versioned import Versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from nrm.storage.rows import Held

_WRITTEN: Final = Versioned[ReferralRow](referrals)
_OF: Final = select(referrals).where(referrals.c.case_id == bindparam("case")).order_by(referrals.c.referral_id)
_FIND: Final = select(referrals).where(referrals.c.referral_id == bindparam("referral")).limit(1)
_MARKED: Final = (
    select(referrals)
    .where(referrals.c.mark == bindparam("mark"), referrals.c.state == bindparam("state"))
    .where(referrals.c.referral_id > bindparam("after"))
    .order_by(referrals.c.referral_id)
    .limit(bindparam("most"))
)
_BEFORE_ALL: Final = UUID(int=0)
"""No random identifier is this one."""


class SqlReferrals:
    """`nrm.casework.ports_referral.Referrals` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: ReferralRow) -> None:
        """Add a referral with version 1 (errors as `Versioned.add`)."""
        _WRITTEN.add(self._connection, self._held, [row])

    def change(self, row: ReferralRow, seen: int) -> None:
        """Put `row` in the place of version `seen` (errors as `Versioned.change`)."""
        _WRITTEN.change(self._connection, self._held, row, seen)

    def of(self, case: UUID) -> Sequence[ReferralRow]:
        """Return the referrals of a case in the order of their identifiers, with the case held.

        Raises `NoSuchCaseError` or `ShreddedError`, because there is nothing to hold then.
        """
        self._held.hold(case)
        return [ReferralRow(*row) for row in self._connection.execute(_OF, {"case": case})]

    def find(self, referral: UUID) -> ReferralRow | None:
        """Return the referral with this identifier, whosesoever it is."""
        found = self._connection.execute(_FIND, {"referral": referral}).one_or_none()
        return None if found is None else ReferralRow(*found)

    def marked(self, mark: bytes, states: Iterable[str], after: UUID | None, most: int) -> Sequence[ReferralRow]:
        """Return at most `most` referrals to one service in these states, in the order of their identifiers."""
        # Each state is a range of the index and ends by itself; all of them in one statement would be sorted whole.
        asked = {"mark": mark, "after": after or _BEFORE_ALL, "most": most}
        pages = (self._connection.execute(_MARKED, {**asked, "state": state}) for state in set(states))
        rows = [ReferralRow(*row) for page in pages for row in page]
        return sorted(rows, key=lambda row: row.referral)[:most]
