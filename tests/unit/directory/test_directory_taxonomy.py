"""The table of service types: mapped as it says, listed where it says nothing, refused where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes import REAL, load

from nrm.directory.service import Attribute, Directory, Service, Term
from nrm.directory.taxonomy import SERVICE_TYPES, classified, read_service_types
from nrm.errors import RulebookRefusedError

RULES = Path(__file__).resolve().parents[3] / "rules" / "directory"

TABLE = """
terms:
  - {name: Crisis Shelter, code: BH-1, offers: [safe_accommodation]}
  - {name: Women, offers: [], genders: [feminine]}
words:
  - {words: [safe house], offers: [safe_accommodation]}
aside:
  - {codes: [Y], names: [Volunteers], because: nothing is offered}
"""


@pytest.fixture(scope="module")
def vocabulary():
    return load(REAL).vocabulary


@pytest.fixture
def table(tmp_path, vocabulary):
    def read(text):
        (tmp_path / SERVICE_TYPES).write_text(text, encoding="utf-8")
        return read_service_types(tmp_path, vocabulary)

    return read


def directory_with(*names, title="A service", code=""):
    terms = tuple(Term(id=f"t{n}", source="src", name=name, code=code) for n, name in enumerate(names))
    carried = tuple(Attribute(id=f"x{n}", taxonomy_term_id=f"t{n}") for n in range(len(names)))
    service = Service(id="s", source="src", organization_id="o", name=title, status="active", attributes=carried)
    return Directory(services=(service,), terms=terms)


def test_the_real_table_is_sound(vocabulary):
    assert len(read_service_types(RULES, vocabulary).terms) > 50


def test_terms_are_compared_by_name_whatever_the_case(table):
    directory, unmapped = classified(directory_with("CRISIS  shelter", "women"), table(TABLE))
    assert (directory.services[0].types, directory.services[0].genders) == (("safe_accommodation",), ("feminine",))
    assert unmapped == ()


def test_a_term_that_is_in_no_line_is_listed_and_never_guessed(table):
    directory, unmapped = classified(directory_with("Crisis Shelters", "Volunteers"), table(TABLE))
    assert directory.services[0].types == ()
    assert [(one.id, one.name, one.services) for one in unmapped] == [("t0", "Crisis Shelters", 1)]


def test_a_term_that_its_source_does_not_explain_is_listed_by_its_id(table):
    unexplained = directory_with("Crisis Shelter").model_copy(update={"terms": ()})
    assert [(one.id, one.name) for one in classified(unexplained, table(TABLE))[1]] == [("t0", "")]


@pytest.mark.parametrize(
    ("title", "types"),
    [
        ("The Safe House", ("safe_accommodation",)),
        ("UNSAFE HOUSES", ()),
        ("Safe housing", ()),
        ("Safe", ()),
    ],
)
def test_only_whole_words_of_a_name_count(table, title, types):
    assert classified(directory_with(title=title), table(TABLE))[0].services[0].types == types


def test_codes_that_were_set_aside_are_not_listed(table):
    assert classified(directory_with("Anything", code="YB-1"), table(TABLE))[1] == ()


def test_types_of_an_earlier_table_do_not_stay(table):
    first, _ = classified(directory_with("Crisis Shelter"), table(TABLE))
    assert first.service["src", "s"].types == ("safe_accommodation",)
    second, _ = classified(first, table("terms: [{name: Crisis Shelter, offers: [legal_aid]}]"))
    assert second.service["src", "s"].types == ("legal_aid",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("terms: [{name: A, offers: [safe_acomodation]}]", "there is no offer `safe_acomodation`"),
        ("terms: [{name: A, offers: [legal_aid], genders: [woman]}]", "`gender` has no value `woman`"),
        ("terms: [{name: A}]", "this line says nothing"),
        ("terms: [{name: A, offers: [legal_aid]}, {name: a, offers: [legal_aid]}]", "a second line speaks of `a`"),
        ("terms: [{nme: A, offers: [legal_aid]}]", "`nme` is not known here"),
    ],
)
def test_a_wrong_line_refuses_the_table(table, text, said):
    with pytest.raises(RulebookRefusedError) as refused:
        table(text)
    assert any(problem.what.startswith(said) for problem in refused.value.problems)
