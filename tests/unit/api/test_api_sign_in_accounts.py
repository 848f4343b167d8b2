"""Accounts over HTTP: administrators keep those of their own organisation, and nobody takes one over alone."""

from uuid import uuid4

import pytest
from joserfc.jwk import ECKey
from offices import THEIRS
from signing_in import holder, password, program, signed_in, told
from signins import WORDS, admin, long_held

from nrm.casework.accounts import people

NEW = {"name": "carol", "display_name": "Carol", "roles": ["caseworker"]}
SECRETS = ("password", "secret", "totp", "digest", "epoch", "public_keys")


def keeper(real, at, name):
    """An administrator of old, who is signed in."""
    account = at.account(name, ["administrator"])
    begun = holder(real, signed_in(at, program(real), name))
    long_held(at.desk, account.id)
    return begun


@pytest.fixture
def chief(real, at):
    return keeper(real, at, "chief")


@pytest.fixture
def deputy(real, at):
    return keeper(real, at, "deputy")


def made(chief, **more):
    answer = chief.post("/v1/accounts", json={**NEW, **more})
    assert answer.status_code == 201, answer.text
    return answer


def seen(chief, account):
    return {"If-Match": chief.get(f"/v1/accounts/{account}").headers["etag"]}


def test_an_account_is_made_once_invited_and_signs_in_with_its_code(real, chief):
    headers = {"Idempotency-Key": "key-number-1"}
    first, again = (chief.post("/v1/accounts", json=NEW, headers=headers) for _ in range(2))
    assert first.json() == again.json()
    assert not any(word in first.json() for word in SECRETS)
    where = first.headers["location"]
    code = chief.post(f"{where}/invite").json()["code"]
    step = password(program(real), "carol", code).json()
    assert step["must_change"]
    assert chief.post("/v1/accounts", json=NEW).json()["code"] == "taken"


def test_a_change_names_the_version_that_was_seen_and_ends_sessions_where_rights_change(real, at, chief):
    account = at.account("anna")
    anna = holder(real, signed_in(at, program(real)))
    where, headers = f"/v1/accounts/{account.id}", seen(chief, account.id)
    assert chief.patch(where, json={"language": "fr"}).status_code == 428
    named = chief.patch(where, json={"display_name": "Ana"}, headers=headers)
    assert named.headers["etag"] == seen(chief, account.id)["If-Match"]
    assert anna.get("/v1/me").status_code == 200
    assert chief.patch(where, json={"language": "fr"}, headers=headers).json()["code"] == "stale"
    given = chief.patch(where, json={"roles": ["supervisor"]}, headers=seen(chief, account.id))
    assert given.json()["roles"] == ["supervisor"]
    assert given.headers["etag"] == seen(chief, account.id)["If-Match"]
    assert anna.get("/v1/me").status_code == 401


def test_what_an_account_cannot_be_is_the_fault_of_what_was_sent(chief):
    for more in ({"roles": ["person"]}, {"roles": []}, {"name": "\u200b"}, {"language": "xx"}, {"password": WORDS}):
        answer = chief.post("/v1/accounts", json={**NEW, **more})
        assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")


def test_a_suspended_account_is_out_and_a_restored_one_signs_in_again(real, at, chief):
    account = at.account("anna")
    anna = holder(real, signed_in(at, program(real)))
    where = f"/v1/accounts/{account.id}"
    assert chief.post(f"{where}/suspend").status_code == 428
    out = chief.post(f"{where}/suspend", headers=seen(chief, account.id))
    assert (out.json()["state"], out.headers["etag"]) == ("suspended", seen(chief, account.id)["If-Match"])
    assert anna.get("/v1/me").status_code == 401
    assert password(program(real)).status_code == 401
    assert chief.post(f"{where}/restore", headers=seen(chief, account.id)).json()["state"] == "active"
    assert password(program(real)).status_code == 200


def test_somebody_is_signed_out_everywhere(real, at, chief):
    account = at.account("anna")
    anna = holder(real, signed_in(at, program(real)))
    assert chief.post(f"/v1/accounts/{account.id}/end-sessions").status_code == 204
    assert anna.get("/v1/me").status_code == 401


def test_new_credentials_take_two_administrators(real, at, chief, deputy):
    account = at.account("anna")
    signed_in(at, program(real))
    assert chief.post(f"/v1/accounts/{account.id}/invite").json()["code"] == "same_person"
    asked = chief.post(f"/v1/accounts/{account.id}/recover")
    assert asked.status_code == 201
    where = f"/v1/recoveries/{asked.json()['recovery']}/confirm"
    assert [one["account"] for one in deputy.get("/v1/recoveries").json()["items"]] == [str(account.id)]
    assert chief.post(where).json()["code"] == "same_person"
    code = deputy.post(where).json()["code"]
    assert password(program(real), "anna", code).json()["must_change"]
    assert deputy.post(where).status_code == 404


def test_nobody_changes_their_own_account(chief):
    own = chief.get("/v1/me").json()["account"]
    answer = chief.patch(f"/v1/accounts/{own}", json={"language": "fr"}, headers={"If-Match": '"1"'})
    assert answer.status_code == 403


def test_accounts_of_others_are_told_like_none_and_other_roles_keep_none(real, at, chief):
    account = at.account("anna")
    theirs = people.create(at.desk, admin(organisation=THEIRS), "x", "X", ["caseworker"], THEIRS).id
    hidden, none = (told(chief.get(f"/v1/accounts/{one}")) for one in (theirs, uuid4()))
    assert hidden == none
    assert hidden[0] == 404
    assert str(theirs) not in chief.get("/v1/accounts").text
    anna = holder(real, signed_in(at, program(real)))
    for method, path, body in (
        ("GET", "/v1/accounts", None),
        ("POST", "/v1/accounts", NEW),
        ("GET", f"/v1/accounts/{account.id}", None),
        ("POST", f"/v1/accounts/{account.id}/invite", None),
        ("POST", f"/v1/accounts/{account.id}/recover", None),
        ("GET", "/v1/recoveries", None),
        ("POST", f"/v1/recoveries/{uuid4()}/confirm", None),
        ("POST", "/v1/clients", NEW),
        ("POST", f"/v1/clients/{account.id}/secret", None),
    ):
        denied = anna.request(method, path, **({} if body is None else {"json": body}))
        assert (denied.status_code, denied.json()["code"]) == (403, "not_permitted"), path


def test_pages_of_accounts_go_on_where_they_ended(chief):
    names = {"chief", *(made(chief, name=f"name{number}").json()["name"] for number in range(4))}
    seen_names, cursor = [], None
    while True:
        page = chief.get("/v1/accounts", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen_names += [one["name"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen_names) == sorted(names)


def test_a_program_gets_a_secret_or_keys_and_a_person_neither(real, at, chief):
    program_ = chief.post("/v1/clients", json={**NEW, "name": "registry"}).json()
    assert program_["kind"] == "client"
    where = f"/v1/clients/{program_['account']}"
    secret = chief.post(f"{where}/secret").json()
    form = {"grant_type": "client_credentials", **secret}
    assert program(real).post("/v1/token", data=form).status_code == 200
    key = ECKey.generate_key("P-256")
    answer = chief.put(f"{where}/keys", json={"keys": [key.as_dict(private=True)]})
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert chief.put(f"{where}/keys", json={"keys": [key.as_dict(private=False)]}).status_code == 204
    assert program(real).post("/v1/token", data=form).json()["error"] == "invalid_client"
    person = at.account("anna")
    refused = chief.post(f"/v1/clients/{person.id}/secret")
    assert (refused.status_code, refused.json()["code"]) == (422, "input_refused")
    chief_program = {**NEW, "name": "robot", "roles": ["administrator"]}
    assert chief.post("/v1/clients", json=chief_program).status_code == 422
