"""Every open offer stands in exactly one way, and what nobody holds is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.referral.clock import Clock
from nrm.referral.lifecycle import STATES
from nrm.referral.referral import LIVE, Passed, Referral
from nrm.referral.standing import disorders, repairs, standings
from nrm.referral.voice import Choice, standing_word

NOW = datetime(2026, 3, 6, 10, 30, tzinfo=UTC)
OFFERS = ["legal_aid", "medical_care", "schooling"]
NUMBERS = count(1)


def at(hour):
    return NOW + timedelta(hours=hour)


def referral(offer="medical_care", state="sent", made=0, ended=None):
    passed = () if ended is None else (Passed(at=at(ended), verb="complete", by="provider"),)
    return Referral(
        id=UUID(int=next(NUMBERS)), state=state, offer=offer, disclosure="share", recipient="health_service",
        purpose="health_care", basis="consent", groups=(), service=("src", "1"), age="age1", decision=UUID(int=6),
        made_at=at(made), expires_at=at(made + 99), passed=passed,
    )  # fmt: skip


def choice(offer="medical_care", hour=0, *, wanted, by="self"):
    return Choice(id=UUID(int=next(NUMBERS)), at=at(hour), offer=offer, wanted=wanted, by=by)


def task(offer="medical_care", hour=0, state="running", kind="task"):
    return Clock(
        id=UUID(int=next(NUMBERS)), kind=kind, code="offer_unheld", by="coordinator", state=state, offer=offer,
        made_at=at(hour), due=at(hour + 24),
    )  # fmt: skip


def kind_of(*things, offer="medical_care"):
    """Return how `offer` stands, and check that the thing named is one of those given."""
    one = standings([offer], *_sorted_out(things), child=True)[offer]
    assert one.offer == offer
    assert (one.by is None) == (one.kind == "nothing")
    assert one.by is None or one.by in {thing.id for thing in things}
    return one.kind


def _sorted_out(things):
    return tuple([thing for thing in things if isinstance(thing, kind)] for kind in (Referral, Choice, Clock))


hours = st.integers(0, 12)
offers = st.sampled_from(OFFERS)
referrals = st.lists(
    st.builds(
        lambda offer, state, made, more: referral(offer, state, made, made + more if state not in LIVE else None),
        st.sampled_from([*OFFERS, None]), st.sampled_from(STATES), hours, hours,
    ),
    max_size=6,
)  # fmt: skip
choices = st.lists(
    st.builds(
        lambda offer, hour, wanted, by: choice(offer, hour, wanted=wanted, by=by),
        offers, hours, st.booleans(), st.sampled_from(["self", "guardian"]),
    ),
    max_size=4,
)  # fmt: skip
children = st.booleans()
clocks = st.lists(
    st.builds(
        task, st.sampled_from([*OFFERS, None]), hours, st.sampled_from(["running", "late", "done", "cancelled"]),
        st.sampled_from(["task", "duty", "answer"]),
    ),
    max_size=4,
)  # fmt: skip


@given(referrals, choices, clocks, children)
def test_each_offer_stands_in_one_way_whatever_there_is(referred, chosen, ticking, child):
    found = standings(OFFERS, referred, chosen, ticking, child=child)
    assert list(found) == OFFERS
    for offer, one in found.items():
        live = {r.id for r in referred if r.offer == offer and r.live}
        tasks = {c.id for c in ticking if c.offer == offer and c.kind == "task" and c.state in {"running", "late"}}
        completed = {r.id for r in referred if r.offer == offer and r.state == "completed"}
        if one.kind == "referral":
            assert one.by in live
        elif one.kind == "task":
            assert one.by in tasks
            assert not live
        elif one.kind == "fulfilled":
            assert one.by in completed
            assert not live
        elif one.kind == "refused":
            assert [c.wanted for c in chosen if c.id == one.by] == [False]
            assert standing_word(chosen, offer, child=child).id == one.by
        else:
            assert one.kind == "nothing"
            assert not live | tasks


@given(referrals, choices, clocks, children)
def test_a_task_for_each_repair_leaves_nothing_to_repair(referred, chosen, ticking, child):
    needed = repairs(standings(OFFERS, referred, chosen, ticking, child=child))
    made = [task(offer, hour=30) for offer in needed]
    after = standings(OFFERS, referred, chosen, [*ticking, *made], child=child)
    assert repairs(after) == ()
    assert {offer for offer in OFFERS if after[offer].by in {one.id for one in made}} == set(needed)


@given(referrals, choices, clocks, children, st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_read_does_not_matter(referred, chosen, ticking, child, random):
    said = standings(OFFERS, referred, chosen, ticking, child=child), disorders(referred, chosen, child=child)
    for things in (referred, chosen, ticking):
        random.shuffle(things)
    assert (standings(OFFERS, referred, chosen, ticking, child=child), disorders(referred, chosen, child=child)) == said


@given(referrals, choices, clocks, children, offers)
def test_what_happens_to_one_offer_changes_no_other(referred, chosen, ticking, child, offer):
    before = standings(OFFERS, referred, chosen, ticking, child=child)
    after = standings(OFFERS, referred, [*chosen, choice(offer, 20, wanted=False)], ticking, child=child)
    assert after[offer].kind == "refused"
    assert all(after[other] == before[other] for other in OFFERS if other != offer)


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_live_referral_holds_the_offer_before_any_task(state):
    assert kind_of(referral(state=state), task(), referral(state="completed", made=-9, ended=-8)) == "referral"


@pytest.mark.parametrize("state", ["declined", "revoked", "expired"])
def test_a_referral_that_came_to_nothing_leaves_the_offer_open(state):
    ended = referral(state=state, ended=2)
    assert kind_of(ended) == "nothing"
    assert kind_of(ended, task()) == "task"
    assert kind_of(ended, task(state="late")) == "task"
    assert kind_of(ended, task(state="done")) == "nothing"
    assert kind_of(ended, task(kind="duty")) == "nothing"


def test_the_newest_word_of_the_person_counts_and_a_no_can_be_taken_back():
    no, yes = choice(hour=1, wanted=False), choice(hour=2, wanted=True)
    assert kind_of(no, task()) == "refused"
    assert kind_of(no, yes, task()) == "task"
    for first in (True, False):
        same_moment = choice(hour=1, wanted=first), choice(hour=1, wanted=not first)
        assert kind_of(*same_moment) == "nothing", "in doubt it is wanted"


def test_a_guardian_speaks_for_a_silent_child_and_for_nobody_else():
    no, live = choice(hour=5, wanted=False, by="guardian"), referral()
    assert kind_of(no, live) == "refused"
    assert kind_of(choice(hour=1, wanted=True), no, live) == "referral"
    assert standings(["medical_care"], [live], [no], [], child=False)["medical_care"].kind == "referral"
    assert disorders([live], [no], child=True) != ()
    assert disorders([live], [no], child=False) == ()


@given(referrals, choices, clocks, children, offers, st.lists(st.tuples(st.integers(0, 20), st.booleans())))
def test_no_word_of_a_guardian_refuses_what_the_person_has_spoken_of(referred, chosen, ticking, child, offer, words):
    chosen = [*chosen, choice(offer, 6, wanted=True)]
    said = [choice(offer, hour, wanted=wanted, by="guardian") for hour, wanted in words]
    before = standings(OFFERS, referred, chosen, ticking, child=child)
    after = standings(OFFERS, referred, [*chosen, *said], ticking, child=child)
    assert disorders(referred, [*chosen, *said], child=child) == disorders(referred, chosen, child=child)
    for one in OFFERS:
        assert before[one] == after[one] or (one == offer and before[one].kind == "fulfilled")
    # What was fulfilled is needed again when somebody wishes it; that takes nothing away.
    assert (after[offer].kind == "refused") == (before[offer].kind == "refused")


def test_a_guardians_wish_is_a_newer_need():
    done = referral(state="completed", made=0, ended=5)
    assert kind_of(done, choice(hour=6, wanted=True, by="guardian")) == "nothing"
    assert kind_of(done, choice(hour=1, wanted=True), choice(hour=6, wanted=True, by="guardian")) == "nothing"


def test_help_that_was_given_is_fulfilled_until_it_is_needed_again():
    done = referral(state="completed", made=0, ended=5)
    assert kind_of(done) == "fulfilled"
    assert kind_of(done, task(hour=4), choice(hour=3, wanted=True), referral(state="declined", made=-2)) == "fulfilled"
    assert kind_of(done, task(hour=6)) == "task"
    assert kind_of(done, choice(hour=6, wanted=True)) == "nothing"
    assert kind_of(done, choice(hour=5, wanted=True)) == "nothing", "in doubt it is a new need"
    assert kind_of(done, referral(state="expired", made=7, ended=8)) == "nothing"
    assert kind_of(done, referral(state="completed", made=7, ended=8)) == "fulfilled"


def test_of_several_the_oldest_referral_and_the_first_task_are_named():
    late, first = task(hour=3), task(hour=1)
    assert standings(["medical_care"], [], [], [late, first], child=True)["medical_care"].by == first.id
    young, old = referral(made=3), referral(made=1)
    assert standings(["medical_care"], [young, old], [], [], child=True)["medical_care"].by == old.id


def test_two_live_referrals_for_one_offer_are_a_disorder():
    young, old = referral(made=3), referral(made=1, state="accepted")
    other = referral(offer="schooling")
    (found,) = disorders([young, old, other, referral(state="declined")], [], child=True)
    assert (found.offer, found.what, found.referrals) == ("medical_care", "two_live", (old.id, young.id))


def test_a_live_referral_for_what_the_person_refused_is_a_disorder():
    live, no = referral(), choice(hour=1, wanted=False)
    (found,) = disorders([live], [no], child=True)
    assert (found.what, found.referrals) == ("live_though_refused", (live.id,))
    assert disorders([live], [no, choice(hour=2, wanted=True)], child=True) == ()
    assert disorders([referral(state="revoked")], [no], child=True) == ()


def test_two_referrals_that_only_fulfil_duties_are_no_disorder():
    assert disorders([referral(offer=None), referral(offer=None)], [], child=True) == ()
