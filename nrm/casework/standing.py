"""What stands of a case in one version: the sealed list, and what every entry about the case needs.

INVARIANT (no group is taken back unseen): which version of each group stands is never read from clear columns, but from
the list that was sealed with the version. Who can write to the database and has no keys can take away or swap a group,
a version or its list; each of these is an error, and none shows an older group in the place of a newer one.

Form: log secret (32 bytes), organisation (16), then the versions of the groups as canonical JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from nrm.audit.canonical import canonical
from nrm.audit.entry import SECRET_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDING: Final = "standing"
"""The name under which the list is sealed, once for each version."""

_WHOSE: Final = SECRET_BYTES + 16


@dataclass(frozen=True)
class Standing:
    """The secret of the case's entries in the log, whose the case is, and the version that each group was written in.

    INVARIANT (a case is not moved behind its back): the clear column that says which organisation keeps a case counts
    only while this sealed copy says the same. Every use case reads it, because every one writes an entry.
    """

    secret: bytes = field(repr=False)
    organisation: UUID
    groups: Mapping[str, int]

    def encode(self) -> bytes:
        """Return it as bytes."""
        return self.secret + self.organisation.bytes + canonical(self.groups)

    @classmethod
    def decode(cls, said: bytes) -> Standing:
        """Return what `encode` wrote; the bytes come out of the vault, so they are as they were written."""
        return cls(said[:SECRET_BYTES], UUID(bytes=said[SECRET_BYTES:_WHOSE]), json.loads(said[_WHOSE:]))
