"""What all bodies share: closed, strict and never changed."""

from __future__ import annotations

from typing import Annotated, Final, Generic, LiteralString, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic_core import PydanticCustomError

T = TypeVar("T")

Id = Annotated[UUID, Strict(strict=False)]
"""An identifier: strict models take a UUID only, and JSON has none."""

UNFIT: Final = "unfit"
"""The kind of the faults of `unfit`."""


def unfit(what: LiteralString) -> PydanticCustomError:
    """Return the fault of a body whose parts do not fit together.

    INVARIANT (no input comes back): `what` is told as it stands, so it is written here and never made of what was sent.
    """
    return PydanticCustomError(UNFIT, what)


class View(BaseModel):
    """A body that goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sent(BaseModel):
    """A body that comes in: what is not known is refused, and nothing is turned into something else."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Page(View, Generic[T]):
    """A part of a list; `next` is the cursor of the following one, None at the end."""

    items: list[T]
    next: str | None = Field(default=None, description="Send it as `cursor` to get what follows.")
