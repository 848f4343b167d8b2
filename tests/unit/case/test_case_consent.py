"""The ledger of consent: the latest answer counts, a consent ends, a refusal does not."""

from datetime import date

import pytest
from case_facts import ON, facts


def referral(*entries, identity="{}", on=ON):
    ledger = ", ".join(f"{{purpose: referral, {entry}}}" for entry in entries)
    return facts(f"identity: {identity}\nconsent: {{entries: [{ledger}]}}", on).get("consent_to_referral")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["state: given, on: 2026-01-01"], "given"),
        (["state: refused, on: 2026-01-01"], "refused"),
        (["state: given, on: 2026-02-01", "state: withdrawn, on: 2026-02-02"], "withdrawn"),
        (["state: withdrawn, on: 2026-02-02", "state: given, on: 2026-02-01"], "withdrawn"),
        (["state: withdrawn, on: 2026-02-01", "state: given, on: 2026-02-02"], "given"),
        (["state: withdrawn, on: 2026-02-01", "state: given, on: 2026-02-01"], "withdrawn"),
        (["state: refused, on: 2026-02-01", "state: given, on: 2026-02-01"], "refused"),
    ],
)
def test_the_latest_answer_counts_and_of_one_day_the_one_that_gives_less(entries, expected):
    assert referral(*entries) == expected


def test_a_consent_holds_through_its_last_day_and_is_unknown_after_it():
    assert referral("state: given, on: 2026-01-01, until: 2026-03-01") == "given"
    assert referral("state: given, on: 2026-01-01, until: 2026-02-28") is None


def test_an_expired_consent_does_not_bring_an_older_one_back():
    older, newer = "state: given, on: 2025-01-01", "state: given, on: 2026-01-01, until: 2026-02-01"
    assert referral(older, newer) is None


@pytest.mark.parametrize("state", ["withdrawn", "refused"])
def test_a_refusal_or_withdrawal_never_expires(state):
    assert referral(f"state: {state}, on: 2026-01-01, until: 2026-01-02") == state


def test_a_guardians_consent_ends_when_the_person_turns_18():
    entry, identity = "state: given, on: 2025-06-01, by: guardian", "{birth_date: 2008-02-01}"
    assert referral(entry, identity=identity, on=date(2026, 1, 31)) == "given"
    assert referral(entry, identity=identity, on=date(2026, 2, 1)) is None
    assert referral(entry.replace("guardian", "self"), identity=identity) == "given"
    assert referral(entry, identity="{birth_date: 1990-01-01}") == "given"
    assert referral(entry) == "given"


def test_each_purpose_has_its_own_answer():
    purposes = ["referral", "share_identity", "police_contact", "share_abroad", "statistics"]
    ledger = ", ".join(f"{{purpose: {purpose}, state: refused, on: 2026-01-01}}" for purpose in purposes)
    assert facts(f"consent: {{entries: [{ledger}]}}") == {f"consent_to_{purpose}": "refused" for purpose in purposes}


def test_reviews_complaints_and_leaving_are_the_persons_own_voice():
    assert facts("consent: {reviews: [{on: 2026-02-20}, {on: 2026-01-01}]}") == {"days_since_last_review": 9}
    assert facts("consent: {reviews: [{on: 2010-02-20}]}") == {"days_since_last_review": 3650}
    assert facts("consent: {complaints: [{}]}") == {"complaint_made": "yes"}
    assert facts("consent: {withdrawal: {on: 2026-01-01}}") == {"left_the_mechanism": "yes"}
    assert facts("consent: {withdrawal: {on: 2026-01-01, returned_on: 2026-02-01}}") == {"left_the_mechanism": "no"}
    assert facts("consent: {withdrawal: {reason: I moved}}") == {}
