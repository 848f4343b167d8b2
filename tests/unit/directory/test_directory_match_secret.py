"""From directory and sidecar records to what matching sees, and what it never sees: where a confidential place is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from pydantic import SecretStr

from nrm.directory.candidate import Free, candidates
from nrm.directory.index import DirectoryIndex
from nrm.directory.match import judge
from nrm.directory.need import Zone
from nrm.directory.service import (
    Accessibility,
    Address,
    Attribute,
    Capacity,
    Directory,
    Language,
    Location,
    Organisation,
    Service,
    ServiceAtLocation,
    Term,
)
from nrm.directory.sidecar import DayCapacity, ServiceName, Sidecar
from tests.match_examples import DAY, OFFER, points, woman

NAME = ServiceName(source="s", id="1")
ADDRESS = Address(id="a", address_1="12 Elm Street", city="Port Town", state_province="North")
SECRETS = {
    "hidden": Sidecar(service=NAME, hidden_locations=("l",)),
    "redacted": None,
    "address": Sidecar(service=NAME, confidential_address=SecretStr("12 Elm Street, Port Town")),
    "another address": Sidecar(service=NAME, confidential_address=SecretStr("8 Oak Road")),
}


def directory(latitude=51.5, longitude=-0.1, kind="physical", **said):
    place = Location(source="s", id="l", location_type=kind, latitude=latitude, longitude=longitude,
                     addresses=(ADDRESS,), **said.pop("place", {}))  # fmt: skip
    service = Service(source="s", id="1", organization_id="o", name="House", status="active", types=(OFFER,),
                      at=(ServiceAtLocation(id="x", location_id="l"),), **said)  # fmt: skip
    return Directory(
        organisations=(Organisation(source="s", id="o", name="Trust"),),
        services=(service,),
        locations=(place,),
        terms=(Term(source="s", id="t", name="Human Trafficking Shelters"),),
    )


def seen(beside=None, **said):
    (one,) = candidates(directory(**said), {("s", "1"): beside} if beside else {})
    return one


@pytest.mark.parametrize("how", SECRETS)
@settings(max_examples=25, deadline=None)
@given(place=points, asked=points)
def test_no_question_tells_where_a_confidential_place_is(how, place, asked):
    kind = "redacted" if how == "redacted" else "physical"
    here, there = (seen(SECRETS[how], latitude=at.latitude, longitude=at.longitude, kind=kind) for at in (place, asked))
    assert here == there
    assert here.confidential
    need = woman(near=asked, zones=(Zone(asked, 30),), region="north")
    assert judge(need, here).lines == judge(need, there).lines
    assert not any(name == "km" for line in judge(need, here).lines for name, _ in line.filled)


def test_of_a_confidential_place_only_state_and_region_are_kept():
    assert seen().regions == {"north", "port town"}
    assert seen(SECRETS["hidden"]).regions == {"north"}
    assert "Elm" not in repr(seen(SECRETS["address"]))


def test_another_row_at_the_same_point_does_not_give_the_place_away():
    twin = Location(source="other", id="z", latitude=51.5, longitude=-0.1)
    service = Service(source="other", id="2", name="Office", status="active", types=(OFFER,),
                      at=(ServiceAtLocation(id="y", location_id="z"),))  # fmt: skip
    both = directory()
    both = Directory(locations=(*both.locations, twin), services=(*both.services, service))
    found = candidates(both, {("s", "1"): SECRETS["hidden"]})
    assert [one.confidential for one in found] == [True, True]


def test_what_the_directory_and_the_mechanism_say_comes_together():
    beside = Sidecar(
        service=NAME, verified=date(2026, 2, 1), families="yes", genders=("feminine",),
        capacity=(DayCapacity(day=DAY, free=2, unit="bed"),),
    )  # fmt: skip
    one = seen(
        beside,
        assured_date=date(2025, 1, 1),
        genders=("masculine",),
        interpretation_services="on request",
        languages=(Language(id="1", name="French", code="fra"), Language(id="2", name="Creole")),
        attributes=(Attribute(id="1", taxonomy_term_id="t"),),
        capacities=(Capacity(id="1", unit="bed", available=9, updated="2026-02-28T10:00:00"),),
        place={"accessibility": (Accessibility(id="1", description="ramp"),)},
    )
    assert (one.verified, one.families, one.genders) == (date(2026, 2, 1), "yes", {"feminine"})
    assert (one.languages, one.other_languages, one.interpreters) == ({"fr"}, True, True)
    assert (one.trafficking, one.accessible, one.organisation_name) == ("yes", "yes", "Trust")
    assert one.capacity == (Free(DAY, "bed", 2), Free(date(2026, 2, 28), "bed", 9, firm=False))


@pytest.mark.parametrize(
    ("words", "said"), [("none", "no"), ("No.", "no"), ("no steps", "unknown"), ("", "unknown"), ("ramp", "yes")]
)
def test_only_plain_words_deny_accessibility(words, said):
    assert seen(place={"accessibility": (Accessibility(id="1", description=words),)}).accessible == said


def test_an_empty_directory_is_ranked_too():
    ranking = DirectoryIndex(()).rank(woman())
    assert (ranking.rows.size, ranking.duty.offer) == (0, OFFER)
