"""Each requirement by example: what is met, what refuses, and what must be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nrm.directory.candidate import Free, Place
from nrm.directory.distance import unit_vector
from nrm.directory.match import Accepted, judge, match
from nrm.directory.need import Zone
from nrm.directory.place import Point
from tests.match_examples import DAY, shelter, woman

SECRET = Place(None, frozenset({"north"}), confidential=True)
THERE = Point(51.5, -0.1)


def reason(need, service, criterion):
    judged = judge(need, service)
    (line,) = [line for line in judged.lines if line.criterion == criterion]
    return line.state, line.reason


def test_a_shelter_of_which_everything_is_known_is_accepted_without_a_question():
    judged = judge(woman(), shelter())
    assert isinstance(judged, Accepted)
    assert judged.asks == 0


@pytest.mark.parametrize(
    ("need", "service", "criterion", "state", "code"),
    [
        ({}, {"types": frozenset()}, "offer", "unmet", "offer_missing"),
        ({}, {"status": "inactive"}, "status", "unmet", "status_closed"),
        ({}, {"status": "unknown"}, "status", "unknown", "status_unknown"),
        ({}, {"minimum_age": None, "maximum_age": None}, "age", "unknown", "age_unknown"),
        ({}, {"maximum_age": 25}, "age", "unmet", "age_refused"),
        ({"years": None}, {"maximum_age": 25}, "age", "unknown", "age_unsure"),
        ({"age": "unknown", "years": None}, {"minimum_age": 18}, "age", "unmet", "age_refused"),
        ({"age": "unknown", "years": None}, {"maximum_age": 17}, "age", "met", "age_taken"),
        ({"age": "child", "years": 17}, {"minimum_age": 14, "maximum_age": 17}, "age", "met", "age_taken"),
        ({"age": "child", "years": None}, {"minimum_age": 14, "maximum_age": 17}, "age", "unknown", "age_unsure"),
        ({"gender": "masculine"}, {}, "gender", "unmet", "gender_refused"),
        ({"gender": "unknown"}, {}, "gender", "unknown", "gender_unsure"),
        ({"gender": "transgender_feminine"}, {}, "gender", "unknown", "gender_unsure"),
        ({}, {"genders": frozenset()}, "gender", "unknown", "gender_unknown"),
        ({}, {"capacity": ()}, "capacity", "unknown", "capacity_unknown"),
        ({}, {"capacity": (Free(DAY, "bed", 0),)}, "capacity", "unmet", "capacity_full"),
        ({"unit": "cot"}, {}, "capacity", "unknown", "capacity_unknown"),
        ({"together": "yes", "dependants": (3, 5)}, {"capacity": (Free(DAY, "bed", 2),)}, "capacity", "unmet",
         "capacity_full"),
        ({}, {"capacity": (Free(DAY - timedelta(3), "bed", 1, firm=False),)}, "capacity", "met", "capacity_free"),
        ({}, {"capacity": (Free(DAY - timedelta(4), "bed", 0, firm=False),)}, "capacity", "unknown",
         "capacity_unknown"),
        ({"conflicts": frozenset({("a", "org 1")})}, {}, "conflict", "unmet", "conflict_found"),
        ({"conflicts": frozenset({("a", "x")})}, {"organisation": None}, "conflict", "unknown", "conflict_unknown"),
        ({"parties": frozenset({"aa"})}, {"parties": frozenset({"aa"})}, "conflict", "unmet", "conflict_found"),
        ({"zones": (Zone(THERE, 5),)}, {}, "zone", "unmet", "zone_inside"),
        ({"zones": (Zone(Point(52.5, -0.1), 5),)}, {}, "zone", "met", "zone_outside"),
        ({"zones": (Zone(THERE, 5),)}, {"places": ()}, "zone", "unknown", "zone_unknown"),
        ({"zones": (Zone(THERE, 5),)}, {"places": (SECRET,)}, "zone", "unknown", "zone_unknown"),
        ({"avoided": frozenset({"north"})}, {"places": (SECRET,)}, "zone", "unmet", "zone_inside"),
        ({"avoided": frozenset({"port town"})}, {"places": (SECRET,)}, "zone", "unknown", "zone_unknown"),
        ({"zones": (Zone(THERE, 5),)}, {"places": (Place(virtual=True),)}, "zone", "met", "zone_outside"),
        ({"disability": "yes"}, {"accessible": "no"}, "access", "unmet", "access_refused"),
        ({"disability": "yes"}, {"accessible": "unknown"}, "access", "unknown", "access_unknown"),
        ({"disability": "unknown"}, {"accessible": "no"}, "access", "unknown", "access_ask_person"),
        ({"together": "yes"}, {"families": "no"}, "family", "unmet", "family_refused"),
        ({"together": "yes"}, {"families": "unknown"}, "family", "unknown", "family_unknown"),
        ({"together": "unknown"}, {"families": "no"}, "family", "unknown", "family_ask_person"),
        ({"offer": "legal_aid", "together": "yes"}, {"types": frozenset({"legal_aid"}), "families": "no"}, "family",
         "met", "family_not_needed"),
    ],
)  # fmt: skip
def test_a_requirement_says_what_it_found(need, service, criterion, state, code):
    judged = judge(woman(**need), shelter(**service))
    if state == "unmet":
        assert [(line.criterion, line.reason) for line in judged.lines] == [(criterion, code)]
    else:
        assert reason(woman(**need), shelter(**service), criterion) == (state, code)


def test_all_hard_reasons_are_told_and_not_only_the_first():
    judged = judge(woman(gender="masculine"), shelter(status="inactive", capacity=(Free(DAY, "bed", 0),)))
    assert [line.reason for line in judged.lines] == ["status_closed", "gender_refused", "capacity_full"]


@pytest.mark.parametrize(
    ("need", "service", "criterion", "code", "points"),
    [
        ({"languages": frozenset({"ar", "fr"})}, {"languages": frozenset({"fr"})}, "language", "language_spoken", 30),
        ({"languages": frozenset({"ar"})}, {"interpreters": True}, "language", "language_interpreted", 15),
        ({"languages": frozenset({"ar"})}, {"languages": frozenset({"fr"})}, "language", "language_other", 0),
        ({"languages": frozenset({"ar"})}, {}, "language", "language_unknown", 0),
        ({"interpretation": "no"}, {}, "language", "language_not_needed", 30),
        ({"region": " North"}, {"regions": frozenset({"north"})}, "region", "region_same", 15),
        ({"near": THERE}, {}, "distance", "distance", 15),
        ({"near": Point(52.5, -0.1)}, {}, "distance", "distance", 0),
        ({"near": THERE, "region": "north"}, {"places": (SECRET,), "regions": frozenset({"north"})}, "distance",
         "distance_withheld", 12),
        ({}, {"verified": DAY - timedelta(180)}, "verified", "verified_recently", 10),
        ({}, {"verified": DAY - timedelta(181)}, "verified", "verified_long_ago", 5),
        ({}, {"verified": DAY + timedelta(1)}, "verified", "verified_never", 0),
        ({}, {"trafficking": "yes"}, "specialised", "specialised", 20),
        ({}, {"capacity": (Free(DAY, "bed", 3),)}, "reserve", "reserve_enough", 10),
        ({}, {"capacity": (Free(DAY, "bed", 2),)}, "reserve", "reserve_little", 0),
    ],
)  # fmt: skip
def test_a_preference_brings_its_points(need, service, criterion, code, points):
    judged = judge(woman(**need), shelter(**service))
    (line,) = [line for line in judged.lines if line.criterion == criterion]
    assert (line.reason, line.points) == (code, points)


def test_among_equals_the_nearer_place_stands_first_and_then_the_key():
    near, far = (Place(unit_vector(Point(51.5 + north, -0.1))) for north in (0.01, 0.05))
    services = [shelter(1, places=(far,)), shelter(2, places=(near,)), shelter(3, places=(near,))]
    found = match(woman(near=THERE), services)
    assert [one.candidate.name for one in found.accepted] == ["Shelter 2", "Shelter 3", "Shelter 1"]


def test_when_nobody_answers_the_offer_the_coordinator_is_told_so():
    duty = match(woman(offer="relocation"), [shelter(1), shelter(2, status="inactive")]).duty
    assert (duty.code, duty.by, duty.reasons) == ("no_service_found", "coordinator", (("offer", 2),))


def test_the_coordinator_is_told_how_many_failed_for_what():
    full = (Free(DAY, "bed", 0),)
    duty = match(woman(), [shelter(1, capacity=full), shelter(2, capacity=full, status="inactive")]).duty
    assert duty.reasons == (("capacity", 2), ("status", 1))
