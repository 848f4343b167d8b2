"""Oversight over HTTP: the log verified from afar, and no word in any answer that says whose case it was."""

import json
from time import time
from uuid import uuid4

import httpx
import pytest
from decision_bundles import IDENTITY, OVERSEER, RECIPIENT, decided, layers, opened
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ANA, BO, CANARIES, THEIRS
from referral_desk import agreed_and_sent
from small_logs import cosigner

from api.views.oversight import OversightReason
from nrm.access import ROLES
from nrm.access.shipped import texts
from nrm.audit.actions import OVERSIGHT_REASONS
from nrm.audit.checkpoint import parse_checkpoint
from nrm.audit.entry import decode
from nrm.audit.errors import LogError
from nrm.audit.note import Verifier, parse_note
from nrm.audit.policy_file import parse_policy
from nrm.audit.proof import check_proof, parse_proof
from nrm.audit.publish import Publisher
from nrm.audit.source import HttpSource
from nrm.audit.tiles import parse_path
from nrm.audit.verify import verify

ROOT = "/v1/oversight"
AT = f"https://nrm.example{ROOT}"
SEARCH = {"reason": "inspection"}
LOOK = {"reason": "complaint", "recipient": RECIPIENT}
STATISTICS = f"{ROOT}/statistics/access"


def overseer(service, **headers):
    client = service.as_("overseer", THEIRS, OVERSEER, **headers)
    del client.headers["Purpose-Of-Use"]
    return client


class InProcess(httpx.BaseTransport):
    """Gives what a client of the service is answered to any other client, without a network."""

    def __init__(self, client):
        self._client = client

    def handle_request(self, request):
        answer = self._client.request(request.method, str(request.url))
        return httpx.Response(answer.status_code, content=answer.content)


def source(client):
    """The log as any program reads it that verifies such logs."""
    return HttpSource(AT, httpx.Client(transport=InProcess(client)))


@pytest.fixture
def lived(service):
    """An office in which much happened, all of it published."""
    office = service.office
    decided(office, ANA, published=False)
    decided(office, BO, published=False)
    agreed_and_sent(office)
    office.shred(office.open(BO).case)
    service.as_("caseworker", THEIRS).get(f"/v1/cases/{office.open(ANA).case}")
    office.sequencer.run()
    return service


def cases_of(service):
    return set(service.office.store.state.cases)


def test_the_log_is_verified_with_only_what_is_served(lived):
    client = overseer(lived)
    key = client.get(f"{ROOT}/vkey").text.strip()
    found = verify(source(client), Verifier(key))
    assert found.checkpoint.size == len(lived.office.leaves()) - 1, "that the checkpoint was read waits for its place"
    lived.office.sequencer.run()
    again = verify(source(client), Verifier(key), last_seen=found.checkpoint)
    assert (again.seen_size, again.checkpoint.size) == (found.checkpoint.size, found.checkpoint.size + 1)
    assert lived.office.said()[-1] == ("api:log:read", "done")


def test_a_log_that_was_altered_is_not_verified(lived):
    (file,) = (path for path in (lived.office.log / "tile/entries").rglob("*") if path.is_file())
    assert b"denied" in file.read_bytes()
    file.write_bytes(file.read_bytes().replace(b"denied", b"forgot"))
    client = overseer(lived)
    with pytest.raises(LogError):
        verify(source(client), Verifier(client.get(f"{ROOT}/vkey").text.strip()))


def test_reading_tiles_does_not_make_the_log_grow(lived):
    client, before = overseer(lived), len(lived.office.leaves())
    assert client.get(f"{ROOT}/tile/0/000.p/7").status_code in {200, 404}
    assert client.get(f"{ROOT}/vkey").headers["content-type"].startswith("text/plain")
    assert len(lived.office.leaves()) - before <= 1, "what is not there leaves its entry"


def test_what_witnesses_cosigned_is_served_while_the_log_grows(lived):
    client, log, key = overseer(lived), lived.office.log, lived.office.signer.vkey
    assert client.get(f"{ROOT}/checkpoint.cosigned").status_code == 404
    trusted = parse_policy(f"log {key}\nwitness w {cosigner().vkey}\nquorum w\n".encode())
    note = parse_note((log / "checkpoint").read_bytes())
    Publisher(log).keep_cosigned(note.with_signatures(cosigner().cosign(note.text, int(time()))))
    before = len(lived.office.leaves())
    answer = client.get(f"{ROOT}/checkpoint.cosigned")
    assert (answer.status_code, answer.content) == (200, (log / "checkpoint.cosigned").read_bytes())
    assert len(lived.office.leaves()) == before, "who verifies the log does not make it grow with every file"
    client.get(f"{ROOT}/checkpoint")
    lived.office.sequencer.run()
    found = verify(source(client), Verifier(key), policy=trusted)
    assert found.witnessed.checkpoint.size == parse_checkpoint(note.text).size < found.checkpoint.size
    shelter = lived.as_("caseworker", THEIRS)
    assert shelter.get(f"{ROOT}/checkpoint.cosigned").status_code == 403
    assert lived.office.said()[-1] == ("api:log:read", "not_permitted")


HOSTILE = (
    *("%2e%2e/checkpoint", "..%2fcheckpoint", "%2e%2e%2f%2e%2e%2fkeys.json", "0/%2e%2e/%2e%2e/%2e%2e/keys.json"),
    *(
        "%2Fetc%2Fpasswd",
        "/etc/passwd",
        "//etc/passwd",
        "0/000%00",
        "0/000%0a",
        "0/000/",
        "0//000",
        "%5c..%5ckeys.json",
    ),
    *(
        "0/x000/000",
        "00/000",
        "64/000",
        "-1/000",
        "0/0",
        "0/%EF%BC%90%EF%BC%90%EF%BC%90",
        "entries/000.p/256",
        "entries",
    ),
    *("entries/000.p/0", "entries/000.p/007", ".new-abc", "", "~root", "C:%5ckeys.json", "entries/000.p/%2e%2e/17"),
)


@pytest.mark.parametrize("path", HOSTILE)
def test_nothing_but_tiles_is_read(lived, path):
    (lived.office.log / ".new-abc").write_text("CanaryFile")
    (lived.office.log.parent / "checkpoint").write_text("CanaryFile")
    answer = overseer(lived).get(f"{AT}/tile/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert str(lived.office.log) not in answer.text


@given(st.text(alphabet="0123456789x/.%eE2fFp-_\\ntris", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_path_is_a_tile_or_nothing(path):
    found = parse_path(f"tile/{path}")
    assert found is None or (found.path == f"tile/{path}" and ".." not in path and "//" not in path)


def test_each_event_is_proved_with_its_entry_and_none_that_there_is_not(lived):
    client = overseer(lived)
    verifier = Verifier(client.get(f"{ROOT}/vkey").text.strip())
    size = len(lived.office.leaves())
    for place, leaf in enumerate(lived.office.leaves()[:size]):
        made = parse_proof(client.get(f"{ROOT}/proofs/{decode(leaf).event}").content)
        assert (made.index, made.extra) == (place, leaf)
        assert check_proof(made, leaf, verifier, verifier.name).checkpoint.size == size
    waiting = lived.office.entries()[-1].event
    for event in (waiting, uuid4()):
        answer = client.get(f"{ROOT}/proofs/{event}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_events_are_found_page_by_page_and_each_look_is_an_entry(lived):
    client, seen, cursor = overseer(lived), [], None
    published = lived.office.leaves()
    while True:
        body = {**SEARCH, "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.post(f"{ROOT}/events/search", json=body).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert [one["place"] for one in seen] == list(range(len(published)))
    assert [one["event"] for one in seen] == [str(decode(leaf).event) for leaf in published]
    last = lived.office.entries()[-1]
    assert (last.action, last.purpose, last.basis) == ("api:event:search", "inspection", "oversight")
    denied = client.post(f"{ROOT}/events/search", json={**SEARCH, "result": "denied"}).json()["items"]
    assert {one["why"] for one in denied} == {"other_organisation"}
    actor = next(one["actor"] for one in seen if one["actor"])
    found = client.post(f"{ROOT}/events/search", json={**SEARCH, "actor": actor, "action": "case:open"}).json()["items"]
    assert found == [one for one in seen if one["actor"] == actor and one["action"] == "cli:case:open"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "CanaryCuriosity"},
        {**SEARCH, "actor": "CanaryAna"},
        {**SEARCH, "action": "canary"},
        {**SEARCH, "since": 5},
        {**SEARCH, "since": "2026-03-01T00:00:00"},
        {**SEARCH, "since": "0001-01-01T00:00:00+14:00"},
        {**SEARCH, "until": "Canary"},
        {**SEARCH, "cursor": "AAAA"},
        {**SEARCH, "limit": 0},
        {**SEARCH, "name": "CanaryAna"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused_and_not_repeated(lived, body):
    answer = overseer(lived).post(f"{ROOT}/events/search", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert "anary" not in answer.text


def test_a_window_of_statistics_counts_what_officials_did(lived):
    client = overseer(lived)
    told = client.get(STATISTICS, params=SEARCH).json()
    assert told["denied"] == {"other_organisation": 1}
    assert told["entries"] == len(lived.office.leaves()) - 1
    none = client.get(STATISTICS, params={**SEARCH, "until": "2020-01-01T00:00:00Z"}).json()
    assert (none["entries"], none["rows"]) == (0, [])
    assert client.get(STATISTICS).status_code == 422, "a reason is stated first"


def test_a_decision_is_sealed_for_whoever_examines_it(lived):
    made = decided(lived.office, BO)
    client = overseer(lived)
    answer = client.post(f"{ROOT}/decisions/{made.event}/bundle", json=LOOK)
    assert answer.headers["content-disposition"] == f'attachment; filename="{made.event}.age"'
    assert opened(lived.office, answer.content).head.recipient == RECIPIENT
    last = lived.office.entries()[-1]
    assert (last.action, last.purpose, last.groups) == ("api:decision:examine", "complaint", ())
    for wrong in ({**LOOK, "reason": "curiosity"}, {**LOOK, "recipient": RECIPIENT[:-1] + "b"}, {}):
        assert client.post(f"{ROOT}/decisions/{made.event}/bundle", json=wrong).status_code == 422


def test_the_policies_are_those_by_which_is_decided(lived, tmp_path):
    told = overseer(lived).get(f"{ROOT}/policies").json()
    assert (told["schema_file"], told["policies"]) == texts()
    assert told["witnesses"] is None
    (line,) = [one for one in told["rights"] if (one["kind"], one["action"]) == ("Log", "event:search")]
    assert line["roles"] == {"shared": ["overseer"]}
    file = tmp_path / "witnesses.policy"
    file.write_text("quorum none\n")
    object.__setattr__(lived.app.state.nrm.settings, "witnesses", str(file))
    assert overseer(lived).get(f"{ROOT}/policies").json()["witnesses"] == "quorum none\n"
    file.unlink()
    broken = overseer(lived).get(f"{ROOT}/policies")
    assert broken.status_code >= 500
    assert "witnesses.policy" not in broken.text


def routes(event):
    """Every route of oversight: method, path, body or parameters, and what the log calls it."""
    return (
        ("GET", f"{ROOT}/checkpoint", {}, "log:read"),
        ("GET", f"{ROOT}/tile/0/000", {}, "log:read"),
        ("GET", f"{ROOT}/vkey", {}, "log:verify"),
        ("GET", f"{ROOT}/proofs/{event}", {}, "log:prove"),
        ("GET", f"{ROOT}/policies", {}, "policy:read"),
        ("POST", f"{ROOT}/events/search", {"json": SEARCH}, "event:search"),
        ("POST", f"{ROOT}/decisions/{event}/bundle", {"json": LOOK}, "decision:examine"),
        ("GET", STATISTICS, {"params": SEARCH}, "statistics:read"),
    )


@pytest.mark.parametrize("role", sorted({*ROLES} - {"overseer"}))
def test_nobody_else_watches_and_each_denial_is_on_the_log(lived, role):
    made = decided(lived.office, BO)
    for event in (made.event, uuid4()):
        for method, path, more, verb in routes(event):
            answer = lived.as_(role).request(method, path, **more)
            assert (answer.status_code, answer.json()["code"]) == (403, "not_permitted"), path
            assert lived.office.said()[-1] == (f"api:{verb}", "not_permitted")


def test_in_no_answer_of_any_event_stands_a_case_or_a_person(lived):
    """For every event of the office, and for every route: nothing that an overseer gets says which case it was."""
    decided(lived.office, ANA)
    client, cases = overseer(lived), cases_of(lived)
    assert len(cases) > 4
    answers = []
    for leaf in lived.office.leaves():
        answers += [client.request(method, path, **more) for method, path, more, _ in routes(decode(leaf).event)]
    bundles = [one.content for one in answers if one.request.url.path.endswith("/bundle") and one.status_code == 200]
    made = [one for one in lived.office.entries() if one.action.endswith(":decision:make")]
    assert len(bundles) == len(made) > 3
    at_bundles = [one for one in answers if one.request.url.path.endswith("/bundle")]
    refused = {json.dumps({**one.json(), "instance": ""}) for one in at_bundles if one.status_code == 404}
    assert len(refused) == 1, "an event of another kind is told as none"
    size = parse_checkpoint(parse_note(client.get(f"{ROOT}/checkpoint").content).text).size
    answers += [client.get(f"{ROOT}/tile/{level}/000.p/{size}") for level in ("entries", 0)]
    assert answers[-1].status_code == answers[-2].status_code == 200
    told = [(one.content, json.dumps(dict(one.headers)).encode()) for one in answers]
    inside = [data for bundle in bundles for data in layers(bundle, IDENTITY)[0].values()]
    for data in (*(part for both in told for part in both), *inside):
        assert not any(word.encode() in data for word in CANARIES)
        assert not any(case.bytes in data or case.hex.encode() in data or str(case).encode() in data for case in cases)


def test_words_in_the_description_are_those_of_the_program():
    assert OversightReason.__args__ == OVERSIGHT_REASONS
