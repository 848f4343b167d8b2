"""A provider of identity that answers wrongly is an error that says so; it is never followed elsewhere."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nrm.signin.errors import NotProvedError, ProviderError
from nrm.signin.provider import LARGEST, Provider
from nrm.signin.settings import OidcSettings

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WELL_KNOWN = "/.well-known/openid-configuration"


@contextmanager
def answering(answers):
    """A server that gives these answers by path: (status, headers, body); notes what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = answers.get(self.path, (404, {}, b"{}"))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the name that http.server calls

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def provider(tmp_path):
    """Make a provider at an issuer, whose client secret is known."""
    (tmp_path / "secret").write_text("s")
    (tmp_path / "secret").chmod(0o600)
    fields = {"name": "ministry", "client_id": "nrm", "client_secret_file": tmp_path / "secret"}
    redirect = "https://nrm.example.org/back"
    return lambda issuer: Provider(OidcSettings.model_validate({**fields, "issuer": issuer, "redirect": redirect}))


def document(issuer, **more):
    paths = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
    found = {"issuer": issuer, **{name: issuer + path for name, path in paths.items()}, **more}
    return 200, {}, json.dumps(found).encode()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, {}, b"{}"), "refuses"),
        ((200, {}, b"not json"), "refuses"),
        ((200, {}, b"[]"), "refuses"),
        ((200, {}, b"[" * 100_000), "refuses"),
        ((200, {}, b" " * (LARGEST + 1)), "too large"),
        ((200, {}, b'{"issuer": "https://evil.example"}'), "calls itself otherwise"),
        ((302, {"Location": "/elsewhere"}, b""), "refuses"),
    ],
)
def test_what_it_publishes_must_be_its_own_small_and_json(provider, answer, why):
    with answering({WELL_KNOWN: answer}) as (issuer, asked), pytest.raises(ProviderError, match=why):
        provider(issuer).begin()
    assert asked == [WELL_KNOWN]


@pytest.mark.parametrize("endpoint", [None, 7, "http://192.0.2.1/authorize", "file:///etc/passwd", "javascript:0"])
def test_no_browser_is_sent_where_it_is_not_safe(provider, endpoint):
    answers = {}
    with answering(answers) as (issuer, _):
        answers[WELL_KNOWN] = document(issuer, authorization_endpoint=endpoint)
        with pytest.raises(ProviderError, match="not HTTPS"):
            provider(issuer).begin()


@pytest.mark.parametrize(
    "token",
    [
        (200, {}, b"{}"),
        (200, {}, b'{"id_token": 7}'),
        (400, {}, b'{"error": "invalid_grant"}'),
        (302, {"Location": "/elsewhere"}, b""),
        (200, {}, b'{"id_token": "a.b.c"}'),
    ],
)
def test_a_code_that_gives_no_token_names_nobody(provider, token):
    answers = {"/token": token, "/keys": (200, {}, b'{"keys": []}')}
    with answering(answers) as (issuer, asked):
        answers[WELL_KNOWN] = document(issuer)
        found = provider(issuer)
        _, pending = found.begin()
        with pytest.raises(ProviderError):
            found.finish(pending, {"state": pending.state, "code": "c"}, NOW)
    assert "/elsewhere" not in asked


def test_an_answer_without_its_state_asks_the_provider_nothing(provider):
    answers = {}
    with answering(answers) as (issuer, asked):
        answers[WELL_KNOWN] = document(issuer)
        found = provider(issuer)
        _, pending = found.begin()
        for answer in ({}, {"code": "c"}, {"state": pending.state}, {"state": pending.state, "error": "access_denied"}):
            with pytest.raises(NotProvedError):
                found.finish(pending, answer, NOW)
    assert asked == [WELL_KNOWN]
