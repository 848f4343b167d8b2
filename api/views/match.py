"""Which services fit, each line explained; no place is named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from api.views.model import Sent, View
from nrm.directory.told import criterion, named, reason
from nrm.models import IsoDate
from nrm.referral.referral import Circle, Where
from nrm.rulebook.wording import Code

if TYPE_CHECKING:
    from nrm.casework.referrals.matching import Fitting
    from nrm.directory.line import Line
    from nrm.rulebook.sentence import Speaker


Unit = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class PointSent(Sent):
    """A place, in degrees (WGS 84)."""

    latitude: float = Field(ge=-90, le=90, examples=[51.5])
    longitude: float = Field(ge=-180, le=180, examples=[-0.12])


class CircleSent(PointSent):
    """A circle around a place of the exploiters, into which the person is never sent."""

    kilometres: float = Field(gt=0, le=20_000, examples=[20])


class WhereSent(Sent):
    """Where a service may be, besides what the record says."""

    region: str = Field(default="", max_length=200, description="Where the person is, if not as in the record.")
    near: PointSent | None = Field(default=None, description="Where the person is now.")
    never_in: list[CircleSent] = Field(default=[], max_length=50)
    never_in_regions: list[str] = Field(default=[], max_length=50, description="Names of regions.")
    earliest: IsoDate | None = Field(default=None, description="First day of need.")
    unit: Unit | None = Field(default=None, description="What must be free.", examples=["bed"])

    def where(self) -> Where:
        """Return it as it is kept with a referral."""
        return Where(
            region=self.region,
            near=None if self.near is None else (self.near.latitude, self.near.longitude),
            circles=tuple(Circle(**one.model_dump()) for one in self.never_in),
            avoided=tuple(name for name in self.never_in_regions if name.strip()),
            earliest=self.earliest,
            unit=self.unit,
        )


class Matching(Sent):
    """What help is needed, and where it may be."""

    offer: Code = Field(examples=["medical_care"])
    where: WhereSent = Field(default=WhereSent())
    most: int = Field(default=10, ge=1, le=100, description="How many of each kind are explained.")


class MatchLineView(View):
    """What one criterion found; `points` of at most `weight` only where it is a preference."""

    criterion: str
    criterion_label: str
    state: Literal["met", "unmet", "unknown"]
    points: int
    weight: int
    reason: str
    said: str = Field(description="The reason in the caller's language.")


class ServiceMatchView(View):
    """One service; `asks` counts requirements that are not known and must be asked first."""

    source: str
    id: str
    name: str
    organisation: str
    confidential: bool
    asks: int = 0
    score: int = 0
    lines: list[MatchLineView]


class NoServiceView(View):
    """What falls to whom, when no service fits."""

    code: str
    by: str
    within_hours: int


class MatchesView(View):
    """Services that fit, best first, and some of those that do not; `refused_for` counts them by criterion."""

    offer: str
    accepted_in_all: int
    accepted: list[ServiceMatchView]
    refused: list[ServiceMatchView]
    refused_for: dict[str, int]
    duty: NoServiceView | None


def matches_view(found: Fitting, speaker: Speaker) -> MatchesView:
    """Return what was found, in the caller's language."""
    duty = found.duty
    return MatchesView(
        offer=found.offer,
        accepted_in_all=found.accepted_in_all,
        accepted=[
            ServiceMatchView(**named(one.candidate), asks=one.asks, score=one.score, lines=_lines(one.lines, speaker))
            for one in found.accepted
        ],
        refused=[ServiceMatchView(**named(one.candidate), lines=_lines(one.lines, speaker)) for one in found.refused],
        refused_for=dict(found.reasons),
        duty=duty and NoServiceView(code=duty.code, by=duty.by, within_hours=duty.within_hours),
    )


def _lines(lines: tuple[Line, ...], speaker: Speaker) -> list[MatchLineView]:
    return [
        MatchLineView(
            criterion=line.criterion,
            criterion_label=criterion(line.criterion, speaker),
            state=line.state,
            points=line.points,
            weight=line.weight,
            reason=line.reason,
            said=reason(line, speaker),
        )
        for line in lines
    ]
