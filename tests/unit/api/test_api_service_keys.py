"""A key of a service comes into force only when the coordinator confirmed it, and exactly the one that was compared."""

import pyrage
import pytest
from offices import asked
from referral_desk import WORKING_AT
from small_directory import CLINIC, DIRECTORY, LAWYER, SIDECARS, SIGNERS, SOURCE, SOUTH

from nrm.access import ROLES
from nrm.bootstrap_counter import DIRECTORY as SECRET
from nrm.casework.office.directory_kept import import_directory, keep_sidecars, read
from nrm.casework.referrals.services import organisation_of
from nrm.vault.envelope import DataKey

KEYS, CONFIRM, ENTRY = "/v1/directory/keys", "/v1/directory/keys/confirm", "/v1/service/entry"
FIRST, SECOND = (str(pyrage.x25519.Identity.generate().to_public()) for _ in range(2))
COORDINATOR = asked("coordinator")


@pytest.fixture
def filled(service):
    key = DataKey(service.office.keys.secret(SECRET))
    import_directory(service.office.desk, COORDINATOR, key, DIRECTORY, SOURCE)
    keep_sidecars(service.office.desk, COORDINATOR, key, SIDECARS)
    return service


def record(service, key=SOUTH):
    return read(service.office.desk, COORDINATOR, DataKey(service.office.keys.secret(SECRET))).sidecars[key]


def sends(service, key=SOUTH, **keys):
    client = service.as_("provider", organisation_of(key), WORKING_AT)
    answer = client.patch(ENTRY, json=keys, headers={"If-Match": client.get(ENTRY).headers["etag"]})
    assert answer.status_code == 200, answer.text


def confirms(service, key=SOUTH, role="coordinator", **keys):
    named = {"service": {"source": key[0], "id": key[1]}, "how": "phone", **keys}
    return service.as_(role).post(CONFIRM, json=named)


def test_a_key_is_used_from_the_moment_that_the_coordinator_confirmed_it(filled):
    sends(filled, receiving_key=FIRST)
    (waiting,) = filled.as_("coordinator").get(KEYS).json()["items"]
    assert (waiting["id"], waiting["receiving_key"], waiting["signing_key"]) == (SOUTH[1], FIRST, None)
    assert record(filled).usable_key == SIDECARS[SOUTH].usable_key
    done = confirms(filled, receiving_key=FIRST)
    assert (done.status_code, done.json()["receiving_key"]) == (200, FIRST), done.text
    after = record(filled)
    assert (after.usable_key, after.signing_key, after.waiting) == (FIRST, SIDECARS[SOUTH].signing_key, None)
    assert after.confirmed.how == "phone"
    assert filled.as_("coordinator").get(KEYS).json() == {"items": []}


def test_a_key_that_came_after_the_call_is_not_confirmed_by_it(filled):
    sends(filled, receiving_key=FIRST)
    sends(filled, receiving_key=SECOND)
    for wrong in ({"receiving_key": FIRST}, {"receiving_key": SECOND, "signing_key": SIGNERS[CLINIC].public}):
        assert confirms(filled, **wrong).json()["code"] == "not_found"
    assert confirms(filled, CLINIC, receiving_key=SECOND).json()["code"] == "not_found"
    assert record(filled).usable_key == SIDECARS[SOUTH].usable_key


def test_a_signing_key_alone_never_confirms_a_receiving_key_that_nobody_did(filled):
    key = DataKey(filled.office.keys.secret(SECRET))
    unsure = SIDECARS[LAWYER].model_copy(update={"receiving_key": SECOND, "confirmed": None})
    keep_sidecars(filled.office.desk, COORDINATOR, key, {**SIDECARS, LAWYER: unsure})
    sends(filled, LAWYER, signing_key=SIGNERS[CLINIC].public)
    refused = confirms(filled, LAWYER, signing_key=SIGNERS[CLINIC].public)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_now")
    assert record(filled, LAWYER).usable_key is None
    sends(filled, LAWYER, receiving_key=FIRST)
    assert confirms(filled, LAWYER, receiving_key=FIRST, signing_key=SIGNERS[CLINIC].public).status_code == 200
    assert record(filled, LAWYER).usable_key == FIRST


def test_nothing_is_confirmed_without_a_key(filled):
    assert confirms(filled).status_code == 422
    assert confirms(filled, receiving_key="age1canary").status_code == 422


@pytest.mark.parametrize("role", sorted({*ROLES} - {"coordinator", "administrator"}))
def test_nobody_else_confirms_a_key(filled, role):
    sends(filled, receiving_key=FIRST)
    answer = confirms(filled, role=role, receiving_key=FIRST)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert filled.office.said()[-1] == ("api:directory:change", "not_permitted")
    assert record(filled).waiting is not None
