"""The one schema, for SQLCipher and PostgreSQL alike (DESIGN §12).

Rules: every primary key and unique index of a table that belongs to cases begins with `case_id`; foreign keys stay
inside a case; keys are random UUIDs; no triggers, no LISTEN/NOTIFY, nothing that only one database knows. So the cases
can be spread over machines later. The tables of the log and of the installation belong to no case.

`turn` counts the entries that one unit of work made, so that entries of the same moment keep their order.

Nothing here is in the clear that says who a person is: `sealed` bytes, codes, times and versions.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Uuid

import nrm.storage.schema_referral
import nrm.storage.schema_registry  # noqa: F401 - its tables belong to the same metadata
from nrm.storage import columns
from nrm.storage.columns import Moment, code

metadata: Final = columns.metadata
"""All tables, also those of `nrm.storage.schema_referral`."""

DIGEST: Final = code(64)
ONLY: Final = 1
"""The key of the row in a table that has one row only."""

cases = Table(
    "cases",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("organisation", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("wrapped_key", LargeBinary),
    Column("facts", LargeBinary),  # packed, of `version`; beside the key, so that bulk work reads one table and no more
    Index(None, "organisation", "case_id"),  # in the order in which they are listed
    sqlite_with_rowid=False,  # so the rows lie in the order in which bulk work reads them
)

versions = Table(
    "case_versions",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("written", String, nullable=False),
    Column("standing", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

marks = Table(
    "case_marks",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("kind", code(20), primary_key=True),
    Column("mark", LargeBinary, primary_key=True),
    Index(None, "kind", "mark"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("decision_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("on_date", Date, nullable=False),
    Column("country", String(2)),
    Column("rulebook", DIGEST, nullable=False),
    Column("digest", DIGEST, nullable=False),
    Column("disputed", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

details = Table(
    "event_details",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

waiting = Table(
    "log_waiting",
    metadata,
    Column("at", Moment, primary_key=True),  # in the order in which they get their places
    Column("turn", Integer, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, primary_key=True),
    Column("leaf", LargeBinary, nullable=False),
    sqlite_with_rowid=False,  # one tree to write and not three
)

leaves = Table(
    "log_leaves",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event_id", Uuid, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Index(None, "event_id", unique=True),
)

head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("note", LargeBinary, nullable=False),
)

rulebooks = Table(
    "rulebooks",
    metadata,
    Column("digest", DIGEST, primary_key=True),
    Column("archive", LargeBinary, nullable=False),
)

installation = Table(
    "installation",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("keyring", LargeBinary, nullable=False),
    Column("origin", String(200), nullable=False),
    Column("vkey", String(300), nullable=False),
)

OF_A_CASE: Final = tuple(table for table in metadata.sorted_tables if "case_id" in table.columns and table is not cases)
"""The tables whose rows go when their case is shredded."""
