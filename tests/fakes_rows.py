"""What the parts of the store in memory share: rows are added once, and moments are told in UTC as a database would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from nrm.casework.errors import StoreError
from nrm.errors import Problem


def new(table, key, row):
    if key in table:
        raise refused("a row is there already")
    table[key] = row


def refused(what):
    return StoreError(Problem("store", 0, what))


def in_utc(row, *names):
    moments = {name: getattr(row, name) for name in names}
    return replace(row, **{name: at.astimezone(UTC) for name, at in moments.items() if at is not None})
