"""The table for what belongs to no case, and the one for the parts of attachments, which belong to one.

By the rules of `nrm.storage.schema`. In the clear stand kinds, random identifiers, keyed marks and moments.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Uuid

from nrm.storage.columns import Moment, code, metadata

records = Table(
    "registry",
    metadata,
    Column("kind", code(20), primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Uuid),
    Column("mark", LargeBinary),
    Column("until", Moment),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "kind", "mark", unique=True),
    Index(None, "kind", "owner", "record_id"),  # in the order in which they are listed
    Index(None, "until"),  # what is over, and is removed
)

parts = Table(
    "attachment_parts",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("attachment_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)
