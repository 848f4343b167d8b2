"""A referral taken back: the service hears of it whenever it may know of it, and never gets what was not sent."""

from dataclasses import replace
from uuid import uuid4

import pytest
from offices import NOON, THEIRS, asked
from referral_desk import (
    ADULT,
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
    of_service,
    opened,
    post,
    referral_of,
    said,
    tasks,
    tell,
    tick,
)
from small_directory import AUTHORITY, CLINIC

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.clocks.posting import Tried
from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import answering
from nrm.casework.referrals.revoking import revoke
from nrm.casework.referrals.sending import parcel_bytes
from nrm.referral.lifecycle import TransitionRefusedError


def back(office, case, one, reason="not_safe", who=None, seen=None):
    return revoke(office.desk, who or asked(), case, one.id, seen, reason)


def revocation_of(office, case, service=CLINIC):
    """The one message that lies there, opened as its service does."""
    (row,) = lying(office, case)
    assert row.kind == "revocation"
    body = in_unit(office, case, lambda _unit, open_: parcel_bytes(open_, row))
    return opened(office, service, body).header


def test_what_nobody_began_to_deliver_is_never_sent(office):
    case, one = agreed_and_sent(office)
    assert back(office, case, one).state == "revoked"
    assert (lying(office, case), post(office, Tried("delivered")).all) == ([], 0)
    with pytest.raises(NoSuchReferralError):
        answering.fetch(office.desk, of_service(CLINIC), one.id)
    assert tasks(office, case, "medical_care") == ["offer_unheld"]


def test_what_may_have_arrived_is_followed_by_a_signed_revocation(office):
    tries = (
        lambda _: post(office, Tried("later")),
        lambda _: post(office, Tried("waiting")),
        lambda _: post(office, Tried("delivered")),
        lambda one: answering.fetch(office.desk, of_service(CLINIC), one.id),
        lambda one: answering.answer(office.desk, asked(), one.id, "accept"),
        lambda one: answers(office, CLINIC, one.id, "accept"),
    )
    for has_it in tries:
        case, one = agreed_and_sent(office)
        has_it(one)
        back(office, case, one)
        head = revocation_of(office, case)
        assert (head.kind, head.referral, head.replaces, head.groups) == ("revocation", one.id, one.message, one.groups)


def test_a_revocation_tells_nothing_of_the_person_and_can_be_fetched_again(office):
    case, one = agreed_and_sent(office)
    answering.fetch(office.desk, of_service(CLINIC), one.id)
    back(office, case, one)
    body = answering.fetch(office.desk, of_service(CLINIC), one.id)
    package = opened(office, CLINIC, body)
    assert (package.header.kind, package.record) == ("revocation", {})
    assert "Canary" not in repr(package.files)
    assert answering.fetch(office.desk, of_service(CLINIC), one.id) == body


def test_a_draft_is_taken_back_without_a_word_to_anybody(office):
    case, one = agreed_and_sent(office, hold=True)
    assert back(office, case, one).state == "revoked"
    assert lying(office, case) == []
    assert [clock.state for clock in clocks(office, case) if clock.about == one.id] == ["cancelled"]


@pytest.mark.parametrize("reason", [None, "no_capacity", "CanaryReason"])
def test_whoever_takes_back_says_why_in_one_word_of_the_list(office, reason):
    case, one = agreed_and_sent(office)
    with pytest.raises(TransitionRefusedError) as caught:
        back(office, case, one, reason)
    assert "Canary" not in str(caught.value)
    assert (referral_of(office, case, one.id).state, said(office)[-2]) == ("sent", ("referral:revoke", "input_refused"))


def test_only_those_who_keep_the_case_take_back_and_whose_it_is_only_the_log_tells(office):
    case, one = agreed_and_sent(office)
    for role in set(ROLES) - {"caseworker", "supervisor"}:
        with pytest.raises(NotPermittedError):
            back(office, case, one, who=asked(role))
        assert said(office)[-1] == ("referral:revoke", "not_permitted")
    shredded = a_case(office)
    office.shred(shredded)
    heard = set()
    for named, why in ((case, "other_organisation"), (shredded, "other_organisation"), (uuid4(), "not_found")):
        with pytest.raises(NoSuchCaseError) as caught:
            back(office, named, one, who=asked(organisation=THEIRS))
        heard.add(str(caught.value))
        assert said(office)[-1] == ("referral:revoke", why)
    assert len(heard) == 1
    with pytest.raises(ShreddedError):
        back(office, shredded, one)
    with pytest.raises(NoSuchReferralError):
        back(office, a_case(office), one)
    with pytest.raises(StaleVersionError):
        back(office, case, one, seen=1)
    assert referral_of(office, case, one.id).state == "sent"


def test_what_has_ended_is_not_taken_back(office):
    case, one = agreed_and_sent(office)
    back(office, case, one)
    with pytest.raises(TransitionRefusedError):
        back(office, case, one)
    assert lying(office, case) == []


def withhold(office, monkeypatch, kind, code):
    """Let every plan from now on withhold a line, as a bar does."""
    engine = type(office.books.engine(NOON.date(), None))
    decide = engine.decide

    def barred(self, facts, on):
        plan = decide(self, facts, on)
        lines = {**plan.lines, kind: tuple(one for one in plan.of(kind) if one.code != code)}
        return replace(plan, lines=lines, withheld=(*plan.withheld, plan.line(code)))

    monkeypatch.setattr(engine, "decide", barred)


def test_a_bar_takes_back_what_was_sent_under_the_disclosure_and_the_offer_is_held_by_somebody(office, monkeypatch):
    case, one = agreed_and_sent(office)
    agree(office, case, "share_with_accommodation")
    shelter = ask_for(office, case, "safe_accommodation").referral
    answers(office, CLINIC, one.id, "accept")
    withhold(office, monkeypatch, "disclosure", "share_with_health")
    office.decide(case)
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].reason) == ("revoked", "no_longer_permitted")
    assert tasks(office, case, "medical_care") == ["offer_unheld"]
    assert referral_of(office, case, shelter.id).state == "sent"
    done = ask_for(office, case)
    assert (done.referral, done.tried[0].why) == (None, "barred")
    assert entries_of(office, "referral:send")[-1].why == "barred"


def test_a_bar_on_a_duty_takes_back_what_was_told_for_it(office, monkeypatch):
    case = a_case(office, CHILD)
    one = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    withhold(office, monkeypatch, "duty", "notify_child_protection")
    office.decide(case)
    assert referral_of(office, case, one.id).state == "revoked"


def test_a_dispute_takes_nothing_back(office, monkeypatch):
    case, one = agreed_and_sent(office)
    differ(office, monkeypatch)
    office.decide(case)
    assert referral_of(office, case, one.id).state == "sent"
    assert "look_at_dispute" in tasks(office, case)


def test_help_that_a_plan_just_does_not_name_any_more_goes_on(office):
    case, one = agreed_and_sent(office, "interpretation", "share_with_interpreter")
    office.amend(case, 1, "contact: {current_region: North, interpretation_need: no}\n")
    assert "interpretation" not in office.decide(case).plan.codes("offer")
    assert referral_of(office, case, one.id).state == "sent"


def test_a_guardians_consent_ends_on_the_eighteenth_birthday_and_the_services_are_told(office):
    text = CHILD.replace("2012-05-17", "2008-03-20")
    case = a_case(office, text)
    agree(office, case, by="guardian")
    one = ask_for(office, case).referral
    answers(office, CLINIC, one.id, "accept")
    later(office, days=18)
    tick(office)
    assert referral_of(office, case, one.id).state == "accepted"
    later(office, days=2)
    tick(office)
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].reason) == ("revoked", "consent_over")
    assert {"person_is_eighteen", "person_turns_eighteen"} <= set(tasks(office, case))
    assert revocation_of(office, case).referral == one.id


def test_a_person_found_to_be_a_child_is_asked_through_a_guardian_and_what_they_alone_agreed_to_is_taken_back(office):
    case, one = agreed_and_sent(office)
    office.amend(case, 1, ADULT.splitlines()[0].replace("1990", "2012") + "\n")
    office.decide(case)
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].reason) == ("revoked", "consent_over")


@pytest.mark.parametrize("ends", [("accept", "complete"), ("decline",)])
def test_a_withdrawal_reaches_a_service_whose_referral_had_ended_and_only_once(office, ends):
    case, one = agreed_and_sent(office)
    post(office, Tried("delivered"))
    for verb in ends:
        answers(office, one.service, one.id, verb, "no_capacity" if verb == "decline" else None)
    for _ in range(2):
        agree(office, case, state="withdrawn")
    assert [row.kind for row in lying(office, case) if row.about == one.id] == ["revocation"]
    assert said(office).count(("referral:recall", "done")) == 1
    assert referral_of(office, case, one.id).state != "revoked"
