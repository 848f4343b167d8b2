"""The crosswalks are whole: every field of the other form, every code of ours, and the page that shows them."""

import csv
import re
from pathlib import Path

import pytest
from record_shapes import vocabulary

from nrm.case.fields import COUNTRIES
from nrm.case.record import CaseRecord
from nrm.case.template import shape
from nrm.interchange.crosswalk import SINGLE_FACTS, crosswalk, target_of
from nrm.interchange.page import table
from nrm.interchange.places import field_at, fits, names_of
from nrm.interchange.words import _places, ours

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
BOTH = ("htcds", "uk_nrm_form")
MARKED = re.compile(r"(?:(?P<field>[a-z]{3}_\w+)=)?(?P<code>\w+)")


def targets(name):
    return [(row, code, target_of(row, code)) for row in crosswalk(name).rows for code in row.codes if code.ours]


@pytest.mark.parametrize("name", BOTH)
def test_every_row_says_in_a_note_what_it_does(name):
    assert [row.theirs for row in crosswalk(name).rows if not row.note] == []


@pytest.mark.parametrize("name", BOTH)
def test_every_place_and_every_code_of_ours_is_in_the_record_or_in_the_vocabulary(name):
    for row in crosswalk(name).rows:
        for word, value in row.where.items():
            assert fits(".".join([*names_of(row.ours)[:-1], word]), value), (row.theirs, word)
        if row.ours and row.ours.startswith("facts."):
            assert row.ours.removeprefix("facts.") in vocabulary().facts
            assert row.codes, "a text cannot be a coded fact"
        elif row.ours:
            field_at(names_of(row.ours))
    for row, code, target in targets(name):
        names = names_of(target.place)
        if names[0] == "facts":
            assert target.code in vocabulary().facts[names[1]].values, (row.theirs, code)
        elif target.code:
            assert fits(target.place, target.code), (row.theirs, code)


@pytest.mark.parametrize("name", BOTH)
def test_the_facts_with_one_value_are_those_of_the_vocabulary(name):
    facts = {names_of(target.place)[1] for _, _, target in targets(name) if target.place.startswith("facts.")}
    assert facts
    for fact in facts:
        assert (vocabulary().facts[fact].type == "choice") == (fact in SINGLE_FACTS)


def test_no_code_of_theirs_is_told_for_two_of_ours_as_the_same():
    told = [(row.theirs, code.theirs) for row, code, _ in targets("htcds") if code.way == "both"]
    assert len(told) == len(set(told))


def test_every_mark_of_the_vocabulary_is_a_row_that_is_told():
    told = {(row.theirs, code.theirs, target.code) for row, code, target in targets("htcds") if code.way != "in"}
    for fact in vocabulary().facts.values():
        for word, value in getattr(fact, "values", {}).items():
            if value.htcds:
                mark = MARKED.fullmatch(value.htcds)
                assert (mark["field"] or fact.htcds or "prs_Gender", mark["code"], word) in told


def test_every_mark_of_the_record_is_a_row_or_a_row_that_says_why_not():
    names = crosswalk("htcds").names
    silent = []

    def walk(kind):
        for field in kind.model_fields.values():
            mark = (field.json_schema_extra or {}).get("htcds")
            if mark and mark not in names:
                silent.append(mark)
            inner = shape(field.annotation).kind
            if hasattr(inner, "model_fields"):
                walk(inner)

    walk(CaseRecord)
    assert silent == []


@pytest.mark.parametrize(("name", "only_in"), [("htcds", False), ("uk_nrm_form", True)])
def test_the_page_shows_the_crosswalk_as_it_is(name, only_in):
    page = (ROOT / "docs" / "interchange.md").read_text(encoding="utf-8")
    shown = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)[1]
    assert shown == table(name, only_in=only_in)


def test_the_words_for_places_are_codes_of_iso_3166():
    found = {**_places().countries, **_places().nationalities}
    assert set(found.values()) <= COUNTRIES
    assert (ours("nationality", "Welsh"), ours("country_name", "Burma"), ours("country", "ALB")) == ("GB", "MM", "AL")


@pytest.mark.parametrize("text", ["YUG", "XX", "", "gb", "Albania", "999"])
def test_what_is_no_country_today_is_no_country(text):
    assert ours("country", text) is None


@pytest.mark.shared_data
def test_every_field_and_every_code_of_the_standard_has_a_row():
    standard = SHARED / "data" / "HTCDS_field_standards_2.0.csv"
    if not standard.is_file():
        pytest.skip("THE CROSSWALK WAS NOT COMPARED WITH THE STANDARD: ../shared/data is absent")
    with standard.open(encoding="utf-8-sig", newline="") as stream:
        fields = {
            row["Field Name Prefix"] + row["Field Name"]: row["Value Names (if picklist)"].split()
            for row in csv.DictReader(stream)
            if re.fullmatch(r"[a-z]{3}_", row["Field Name Prefix"])
        }
    walk = crosswalk("htcds")
    assert set(fields) == set(walk.order)
    coded = {row.theirs: {code.theirs for code in row.codes} for row in walk.rows if row.codes}
    beyond = {"vic_MethodsOfControl": {"RestrictsMovement", "UsesChildren"}}  # in its definitions only
    for name, codes in coded.items():
        assert codes == set(fields[name]) | beyond.get(name, set()), name


@pytest.mark.shared_data
def test_every_key_of_the_uk_form_has_a_row():
    source = SHARED / "domain" / "uk-nrm-form.md"
    if not source.is_file():
        pytest.skip("THE KEYS OF THE UK FORM WERE NOT COMPARED: ../shared/domain is absent")
    keys = source.read_text(encoding="utf-8").rsplit("actual record shape\n", 1)[1]
    named = re.findall(r"[A-Z][A-Za-z]+[0-9]*(?![a-z])", re.sub(r"\{[^}]*\}", "", keys))
    rows = set(crosswalk("uk_nrm_form").order)
    groups = {"Customer", "Case", "Agent", "Component", "LA", "AltContact", "Details", "FurtherInfo", "Jurisdiction"}
    plain = {re.sub(r"[0-9]+$", "#", name) for name in named} - groups
    assert {name for name in plain if name not in rows and not name.startswith("Document")} == set()
