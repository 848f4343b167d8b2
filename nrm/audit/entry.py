"""One entry of the audit log: who did what, on what footing, and how it ended, without saying about whom.

A leaf of the log is an entry as canonical JSON (RFC 8785, https://www.rfc-editor.org/rfc/rfc8785), so that one entry
has one sequence of bytes. Leaves are for ever and may be shown to anybody, hence:

INVARIANT (no person in the log): every field of an entry is a word of a closed list, a random UUID, a time in seconds
after the log began, or hexadecimal digits of a fixed length. No name, date of birth, number or narrative has such a
form, and words that only look like codes are refused, because `encode` asks for the lists of the rulebook in force.

What stands for a case, an official or a detail is made by `nrm.audit.pseudonyms`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from nrm.audit.actions import REASONS
from nrm.audit.canonical import canonical
from nrm.audit.entry_fields import Action, Basis, Code, Digest, Event, Groups, Moment, Pseudonym, Reason, Result
from nrm.audit.errors import EntryRefusedError
from nrm.audit.pseudonyms import SECRET_BYTES, actor_pseudonym, case_pseudonym, details_digest
from nrm.errors import Problem

__all__ = [
    "LARGEST_ENTRY",
    "SECRET_BYTES",
    "Entry",
    "Words",
    "actor_pseudonym",
    "case_pseudonym",
    "decode",
    "details_digest",
    "encode",
    "entry_schema",
]

LARGEST_ENTRY: Final = 65_535
"""Bytes; entry bundles hold lengths of 16 bits (https://c2sp.org/tlog-tiles)."""

_FILE = "audit entry"


@dataclass(frozen=True)
class Words:
    """The words of the rulebook in force that an entry may use: role, group and purpose codes."""

    roles: frozenset[str]
    groups: frozenset[str]
    purposes: frozenset[str]


class Entry(BaseModel):
    """One event.

    `actor` and `organisation` are pseudonyms (see `actor_pseudonym`), absent when nobody is signed in or the engine
    acts by itself. `case` is a `case_pseudonym`, `rulebook` the SHA-256 by which a rulebook is named. `decision` and
    `details` are each a `details_digest` with a new salt: the plain digest of a plan could be guessed, for the coded
    facts are few, and would be the same in every entry about it.

    Raises:
        EntryRefusedError: on making one, with every field that cannot stand in the log; no value is shown.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", hide_input_in_errors=True)

    version: Literal[1] = 1
    event: Event
    time: Moment
    action: Action
    result: Result
    why: Reason | None = None
    actor: Pseudonym | None = None
    role: Code | None = None
    organisation: Pseudonym | None = None
    case: Pseudonym | None = None
    groups: Groups = ()
    purpose: Code | None = None
    basis: Basis | None = None
    rulebook: Digest | None = None
    decision: Digest | None = None
    details: Digest | None = None

    if not TYPE_CHECKING:  # the type checker shall see the fields

        def __init__(self, **fields: object) -> None:
            try:
                super().__init__(**fields)
            except ValidationError as refused:
                raise EntryRefusedError(_problem(error) for error in refused.errors(include_input=False)) from None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.why is None) != (self.result == "done"):
            raise ValueError("`why` says why something was denied or failed, and stands exactly then")
        if self.why is not None and self.why not in REASONS[self.result]:
            raise ValueError("`why` is not a reason for this `result`; see `nrm/audit/actions.py`")
        if self.role == "person" and (self.actor or self.organisation):
            raise ValueError("`actor` would name the person for ever; leave it and `organisation` out, `case` says it")
        if self.action.split(":")[1] == "group" and not self.groups:
            raise ValueError("`groups` must say which groups were to be opened")
        return self


def encode(entry: Entry, words: Words) -> bytes:
    """Return the leaf of `entry`, canonical JSON; what is absent is left out.

    Raises:
        EntryRefusedError: a word is not one of `words`, or the leaf has more than 65,535 bytes.
    """
    told: tuple[tuple[str, tuple[str | None, ...], frozenset[str]], ...] = (
        ("role", (entry.role,), words.roles),
        ("groups", entry.groups, words.groups),
        ("purpose", (entry.purpose,), words.purposes),
    )
    foreign = [field for field, codes, known in told if not {*codes} - {None} <= known]
    if foreign:
        todo = "use the codes of the rulebook in force"
        raise EntryRefusedError(Problem(_FILE, 0, f"`{field}` is not in the vocabulary", todo) for field in foreign)
    return _leaf(Entry(**vars(entry)))  # pydantic can copy a model past its checks, and a leaf cannot be taken back


def decode(leaf: bytes) -> Entry:
    """Return the entry whose leaf is `leaf`. Codes are checked by form only: an old rulebook had other words.

    Raises:
        EntryRefusedError: it is not the canonical form of an entry, to the byte.
    """
    if len(leaf) > LARGEST_ENTRY:
        raise EntryRefusedError(_too_large())
    try:
        fields = json.loads(leaf)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise EntryRefusedError(Problem(_FILE, 0, "the leaf is not a JSON object", "it was not written by this log"))
    entry = Entry(**fields)
    if _leaf(entry) != leaf:
        raise EntryRefusedError(
            Problem(_FILE, 0, "the leaf is not in canonical form", "it was not written by this log")
        )
    return entry


def _leaf(entry: Entry) -> bytes:
    leaf = canonical({name: value for name, value in entry.model_dump(mode="json").items() if value not in (None, [])})
    if len(leaf) > LARGEST_ENTRY:
        raise EntryRefusedError(_too_large())
    return leaf


def entry_schema() -> dict[str, Any]:
    """Return the JSON Schema of a leaf, for oversight bodies that read the log with programs of their own."""
    schema = Entry.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _too_large() -> Problem:
    return Problem(_FILE, 0, f"the entry has more than {LARGEST_ENTRY} bytes", "put less into one entry")


def _problem(error: Any) -> Problem:  # noqa: ANN401 - pydantic's own description of a fault
    """Say which field is wrong. A field that does not exist is not named, because anything may stand in its place."""
    name = error["loc"][0] if error["loc"] else None
    field = f"`{name}`" if name in Entry.model_fields else "a field"
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])
        return Problem(_FILE, 0, f"{field} {said}" if name else said)
    if error["type"] == "missing":
        return Problem(_FILE, 0, f"{field} is missing", "add it")
    if error["type"] == "extra_forbidden":
        return Problem(_FILE, 0, f"{field} is not known here", "leave it out")
    return Problem(_FILE, 0, f"{field} is not written in the form that may stand in the log", "see `entry_schema`")
