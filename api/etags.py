"""Versions in headers: whoever changes something says which version they have seen (RFC 9110 §13.1.1)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header

from api.problems.fault import Fault
from api.problems.problem import Told

_STRONG = re.compile(r'"([1-9][0-9]{0,8})"')


def etag(version: int) -> dict[str, str]:
    """Return the header that tells a version."""
    return {"ETag": f'"{version}"'}


def seen_version(if_match: Annotated[str | None, Header(examples=['"3"'])] = None) -> int:
    """Return the version that the caller has seen.

    Raises:
        Told: `If-Match` is missing, or is not one strong tag as `ETag` gave it.
    """
    if if_match is None:
        raise Told("precondition_required")
    found = _STRONG.fullmatch(if_match.strip())
    if found is None:
        raise Told("input_refused", (Fault(at="header/If-Match", what="is not one version", todo='send `"3"`'),))
    return int(found[1])


Seen = Annotated[int, Depends(seen_version)]
