"""Breaking the glass: what it opens, for whom, until when; who hears of it, and who looks at it afterwards."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import THEIRS, asked
from referral_desk import a_case, entries_of, in_unit, later, said, tasks

from nrm.casework.accounts.registers import ACCOUNTS
from nrm.casework.asked import NotPermittedError, OtherOrganisationError
from nrm.casework.cases import glass, grants, history, keep
from nrm.casework.clocks import duties
from nrm.casework.errors import DeniedError, NoSuchCaseError, NoSuchRecordError
from nrm.casework.items import RUNNING, clocks_of
from nrm.casework.office import notices
from nrm.errors import NrmError, UnknownNameError
from nrm.signin.account import Account

SECOND, REVIEWER, OTHER = UUID(int=31), UUID(int=32), UUID(int=33)
NURSE = asked(organisation=THEIRS, who=UUID(int=30), purpose="health_care")
HEAD = asked("supervisor", who=REVIEWER)
WHY = "CanaryWhy: she is in our ward and does not wake up"


def breaks(office, case, who=NURSE, hours=1, told=SECOND, reason="medical_emergency", note=WHY):
    return glass.break_glass(office.desk, who, case, reason, note, told, hours)


def reads(office, case, who=NURSE, group="health"):
    return keep.read_groups(office.desk, who, case, [group]).groups


def footing(office, case, who=NURSE):
    return in_unit(office, case, lambda unit, open_: grants.footing(unit, open_, who, office.now()))


def test_it_opens_what_the_purpose_needs_with_its_basis_on_the_log(office):
    case = a_case(office)
    with pytest.raises(OtherOrganisationError):
        reads(office, case)
    breaks(office, case)
    assert b"CanaryHealth" in reads(office, case)["health"]
    read = entries_of(office, "group:read")[-1]
    assert (read.basis, read.purpose, read.groups) == ("break_glass", "health_care", ("health",))
    (broken,) = entries_of(office, "glass:break")
    assert (broken.basis, broken.case is not None) == ("break_glass", True)
    with pytest.raises(NotPermittedError, match="needs no `account`"):
        reads(office, case, group="account")


def test_after_its_time_nothing_opens_and_the_log_says_why(office):
    case = a_case(office)
    breaks(office, case, hours=2)
    later(office, hours=1, minutes=59)
    reads(office, case)
    later(office, minutes=2)
    with pytest.raises(NotPermittedError):
        reads(office, case)
    assert said(office)[-1][1] == "glass_over"


def test_it_opens_nothing_to_another_account_role_organisation_or_case(office):
    case, beside = a_case(office), a_case(office)
    breaks(office, case)
    for who, where in (
        (asked(organisation=THEIRS, who=OTHER, purpose="health_care"), case),
        (asked(organisation=UUID(int=3), who=NURSE.who, purpose="health_care"), case),
        (asked("provider", THEIRS, NURSE.who, purpose="health_care"), case),
        (NURSE, beside),
    ):
        with pytest.raises((NoSuchCaseError, DeniedError)):
            reads(office, where, who)


def test_it_opens_only_reading(office):
    case = a_case(office)
    breaks(office, case, hours=4)
    before = len(office.entries())
    attempts = (
        lambda: office.amend(case, 1, "health: {urgent_medical_need: no}", who=NURSE),
        lambda: office.decide(case, who=NURSE),
        lambda: office.shred(case, who=asked("supervisor", THEIRS, NURSE.who)),
        lambda: glass.review_glass(office.desk, asked("supervisor", THEIRS, NURSE.who), case, OTHER, "justified"),
        lambda: glass.glasses(office.desk, NURSE, case),
    )
    for attempt in attempts:
        with pytest.raises((NoSuchCaseError, DeniedError)):
            attempt()
    assert all(why != "done" for _, why in said(office, before))


def test_a_broken_glass_makes_no_case_findable(office):
    case = a_case(office)
    breaks(office, case)
    listed = keep.list_cases(office.desk, asked(organisation=THEIRS, who=NURSE.who))
    assert case not in {row.case for row in listed}


def test_nobody_breaks_it_alone(office):
    case = a_case(office)
    with pytest.raises(NotPermittedError, match="somebody else"):
        breaks(office, case, told=NURSE.who)
    assert said(office)[-1] == ("glass:break", "same_person")
    assert (footing(office, case), tasks(office, case).count("glass_broken")) == ("none", 0)
    grant = breaks(office, case)
    (notice,) = notices.notices(office.desk, asked(who=SECOND, organisation=THEIRS))
    assert (notice.kind, notice.case, notice.about, notice.seen) == ("glass_broken", case, grant.id, None)
    assert notices.notices(office.desk, NURSE) == []
    assert "glass_broken" in tasks(office, case)


def test_where_there_are_accounts_the_second_person_has_one_that_is_in_use(office):
    case = a_case(office)

    def account(who, state="active", kind="person"):
        fields = {"id": who, "name": str(who), "display_name": "x", "organisation": THEIRS, "roles": ("caseworker",)}
        made = Account(**fields, state=state, kind=kind)
        office.store.run(lambda unit: ACCOUNTS.add(office.desk, unit, who, made))
        return who

    account(NURSE.who)
    for told in (SECOND, account(UUID(int=40), "suspended"), account(UUID(int=41), kind="client")):
        with pytest.raises(UnknownNameError, match="no account here"):
            breaks(office, case, told=told)
    assert footing(office, case) == "none"
    breaks(office, case, told=account(OTHER))
    assert footing(office, case) == "in_force"


def test_a_notice_is_seen_by_whom_it_is_for_and_by_nobody_else(office):
    breaks(office, a_case(office))
    second = asked(who=SECOND, organisation=THEIRS)
    (notice,) = notices.notices(office.desk, second)
    with pytest.raises(NoSuchRecordError):
        notices.notice_seen(office.desk, NURSE, notice.id)
    seen = notices.notice_seen(office.desk, second, notice.id).seen
    assert seen is not None
    assert notices.notice_seen(office.desk, second, notice.id).seen == seen


def test_the_supervisors_task_ends_with_a_review_and_in_no_other_way(office):
    case = a_case(office)
    grant = breaks(office, case)
    (clock,) = [one for _, one in in_unit(office, case, clocks_of) if one.code == "glass_broken"]
    assert (clock.by, clock.about, clock.state in RUNNING) == ("supervisor", grant.id, True)
    for who in (asked(), HEAD, asked("coordinator")):
        with pytest.raises(duties.ReviewNeededError):
            duties.finish(office.desk, who, case, clock.id)
    assert "glass_broken" in tasks(office, case)
    office.decide(case)
    assert "glass_broken" in tasks(office, case)
    with pytest.raises(NotPermittedError):
        glass.review_glass(office.desk, asked(), case, grant.id, "justified")
    glass.review_glass(office.desk, HEAD, case, grant.id, "not_justified")
    assert "glass_broken" not in tasks(office, case)
    (kept,) = glass.glasses(office.desk, HEAD, case)
    assert (kept.reviewed.verdict, kept.reviewed.by, kept.note) == ("not_justified", REVIEWER, WHY)
    with pytest.raises(glass.ReviewedError):
        glass.review_glass(office.desk, HEAD, case, grant.id, "justified")


@pytest.mark.parametrize("verdict", grants.VERDICTS)
def test_a_review_ends_what_still_runs(office, verdict):
    case = a_case(office)
    grant = breaks(office, case, hours=4)
    glass.review_glass(office.desk, HEAD, case, grant.id, verdict)
    with pytest.raises(NotPermittedError):
        reads(office, case)
    assert [one for one, _ in said(office)][-3:] == ["glass:end", "glass:review", "group:read"]


def test_who_was_told_does_not_review(office):
    case = a_case(office)
    grant = breaks(office, case, told=REVIEWER)
    with pytest.raises(NotPermittedError, match="does not review"):
        glass.review_glass(office.desk, HEAD, case, grant.id, "justified")
    with pytest.raises(UnknownNameError):
        glass.review_glass(office.desk, HEAD, case, grant.id, "CanaryVerdict")


@pytest.mark.parametrize("who", [NURSE, HEAD])
def test_it_can_be_ended_before_its_time(office, who):
    case = a_case(office)
    grant = breaks(office, case, hours=4)
    ended = glass.end_glass(office.desk, who, case, grant.id)
    assert ended.ended is not None
    with pytest.raises(NotPermittedError):
        reads(office, case)
    assert "glass_broken" in tasks(office, case)


def test_nobody_ends_what_another_one_broke(office):
    case = a_case(office)
    other = asked(organisation=THEIRS, who=OTHER, purpose="health_care")
    mine, theirs = breaks(office, case), breaks(office, case, who=other)
    with pytest.raises(NoSuchRecordError):
        glass.end_glass(office.desk, NURSE, case, theirs.id)
    with pytest.raises((NoSuchCaseError, DeniedError)):
        glass.end_glass(office.desk, asked(organisation=THEIRS, who=SECOND), case, mine.id)
    assert (footing(office, case), footing(office, case, other)) == ("in_force", "in_force")


def test_one_does_not_break_the_glass_of_ones_own_house(office):
    with pytest.raises(NotPermittedError):
        breaks(office, a_case(office), who=asked())


@pytest.mark.parametrize("role", ["coordinator", "provider", "administrator", "overseer", "person", "worker"])
def test_most_roles_never_break_it(office, role):
    with pytest.raises(NotPermittedError):
        breaks(office, a_case(office), who=asked(role, THEIRS, NURSE.who))


def test_what_is_missing_is_told_at_once_and_nothing_of_it_repeated(office):
    with pytest.raises(UnknownNameError) as refused:
        breaks(office, a_case(office), reason="CanaryReason", note=" ", hours=5)
    assert len(refused.value.problems) == 3
    assert "Canary" not in str(refused.value)


def test_the_note_stands_sealed_with_the_case_and_nowhere_else(office):
    case = a_case(office)
    breaks(office, case)
    assert "CanaryWhy" not in repr(vars(office.store.state))
    assert b"CanaryWhy" not in b"".join(office.leaves())
    assert "CanaryWhy" not in repr(history.history(office.desk, asked(), case))
    office.shred(case)
    with pytest.raises(NrmError):
        breaks(office, case)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.one_of(st.tuples(st.just("break"), st.integers(1, 4)), st.tuples(st.just("wait"), st.integers(1, 300))),
        max_size=8,
    )
)
def test_it_is_in_force_exactly_while_some_entry_says_so(office, steps):
    case = a_case(office)
    ends, before = [], len(entries_of(office, "glass:break"))
    for what, how_much in steps:
        if what == "break":
            ends.append(breaks(office, case, hours=how_much).until)
        else:
            later(office, minutes=how_much)
        now = office.now()
        live = any(now + timedelta(seconds=1) < end for end in ends)
        assert footing(office, case) == ("in_force" if live else "over" if ends else "none")
    assert len(entries_of(office, "glass:break")) - before == len(ends) == tasks(office, case).count("glass_broken")


def test_a_grant_names_another_as_the_second_person(office):
    grant = breaks(office, a_case(office))
    with pytest.raises(ValueError, match="another one"):
        grants.Glass.model_validate({**grant.model_dump(), "told": grant.who})
