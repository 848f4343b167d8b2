"""Referring: who may, what is sent, and what is said and done when nobody can be asked."""

from uuid import uuid4

import pytest
from offices import ON, THEIRS, asked
from referral_desk import (
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    ask_for,
    clocks,
    differ,
    entries_of,
    in_unit,
    later,
    lying,
    opened,
    said,
    tasks,
    with_services,
)
from small_directory import ADDRESS, CLINIC, COUNSEL, HOME, LAWYER, NORTH, SOUTH, sidecar

from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.items import referrals_of
from nrm.casework.referral_errors import (
    AlreadyReferredError,
    NoSuchServiceError,
    NotFittingError,
    NotOfferedError,
    RefusedByPersonError,
)
from nrm.casework.referrals import consenting, referring
from nrm.casework.referrals.revoking import revoke
from nrm.casework.referrals.sending import parcel_bytes
from nrm.errors import UnknownNameError
from nrm.referral.voice import Feedback

PERSONAL = ("Canary", "1990-05-01", "2012-05-17", ADDRESS)


def body_of(office, case):
    (row,) = lying(office, case)
    return in_unit(office, case, lambda _unit, open_: parcel_bytes(open_, row))


def test_a_package_holds_the_groups_that_rule_consent_and_service_all_name_and_no_others(office):
    case, one = agreed_and_sent(office)
    assert (one.state, one.service, one.groups) == ("sent", CLINIC, ("identity", "contact", "health"))
    package = opened(office, CLINIC, body_of(office, case))
    assert set(package.record) == {"identity", "contact", "health"}
    assert "CanaryJourney" not in repr(package.files)


def test_what_was_done_is_on_the_log_with_purpose_ground_and_groups_and_nothing_of_the_person(office):
    case, _one = agreed_and_sent(office)
    (sent,), (told,) = entries_of(office, "referral:send"), entries_of(office, "group:disclose")
    assert (sent.purpose, sent.basis, sent.role, sent.result) == ("health_care", "consent", "caseworker", "done")
    assert (told.purpose, told.basis, told.groups) == ("health_care", "consent", ("contact", "health", "identity"))
    log = b"".join(office.leaves()).decode()
    hidden = (*PERSONAL, str(case), CLINIC[1], str(_one.id))
    assert not [word for word in hidden if word in log]


def test_a_service_that_declared_no_needs_is_told_that_somebody_needs_it_and_no_more(office):
    case, one = agreed_and_sent(office, "mental_health_care", "share_with_mental_health")
    assert (one.service, one.groups) == (COUNSEL, ())
    assert opened(office, COUNSEL, body_of(office, case)).record == {}
    assert entries_of(office, "group:disclose") == []
    silent = with_services(office, c=sidecar(CLINIC, needs=None))
    assert agreed_and_sent(silent)[1].groups == ()


@pytest.mark.parametrize("role", ["first_responder", "coordinator", "provider", "overseer", "administrator", "worker"])
def test_only_those_who_keep_cases_refer(office, role):
    case = a_case(office)
    for does in (
        lambda: ask_for(office, case, who=asked(role)),
        lambda: referring.send_draft(office.desk, asked(role), case, uuid4(), None, ON),
    ):
        with pytest.raises(NotPermittedError):
            does()
        assert said(office)[-1] == ("referral:send", "not_permitted")
        assert office.entries()[-1].case is None


def test_another_organisation_hears_what_is_said_of_a_case_that_is_not_there_and_the_log_knows_better(office):
    case, one = agreed_and_sent(office)
    other = asked(organisation=THEIRS)
    asks = (
        lambda case: ask_for(office, case, who=other),
        lambda case: referring.send_draft(office.desk, other, case, one.id, None, ON),
        lambda case: referring.referrals(office.desk, other, case),
    )
    for ask in asks:
        heard = set()
        for named, why in ((case, "other_organisation"), (uuid4(), "not_found")):
            with pytest.raises(NoSuchCaseError) as caught:
                ask(named)
            heard.add(str(caught.value))
            assert said(office)[-1][1] == why
        assert len(heard) == 1


def test_whoever_asks_for_another_purpose_than_keeping_the_case_refers_nobody(office):
    with pytest.raises(NotPermittedError):
        ask_for(office, a_case(office), who=asked(purpose="schooling"))
    assert said(office)[-1] == ("referral:send", "not_disclosable")


def test_a_shredded_case_is_referred_no_more(office):
    case, _ = agreed_and_sent(office)
    office.shred(case)
    with pytest.raises(ShreddedError):
        ask_for(office, case)
    assert said(office)[-1] == ("referral:send", "case_shredded")


def test_without_consent_nothing_is_sent_and_the_caseworker_has_the_task_to_ask(office):
    case = a_case(office)
    done = ask_for(office, case)
    assert (done.referral, done.task) == (None, "consent_missing")
    assert tasks(office, case, "medical_care") == ["consent_missing"]
    assert entries_of(office, "referral:send")[-1].why == "no_consent"
    assert (lying(office, case), in_unit(office, case, referrals_of)) == ([], [])


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_a_no_to_sharing_is_logged_as_no_consent(office, state):
    case = a_case(office)
    agree(office, case)
    agree(office, case, state=state)
    done = ask_for(office, case)
    assert (done.task, done.tried[0].why, said(office)[-1][1]) == ("consent_missing", state, "done")
    assert entries_of(office, "referral:send")[-1].why == "no_consent"


def test_a_consent_that_ran_out_is_logged_as_over(office):
    case = a_case(office)
    agree(office, case, until=ON)
    later(office, days=1)
    assert ask_for(office, case).task == "consent_missing"
    assert entries_of(office, "referral:send")[-1].why == "consent_over"


def test_a_child_is_not_asked_alone(office):
    case = a_case(office, CHILD)
    agree(office, case)
    done = ask_for(office, case)
    assert (done.task, done.tried[0].why) == ("guardian_missing", "guardian_needed")
    assert entries_of(office, "referral:send")[-1].why == "no_consent"
    agree(office, case, by="guardian")
    assert ask_for(office, case).referral.state == "sent"
    assert tasks(office, case, "medical_care") == []


def test_a_service_without_a_confirmed_key_is_passed_over_and_when_there_is_no_other_the_coordinator_hears(office):
    case = a_case(office)
    agree(office, case, "share_with_lawyer")
    assert ask_for(office, case, "compensation_support").task == "key_missing"
    assert entries_of(office, "referral:send")[-1].why == "key_unavailable"
    assert ask_for(office, case, "legal_aid").tried[0].service == LAWYER
    unsure = with_services(office, c=sidecar(CLINIC, confirmed=None))
    assert ask_for(unsure, case).task == "key_missing"


def test_where_no_service_fits_the_coordinator_finds_one(office):
    case = a_case(office)
    agree(office, case, "share_with_civil_registry")
    done = ask_for(office, case, "identity_documents")
    assert (done.task, done.tried) == ("no_service_found", ())
    assert entries_of(office, "referral:send")[-1].why == "no_match"
    assert tasks(office, case, "identity_documents") == ["no_service_found"]


def test_what_no_service_is_asked_for_falls_to_whom_the_table_names(office):
    case = a_case(office)
    assert ask_for(office, case, "residence_permit").task == "arrange_offer"
    (task,) = [one for one in clocks(office, case) if one.offer == "residence_permit" and one.state == "running"]
    assert (task.code, task.by) == ("arrange_offer", "immigration_authority")


def test_a_disputed_decision_sends_nothing_and_a_person_looks(office, monkeypatch):
    case = a_case(office)
    agree(office, case)
    differ(office, monkeypatch)
    done = ask_for(office, case)
    assert (done.referral, done.task) == (None, "look_at_dispute")
    assert entries_of(office, "referral:send")[-1].why == "not_disclosable"
    assert lying(office, case) == []
    assert "look_at_dispute" in tasks(office, case)


def test_there_are_never_two_for_one_offer_not_even_beside_a_draft(office):
    for hold in (False, True):
        case, _one = agreed_and_sent(office, hold=hold)
        with pytest.raises(AlreadyReferredError):
            ask_for(office, case)
        assert len(in_unit(office, case, referrals_of)) == 1


def test_what_the_person_does_not_want_is_asked_of_nobody(office):
    case = a_case(office)
    agree(office, case)
    consenting.note_choice(office.desk, asked(), case, "medical_care", wanted=False)
    with pytest.raises(RefusedByPersonError):
        ask_for(office, case)
    consenting.note_choice(office.desk, asked(), case, "medical_care", wanted=True)
    assert ask_for(office, case).referral.state == "sent"


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"offer": "schooling"}, NotOfferedError),
        ({"offer": "medical_kare"}, UnknownNameError),
        ({"disclosure": "share_with_helth"}, UnknownNameError),
        ({"offer": "medical_care", "service": ("small", "none")}, NoSuchServiceError),
        ({"offer": "medical_care", "service": COUNSEL}, NotFittingError),
        ({"offer": "safe_accommodation", "service": HOME}, NotFittingError),
        ({"disclosure": "share_with_child_protection", "service": CLINIC}, NoSuchServiceError),
    ],
)
def test_what_cannot_be_asked_for_is_refused_and_nothing_of_it_happens(office, wanted, error):
    case = a_case(office)
    before = office.store.state.copied()
    with pytest.raises(error):
        referring.refer(office.desk, asked(), case, referring.Request(**wanted), ON)
    after = office.store.state.copied()
    assert (after.referrals, after.clocks, after.outbox, after.decisions) == (
        *(before.referrals, before.clocks, before.outbox, before.decisions),
    )
    assert said(office)[-1] == ("referral:send", "input_refused")


def test_a_service_that_the_caseworker_names_is_asked_and_not_the_best(office):
    assert agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")[1].service == NORTH
    named = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation", service=SOUTH)[1]
    assert named.service == SOUTH


def test_no_address_of_a_confidential_place_leaves_with_a_package_or_stands_in_a_referral(office):
    case, one = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")
    assert one.service == NORTH
    assert ADDRESS not in repr(opened(office, NORTH, body_of(office, case)).files) + repr(one) + str(one)


def test_an_unsafe_or_unfit_service_is_not_chosen_again_unless_it_is_named(office):
    case, one = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")
    felt = Feedback(id=uuid4(), at=office.now(), referral=one.id, safe="no")
    consenting.note_feedback(office.desk, asked(), case, felt)
    revoke(office.desk, asked(), case, one.id, None, "met_otherwise")
    assert ask_for(office, case, "safe_accommodation").referral.service == SOUTH
    for reason, chosen in (("not_safe", SOUTH), ("better_service", NORTH)):
        case, one = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")
        revoke(office.desk, asked(), case, one.id, None, reason)
        assert ask_for(office, case, "safe_accommodation").referral.service == chosen
