"""Coordinates that can be believed, or none: a wrong distance may send a person to the exploiters' door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from nrm.errors import Problem, UnknownNameError

POLE, DATE_LINE = 90, 180


class Point(NamedTuple):
    """A place in degrees, WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class Box:
    """The part of the world in which all places of one directory lie, in degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, point: Point) -> bool:
        """Say whether `point` lies inside; a box may cross the date line."""
        across = self.west > self.east
        west, east = point.longitude >= self.west, point.longitude <= self.east
        return self.south <= point.latitude <= self.north and ((west or east) if across else (west and east))


WORLD = Box(-POLE, -DATE_LINE, POLE, DATE_LINE)


def box(text: str) -> Box:
    """Read a box typed as `south,west,north,east`.

    Raises:
        UnknownNameError: it is not four numbers that make a box on earth.
    """
    try:
        south, west, north, east = (float(part) for part in text.split(","))
    except ValueError:
        south, west, north, east = 1, 1, 0, 0
    made = Box(south, west, north, east)
    corners = Point(south, west), Point(north, east)
    if not (south < north and all(WORLD.holds(corner) for corner in corners)):
        todo = "write `south,west,north,east` in degrees, such as `24,-125,50,-66`"
        raise UnknownNameError(Problem("--box", 0, f"`{text[:60]}` is not a box on earth", todo))
    return made


def believed(latitude: str, longitude: str, inside: Box | None) -> tuple[Point | None, str, str]:
    """Return a point that can be believed or None, why it is not what stood there, and what was done.

    Two reversed numbers are turned only where that is certain: as they stand they are no place on earth, or none in
    `inside`, and turned they are one.

    >>> believed("-80.19", "25.77", Box(24, -125, 50, -66))
    (Point(latitude=25.77, longitude=-80.19), 'reversed coordinates', 'they were turned')
    """
    if not latitude and not longitude:
        return None, "", ""
    left_out = "they were left out"
    try:
        point = Point(float(latitude), float(longitude))
    except ValueError:
        return None, "coordinates that are no two numbers", left_out
    if not point.latitude and not point.longitude:
        return None, "coordinates 0, 0", left_out
    turned = Point(point.longitude, point.latitude)
    area = inside or WORLD
    if area.holds(point):
        return point, "", ""
    if area.holds(turned):
        return turned, "reversed coordinates", "they were turned"
    where = "the country" if inside and WORLD.holds(point) else "the earth"
    return None, f"coordinates outside {where}", left_out
