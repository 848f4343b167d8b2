"""Calls of webhooks: signed as the standard says, to the address that was registered and to nobody else."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import receiver
from hypothesis import given
from hypothesis import strategies as st

from nrm.delivery.hooks import HookCaller, sign
from nrm.delivery.parcel import Delivered, Impossible, Later

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = bytes(range(32))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with receiver.in_thread(tmp_path_factory.mktemp("hooks")) as found:
        yield found


def call(place, message, body=b"{}", url=None, **more):
    place.behave(more.pop("behave", "take"))
    caller = HookCaller(place.settings(**more))
    return caller.call(url or place.url, SECRET, message, body, NOW)


def test_the_signature_is_that_of_the_published_example():
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@given(body=st.binary(max_size=200), flip=st.integers(0, 255))
def test_another_body_message_moment_or_secret_has_another_signature(body, flip):
    signed = sign(SECRET, "m", 1, body)
    assert signed == sign(SECRET, "m", 1, body)
    others = {
        sign(SECRET, "m", 1, body + bytes([flip])),
        sign(SECRET, "n", 1, body),
        sign(SECRET, "m", 2, body),
        sign(SECRET[:-1] + b"\xff", "m", 1, body),
    }
    assert signed not in others


def test_what_arrives_can_be_verified_with_what_is_documented(place):
    message, body = str(uuid4()), json.dumps({"id": "x"}).encode()
    assert isinstance(call(place, message, body), Delivered)
    headers = place.requests()[-1]["headers"]
    assert (headers["webhook-id"], headers["content-type"]) == (message, "application/json")
    assert int(headers["webhook-timestamp"]) == int(NOW.timestamp())
    came = (place.folder / "bodies" / f"{message}.age").read_bytes()
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + came
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    ("behave", "ending"),
    [
        ("error:500", Later("server_error")),
        ("error:429:120", Later("busy", 120.0)),
        ("error:404", Impossible("refused")),
        ("break", Later("connection_lost")),
        ("redirect:https://elsewhere.example.org/", Impossible("redirected")),
        ("oversize", Impossible("answer_too_large")),
    ],
)
def test_how_a_call_ended_is_told_by_a_code(place, behave, ending):
    assert call(place, str(uuid4()), behave=behave) == ending


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://localhost/inbox", "url_refused"),
        ("https://user:word@localhost/inbox", "url_refused"),
        ("https://localhost/inbox?token=1", "url_refused"),
        ("ftp://localhost/", "url_refused"),
        ("", "url_refused"),
        ("https://elsewhere.example.org/inbox", "host_not_allowed"),
        ("https://169.254.169.254/latest", "host_not_allowed"),
    ],
)
def test_an_address_that_may_not_be_called_is_refused_before_and_when_it_is_called(place, url, code):
    assert HookCaller(place.settings()).refuses(url) is not None
    assert call(place, str(uuid4()), url=url or "x") == Impossible(code)


def test_a_name_that_leads_into_our_own_network_is_not_called(place):
    settings = place.settings().model_copy(update={"private_allowed": ()})
    caller = HookCaller(settings)
    assert caller.refuses(place.url) is None
    before = len(place.requests())
    assert caller.call(place.url, SECRET, str(uuid4()), b"{}", NOW) == Impossible("address_forbidden")
    assert len(place.requests()) == before
