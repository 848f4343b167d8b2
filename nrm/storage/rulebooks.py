"""The files of rulebooks in their table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from nrm.storage import schema

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_RULEBOOKS = schema.rulebooks
_KNOWN: Final = select(_RULEBOOKS.c.digest).where(_RULEBOOKS.c.digest == bindparam("digest"))


class SqlRulebooks:
    """`nrm.casework.ports.Rulebooks` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, digest: str, archive: bytes) -> None:
        """Keep the files of a rulebook; nothing happens when they are kept already."""
        if self.known(digest):  # the usual case, and it sends no archive
            return
        # Two units may both come here: PostgreSQL asks the later one to begin again, and then it finds the files.
        insert = sqlite.insert if self._connection.dialect.name == "sqlite" else postgresql.insert
        new = insert(_RULEBOOKS).values(digest=digest, archive=archive)
        self._connection.execute(new.on_conflict_do_nothing())

    def get(self, digest: str) -> bytes | None:
        """Return the files, or None."""
        kept: bytes | None = self._connection.scalar(select(_RULEBOOKS.c.archive).where(_RULEBOOKS.c.digest == digest))
        return kept

    def known(self, digest: str) -> bool:
        """Say whether the files are kept."""
        return self._connection.scalar(_KNOWN, {"digest": digest}) is not None
