"""What the program does by itself: it goes on where it safely can, and leaves everything else to a person."""

import pytest
from offices import asked
from referral_desk import (
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    answers,
    ask_for,
    clocks,
    differ,
    entries_of,
    in_unit,
    later,
    lying,
    referral_of,
    tasks,
    tick,
    with_services,
)
from small_directory import NORTH, SOUTH, sidecar

from nrm.casework.clocks import ticking
from nrm.casework.clocks.ticking import Ticked
from nrm.casework.errors import StoreBusyError
from nrm.casework.items import referrals_of
from nrm.casework.referrals import consenting
from nrm.errors import Problem, UnknownNameError

OFFER, DISCLOSURE = "safe_accommodation", "share_with_accommodation"


def declined(office, text=None):
    """A case whose first shelter said no; the program has not looked yet."""
    case, one = agreed_and_sent(office, OFFER, DISCLOSURE, **({"text": text} if text else {}))
    answers(office, one.service, one.id, "decline", "no_capacity")
    assert (one.service, tasks(office, case, OFFER)) == (NORTH, ["next_match_failed"])
    return case


def live(office, case):
    return [one.service for _, one in in_unit(office, case, referrals_of) if one.live]


def test_the_next_service_gets_what_it_needs_itself_and_not_what_the_first_needed(office):
    case = declined(office)
    tick(office)
    (sent,) = [one for _, one in in_unit(office, case, referrals_of) if one.live]
    assert (sent.service, sent.groups, sent.passed[-1].by) == (SOUTH, ("contact", "facts"), "worker")
    told = entries_of(office, "group:disclose")[-1]
    assert (told.groups, told.role, told.basis) == (("contact", "facts"), "worker", "consent")


def test_nothing_is_sent_when_the_consent_is_gone_by_then(office):
    case = declined(office)
    agree(office, case, DISCLOSURE, "withdrawn")
    tick(office)
    assert (live(office, case), tasks(office, case, OFFER)) == ([], ["consent_missing"])
    assert [row.kind for row in lying(office, case)] == ["revocation"]  # the service that declined is told to delete


def test_nothing_is_sent_when_the_person_does_not_want_it_any_more(office):
    case = declined(office)
    consenting.note_choice(office.desk, asked(), case, OFFER, wanted=False)
    later(office, days=3)
    tick(office)
    assert (live(office, case), tasks(office, case, OFFER)) == ([], [])


def test_nothing_is_sent_while_the_engines_differ(office, monkeypatch):
    case = declined(office)
    differ(office, monkeypatch)
    tick(office)
    assert (live(office, case), tasks(office, case, OFFER)) == ([], ["look_at_dispute"])
    assert lying(office, case) == []


def test_nothing_is_sent_to_a_service_whose_key_nobody_confirmed(office):
    case = declined(office)
    with_services(office, s=sidecar(SOUTH, confirmed=None))
    tick(office)
    assert (live(office, case), tasks(office, case, OFFER)) == ([], ["key_missing"])


def test_a_child_is_not_sent_on_without_a_guardian(office):
    case = declined(office)
    office.amend(case, 1, CHILD.partition("\n")[0] + "\n")
    tick(office)
    assert live(office, case) == []
    assert tasks(office, case, OFFER) == ["guardian_missing"]


def test_an_offer_that_is_in_no_plan_any_more_is_left_to_a_person(office):
    case, one = agreed_and_sent(office, "interpretation", "share_with_interpreter")
    answers(office, one.service, one.id, "decline", "too_far")
    office.amend(case, 1, "contact: {current_region: North, interpretation_need: no}\n")
    tick(office)
    assert (live(office, case), tasks(office, case, "interpretation")) == ([], ["next_match_failed"])


def test_a_caseworker_who_was_faster_is_not_doubled(office):
    case = declined(office)
    ask_for(office, case, OFFER)
    tick(office)
    assert live(office, case) == [SOUTH]


def test_the_next_is_asked_also_when_the_worker_was_away_for_days(office):
    case = declined(office)
    later(office, days=9)
    tick(office)
    assert live(office, case) == [SOUTH]


def test_an_answer_in_time_stops_the_clock_for_good(office):
    case, one = agreed_and_sent(office)
    answers(office, one.service, one.id, "accept")
    later(office, days=300)
    tick(office)
    assert referral_of(office, case, one.id).state == "accepted"
    assert [clock.state for clock in clocks(office, case) if clock.kind == "answer"] == ["cancelled"]


def test_what_one_case_cannot_do_keeps_no_other_waiting_and_stays_due(office, monkeypatch):
    broken, fine = declined(office), a_case(office)
    later(office, days=9)

    def no_rules(*_):
        raise UnknownNameError(Problem("rules", 0, "there are none that day"))

    monkeypatch.setattr(ticking, "look", no_rules)
    unopened = set()
    found = ticking.tick(office.desk, unopened, 1000)
    assert (found.unopened, len(unopened)) == (1, 1)
    assert found.late >= len([one for one in clocks(office, fine) if one.state == "late"]) > 0
    assert ticking.tick(office.desk, unopened, 1000) == Ticked()
    monkeypatch.undo()
    ticking.tick(office.desk, set(), 1000)
    assert live(office, broken) == [SOUTH]


def test_a_store_that_is_gone_is_told_and_not_passed_over(office, monkeypatch):
    a_case(office)
    later(office, days=9)

    def busy(*_):
        raise StoreBusyError(Problem("store", 0, "busy"))

    monkeypatch.setattr(ticking, "_look", busy)
    with pytest.raises(StoreBusyError):
        tick(office)


def test_a_case_shredded_meanwhile_is_nothing_to_look_at(office, monkeypatch):
    case = a_case(office)
    later(office, days=9)
    rows = office.store.run(lambda unit: unit.clocks.due(office.now(), 999))
    assert rows
    office.shred(case)
    monkeypatch.setattr(ticking, "AT_ONCE", 999)
    assert tick(office) == Ticked()
    for row in rows:
        assert ticking._one(office.desk, row) == Ticked()  # noqa: SLF001 - what a worker does that had it in hand


def test_at_most_so_many_are_looked_at_in_one_round_and_the_rest_in_the_next(office):
    a_case(office)
    later(office, days=9)
    first = ticking.tick(office.desk, set(), 5)
    assert first.looked == 5
    rounds = 1
    while ticking.tick(office.desk, set(), 5).looked:
        rounds += 1
    assert rounds > 3
    assert first + first == Ticked(first.looked * 2, first.late * 2, first.rang * 2, first.unopened * 2)
