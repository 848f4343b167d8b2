"""What the person says is kept, and a no reaches every service that rested on the yes, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from offices import ON, THEIRS, asked
from referral_desk import (
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    answers,
    ask_for,
    clocks,
    entries_of,
    later,
    lying,
    referral_of,
    said,
    tasks,
    tell,
    tick,
)
from small_directory import AUTHORITY, CLINIC, NORTH

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.referral_errors import NoSuchReferralError
from nrm.casework.referrals import consenting
from nrm.errors import UnknownNameError
from nrm.referral.voice import Feedback
from nrm.vault.errors import MisplacedError


def choose(office, case, offer="medical_care", *, wanted=False, who=None):
    return consenting.note_choice(office.desk, who or asked(), case, offer, wanted=wanted)


def feel(office, case, referral, who=None, **more):
    said = Feedback(id=uuid4(), at=office.now(), referral=referral, **more)
    consenting.note_feedback(office.desk, who or asked(), case, said)


USES = {
    "consent:give": lambda office, who, case: consenting.note_consent(
        office.desk, who, case, consenting.Said("given", "share_with_health", "self")
    ),
    "consent:refuse": lambda office, who, case: consenting.note_consent(
        office.desk, who, case, consenting.Said("refused", "share_with_health", "self")
    ),
    "consent:withdraw": lambda office, who, case: consenting.note_consent(
        office.desk, who, case, consenting.Said("withdrawn", "share_with_health", "self")
    ),
    "consent:read": lambda office, who, case: consenting.consents(office.desk, who, case),
    "choice:make": lambda office, who, case: choose(office, case, who=who),
    "feedback:give": lambda office, who, case: feel(office, case, uuid4(), who),
    "feedback:read": lambda office, who, case: consenting.read_feedback(office.desk, who, case),
}


@pytest.mark.parametrize("verb", USES)
def test_only_those_who_keep_the_case_note_and_read_what_the_person_says(office, verb):
    case = a_case(office)
    for role in set(ROLES) - {"person"}:
        if role in {"caseworker", "supervisor"}:
            try:
                USES[verb](office, asked(role), case)
            except NoSuchReferralError:
                assert (verb, said(office)[-1]) == ("feedback:give", ("feedback:give", "not_found"))
            continue
        with pytest.raises(NotPermittedError):
            USES[verb](office, asked(role), case)
        assert (said(office)[-1], office.entries()[-1].case) == ((verb, "not_permitted"), None)


@pytest.mark.parametrize("verb", sorted(set(USES) - {"feedback:read"}))
def test_the_person_says_it_of_their_own_case_and_of_no_other(office, verb):
    case, other = a_case(office), a_case(office)
    with pytest.raises(NoSuchCaseError):
        USES[verb](office, asked("person", who=other), case)
    assert said(office)[-1] == (verb, "other_organisation")
    try:
        USES[verb](office, asked("person", who=case), case)
    except NoSuchReferralError:
        assert verb == "feedback:give"
    else:
        (entry,) = [one for one in entries_of(office, verb) if one.result == "done"]
        assert (entry.role, entry.actor, entry.organisation) == ("person", None, None)


@pytest.mark.parametrize("verb", USES)
def test_whose_case_it_is_only_the_log_tells(office, verb):
    case, shredded = a_case(office), a_case(office)
    office.shred(shredded)
    heard = set()
    for named, why in ((case, "other_organisation"), (shredded, "other_organisation"), (uuid4(), "not_found")):
        with pytest.raises(NoSuchCaseError) as caught:
            USES[verb](office, asked(organisation=THEIRS), named)
        heard.add(str(caught.value))
        assert said(office)[-1] == (verb, why)
    assert len(heard) == 1
    with pytest.raises(ShreddedError):
        USES[verb](office, asked(), shredded)
    assert said(office)[-1] == (verb, "case_shredded")


def test_a_line_of_the_ledger_says_what_was_asked_of_whom_for_what(office):
    case = a_case(office)
    line = agree(office, case, until=ON + timedelta(days=90), service=CLINIC, interpreter="yes", language="ar")
    assert consenting.consents(office.desk, asked(), case) == [line]
    assert (line.purpose, line.recipient, line.groups) == (
        "health_care",
        "health_service",
        ("identity", "contact", "health"),
    )
    assert agree(office, case, state="refused").groups == ()
    given, refused = entries_of(office, "consent:give"), entries_of(office, "consent:refuse")
    assert [one.purpose for one in given + refused] == ["health_care", "health_care"]
    log = b"".join(office.leaves()).decode()
    assert not [word for word in ("Canary", "clinic", str(line.id), str(case)) if word in log]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"disclosure": "share_with_helth"}, "share_with_helth"),
        ({"disclosure": "share_with_child_protection"}, "nothing that consent is asked for"),
        ({"wording": "9999"}, "no wording `9999`"),
        ({"service": ("small", "CanaryNowhere")}, "no such service"),
        ({"state": "refused", "until": ON}, "has no last day"),
    ],
)
def test_what_nobody_can_agree_to_is_refused_and_not_kept(office, wrong, name):
    case = a_case(office)
    with pytest.raises(UnknownNameError, match=name) as caught:
        agree(office, case, **wrong)
    assert "Canary" not in str(caught.value)
    assert consenting.consents(office.desk, asked(), case) == []


@pytest.mark.parametrize("state", ["refused", "withdrawn"])
def test_a_no_takes_a_package_back_that_nobody_began_to_deliver(office, state):
    case, one = agreed_and_sent(office)
    agree(office, case, state=state)
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].reason, after.passed[-1].by) == ("revoked", "consent_withdrawn", "worker")
    assert lying(office, case) == []
    assert tasks(office, case, "medical_care") == ["offer_unheld"]
    assert entries_of(office, "referral:revoke")[0].role == "worker"


def test_a_no_touches_nothing_else(office):
    case, one = agreed_and_sent(office)
    agree(office, case, "share_with_accommodation")
    shelter = ask_for(office, case, "safe_accommodation").referral
    before = {clock.id: clock for clock in clocks(office, case) if clock.offer != "medical_care"}
    agree(office, case, state="withdrawn")
    after = {clock.id: clock for clock in clocks(office, case)}
    assert {name: after[name] for name in before} == before
    assert referral_of(office, case, shelter.id) == shelter
    assert referral_of(office, case, one.id).state == "revoked"


def test_a_no_to_one_service_of_the_kind_is_no_no_to_another(office):
    case, one = agreed_and_sent(office, "safe_accommodation", "share_with_accommodation")
    assert one.service == NORTH
    agree(office, case, "share_with_accommodation", "withdrawn", service=("small", "south-shelter"))
    assert referral_of(office, case, one.id).state == "sent"
    agree(office, case, "share_with_accommodation", "refused", service=NORTH)
    assert referral_of(office, case, one.id).state == "revoked"


def test_whoever_renews_a_consent_revokes_nothing(office):
    case, one = agreed_and_sent(office)
    agree(office, case, until=ON + timedelta(days=30))
    assert referral_of(office, case, one.id).state == "sent"


def test_a_consent_that_ends_is_asked_for_again_in_good_time_and_then_taken_back(office):
    case = a_case(office)
    agree(office, case, until=ON + timedelta(days=20))
    one = ask_for(office, case).referral
    answers(office, CLINIC, one.id, "accept")
    later(office, days=8)
    tick(office)
    assert "consent_renewal" in tasks(office, case)
    assert referral_of(office, case, one.id).state == "accepted"
    later(office, days=13)
    tick(office)
    assert (referral_of(office, case, one.id).state, "consent_over" in tasks(office, case)) == ("revoked", True)
    assert [entry.role for entry in entries_of(office, "consent:expire")] == ["worker"]
    assert [row.kind for row in lying(office, case)] == ["revocation"]


@pytest.mark.parametrize("state", ["withdrawn", "given"])
def test_the_end_of_a_consent_is_nothing_to_ask_about_when_something_newer_was_said(office, state):
    case = a_case(office)
    agree(office, case, until=ON + timedelta(days=20))
    agree(office, case, state=state)
    later(office, days=30)
    tick(office)
    assert {"consent_renewal", "consent_over"} & set(tasks(office, case)) == set()
    assert entries_of(office, "consent:expire") == []


def test_what_the_person_does_not_want_is_taken_back_and_nothing_else(office):
    case, one = agreed_and_sent(office)
    agree(office, case, "share_with_accommodation")
    shelter = ask_for(office, case, "safe_accommodation").referral
    choose(office, case)
    after = referral_of(office, case, one.id)
    assert (after.state, after.passed[-1].reason) == ("revoked", "not_wanted")
    assert tasks(office, case, "medical_care") == []
    assert referral_of(office, case, shelter.id).state == "sent"
    choose(office, case, wanted=True)
    assert tasks(office, case, "medical_care") == ["offer_unheld"]
    with pytest.raises(UnknownNameError, match="no offer `medical_kare`"):
        choose(office, case, "medical_kare")


def test_a_draft_is_taken_back_too(office):
    case, one = agreed_and_sent(office, hold=True)
    choose(office, case)
    assert (referral_of(office, case, one.id).state, lying(office, case)) == ("revoked", [])


def test_what_a_person_says_of_a_service_is_kept_and_that_they_felt_unsafe_is_a_task_until_somebody_did_it(office):
    case, one = agreed_and_sent(office)
    feel(office, case, one.id, met="partly", remark="CanaryRemark")
    assert "service_felt_unsafe" not in tasks(office, case)
    feel(office, case, one.id, safe="no")
    feel(office, case, one.id, safe="no")
    assert tasks(office, case).count("service_felt_unsafe") == 1
    for verb in ("accept", "complete"):
        answers(office, CLINIC, one.id, verb)
    assert tasks(office, case).count("service_felt_unsafe") == 1
    kept = consenting.read_feedback(office.desk, asked(), case)
    assert [(line.met, line.safe, line.remark) for line in kept] == [
        *(("partly", "unknown", "CanaryRemark"), ("unknown", "no", ""), ("unknown", "no", "")),
    ]
    assert b"CanaryRemark" not in b"".join(office.leaves())


def test_nothing_is_said_of_a_referral_of_another_case(office):
    case, one = agreed_and_sent(office)
    other = a_case(office)
    with pytest.raises(NoSuchReferralError):
        feel(office, other, one.id, safe="no")
    assert consenting.read_feedback(office.desk, asked(), other) == []
    assert "service_felt_unsafe" not in tasks(office, case)


def test_a_guardians_no_to_sharing_leaves_what_a_duty_tells(office):
    case = a_case(office, CHILD)
    told = tell(office, case, "share_with_child_protection", AUTHORITY).referral
    agree(office, case, by="guardian")
    care = ask_for(office, case).referral
    agree(office, case, by="guardian", state="withdrawn")
    assert referral_of(office, case, told.id).state == "sent"
    assert referral_of(office, case, care.id).state == "revoked"


def test_a_line_of_the_ledger_in_the_place_of_another_is_found_out(office):
    case = a_case(office)
    yes, no = agree(office, case), agree(office, case, state="withdrawn")
    items = office.store.state.items
    for a, b in ((yes, no), (no, yes)):
        kept = dict(items)
        place, other = (case, "consent", a.id), (case, "consent", b.id)
        items[place] = replace(items[place], sealed=items[other].sealed)
        with pytest.raises(MisplacedError):
            ask_for(office, case)
        assert said(office)[-1] == ("referral:send", "integrity_failed")
        office.store.state.items = items = kept
    assert lying(office, case) == []
