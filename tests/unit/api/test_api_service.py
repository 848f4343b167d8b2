"""Services over HTTP: each sees its own referrals and answers them, and of all others hears that there is none."""

from uuid import uuid4

import pytest
from offices import CANARIES, OURS, THEIRS, asked
from referral_desk import WORKING_AT, agreed_and_sent, of_service, opened, referral_of, reply_of
from small_directory import CLINIC, COUNSEL

from api.views.service import Declined, OwnState
from nrm.casework.referrals import answering
from nrm.casework.referrals.services import organisation_of
from nrm.referral.lifecycle import DECLINED, STATES

PATHS = ("", "/package")
ANSWERS = ("accept", "decline", "start", "complete")


def provider(service, key=CLINIC, **headers):
    return service.as_("provider", organisation_of(key), WORKING_AT, **headers)


def sent(service, **more):
    case, one = agreed_and_sent(service.office, **more)
    return case, one, f"/v1/service/referrals/{one.id}"


def answered(client, where, verb, version, **body):
    return client.post(f"{where}/{verb}", headers={"If-Match": f'"{version}"'}, json=body or None)


def test_a_service_sees_fetches_and_answers_until_the_help_was_given(service):
    case, one, where = sent(service)
    clinic = provider(service)
    (listed,) = clinic.get("/v1/service/referrals").json()["items"]
    assert (listed["referral"], listed["version"], listed["state"]["code"]) == (str(one.id), 2, "sent")
    package = clinic.get(f"{where}/package")
    assert package.headers["content-type"] == "application/octet-stream"
    assert package.headers["content-disposition"] == f'attachment; filename="{one.id}.age"'
    assert opened(service.office, CLINIC, package.content).header.referral == one.id
    told = clinic.get(where)
    assert (told.json()["state"]["code"], told.headers["etag"]) == ("received", '"3"')
    assert told.json()["may"] == ["accept", "decline"]
    assert [word["code"] for word in told.json()["reasons"]] == list(DECLINED)
    for version, (verb, state) in enumerate(
        [("accept", "accepted"), ("start", "in_progress"), ("complete", "completed")], 3
    ):
        after = answered(clinic, where, verb, version)
        assert (after.status_code, after.json()["state"]["code"]) == (200, state), after.text
    assert referral_of(service.office, case, one.id).state == "completed"
    assert clinic.get("/v1/service/referrals").json()["items"] == []
    assert clinic.get("/v1/service/referrals", params={"states": "completed"}).json()["items"] != []


def test_a_decline_gives_a_reason_of_the_list_and_nothing_else(service):
    case, one, where = sent(service)
    clinic = provider(service)
    assert answered(clinic, where, "decline", 2, reason="CanaryReason").status_code == 422
    assert answered(clinic, where, "decline", 2).status_code == 422
    done = answered(clinic, where, "decline", 2, reason="no_capacity")
    assert (done.status_code, done.json()["may"], done.json()["reasons"]) == (200, [], [])
    assert referral_of(service.office, case, one.id).state == "declined"
    assert answered(clinic, where, "accept", 3).status_code == 409, "after its end nothing is answered"


def test_an_answer_names_the_version_that_was_seen_and_is_given_once(service):
    _, _, where = sent(service)
    clinic = provider(service, **{"Idempotency-Key": "key-number-1"})
    assert clinic.post(f"{where}/accept").json()["code"] == "precondition_required"
    assert answered(clinic, where, "accept", 1).json()["code"] == "stale"
    first, again = answered(clinic, where, "accept", 2), answered(clinic, where, "accept", 2)
    assert (first.status_code, again.content) == (200, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["etag"] == first.headers["etag"]


def test_the_answer_that_was_kept_goes_with_the_case(service):
    case, _, where = sent(service)
    assert answered(provider(service, **{"Idempotency-Key": "key-number-1"}), where, "accept", 2).status_code == 200
    service.office.shred(case)
    assert service.office.store.state.registry == {}
    assert provider(service).get(where).status_code == 404


def test_the_referral_of_another_service_is_told_like_none(service):
    case, one, where = sent(service)
    none = f"/v1/service/referrals/{uuid4()}"
    other, nobody = provider(service, COUNSEL), service.as_("provider", THEIRS, WORKING_AT)
    for client in (other, nobody):
        assert client.get("/v1/service/referrals").json() == {"items": [], "next": None}
        for path in PATHS:
            theirs, missing = client.get(where + path), client.get(none + path)
            assert {**theirs.json(), "instance": ""} == {**missing.json(), "instance": ""}
            assert theirs.status_code == 404
        for verb in ANSWERS:
            body = {"reason": "too_far"} if verb == "decline" else {}
            theirs, missing = (answered(client, at, verb, 2, **body) for at in (where, none))
            assert {**theirs.json(), "instance": ""} == {**missing.json(), "instance": ""}
            assert theirs.status_code == 404
    assert referral_of(service.office, case, one.id).state == "sent"
    assert ("api:referral:accept", "other_organisation") in service.office.said()


@pytest.mark.parametrize("role", ["coordinator", "overseer", "administrator", "first_responder", "rule_author"])
def test_nobody_in_another_role_sees_or_answers_and_the_denial_is_on_the_log(service, role):
    _, _, where = sent(service)
    client = service.as_(role, organisation_of(CLINIC))
    for does, verb in (
        (lambda: client.get("/v1/service/referrals"), "read"),
        (lambda: client.get(where), "read"),
        (lambda: client.get(f"{where}/package"), "receive"),
        (lambda: answered(client, where, "accept", 2), "accept"),
    ):
        answer = does()
        assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
        assert service.office.said()[-1] == (f"api:referral:{verb}", "not_permitted")


def test_nothing_of_the_person_or_the_case_is_told_outside_the_package(service):
    case, one, where = sent(service)
    clinic = provider(service)
    texts = [clinic.get("/v1/service/referrals").text, clinic.get(where).text]
    texts += [answered(clinic, where, "accept", 2).text]
    for text in texts:
        assert not any(word in text for word in (*CANARIES, str(case), case.hex, one.offer, str(one.decision)))


def test_a_draft_is_nobodys_to_know(service):
    case, one, where = sent(service, hold=True)
    clinic = provider(service)
    assert referral_of(service.office, case, one.id).state == "draft"
    assert clinic.get("/v1/service/referrals").json()["items"] == []
    assert clinic.get("/v1/service/referrals", params={"states": "draft"}).status_code == 422
    assert clinic.get(where).status_code == 404


def test_pages_go_through_all_referrals_once_and_belong_to_one_list(service):
    made = {str(sent(service)[1].id) for _ in range(5)}
    clinic, seen, cursor = provider(service), [], None
    while True:
        page = clinic.get("/v1/service/referrals", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["referral"] for one in page["items"]]
        last, cursor = cursor, page["next"]
        if cursor is None:
            break
    assert sorted(seen) == sorted(made)
    other = clinic.get("/v1/service/referrals", params={"cursor": last, "states": "sent"})
    assert (other.status_code, other.json()["code"]) == (422, "input_refused")


def test_a_signed_reply_is_taken_as_the_word_of_the_service(service):
    case, one, _ = sent(service)
    signed = reply_of(service.office, one, "accept")
    keeper = service.as_("caseworker", OURS)
    octets = {"Content-Type": "application/octet-stream"}
    assert keeper.post("/v1/service/replies", content=signed, headers={"Content-Type": "text/html"}).status_code == 415
    assert keeper.post("/v1/service/replies", content=b"x" * 10_000, headers=octets).status_code == 413
    for wrong in (b"", b"CanaryReply", signed.replace(b"accept", b"declin"), signed[:-60]):
        refused = keeper.post("/v1/service/replies", content=wrong, headers=octets)
        assert (refused.status_code, "Canary" in refused.text) == (422, False), refused.text
    assert provider(service, COUNSEL).post("/v1/service/replies", content=signed, headers=octets).status_code == 404
    done = keeper.post("/v1/service/replies", content=signed, headers=octets)
    assert (done.status_code, done.json()["state"]["code"]) == (200, "accepted"), done.text
    assert referral_of(service.office, case, one.id).passed[-1].by == "provider"


def test_words_in_the_description_are_those_of_the_program():
    assert Declined.__args__ == DECLINED
    assert set(OwnState.__args__) == set(STATES) - {"draft"}


def test_what_is_listed_for_the_command_is_listed_here(service):
    _, one, _ = sent(service)
    (row,) = answering.own_referrals(service.office.desk, of_service(CLINIC))
    assert row.referral == one.id
    assert answering.own_referrals(service.office.desk, of_service(CLINIC), after=row.referral) == []
    assert answering.own_referrals(service.office.desk, asked(), most=1) == []
