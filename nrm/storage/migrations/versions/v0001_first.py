"""The first schema: cases, decisions, the log with its entries on the way, rulebooks, outbox and installation."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _make_cases()
    _make_about_cases()
    _make_log()
    op.create_table(
        "rulebooks",
        sa.Column("digest", _code(64), nullable=False),
        sa.Column("archive", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_rulebooks"),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("keyring", sa.LargeBinary, nullable=False),
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("vkey", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_installation"),
    )


def _make_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("organisation", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_at", _moment(), nullable=False),
        sa.Column("changed_at", _moment(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("facts", sa.LargeBinary),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_cases_organisation_case_id", "cases", ["organisation", "case_id"])
    _about_a_case(
        "case_versions",
        ["version"],
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("written", sa.String, nullable=False),
        sa.Column("standing", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _about_a_case(
        "case_marks",
        ["kind", "mark"],
        sa.Column("kind", _code(20), nullable=False),
        sa.Column("mark", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_case_marks_kind_mark", "case_marks", ["kind", "mark"])


def _make_about_cases() -> None:
    _about_a_case(
        "decisions",
        ["decision_id"],
        sa.Column("decision_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("made_at", _moment(), nullable=False),
        sa.Column("on_date", sa.Date, nullable=False),
        sa.Column("country", sa.String(2)),
        sa.Column("rulebook", _code(64), nullable=False),
        sa.Column("digest", _code(64), nullable=False),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _about_a_case(
        "event_details",
        ["event_id"],
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    _about_a_case(
        "outbox",
        ["message_id"],
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due_at", _moment(), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_outbox_due_at", "outbox", ["due_at"])


def _make_log() -> None:
    op.create_table(
        "log_waiting",
        sa.Column("at", _moment(), nullable=False),
        sa.Column("turn", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("at", "turn", "event_id", name="pk_log_waiting"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_leaves",
        sa.Column("position", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_log_leaves"),
    )
    op.create_index("ix_log_leaves_event_id", "log_leaves", ["event_id"], unique=True)
    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_head"),
    )


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
