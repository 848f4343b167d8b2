"""Drafts that are looked at again before they are sent, and are not forgotten; what is told under a duty alone."""

import pytest
from offices import ON, asked
from referral_desk import (
    ADULT,
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    answers,
    clocks,
    differ,
    entries_of,
    in_unit,
    later,
    lying,
    opened,
    referral_of,
    said,
    tasks,
    tell,
    tick,
    with_services,
)
from small_directory import AUTHORITY, CLINIC, NORTH, SOUTH, sidecar

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import StaleVersionError
from nrm.casework.referral_errors import (
    AlreadyReferredError,
    NoSuchReferralError,
    NoSuchServiceError,
    NotFittingError,
    NotOfferedError,
)
from nrm.casework.referrals import consenting, referring
from nrm.casework.referrals.revoking import revoke
from nrm.casework.referrals.sending import parcel_bytes
from nrm.referral.lifecycle import TransitionRefusedError
from nrm.referral.referral import Circle, Where

ABROAD = sidecar(AUTHORITY, recipients=("foreign_investigating_authority",), needs=("identity", "facts", "contact"))
AGREES_ABROAD = "consent: {entries: [{purpose: share_abroad, state: given, on: 2026-02-20}]}\n"
ACROSS = ADULT.replace("facts: {", "facts: {exploitation_places: [in_another_country], ")


def send_draft(office, case, referral, seen=None):
    return referring.send_draft(office.desk, asked(), case, referral, seen, ON)


def drafted(office, **more):
    return agreed_and_sent(office, hold=True, **more)


def stands(office, case, one):
    """A draft that was not sent: no message, no entry, and still a draft."""
    assert (referral_of(office, case, one.id).state, lying(office, case)) == ("draft", [])
    assert entries_of(office, "group:disclose") == []


def test_a_draft_discloses_nothing_until_it_is_sent(office):
    case, one = drafted(office)
    assert [entry.role for entry in entries_of(office, "referral:draft")] == ["caseworker"]
    stands(office, case, one)
    sent = send_draft(office, case, one.id, 1)
    assert (sent.referral.state, sent.version, len(lying(office, case))) == ("sent", 2, 1)
    assert entries_of(office, "group:disclose")[0].groups == ("contact", "health", "identity")
    with pytest.raises(TransitionRefusedError):
        send_draft(office, case, one.id)
    assert len(lying(office, case)) == 1


def test_a_draft_that_changed_or_is_another_cases_is_not_sent(office):
    case, one = drafted(office)
    with pytest.raises(StaleVersionError):
        send_draft(office, case, one.id, 7)
    assert said(office)[-1] == ("referral:send", "conflict")
    other = a_case(office)
    with pytest.raises(NoSuchReferralError):
        send_draft(office, other, one.id)
    assert said(office)[-1] == ("referral:send", "not_found")
    stands(office, case, one)


def test_a_draft_is_sent_with_what_is_permitted_now_and_for_the_key_of_now(office):
    case, one = drafted(office)
    agree(office, case, groups=("contact",))
    agree(office, case, state="withdrawn", groups=("health",), service=CLINIC)
    assert referral_of(office, case, one.id).state == "revoked"  # it no longer rests on what it was drafted for
    case, one = drafted(office)
    with_services(office, c=sidecar(CLINIC, needs=("contact",), receiving_key=sidecar(NORTH).receiving_key))
    sent = send_draft(office, case, one.id).referral
    assert (sent.groups, sent.age) == (("contact",), sidecar(NORTH).receiving_key)
    body = in_unit(office, case, lambda _unit, open_: parcel_bytes(open_, lying(office, case)[0]))
    assert set(opened(office, NORTH, body).record) == {"contact"}


@pytest.mark.parametrize(
    ("record", "error"),
    [({"confirmed": None}, NoSuchServiceError), ({"receiving_key": None, "confirmed": None}, NoSuchServiceError)],
)
def test_a_draft_whose_services_key_is_confirmed_no_more_is_not_sent(office, record, error):
    case, one = drafted(office)
    with_services(office, c=sidecar(CLINIC, **record))
    with pytest.raises(error):
        send_draft(office, case, one.id)
    stands(office, case, one)


def test_a_draft_for_what_the_plan_gives_no_more_is_not_sent(office):
    case, one = drafted(office, offer="interpretation", disclosure="share_with_interpreter")
    office.amend(case, 1, "contact: {current_region: North, interpretation_need: no}\n")
    with pytest.raises(NotOfferedError):
        send_draft(office, case, one.id)
    stands(office, case, one)


def test_a_draft_to_a_service_that_no_longer_fits_is_not_sent(office):
    case = a_case(office)
    agree(office, case, "share_with_accommodation")
    wanted = referring.Request(offer="safe_accommodation", hold=True)
    one = referring.refer(office.desk, asked(), case, wanted, ON).referral
    full = sidecar(NORTH, capacity=tuple(day.model_copy(update={"free": 0}) for day in sidecar(NORTH).capacity))
    with_services(office, n=full)
    with pytest.raises(NotFittingError):
        send_draft(office, case, one.id)
    stands(office, case, one)


def test_a_draft_is_not_sent_while_the_engines_differ(office, monkeypatch):
    case, one = drafted(office)
    differ(office, monkeypatch)
    with pytest.raises(NotPermittedError):
        send_draft(office, case, one.id)
    assert said(office)[-1] == ("referral:send", "not_disclosable")
    stands(office, case, one)


def test_a_forgotten_draft_ends_and_a_person_goes_on_and_not_the_program(office):
    case, one = drafted(office)
    assert [clock.kind for clock in clocks(office, case) if clock.about == one.id] == ["answer"]
    later(office, days=3)
    tick(office)
    assert referral_of(office, case, one.id).state == "expired"
    assert tasks(office, case, "medical_care") == ["next_match_failed"]
    tick(office)
    assert lying(office, case) == []
    assert (
        referring.refer(office.desk, asked(), case, referring.Request(offer="medical_care"), ON).referral.service
        == CLINIC
    )


def test_a_draft_that_is_sent_waits_for_its_answer_with_one_clock(office):
    case, one = drafted(office)
    later(office, hours=30)
    sent = send_draft(office, case, one.id).referral
    running = [clock for clock in clocks(office, case) if clock.about == one.id and clock.state == "running"]
    assert [clock.due for clock in running] == [sent.expires_at]
    later(office, hours=20)
    tick(office)
    assert referral_of(office, case, one.id).state == "sent"


def test_a_duty_is_told_without_any_consent_and_holds_no_offer(office):
    case = a_case(office, CHILD)
    one = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    assert (one.offer, one.basis, one.duty, one.state) == (None, "duty", "notify_child_protection", "sent")
    assert one.groups == ("identity", "contact", "facts", "health")
    assert entries_of(office, "group:disclose")[0].basis == "duty"
    assert entries_of(office, "referral:send")[0].purpose == "child_protection"
    agree(office, case, state="refused", by="guardian")
    consenting.note_choice(office.desk, asked(), case, "medical_care", wanted=False)
    assert referral_of(office, case, one.id).state == "sent"


def test_a_duty_is_not_told_twice_at_once_to_the_same_service(office):
    case = a_case(office, CHILD)
    one = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    with pytest.raises(AlreadyReferredError):
        tell(office, case, "share_with_child_protection", AUTHORITY)
    revoke(office.desk, asked(), case, one.id, None, "made_in_error")
    assert tell(office, case, "share_with_child_protection", AUTHORITY).referral.state == "sent"


def test_what_no_duty_of_the_plan_asks_for_is_not_told_and_somebody_has_the_task(office):
    case = a_case(office)
    done = tell(office, case, "share_with_child_protection", AUTHORITY)
    assert (done.referral, done.task, done.tried[0].why) == (None, "arrange_offer", "not_in_plan")
    assert entries_of(office, "referral:send")[0].why == "not_disclosable"
    assert [one.why for one in clocks(office, case) if (one.code, one.offer) == ("arrange_offer", None)] == [
        ("not_in_plan",)
    ]
    assert lying(office, case) == []


def test_a_silent_authority_is_a_task_for_the_caseworker_and_nobody_else_is_asked(office):
    case = a_case(office, CHILD)
    one = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    later(office, days=3)
    tick(office)
    tick(office)
    assert referral_of(office, case, one.id).state == "expired"
    assert tasks(office, case).count("no_answer") == 1
    answered = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    answers(office, AUTHORITY, answered.id, "decline", "no_reason_given")
    assert tasks(office, case).count("no_answer") == 2


def test_acts_and_means_go_abroad_without_identity_and_identity_only_with_consent(office):
    with_services(office, a=ABROAD)
    case = a_case(office, ACROSS)
    one = tell(office, case, "share_acts_and_means_abroad", AUTHORITY).referral
    assert (one.basis, one.groups) == ("duty", ("facts",))
    assert tell(office, case, "share_identity_abroad", AUTHORITY).tried[0].why == "not_in_plan"
    case = a_case(office, ACROSS + AGREES_ABROAD)
    done = tell(office, case, "share_identity_abroad", AUTHORITY)
    assert (done.referral, done.task, done.tried[0].why) == (None, "consent_missing", "no_consent")
    agree(office, case, "share_identity_abroad")
    assert tell(office, case, "share_identity_abroad", AUTHORITY).referral.groups == ("identity", "facts")
    withdrawn = AGREES_ABROAD.replace("given", "withdrawn")
    office.amend(case, 1, withdrawn)
    office.decide(case)
    states = {one.disclosure: one.state for one, _ in referring.referrals(office.desk, asked(), case)}
    assert states == {"share_identity_abroad": "revoked"}


def test_places_to_avoid_are_kept_for_every_service_that_is_tried(office):
    case = a_case(office)
    agree(office, case, "share_with_accommodation")
    north = Where(circles=(Circle(latitude=54.9, longitude=-1.5, kilometres=30),))
    wanted = referring.Request(offer="safe_accommodation", where=north)
    one = referring.refer(office.desk, asked(), case, wanted, ON).referral
    assert (one.service, one.where) == (SOUTH, north)
    answers(office, SOUTH, one.id, "decline", "no_capacity")
    tick(office)
    assert tasks(office, case, "safe_accommodation") == ["no_service_found"]
    # The other is confidential: whether it lies there a person asks, and then names it.
    assert [one.why for one in clocks(office, case) if one.code == "no_service_found"] == [("zone_unknown",)]
    wanted = referring.Request(offer="safe_accommodation", where=north, service=NORTH)
    assert referring.refer(office.desk, asked(), case, wanted, ON).referral.service == NORTH
