"""What is to be done and by whom: it is seen by those it concerns, done by a person, and late aloud."""

from datetime import timedelta
from uuid import uuid4

import pytest
from offices import THEIRS, asked
from referral_desk import (
    CHILD,
    a_case,
    agree,
    agreed_and_sent,
    ask_for,
    clocks,
    differ,
    entries_of,
    later,
    said,
    tasks,
    tick,
)

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.clocks import duties
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.items import RUNNING
from nrm.referral.redeciding import NOT_IN_PLAN

COORDINATOR = asked("coordinator", THEIRS)


def listed(office, case, who=None):
    return duties.duties(office.desk, who or asked(), case)


def finish(office, case, code, offer=None, who=None):
    (clock,) = [one for one in clocks(office, case) if (one.code, one.offer) == (code, offer) and one.state in RUNNING]
    return duties.finish(office.desk, who or asked(), case, clock.id)


def of_code(office, case, code):
    return [one for one in clocks(office, case) if one.code == code]


def test_every_duty_of_a_plan_has_a_clock_with_its_role_and_time_and_what_is_due_first_comes_first(office):
    case = office.open(CHILD).case
    plan = office.decide(case).plan
    found = listed(office, case)
    assert {(one.code, one.by) for one in found if one.kind == "duty"} == {
        (one.code, one.by) for one in plan.of("duty")
    }
    assert [one.due for one in found] == sorted(one.due for one in found)
    assert entries_of(office, "duty:read")[0].groups == ()


def test_every_offer_that_no_service_is_asked_for_is_somebodys_task_from_the_first_decision_on(office):
    case = office.open(CHILD).case
    plan = office.decide(case).plan
    held = {one.offer for one in clocks(office, case) if one.kind == "task"}
    assert plan.codes("offer") <= held


def test_deciding_again_gives_no_delay_and_no_second_clock(office):
    case = a_case(office)
    before = {one.id: one for one in clocks(office, case)}
    later(office, hours=20)
    office.decide(case)
    assert {one.id: one for one in clocks(office, case)} == before


def test_a_duty_that_was_done_stays_done_and_one_that_left_the_plan_stays_open(office):
    case = a_case(office)
    done = finish(office, case, "arrange_interpreter")
    assert done.state == "done"
    office.amend(case, 1, "contact: {current_region: North, interpretation_need: no}\n")
    office.decide(case)
    (clock,) = of_code(office, case, "arrange_interpreter")
    assert (clock.state, NOT_IN_PLAN in clock.why) == ("done", True)
    other = a_case(office)
    office.amend(other, 1, "contact: {current_region: North, interpretation_need: no}\n")
    office.decide(other)
    (clock,) = of_code(office, other, "arrange_interpreter")
    assert (clock.state, NOT_IN_PLAN in clock.why) == ("running", True)


def test_who_marks_a_duty_done_is_on_the_log_and_which_it_was_only_the_case_knows(office):
    case = a_case(office)
    finish(office, case, "assess_risk")
    assert said(office)[-1] == ("duty:done", "done")
    assert "assess_risk" not in repr(office.entries()[-1])
    told = [one.details for one in office.history(case).events if one.action.endswith("duty:done")]
    assert [(one["duty"], one["by"]) for one in told] == [("assess_risk", "caseworker")]


def test_a_duty_is_done_once(office):
    case = a_case(office)
    clock = finish(office, case, "assess_risk")
    for named in (clock.id, uuid4()):
        with pytest.raises(NoSuchCaseError):
            duties.finish(office.desk, asked(), case, named)
        assert said(office)[-1] == ("duty:done", "not_found")


def test_nobody_marks_a_birthday_an_answer_or_a_review_as_done(office):
    case, _ = agreed_and_sent(office)
    for clock in clocks(office, case):
        if clock.kind not in {"duty", "task"}:
            with pytest.raises(NoSuchCaseError):
                duties.finish(office.desk, asked(), case, clock.id)


@pytest.mark.parametrize("code", ["consent_missing", "key_missing", "guardian_missing", "look_at_dispute"])
def test_that_the_way_is_clear_is_no_help_yet_so_the_offer_stays_open(office, code, monkeypatch):
    if code == "guardian_missing":
        case = a_case(office, CHILD)
        agree(office, case)
    else:
        case = a_case(office)
    offer = "medical_care"
    if code == "key_missing":
        offer = "compensation_support"
        agree(office, case, "share_with_lawyer")
    if code == "look_at_dispute":
        differ(office, monkeypatch)
    assert ask_for(office, case, offer).task == code
    finish(office, case, code, offer)
    assert tasks(office, case, offer) == ["offer_unheld"]


def test_help_that_somebody_gave_fulfils_the_offer(office):
    case = a_case(office)
    finish(office, case, "arrange_offer", "safety_plan")
    office.decide(case)
    assert tasks(office, case, "safety_plan") == []


def test_only_those_whom_it_concerns_see_what_is_to_be_done(office):
    case = a_case(office)
    for role in set(ROLES) - {"caseworker", "supervisor", "coordinator"}:
        for does in (
            lambda who: listed(office, case, who),
            lambda who: finish(office, case, "assess_risk", who=who),
        ):
            with pytest.raises(NotPermittedError):
                does(asked(role))
            assert said(office)[-1][1] == "not_permitted"
    heard = set()
    for named, why in ((case, "other_organisation"), (uuid4(), "not_found")):
        with pytest.raises(NoSuchCaseError) as caught:
            listed(office, named, asked(organisation=THEIRS))
        heard.add(str(caught.value))
        assert said(office)[-1] == ("duty:read", why)
        with pytest.raises(NoSuchCaseError):
            duties.finish(office.desk, asked(organisation=THEIRS), named, uuid4())
        assert said(office)[-1] == ("duty:done", why)
    assert len(heard) == 1
    office.shred(case)
    with pytest.raises(ShreddedError):
        listed(office, case)


def test_the_coordinator_sees_the_work_of_every_organisation_and_no_day_of_a_persons_life(office):
    case = a_case(office, CHILD)
    found = listed(office, case, COORDINATOR)
    assert {one.kind for one in found} == {"duty", "task"}
    assert {one.kind for one in listed(office, case)} > {"duty", "task"}
    finish(office, case, "offer_unheld", "medical_care", who=COORDINATOR)
    assert entries_of(office, "duty:done")[0].role == "coordinator"


def test_what_is_late_is_heard_of_by_one_after_the_other_and_stays_until_it_is_done(office):
    case = a_case(office)
    assert tick(office).late == 0
    later(office, hours=80)
    late = tick(office).late
    assert late == len([one for one in clocks(office, case) if one.state == "late"])
    assert late > 0
    first = entries_of(office, "duty:late") + entries_of(office, "duty:escalate")
    assert {(one.role, one.action.partition(":")[0]) for one in first} == {("worker", "work")}
    assert tick(office).late == 0
    before = {one.id: one.level for one in clocks(office, case)}
    later(office, days=40)
    tick(office)
    assert entries_of(office, "duty:escalate")
    after = clocks(office, case)
    assert all(one.level > before[one.id] for one in after if one.state == "late" and before.get(one.id))
    assert all("overseer" in one.told for one in after if one.state == "late" and before.get(one.id))
    finish(office, case, "assess_risk")
    assert of_code(office, case, "assess_risk")[0].state == "done"


def test_one_look_after_a_long_time_does_what_all_the_missed_ones_would_have_done(office):
    case = a_case(office)
    later(office, days=365)
    tick(office)
    (clock,) = of_code(office, case, "assess_risk")
    assert (clock.state, clock.told[-1]) == ("late", "overseer")
    assert len(clock.told) == len(set(clock.told))
    assert clock.due - clock.made_at < timedelta(days=3)
