"""The few lines by which docs/webhooks.md has a receiver verify a message take ours, and nothing else."""

from __future__ import annotations

import base64
import re
import time
from datetime import timedelta

import pytest
from documents import ROOT
from hypothesis import given
from hypothesis import strategies as st

from nrm.delivery.hooks import sign

LINES = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OLD = int(timedelta(minutes=6).total_seconds())


@pytest.fixture(scope="module")
def verified():
    (lines,) = LINES.findall((ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8"))
    known = {}
    exec(lines, known)  # noqa: S102 - it is our own document
    return known["verified"]


def message(key, body, age=0):
    seconds = int(time.time()) - age
    headers = {"webhook-id": "m", "webhook-timestamp": str(seconds)}
    return "whsec_" + base64.b64encode(key).decode(), headers, sign(key, "m", seconds, body)


@given(key=st.binary(min_size=24, max_size=64), body=st.binary())
def test_what_we_signed_is_taken_also_beside_a_signature_of_another_key(verified, key, body):
    secret, headers, signature = message(key, body)
    for said in (signature, f"v1,AAAA {signature}"):
        assert verified(secret, {**headers, "webhook-signature": said}, body)


@given(key=st.binary(min_size=24, max_size=64), body=st.binary())
def test_what_was_altered_renamed_or_signed_by_another_is_not(verified, key, body):
    secret, headers, signature = message(key, body)
    headers = {**headers, "webhook-signature": signature}
    assert not verified(secret, headers, body + b" ")
    assert not verified(secret, {**headers, "webhook-id": "n"}, body)
    assert not verified("whsec_" + base64.b64encode(key + b"x").decode(), headers, body)


@pytest.mark.parametrize(("age", "good"), [(OLD, False), (-OLD, False), (0, True)])
def test_what_is_older_than_five_minutes_or_not_yet_sent_is_not(verified, age, good):
    secret, headers, signature = message(bytes(24), b"{}", age)
    assert verified(secret, {**headers, "webhook-signature": signature}, b"{}") is good
