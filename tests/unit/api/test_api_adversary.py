"""What an attacker with an account, a token, an address or a proxy in between gets: nothing more than is theirs."""

from uuid import UUID, uuid4

import pytest
from api_caseworker import ADULT_RECORD, begun, decided
from offices import ANNA, OURS, THEIRS
from signing_in import holder, program, signed_in
from starlette.requests import Request

from api.visit import address_of
from nrm import bootstrap_books, errors
from nrm.bootstrap_books import Archives
from nrm.casework.referrals.services import organisation_of

KEY = {"Idempotency-Key": "key-of-an-adversary"}
OTHER_PURPOSE = {"Purpose-Of-Use": "health_care"}


def keeps_an_answer(service, roles="caseworker"):
    worker = service.as_(roles, **{"NRM-Role": "caseworker"})
    where = begun(worker)
    first = worker.post(f"{where}/decisions", json={}, headers=KEY)
    assert first.status_code == 201, first.text
    assert worker.post(f"{where}/decisions", json={}, headers=KEY).headers["idempotency-replayed"] == "true"
    return f"{where}/decisions"


@pytest.mark.parametrize(
    ("roles", "organisation", "headers"),
    [
        ("caseworker+statistician", OURS, {"NRM-Role": "statistician"}),
        ("statistician", OURS, {}),
        ("caseworker", THEIRS, {}),
        ("caseworker", OURS, OTHER_PURPOSE),
    ],
    ids=["another role", "role lost", "moved away", "another purpose"],
)
def test_an_answer_is_told_again_only_to_who_asks_as_before(service, roles, organisation, headers):
    where = keeps_an_answer(service)
    asker = service.as_(roles, organisation, ANNA, **headers)
    answer = asker.post(where, json={}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), answer.text
    assert "plan" not in answer.json()
    assert "idempotency-replayed" not in answer.headers


def test_the_key_of_one_account_is_not_that_of_another(service):
    where = keeps_an_answer(service)
    answer = service.as_("statistician", OURS, UUID(int=77)).post(where, json={}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("roles", [["provider", "caseworker"], ["provider", "supervisor"], ["provider", "overseer"]])
def test_no_administrator_smuggles_an_official_into_another_organisation_as_a_service(real, at, roles):
    at.account("root", ["administrator"])
    root = holder(real, signed_in(at, program(real), "root"))
    sent = {"name": "mole", "display_name": "Mole", "organisation": str(THEIRS), "roles": roles}
    assert root.post("/v1/accounts", json=sent).status_code == 404
    service = {**sent, "roles": ["provider"], "organisation": str(organisation_of(("small", "clinic")))}
    made = root.post("/v1/accounts", json=service)
    assert made.status_code == 201, made.text
    seen = {"If-Match": made.headers["etag"]}
    for change in ({"roles": roles}, {"roles": roles, "organisation": str(THEIRS)}):
        changed = root.patch(made.headers["location"], json=change, headers=seen)
        assert changed.status_code == 404, changed.text
    assert root.get(made.headers["location"]).json()["roles"] == ["provider"]


def entries(service):
    return len(service.office.entries())


def test_tokens_of_nobody_fill_no_log(at):
    from api_office import Service  # noqa: PLC0415 - with limits of its own

    service = Service(at.office, real=at, writes="5")
    before = entries(service)
    asker = service.client(Authorization="Bearer nrm_nothing")
    codes = [asker.get("/v1/cases").json()["code"] for _ in range(9)]
    assert codes == ["not_signed_in"] * 5 + ["rate_limited"] * 4
    assert entries(service) - before == 5
    at.account()
    anna = holder(service, signed_in(at, program(service)))
    assert anna.get("/v1/cases").status_code == 200, "who is signed in is not kept waiting by strangers"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_who_asks_through_a_proxy_on_this_machine_gets_no_numbers(service, header):
    assert service.client().get("/metrics").status_code == 200
    answer = service.client().get("/metrics", headers={header: "203.0.113.9"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def visitor(service, peer, **headers):
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return address_of(Request({"type": "http", "app": service.app, "client": (peer, 1), "headers": raw}))


def test_a_guesser_of_pins_is_counted_by_network_and_not_by_the_proxy(tmp_path):
    from api_office import Service  # noqa: PLC0415
    from offices import new_office  # noqa: PLC0415

    service = Service(new_office(tmp_path), proxy="127.0.0.1")
    both = {visitor(service, f"2001:db8:1:2::{last}") for last in ("1", "ffff")}
    assert len(both) == 1
    assert visitor(service, "127.0.0.1", x_forwarded_for="198.51.100.7") == "198.51.100.7"
    assert visitor(service, "203.0.113.9", x_forwarded_for="198.51.100.7") == "203.0.113.9"


def test_old_rules_are_compiled_once_however_often_somebody_asks_for_them(service, monkeypatch):
    read, archived = [], bootstrap_books.archived
    monkeypatch.setattr(bootstrap_books, "archived", lambda archive: read.append(archive) or archived(archive))
    books = service.office.desk.books
    monkeypatch.setattr(books, "_old", Archives(), raising=False)
    worker = service.as_("caseworker")
    path = decided(worker, begun(worker)).headers["location"]
    for _ in range(3):
        assert worker.post(f"{path}/replay").status_code == 200
    assert len(read) == 1


def test_of_many_archives_only_the_last_few_are_in_memory(monkeypatch):
    monkeypatch.setattr(bootstrap_books, "archived", lambda _archive: _Nothing)
    monkeypatch.setattr(bootstrap_books, "Compiled", _Compiled)
    made = Archives(most=2)
    names = [b"a", b"b", b"a", b"c", b"a", b"b"]
    built = [made.engine(name, None, None) for name in names]
    assert [built.index(one) for one in built] == [0, 1, 0, 3, 0, 5], (
        "the one that was asked for longest ago goes first"
    )
    assert len(made._compiled) == 2  # noqa: SLF001


class _Nothing:
    files = None


class _Compiled:
    def __init__(self, _files):
        pass

    def engine(self, _on, _country):
        return self


@pytest.mark.parametrize("path", ["/v1/cases", "/v1/person/plan", "/v1/oversight/checkpoint", "/health"])
def test_head_and_options_reach_no_route(service, path):
    for method in ("HEAD", "OPTIONS"):
        assert service.as_("caseworker").request(method, path).status_code == 405


def test_a_referral_duty_decision_or_file_of_another_case_is_none_of_this_one(service):
    worker = service.as_("caseworker")
    here, there = begun(worker), begun(worker, {**ADULT_RECORD, "contact": {}})
    decision = decided(worker, there).json()["decision"]
    paths = [("GET", f"{here}/decisions/{decision}"), ("POST", f"{here}/decisions/{decision}/replay")]
    duty = worker.get(f"{there}/duties").json()["items"][0]["duty"]
    paths += [("POST", f"{here}/duties/{duty}/done"), ("GET", f"{here}/attachments/{uuid4()}")]
    for method, path in paths:
        answer = worker.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert worker.get(f"{there}/duties").json()["items"][0]["duty"] == duty


def test_a_secret_of_a_webhook_is_kept_under_no_key(service):
    root = service.as_("administrator")
    body = {"url": "https://hooks.example.org/nrm", "events": ["duty.late"]}
    answer = root.post("/v1/webhooks", json=body, headers=KEY)
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, "header/Idempotency-Key")


MANY = 5_000
MISTAKES = {
    "facts": {"facts": {f"indicator{number}": "yes" for number in range(MANY)}},
    "codes": {"facts": {"indicators": [f"found_where_exploitation_{number}" for number in range(MANY)]}},
    "fields": {"identity": {f"first_nam{number}": "x" for number in range(MANY)}},
    "lists": {"contact": {"channels": ["own_phon"] * MANY}},
    "words": {"contact": {"channels": [{"kind": f"own_phon{number}"} for number in range(MANY)]}},
    "groups": {f"identit{number}": {} for number in range(MANY)},
}


@pytest.mark.parametrize("body", MISTAKES.values(), ids=MISTAKES)
def test_a_request_of_many_small_mistakes_costs_no_more_than_one_of_some(service, monkeypatch, body):
    compared, real = [], errors.get_close_matches

    def counting(word, valid, **more):
        compared.append(word)
        return real(word, valid, **more)

    monkeypatch.setattr(errors, "get_close_matches", counting)
    answer = service.as_("caseworker").post("/v1/cases", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert 1 <= len(answer.json()["errors"]) <= errors.MOST_FAULTS + 1
    assert len(compared) <= 3 * errors.MOST_FAULTS


def test_a_word_of_megabytes_is_compared_with_none(monkeypatch):
    monkeypatch.setattr(errors, "get_close_matches", None)
    assert errors.nearest("a" * 2_000_000, ["acts"]) == "valid here: `acts`"
