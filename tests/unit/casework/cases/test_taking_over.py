"""Records of other systems as use cases: what is kept, what is on the log, and what leaves, for which purpose."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offices import ANA, BO, ON, THEIRS, asked
from referral_desk import entries_of

from nrm.case.record import GROUPS
from nrm.casework.asked import NotPermittedError, OtherOrganisationError, groups_for
from nrm.casework.cases import exporting, importing
from nrm.casework.errors import ShreddedError
from nrm.errors import CaseRefusedError, FileRefusedError, NrmError
from nrm.interchange import read_htcds

TWO = json.dumps([{"prs_FirstName": "CanaryAna"}, {"prs_FirstName": "CanaryBo", "prs_Birthdate": "1999-01-01"}])


def reading(text=TWO, kind="json"):
    return lambda: read_htcds(text.encode(), kind)


def test_whoever_only_looks_keeps_nothing_and_is_on_the_log(office):
    found = importing.look(office.desk, asked(), reading())
    assert [one.data["identity"]["first_name"] for one in found.records] == ["CanaryAna", "CanaryBo"]
    assert office.store.state.cases == {}
    assert office.said()[-1] == ("record:import", "done")


def test_a_file_is_not_even_read_for_somebody_who_may_not(office):
    def never():
        raise AssertionError("it was read")

    for use_case in (importing.look, lambda *given: importing.take_over(*given, ON)):
        with pytest.raises(NotPermittedError):
            use_case(office.desk, asked("first_responder"), never)
        assert office.said()[-1] == ("record:import", "not_permitted")


def test_a_file_that_is_refused_is_on_the_log(office):
    with pytest.raises(FileRefusedError):
        importing.look(office.desk, asked(), reading("CanaryBroken"))
    assert office.said()[-1] == ("record:import", "input_refused")


def test_all_records_are_opened_or_none_of_them(office):
    done = importing.take_over(office.desk, asked(), reading(), ON)
    assert {one.case for one in done.kept} == set(office.store.state.cases)
    assert b"CanaryBo" in office.read(done.kept[1].case, "identity")["identity"]
    born_later = TWO.replace("1999", "2199")
    with pytest.raises(CaseRefusedError, match="record 2: ") as refused:
        importing.take_over(office.desk, asked(), reading(born_later), ON)
    assert "2199" not in str(refused.value)
    assert len(office.store.state.cases) == 2


def test_what_must_be_kept_with_it_is_told_of_all_cases_in_the_same_unit_of_work(office):
    told = []
    desk = replace(office.desk, after=lambda _unit, done: told.append(done))
    done = importing.take_over(desk, asked(), reading(), ON)
    assert told == [done]


def test_a_case_that_leaves_leaves_its_groups_and_its_version_on_the_log(office):
    kept = office.open(ANA)
    made = exporting.export(office.desk, asked(), kept.case, "json")
    assert json.loads(made.content)[0]["prs_FirstName"] == "CanaryAna"
    (entry,) = entries_of(office, "record:export")
    assert (set(entry.groups), entry.case is not None) == ({"identity", "contact", "account", "facts"}, True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_no_group_leaves_that_the_purpose_does_not_need(office, data):
    words = office.books.words()
    purpose = data.draw(st.sampled_from(sorted(words.purposes)))
    names = data.draw(st.lists(st.sampled_from(GROUPS), unique=True))
    kept, needed = office.open(ANA), groups_for(purpose, words)
    asker = asked(purpose=purpose)
    if not needed or set(names) - needed:
        with pytest.raises(NotPermittedError) as denied:
            exporting.export(office.desk, asker, kept.case, "json", names)
        assert denied.value.why == "not_disclosable"
    else:
        exporting.export(office.desk, asker, kept.case, "json", names)
        assert set(office.entries()[-1].groups) <= (set(names) or needed)


@pytest.mark.parametrize("role", ["first_responder", "coordinator", "administrator", "person", "worker"])
def test_no_other_role_lets_a_case_out(office, role):
    kept = office.open(BO)
    with pytest.raises(NotPermittedError):
        exporting.export(office.desk, asked(role), kept.case, "json")


def test_another_organisations_case_and_a_shredded_one_do_not_leave(office):
    kept = office.open(BO)
    with pytest.raises(OtherOrganisationError):
        exporting.export(office.desk, asked(organisation=THEIRS), kept.case, "json")
    with pytest.raises(NrmError, match="a name is no group"):
        exporting.export(office.desk, asked(), kept.case, "json", ["everything"])
    office.shred(kept.case)
    with pytest.raises(ShreddedError):
        exporting.export(office.desk, asked(), kept.case, "json")
