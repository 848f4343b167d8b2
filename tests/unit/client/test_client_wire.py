"""What the client sends, how often, and what it shows of it."""

from __future__ import annotations

import logging

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.client import Answer, Client, ClientSettingsError, FileDamagedError, ProblemError, UnreachableError
from nrm.client.wire import LONGEST_WAIT, place

SECRET = "canary-token"  # noqa: S105 - made up
CASE = "6f1d3b9a-canary"
KEPT = httpx.Response(200, json={"case": CASE, "version": 4}, headers={"ETag": '"4"'})


class Far:
    """A service that answers what it was told to; it remembers what it was asked, and how long it was waited for."""

    def __init__(self, *answers):
        self.answers, self.asked, self.waited = list(answers), [], []

    def __call__(self, request):
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, **more):
        transport = httpx.MockTransport(self)
        return Client("https://nrm.example", SECRET, transport=transport, sleep=self.waited.append, **more)

    @property
    def keys(self):
        return [request.headers.get("Idempotency-Key") for request in self.asked]


def problem(status, code="stale", **headers):
    told = {"code": code, "title": "No", "todo": "Look again.", "instance": "urn:uuid:17", "errors": []}
    return httpx.Response(status, json=told, headers=headers)


LOST = httpx.ReadError("canary of the network")


def test_a_change_whose_answer_was_lost_is_sent_again_with_the_same_key_and_body():
    far = Far(LOST, problem(503, "storage_in_doubt"), KEPT)
    answer = far.client().cases.amend(CASE, {"facts": {}}, seen=3)
    assert answer.version == 4
    assert len(far.asked) == 3
    assert len(set(far.keys)) == 1
    assert {(one.content, one.headers["If-Match"]) for one in far.asked} == {(b'{"facts":{}}', '"3"')}


def test_each_change_has_a_key_of_its_own_and_reading_has_none():
    far = Far(KEPT)
    nrm = far.client()
    nrm.cases.open_case({})
    nrm.cases.open_case({})
    nrm.cases.history(CASE)
    assert len({*far.keys}) == 3
    assert far.keys[2] is None


def test_the_service_is_waited_for_as_long_as_it_asks():
    far = Far(problem(429, "rate_limited", **{"Retry-After": "7"}), KEPT)
    far.client().cases.history(CASE)
    assert far.waited == [7.0]


def test_a_service_that_asks_for_too_long_a_wait_is_not_asked_again():
    far = Far(problem(429, "rate_limited", **{"Retry-After": str(int(LONGEST_WAIT) + 1)}))
    with pytest.raises(ProblemError) as told:
        far.client().cases.history(CASE)
    assert (told.value.code, far.waited, len(far.asked)) == ("rate_limited", [], 1)


def test_without_a_word_of_the_service_each_wait_is_longer():
    far = Far(problem(503, "storage_busy", **{"Retry-After": "soon"}))
    with pytest.raises(ProblemError, match="storage_busy"):
        far.client(tries=4).cases.history(CASE)
    assert len(far.asked) == 4
    assert [0.1, 0.2, 0.4] <= far.waited <= [0.3, 0.6, 1.2]
    assert far.waited[0] < far.waited[1] * 2 < far.waited[2] * 4


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 412, 413, 422, 428, 500])
def test_what_will_not_become_better_is_asked_once(status):
    far = Far(problem(status))
    with pytest.raises(ProblemError) as told:
        far.client().cases.open_case({})
    assert (told.value.status, told.value.code, told.value.todo, told.value.request) == (
        status,
        "stale",
        "Look again.",
        "17",
    )
    assert (len(far.asked), far.waited) == (1, [])


def test_a_request_that_is_being_answered_already_is_asked_for_again():
    far = Far(problem(409, "in_progress"), KEPT)
    assert far.client().cases.open_case({})["case"] == CASE
    assert len(set(far.keys)) == 1


def test_a_guess_at_a_pin_is_sent_once_and_without_a_key():
    far = Far(LOST)
    with pytest.raises(UnreachableError):
        far.client().person.open("link", "123456")
    assert far.keys == [None]


def test_whoever_opened_a_link_asks_as_the_person_and_then_as_nobody():
    begun = httpx.Response(201, json={"token": "the-person", "speaks": "person", "language": "fr"})
    far = Far(begun, httpx.Response(200, json={"plan": None}), httpx.Response(204))
    nrm = far.client()
    told = nrm.person.open("link", "123456")
    nrm.person.plan()
    nrm.person.leave()
    nrm.person.plan()
    assert dict(told) == {"speaks": "person", "language": "fr"}
    assert [one.headers.get("Authorization") for one in far.asked[1:]] == ["Bearer the-person"] * 2 + [None]


def test_no_error_holds_what_was_sent_nor_an_error_that_does():
    far = Far(LOST)
    with pytest.raises(UnreachableError, match="ReadError") as lost:
        far.client(tries=2).cases.amend(CASE, {"identity": {"first_name": "CanaryBo"}}, 1)
    assert lost.value.__cause__ is None
    assert lost.value.__context__ is None
    for hidden in (SECRET, CASE, "CanaryBo", "canary"):
        assert hidden not in f"{lost.value}{lost.value.__dict__}"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://nrm.example"])
def test_neither_client_nor_answer_shows_a_secret(base_url):
    shown = repr(Client(base_url, SECRET, role="caseworker"))
    assert SECRET not in shown
    assert "caseworker" in shown
    assert repr(Answer({"name": "CanaryBo"}, 3)) == "Answer(name; version 3)"


@pytest.mark.parametrize(
    "base_url",
    ["http://nrm.example", "ftp://nrm.example", "https://", "https://a:b@nrm.example", "x", "https://a:b", ""],
)
def test_a_token_never_goes_over_a_network_in_the_clear(base_url):
    with pytest.raises(ClientSettingsError):
        Client(base_url, SECRET)


def test_no_address_is_logged_unless_somebody_asks_for_it(caplog):
    log = logging.getLogger("httpx")
    before = log.level
    try:
        log.setLevel(logging.NOTSET)
        with caplog.at_level(logging.INFO):
            Far(KEPT).client().cases.history(CASE)
        assert CASE not in caplog.text
        log.setLevel(logging.INFO)
        Far(KEPT).client().cases.history(CASE)
        assert CASE in caplog.text
    finally:
        log.setLevel(before)


@given(st.text(min_size=1))
def test_an_identifier_is_one_part_of_an_address_whatever_it_holds(identifier):
    path = place("cases", identifier)
    assert path.startswith("/v1/cases/")
    assert path.count("/") == 3
    assert not set("?#\\ \r\n") & set(path)


def test_every_item_of_a_list_is_yielded_page_by_page():
    first = httpx.Response(200, json={"items": [{"case": 1}, {"case": 2}], "next": "sealed"})
    far = Far(first, httpx.Response(200, json={"items": [{"case": 3}], "next": None}))
    assert [one["case"] for one in far.client().cases.each()] == [1, 2, 3]
    assert [one.url.params.get("cursor") for one in far.asked] == [None, "sealed"]


def test_an_answer_without_a_version_cannot_be_handed_to_a_change():
    with pytest.raises(ValueError, match="no version"):
        Far(KEPT).client().cases.amend(CASE, {}, Answer({}))


def test_a_fault_has_its_code_and_says_when_it_is_in_another_language():
    faults = [
        {"at": "body/label", "what": "est trop long", "todo": "coupez", "code": "string_too_long"},
        {"at": "body", "what": "the bundle is broken", "todo": None, "code": None, "lang": "en"},
    ]
    far = Far(httpx.Response(422, json={"code": "input_refused", "title": "Non", "errors": faults}))
    with pytest.raises(ProblemError) as told:
        far.client(language="fr").cases.history(CASE)
    assert [(one.what, one.code, one.lang) for one in told.value.faults] == [
        ("est trop long", "string_too_long", ""),
        ("the bundle is broken", "", "en"),
    ]


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"\xff", b'{"code": 3, "errors": [1, {"at": 2}]}'])
def test_a_refusal_that_is_no_problem_is_told_by_its_status(content):
    with pytest.raises(ProblemError) as told:
        Far(httpx.Response(400, content=content)).client().cases.history(CASE)
    assert (told.value.status, told.value.code) == (400, "unknown")


def test_a_file_is_read_again_from_its_beginning_when_it_is_sent_again(tmp_path):
    file = tmp_path / "scan of CanaryBo.pdf"
    file.write_bytes(b"%PDF" * 50_000)
    far = Far(LOST, KEPT)
    far.client().cases.attach(CASE, file, group="health")
    assert [len(one.content) for one in far.asked] == [200_000] * 2
    assert far.asked[0].headers["Content-Disposition"] == "attachment; filename*=UTF-8''scan%20of%20CanaryBo.pdf"
    assert far.asked[0].headers["Content-Length"] == "200000"


@pytest.mark.parametrize("digest", ["sha-256=:AAAA:", ""])
def test_nothing_is_left_of_a_file_that_did_not_arrive_whole(tmp_path, digest):
    far = Far(httpx.Response(200, content=b"half", headers={"Content-Digest": digest}))
    with pytest.raises(FileDamagedError):
        far.client().cases.fetch(CASE, "one", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_written_over_another(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(FileExistsError):
        Far(httpx.Response(200, content=b"theirs")).client().cases.fetch(CASE, "one", tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"
