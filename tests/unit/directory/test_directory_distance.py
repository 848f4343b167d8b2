"""Distances against known ones, and coordinates that are none."""

from __future__ import annotations

from math import nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.distance import FARTHEST_KM, chord_of, kilometres, kilometres_of, sane
from nrm.directory.place import Point

everywhere = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (Point(0, 0), Point(0, 1), 111.195),
        (Point(90, 0), Point(-90, 77), 20015.115),
        (Point(0.5, 179.5), Point(0.5, -179.5), 111.191),
        (Point(36.12, -86.67), Point(33.94, -118.4), 2886.449),
    ],
)
def test_a_distance_is_that_of_the_great_circle(one, other, km):
    assert kilometres(one, other) == pytest.approx(km, abs=0.01)


@settings(max_examples=100)
@given(everywhere, everywhere)
def test_a_distance_is_the_same_both_ways_and_never_more_than_half_the_earth(one, other):
    assert kilometres(one, other) == kilometres(other, one)
    assert 0 <= kilometres(one, other) <= FARTHEST_KM + 1e-9


@given(st.floats(0.001, 20000))
def test_a_chord_and_its_kilometres_say_the_same(km):
    assert kilometres_of(chord_of(km)) == pytest.approx(km, rel=1e-6)


@pytest.mark.parametrize("numbers", [(0, 0), (91, 0), (0.5, 181), (nan, 1), (-200, 25)])
def test_what_is_no_place_is_none(numbers):
    assert sane(*numbers) is None
