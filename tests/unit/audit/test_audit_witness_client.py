"""A log asks a witness, and believes nothing that it has not verified."""

import asyncio
import time

import httpx
import pytest
from small_logs import ORIGIN, SmallLog, cosigner, counted

from nrm.audit.cosignature import CosignatureVerifier
from nrm.audit.witness import LARGEST_REQUEST, Witness
from nrm.audit.witness_client import Limits, Question, WitnessDisagreesError, WitnessError, ask
from nrm.audit.witness_server import application
from nrm.audit.witness_state import StandingWitness

LOG = counted(12)
NOW = 1_800_000_000
KEY = CosignatureVerifier(cosigner().vkey)
URL = "http://witness.example/prefix"


def question(size, known=0, log=LOG):
    return Question(log.note(size), lambda old: log.proof(old, size), known)


@pytest.fixture
def witness(tmp_path):
    with StandingWitness(Witness(cosigner(), [LOG.verifier]), tmp_path) as standing:
        yield standing


@pytest.fixture
def web(witness):
    return httpx.ASGITransport(application(witness, lambda: NOW + 0.5))


def asked(web, what, url="http://witness.example", **limits):
    return ask(url, KEY, what, Limits(**limits), web)


def answering(status, body=b"", seen=None, **headers):
    """A witness that always answers the same; `seen` takes down what it was asked."""

    async def stream():
        yield body

    headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(request):
        if seen is not None:
            seen.append((request.method, str(request.url)))
        return httpx.Response(status, content=stream(), headers=headers)

    return httpx.MockTransport(answer)


def test_a_cosignature_comes_back_and_stands_under_the_checkpoint(web):
    (signature,) = asked(web, question(5))
    assert KEY.check(LOG.note(5).with_signatures(signature)).timestamp == NOW


@pytest.mark.parametrize("known", [0, 2, 5, 7, 12])
def test_a_wrong_guess_of_what_the_witness_knows_costs_one_round_more(web, witness, known):
    asked(web, question(5))
    assert len(asked(web, question(7, known))) == 1
    assert witness.known(ORIGIN).size == 7


def test_asking_twice_for_the_same_checkpoint_is_answered_twice(web):
    assert asked(web, question(5)) == asked(web, question(5))


def test_two_histories_are_an_alarm_and_not_another_try(web):
    asked(web, question(5))
    with pytest.raises(WitnessDisagreesError, match="has seen another tree of 5 entries: there are two histories"):
        asked(web, question(5, log=LOG.forked(4, b"other")))


def test_a_witness_that_has_seen_more_than_we_have_is_an_alarm(web):
    asked(web, question(9))
    with pytest.raises(WitnessDisagreesError, match="has seen 9 entries, and this checkpoint has only 5"):
        asked(web, question(5))


def test_a_history_that_does_not_follow_from_the_old_one_is_not_cosigned(web):
    asked(web, question(5))
    with pytest.raises(WitnessDisagreesError, match="does not find the 5 entries that it has seen"):
        asked(web, question(7, log=LOG.forked(4, b"x", b"y", b"z")))


def test_a_log_that_the_witness_does_not_watch_is_told_so(web):
    with pytest.raises(WitnessError, match=r"witness rapporteur\.example/w1: answered 404"):
        asked(web, question(1, log=SmallLog([b"a"], "other.example/log")))


def test_the_prefix_of_the_witness_is_kept():
    seen = []
    for url in (URL, URL + "/"):
        with pytest.raises(WitnessError, match="answered 404"):
            asked(answering(404, seen=seen), question(5), url)
    assert seen == [("POST", f"{URL}/add-checkpoint")] * 2


def line(text, key=None, name=None):
    return (key or cosigner(name or KEY.name)).cosign(text, NOW).line().encode()


TEXT = LOG.note(5).text


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "gave a cosignature that cannot be used"),
        (b"thanks\n", "gave a cosignature that cannot be used"),
        (line(TEXT)[:-1], "gave a cosignature that cannot be used"),
        (line("another text\n"), "gave a cosignature that cannot be used: the signature of"),
        (line(TEXT, name="stranger.example/w"), "gave no cosignature of the key that we know"),
        (line(TEXT, key=cosigner(seed=9)), "gave no cosignature of the key that we know"),
        (b"\n" + line(TEXT), "gave no cosignature of the key that we know"),
    ],
)
def test_what_is_not_a_cosignature_of_the_witness_is_not_accepted(body, fault):
    with pytest.raises(WitnessError, match=fault):
        asked(answering(200, body), question(5))


def test_cosignatures_of_strangers_beside_the_right_one_are_ignored():
    body = line(TEXT, name="stranger.example/w") + line(TEXT)
    assert [one.name for one in asked(answering(200, body), question(5))] == [KEY.name]


@pytest.mark.parametrize(
    ("status", "body", "kind", "fault"),
    [
        (409, b"3\n", "text/plain", "answered 409 and no cosignature"),
        (409, b"3", "text/x.tlog.size", "said that it knows another size, and not which"),
        (409, b"-3\n", "text/x.tlog.size", "said that it knows another size, and not which"),
        (409, b"three\n", "text/x.tlog.size", "said that it knows another size, and not which"),
        (409, b"3\n", "text/x.tlog.size", "gave no answer in 3 rounds"),
        (500, b"", "text/plain", "answered 500 and no cosignature"),
        (301, b"", "text/plain", "answered 301 and no cosignature"),
        (200, b"x" * 65537, "text/plain", "answered more than 65536 bytes"),
    ],
)
def test_an_answer_that_helps_nobody_ends_the_conversation(status, body, kind, fault):
    with pytest.raises(WitnessError, match=fault) as caught:
        asked(answering(status, body, content_type=kind), question(5))
    assert not isinstance(caught.value, WitnessDisagreesError)


def test_a_redirect_is_not_followed():
    with pytest.raises(WitnessError, match="answered 307 and no cosignature"):
        asked(answering(307, location="http://elsewhere.example/add-checkpoint"), question(5))


def test_a_witness_that_sends_a_byte_now_and_then_does_not_hold_us():
    async def slowly():
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=slowly()))
    begun = time.monotonic()
    with pytest.raises(WitnessError, match=r"took longer than 0\.2 seconds"):
        asked(transport, question(5), seconds=0.2)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("url", ["", "ftp://witness.example", "http://", "http://[", "no address"])
def test_an_address_that_is_none_is_a_witness_that_is_not_reached(url):
    with pytest.raises(WitnessError, match=r"cannot be reached|No scheme"):
        ask(url, KEY, question(5))


def send(web, method, path, body=b""):
    async def once():
        async with httpx.AsyncClient(transport=web, base_url="http://witness.example") as client:
            return await client.request(method, path, content=body)

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/add-checkpoint", 405),
        ("PUT", "/add-checkpoint", 405),
        ("HEAD", "/add-checkpoint", 405),
        ("OPTIONS", "/add-checkpoint", 405),
        ("POST", "/add-checkpoint/", 404),
        ("POST", "/", 404),
        ("GET", "/", 404),
        ("GET", "/docs", 404),
        ("POST", "/add-checkpoint", 400),
    ],
)
def test_the_service_has_one_address_and_one_method(web, method, path, status):
    assert send(web, method, path).status_code == status


def test_a_request_that_is_too_large_is_not_held_in_memory(web):
    sent = []

    async def endless():
        while len(sent) < 1000:
            sent.append(1)
            yield b"x" * 65536

    assert send(web, "POST", "/add-checkpoint", endless()).status_code == 413
    assert len(sent) <= LARGEST_REQUEST // 65536 + 2


def test_a_request_that_does_not_end_is_given_up(witness):
    async def slowly():
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    web = httpx.ASGITransport(application(witness, lambda: NOW, patience=0.2))
    assert send(web, "POST", "/add-checkpoint", slowly()).status_code == 408


def test_a_witness_without_its_memory_says_so_and_cosigns_nothing(web, witness, capsys):
    asked(web, question(5))
    (path,) = witness.folder.glob("*.checkpoint")
    path.write_bytes(b"")
    answer = send(web, "POST", "/add-checkpoint", LOG.request(5, 7))
    assert (answer.status_code, answer.text) == (500, "the witness cannot use its memory; nothing was cosigned\n")
    assert "Traceback" not in (said := capsys.readouterr().err)
    assert said.startswith(f"error: {path}: ")
