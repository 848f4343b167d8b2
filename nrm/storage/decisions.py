"""Decisions in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert, select

from nrm.casework.errors import NoSuchCaseError
from nrm.casework.ports import DecisionRow
from nrm.storage import schema

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy.engine import Connection, Row

    from nrm.storage.rows import Held

_DECISIONS = schema.decisions
_ADD: Final = insert(_DECISIONS)
_OF: Final = (
    select(_DECISIONS)
    .where(_DECISIONS.c.case_id == bindparam("case"))
    .order_by(_DECISIONS.c.made_at, _DECISIONS.c.decision_id)
)
_NEWEST: Final = _OF.order_by(None).order_by(_DECISIONS.c.made_at.desc(), _DECISIONS.c.decision_id.desc()).limit(1)


class SqlDecisions:
    """`nrm.casework.ports.Decisions` on one connection."""

    def __init__(self, connection: Connection, held: Held) -> None:
        self._connection = connection
        self._held = held

    def add(self, row: DecisionRow) -> None:
        """Add a decision. Raises `NoSuchCaseError` and `ShreddedError`."""
        self._held.hold(row.case)
        self._connection.execute(
            _ADD,
            {
                "case_id": row.case,
                "decision_id": row.decision,
                "version": row.version,
                "made_at": row.made_at,
                "on_date": row.on,
                "country": row.country,
                "rulebook": row.rulebook,
                "digest": row.digest,
                "disputed": row.disputed,
                "sealed": row.sealed,
            },
        )

    def of(self, case: UUID) -> Sequence[DecisionRow]:
        """Return the decisions about a case, the oldest first."""
        return [_decision(row) for row in self._connection.execute(_OF, {"case": case})]

    def newest(self, case: UUID) -> DecisionRow | None:
        """Return the decision that `of` returns last, or None."""
        found = self._connection.execute(_NEWEST, {"case": case}).one_or_none()
        return None if found is None else _decision(found)

    def get(self, case: UUID, decision: UUID) -> DecisionRow:
        """Return one decision. Raises `NoSuchCaseError`."""
        wanted = select(_DECISIONS).where(_DECISIONS.c.case_id == case, _DECISIONS.c.decision_id == decision)
        found = self._connection.execute(wanted).one_or_none()
        if found is None:
            raise NoSuchCaseError
        return _decision(found)


def _decision(row: Row[*tuple[object, ...]]) -> DecisionRow:
    return DecisionRow(
        decision=row.decision_id,
        case=row.case_id,
        version=row.version,
        made_at=row.made_at,
        on=row.on_date,
        country=row.country,
        rulebook=row.rulebook,
        digest=row.digest,
        disputed=row.disputed,
        sealed=row.sealed,
    )
