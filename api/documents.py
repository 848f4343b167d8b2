"""Case records in bodies: read by the same reader as files, so that what is refused there is refused here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from api.problems.fault import Fault
from api.problems.problem import Told
from nrm.textfile import Document, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

SHORT: Final = 16 * 1024
"""Bytes of a record that is read in a moment."""

MOST_PARTS: Final = 50_000
"""Values, fields and brackets of a record: each costs time to read, and no record of a person has as many."""

SCHEMA: Final = "CaseRecord"
"""The name of the schema of a case record among the components of OpenAPI."""

BODY: Final[Mapping[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"$ref": f"#/components/schemas/{SCHEMA}"},
            "example": {"facts": {"acts": ["transportation"], "indicators": ["found_where_exploitation_occurs"]}},
        }
    },
}
"""How OpenAPI describes a body that is a case record."""


async def record_of(request: Request) -> Document:
    """Return the case record in the body.

    Raises:
        Told: the body is not declared as JSON, or is none.
        FileRefusedError: it is not acceptable; nothing of it is quoted.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Told("wrong_media_type")
    body = await request.body()
    # Others are not kept waiting while a long one is read.
    return _read(body) if len(body) <= SHORT else await run_in_threadpool(_read, body)


def _read(body: bytes) -> Document:
    # JSON first: what is broken is told of JSON, and what is good YAML only, nothing at all or `NaN`, is not taken.
    try:
        json.loads(body.decode("utf-8-sig"), parse_int=str, parse_float=str, parse_constant=_refuse)
    except (UnicodeDecodeError, RecursionError):
        pass  # refused below, by its own name
    except ValueError as error:
        at = f"body:{error.lineno}" if isinstance(error, json.JSONDecodeError) else "body"
        raise Told("bad_request", (Fault(at=at, what="is not JSON"),)) from None
    return read_bytes(body, "body", private=True, most=MOST_PARTS)


def _refuse(_constant: str) -> None:
    raise ValueError


Record = Annotated[Document, Depends(record_of)]
