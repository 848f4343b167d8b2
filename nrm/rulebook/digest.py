"""The name of a rulebook: SHA-256 of its canonical form, so that every decision says by which rules it was made.

Canonical form: RFC 8785 (JSON Canonicalization Scheme). Two rulebooks with the same digest give the same plan for the
same facts, byte for byte; the order of the words is therefore part of it, because a plan lists its lines in that order.
So is what changes a proof and no plan (`rises`): a report of proofs names its rulebook by this digest.
Not part of it: the date (what is in force on that date is) and the phrases around the words.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import rfc8785
from pydantic import BaseModel

if TYPE_CHECKING:
    from nrm.rulebook.book import Rulebook

LANGUAGE_VERSION = 1
"""The version of the rule language; it changes when the same file would come to mean something else."""


def canonical(rulebook: Rulebook) -> bytes:
    """Return the canonical bytes of `rulebook`."""
    words = rulebook.vocabulary
    return rfc8785.dumps(
        {
            "language_version": LANGUAGE_VERSION,
            "rulebook": _plain(rulebook),
            # RFC 8785 sorts keys, so the order of the words has to be said besides.
            "order": {
                "outcomes": list(words.all_outcome_codes()),
                "facts": {name: list(getattr(fact, "values", ())) for name, fact in words.facts.items()},
                "of_facts": list(words.facts),
            },
        }
    )


def digest(rulebook: Rulebook) -> str:
    """Return the SHA-256 of the canonical form, in lower-case hexadecimal."""
    return hashlib.sha256(canonical(rulebook)).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 - any part of the rulebook
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        return {"is": kind, **{part.name: _plain(getattr(value, part.name)) for part in fields(value)}}
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    return value
