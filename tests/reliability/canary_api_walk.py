"""The way of a case through the service: opened, decided, referred, read by all who may, and refused to others."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta

import canaries
import httpx
from canary_api import OTHERS, PREFIX, text
from canary_services import EXPLOITERS, SERVICES, SOURCE, VALLEY
from decision_bundles import RECIPIENT

from nrm.bootstrap_services import LOOK_SECONDS
from nrm.casework.referrals.services import organisation_of

CASE = "/v1/cases/{case}"
DECISION, REFERRAL = CASE + "/decisions/{decision}", CASE + "/referrals/{referral}"
OWN = "/v1/service/referrals/{referral}"
LATITUDE, LONGITUDE = map(float, EXPLOITERS)
POINT = {"latitude": LATITUDE, "longitude": LONGITUDE}
WHERE = {"near": POINT, "never_in": [{**POINT, "kilometres": 3.7}], "never_in_regions": [VALLEY]}
TEXT = {"Accept": "text/plain"}
FIELDS = {"prs_FirstName": text("sheet"), "prs_Phone": canaries.PHONE}


def once(number):
    return {"Idempotency-Key": f"{PREFIX}key{number}"}


def keep_a_case(at, data):
    """Open the case, change it, look at it in every way, and find it again."""
    worker = at.worker
    for status in (201, 201):  # the second is the same answer
        opened = worker("POST /v1/cases", status, json=data, headers=once(1)).json()
    at.words["case"] = opened["case"]
    for _ in range(2):
        worker("POST /v1/intakes", json={**data, "facts": {}}, headers=once(2))
    other = worker("POST /v1/cases", json={"account": data["account"]}).json()["case"]
    worker(f"PATCH {CASE}", json={"health": data["health"]}, headers={"If-Match": '"1"', **once(3)})
    worker(f"PATCH {CASE}", 412, json={"health": data["health"]}, headers={"If-Match": '"1"'})
    for name in ("GET /v1/cases", f"GET {CASE}", "GET /v1/duties", f"GET {CASE}/duties"):
        worker(name)
    shown = worker(f"GET {CASE}/groups", params=[("group", one) for one in canaries.record()]).text
    assert all(json.dumps(core)[1:-1] in shown or core in shown for core in canaries.CORES.values())
    for kind, value in {"phone": canaries.PHONE, "email": canaries.EMAIL, "document_number": canaries.DOCUMENT}.items():
        assert worker("POST /v1/cases/search", json={"kind": kind, "value": value}).json()["items"]
        at.outsider("POST /v1/cases/search", json={"kind": kind, "value": value})
    worker(f"POST {CASE}/family", json={"other": other, "relation": "sibling"}, headers=once(4))
    worker(f"GET {CASE}/family")
    worker(f"DELETE {CASE}/family/{{other}}", words={"other": other})
    at.words["decision"] = worker(f"POST {CASE}/decisions", json={}, headers=once(5)).json()["decision"]
    for name in (f"GET {CASE}/decisions", f"GET {DECISION}", f"POST {DECISION}/replay", f"GET {DECISION}/letter"):
        worker(name)
    worker(f"GET {DECISION}/letter", headers={"Accept": "application/pdf"})
    worker(f"GET {DECISION}/explanations/{{code}}", words={"code": "legal_aid"})
    worker(f"POST {CASE}/what-if", json={"facts": {"age_status": "child"}})
    worker(f"POST {CASE}/export", json={"format": "csv", "groups": list(canaries.record())}, headers={**HEALTH})
    for opens in ({}, {"open": "true"}):
        worker("POST /v1/records/import", params={"source": "htcds", **opens}, json=[FIELDS], headers=once(6))


HEALTH = {"Purpose-Of-Use": "case_management"}


def keep_files(at):
    """Attach files, good and bad, and fetch and remove them."""
    worker, name = at.worker, f"attachment; filename*=UTF-8''{PREFIX}file.txt"
    headers = {"Content-Type": "application/octet-stream", "Content-Disposition": name}
    content = (text("content") + "\n").encode() * 20_000
    files = f"{CASE}/attachments"
    one = worker(f"POST {files}", content=content, headers={**headers, **once(7)}).json()["attachment"]
    worker(f"GET {files}")
    got = worker(f"GET {files}/{{attachment}}", words={"attachment": one})
    assert got.content == content
    worker(f"POST {files}", "refused", content=content + b"<script>", headers=headers)
    at.outsider(f"GET {files}/{{attachment}}", 404, words={"attachment": one})
    broken_off(at, f"/v1/cases/{at.words['case']}/attachments", headers, content)
    worker(f"DELETE {files}/{{attachment}}", words={"attachment": one}, headers=once(8))


def broken_off(at, path, headers, content):
    """Send half a file, and go."""

    def half():
        yield content[: len(content) // 2]
        raise httpx.WriteError("enough")

    try:
        httpx.post(
            at.service.url + path, content=half(), headers={**at.worker.headers, **headers}, trust_env=False, timeout=20
        )
    except httpx.WriteError:
        return
    raise AssertionError("it was to break off")


def refer(at, walk):
    """Ask five services, who accept, decline, answer by letter, and are told that it is over."""
    worker = at.worker
    worker("GET /v1/directory/services")
    at.coordinator("POST /v1/directory/search", json={"text": text("sought")[:100]})
    worker("GET /v1/consent-wordings/{disclosure}", words={"disclosure": "share_with_health"})
    worker(f"POST {CASE}/matches", json={"offer": "safe_accommodation", "where": WHERE})
    for name in ("shelter", "clinic", "lawyer", "silent"):
        one = SERVICES[name]
        groups = [group for group in one.agreed if group]
        sent = {"state": "given", "disclosure": one.disclosure, "by": "self", "groups": groups, "service": key(name)}
        worker(f"POST {CASE}/consents", json={**sent, "wording": None}, headers=once(f"c{name}"))
    worker(f"POST {CASE}/choices", json={"offer": "legal_aid", "wanted": True})
    worker(f"GET {CASE}/choices")
    worker(f"GET {CASE}/consents")
    made = {name: asked(at, name, draft=name == "clinic") for name in ("shelter", "clinic", "lawyer", "silent")}
    made["prosecutor"] = asked(at, "prosecutor")
    for name in (f"GET {CASE}/referrals", f"GET {CASE}/duties"):
        worker(name)
    by_letter(at, walk, made["shelter"])
    step(at, made["clinic"], "send")
    for verb in ("receive", "accept"):
        step(at, made["clinic"], verb)
    step(at, made["clinic"], "revoke", {"reason": "better_service"})
    lawyer = provider(at, "lawyer")
    for verb in ("accept", "start", "complete"):
        own_step(lawyer, made["lawyer"], verb)
    own_step(provider(at, "prosecutor"), made["prosecutor"], "decline", {"reason": "too_far"})
    step(at, made["silent"], "decline", {"reason": "too_far"})
    remark = {"referral": made["shelter"], "met": "no", "safe": "no", "remark": text("remark")}
    worker(f"POST {CASE}/feedback", json=remark, headers=once(9))
    worker(f"GET {CASE}/feedback")
    duties = worker(f"GET {CASE}/duties").json()["items"]
    done = [worker(f"POST {CASE}/duties/{{duty}}/done", "any", words={"duty": one["duty"]}) for one in duties]
    assert any(one.status_code == 200 for one in done)
    keep_the_entry(at)
    return made


def key(name):
    return {"source": SOURCE, "id": name}


def asked(at, name, *, draft=False):
    one = SERVICES[name]
    what = {"offer": one.offer} if one.offer else {"disclosure": one.disclosure}
    sent = {**what, "service": key(name), "where": WHERE, "draft": draft}
    answer = at.worker(f"POST {CASE}/referrals", 201, json=sent, headers=once(name)).json()
    return answer["referral"]["referral"]


def provider(at, name):
    return at.asker("provider", organisation_of((SOURCE, name)))


def step(at, referral, verb, body=None):
    words = {"referral": referral}
    seen = {"If-Match": at.worker(f"GET {REFERRAL}", words=words).headers["etag"]}
    return at.worker(f"POST {REFERRAL}/{verb}", words=words, headers=seen, json=body)


def own_step(service, referral, verb, body=None):
    words = {"referral": referral}
    seen = {"If-Match": service(f"GET {OWN}", words=words).headers["etag"]}
    return service(f"POST {OWN}/{verb}", words=words, headers=seen, json=body)


def by_letter(at, walk, referral):
    """The shelter fetches the package, answers with a signed file, and the person is brought there."""
    shelter = provider(at, "shelter")
    shelter("GET /v1/service/referrals")
    package, reply = walk.services / "shelter.age", walk.services / "reply"
    package.write_bytes(shelter(f"GET {OWN}/package", words={"referral": referral}).content)
    walk.replies("shelter", package, "accept", reply)
    files = {"Content-Type": "application/octet-stream"}
    at.worker("POST /v1/service/replies", content=reply.read_bytes(), headers=files)
    at.worker("POST /v1/service/replies", "refused", content=text("reply").encode(), headers=files)
    step(at, referral, "transport", {"official": str(at.worker.who)})
    told = at.worker(f"GET {REFERRAL}/transport", words={"referral": referral}).json()["address"]
    assert told, "it is what was asked for"
    at.supervisor(f"GET {REFERRAL}/transport", "any", words={"referral": referral})
    for verb in ("start", "complete"):
        step(at, referral, verb)


def keep_the_entry(at):
    """A service says of itself what it likes, and sends keys; the coordinator confirms one."""
    clinic, entry = provider(at, "clinic"), "/v1/service/entry"
    seen = clinic(f"GET {entry}").headers["etag"]
    rules = {"safe_contact": {"rules": [text("entry")]}, "receiving_key": RECIPIENT}
    rules["confidential_address"] = text("hidden")
    clinic(f"PATCH {entry}", json=rules, headers={"If-Match": seen})
    seen = clinic("GET /v1/service/capacity").headers["etag"]
    free = {"days": [{"day": "2026-03-01", "free": 2, "unit": f"{PREFIX}unit"}]}
    clinic("PUT /v1/service/capacity", json=free, headers={"If-Match": seen})
    at.coordinator("GET /v1/directory/keys")
    sent = {"service": key("clinic"), "how": "phone", "receiving_key": RECIPIENT}
    at.coordinator("POST /v1/directory/keys/confirm", json=sent)
    time.sleep(LOOK_SECONDS + 0.1)  # until the process looks whether there is a newer edition of the directory
    for asker in (at.worker, at.coordinator):
        assert "unit" in asker("GET /v1/directory/services").text
        asker("POST /v1/directory/search", json={})
        asker("POST /v1/directory/search", json={"text": "clinic"})
    at.worker(f"POST {CASE}/matches", json={"offer": "medical_care", "where": WHERE})


def go_in_as_the_person(at, referral):
    """A link with its PIN, and all that the person reads and says."""
    for _ in range(2):
        link = at.worker(f"POST {CASE}/person-links", json={"language": "ar"}).json()
        at.told_secret(link["token"], "token of a link")
        at.told_secret(link["pin"], "PIN")
    wrong = {"link": f"{PREFIX}link", "pin": "000000"}
    at.nobody()("POST /v1/person/sessions", "refused", json=wrong)
    begun = at.nobody()("POST /v1/person/sessions", json={"link": link["token"], "pin": link["pin"]}).json()
    person = at.holder(begun["token"])
    for name in ("plan", "offers", "consents", "consents/questions", "referrals"):
        person(f"GET /v1/person/{name}")
    person("GET /v1/person/plan", headers=TEXT)
    person("POST /v1/person/choices", json={"offer": "legal_aid", "wanted": False}, headers=once(10))
    question = person("GET /v1/person/consents/questions").json()["items"][0]
    said = {
        "disclosure": question["disclosure"]["code"],
        "wording": question["wording"],
        "language": question["language"],
    }
    person("POST /v1/person/consents", json={**said, "state": "refused"}, headers=once(11))
    person("POST /v1/person/consents", "refused", json={**said, "wording": text("wording")[:60], "state": "given"})
    taken = {"disclosure": SERVICES["shelter"].disclosure, "service": key("shelter")}
    person("POST /v1/person/consents/withdraw", json=taken, headers=once(12))
    person("POST /v1/person/feedback", json={"referral": referral, "safe": "no", "remark": text("remark")})
    person("DELETE /v1/person/session")
    person("GET /v1/person/plan", 401)
    at.worker(f"DELETE {CASE}/person-links")


def break_the_glass(at):
    """Somebody of another organisation opens the case in an emergency; it is told, ended and reviewed."""
    outsider, glass = at.asker("caseworker", OTHERS), f"{CASE}/break-glass"
    outsider(f"GET {CASE}/groups", 404, params={"group": "health"})
    sent = {"reason": "medical_emergency", "note": text("note"), "told": str(at.outsider.who)}
    grant = outsider(f"POST {glass}", json=sent, headers=once(13)).json()["glass"]
    outsider(f"GET {CASE}/groups", "any", params={"group": "health"}, headers={"Purpose-Of-Use": "health_care"})
    at.worker(f"GET {glass}")
    at.supervisor("GET /v1/glass")
    (notice,) = at.outsider("GET /v1/notices").json()["items"]
    at.outsider("POST /v1/notices/{notice}/seen", words={"notice": notice["notice"]})
    outsider(f"POST {glass}/{{grant}}/end", words={"grant": grant})
    at.supervisor(f"POST {glass}/{{grant}}/review", words={"grant": grant}, json={"verdict": "justified"})


def oversee(at):
    """An overseer looks at everything that is theirs to see; nothing of it names anybody."""
    overseer, log = at.asker("overseer"), "/v1/oversight"
    size = int(overseer(f"GET {log}/checkpoint").text.split("\n")[1])
    overseer(f"GET {log}/checkpoint.cosigned", 404)  # no witness was asked
    path = f"entries/000.p/{size}" if size < 256 else "entries/000"
    overseer(f"GET {log}/tile/{{path:path}}", "any", words={"path": path})
    overseer(f"GET {log}/vkey")
    sought = {"reason": "inspection", "action": "decision:make"}
    event = overseer(f"POST {log}/events/search", json=sought).json()["items"][0]["event"]
    overseer(f"GET {log}/proofs/{{event}}", words={"event": event})
    overseer(f"GET {log}/policies")
    sealed = {"reason": "complaint", "recipient": RECIPIENT}
    overseer(f"POST {log}/decisions/{{event}}/bundle", json=sealed, words={"event": event})
    since = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    overseer(f"GET {log}/statistics/access", params={"reason": "inspection", "since": since})
    at.asker("statistician")("GET /v1/statistics/caseload", "any")


def ask_about_rules(at, routes):
    """Rules know nobody; here no officer may sign any, and what is said of them is refused."""
    author = at.asker("rule_author")
    for name in sorted(one for one in routes if "/v1/rulebooks" in one):
        sent = {} if name.startswith("GET") else {"json": {"comment": text("comment")}}
        author(name, "any", words={"rulebook": at.words["case"]}, headers={"If-Match": '"1"'}, **sent)


def shred(at):
    """The case goes, with all that was kept with it."""
    at.supervisor(f"DELETE {CASE}")
    at.worker(f"GET {CASE}/groups", "refused", params={"group": "identity"})
