"""The machine can fail: for each fault planted in the program there is a short story in which it is seen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from offices import asked
from test_referral_machine import InMemory

from nrm.casework.clocks import follow_up, rounds, ticking
from nrm.casework.clocks.ticking import Ticked
from nrm.casework.journal import Journal
from nrm.casework.referrals import answering, consenting, placing, referring, revoking, steps
from nrm.referral.redeciding import Changes

BOUGHT = {"offer": "medical_care", "chosen": False, "hold": False, "ago": 0}


@pytest.fixture
def machine():
    made = InMemory()
    made.somebody_comes("adult", 1, [])
    yield made
    made.teardown()


def refer(machine, **more):
    machine.refer(0, **{**BOUGHT, **more})


def work(machine, *luck, rounds=60):
    machine.a_worker_works(list(luck), rounds)


def act(machine, way, verb="receive", behind=0):
    machine.a_service_acts(0, verb, "too_far", behind, way)


def nothing(*_args, **_more):
    return None


def twice(machine):
    refer(machine)
    refer(machine)


def refused_by_choice(machine):
    refer(machine)
    machine.choose(0, "medical_care", wanted=False)


def withdrawn(machine):
    refer(machine)
    machine.consent(0, "share_with_health", "withdrawn", "self")


def run_out(machine):
    machine.consent(0, "share_with_health", "given", "self", until=0)
    refer(machine)
    act(machine, "fetch")
    act(machine, "directly", "accept")
    machine.time_passes(timedelta(days=3))
    work(machine, "delivered")


def taken_back(machine):
    refer(machine)
    work(machine, "delivered")
    machine.take_back(0, "not_safe", None)


def told_a_lawyer(machine):
    refer(machine, offer="legal_aid")


def declined(machine):
    refer(machine)
    act(machine, "telephone", "decline")


def late(machine):
    machine.time_passes(timedelta(days=3))
    work(machine, "delivered")


def decided_again(machine):
    machine.time_passes(timedelta(hours=1))
    machine.decide(0)


def answered_in_an_old_state(machine):
    refer(machine)
    act(machine, "directly", "accept", behind=1)


def seen_by_others(machine):
    refer(machine)
    machine.bystanders_learn_nothing(0, "receive", shredded=False)


def accepted_unseen(machine):
    refer(machine)
    act(machine, "telephone", "accept")


def put_back(machine):
    refer(machine)
    machine.choose(0, "medical_care", wanted=True)
    machine.time_passes(-timedelta(minutes=10))
    machine.choose(0, "medical_care", wanted=False)


def refused_beside_a_twin(machine):
    refer(machine)
    machine.refuse_beside_a_twin(0, "share_with_health", "legal_aid", named=False, all_of_them=False)


def overruled(machine):
    machine.open("child")
    machine.consent(1, "share_with_health", "given", "guardian")
    machine.refer(1, **BOUGHT)
    machine.choose(1, "medical_care", wanted=True)
    machine.choose(1, "medical_care", wanted=False, by="guardian")


def whoever_spoke_last(_standing_word):
    return lambda choices, offer, **_: [one for one in choices if one.offer == offer][-1]


def everything(permitted):
    def allowed(desk, *more):
        found = permitted(desk, *more)
        return placing.replace(found, groups=desk.books.words().disclosures[found.disclosure].groups)

    return allowed


def forgetful(post_revocation):
    def post(desk, unit, case, referral):
        post_revocation(desk, unit, case, referral.model_copy(update={"message": None}))
        unit.outbox.done(case.case, referral.message, None)

    return post


def put_off(_merged):
    def merged(old, new, _barred=()):
        later = [one.model_copy(update={"due": one.due + timedelta(hours=1)}) for one in old if one.kind == "duty"]
        return Changes(() if old else tuple(new), tuple(later))

    return merged


def silent(write):
    def wrote(self, unit, verb, **more):
        return None if verb == "referral:decline" else write(self, unit, verb, **more)

    return wrote


def trusting(found):
    return lambda desk, unit, journal, who, verb, one, _seen: found(desk, unit, journal, who, verb, one, None)


def blind(found):
    return lambda desk, unit, journal, _who, verb, one, seen: found(desk, unit, journal, asked(), verb, one, seen)


def empty(_referrals_of):
    return lambda *_: []


def all_of_them(revoke_for):
    def revoke(work, _offer):
        for offer in ("medical_care", "legal_aid"):
            revoke_for(work, offer)

    return revoke


FAULTS = {
    "a live referral is overlooked": (referring, "referrals_of", empty, twice),
    "a refusal revokes nothing": (consenting, "revoke_for", lambda _: nothing, refused_by_choice),
    "a withdrawal revokes nothing": (consenting, "revoke_broken", lambda _: nothing, withdrawn),
    "a consent that ran out revokes nothing": (ticking, "revoke_broken", lambda _: nothing, run_out),
    "a revocation is not sent": (steps, "post_revocation", forgetful, taken_back),
    "the service gets what it does not need": (placing, "permitted", everything, told_a_lawyer),
    "nobody holds an offer after a revocation": (revoking, "settle", lambda _: nothing, taken_back),
    "clocks are not looked at": (rounds, "tick", lambda _: lambda *_: Ticked(), late),
    "a new plan gives delay": (follow_up, "merged", put_off, decided_again),
    "an old version is not noticed": (answering, "_found", trusting, answered_in_an_old_state),
    "nobody looks who asks": (answering, "_found", blind, seen_by_others),
    "a step leaves no entry": (Journal, "write", silent, declined),
    "a yes throws the package away": (answering, "PROVIDER", lambda _: None, accepted_unseen),
    "a clock that is put back hides a no": (consenting, "newest_moment", lambda _: lambda now, _: now, put_back),
    "a guardian overrules a child": (consenting, "standing_word", whoever_spoke_last, overruled),
    "nobody hears that two differ": (follow_up, "disagreements", lambda _: lambda *_, **__: (), overruled),
    "a refusal lowers another offer": (consenting, "revoke_for", all_of_them, refused_beside_a_twin),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_seen(name, machine, monkeypatch):
    place, what, fault, story = FAULTS[name]
    monkeypatch.setattr(place, what, fault(getattr(place, what)))
    with pytest.raises(AssertionError):
        story(machine)


@pytest.mark.parametrize("story", sorted({story for *_, story in FAULTS.values()}, key=lambda one: one.__name__))
def test_the_same_story_goes_well_without_a_fault(story, machine):
    story(machine)
