"""What waits over all cases: for whom it is, and for nobody else; late things are heard by those whom they reached."""

from uuid import uuid4

import pytest
from offices import THEIRS, asked
from referral_desk import a_case, later, tick

from nrm.casework.asked import NotPermittedError
from nrm.casework.clocks import waiting
from nrm.casework.clocks.duties import duties, finish
from nrm.referral.escalation import CHASED

COORDINATOR = asked("coordinator", uuid4())


def part(office, who=None, **more):
    return waiting.waiting(office.desk, who or asked(), **more)


def found(office, who=None, **more):
    return part(office, who, **more).items


def test_it_is_what_the_list_of_each_case_has_for_the_role(office):
    cases = [a_case(office) for _ in range(3)]
    each = {
        (case, one.id)
        for case in cases
        for one in duties(office.desk, asked(), case)
        if one.kind in CHASED and one.by == "caseworker" and one.due < office.now() + waiting.AHEAD
    }
    assert {(one.case, one.duty.id) for one in found(office, most=1000)} == each


def test_what_is_late_reaches_the_next_role_in_the_list_too(office):
    a_case(office)
    supervisor = asked("supervisor")
    before = {one.duty.id for one in found(office, supervisor, most=1000)}
    later(office, days=3)
    tick(office)
    heard = [one.duty for one in found(office, supervisor, most=1000) if one.duty.id not in before]
    assert heard
    assert all("supervisor" in one.told and one.by != "supervisor" for one in heard)


def test_what_is_done_is_in_the_list_no_more_and_a_page_behind_it_goes_on(office):
    case = a_case(office)
    first, second, *_ = found(office)
    behind = part(office, most=1).next
    assert found(office, after=behind, most=1) == [second]
    finish(office.desk, asked(), case, first.duty.id)
    assert first not in found(office)
    assert found(office, after=behind, most=1) == [second]


def test_however_many_clocks_of_others_come_first_ones_own_are_all_found(office, monkeypatch):
    monkeypatch.setattr(waiting, "MOST_LOOKED_AT", 7)
    for _ in range(2):
        a_case(office, who=asked(organisation=THEIRS))
    later(office, minutes=1)
    ours, who = a_case(office), asked()
    one = part(office, who)
    assert (one.items, one.next is not None) == ([], True), "nothing yet, and it is said that there may be more"
    seen, parts = [], 0
    while one.next is not None:
        one = part(office, who, after=one.next)
        seen += one.items
        parts += 1
    wanted = {
        each.id
        for each in duties(office.desk, who, ours)
        if each.kind in CHASED and each.by == "caseworker" and each.due < office.now() + waiting.AHEAD
    }
    assert wanted
    assert {each.duty.id for each in seen} == wanted
    assert len(seen) == len(wanted)
    assert parts > 2


def test_a_caseworker_is_told_of_their_own_organisation_and_a_coordinator_of_all(office):
    ours, theirs = a_case(office), a_case(office, who=asked(organisation=THEIRS))
    assert {one.case for one in found(office, most=1000)} == {ours}
    assert {one.case for one in found(office, COORDINATOR, most=1000)} == {ours, theirs}


def test_every_look_is_an_entry_also_one_that_finds_nothing(office):
    found(office)
    assert office.said()[-1] == ("duty:read", "done")
    with pytest.raises(NotPermittedError):
        found(office, asked("statistician"))
    assert office.said()[-1] == ("duty:read", "not_permitted")
