"""A real provider of identity on loopback, in a process of its own, and a browser that signs somebody in there.

door = door_to(issuer, new_office(tmp_path), tmp_path, redirect)    # a door with that provider, as `ministry`
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from offices import OURS
from signins import TestDoor

from nrm.signin.provider import Provider
from nrm.signin.settings import OidcSettings


@pytest.fixture(scope="module")
def issuer():
    """Run one for the tests of a file; yields its issuer. `PUT /users/<subject>` sets the claims of somebody."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        issuer = f"http://127.0.0.1:{port}"
        _wait(issuer)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(issuer):
    for _ in range(100):
        try:
            if httpx.get(f"{issuer}/.well-known/openid-configuration", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the provider of identity did not start")


def browse(url, subject):
    """Sign in at the provider; return what it sends back in the address, as a browser would bring it."""
    answer = httpx.post(url, data={"sub": subject}, trust_env=False, follow_redirects=False)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def claims(issuer, subject, **said):
    httpx.put(f"{issuer}/users/{subject}", json=said, trust_env=False).raise_for_status()


def door_to(issuer, office, folder, redirect):
    """A door with the provider as `ministry`, whose clock is the real one, because the provider's is."""
    made = TestDoor(office)
    secret = folder / "secret"
    secret.write_text("a client secret\n")
    secret.chmod(0o600)
    fields = {"name": "ministry", "issuer": issuer, "client_id": "nrm", "client_secret_file": secret}
    more = {"redirect": redirect, "roles": {"case team": "caseworker"}, "create": True, "organisation": OURS}
    made.desk = replace(made.desk, clock=lambda: datetime.now(tz=UTC))
    provider = Provider(OidcSettings.model_validate({**fields, **more}))
    made.door = replace(made.door, desk=made.desk, providers={"ministry": provider})
    return made


def with_settings(at, name="ministry", **changed):
    """Let the door know a provider of this name, with the settings of `ministry` but for what is changed."""
    settings = OidcSettings.model_validate({**dict(at.door.providers["ministry"].settings), "name": name, **changed})
    at.door = replace(at.door, providers={**at.door.providers, name: Provider(settings)})
