"""The file form: what is written is read back, and what is wrong is refused with its line."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import facts_of, vocabularies

from nrm.errors import FileRefusedError
from nrm.population import cells, columns
from nrm.population.columns import read_people, write_people
from nrm.population.make import made_up
from nrm.population.people import People

HEADER = "gender,means,months_exploited\n"


def written(people, vocabulary):
    stream = io.StringIO()
    write_people(stream, people, vocabulary)
    return stream.getvalue()


def refused(path, vocabulary):
    with pytest.raises(FileRefusedError) as error:
        read_people(path, vocabulary)
    return [(problem.line, problem.what, problem.todo) for problem in error.value.problems]


@pytest.mark.parametrize("others", [0.0, 0.3, 1.0])
def test_what_is_written_is_read_back(vocabulary, csv_file, others, monkeypatch):
    monkeypatch.setattr(columns, "PEOPLE_AT_A_TIME", 128)
    monkeypatch.setattr(cells, "ROWS_AT_A_TIME", 100)
    people = made_up(777, 4, vocabulary, others)
    text = written(people, vocabulary)
    back = read_people(csv_file(text), vocabulary)
    assert [back.facts_of(i, vocabulary) for i in range(777)] == [people.facts_of(i, vocabulary) for i in range(777)]
    assert written(back, vocabulary) == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_facts_in_any_vocabulary_are_read_back(csv_file, data):
    words = data.draw(vocabularies())
    given_facts = data.draw(st.lists(facts_of(words), min_size=1, max_size=5))
    lines = [",".join(words.facts)]
    for facts in given_facts:
        spelled = (
            " ".join(sorted(v)) if isinstance(v, frozenset) else "" if v is None else str(v) for v in facts.values()
        )
        lines.append(",".join(spelled) if len(facts) > 1 else f'"{next(iter(spelled))}"')
    people = read_people(csv_file("\n".join(lines)), words)
    assert [people.facts_of(i, words) for i in range(people.count)] == given_facts


def test_a_file_is_what_a_person_can_read(vocabulary, csv_file):
    text = HEADER + "feminine,threat fraud,12\n,,\nmasculine,threat,unknown\n"
    people = read_people(csv_file("\ufeff" + text.replace("\n", "\r\n")), vocabulary)
    assert people.facts_of(0, vocabulary)["means"] == {"threat", "fraud"}
    assert people.facts_of(1, vocabulary)["gender"] == "unknown"
    assert written(people, vocabulary) == text.replace("unknown", "")


def test_people_of_whom_nothing_is_known_are_still_counted(vocabulary, csv_file):
    nobody = People(3, {}, {})
    back = read_people(csv_file(written(nobody, vocabulary)), vocabulary)
    assert (back.count, back.known_facts(vocabulary)) == (3, ())


def test_a_file_of_nobody_is_a_population(vocabulary, csv_file):
    people = read_people(csv_file(HEADER), vocabulary)
    assert (people.count, written(people, vocabulary)) == (0, f"{next(iter(vocabulary.facts))}\n")


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("", 0, "the file is empty"),
        (HEADER + "feminine,,3\nfeminine,,3\nfeminin,,3\nfeminin,,\n", 4, "`feminin` is not a value of `gender`"),
        (HEADER + ",threat froud,\n", 2, "`froud` is not a value of `means`"),
        (HEADER + ",,3\n,,601\n", 3, "`months_exploited` has a value that cannot be used"),
        (HEADER + ",,-1\n", 2, "`months_exploited` has a value that cannot be used"),
        (HEADER + ",,\n,\n", 3, "this line has 2 cells, the first line has 3"),
        (HEADER + ",,\n\n,,\n", 3, "this line has 0 cells, the first line has 3"),
        (HEADER + ',,\n,"threat\nfraud",\n', 3, "a cell goes on in the next line"),
        (HEADER + ',,\n,"threat"fraud,\n', 3, "the line is not CSV"),
        (HEADER + ',,\n,"threat', 3, "the line is not CSV"),
        (HEADER.encode() + b",,\n\xff,,\n", 3, "the line is not UTF-8 text"),
        ("gender,means,gender\n", 1, "the column `gender` stands twice"),
        ("gendr,means\n", 1, "column 1 `gendr` is not a fact"),
        ("means,Ana Example\n", 1, "column 2 is not a fact"),
        ("Ana Example,1990-01-01\n", 1, "2 of 2 columns are not a fact"),
        ("\n", 1, "this line has 0 cells, the first line has 0"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(vocabulary, csv_file, content, line, what):
    problem = refused(csv_file(content), vocabulary)[0]
    assert problem[:2] == (line, what)
    assert problem[2]


def test_every_wrong_text_is_told_once_and_no_stranger_is_shown(vocabulary, csv_file):
    told = refused(csv_file(HEADER + "Ana Example,thret,x\nAna Example,thret,x\n,,x\n"), vocabulary)
    assert [line for line, *_ in told] == [2, 2, 2]
    assert "Ana" not in str(told)


def test_a_line_without_end_is_refused(vocabulary, csv_file, monkeypatch):
    monkeypatch.setattr(cells, "LONGEST_LINE", 100)
    assert refused(csv_file(HEADER + "," * 200), vocabulary)[0][:2] == (2, "the line is longer than 100 bytes")


def test_a_file_that_cannot_be_opened_is_refused(vocabulary, tmp_path):
    assert refused(tmp_path / "nowhere.csv", vocabulary)[0][1] == "there is no such file"
    assert refused(tmp_path, vocabulary)[0][1] == "this is a folder, not a file"
    assert "cannot be read" in refused(tmp_path / ("x" * 5000), vocabulary)[0][1]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text('gender,means \n"\r\x00é\ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_refused(vocabulary, csv_file, content):
    for start in (b"", HEADER.encode()):
        try:
            people = read_people(csv_file(start + content), vocabulary)
        except FileRefusedError:
            continue
        assert people.count >= 0
        assert all(len(bitmap) == -(-people.count // 64) for bitmap in people.marks.values())
        assert all(column.dtype == np.int32 for column in people.numbers.values())
