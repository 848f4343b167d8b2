"""Webhooks over HTTP: an administrator's, of their own organisation, to hosts that the installation may reach."""

import json
from uuid import uuid4

import pytest
from api_caseworker import begun, decided, done_once, told
from offices import THEIRS

from nrm.bootstrap_delivery import HookRounds
from nrm.casework.clocks.hook_posting import post_hooks
from nrm.casework.office.announcing import EVENT_KINDS, HOOKS, MESSAGES, TEST, body
from nrm.delivery.parcel import Delivered

URL = "https://hooks.example.org/nrm"
SENT = {"url": URL, "events": ["decision.made", "duty.late"]}


@pytest.fixture
def administrator(service):
    return service.as_("administrator")


def added(client, **more):
    answer = client.post("/v1/webhooks", json={**SENT, **more})
    assert answer.status_code == 201, answer.text
    return f"/v1/webhooks/{answer.json()['webhook']}", answer.json()["secret"]


def listed(client):
    return client.get("/v1/webhooks").json()["items"]


def messages(service):
    return [one.thing for one in service.office.store.run(lambda unit: MESSAGES.listed(service.office.desk, unit))]


def test_a_webhook_is_told_of_what_it_named_and_its_secret_is_told_once(service, administrator):
    path, secret = added(administrator)
    assert secret.startswith("whsec_")
    (one,) = listed(administrator)
    assert (one["url"], set(one["events"]), one["waiting"]) == (URL, set(SENT["events"]), 0)
    assert secret.removeprefix("whsec_") not in administrator.get("/v1/webhooks").text
    worker = service.as_("caseworker")
    decided(worker, begun(worker))
    assert [one.kind for one in messages(service)] == ["decision.made"]
    assert listed(administrator)[0]["waiting"] == 1
    assert administrator.delete(path).status_code == 204
    assert (listed(administrator), messages(service)) == ([], [])


def test_it_is_changed_by_whoever_saw_its_version(administrator):
    path, _ = added(administrator)
    sent = {"url": "https://hooks.example.org/other"}
    assert administrator.patch(path, json=sent).json()["code"] == "precondition_required"
    assert administrator.patch(path, json=sent, headers={"If-Match": '"2"'}).json()["code"] == "stale"
    changed = administrator.patch(path, json=sent, headers={"If-Match": '"1"'})
    assert (changed.json()["url"], changed.headers["etag"]) == (sent["url"], '"2"')
    assert set(changed.json()["events"]) == set(SENT["events"]), "what is left out stays"
    events = {"events": ["glass.broken"]}
    assert administrator.patch(path, json=events, headers={"If-Match": '"2"'}).json()["events"] == events["events"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://hooks.example.org/nrm"},
        {"url": "https://evil.example/nrm"},
        {"url": "https://127.0.0.1/nrm"},
        {"url": "https://Canary:secret@hooks.example.org/nrm"},
        {"url": "https://hooks.example.org/nrm?token=Canary"},
        {"url": "file:///Canary"},
        {"events": ["Canary"]},
        {"events": []},
    ],
)
def test_what_cannot_be_called_or_does_not_happen_is_refused_and_not_repeated(administrator, wrong):
    path, _ = added(administrator)
    for answer in (
        administrator.post("/v1/webhooks", json={**SENT, **wrong}),
        administrator.patch(path, json=wrong, headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, answer.json()["code"], "Canary" in answer.text) == (422, "input_refused", False)
    assert [one["url"] for one in listed(administrator)] == [URL]


def test_a_test_goes_the_way_of_every_message_and_says_nothing_of_a_case(service, administrator):
    path, _ = added(administrator)
    answer = done_once(administrator, f"{path}/test", None)
    assert answer.status_code == 202
    (one,) = messages(service)
    assert (str(one.id), one.kind) == (answer.json()["message"], TEST)
    told_of = json.loads(body(one))
    assert told_of["data"] == {"subject": path.rpartition("/")[2]}
    calls = []

    class Caller:
        def call(self, url, _secret, message, data, _now):
            calls.append((url, message, data))
            return Delivered()

    done = post_hooks(service.office.desk, HookRounds(Caller()))
    assert (done.delivered, calls) == (1, [(URL, str(one.id), body(one))])
    assert messages(service) == []


def suspended(service, path):
    desk = service.office.desk

    def work(unit):
        (held,) = HOOKS.listed(desk, unit)
        HOOKS.change(desk, unit, held, held.thing.model_copy(update={"suspended": desk.clock()}))

    service.office.store.run(work)
    return path


def test_one_that_is_suspended_is_not_tried_until_it_is_called_again(service, administrator):
    path = suspended(service, added(administrator)[0])
    assert administrator.post(f"{path}/test").json()["code"] == "not_now"
    again = administrator.post(f"{path}/resume")
    assert (again.status_code, again.json()["suspended"]) == (200, None)
    assert again.headers["etag"] == f'"{again.json()["version"]}"'
    assert administrator.post(f"{path}/test").status_code == 202


def test_another_organisations_webhook_is_told_like_none(service, administrator):
    path, _ = added(administrator)
    other, nobodys = service.as_("administrator", THEIRS), f"/v1/webhooks/{uuid4()}"
    assert listed(other) == []
    for does in (
        lambda at: other.patch(at, json={}, headers={"If-Match": '"1"'}),
        lambda at: other.post(f"{at}/test"),
        lambda at: other.post(f"{at}/resume"),
        other.delete,
    ):
        assert told(does(path)) == told(does(nobodys))
        assert does(path).status_code == 404
    assert len(listed(administrator)) == 1


@pytest.mark.parametrize("role", ["caseworker", "supervisor", "overseer", "provider", "coordinator", "rule_author"])
def test_no_other_role_has_anything_to_do_with_them(service, administrator, role):
    path, _ = added(administrator)
    client = service.as_(role)
    for answer in (
        client.get("/v1/webhooks"),
        client.post("/v1/webhooks", json=SENT),
        client.patch(path, json={}, headers={"If-Match": '"1"'}),
        client.post(f"{path}/test"),
        client.delete(path),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


def test_only_so_many_are_added_and_no_secret_is_kept_as_an_answer(administrator):
    keyed = administrator.post("/v1/webhooks", json=SENT, headers={"Idempotency-Key": "key-number-1"})
    assert (keyed.status_code, listed(administrator)) == (422, [])
    for number in range(20):
        added(administrator, url=f"{URL}/{number}", events=[EVENT_KINDS[0]])
    assert administrator.post("/v1/webhooks", json=SENT).json()["code"] == "not_now"
