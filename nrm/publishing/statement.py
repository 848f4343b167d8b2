"""What officers sign: which bundle, which rulebooks it gives, since when, and what the checks found.

A statement is canonical JSON (RFC 8785), so that the same statement is always the same bytes. Its name is the SHA-256
of them. Signatures are SSHSIG in the namespace `nrm-rulebook`; stock tools make them:

    ssh-keygen -Y sign -n nrm-rulebook -f KEY statement.json
"""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Final, Literal

import rfc8785
from pydantic import Field, StringConstraints, ValidationError

from nrm.errors import Problem
from nrm.publishing.errors import StatementRefusedError
from nrm.rulebook.wording import Code, Model

FORMAT: Final = "nrm-rulebook/1"
NAMESPACE: Final = "nrm-rulebook"
"""The SSHSIG namespace: a signature under a statement is never one under a package or a reply."""

LARGEST: Final = 1 << 20
"""Bytes of a statement at most."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""


class PeriodRulebook(Model):
    """The rulebook that a bundle gives from one date on, for the base (None) or one country."""

    country: Code | None
    on: date
    rulebook: Digest


class CheckCounts(Model):
    """What the checks counted; `survivors` are mistakes in the changed part that nothing would notice."""

    rules: int
    examples: int
    guarantees: int
    mutants: int
    survivors: int


class Statement(Model):
    """What is published.

    `bundle` is the SHA-256 of the archive, `previous` that of the bundle whose place it takes (None: the first), and
    `proof` that of the canonical proof report. `from` is the first day on which it decides. `rolls_back` says that an
    older bundle comes back.
    """

    format: Literal["nrm-rulebook/1"] = FORMAT
    bundle: Digest
    rulebooks: tuple[PeriodRulebook, ...] = Field(min_length=1)
    from_: date = Field(alias="from")
    previous: Digest | None
    proof: Digest
    checks: CheckCounts
    rolls_back: bool = False

    def to_bytes(self) -> bytes:
        """Return the bytes that officers sign."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True))

    @property
    def name(self) -> str:
        """The SHA-256 of its bytes, as `sha256sum` tells it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def read_statement(data: bytes) -> Statement:
    """Read the bytes of a statement.

    Raises:
        StatementRefusedError: they are no statement, or not the canonical bytes of one.
    """
    try:
        found = Statement.model_validate_json(data if len(data) <= LARGEST else b"")
    except ValidationError:
        found = None
    if found is None or found.to_bytes() != data:
        todo = "take the file that `nrm rules statement` wrote, byte for byte"
        raise StatementRefusedError(Problem("statement", 0, "it is not a statement in canonical form", todo))
    return found
