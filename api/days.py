"""For which day and under whose rules something is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Query
from pydantic import Field

from api.views.model import Sent
from nrm.models import IsoDate

if TYPE_CHECKING:
    from datetime import date

    from api.call import Call

COUNTRY = "^[a-z]{2}$"

Day = Annotated[IsoDate | None, Query(description="The day, such as `2026-01-31`; today if it is not said.")]
Country = Annotated[
    str | None,
    Query(pattern=COUNTRY, description="ISO 3166 code, small letters; that of the installation if not said."),
]


class When(Sent):
    """The day and the country for which is decided."""

    on: IsoDate | None = Field(default=None, description="Today if it is not said.", examples=["2026-01-31"])
    country: str | None = Field(
        default=None, pattern=COUNTRY, description="That of the installation if it is not said.", examples=["gb"]
    )


def day_of(call: Call, on: date | None) -> date:
    """Return the day that is asked for, or the one that it is where the installation is."""
    return on or call.desk.counter.calendar.day_of(call.desk.clock())


def country_of(call: Call, country: str | None) -> str | None:
    """Return the country that is asked for, or that of the installation."""
    return country or call.state.home.country
