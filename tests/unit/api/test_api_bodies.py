"""A body that is too large or too slow is refused before it is read, and a page of another site may send none."""

import asyncio

import pytest
from offices import ANNA, OURS

from api.security.bodies import LARGEST, Bodies
from api.security.signed_in import COOKIE

TOKEN = f"caseworker.{OURS}.{ANNA}."


def ask(pieces, headers=(), slowest=0.05):
    """Send a body in pieces (bytes, or seconds to wait) to an application that reads it whole."""
    sent = []

    async def receive():
        while pieces:
            piece = pieces.pop(0)
            if not isinstance(piece, bytes):
                await asyncio.sleep(piece)
                continue
            return {"type": "http.request", "body": piece, "more_body": bool(pieces)}
        return {"type": "http.disconnect"}

    async def application(_scope, receive, _send):
        while True:
            message = await receive()
            if message["type"] != "http.request" or not message["more_body"]:
                return

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/v1/cases", "headers": list(headers), "query_string": b""}
    asyncio.run(Bodies(application, {"/large": 10 * LARGEST}, slowest)(scope, receive, send))
    return sent


def test_a_body_that_says_it_is_too_large_is_not_read():
    pieces = [b"x"]
    sent = ask(pieces, [(b"content-length", str(LARGEST + 1).encode())])
    assert sent[0]["status"] == 413
    assert pieces == [b"x"]


def test_a_body_that_does_not_say_it_is_stopped_where_it_is_too_large():
    with pytest.raises(Exception, match="413"):
        ask([b"x" * LARGEST, b"x", b"x"])


def test_a_body_that_comes_too_slowly_is_stopped():
    with pytest.raises(Exception, match="408"):
        ask([b"x", 5, b"x"])


def test_a_body_that_fits_is_let_pass():
    assert ask([b"x" * 1000, b"x" * 1000]) == []


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site"),
        ({"Sec-Fetch-Site": "same-site"}, "cross_site"),
        ({"Origin": "https://evil.example"}, "cross_site"),
        ({"Origin": "null"}, "cross_site"),
        ({}, "cross_site"),
        ({"Sec-Fetch-Site": "same-origin"}, None),
        ({"Origin": "https://nrm.example"}, None),
    ],
)
def test_a_cookie_is_taken_from_our_own_pages_only(service, headers, code):
    client = service.client(Cookie=f"{COOKIE}={TOKEN}", **headers)
    answer = client.post("/v1/cases", json={})
    assert answer.json().get("code") == code
    assert client.get("/v1/cases").status_code == 200, "what changes nothing may be looked at from a link"


def test_a_token_needs_no_origin(service):
    assert service.as_("caseworker").post("/v1/cases", json={}).status_code == 201
