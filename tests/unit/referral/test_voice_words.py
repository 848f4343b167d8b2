"""Whose word counts about an offer: the person's own, and a guardian's only for a child who has said nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral_words import differing, word

from nrm.referral.voice import Choice, disagreements, standing_word

NOW = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
CARE, SCHOOL = "medical_care", "schooling"
NUMBERS = count(1)
YES, NO = True, False


def said(by, wanted, minute=0, offer=CARE):
    return Choice(id=UUID(int=next(NUMBERS)), at=NOW + timedelta(minutes=minute), offer=offer, wanted=wanted, by=by)


def own(wanted, minute=0):
    return said("self", wanted, minute)


def guardian(wanted, minute=0):
    return said("guardian", wanted, minute)


def in_turn(words):
    """Words, each a minute after the one before."""
    return [said(by, wanted, minute, offer) for minute, (by, wanted, offer) in enumerate(words)]


turns = st.lists(
    st.tuples(st.sampled_from(["self", "guardian"]), st.booleans(), st.sampled_from([CARE, SCHOOL])), max_size=8
).map(in_turn)
of_guardian = st.lists(st.tuples(st.integers(-5, 20), st.booleans()), max_size=6).map(
    lambda words: [guardian(wanted, minute) for minute, wanted in words]
)


@given(turns, of_guardian, st.booleans())
def test_no_word_of_a_guardian_changes_what_the_person_has_spoken_of(words, more, child):
    words = [*words, own(YES, 3)]
    before = standing_word(words, CARE, child=child)
    assert before.by == "self"
    assert standing_word([*words, *more], CARE, child=child) == before
    assert standing_word([*more, *words], CARE, child=child) == before


@given(turns, st.booleans())
def test_the_word_that_counts_is_found_a_second_time_from_the_order_in_which_they_spoke(words, child):
    for offer in (CARE, SCHOOL):
        assert standing_word(words, offer, child=child) == word(words, offer, child=child)


@given(turns, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_in_which_words_are_read_does_not_matter(words, child, random):
    found = standing_word(words, CARE, child=child), disagreements(words, child=child)
    random.shuffle(words)
    assert (standing_word(iter(words), CARE, child=child), disagreements(iter(words), child=child)) == found


@given(of_guardian)
def test_a_guardians_word_ends_with_childhood(words):
    assert standing_word(words, CARE, child=False) is None
    assert disagreements([*words, own(NO)], child=False) == ()


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        ([own(YES, 1), own(NO, 2)], 1),
        ([own(NO, 1), own(YES, 2)], 1),
        ([own(NO, 1), guardian(YES, 2)], 0),
        ([own(YES, 1), guardian(NO, 2)], 0),
        ([guardian(NO, 1), own(YES, 2)], 1),
        ([guardian(NO, 1), own(YES, 2), guardian(NO, 3)], 1),
        ([guardian(YES, 1), guardian(NO, 2)], 1),
        ([own(NO, 1), own(YES, 1)], 1),
        ([guardian(NO, 1), guardian(YES, 1)], 1),
    ],
)
def test_of_a_child_and_the_guardian_the_newest_own_word_counts_and_in_doubt_the_yes(words, counts):
    assert standing_word(words, CARE, child=True) == words[counts]
    assert standing_word(words, SCHOOL, child=True) is None


@given(turns)
def test_they_differ_from_the_word_with_which_it_began_until_they_agree(words):
    found = [differing(words, offer) for offer in (CARE, SCHOOL)]
    assert list(disagreements(words, child=True)) == [one for one in found if one is not None]


@given(turns, st.sampled_from(["self", "guardian"]))
def test_saying_again_what_was_said_begins_no_new_disagreement(words, by):
    last = [one for one in words if (one.by, one.offer) == (by, CARE)]
    if last:
        again = said(by, last[-1].wanted, 99)
        assert disagreements([*words, again], child=True) == disagreements(words, child=True)


def test_whoever_changes_their_mind_ends_a_disagreement_and_the_next_is_a_new_one():
    no, yes, agreed, anew = own(NO, 1), guardian(YES, 2), own(YES, 3), guardian(NO, 4)
    assert disagreements([no], child=True) == ()
    assert disagreements([no, yes], child=True) == (yes,)
    assert disagreements([no, yes, agreed], child=True) == ()
    assert disagreements([no, yes, agreed, anew], child=True) == (anew,)
