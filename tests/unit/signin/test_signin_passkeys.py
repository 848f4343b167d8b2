"""Passkeys: only the device that was registered, for this site, this question, with its holder there, and no copy."""

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from soft_authenticator import PRESENT, VERIFIED, SoftAuthenticator

from nrm.signin.account import Account
from nrm.signin.errors import NotProvedError
from nrm.signin.party import RelyingParty
from nrm.signin.passkeys import ask_for_new, ask_for_one, check_passkey, credential_of, new_passkey

ORIGIN = "https://nrm.example.org"
PARTY = RelyingParty("nrm.example.org", "Referral mechanism", (ORIGIN,))
ANNA = Account.model_validate(
    {"id": uuid4(), "name": "anna", "display_name": "Anna", "organisation": uuid4(), "roles": ("caseworker",)}
)


def registered(device=None):
    device = device or SoftAuthenticator()
    asking = ask_for_new(PARTY, ANNA, [])
    return device, new_passkey(
        PARTY, asking.challenge, device.create(asking.options, ORIGIN), uuid4(), ANNA.id, "phone"
    )


def used(device, passkey, *, asking=None, origin=ORIGIN, **more):
    asking = asking or ask_for_one(PARTY, [passkey])
    return check_passkey(PARTY, asking.challenge, device.get(asking.options, origin, **more), passkey)


def test_a_device_that_was_registered_proves_who_is_there_again_and_again():
    device, passkey = registered()
    assert (passkey.account, passkey.label, passkey.count) == (ANNA.id, "phone", 0)
    for count in (1, 2, 3):
        passkey = used(device, passkey)
        assert passkey.count == count


def test_a_device_that_does_not_count_is_good():
    device, passkey = registered(SoftAuthenticator(counts=False))
    assert used(device, used(device, passkey)).count == 0


def test_a_browser_is_asked_for_a_verified_holder_and_told_what_it_has_already():
    _, passkey = registered()
    new, one = json.loads(ask_for_new(PARTY, ANNA, [passkey]).options), json.loads(ask_for_one(PARTY).options)
    assert new["authenticatorSelection"]["userVerification"] == one["userVerification"] == "required"
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert [each["id"] for each in new["excludeCredentials"]] == [passkey.credential]
    assert not one.get("allowCredentials")
    assert ask_for_one(PARTY).challenge != ask_for_one(PARTY).challenge


@pytest.mark.parametrize(
    ("origin", "flags", "challenge"),
    [
        ("https://nrm.example.org.evil.example", PRESENT | VERIFIED, None),
        ("http://nrm.example.org", PRESENT | VERIFIED, None),
        (ORIGIN, PRESENT, None),
        (ORIGIN, VERIFIED, None),
        (ORIGIN, PRESENT | VERIFIED, "b3RoZXI"),
    ],
)
def test_no_passkey_is_kept_that_was_made_elsewhere_or_by_nobody(origin, flags, challenge):
    asking = ask_for_new(PARTY, ANNA, [])
    answer = SoftAuthenticator().create(asking.options, origin, flags=flags)
    with pytest.raises(NotProvedError):
        new_passkey(PARTY, challenge or asking.challenge, answer, uuid4(), ANNA.id, "")


@pytest.mark.parametrize(
    "more",
    [{"origin": "https://evil.example"}, {"flags": PRESENT}, {"flags": VERIFIED}, {"domain": "evil.example"}],
)
def test_an_answer_for_elsewhere_or_without_its_holder_proves_nothing(more):
    device, passkey = registered()
    with pytest.raises(NotProvedError):
        used(device, passkey, **more)


def test_an_answer_is_good_for_its_own_question_only():
    device, passkey = registered()
    one, other = ask_for_one(PARTY, [passkey]), ask_for_one(PARTY, [passkey])
    answer = device.get(one.options, ORIGIN)
    with pytest.raises(NotProvedError):
        check_passkey(PARTY, other.challenge, answer, passkey)
    assert check_passkey(PARTY, one.challenge, answer, passkey).count == 1


def test_another_device_that_calls_itself_the_same_proves_nothing():
    device, passkey = registered()
    thief = SoftAuthenticator()
    thief.id = device.id
    with pytest.raises(NotProvedError):
        used(thief, passkey)


def test_a_passkey_of_another_is_not_taken_for_this_one():
    device, _ = registered()
    _, passkey = registered()
    with pytest.raises(NotProvedError):
        used(device, passkey)


@pytest.mark.parametrize("back", [1, 2, 5])
def test_a_count_that_stands_still_or_goes_back_is_that_of_a_copy(back):
    device, passkey = registered()
    for _ in range(5):
        passkey = used(device, passkey)
    device.count -= back
    with pytest.raises(NotProvedError):
        used(device, passkey)


@given(st.text() | st.recursive(st.none() | st.text(), lambda inner: st.dictionaries(st.text(), inner)).map(json.dumps))
def test_whatever_is_sent_instead_of_an_answer_proves_nothing_and_breaks_nothing(answer):
    _, passkey = registered()
    for attempt in (
        lambda: check_passkey(PARTY, "AAAA", answer, passkey),
        lambda: new_passkey(PARTY, "AAAA", answer, uuid4(), ANNA.id, ""),
        lambda: credential_of(answer),
    ):
        with pytest.raises(NotProvedError):
            attempt()


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_one_changed_byte_of_an_answer_proves_nothing(place, change):
    device, passkey = registered()
    asking = ask_for_one(PARTY, [passkey])
    answer = json.loads(device.get(asking.options, ORIGIN))
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url  # noqa: PLC0415

    for part in ("authenticatorData", "signature", "clientDataJSON"):
        broken = bytearray(base64url_to_bytes(answer["response"][part]))
        broken[place % len(broken)] ^= change
        wrong = {**answer, "response": {**answer["response"], part: bytes_to_base64url(bytes(broken))}}
        with pytest.raises(NotProvedError):
            check_passkey(PARTY, asking.challenge, json.dumps(wrong), passkey)


def test_a_huge_answer_is_not_read():
    with pytest.raises(NotProvedError, match="too large"):
        credential_of("{" + " " * 70_000 + "}")
