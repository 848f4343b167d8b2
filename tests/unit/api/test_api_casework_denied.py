"""Every route of a caseworker asks with the record in hand: the role, the organisation, the purpose."""

from uuid import uuid4

import pytest
from api_caseworker import agreed, begun, decided, referred, told
from offices import THEIRS

ROUTES = [
    ("POST", "/decisions", {}),
    ("GET", "/decisions", None),
    ("GET", "/decisions/{decision}", None),
    ("POST", "/decisions/{decision}/replay", None),
    ("GET", "/decisions/{decision}/explanations/legal_aid", None),
    ("GET", "/decisions/{decision}/letter", None),
    ("POST", "/what-if", {"facts": {"age_status": "child"}}),
    ("POST", "/matches", {"offer": "medical_care"}),
    ("GET", "/consents", None),
    ("POST", "/consents", {"state": "refused", "disclosure": "share_with_health", "by": "self"}),
    ("GET", "/choices", None),
    ("POST", "/choices", {"offer": "medical_care", "wanted": False}),
    ("GET", "/feedback", None),
    ("POST", "/feedback", {"referral": "{referral}", "safe": "yes"}),
    ("GET", "/referrals", None),
    ("POST", "/referrals", {"offer": "legal_aid"}),
    ("GET", "/referrals/{referral}", None),
    ("POST", "/referrals/{referral}/send", None),
    ("POST", "/referrals/{referral}/revoke", {"reason": "better_service"}),
    ("POST", "/referrals/{referral}/receive", None),
    ("POST", "/referrals/{referral}/accept", None),
    ("POST", "/referrals/{referral}/decline", {"reason": "no_capacity"}),
    ("POST", "/referrals/{referral}/start", None),
    ("POST", "/referrals/{referral}/complete", None),
    ("POST", "/referrals/{referral}/transport", {"official": str(uuid4())}),
    ("GET", "/referrals/{referral}/transport", None),
    ("GET", "/duties", None),
    ("POST", "/duties/{duty}/done", None),
    ("GET", "/family", None),
    ("POST", "/family", {"other": "{other}", "relation": "sibling"}),
    ("DELETE", "/family/{other}", None),
]
NAMES = [f"{method} {path}" for method, path, _ in ROUTES]


@pytest.fixture
def made(service):
    """A case with a decision, a referral and a duty, and another case: what the words in braces above stand for."""
    worker = service.as_("caseworker")
    where = begun(worker)
    decision = decided(worker, where).json()["decision"]
    agreed(worker, where)
    _, one = referred(worker, where)
    duty = worker.get(f"{where}/duties").json()["items"][0]["duty"]
    other = begun(worker).rpartition("/")[2]
    return {"where": where, "other": other, "decision": decision, "referral": one["referral"], "duty": duty}


def asked(client, made, method, path, body, where=None):
    filled = {name: text.format(**made) if isinstance(text, str) else text for name, text in (body or {}).items()}
    sent = {} if body is None else {"json": filled}
    return client.request(method, (where or made["where"]) + path.format(**made), headers={"If-Match": '"1"'}, **sent)


def state(service):
    """Everything that is stored but the entries that say that somebody tried."""
    return {name: held for name, held in vars(service.office.store.state.copied()).items() if name != "waiting"}


@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=NAMES)
def test_another_organisations_case_is_told_like_none_and_stays_as_it_is(service, made, method, path, body):
    stranger = service.as_("caseworker", THEIRS)
    before = state(service)
    theirs = asked(stranger, made, method, path, body)
    none = asked(stranger, made, method, path, body, where=f"/v1/cases/{uuid4()}")
    assert theirs.status_code == none.status_code == 404, theirs.text
    assert told(theirs) == told(none)
    assert state(service) == before
    assert ("api", "other_organisation") in [(e.action.split(":")[0], e.why) for e in service.office.entries()]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=NAMES)
def test_who_runs_watches_or_counts_is_denied_on_the_log(service, made, method, path, body):
    before = state(service)
    answer = asked(service.as_("overseer"), made, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert state(service) == before
    entry = service.office.entries()[-1]
    assert (entry.result, entry.why, entry.role) == ("denied", "not_permitted", "overseer")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/intakes", {}),
        ("POST", "/v1/cases/search", {"kind": "phone", "value": "+37369471100"}),
        ("GET", "/v1/duties", None),
        ("GET", "/v1/consent-wordings/share_with_health", None),
        ("GET", "/v1/directory/services", None),
        ("POST", "/v1/directory/search", {}),
    ],
)
def test_routes_without_a_case_ask_the_role_too(service, method, path, body):
    answer = service.as_("statistician").request(method, path, **({} if body is None else {"json": body}))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")
    assert service.office.entries()[-1].result == "denied"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [route for route in ROUTES if route[1] in {"/decisions", "/what-if", "/matches"} and route[0] == "POST"],
)
def test_a_purpose_that_needs_no_whole_record_opens_none(service, made, method, path, body):
    worker = service.as_("caseworker", **{"Purpose-Of-Use": "health_care"})
    answer = asked(worker, made, method, path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_disclosable")
    del worker.headers["Purpose-Of-Use"]
    assert asked(worker, made, method, path, body).json()["code"] == "purpose_not_said"
