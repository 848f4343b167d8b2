"""Replies: one word from a closed list, signed, on time, and nothing else."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sealed_packages import MECHANISM, NOW, STRANGER

from nrm.referral.package_errors import (
    ExpiredError,
    FutureError,
    PackageError,
    ReplyRefusedError,
    SignatureRefusedError,
)
from nrm.referral.reply import NAMESPACE, OLDEST, REASONS, SKEW, VERBS, Reply, answers_to, read_reply, sign_reply

SERVICE = STRANGER


def answer(verb="accept", **changes):
    fields = {"referral": UUID(int=7), "message": UUID(int=8), "verb": verb, "at": NOW, "nonce": UUID(int=9)}
    return Reply(**{**fields, "reason": "no_capacity" if verb == "decline" else None, **changes})


ACCEPTED = sign_reply(answer(), SERVICE)


def signed(text):
    return text + SERVICE.sign(text, NAMESPACE).encode()


def with_changes(**changes):
    content = {**json.loads(ACCEPTED.splitlines()[0]), **changes}
    return signed(json.dumps(content, sort_keys=True, separators=(",", ":")).encode() + b"\n")


@given(
    verb=st.sampled_from(VERBS),
    reason=st.sampled_from(REASONS),
    ids=st.tuples(st.uuids(), st.uuids(), st.uuids()),
    at=st.datetimes(NOW.replace(tzinfo=None) - OLDEST, NOW.replace(tzinfo=None), timezones=st.just(UTC)),
)
def test_what_a_service_signs_is_what_is_read(verb, reason, ids, at):
    why = reason if verb == "decline" else None
    reply = Reply(referral=ids[0], message=ids[1], verb=verb, reason=why, at=at, nonce=ids[2])
    assert read_reply(sign_reply(reply, SERVICE), SERVICE.public, NOW) == reply


def test_the_first_line_is_all_that_is_said():
    assert json.loads(ACCEPTED.splitlines()[0]) == {
        "at": "2026-03-01T12:00:00Z",
        "format": "nrm-reply-1",
        "message": str(UUID(int=8)),
        "nonce": str(UUID(int=9)),
        "reason": None,
        "referral": str(UUID(int=7)),
        "verb": "accept",
    }


def test_a_reason_belongs_to_a_decline_and_only_there():
    for verb in VERBS:
        wrong = None if verb == "decline" else "too_far"
        with pytest.raises(ValidationError, match="a reason belongs to `decline`"):
            answer(verb, reason=wrong)
    assert read_reply(sign_reply(answer("decline"), SERVICE), SERVICE.public, NOW).reason == "no_capacity"


@given(at=st.integers(0, len(ACCEPTED) - 1), byte=st.integers(0, 255))
def test_one_altered_byte_anywhere_is_refused(at, byte):
    altered = ACCEPTED[:at] + bytes([byte]) + ACCEPTED[at + 1 :]
    if altered != ACCEPTED:
        with pytest.raises(SignatureRefusedError):
            read_reply(altered, SERVICE.public, NOW)


def test_another_signer_or_namespace_is_refused():
    with pytest.raises(SignatureRefusedError, match="of another key"):
        read_reply(sign_reply(answer(), MECHANISM), SERVICE.public, NOW)
    text = ACCEPTED.splitlines(keepends=True)[0]
    with pytest.raises(SignatureRefusedError, match="not for `reply@nrm`"):
        read_reply(text + SERVICE.sign(text, "referral@nrm").encode(), SERVICE.public, NOW)


def test_a_reply_is_read_for_thirty_days_and_never_from_the_future():
    for at in (NOW - OLDEST, NOW + SKEW):
        assert read_reply(sign_reply(answer(at=at), SERVICE), SERVICE.public, NOW).at == at
    with pytest.raises(ExpiredError, match="older than 30 days"):
        read_reply(ACCEPTED, SERVICE.public, NOW + OLDEST + timedelta(seconds=1))
    with pytest.raises(FutureError, match="made later than now"):
        read_reply(ACCEPTED, SERVICE.public, NOW - SKEW - timedelta(seconds=1))


@pytest.mark.parametrize(
    "changes",
    [
        *({"note": "CANARY"}, {"verb": "CANARY"}, {"reason": "CANARY"}, {"format": "nrm-reply-2"}),
        *({"verb": "decline"}, {"reason": "too_far"}, {"referral": "CANARY"}, {"at": "2026-03-01T12:00:00"}, {"at": 5}),
    ],
)
def test_an_unknown_name_or_value_is_refused_also_when_it_is_signed(changes):
    with pytest.raises(ReplyRefusedError, match="not of the form `nrm-reply-1`") as refused:
        read_reply(with_changes(**changes), SERVICE.public, NOW)
    assert "CANARY" not in str(refused.value)


def test_a_reply_in_another_than_its_canonical_form_is_refused():
    content = json.loads(ACCEPTED.splitlines()[0])
    spaced = signed(json.dumps(content, sort_keys=True).encode() + b"\n")
    twice = signed(ACCEPTED.splitlines()[0].replace(b'"reason":null', b'"reason":null,"reason":null') + b"\n")
    for data in (
        spaced,
        twice,
        with_changes(nonce=str(uuid4()).upper()),
        with_changes(at="2026-03-01T13:00:00+01:00Z"),
    ):
        with pytest.raises(ReplyRefusedError):
            read_reply(data, SERVICE.public, NOW)


@pytest.mark.parametrize("data", [b"", b"\n", ACCEPTED[:-1], ACCEPTED + b"\n", b"\n" + ACCEPTED, ACCEPTED * 2])
def test_what_is_not_exactly_one_reply_is_refused(data):
    with pytest.raises(SignatureRefusedError):
        read_reply(data, SERVICE.public, NOW)


def test_a_text_longer_than_any_reply_is_refused_unread():
    with pytest.raises(ReplyRefusedError, match="longer than any reply"):
        read_reply(b"x" * 10_000, SERVICE.public, NOW)


@given(st.binary() | st.binary().map(lambda text: signed(text.replace(b"\n", b"") + b"\n")))
def test_any_bytes_are_refused_by_our_own_errors(data):
    with pytest.raises(PackageError):
        read_reply(data, SERVICE.public, datetime(2026, 3, 1, tzinfo=UTC))


def test_a_reply_says_which_referral_it_answers_before_anybody_believes_it():
    assert answers_to(ACCEPTED) == answers_to(sign_reply(answer(), MECHANISM)) == UUID(int=7)
    for data in (b"", b"x" * 10_000, ACCEPTED[1:], with_changes(referral="CANARY")):
        with pytest.raises(ReplyRefusedError) as refused:
            answers_to(data)
        assert "CANARY" not in str(refused.value)
