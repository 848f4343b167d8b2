"""Signed replies: the service's own word, on this message, once."""

from uuid import uuid4

import pytest
from offices import asked
from referral_desk import (
    agreed_and_sent,
    answers,
    later,
    lying,
    referral_of,
    reply_of,
    said,
    tasks,
    with_services,
)
from small_directory import CLINIC, COUNSEL, SIGNERS, sidecar

from nrm.casework.referrals import answering
from nrm.casework.referrals.revoking import revoke
from nrm.referral.lifecycle import TransitionRefusedError
from nrm.referral.package_errors import (
    ExpiredError,
    FutureError,
    ReplyRefusedError,
    SignatureRefusedError,
    UnknownSignerError,
)
from nrm.referral.reply import REASONS


def take(office, data, who=None):
    return answering.take_reply(office.desk, who or asked(), data)


@pytest.mark.parametrize("reason", REASONS)
def test_a_signed_no_counts_with_each_of_its_reasons(office, reason):
    case, one = agreed_and_sent(office)
    assert take(office, reply_of(office, one, "decline", reason)).referral.state == "declined"
    assert referral_of(office, case, one.id).passed[-1].by == "provider"
    assert tasks(office, case, "medical_care") == ["next_match_failed"]


def test_a_signed_reply_is_the_services_word_once_and_not_again(office):
    case, one = agreed_and_sent(office)
    data = reply_of(office, one, "accept")
    assert take(office, data).referral.passed[-1].by == "provider"
    assert lying(office, case) == []  # who names its message has it
    with pytest.raises(TransitionRefusedError):
        take(office, data)
    answers(office, CLINIC, one.id, "decline", "no_capacity")
    for verb in ("accept", "start", "complete"):
        with pytest.raises(TransitionRefusedError):
            take(office, reply_of(office, one, verb))
    assert referral_of(office, case, one.id).state == "declined"


def test_a_reply_that_is_not_the_services_word_on_this_message_counts_for_nothing(office):
    case, one = agreed_and_sent(office)
    good = reply_of(office, one, "accept")
    later(office, days=0)
    for data, error in (
        (b"junk", ReplyRefusedError),
        (good.replace(b'"accept"', b'"complete"'), SignatureRefusedError),
        (reply_of(office, one, "accept", signer=SIGNERS[COUNSEL]), SignatureRefusedError),
        (reply_of(office, one, "accept", message=uuid4()), ReplyRefusedError),
        (reply_of(office, one, "accept", at=office.now().replace(year=2025)), ExpiredError),
        (reply_of(office, one, "accept", at=office.now().replace(year=2027)), FutureError),
    ):
        with pytest.raises(error) as caught:
            take(office, data)
        assert said(office)[-1] == ("referral:receive", "input_refused")
        assert "Canary" not in str(caught.value)
    with_services(office, c=sidecar(CLINIC, receiving_key=sidecar(CLINIC).receiving_key, confirmed=None))
    with pytest.raises(UnknownSignerError):
        take(office, good)
    assert (referral_of(office, case, one.id).state, len(lying(office, case))) == ("sent", 1)


def test_a_reply_to_a_referral_that_was_taken_back_comes_too_late(office):
    case, one = agreed_and_sent(office)
    data = reply_of(office, one, "accept")
    revoke(office.desk, asked(), case, one.id, None, "not_safe")
    with pytest.raises(TransitionRefusedError):
        take(office, data)
