"""Passwords: any long one that nobody would try first; kept so that only the same one fits."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signins import CHEAP

from nrm.signin.errors import PasswordRefusedError
from nrm.signin.password import LONGEST, RECOMMENDED, SHORTEST, Cost, Hasher, check_password

GOOD = ("four words by chance", "correct horse battery", "ماء بارد في الصباح", "x9!kk2-vQz7LpR", "пять слов и ещё одно")
COMMON = (
    *("password1234", "Password123!", "passwordpassword", "qwertyuiop12", "123456789012", "987654321098"),
    *("aaaaaaaaaaaa", "abababababab", "abcdefghijkl", "1234abcd1234", "letmein12345", "iloveyou2026", "azertyuiop99"),
    *("Welcome2026!!", "shelter-12345", "abcabcabcabcabc"),
)


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_is_taken_without_rules_of_composition(password):
    check_password(password, "anna")


@pytest.mark.parametrize("password", COMMON)
def test_what_anybody_would_try_first_is_refused(password):
    with pytest.raises(PasswordRefusedError, match="among the first"):
        check_password(password, "somebody")


@pytest.mark.parametrize("password", ["marisol12345", "Marisol.2026.", "quesada-marisol"])
def test_a_password_made_of_the_name_is_refused_for_that_name_only(password):
    with pytest.raises(PasswordRefusedError, match="among the first"):
        check_password(password, "marisol.quesada@example.org")
    check_password(password + " and more words", "marisol.quesada@example.org")


@given(st.text(max_size=SHORTEST - 1))
def test_a_short_password_is_refused_and_never_shown(password):
    with pytest.raises(PasswordRefusedError) as caught:
        check_password(password, "anna")
    said = "password: a password has at least 12 characters; a sentence of four words is a good one"
    assert str(caught.value) == said


def test_a_text_too_long_to_be_a_password_is_refused_before_it_costs_anything():
    with pytest.raises(PasswordRefusedError, match="at most"):
        check_password("ab cd ef gh" * LONGEST, "anna")
    kept = CHEAP.kept("four words by chance")
    assert not CHEAP.fits(kept, "four words by chance" + "x" * LONGEST)


passwords = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


@settings(max_examples=60)
@given(passwords, passwords)
def test_only_the_same_password_fits(one, other):
    kept = CHEAP.kept(one)
    assert CHEAP.fits(kept, one)
    assert one not in kept or len(one) < 8
    assert kept != CHEAP.kept(one)
    if CHEAP.fits(kept, other):
        assert Hasher(Cost(1, 8, 1)).fits(CHEAP.kept(other), one)


def test_an_accented_letter_typed_in_two_ways_is_the_same():
    assert CHEAP.fits(CHEAP.kept("cafe\u0301 au lait le matin"), "caf\u00e9 au lait le matin")


@given(passwords)
def test_nothing_fits_where_nothing_is_kept(password):
    assert not CHEAP.fits(None, password)
    assert not CHEAP.fits(None, "nobody has this password")
    assert not CHEAP.fits("not a hash", password)


def test_where_nothing_is_kept_the_work_is_the_same():
    hasher = Hasher(Cost(passes=3, memory_kib=4096, lanes=1))
    kept = hasher.kept("four words by chance")

    def fastest(given):
        times = []
        for _ in range(7):
            begun = time.process_time()
            hasher.fits(given, "wrong")
            times.append(time.process_time() - begun)
        return min(times)

    assert 0.5 < fastest(None) / fastest(kept) < 2


def test_what_was_kept_at_another_cost_fits_and_is_to_be_made_again():
    kept = CHEAP.kept("four words by chance")
    dearer = Hasher(Cost(passes=2, memory_kib=16, lanes=1))
    assert dearer.fits(kept, "four words by chance")
    assert dearer.is_old(kept)
    assert not CHEAP.is_old(kept)


def test_the_cost_is_that_of_the_rfc():
    assert (RECOMMENDED.passes, RECOMMENDED.memory_kib, RECOMMENDED.lanes) == (3, 65_536, 4)
    assert Hasher(RECOMMENDED).kept("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")
