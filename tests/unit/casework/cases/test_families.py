"""Cases of one family: that one is in danger raises the other, and nothing else passes between them."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from offices import THEIRS, asked
from referral_desk import ADULT, CHILD, DANGER, a_case, clocks, in_unit, lying, said, tasks

from nrm.casework.asked import ROLES, NotPermittedError
from nrm.casework.cases import families
from nrm.casework.errors import NoSuchCaseError, ShreddedError
from nrm.casework.items import links
from nrm.errors import CaseRefusedError
from nrm.vault.errors import MisplacedError


def link(office, case, other, relation="sibling", who=None):
    families.link(office.desk, who or asked(), case, other, relation)


def unlink(office, case, other, who=None):
    families.unlink(office.desk, who or asked(), case, other)


def linked(office, case):
    return [one for _, one in in_unit(office, case, links)]


def endangered(office, case, seen=1):
    office.amend(case, seen, DANGER)
    return office.decide(case).plan


def test_a_link_is_seen_from_both_ends_and_made_once(office):
    mother, child = a_case(office), a_case(office, CHILD)
    for _ in range(2):
        link(office, mother, child, "child")
    assert [(one.other, one.relation) for one in linked(office, mother)] == [(child, "child")]
    assert [(one.other, one.relation) for one in linked(office, child)] == [(mother, "parent")]
    log = b"".join(office.leaves()).decode()
    assert not [word for word in (str(mother), str(child), "sibling", "parent") if word in log]


def test_danger_of_one_raises_the_other_and_nothing_else_passes(office):
    one, other, stranger = a_case(office), a_case(office, CHILD), a_case(office)
    link(office, one, other)
    before = {
        name: {group: office.read(name, group) for group in ("identity", "contact")} for name in (other, stranger)
    }
    waiting = {clock.id for clock in clocks(office, other)}
    plan = endangered(office, one)
    assert "at_high_risk" in plan.codes("finding")
    (new,) = [clock for clock in clocks(office, other) if clock.id not in waiting]
    assert (new.code, new.about, new.why, new.offer) == ("relative_at_risk", None, (), None)
    assert [(end.raised, end.other) for end in linked(office, other)] == [(True, one)]
    after = {name: {group: office.read(name, group) for group in ("identity", "contact")} for name in (other, stranger)}
    assert (after, tasks(office, stranger).count("relative_at_risk")) == (before, 0)
    assert [end.raised for end in linked(office, one)] == [False]
    assert lying(office, other) == []
    told = [event.details for event in office.history(other).events]
    assert str(one) not in repr(told)


def test_what_was_heard_is_a_fact_of_the_next_decision(office):
    one, other = a_case(office), a_case(office)
    link(office, one, other)
    endangered(office, one)
    made = office.decide(other)
    assert (office.replay(other, made.decision).plan, in_unit(office, other, families.told_by_family)) == (
        made.plan,
        {families.HEARD: "yes"},
    )
    office.decide(one)
    assert tasks(office, other).count("relative_at_risk") == 1


def test_danger_that_was_known_before_the_link_is_heard_with_it(office):
    one, other = a_case(office), a_case(office)
    endangered(office, one)
    link(office, other, one)
    assert [end.raised for end in linked(office, other)] == [True]
    assert (tasks(office, other).count("relative_at_risk"), tasks(office, one).count("relative_at_risk")) == (1, 0)


def test_that_a_danger_is_over_lowers_nothing_by_itself(office):
    one, other = a_case(office), a_case(office)
    link(office, one, other)
    endangered(office, one)
    office.amend(one, 2, "exploiters: {exploiter_knows_location: no}\n")
    assert "at_high_risk" not in office.decide(one).plan.codes("finding")
    assert in_unit(office, other, families.told_by_family) == {families.HEARD: "yes"}


def test_a_link_that_ended_raises_nothing_and_one_made_anew_does_again(office):
    one, other = a_case(office), a_case(office)
    link(office, one, other)
    unlink(office, other, one)
    endangered(office, one)
    assert (linked(office, one), linked(office, other), tasks(office, other).count("relative_at_risk")) == ([], [], 0)
    with pytest.raises(NoSuchCaseError):
        unlink(office, one, other)
    link(office, one, other)
    assert in_unit(office, other, families.told_by_family) == {families.HEARD: "yes"}


def test_a_shredded_relative_is_in_nobodys_way(office):
    one, other = a_case(office), a_case(office)
    link(office, one, other)
    office.shred(other)
    assert "at_high_risk" in endangered(office, one).codes("finding")
    with pytest.raises(ShreddedError):
        unlink(office, other, one)
    unlink(office, one, other)
    assert linked(office, one) == []
    with pytest.raises(ShreddedError):
        link(office, one, other)


def test_another_organisations_case_is_as_one_that_there_is_not_and_nothing_passes_to_it(office):
    ours, theirs = a_case(office), a_case(office, ADULT, asked(organisation=THEIRS))
    for does in (link, unlink):
        answers = set()
        for pair, why in (
            ((ours, theirs), "other_organisation"),
            ((theirs, ours), "other_organisation"),
            ((ours, UUID(int=0)), "not_found"),
            ((ours, UUID(int=(1 << 128) - 1)), "not_found"),
            ((uuid4(), uuid4()), "not_found"),
        ):
            with pytest.raises(NoSuchCaseError) as caught:
                does(office, *pair)
            answers.add(str(caught.value))
            assert said(office)[-1] == ("case:change", why)
        assert len(answers) == 1
    endangered(office, ours)
    assert linked(office, ours) == []
    assert in_unit(office, theirs, families.told_by_family) == {}


def test_a_case_is_not_linked_with_itself_whosever_it_is(office):
    ours, theirs = a_case(office), a_case(office, ADULT, asked(organisation=THEIRS))
    for case in (ours, theirs, uuid4()):
        with pytest.raises(CaseRefusedError, match=r"^other: a case is not linked with itself; "):
            link(office, case, case)
        assert said(office)[-1] == ("case:change", "input_refused")
    assert linked(office, ours) == []
    with pytest.raises(NoSuchCaseError):
        unlink(office, ours, ours)


def test_only_those_who_keep_both_cases_link_them(office):
    one, other = a_case(office), a_case(office)
    for role in set(ROLES) - {"caseworker", "supervisor"}:
        for does in (link, unlink):
            with pytest.raises(NotPermittedError):
                does(office, one, other, who=asked(role))
            assert said(office)[-1] == ("case:change", "not_permitted")


def test_a_link_in_the_place_of_another_is_found_out(office):
    one, other, third = a_case(office), a_case(office), a_case(office)
    link(office, one, other)
    link(office, one, third)
    items = office.store.state.items
    first, second = [key for key in items if key[:2] == (one, "link")]
    items[first] = replace(items[first], sealed=items[second].sealed)
    with pytest.raises(MisplacedError):
        office.decide(one)
    assert said(office)[-1] == ("decision:make", "integrity_failed")
