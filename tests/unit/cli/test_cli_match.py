"""`nrm match`: services for one person, and nothing of where a confidential place is."""

import json

import pytest

from nrm.directory.service import Address, Capacity, Directory, Location, Organisation, Service, ServiceAtLocation
from nrm.directory.store import to_bytes

OFFER = "safe_accommodation"
CASE = b"""
identity: {birth_date: 1996-02-01, birth_date_basis: document, gender: feminine}
contact: {current_region: North}
"""
SIDECAR = """
services:
  - service: {source: s, id: secret}
    confidential_address: 12 Elm Street, Port Town
"""


def house(name, **said):
    places = said.pop("places", (ServiceAtLocation(id="x", location_id=name),))
    return Service(source="s", id=name, organization_id="o", name=f"House {name}", status="active", types=(OFFER,),
                   minimum_age=0, genders=("feminine",), at=places, **said)  # fmt: skip


def place(name, latitude):
    address = Address(id=name, address_1="12 Elm Street", city="Port Town", state_province="North")
    return Location(source="s", id=name, latitude=latitude, longitude=-0.1, addresses=(address,) * (name == "secret"))


@pytest.fixture
def ask(real_nrm, tmp_path):
    bed = (Capacity(id="1", unit="bed", available=2, updated="2026-03-01"),)
    directory = Directory(
        organisations=(Organisation(source="s", id="o", name="Trust"),),
        services=(house("near", capacities=bed), house("secret"), house("wide")),
        locations=(place("near", 51.5), place("secret", 51.6), place("wide", 54.0)),
    )
    file, folder = tmp_path / "directory.json", tmp_path / "sidecars"
    file.write_bytes(to_bytes(directory))
    folder.mkdir()
    (folder / "one.yaml").write_text(SIDECAR, encoding="utf-8")

    def call(*arguments, offer=OFFER, beside=folder):
        return real_nrm("match", "-", "--directory", file, "--sidecars", beside, "--offer", offer, "--on", "2026-03-01",
                        *arguments, stdin=CASE)  # fmt: skip

    return call


def test_services_come_best_first_with_their_reasons(ask):
    said = ask("--near", "51.5,-0.1", "--json")
    found = json.loads(said.out)
    assert (said.code, said.err, found["duty"]) == (0, "", None)
    assert [one["id"] for one in found["accepted"]] == ["near", "secret", "wide"]
    lines = {line["criterion"]: line for line in found["accepted"][0]["lines"]}
    assert lines["distance"]["filled"] == {"km": 0}
    assert lines["capacity"]["said"] == "free on March 1, 2026: 2"


def test_of_a_confidential_place_neither_address_nor_distance_is_printed(ask):
    for form in ((), ("--json",)):
        said = ask("--near", "51.6,-0.1", "--exclude", "51.6,-0.1,1", "--exclude", "54,-0.1,1", *form).out
        assert "Elm" not in said
        assert "51.6" not in said
        assert "Port Town" not in said
    secret = next(one for one in json.loads(said)["accepted"] if one["id"] == "secret")
    assert [line["reason"] for line in secret["lines"] if line["criterion"] in {"zone", "distance"}] == [
        "zone_unknown",
        "distance_withheld",
    ]


def test_who_lives_near_the_exploiters_is_not_accepted(ask):
    found = json.loads(ask("--exclude", "51.5,-0.1,5", "--json").out)
    assert [one["id"] for one in found["refused"]] == ["near"]
    assert found["refused_for"] == {"zone": 1}


def test_when_nothing_fits_the_coordinator_has_a_duty_and_the_command_says_no(ask):
    said = ask("--json", offer="relocation")
    assert (said.code, json.loads(said.out)["duty"]["code"]) == (1, "no_service_found")
    assert "coordinator must find one within 24 hours" in ask(offer="relocation").out


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_people_read_it_in_their_language(ask, language):
    said = ask("--lang", language, "--most", "1")
    assert (said.code, said.err) == (0, "")
    assert "House near" in said.out
    assert "House wide" not in said.out


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("--near", "51.51234"), "--near: this is no place on earth"),
        (("--near", "0,0"), "--near: this is no place on earth"),
        (("--near", "200,51.51234"), "--near: this is no place on earth"),
        (("--exclude", "51.51234,0"), "--exclude: this is no circle on earth"),
        (("--exclude", "51.51234,0,-3"), "--exclude: this is no circle on earth"),
        (("--exclude", "51.51234,0,nan"), "--exclude: this is no circle on earth"),
    ],
)
def test_a_place_that_is_none_is_refused_and_not_repeated(ask, arguments, what):
    said = ask(*arguments)
    assert said.code == 2
    assert what in said.err
    assert "51.51234" not in said.err


def test_without_the_mechanisms_own_records_nothing_is_matched(ask, tmp_path):
    said = ask(beside=tmp_path / "nowhere")
    assert (said.code, said.out) == (2, "")
    assert "nobody knows what is confidential" in said.err


def test_an_offer_that_is_none_is_refused_with_the_nearest(ask):
    said = ask(offer="safe_acommodation")
    assert said.code == 2
    assert "did you mean `safe_accommodation`?" in said.err
