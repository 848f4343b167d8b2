"""What policy officers send: bundles in base64, statements and signatures as text."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema

from api.views.model import Id, Sent
from nrm.models import IsoDate
from nrm.publishing.archive import LARGEST_ARCHIVE
from nrm.publishing.statement import LARGEST as LARGEST_STATEMENT

MOST_BASE64: Final = (LARGEST_ARCHIVE // 3 + 1) * 4 * 80 // 76
"""Characters of the largest bundle, broken into lines as `base64` does."""


def _decoded(text: object) -> object:
    if not isinstance(text, str) or len(text) > MOST_BASE64:
        return text if isinstance(text, bytes) else None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None


Packed = Annotated[
    bytes,
    BeforeValidator(_decoded),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": MOST_BASE64}),
    Field(description="What `nrm rules bundle` wrote, in base64; line ends do not matter."),
]
Signature = Annotated[
    str,
    StringConstraints(max_length=8192),
    Field(
        description="What `ssh-keygen -Y sign -n nrm-rulebook` wrote, as it is.",
        examples=["-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----\n"],
    ),
]
StatementText = Annotated[
    str, StringConstraints(max_length=LARGEST_STATEMENT), Field(description="The text that was signed, to the letter.")
]
Begins = Annotated[IsoDate | None, Field(description="The first day on which it decides; today, if it is not said.")]


class StatementSought(Sent):
    """A bundle of which somebody wants the statement."""

    bundle: Packed
    decides_from: Begins = None


class ReturnSought(Sent):
    """An approved rulebook that shall come back."""

    rulebook: Id
    decides_from: Begins = None


class ProposalSent(Sent):
    """A bundle that its author signed."""

    bundle: Packed
    statement: StatementText
    signature: Signature


class ReturnSent(Sent):
    """The statement that an older rulebook comes back, signed by its author."""

    statement: StatementText
    signature: Signature


class ApprovalSent(Sent):
    """The approver's signature over the same statement."""

    signature: Signature


class BecauseSent(Sent):
    """What an officer says, for the other officers."""

    comment: str = Field(max_length=4000, description="A few sentences, without naming any person.")
