"""Where help is needed and where it must never be: options that several commands share, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from nrm.cli.options import day
from nrm.directory.distance import sane
from nrm.directory.need import Zone
from nrm.errors import Problem, UnknownNameError
from nrm.referral.referral import Circle, Where

if TYPE_CHECKING:
    from nrm.directory.place import Point

Region = Annotated[str, typer.Option("--region", help="Where the person is, if not as in the record.")]
Near = Annotated[str | None, typer.Option("--near", metavar="LAT,LON", help="Where the person is now.")]
Exclude = Annotated[
    list[str] | None,
    typer.Option("--exclude", metavar="LAT,LON,KM", help="Never here: a place of the exploiters; repeat."),
]
ExcludeRegion = Annotated[
    list[str] | None, typer.Option("--exclude-region", metavar="NAME", help="Never in this region; repeat.")
]
Earliest = Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day of need.")]
Unit = Annotated[str | None, typer.Option("--unit", help="What must be free, such as bed.")]


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where help is needed and where it must never be, as it was typed."""

    region: Region = ""
    near: Near = None
    exclude: Exclude = None
    avoid: ExcludeRegion = None
    earliest: Earliest = None
    unit: Unit = None

    def where(self) -> Where:
        """Return it as it is kept with a referral.

        Raises:
            UnknownNameError: one of them cannot be read; what was typed is repeated only where it is a date.
        """
        avoided = tuple(self.avoid or ())
        for option, words in (("--exclude-region", avoided), ("--unit", () if self.unit is None else (self.unit,))):
            if not all(word.strip() for word in words):
                raise UnknownNameError(Problem(option, 0, "nothing is named", "name something, or leave it out"))
        zones = [zone(text) for text in self.exclude or ()]
        return Where(
            region=self.region,
            near=point(self.near),
            circles=tuple(
                Circle(latitude=one.centre.latitude, longitude=one.centre.longitude, kilometres=one.kilometres)
                for one in zones
            ),
            avoided=avoided,
            earliest=day(self.earliest, "--from") if self.earliest is not None else None,
            unit=self.unit,
        )


def point(text: str | None) -> Point | None:
    """Read a place typed as `LAT,LON`; an error does not repeat it, because it may be where a person is.

    Raises:
        UnknownNameError: there is no such place on earth.
    """
    if text is None:
        return None
    numbers = _numbers(text, 2)
    found = sane(*numbers) if numbers else None
    if found is None:
        raise UnknownNameError(Problem("--near", 0, "this is no place on earth", "write it as `51.5,-0.12`"))
    return found


def zone(text: str) -> Zone:
    """Read an exclusion zone typed as `LAT,LON,KM`.

    Raises:
        UnknownNameError: it is no circle on earth.
    """
    numbers = _numbers(text, 3)
    centre = sane(*numbers[:2]) if numbers else None
    if centre is None or not 0 < numbers[2] < float("inf"):
        todo = "write a place and more than 0 kilometres, as `51.5,-0.12,20`"
        raise UnknownNameError(Problem("--exclude", 0, "this is no circle on earth", todo))
    return Zone(centre, numbers[2])


def _numbers(text: str, many: int) -> list[float]:
    """Return the numbers in `text`, or none at all when they are not `many`."""
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        return []
    return numbers if len(numbers) == many else []
