"""Case records in bodies: read by the same reader as files, so that what is refused there is refused here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request

from api.problems.problem import Told
from nrm.textfile import Document, read_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        Told: the body is not declared as JSON.
        FileRefusedError: it is not acceptable; nothing of it is quoted.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Told("wrong_media_type")
    return read_bytes(await request.body(), "body", private=True)


Record = Annotated[Document, Depends(record_of)]
