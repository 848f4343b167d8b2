"""One problem as it goes out: a code from the catalogue, its words in one language, and every fault that was found.

RFC 9457: https://www.rfc-editor.org/rfc/rfc9457. The media type is `application/problem+json`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from nrm.errors import FileRefusedError
from nrm.models import Whole, parse
from nrm.rulebook.wording import Code, Language, Model, Wording
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.errors import Problem as Found

MEDIA_TYPE: Final = "application/problem+json"
ABOUT: Final = "/problems/"
"""Where the page about a problem stands; `type` of a problem is this and its code."""


class Entry(Model):
    """What the catalogue says of one problem."""

    status: Whole
    title: Wording
    todo: Wording


class Catalogue(Model):
    """All problems that there are, by code."""

    problems: dict[Code, Entry]


MOST_FAULTS: Final = 100
"""So many faults are told of one request: an answer must not be many times as large as what was asked."""


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return all problems that the service can tell of, from `catalogue.yaml`.

    Raises:
        FileRefusedError: the file is broken; it belongs to the program, so a test reads it.
    """
    found: list[Found] = []
    read: Catalogue | None = parse(
        read_file(Path(__file__).parent / "catalogue.yaml", "catalogue.yaml"), Catalogue, found
    )
    if read is None or found:
        raise FileRefusedError(found)
    return read.problems


class Fault(BaseModel):
    """One fault of what was sent; it never repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: str = Field(description="Where: a JSON Pointer into the body, or the name of a header or parameter.")
    what: str
    todo: str | None = None


class ProblemView(BaseModel):
    """Problem details."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(examples=["/problems/not_found"])
    title: str = Field(examples=["There is no such thing here"])
    status: int = Field(ge=400, le=599, examples=[404])
    code: str = Field(examples=["not_found"])
    todo: str = Field(description="What to do, in the caller's language.", examples=["Check the identifier."])
    instance: str = Field(description="The number of this request, to be named when asking for help.")
    errors: list[Fault] = Field(default_factory=list)


@dataclass(eq=False)
class Told(Exception):  # noqa: N818 - what a route tells instead of an answer
    """A problem that a route tells of; not frozen, because Python itself writes into exceptions on their way."""

    code: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def response(told: Told, language: Language, request_id: str) -> JSONResponse:
    """Return a problem as a response in one language."""
    entry = catalogue()[told.code]
    view = ProblemView(
        type=ABOUT + told.code,
        title=entry.title.in_(language),
        status=entry.status,
        code=told.code,
        todo=entry.todo.in_(language),
        instance=f"urn:uuid:{request_id}",
        errors=list(told.faults[:MOST_FAULTS]),
    )
    headers = {"Content-Language": language, **told.headers}
    return JSONResponse(view.model_dump(mode="json", exclude_none=True), entry.status, headers, MEDIA_TYPE)
