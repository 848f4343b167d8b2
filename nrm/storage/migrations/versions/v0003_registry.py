"""What the API needs: records that belong to no case, and the parts of attachments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_registry"
down_revision = "0002_referral"


def upgrade() -> None:
    """Make the new tables."""
    op.create_table(
        "registry",
        sa.Column("kind", _code(20), nullable=False),
        sa.Column("record_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner", sa.Uuid),
        sa.Column("mark", sa.LargeBinary),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_registry"),
    )
    op.create_index("ix_registry_kind_mark", "registry", ["kind", "mark"], unique=True)
    op.create_index("ix_registry_kind_owner_record_id", "registry", ["kind", "owner", "record_id"])
    op.create_index("ix_registry_until", "registry", ["until"])
    op.create_table(
        "attachment_parts",
        sa.Column("case_id", sa.Uuid, nullable=False),
        sa.Column("attachment_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("case_id", "attachment_id", "number", name="pk_attachment_parts"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_attachment_parts_cases"),
    )


def _code(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
