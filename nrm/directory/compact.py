"""The services as matching sees them, in a compact form: what a process needs to rank, read in a tenth of a second.

It is made from the directory and the sidecar records, and holds nothing of a confidential place that
`nrm.directory.candidate` drops. Reading the directory itself takes seconds.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nrm.directory.candidate import Candidate

FORM: Final = b"nrm-services-1\n"
"""How the bytes begin. Raise the number whenever `Candidate`, or what `candidates` makes of a service, changes."""


def packed(services: tuple[Candidate, ...]) -> bytes:
    """Return the compact form of `services`."""
    return FORM + zlib.compress(_form().dump_json(services, exclude_defaults=True))


def unpacked(data: bytes) -> tuple[Candidate, ...] | None:
    """Return what `packed` packed; None when another version of the program did, in another form."""
    if not data.startswith(FORM):
        return None
    try:
        return _form().validate_json(zlib.decompress(data[len(FORM) :]))
    except (zlib.error, ValidationError):
        return None


@cache
def _form() -> TypeAdapter[tuple[Candidate, ...]]:
    return TypeAdapter(tuple[Candidate, ...], config=ConfigDict(extra="forbid", strict=True))
