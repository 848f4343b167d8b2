"""CTDC's data set as coded facts: nothing that its columns do not say is ever established."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from strategies import ON

from nrm.engine.bitmaps import count, evaluate_all
from nrm.engine.program import compile_rulebook
from nrm.errors import FileRefusedError
from nrm.population import margins
from nrm.population.ctdc import READ, UNREAD, read_ctdc
from nrm.population.people import population_for
from nrm.rulebook.resolve import rulebook_on

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = REPOSITORY.parent / "shared" / "data" / "ctdc_synthetic_2025_recoded.csv"


def refused(path):
    with pytest.raises(FileRefusedError) as error:
        read_ctdc(path)
    return [(problem.line, problem.what) for problem in error.value.problems]


def test_the_table_speaks_only_of_facts_and_values_that_there_are(vocabulary):
    established = {atom for cells in READ.values() for atoms in cells.values() for atom in atoms}
    assert {(name, value) for name, value in established if value not in vocabulary.facts[name].values} == set()
    assert not READ.keys() & UNREAD.keys()


def test_no_cell_establishes_an_absence():
    assert all(cells.get(cell, ()) == () for cells in READ.values() for cell in ("", "0", "NULL"))
    values = {value for cells in READ.values() for atoms in cells.values() for _, value in atoms}
    assert not values & {"no", "unknown", "none"}


def test_the_codebook_and_its_recoding_say_the_same(csv_file, vocabulary):
    recoded = "Age Band,Woman,Means Threats,isForcedLabour\n2,1,1,0\n0,0,0,1\n9,0,0,0\n"
    original = "ageBroad,gender,meansThreats,isForcedLabour\n9--17,Woman,1.0,\nNULL,,,1\n48+,NULL,,\n"
    people, _ = read_ctdc(csv_file(recoded))
    others, unread = read_ctdc(csv_file(original))
    assert unread == ()
    for person in range(3):
        assert people.facts_of(person, vocabulary) == others.facts_of(person, vocabulary)
    first = people.facts_of(0, vocabulary)
    assert (first["age_status"], first["age_status_at_exploitation"], first["gender"]) == ("child", "child", "feminine")
    assert (first["means"], first["methods_of_control"]) == ({"threat"}, {"other_control"})
    assert people.facts_of(2, vocabulary)["age_status_at_exploitation"] == "unknown"


def test_what_is_not_read_is_named(csv_file):
    people, unread = read_ctdc(csv_file("yearOfRegistration,Woman,citizenship\n2019,1,ROU\n"))
    assert (people.count, unread) == (1, ("yearOfRegistration", "citizenship"))


def test_several_columns_may_establish_the_same(csv_file):
    people, _ = read_ctdc(csv_file("Means Abuse,Means Deny Basic Needs\n1,0\n0,1\n0,0\n1,1\n"))
    assert count(people.marks["methods_of_control", "other_control"]) == 3


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("Woman,Wman\n", [(1, "column 2 is not one of CTDC's")]),
        ("gender_identity,age\n", [(1, "2 of 2 columns are not one of CTDC's")]),
        ("Woman\n1\n2\n2\n", [(3, "`Woman` has a cell that is not CTDC's")]),
        ("Age Band,Woman\n10,1\n1,yes\n", [(2, "`Age Band` has a cell that is not CTDC's"),
                                            (3, "`Woman` has a cell that is not CTDC's")]),
    ],
)  # fmt: skip
def test_another_layout_is_refused_with_its_line(csv_file, content, told):
    assert refused(csv_file(content)) == told


@pytest.fixture(scope="module")
def real():
    if not SHARED.is_file():
        pytest.skip("CTDC'S DATA SET WAS NOT TESTED: ../shared/data/ctdc_synthetic_2025_recoded.csv is not there")
    return read_ctdc(SHARED)


@pytest.mark.shared_data
def test_the_real_data_set_is_read_whole(real, vocabulary):
    people, unread = real
    assert people.count == margins.RECORDS
    assert unread == ("Trafficking Duration", "Trans/NonConforming")
    with SHARED.open(encoding="utf-8", newline="") as stream:
        for person, row in enumerate(csv.DictReader(stream)):
            if person % 5000 == 0:
                facts = people.facts_of(person, vocabulary)
                assert (facts["gender"] == "feminine") == (row["Woman"] == "1")
                assert ("forced_labour" in facts["purposes"]) == (row["isForcedLabour"] == "1")
                assert (facts["age_status"] == "unknown") == (row["Age Band"] == "0")


@pytest.mark.shared_data
def test_the_margins_are_those_of_the_real_data_set(real):
    with SHARED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))

    def cells(heading):
        return [row[heading] for row in rows]

    assert [cells("Age Band").count(str(band)) for band in range(1, 10)] == list(margins.AGE_BANDS.values())
    assert cells("Woman").count("1") == margins.WOMEN
    assert cells("Trans/NonConforming").count("1") == margins.TRANS_OR_NON_CONFORMING
    assert cells("Is Citizen of Country").count("1") == margins.CITIZENS
    people, _ = real
    assert count(people.marks["means", "threat"]) == margins.VARIABLES["meansThreats"]
    counted = [cells(heading).count("1") for heading in rows[0] if heading.startswith(("Means", "is", "Recruiter"))]
    assert counted == list(margins.VARIABLES.values())


@pytest.mark.shared_data
def test_nearly_everybody_in_the_real_data_set_is_to_be_screened_and_most_are_suspected_victims(real, files):
    program = compile_rulebook(rulebook_on(files, ON))
    people, _ = real
    answers = evaluate_all(program, population_for(program, people))
    lines = {program.slots[place][1]: count(bitmap) for place, bitmap in answers.lines.items()}
    assert lines["screening_warranted"] > 0.99 * people.count
    assert lines["trafficking_suspected"] > 0.85 * people.count
    assert lines["treated_as_child"] >= count(people.marks["age_status", "child"])
