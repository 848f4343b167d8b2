"""A body that trickles in time, piece by piece, and one that is packed, keep nobody busy either."""

import asyncio

import pytest

from api.security import bodies
from api.security.bodies import LARGEST, Bodies


def trickle(pieces, path="/v1/cases", headers=()):
    """Send bytes one by one, each after some milliseconds, and return how many an application got of it."""
    got, sent = [], []

    async def receive():
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": len(got) < pieces - 1}

    async def application(_scope, receive, _send):
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            got.append(message["body"])

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": list(headers), "query_string": b""}
    asyncio.run(Bodies(application, {"/large": 100 * LARGEST}, slowest=5)(scope, receive, send))
    return len(got), sent


def test_a_whole_body_takes_no_longer_than_is_allowed_though_each_piece_comes_in_time(monkeypatch):
    monkeypatch.setattr(bodies, "LONGEST", 0.1)
    with pytest.raises(Exception, match="408"):
        trickle(1000)
    assert trickle(2) == (2, [])


def test_a_path_of_larger_bodies_has_more_time_in_proportion(monkeypatch):
    monkeypatch.setattr(bodies, "LONGEST", 0.1)
    assert trickle(30, "/large") == (30, [])


@pytest.mark.parametrize("coding", [b"gzip", b"br", b"deflate, gzip", b"identity, gzip"])
def test_a_packed_body_is_refused_before_it_is_read(coding):
    got, sent = trickle(3, headers=[(b"content-encoding", coding)])
    assert (got, sent[0]["status"]) == (0, 415)
    assert trickle(3, headers=[(b"content-encoding", b"Identity")]) == (3, [])
