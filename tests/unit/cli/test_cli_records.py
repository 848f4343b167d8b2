"""`nrm case`: an empty form to fill in, its schema, and the facts that a filled one establishes."""

import json

import jsonschema
import pytest
from rich.cells import cell_len

ON = ("--on", "2026-03-01")
LANGUAGES = ("en", "fr", "es", "ar")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_form_is_a_case_about_which_nothing_is_known(nrm, language):
    form = nrm("case", "new", "--lang", language)
    assert form.code == 0
    facts = nrm("case", "facts", "-", *ON, "--json", stdin=form.out.encode())
    assert (facts.code, facts.err) == (0, "")
    assert json.loads(facts.out) == {}
    plan = nrm("decide", "-", *ON, "--json", stdin=form.out.encode())
    assert (plan.code, json.loads(plan.out)["duties"]) == (0, [])


def test_a_form_that_was_filled_in_gives_its_facts(nrm):
    form = nrm("case", "new").out
    filled = form.replace("\nfacts:\n", "\nfacts:\n  signs: [debt, threats]\n  days_detained: 12\n", 1)
    assert filled != form
    facts = nrm("case", "facts", "-", *ON, "--json", stdin=filled.encode())
    assert json.loads(facts.out) == {"signs": ["debt", "threats"], "days_detained": 12}


def test_the_facts_that_the_form_names_are_those_of_the_vocabulary(nrm):
    form = nrm("case", "new").out
    for fact in ("age_status", "urgent_need", "family_risk", "helps_police", "signs", "days_detained"):
        assert fact in form


def test_the_form_of_our_own_vocabulary_round_trips_too(real_nrm):
    form = real_nrm("case", "new").out
    assert json.loads(real_nrm("case", "facts", "-", *ON, "--json", stdin=form.encode()).out) == {}


def test_facts_are_shown_with_labels_and_with_the_codes_that_rules_use(nrm, child):
    said = nrm("case", "facts", child, *ON)
    assert said.code == 0
    assert [line.split("  ")[0] for line in said.lines] == [
        "Age",
        "Urgent need",
        "Family risk",
        "Signs",
        "Days detained",
    ]
    assert said.lines[0].split() == ["Age", "child", "age_status"]
    assert said.lines[-1].split() == ["Days", "detained", "3", "days_detained"]


def test_facts_in_arabic_keep_codes_in_their_own_direction(nrm, child):
    said = nrm("case", "facts", child, *ON, "--lang", "ar")
    assert "child" in said.out
    assert "age_status" in said.out


def test_what_other_groups_of_the_record_establish_is_shown_too(real_nrm, case):
    said = real_nrm(
        "case", "facts", case("identity: {birth_date: 2012-05-06, birth_date_basis: document}"), *ON, "--json"
    )
    assert json.loads(said.out)["age_status"] == "child"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_code_is_ever_cut_and_no_line_is_too_wide(real_nrm, case, language):
    words = json.loads(real_nrm("case", "schema").out)["properties"]["facts"]["properties"]
    facts = {}
    for name, form in words.items():
        if form.get("type") == "array":
            facts[name] = form["items"]["enum"]
        else:
            facts[name] = form["enum"][0] if "enum" in form else form["anyOf"][0]["maximum"]
    path = case(json.dumps({"facts": facts}), "case.json")
    said = real_nrm("case", "facts", path, *ON, "--lang", language)
    assert said.code == 0
    known = json.loads(real_nrm("case", "facts", path, *ON, "--json").out)
    assert len(known) > 80
    shown = {word.strip("\u2066\u2069\u200f") for line in said.lines for word in line.split()[-1:]}
    assert set(known) <= shown
    assert max(cell_len(line) for line in said.lines) <= 80
    assert "…" not in said.out


def test_the_schema_takes_what_the_command_takes(nrm):
    schema = json.loads(nrm("case", "schema").out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert validator.is_valid({"facts": {"signs": ["debt"], "days_detained": 3, "age_status": "child"}})
    assert not validator.is_valid({"facts": {"signs": ["dept"]}})
    assert not validator.is_valid({"facts": {"days_detained": 366}})
    assert not validator.is_valid({"nonsense": 1})
