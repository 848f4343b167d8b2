"""A case taken in with its plan at once stands as if it had been opened and then decided about."""

import pytest
from offices import ANA, BO, ON, asked, record
from referral_desk import ADULT, CHILD, DANGER, differ

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import intake
from nrm.casework.items import clocks_of
from nrm.casework.safe import OpenCase
from nrm.engine.canonical import canonical_plan
from nrm.errors import CaseRefusedError, UnknownNameError

RECOVERY = ADULT + "legal: {recovery: {granted: yes, start: 2026-02-20}}\n"


def take_in(office, text, who=None, **more):
    return intake.take_in(office.desk, who or asked(), record(text), ON, **more)


def clocks(office, case):
    def read(unit):
        return clocks_of(unit, OpenCase.of(unit.cases.get(case), office.keyring))

    return sorted((one.kind, one.code, one.by, one.state, str(one.offer)) for _, one in office.store.run(read))


@pytest.mark.parametrize("text", [ANA, BO, ADULT, CHILD, ADULT + DANGER, RECOVERY, "{}"])
def test_it_stands_as_if_it_had_been_opened_and_then_decided_about(office, text):
    taken, opened = take_in(office, text), office.open(text)
    decided = office.decide(opened.case)
    assert canonical_plan(taken.made.plan) == canonical_plan(decided.plan)
    assert (taken.kept.version, taken.made.version) == (1, 1)
    assert clocks(office, taken.kept.case) == clocks(office, opened.case)
    assert canonical_plan(office.replay(taken.kept.case, taken.made.decision).plan) == canonical_plan(decided.plan)
    # What follows is the same too: to decide again adds nothing that was not there.
    assert canonical_plan(office.decide(taken.kept.case).plan) == canonical_plan(decided.plan)
    assert clocks(office, taken.kept.case) == clocks(office, opened.case)


def test_both_entries_are_those_of_the_two_steps(office):
    take_in(office, ADULT)
    one = office.entries()[-2:]
    office.decide(office.open(ADULT).case)
    two = office.entries()[-2:]
    assert [(e.action, e.groups, e.rulebook is None) for e in one] == [
        (e.action, e.groups, e.rulebook is None) for e in two
    ]


def test_nothing_is_read_back_that_was_just_written(office, monkeypatch):
    def never(*_):
        raise AssertionError

    monkeypatch.setattr("fakes_store.MemoryCases.get", never)
    monkeypatch.setattr("fakes_store.MemoryCases.versions", never)
    monkeypatch.setattr("fakes_store.MemoryDecisions.newest", never)
    monkeypatch.setattr("fakes_referral.MemoryItems.of", never)
    monkeypatch.setattr("fakes_referral.MemoryReferrals.of", never)
    monkeypatch.setattr("fakes_referral.MemoryClocks.of", never)
    assert take_in(office, ADULT).made.plan.of("offer")


def test_where_the_engines_differ_somebody_must_look_at_it(office, monkeypatch):
    differ(office, monkeypatch)
    taken = take_in(office, ADULT)
    assert taken.made.plan.disputed
    assert "look_at_dispute" in {code for _, code, *_ in clocks(office, taken.kept.case)}


@pytest.mark.parametrize(
    ("text", "who", "more", "error"),
    [
        (ADULT, asked("coordinator"), {}, NotPermittedError),
        (ADULT, asked(purpose="health_care"), {}, NotPermittedError),
        ("identity: {birth_date: CanaryDate}\n", asked(), {}, CaseRefusedError),
        (ADULT, asked(), {"country": "zz"}, UnknownNameError),
    ],
)
def test_what_is_refused_leaves_an_entry_and_no_case(office, text, who, more, error):
    with pytest.raises(error) as refused:
        take_in(office, text, who, **more)
    assert "Canary" not in str(refused.value)
    assert office.store.state.cases == {}
    (entry,) = office.entries()
    assert (entry.action, entry.result == "done") == ("cli:case:open", False)


def test_an_identifier_that_is_known_is_told_as_when_a_case_is_opened(office):
    office.open(ANA)
    taken = take_in(office, ANA)
    assert taken.kept.duplicate
