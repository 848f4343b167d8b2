"""What is kept of a decision: its facts, its plan and its salt, packed and sealed as one.

A plan is some 27 kB of codes that come back line after line, and packs to an eighth (zlib, RFC 1950): for a million
cases the difference is 24 GB. Packing tells whoever sees the sealed length no more than the length of the plan would:
both grow with what the person is owed, and neither holds a word that somebody chose.
"""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from nrm.audit.canonical import canonical
from nrm.casework.ports import GroupRow
from nrm.vault.errors import MisplacedError, of_vault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from nrm.casework.ports import DecisionRow
    from nrm.casework.safe import OpenCase

DECISION: Final = "decision"
"""The name under which it is sealed."""

_QUICKLY: Final = 1
"""The level of packing: the higher ones take three times as long for another tenth."""


def seal_decision(
    case: OpenCase, version: int, decision: UUID, salt: bytes, facts: Mapping[str, Any], plan: bytes
) -> bytes:
    """Return what is kept, sealed; `plan` is canonical JSON, and `facts` are values that JSON has."""
    head = canonical({"decision": str(decision), "salt": salt.hex(), "facts": facts})
    # The plan goes in as it was written: read and written again, it would take longer than deciding.
    whole = head[:-1] + b',"plan":' + plan + b"}"
    return case.seal(DECISION, version, zlib.compress(whole, _QUICKLY)).sealed


def open_decision(case: OpenCase, row: DecisionRow) -> dict[str, Any]:
    """Return `decision`, `salt`, `facts` and `plan`; whoever uses them checks that it is the decision of the row.

    Raises:
        MisplacedError: it is not of the form that this version writes.
        VaultError: it is not as it was sealed, or not from here.
    """
    packed = case.open(GroupRow(DECISION, row.version, row.sealed))
    try:
        held: dict[str, Any] = json.loads(zlib.decompress(packed))
    except (zlib.error, ValueError):  # its text may quote what was read
        what = "what is kept of a decision is not of the form that this version writes"
        raise MisplacedError(of_vault(what, "restore a backup, or use the version that wrote it")) from None
    return held
