"""What a database belongs to: one row, written when it is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from nrm.casework.errors import StoreMisfitError
from nrm.casework.ports import Installation
from nrm.errors import Problem
from nrm.storage import schema
from nrm.storage.faults import STORE

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

_TABLE = schema.installation


def record(connection: Connection, ours: Installation) -> None:
    """Write what a new database belongs to. Raises `StoreMisfitError` when it belongs to something already."""
    if connection.execute(select(_TABLE)).first() is not None:
        what = "the database belongs to an installation already"
        raise StoreMisfitError(Problem(STORE, 0, what, "make a new database, or open this one with its own keys"))
    row = {"keyring": ours.keyring, "origin": ours.origin, "vkey": ours.vkey}
    connection.execute(insert(_TABLE).values(id=schema.ONLY, **row))


def recorded(connection: Connection) -> Installation:
    """Return what the database belongs to. Raises `StoreMisfitError` when it belongs to nothing yet."""
    row = connection.execute(select(_TABLE)).one_or_none()
    if row is None:
        what = "the database belongs to no installation yet"
        raise StoreMisfitError(Problem(STORE, 0, what, "make an installation, or restore a backup"))
    return Installation(row.keyring, row.origin, row.vkey)
