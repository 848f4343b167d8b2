"""The kinds of field that an entry of the audit log is made of: each has a form that no text about a person has."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BeforeValidator, PlainSerializer, StringConstraints, WithJsonSchema

from nrm.audit.actions import ACTIONS, BASES, REASONS

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No log is older, and no earlier date, such as one of birth, can stand in one."""

_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"
_RANDOM_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"


def _moment(value: object) -> datetime:
    if isinstance(value, str) and re.fullmatch(_TIME, value, re.ASCII):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime) or value.tzinfo is None or value < BEGINNING:
        raise ValueError("must be a time with its zone, since 2026, written as `2026-03-01T09:30:00Z`")
    return value.astimezone(UTC).replace(microsecond=0)  # the second is enough, and finer times tell computers apart


def _random_uuid(value: object) -> UUID:
    if not isinstance(value, str | UUID) or not re.fullmatch(_RANDOM_UUID, str(value)):
        raise ValueError("must be a random UUID (version 4) in small letters")
    return UUID(str(value))


def _in_order(value: object) -> tuple[object, ...]:
    if not isinstance(value, list | tuple) or list(value) != sorted(set(map(str, value))):
        raise ValueError("must be a list of words in the order of the alphabet, each once")
    return tuple(value)


def _listed(words: tuple[str, ...]) -> tuple[BeforeValidator, WithJsonSchema]:
    def known(value: object) -> object:
        if value not in words:
            raise ValueError("is not a word of the list; see `nrm/audit/actions.py`")
        return value

    return BeforeValidator(known), WithJsonSchema({"type": "string", "enum": list(words)})


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    PlainSerializer(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": f"^{_TIME}$"}),
]
Event = Annotated[
    UUID,
    BeforeValidator(_random_uuid),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "format": "uuid", "pattern": f"^{_RANDOM_UUID}$"}),
]
Pseudonym = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Action = Annotated[str, *_listed(ACTIONS)]
Result = Annotated[str, *_listed(tuple(REASONS))]
Reason = Annotated[str, *_listed(tuple(why for reasons in REASONS.values() for why in reasons))]
Basis = Annotated[str, *_listed(BASES)]
Groups = Annotated[tuple[Code, ...], BeforeValidator(_in_order)]
