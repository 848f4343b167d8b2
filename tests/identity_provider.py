"""A real provider of identity on loopback, in a process of its own, and a browser that signs somebody in there."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

import httpx


@contextmanager
def identity_provider():
    """Run one; yields its issuer. `PUT /users/<subject>` sets the claims of somebody."""
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
