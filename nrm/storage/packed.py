"""The packed facts of many cases, read as plain rows: no identifiers, times or row objects are made for each.

One statement reads a page by the primary key of one table, on from a case. It is written as text because the two
databases keep a UUID differently, and bulk work wants its bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Uuid, bindparam, text

from nrm.storage.engine import BINARY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import TextClause
    from sqlalchemy.engine import Connection

    from nrm.casework.ports import PackedRow

_BYTES: Final = {"sqlite": "unhex(case_id)", "postgresql": "uuid_send(case_id)"}
_PAGE: Final = """
SELECT {case}, version, wrapped_key, facts FROM cases
WHERE wrapped_key IS NOT NULL AND facts IS NOT NULL {further} ORDER BY case_id LIMIT :most
"""


def packed(connection: Connection, after: UUID | None, most: int) -> Sequence[PackedRow]:
    """Return the packed facts of at most `most` cases that are not shredded, on from the case `after`."""
    if after is None:
        found = connection.execute(_FIRST[connection.dialect.name], {"most": most}, execution_options=BINARY)
    else:
        found = connection.execute(
            _FURTHER[connection.dialect.name], {"after": after, "most": most}, execution_options=BINARY
        )
    return found.all()


def _page(further: str) -> dict[str, TextClause]:
    return {dialect: text(_PAGE.format(case=case, further=further)) for dialect, case in _BYTES.items()}


_FIRST: Final = _page("")
_AFTER: Final = bindparam("after", type_=Uuid)
_FURTHER: Final = {name: page.bindparams(_AFTER) for name, page in _page("AND case_id > :after").items()}
