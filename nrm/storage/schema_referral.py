"""The tables of referral, by the rules of `nrm.storage.schema`: items, referrals, clocks, outbox, and the shelf.

The columns of items, referrals and clocks stand in the order of the fields of their rows in
`nrm.casework.ports_referral` (see `nrm.storage.versioned`).

In the clear stand states, kinds, levels and moments, and the keyed mark of the service to which a referral goes.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Uuid

from nrm.storage.columns import Moment, code, metadata

items = Table(
    "case_items",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("kind", code(20), primary_key=True),
    Column("item_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

referrals = Table(
    "referrals",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("referral_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", code(20), nullable=False),
    Column("mark", LargeBinary, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "mark", "state", "referral_id"),
    Index(None, "referral_id"),
)

clocks = Table(
    "clocks",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("clock_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("kind", code(40), nullable=False),
    Column("due_at", Moment),
    Column("level", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "due_at", "clock_id", "case_id"),  # in the order in which they are looked at; a scan reads no more
)

outbox = Table(
    "outbox",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.case_id"), primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("about", Uuid, nullable=False),
    Column("kind", code(40), nullable=False),
    Column("due_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease", Uuid),
    Column("leased_until", Moment),
    Index(None, "due_at", "message_id"),  # in the order in which they are taken
    Index(None, "leased_until", "due_at"),  # what nobody has, and whose lease ends first
)

shelf = Table(
    "shelf",
    metadata,
    Column("name", code(60), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
