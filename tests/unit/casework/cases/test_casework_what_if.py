"""What a plan would be is told, and nothing of it is kept but that somebody asked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import ON, THEIRS, asked, new_office, real_app, real_books
from referral_desk import ADULT

from nrm.casework.asked import NotPermittedError
from nrm.casework.cases import deciding, what_if
from nrm.casework.errors import NoSuchCaseError
from nrm.casework.work import on_case
from nrm.engine.difference import differences
from nrm.errors import CaseRefusedError
from nrm.rulebook.vocabulary import ChoiceFact, CodesFact

WORDS = real_app().files.vocabulary


def value_of(name):
    fact = WORDS.facts[name]
    if isinstance(fact, ChoiceFact):
        return st.sampled_from(sorted(fact.values))
    if isinstance(fact, CodesFact):
        return st.lists(st.sampled_from(sorted(fact.values)), max_size=3)
    return st.integers(fact.from_, fact.to) | st.just("unknown")


SUPPOSED = st.lists(st.sampled_from(sorted(WORDS.facts)), min_size=1, max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: value_of(name) for name in names})
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    office = new_office(tmp_path_factory.mktemp("supposed"))
    return office, office.open(ADULT).case


def facts_of(office, case):
    def read(work):
        return deciding.whole(work, ON, WORDS).facts

    return on_case(office.desk, asked(), case, "decision:read", read)


@settings(max_examples=60)
@given(changed=SUPPOSED)
def test_whatever_is_supposed_the_plan_is_that_of_these_facts_and_the_store_stays_as_it_is(desk, changed):
    office, case = desk
    before = vars(office.store.state.copied())
    found = what_if.what_if(office.desk, asked(), case, changed, ON)
    after = vars(office.store.state)
    assert {name for name in before if before[name] != after[name]} == {"waiting", "details"}
    assert len(after["waiting"]) == len(before["waiting"]) + 1
    facts = facts_of(office, case)
    engine = real_books().engine(ON, None)
    supposed = {name: frozenset(value) if isinstance(value, list) else value for name, value in changed.items()}
    numbers = {
        name: None for name, value in supposed.items() if value == "unknown" and WORDS.facts[name].type == "whole"
    }
    assert found.plan == engine.decide({**facts, **supposed, **numbers}, ON)
    assert found.differences == differences(engine.decide(facts, ON), found.plan)


def test_what_is_already_so_changes_nothing(desk):
    office, case = desk
    assert what_if.what_if(office.desk, asked(), case, {"age_status": "adult"}, ON).differences == ()


def test_the_entry_says_which_groups_were_opened_and_that_it_was_supposed(office):
    case = office.open(ADULT).case
    what_if.what_if(office.desk, asked(), case, {"age_status": "child"}, ON)
    entry = office.entries()[-1]
    assert (entry.action, entry.result) == ("cli:decision:read", "done")
    assert set(entry.groups) == {"identity", "contact", "account", "facts", "health"}
    assert office.history(case).events[-1].details["supposed"] is True


@pytest.mark.parametrize(
    ("who", "error"),
    [
        (asked("coordinator"), NotPermittedError),
        (asked(purpose="health_care"), NotPermittedError),
        (asked(organisation=THEIRS), NoSuchCaseError),
    ],
)
def test_only_whoever_may_open_the_whole_record_may_suppose(office, who, error):
    case = office.open(ADULT).case
    with pytest.raises(error):
        what_if.what_if(office.desk, who, case, {"age_status": "child"}, ON)


@pytest.mark.parametrize("changed", [{"age_status": "CanaryAna"}, {"canary": "yes"}, {"acts": "CanaryAct"}])
def test_what_is_no_fact_or_value_is_refused_without_being_quoted(office, changed):
    case = office.open(ADULT).case
    with pytest.raises(CaseRefusedError) as refused:
        what_if.what_if(office.desk, asked(), case, changed, ON)
    assert "anary" not in str(refused.value)
