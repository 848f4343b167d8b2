"""Canonical JSON (RFC 8785, https://www.rfc-editor.org/rfc/rfc8785) of the simple values that most of ours are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, TypeAlias

import rfc8785

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Simple: TypeAlias = "str | int | Sequence[Simple] | Mapping[str, Simple] | None"
"""Text, whole numbers of at most 15 digits, and lists and mappings of them; no fractions."""

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)
_ABOVE_16_BITS: Final = re.compile(rb"[\xf0-\xf4]")


def canonical(value: Simple) -> bytes:
    """Return the same bytes as `rfc8785.dumps`, by Python's own encoder, which is written in C.

    Raises:
        rfc8785.CanonicalizationError: a text is no Unicode.
    """
    try:
        said = _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        return rfc8785.dumps(value)  # which says what is wrong
    # RFC 8785 sorts keys by 16-bit units, Python by characters: the same, unless some character needs two units.
    return rfc8785.dumps(value) if _ABOVE_16_BITS.search(said) else said
