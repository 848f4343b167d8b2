"""Services as everybody who refers may see them: no address, and no coordinates of any place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from api.views.model import Sent, View
from api.views.words import WordView, words_of
from nrm.rulebook.wording import Code

if TYPE_CHECKING:
    from nrm.directory.candidate import Candidate
    from nrm.rulebook.sentence import Speaker

_CURSOR = "^[A-Za-z0-9_-]+$"
LONGEST_CURSOR = 2000
"""A page of this list begins behind a service, whose key may be long."""


class FreeView(View):
    """So many of a unit free on a day; `firm` when it was said for that very day."""

    day: date
    unit: str
    free: int
    firm: bool


class ServiceView(View):
    """One service; an empty list and None mean "not said"."""

    source: str
    id: str
    name: str
    organisation: str
    status: Literal["active", "inactive", "unknown"]
    offers: list[WordView]
    ages: tuple[int, int] | None = Field(description="In whole years, both included.")
    genders: list[str]
    languages: list[str] = Field(description="ISO 639 codes.")
    interpreters: bool
    accessible: Literal["yes", "no", "unknown"]
    families: Literal["yes", "no", "unknown"]
    trafficking: Literal["yes", "no", "unknown"] = Field(description="Whether it is there for trafficked persons.")
    regions: list[str]
    confidential: bool = Field(description="Where it stands is told to one official, after it accepted.")
    free: list[FreeView]
    verified: date | None


class ServicesSought(Sent):
    """What a service must be; what is left out asks for nothing."""

    text: str = Field(default="", max_length=200, description="In its name or that of its organisation.")
    offer: Code | None = Field(default=None, examples=["medical_care"])
    region: str = Field(default="", max_length=200)
    language: str | None = Field(default=None, pattern="^[a-z]{2,3}$", examples=["fr"])
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=LONGEST_CURSOR, pattern=_CURSOR)


def service_view(one: Candidate, speaker: Speaker) -> ServiceView:
    """Return one service."""
    source, identifier = one.key
    return ServiceView(
        source=source,
        id=identifier,
        name=one.name,
        organisation=one.organisation_name,
        status=one.status,
        offers=words_of(speaker.words.offers, sorted(one.types), speaker),
        ages=one.ages,
        genders=sorted(one.genders),
        languages=sorted(one.languages),
        interpreters=one.interpreters,
        accessible=one.accessible,
        families=one.families,
        trafficking=one.trafficking,
        regions=sorted(one.regions),
        confidential=one.confidential,
        free=[FreeView(day=each.day, unit=each.unit, free=each.free, firm=each.firm) for each in one.capacity],
        verified=one.verified,
    )
