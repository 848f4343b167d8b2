"""How far two places are from each other, along a great circle, in kilometres.

Half the chord between two points on a unit sphere, squared, is the haversine of the angle between them (R. W. Sinnott,
"Virtues of the Haversine", Sky and Telescope 68(2), 1984). Comparing squared chords needs only sums and products, which
every machine rounds alike (IEEE 754): plain Python and numpy then agree to the last bit on who is nearer.
"""

from __future__ import annotations

from math import asin, cos, isfinite, pi, radians, sin, sqrt

from nrm.directory.place import WORLD, Point

EARTH_KM = 6371.0088
"""Mean radius of the earth in kilometres (IUGG, in H. Moritz, Geodetic Reference System 1980)."""

FARTHEST_KM = pi * EARTH_KM
Vector = tuple[float, float, float]


def sane(latitude: float, longitude: float) -> Point | None:
    """Return the point, or None when it is no place on earth or `0, 0`, which is how many programs write "not known".

    >>> sane(25.77, -80.19), sane(0, 0), sane(-200, 25)
    (Point(latitude=25.77, longitude=-80.19), None, None)
    """
    point = Point(latitude, longitude)
    if not (isfinite(latitude) and isfinite(longitude)) or not (latitude or longitude):
        return None
    return point if WORLD.holds(point) else None


def unit_vector(point: Point) -> Vector:
    """Return the point on a sphere of radius 1."""
    north, east = radians(point.latitude), radians(point.longitude)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def chord_squared(one: Vector, other: Vector) -> float:
    """Return the squared length of the straight line between two points on the unit sphere: from 0 to 4."""
    x, y, z = one[0] - other[0], one[1] - other[1], one[2] - other[2]
    return x * x + y * y + z * z


def chord_of(kilometres: float) -> float:
    """Return the squared chord that spans `kilometres` on the ground."""
    half = sin(min(kilometres, FARTHEST_KM) / EARTH_KM / 2)
    return 4 * half * half


def kilometres_of(chord: float) -> float:
    """Return the kilometres on the ground that a squared chord spans.

    >>> round(kilometres_of(chord_of(120)), 6)
    120.0
    """
    return 2 * EARTH_KM * asin(min(1.0, sqrt(chord) / 2))


def kilometres(one: Point, other: Point) -> float:
    """Return the great-circle distance of two points.

    >>> round(kilometres(Point(51.5, -0.12), Point(48.86, 2.35)))
    342
    """
    return kilometres_of(chord_squared(unit_vector(one), unit_vector(other)))
