"""The packed facts of many cases, read as plain rows: no identifiers, times or row objects are made for each.

One statement reads a page by the primary keys of both tables: on from a case, and for each case the newest of its
packed facts. It is written as text because the two databases keep a UUID differently, and bulk work wants its bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Uuid, bindparam, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlalchemy import TextClause
    from sqlalchemy.engine import Connection

    from nrm.casework.ports import PackedRow

PACKED: Final = "packed"
_BYTES: Final = {"sqlite": "unhex(c.case_id)", "postgresql": "uuid_send(c.case_id)"}

# CROSS JOIN has SQLite go through the cases and look up the facts, and never the other way round with a sort at the
# end (https://sqlite.org/optoverview.html#crossjoin); to PostgreSQL it is a join like any other.
_PAGE: Final = """
SELECT {case}, g.version, c.wrapped_key, g.sealed FROM cases c CROSS JOIN case_groups g
WHERE c.wrapped_key IS NOT NULL {further} AND g.case_id = c.case_id AND g.grp = :packed AND g.version =
    (SELECT max(n.version) FROM case_groups n WHERE n.case_id = c.case_id AND n.grp = :packed)
ORDER BY c.case_id LIMIT :most
"""


def packed(connection: Connection, after: UUID | None, most: int) -> Sequence[PackedRow]:
    """Return the newest packed facts of at most `most` cases that are not shredded, on from the case `after`."""
    asked: dict[str, object] = {"packed": PACKED, "most": most}
    if after is None:
        found = connection.execute(_FIRST[connection.dialect.name], asked)
    else:
        found = connection.execute(_FURTHER[connection.dialect.name], {"after": after, **asked})
    return found.all()


def _page(further: str) -> dict[str, TextClause]:
    return {dialect: text(_PAGE.format(case=case, further=further)) for dialect, case in _BYTES.items()}


_FIRST: Final = _page("")
_AFTER: Final = bindparam("after", type_=Uuid)
_FURTHER: Final = {name: page.bindparams(_AFTER) for name, page in _page("AND c.case_id > :after").items()}
