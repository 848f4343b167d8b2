"""The rulebook of one date, as engines and sentences read it."""

from datetime import date

import pytest

from nrm.rulebook.book import Within
from nrm.rulebook.resolve import rulebook_on


@pytest.fixture(scope="module")
def book(sound):
    return rulebook_on(sound, date(2026, 3, 1))


def test_a_rule_is_found_by_its_name(book):
    assert book.rule("shelter").name == "shelter"
    assert book.rule("gb_guardian") is None


def test_the_rules_that_give_an_outcome_are_found(book):
    assert [rule.name for rule in book.rules_giving("share_with_shelter")] == ["shelter"]
    assert book.rules_giving("guardian") == ()


def test_a_rulebook_cannot_be_changed(book):
    with pytest.raises(AttributeError):
        book.rules = ()


def test_limits_are_compared_by_about_how_long_they_are():
    limits = [Within(1, "hours"), Within(1, "days"), Within(1, "working_days"), Within(6, "days"), Within(1, "months")]
    assert sorted(limits, key=Within.nominal_hours) == limits
    assert Within(24, "hours").nominal_hours() == Within(1, "days").nominal_hours()
    assert Within(5, "working_days").nominal_hours() == pytest.approx(Within(7, "days").nominal_hours())
