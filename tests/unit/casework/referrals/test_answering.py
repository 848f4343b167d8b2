"""What services do with their own referrals: they see nobody else's, and every answer is followed up."""

from dataclasses import replace
from uuid import uuid4

import pytest
from offices import THEIRS, asked
from referral_desk import (
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    answers,
    ask_for,
    entries_of,
    in_unit,
    later,
    lying,
    of_service,
    opened,
    post,
    referral_of,
    reply_of,
    said,
    tasks,
    tell,
    tick,
    with_services,
)
from small_directory import AUTHORITY, CLINIC, COUNSEL, DIRECTORY, NORTH, SOUTH, sidecar

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.clocks.posting import Tried
from nrm.casework.errors import StaleVersionError
from nrm.casework.items import referrals_of
from nrm.casework.referral_errors import NoSuchReferralError, OtherReferralError
from nrm.casework.referrals import answering
from nrm.casework.referrals.sending import parcel_bytes
from nrm.errors import NrmError
from nrm.referral.lifecycle import TransitionRefusedError
from nrm.vault.errors import MisplacedError

HOME_FOR = ("safe_accommodation", "share_with_accommodation")


def sheltered(office, **more):
    return agreed_and_sent(office, *HOME_FOR, **more)


def fetch(office, service, referral):
    return answering.fetch(office.desk, of_service(service), referral)


def take(office, data, who=None):
    return answering.take_reply(office.desk, who or asked(), data)


def test_a_service_fetches_accepts_starts_and_completes(office):
    case, one = agreed_and_sent(office)
    assert opened(office, CLINIC, fetch(office, CLINIC, one.id)).header.referral == one.id
    for verb, state in (("accept", "accepted"), ("start", "in_progress"), ("complete", "completed")):
        assert answers(office, CLINIC, one.id, verb).referral.state == state
        assert (entries_of(office, f"referral:{verb}")[0].role, said(office)[-1]) == (
            "provider",
            (f"referral:{verb}", "done"),
        )
    assert (lying(office, case), tasks(office, case, "medical_care")) == ([], [])


def test_a_service_may_fetch_again_until_it_has_answered(office):
    case, one = agreed_and_sent(office)
    first = fetch(office, CLINIC, one.id)
    assert referral_of(office, case, one.id).state == "received"
    assert fetch(office, CLINIC, one.id) == first
    assert [entry.role for entry in entries_of(office, "referral:receive")] == ["provider"]
    answers(office, CLINIC, one.id, "accept")
    with pytest.raises(NoSuchReferralError):
        fetch(office, CLINIC, one.id)


def test_a_yes_on_the_telephone_leaves_the_package_for_the_service_to_fetch(office):
    case, one = agreed_and_sent(office)
    answering.answer(office.desk, asked(), one.id, "accept")
    assert opened(office, CLINIC, fetch(office, CLINIC, one.id)).header.message == one.message
    assert referral_of(office, case, one.id).state == "accepted"
    answers(office, CLINIC, one.id, "complete")
    assert lying(office, case) == []


def test_every_other_service_and_organisation_hears_the_same_as_of_nothing_and_the_log_says_whose_it_was(office):
    case, one = agreed_and_sent(office)
    draft = agreed_and_sent(office, hold=True)[1]
    before = office.store.state.copied()
    asks = {
        "answer": lambda who, ref: answering.answer(office.desk, who, ref, "accept"),
        "stale": lambda who, ref: answering.answer(office.desk, who, ref, "accept", 99),
        "fetch": lambda who, ref: answering.fetch(office.desk, who, ref),
        "reply": lambda who, ref: answering.take_reply(office.desk, who, reply_of(office, one, "accept", referral=ref)),
    }
    for ask in asks.values():
        heard = set()
        for who, ref, why in (
            (of_service(COUNSEL), one.id, "other_organisation"),
            (asked("provider"), one.id, "other_organisation"),
            (of_service(CLINIC), draft.id, "other_organisation"),
            (asked(organisation=THEIRS), one.id, "other_organisation"),
            (asked("supervisor", THEIRS), one.id, "other_organisation"),
            (of_service(CLINIC), uuid4(), "not_found"),
            (asked(), uuid4(), "not_found"),
        ):
            with pytest.raises(NoSuchReferralError) as caught:
                ask(who, ref)
            heard.add(str(caught.value))
            assert said(office)[-1][1] == why
            assert (office.entries()[-1].case, office.entries()[-1].groups) == (None, ())
        assert len(heard) == 1
    after = office.store.state.copied()
    assert (after.referrals, after.clocks, after.outbox) == (before.referrals, before.clocks, before.outbox)
    assert issubclass(OtherReferralError, NoSuchReferralError)
    assert referral_of(office, case, one.id).state == "sent"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"provider", "caseworker", "supervisor"}))
def test_nobody_else_answers_fetches_or_takes_a_reply(office, role):
    _, one = agreed_and_sent(office)
    for does in (
        lambda: answering.answer(office.desk, asked(role), one.id, "accept"),
        lambda: answering.fetch(office.desk, asked(role), one.id),
        lambda: take(office, reply_of(office, one, "accept"), asked(role)),
        lambda: answering.own_referrals(office.desk, asked(role)),
    ):
        with pytest.raises(NotPermittedError):
            does()
        assert said(office)[-1][1] == "not_permitted"


def test_a_service_lists_its_own_and_no_drafts_and_nothing_of_any_person(office):
    _, one = agreed_and_sent(office)
    agreed_and_sent(office, hold=True)
    agreed_and_sent(office, "mental_health_care", "share_with_mental_health")
    listed = answering.own_referrals(office.desk, of_service(CLINIC), ("draft", "sent", "received"))
    assert [(row.referral, row.version, row.state) for row in listed] == [(one.id, 2, "sent")]
    assert answering.own_referrals(office.desk, of_service(AUTHORITY)) == []
    assert said(office)[-1] == ("referral:read", "done")
    assert office.entries()[-1].case is None


def test_a_row_that_the_store_gives_to_another_service_is_found_out(office):
    case, one = agreed_and_sent(office)
    _, other = agreed_and_sent(office, "mental_health_care", "share_with_mental_health")
    rows = office.store.state.referrals
    (theirs,) = [row for row in rows.values() if row.referral == other.id]
    rows[case, one.id] = replace(rows[case, one.id], mark=theirs.mark)
    for does in (lambda: fetch(office, COUNSEL, one.id), lambda: answers(office, COUNSEL, one.id, "accept")):
        with pytest.raises(NrmError, match="another service than the one that was asked"):
            does()
        assert said(office)[-1][1] == "integrity_failed"
    assert referral_of(office, case, one.id).state == "sent"


def test_whoever_saw_an_older_version_is_told_so(office):
    _, one = agreed_and_sent(office)
    with pytest.raises(StaleVersionError):
        answering.answer(office.desk, of_service(CLINIC), one.id, "accept", 1)
    assert said(office)[-1] == ("referral:accept", "conflict")
    assert answering.answer(office.desk, of_service(CLINIC), one.id, "accept", 2).version == 3


@pytest.mark.parametrize(
    ("verb", "reason"), [("start", None), ("complete", None), ("decline", None), ("decline", "person_refused")]
)
def test_a_step_that_the_table_has_not_is_refused_and_changes_nothing(office, verb, reason):
    case, one = agreed_and_sent(office)
    with pytest.raises(TransitionRefusedError):
        answers(office, CLINIC, one.id, verb, reason)
    assert (referral_of(office, case, one.id).state, len(lying(office, case))) == ("sent", 1)


def test_after_a_no_the_program_asks_the_next_service_and_in_the_end_the_coordinator(office):
    case, one = sheltered(office)
    assert one.service == NORTH
    answers(office, NORTH, one.id, "decline", "no_capacity")
    assert tasks(office, case, HOME_FOR[0]) == ["next_match_failed"]
    tick(office)
    assert tasks(office, case, HOME_FOR[0]) == []
    by_worker = entries_of(office, "referral:send")[-1]
    assert (by_worker.role, by_worker.action) == ("worker", "work:referral:send")
    (row,) = [row for row in answering.own_referrals(office.desk, of_service(SOUTH)) if row.state == "sent"]
    answers(office, SOUTH, row.referral, "decline", "not_safe_here")
    tick(office)
    assert tasks(office, case, HOME_FOR[0]) == ["no_service_found"]


def test_after_three_services_a_person_chooses(office):
    many = [("small", f"shelter-{number}") for number in range(6)]
    made = [
        next(one for one in DIRECTORY.services if one.key == SOUTH).model_copy(update={"id": name}) for _, name in many
    ]
    directory = DIRECTORY.model_copy(update={"services": (*DIRECTORY.services, *made)})
    keys = {
        name: sidecar(SOUTH).model_copy(update={"service": sidecar(SOUTH).service.model_copy(update={"id": name})})
        for _, name in many
    }
    with_services(office, directory, **{f"s{number}": keys[name] for number, (_, name) in enumerate(many)})
    case, one = sheltered(office)
    asked_of = [one.service]
    for _ in range(3):
        answers(office, asked_of[-1], one.id, "decline", "no_capacity")
        tick(office)
        live = [found for found in _referrals(office, case) if found.live]
        if live:
            (one,) = live
            asked_of.append(one.service)
    assert (len(set(asked_of)), tasks(office, case, HOME_FOR[0])) == (3, ["next_match_failed"])
    assert ask_for(office, case, HOME_FOR[0]).referral.service not in asked_of


def _referrals(office, case):
    return [one for _, one in in_unit(office, case, referrals_of)]


def test_silence_ends_a_referral_and_its_package_and_the_next_is_asked_also_after_long_downtime(office):
    case, one = sheltered(office)
    later(office, days=30)
    tick(office)
    assert referral_of(office, case, one.id).state == "expired"
    assert [row.about for row in lying(office, case)] == []
    tick(office)
    assert [found.service for found in _referrals(office, case) if found.live] == [SOUTH]
    with pytest.raises(TransitionRefusedError):
        answers(office, NORTH, one.id, "accept")


def test_a_service_that_said_yes_can_still_say_no_and_the_person_is_not_lost(office):
    case, one = sheltered(office)
    answers(office, NORTH, one.id, "accept")
    answers(office, NORTH, one.id, "decline", "person_did_not_come")
    assert tasks(office, case, HOME_FOR[0]) == ["next_match_failed"]
    assert "confidential_transport" not in tasks(office, case)


def test_a_shredded_case_has_no_referral_for_anybody(office):
    case, one = agreed_and_sent(office)
    office.shred(case)
    for who in (of_service(CLINIC), asked()):
        with pytest.raises(NoSuchReferralError):
            answering.answer(office.desk, who, one.id, "accept")
    assert answering.own_referrals(office.desk, of_service(CLINIC)) == []
    assert post(office, Tried("delivered")).all == 0


def test_a_package_is_never_given_in_the_place_of_another(office):
    case = a_case(office, CHILD)
    agree(office, case, by="guardian")
    first = ask_for(office, case).referral
    second = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    rows = {row.about: row for row in lying(office, case)}
    other = agreed_and_sent(office)[0]
    (foreign,) = lying(office, other)
    mine = rows[first.id]
    kept = office.store.state.copied()
    for tampered in (
        replace(mine, sealed=rows[second.id].sealed),
        replace(mine, sealed=foreign.sealed),
        replace(mine, kind="revocation"),
        replace(rows[second.id], about=first.id),
    ):
        outbox = {key: one for key, one in kept.outbox.items() if key[1] != mine.message}
        office.store.state.outbox = {**outbox, (case, tampered.message): (tampered, None)}
        with pytest.raises(MisplacedError):
            fetch(office, CLINIC, first.id)
        assert said(office)[-1] == ("referral:receive", "integrity_failed")
        with pytest.raises(MisplacedError):
            in_unit(office, case, lambda _unit, open_, row=tampered: parcel_bytes(open_, row))
    office.store.state.outbox = kept.outbox
    assert fetch(office, CLINIC, first.id)
