"""Referral: items of a case, referrals, clocks, the shelf, and an outbox with leases.

The outbox of the first schema was never written by any release, so it is dropped and made anew.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002_referral"
down_revision = "0001_first"


def upgrade() -> None:
    """Make the new tables."""
    _about_a_case(
        "case_items",
        ["kind", "item_id"],
        sa.Column("kind", _code(20), nullable=False),
        sa.Column("item_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _make_referrals()
    _make_clocks()
    _make_outbox()
    op.create_table(
        "shelf",
        sa.Column("name", _code(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_shelf"),
    )


def _make_referrals() -> None:
    _about_a_case(
        "referrals",
        ["referral_id"],
        sa.Column("referral_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", _code(20), nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
        sa.Column("changed_at", _moment(), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_referrals_mark_state_referral_id", "referrals", ["mark", "state", "referral_id"])
    op.create_index("ix_referrals_referral_id", "referrals", ["referral_id"])


def _make_clocks() -> None:
    _about_a_case(
        "clocks",
        ["clock_id"],
        sa.Column("clock_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", _code(40), nullable=False),
        sa.Column("due_at", _moment()),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_clocks_due_at_clock_id_case_id", "clocks", ["due_at", "clock_id", "case_id"])


def _make_outbox() -> None:
    op.drop_index("ix_outbox_due_at", "outbox")
    op.drop_table("outbox")
    _about_a_case(
        "outbox",
        ["message_id"],
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("about", sa.Uuid, nullable=False),
        sa.Column("kind", _code(40), nullable=False),
        sa.Column("due_at", _moment()),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("lease", sa.Uuid),
        sa.Column("leased_until", _moment()),
    )
    op.create_index("ix_outbox_due_at_message_id", "outbox", ["due_at", "message_id"])
    op.create_index("ix_outbox_leased_until_due_at", "outbox", ["leased_until", "due_at"])


def _about_a_case(name: str, key: list[str], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("case_id", sa.Uuid, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("case_id", *key, name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=f"fk_{name}_cases"),
    )


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
