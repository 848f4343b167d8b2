"""What a service says of itself: it counts at once, hides more and never less, and never changes a confirmed key."""

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import asked
from referral_desk import WORKING_AT
from small_directory import ADDRESS, CLINIC, DIRECTORY, NORTH, SIDECARS, SIGNERS, SOURCE, SOUTH

from nrm.bootstrap_counter import DIRECTORY as SECRET
from nrm.casework.office.directory_kept import import_directory, keep_sidecars, read
from nrm.casework.referrals.services import organisation_of
from nrm.vault.envelope import DataKey

ENTRY, CAPACITY = "/v1/service/entry", "/v1/service/capacity"
COORDINATOR = asked("coordinator")
NEW_KEY = str(pyrage.x25519.Identity.generate().to_public())


@pytest.fixture
def filled(service):
    key = DataKey(service.office.keys.secret(SECRET))
    import_directory(service.office.desk, COORDINATOR, key, DIRECTORY, SOURCE)
    keep_sidecars(service.office.desk, COORDINATOR, key, SIDECARS)
    return service


def kept(service):
    return read(service.office.desk, COORDINATOR, DataKey(service.office.keys.secret(SECRET)))


def provider(service, key=SOUTH, **headers):
    return service.as_("provider", organisation_of(key), WORKING_AT, **headers)


def said(client, where, body, tag=None):
    tag = tag or client.get(where).headers["etag"]
    return (client.put if where == CAPACITY else client.patch)(where, json=body, headers={"If-Match": tag})


def test_a_service_reads_its_own_entry_and_no_secret_of_it(filled):
    told = provider(filled, NORTH).get(ENTRY)
    assert (told.json()["id"], told.json()["confidential"], told.json()["waiting"]) == (NORTH[1], True, False)
    assert told.json()["receiving_key"] == SIDECARS[NORTH].receiving_key
    assert "Canary" not in told.text


def test_capacity_is_said_by_the_day_and_counts_at_once(filled):
    south = provider(filled)
    assert south.get(CAPACITY).json() == {"days": [{"day": "2026-03-01", "free": 2, "unit": "bed"}]}
    days = [{"day": "2026-03-01", "free": 0, "unit": "bed"}, {"day": "2026-03-02", "free": 4, "unit": "bed"}]
    done = said(south, CAPACITY, {"days": days})
    assert (done.status_code, done.json()) == (200, {"days": days}), done.text
    assert south.get(CAPACITY).headers["etag"] == south.get(ENTRY).headers["etag"] == done.headers["etag"]
    after = kept(filled)
    (candidate,) = [one for one in after.services if one.key == SOUTH]
    assert {(one.day.isoformat(), one.free) for one in candidate.capacity if one.firm} >= {("2026-03-01", 0)}
    assert {key: one for key, one in after.sidecars.items() if key != SOUTH} == {
        key: one for key, one in SIDECARS.items() if key != SOUTH
    }
    assert filled.office.said()[-2] == ("api:directory:read", "done")


@pytest.mark.parametrize(
    "days",
    [
        [{"day": "2026-03-01", "free": -1}],
        [{"day": "2026-02-30", "free": 1}],
        [{"day": 0, "free": 1}],
        [{"day": "2026-03-01", "free": "1"}],
        [{"day": "2026-03-01", "free": 1, "secret": "Canary"}],
        [{"day": "2026-03-01", "free": 1}, {"day": "2026-03-01", "free": 2}],
    ],
)
def test_capacity_that_makes_no_sense_is_refused_and_nothing_is_changed(filled, days):
    refused = said(provider(filled), CAPACITY, {"days": days})
    assert (refused.status_code, refused.json()["code"]) == (422, "input_refused")
    assert "Canary" not in refused.text
    assert kept(filled).sidecars == SIDECARS


def test_who_saw_another_version_changes_nothing_and_others_changes_are_not_in_the_way(filled):
    south, north = provider(filled), provider(filled, NORTH)
    tag = south.get(ENTRY).headers["etag"]
    assert said(north, ENTRY, {"families": "yes"}).status_code == 200
    assert said(south, ENTRY, {"families": "yes"}, tag).status_code == 200
    assert said(south, ENTRY, {"families": "no"}, tag).json()["code"] == "stale"
    assert south.patch(ENTRY, json={"families": "no"}).json()["code"] == "precondition_required"
    assert kept(filled).sidecars[SOUTH].families == "yes"


def test_the_same_key_says_it_once(filled):
    south = provider(filled, **{"Idempotency-Key": "key-number-1"})
    tag = south.get(ENTRY).headers["etag"]
    first, again = (said(south, ENTRY, {"accessible": "yes"}, tag) for _ in range(2))
    assert (first.status_code, first.json()["accessible"]) == (200, "yes")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


def test_a_key_that_a_service_sends_waits_and_nothing_is_sealed_to_it(filled):
    south = provider(filled)
    after = said(south, ENTRY, {"receiving_key": NEW_KEY, "signing_key": SIGNERS[CLINIC].public})
    assert (after.json()["waiting"], after.json()["receiving_key"]) == (True, SIDECARS[SOUTH].receiving_key)
    record = kept(filled).sidecars[SOUTH]
    assert record.usable_key == SIDECARS[SOUTH].usable_key
    assert (record.signing_key, record.confirmed) == (SIDECARS[SOUTH].signing_key, SIDECARS[SOUTH].confirmed)
    assert (record.waiting.receiving_key, record.waiting.signing_key) == (NEW_KEY, SIGNERS[CLINIC].public)
    for name in ("confirmed", "verified", "conflicts", "recipients", "delivery", "hidden_locations"):
        assert said(south, ENTRY, {name: None}).status_code == 422, f"`{name}` is the coordinator's"


def test_the_key_that_was_confirmed_waits_for_nobody(filled):
    after = said(provider(filled), ENTRY, {"receiving_key": SIDECARS[SOUTH].receiving_key})
    assert (after.status_code, after.json()["waiting"]) == (200, False)


def test_a_place_is_hidden_by_its_service_and_never_shown_or_moved_by_it(filled):
    south, north = provider(filled), provider(filled, NORTH)
    hidden = said(south, ENTRY, {"confidential_address": "1 CanaryStreet, Main Street"})
    assert (hidden.json()["confidential"], "Canary" in hidden.text) == (True, False)
    assert all(one.confidential for one in kept(filled).services if one.key == SOUTH)
    assert said(south, ENTRY, {"confidential_address": None}).json()["confidential"] is True, "null says nothing"
    assert said(north, ENTRY, {"confidential_address": ADDRESS}).status_code == 200, "the same again"
    moved = said(north, ENTRY, {"confidential_address": "2 CanaryElsewhere Road"})
    assert (moved.status_code, "Canary" in moved.text) == (409, False)
    assert kept(filled).sidecars[NORTH].confidential_address.get_secret_value() == ADDRESS
    assert said(north, ENTRY, {"confidential_address": "  "}).status_code == 422


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "needs": st.lists(st.sampled_from(["identity", "contact", "health"]), unique=True),
            "families": st.sampled_from(["yes", "no", "unknown"]),
            "receiving_key": st.sampled_from([NEW_KEY, SIDECARS[CLINIC].receiving_key]),
            "confidential_address": st.sampled_from(["7 Far Lane", "8 Near Lane", ADDRESS]),
            "safe_contact": st.just({"use": ["phone"], "rules": ["Ask for the manager."]}),
        },
    )
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_service_says_its_confirmed_keys_stay_and_no_place_is_uncovered(filled, body):
    before = kept(filled)
    said(provider(filled), ENTRY, body)
    after = kept(filled)
    old, new = before.sidecars[SOUTH], after.sidecars[SOUTH]
    assert (new.receiving_key, new.signing_key, new.confirmed) == (old.receiving_key, old.signing_key, old.confirmed)
    if old.confidential_address is not None:
        assert new.confidential_address == old.confidential_address
    shown = {(one.key, place) for one in after.services for place in one.places if not place.confidential}
    assert shown <= {(one.key, place) for one in before.services for place in one.places if not place.confidential}


def test_a_gender_that_there_is_not_is_refused(filled):
    assert said(provider(filled), ENTRY, {"genders": ["feminine"]}).status_code == 200
    refused = said(provider(filled), ENTRY, {"genders": ["canary"]})
    assert (refused.status_code, "canary" in refused.text) == (422, False)


@pytest.mark.parametrize("where", [ENTRY, CAPACITY])
def test_who_is_no_service_has_no_entry(filled, where):
    stranger = filled.as_("provider")
    assert stranger.get(where).json()["code"] == "not_found"
    assert said(stranger, where, {"days": []} if where == CAPACITY else {}, '"1"').json()["code"] == "not_found"


@pytest.mark.parametrize("role", ["caseworker", "coordinator", "administrator", "overseer", "statistician"])
@pytest.mark.parametrize("where", [ENTRY, CAPACITY])
def test_nobody_else_keeps_the_entry_of_a_service(filled, role, where):
    client = filled.as_(role, organisation_of(SOUTH))
    body = {"days": []} if where == CAPACITY else {"families": "yes"}
    for does, verb in ((lambda: client.get(where), "read"), (lambda: said(client, where, body, '"1"'), "change")):
        assert does().json()["code"] == "not_permitted"
        assert filled.office.said()[-1] == (f"api:directory:{verb}", "not_permitted")
    assert kept(filled).sidecars == SIDECARS
