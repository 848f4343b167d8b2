"""One fault of what was sent."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from nrm.rulebook.wording import Language

EXAMPLE: Final[dict[str, JsonValue]] = {
    "at": "body/label",
    "what": "is too long",
    "todo": "the greatest number of characters is 60",
    "code": "string_too_long",
}
"""A fault as documentation shows it."""


class Fault(BaseModel):
    """One fault of what was sent; it never repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [EXAMPLE]})

    at: str = Field(description="Where: a JSON Pointer into the body, or the name of a header or parameter.")
    what: str = Field(description="What is wrong, in the caller's language unless `lang` says otherwise.")
    todo: str | None = Field(default=None, description="What to do, in the same language as `what`.")
    code: str | None = Field(default=None, description="The kind of the fault, the same in every language.")
    lang: Language | None = Field(
        default=None, description="The language of `what` and `todo`, where it is not that of the answer."
    )
