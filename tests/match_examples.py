"""Random needs and services for the tests of matching, few enough values that they meet."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from nrm.directory.candidate import Candidate, Free, Place
from nrm.directory.distance import unit_vector
from nrm.directory.need import Need, Zone
from nrm.directory.place import Point

DAY = date(2026, 3, 1)
OFFER = "safe_accommodation"
OFFERS = (OFFER, "legal_aid")
LANGUAGES = ("en", "es", "fr")
GENDERS = ("feminine", "masculine", "transgender_feminine", "non_conforming")
REGIONS = ("north", "south", "port town")
THREE = st.sampled_from(("yes", "no", "unknown"))

days = st.integers(-400, 5).map(lambda days: DAY + timedelta(days=days))
near_days = st.integers(-5, 3).map(lambda days: DAY + timedelta(days=days))
points = st.builds(Point, st.floats(49, 52, width=32), st.floats(-1, 3, width=32))
ids = st.sampled_from([("a", str(number)) for number in range(4)])


def some(values, most=2):
    return st.frozensets(st.sampled_from(values), max_size=most)


@st.composite
def places(draw):
    confidential = draw(st.booleans())
    vector = None if confidential else draw(st.none() | points.map(unit_vector))
    return Place(vector, draw(some(REGIONS)), confidential, draw(st.integers(0, 4)) == 0)


frees = st.builds(Free, near_days, st.sampled_from(("bed", "room")), st.integers(0, 6), st.booleans())
needs = st.builds(
    Need,
    offer=st.sampled_from(OFFERS),
    on=st.just(DAY),
    age=st.sampled_from(("child", "adult", "unknown")),
    years=st.none() | st.integers(10, 25),
    gender=st.sampled_from((*GENDERS, "unknown")),
    languages=some(LANGUAGES),
    interpretation=THREE,
    disability=THREE,
    together=THREE,
    dependants=st.lists(st.none() | st.integers(0, 17), max_size=3).map(tuple),
    region=st.sampled_from(("", "North", "south")),
    near=st.none() | points,
    zones=st.lists(st.builds(Zone, points, st.floats(1, 150)), max_size=2).map(tuple),
    avoided=some(REGIONS, 1),
    conflicts=st.frozensets(ids, max_size=1),
    parties=some(("aa", "bb"), 1),
    earliest=st.none() | near_days,
    unit=st.none() | st.sampled_from(("bed", "room")),
)


def services(most=12):
    one = st.builds(
        Candidate,
        key=st.tuples(st.just("a"), st.text("0123", min_size=1, max_size=3)),
        organisation=st.none() | ids,
        status=st.sampled_from(("active", "active", "active", "inactive", "unknown")),
        types=some(OFFERS),
        minimum_age=st.none() | st.sampled_from((0, 12, 18)),
        maximum_age=st.none() | st.sampled_from((17, 21, 99)),
        genders=some(GENDERS),
        languages=some(LANGUAGES),
        other_languages=st.booleans(),
        interpreters=st.booleans(),
        accessible=THREE,
        families=THREE,
        trafficking=THREE,
        capacity=st.lists(frees, max_size=4).map(tuple),
        verified=st.none() | days,
        regions=some(REGIONS),
        places=st.lists(places(), max_size=3).map(tuple),
        conflicts=st.frozensets(ids, max_size=1),
        parties=some(("aa", "bb"), 1),
    )
    return st.lists(one, max_size=most, unique_by=lambda candidate: candidate.key)


def shelter(number=1, **changed):
    """A service that is known to fit a woman of 30."""
    said = {
        "organisation": ("a", f"org {number}"),
        "status": "active",
        "types": frozenset({OFFER}),
        "minimum_age": 0,
        "maximum_age": 99,
        "genders": frozenset({"feminine"}),
        "capacity": (Free(DAY, "bed", 4),),
        "places": (Place(unit_vector(Point(51.5, -0.1)), frozenset({"north"})),),
        "accessible": "yes",
        "families": "yes",
    }
    return Candidate(("a", f"{number:03}"), f"Shelter {number}", **(said | changed))


def woman(**changed):
    said = {
        "offer": OFFER,
        "on": DAY,
        "age": "adult",
        "years": 30,
        "gender": "feminine",
        "together": "no",
        "disability": "no",
    }
    return Need(**(said | changed))
