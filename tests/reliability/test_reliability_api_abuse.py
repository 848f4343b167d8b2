"""What comes over the wire and is no honest HTTP: refused with the status that fits, and nobody else notices.

The fixture `abused` looks at the end whether the service still lives, and whether it has told of a fault or of anything
that was sent.
"""

from __future__ import annotations

import select
import time
from contextlib import ExitStack

import httpx
import pytest
from raw_http import connected, heard, request, sent

from api.security.bodies import LARGEST, SLOWEST
from api.security.wire import HEAD_SECONDS, LARGEST_HEAD

HEALTH = request("GET /health HTTP/1.1")
JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
POST = "POST /v1/cases HTTP/1.1"
BODY = b'{"account": {"journey": "Canary"}}'


def statuses(service, data):
    return [answer.status for answer in sent(service.port, data)]


@pytest.mark.parametrize(
    ("path", "status"),
    {
        "//v1/cases": 404,
        "/v1//cases": 404,
        "/v1/cases/": 404,
        "/V1/Cases": 404,
        "/v1/../health": 404,
        "/v1/%2e%2e/health": 404,
        "/v1/..%2fhealth": 404,
        "/v1%2fcases": 401,  # `%2f` is a slash to us, as to all that decode before they look
        "/v1/cases;canary=1": 404,
        "/health%00": 404,
        "/health%0d%0aSet-Cookie:canary=1": 404,
        "/%ff%fe": 404,
        "/v1/\\..\\health": 404,
        "/" + "a" * LARGEST_HEAD: 431,
        "/health?" + "canary=1&" * 8000: 431,
        "http://canary.example/health": 200,
        "http://canary.example/v1/cases": 401,
        "https://canary.example:99999/health": 400,
        "/caf\xe9": 400,
        "/health /v1": 400,
        "/health\x00": 400,
        "health": 400,
        "*": 404,
        "": 400,
    }.items(),
    ids=lambda value: str(value)[:30],
)
def test_a_path_is_taken_as_it_is_written(abused, path, status):
    assert statuses(abused, request(f"GET {path} HTTP/1.1")) == [status]


def test_an_identifier_in_a_path_must_be_one(abused, token):
    for tried in ("%00", "..", "%2e%2e", "0" * 1000, "'%20or%201=1--", "{case}", "%F0%9F%92%A9"):
        answer = httpx.get(f"{abused.url}/v1/cases/{tried}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in {404, 422}, tried
        assert tried not in answer.text


@pytest.mark.parametrize(
    ("first", "status"),
    {
        "OPTIONS /v1/cases HTTP/1.1": 405,
        "OPTIONS * HTTP/1.1": 404,
        "TRACE /v1/cases HTTP/1.1": 405,
        "PUT /v1/cases HTTP/1.1": 405,
        "HEAD /v1/cases HTTP/1.1": 405,
        "CONNECT canary.example:443 HTTP/1.1": 400,
        "CONNECT /v1/cases HTTP/1.1": 405,
        "PROPFIND /v1/cases HTTP/1.1": 405,
        "CANARY /v1/cases HTTP/1.1": 400,
        "get /health HTTP/1.1": 400,
        "GET /health": 400,
        "GET /health HTTP/0.9": 400,
        "GET /health HTTP/3.7": 400,
        "GET /health HTCPCP/1.0": 400,
        "PRI * HTTP/2.0": 400,
        "\x16\x03\x01\x02": 400,
    }.items(),
)
def test_a_method_or_version_that_is_not_ours_is_refused(abused, first, status):
    (answer,) = sent(abused.port, request(first))
    assert answer.status == status
    assert "canary" not in str(answer).lower(), "TRACE would show what a proxy put into the request"


def test_nobody_is_told_that_another_site_may_ask(abused):
    (answer,) = sent(
        abused.port,
        request("OPTIONS /v1/cases HTTP/1.1", "Origin: https://canary.example", "Access-Control-Request-Method: POST"),
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_host_is_named_once_but_by_programs_of_the_last_century(abused):
    assert statuses(abused, request("GET /health HTTP/1.0", host=False)) == [200]
    assert statuses(abused, request("GET /health HTTP/1.1", host=False)) == [400]
    assert statuses(abused, request("GET /health HTTP/1.1", "Host: canary.example")) == [400]


def chunks(*lines):
    return request(POST, JSON, *lines, body=b"0\r\n\r\n" + HEALTH, length=False)


@pytest.mark.parametrize(
    "data",
    [
        chunks("Content-Length: 5", CHUNKED),
        chunks(CHUNKED, "Content-Length: 5"),
        chunks("Transfer-Encoding: xchunked"),
        chunks("Transfer-Encoding: chunked, identity"),
        chunks(CHUNKED, "Transfer-Encoding: identity"),
        chunks("Transfer-Encoding : chunked"),
        chunks("Transfer-Encoding:\x0bchunked"),
        chunks("Content-Length: 5", "Content-Length: 6"),
        chunks("Content-Length: 5, 6"),
        chunks("Content-Length: +5"),
        chunks("Content-Length: -5"),
        chunks("Content-Length: 0x5"),
        chunks("Content-Length: 5 5"),
        chunks("Content-Length : 5"),
        chunks("Content-Length: 99999999999999999999999"),
        chunks("X-Canary: 1\r", CHUNKED),
        chunks("X-Canary: 1\n y", CHUNKED),
        chunks("X-Canary: \x00", CHUNKED),
        chunks("Canary", CHUNKED),
        request(POST, JSON, CHUNKED, body=b"fffffffffffffffff\r\n" + HEALTH, length=False),
        request(POST, JSON, CHUNKED, body=b"-1\r\n" + HEALTH, length=False),
        request(POST, JSON, CHUNKED, body=b"1\nx\n0\n\n" + HEALTH, length=False),
    ],
)
def test_a_body_whose_end_two_readers_would_see_differently_is_refused_and_the_connection_closed(abused, data):
    answers = sent(abused.port, data)
    assert [answer.status for answer in answers] in ([400], [401, 400]), "nothing behind it was taken for a request"
    assert answers[-1].headers["connection"] == "close"


def test_what_is_sent_behind_a_request_is_answered_behind_it(abused):
    assert statuses(abused, HEALTH * 3) == [200, 200, 200]


@pytest.mark.parametrize(
    ("header", "statuses_"),
    {
        "Idempotency-Key: canary-1%0d%0aSet-Cookie:canary=1": {201},
        "Idempotency-Key: canary-1\xe9": {422},
        "Idempotency-Key: canary": {422},
        "Idempotency-Key: " + "c" * 129: {422},
        "Idempotency-Key: canary-1\rSet-Cookie: canary=1": {400},
        "Idempotency-Key: canary-1\nSet-Cookie: canary=1": {400},
        "Accept-Language: fr\r\n canary": {400},
        "Accept-Language: x-canary, \xff;q=canary, *;q=1e999": {201},
        "Accept-Language: " + "fr-CH," * 8000: {201},
        "Request-Id: canary": {201},
        "NRM-Role: canary": {403},
        "X-Forwarded-For: canary": {201},
        "X-HTTP-Method-Override: DELETE": {201},
        # What follows an upgrade that we do not speak is not taken for a body.
        "Upgrade: websocket\r\nConnection: Upgrade": {400},
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings": {400},
        "Expect: canary": {201},
    }.items(),
    ids=lambda value: str(value)[:40],
)
def test_a_header_is_never_told_back(abused, token, header, statuses_):
    headers = (JSON, f"Authorization: Bearer {token}", header)
    answer = sent(abused.port, request(POST, *headers, body=BODY))[0]
    assert answer.status in statuses_
    assert "set-cookie" not in answer.headers
    assert "canary" not in str(answer).lower()


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Canary: " + "x" * LARGEST_HEAD],
        ["X-Canary: " + "x" * 3_000_000],
        [f"X-Canary-{number}: {'x' * 50}" for number in range(2000)],
        [f"Cookie: canary{number}=1" for number in range(20_000)],
    ],
    ids=["one", "huge", "many", "cookies"],
)
def test_giant_headers_are_refused_before_they_are_whole(abused, headers):
    assert statuses(abused, request("GET /health HTTP/1.1", *headers)) == [431]


def test_a_body_that_is_too_large_is_refused_before_it_comes(abused):
    head = request(POST, JSON, f"Content-Length: {LARGEST + 1}")
    assert statuses(abused, head) == [413]
    assert statuses(abused, request(POST, JSON, f"Content-Length: {LARGEST + 1}", "Expect: 100-continue")) == [413]


def test_a_body_that_does_not_say_how_large_it_is_is_refused_where_it_is_too_large(abused, token):
    many = (b"10000\r\n" + b"x" * 0x10000 + b"\r\n") * (LARGEST // 0x10000 + 2)
    headers = (JSON, f"Authorization: Bearer {token}", CHUNKED)
    answers = statuses(abused, request(POST, *headers, body=many, length=False))
    assert answers[:1] in ([413], []), "the answer may be lost when the client goes on sending"


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate", "zstd", "x-canary", "identity, gzip"])
def test_compressed_bodies_are_not_taken(abused, token, coding):
    headers = (JSON, f"Authorization: Bearer {token}", f"Content-Encoding: {coding}")
    (answer,) = sent(abused.port, request(POST, *headers, body=b"\x1f\x8b\x08canary"))
    assert (answer.status, answer.headers["accept-encoding"]) == (415, "identity")


def test_who_is_slow_is_cut_off_and_keeps_nobody_waiting(abused, token):
    """Many connections that say nothing, or a little each second, for as long as a slow one may take, and a bit."""
    head = request(POST, JSON, f"Authorization: Bearer {token}", "Content-Length: 100")
    begun = {
        "nothing": (b"", b""),
        "a head, by and by": (b"GET /health HTTP/1.1\r\nHost: x\r\nX-Canary: ", b"c"),
        "a first line, by and by": (b"GET /", b"c"),
        "a body that stops": (head + b"{", b""),
        "a second head, by and by": (HEALTH + b"GET /health HTTP/1.1\r\nX-Canary: ", b"c"),
        "a body behind the answer, by and by": (
            request("GET /health HTTP/1.1", CHUNKED, body=b"1\r\nc\r\n", length=False),
            b"1\r\nc\r\n",
        ),
    }
    longest = max(HEAD_SECONDS, SLOWEST) * 2 + 4
    with ExitStack() as stack:
        socks = {name: stack.enter_context(connected(abused.port)) for name in begun}
        idle = [stack.enter_context(connected(abused.port)) for _ in range(300)]
        for name, (first, _) in begun.items():
            socks[name].sendall(first)
        start, slowest = time.monotonic(), 0.0
        over = {}
        while len(over) < len(begun) and time.monotonic() < start + longest:
            asked = time.monotonic()
            assert httpx.get(f"{abused.url}/health").status_code == 200
            slowest = max(slowest, time.monotonic() - asked)
            for name in begun.keys() - over.keys():
                try:
                    socks[name].sendall(begun[name][1])
                except OSError:
                    over[name] = time.monotonic() - start
                else:
                    if closed(socks[name]):
                        over[name] = time.monotonic() - start
            time.sleep(0.5)
        assert over.keys() == begun.keys()
        assert slowest < 2, "others had to wait"
        assert [answer.status for answer in heard(socks["a body that stops"])] == [408]
        assert all(closed(one) for one in idle)


def closed(sock):
    """Say whether the server has closed a connection, without taking away what it has said before."""
    poll = select.poll()
    poll.register(sock, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
