"""One problem as it goes out: a code from the catalogue, its words in one language, and every fault that was found.

RFC 9457: https://www.rfc-editor.org/rfc/rfc9457. The media type is `application/problem+json`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse

from api.problems.fault import Fault
from api.problems.sayings import found
from api.problems.texts import read_texts
from nrm.models import Whole
from nrm.rulebook.wording import Code, Language, Model, Wording

if TYPE_CHECKING:
    from collections.abc import Mapping

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
        FileRefusedError: as `read_texts` raises it.
    """
    return read_texts("catalogue.yaml", Catalogue).problems


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
        errors=[_spoken(fault, language) for fault in told.faults[:MOST_FAULTS]],
    )
    headers = {"Content-Language": language, **told.headers}
    return JSONResponse(view.model_dump(mode="json", exclude_none=True), entry.status, headers, MEDIA_TYPE)


def _spoken(fault: Fault, language: Language) -> Fault:
    """Return a fault in a language, or in English as a whole when one of its texts is not there in that language."""
    what, todo = found(fault.what), found(fault.todo) if fault.todo else None
    code = fault.code or (what.code if what else None)
    if language == "en":
        return fault.model_copy(update={"code": code})
    if what is None or (fault.todo and todo is None):
        return fault.model_copy(update={"code": code, "lang": "en"})
    return Fault(at=fault.at, what=what.in_(language), todo=todo.in_(language) if todo else None, code=code)
