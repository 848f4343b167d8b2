"""Codes of an app: good for a short while, and once."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.signin.errors import NotProvedError
from nrm.signin.totp import SECONDS, Totp, check_code, new_totp, uri

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
# RFC 6238 appendix B, with the last six digits of its eight
RFC = Totp.model_validate({"secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"})


def shown(totp, at):
    return pyotp.TOTP(totp.secret).at(int(at.timestamp()))


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_the_codes_are_those_of_the_rfc(second, code):
    at = datetime.fromtimestamp(second, UTC)
    assert check_code(RFC, code, at).used == second // SECONDS


@given(st.integers(-4, 4))
def test_a_code_is_taken_one_step_early_or_late_and_no_more(steps):
    totp, at = new_totp(), NOW + timedelta(seconds=steps * SECONDS)
    if abs(steps) <= 1:
        assert check_code(totp, shown(totp, at), NOW).used == int(at.timestamp()) // SECONDS
    elif shown(totp, at) not in {shown(totp, NOW + timedelta(seconds=SECONDS * near)) for near in (-1, 0, 1)}:
        with pytest.raises(NotProvedError):
            check_code(totp, shown(totp, at), NOW)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_no_code_is_used_twice_and_none_before_one_that_was_used(moments):
    totp, newest = RFC, -1
    for step in moments:
        at = NOW + timedelta(seconds=step * SECONDS)
        try:
            totp = check_code(totp, shown(totp, at), at)
        except NotProvedError:
            assert step <= newest
        else:
            assert step > newest
            newest = step


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "287082\n", "-87082", "28708\uff12"])
def test_what_is_no_code_proves_nothing(code):
    with pytest.raises(NotProvedError) as caught:
        check_code(RFC, code, datetime.fromtimestamp(59, UTC))
    assert not code.strip() or code not in str(caught.value)


def test_a_code_may_be_typed_as_apps_show_it():
    assert check_code(RFC, "287 082", datetime.fromtimestamp(59, UTC)).used == 1


def test_the_secret_is_in_the_address_for_the_app_and_nowhere_that_is_shown_by_chance():
    totp = new_totp()
    said = uri(totp, "anna", "Referral mechanism")
    assert said.startswith("otpauth://totp/Referral%20mechanism:anna?")
    assert f"secret={totp.secret}" in said
    assert len(totp.secret) == 32
    assert totp.secret not in f"{totp!r} {totp}"
    assert totp.secret != new_totp().secret
