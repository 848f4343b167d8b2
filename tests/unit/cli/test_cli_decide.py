"""`nrm decide`: the plan for one case, for people and for programs."""

import json

import jsonschema
import pytest
from c_engines import Forgets, RefusesToLoad
from rich.cells import cell_len

ON = ("--on", "2026-03-01")
LANGUAGES = ("en", "fr", "es", "ar")


@pytest.fixture(scope="module")
def schema():
    from nrm.engine.view import schema  # noqa: PLC0415 - the command must print the same

    return schema()


def as_json(said):
    return json.loads(said.out)


def codes(said, kind):
    return [line["code"] for line in as_json(said)[kind]]


def test_the_plan_for_people_has_every_line_with_its_first_reason(nrm, child):
    said = nrm("decide", child, *ON)
    assert (said.code, said.err) == (0, "")
    assert said.lines[0] == "What this person is owed on March 1, 2026"
    assert said.lines[1].startswith("base rules · rulebook ")
    at = said.lines.index("What must be done (1)")
    assert said.lines[at + 1 : at + 5] == [
        "  • Tell the lawyer",
        "    caseworker, within 5 days",
        "    This is why.",
        "    A/TEST/1 §1 · release",
    ]
    assert "    rules out: Search for the family" in said.lines
    assert "    identity and health → the refuge; for care; only with consent" in said.lines
    assert said.lines[said.lines.index("Held back, because a bar forbids it") + 1] == "  • Search for the family"
    assert said.lines[-2].startswith("--reasons shows why")


def test_a_section_without_lines_says_so(nrm, case):
    said = nrm("decide", case(""), *ON)
    at = said.lines.index("What must be done (0)")
    assert said.lines[at + 1] == "  nothing"


def test_short_gives_the_lines_without_reasons(nrm, child):
    said = nrm("decide", child, *ON, "--short")
    assert "  • Shelter" in said.lines
    assert "This is why" not in said.out
    assert "--reasons" not in said.out


def test_reasons_gives_every_reason_with_its_facts(nrm, case):
    said = nrm("decide", case("facts: {signs: [debt], age_status: child}"), *ON, "--reasons")
    at = said.lines.index("  • Doctor")
    assert said.lines[at + 1 : at + 11] == [
        "    You may need a doctor now.",
        "    A/TEST/1 §1 · doctor",
        "      rule doctor, version 2026-01-01, branch 1",
        "      – Urgent need: not known",
        "    A doctor looks after you.",
        "    A/TEST/1 §1 · doctor",
        "      rule doctor, version 2026-01-01, branch 2",
        "      – Signs: debt",
        "      – it was found: Treated as a child",
        "",
    ]


def test_a_rule_for_everyone_says_that_it_holds_in_every_case(nrm_with, case):
    changes = {"rules/child/family_search.yaml": ("when: [{finding: treated_as_child}]", "when: []")}
    said = nrm_with(changes)("decide", case(""), *ON, "--reasons")
    assert "      – this holds in every case" in said.lines


def test_json_is_valid_by_the_schema_that_the_command_prints(nrm, child, schema):
    printed = nrm("decide", "--schema")
    assert (printed.code, as_json(printed)) == (0, schema)
    for language in LANGUAGES:
        said = nrm("decide", child, *ON, "--json", "--lang", language)
        jsonschema.Draft202012Validator(schema).validate(as_json(said))
        assert as_json(said)["language"] == language
        assert said.code == 0


def test_the_schema_needs_no_rules(real_nrm, tmp_path):
    assert real_nrm("decide", "--schema", "--rules", tmp_path / "nowhere").code == 0


def test_json_and_text_say_the_same(nrm, child):
    said = as_json(nrm("decide", child, *ON, "--json"))
    text = nrm("decide", child, *ON, "--short").lines
    labels = [line["label"] for kind in ("findings", "offers", "duties", "bars", "disclosures") for line in said[kind]]
    assert [line.removeprefix("  • ") for line in text if line.startswith("  • ")] == [
        *labels,
        *(line["label"] for line in said["withheld"]),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_in_the_language_that_was_asked_for(nrm, child, language):
    said = nrm("decide", child, *ON, "--lang", language)
    ending = "" if language == "en" else f" {language}"
    assert f"Shelter{ending}" in said.out.replace("\u2066", "").replace("\u2069", "")
    assert f"This is why.{ending}" in said.out.replace("\u2066", "").replace("\u2069", "")


def test_a_country_adds_rules_and_changes_numbers(nrm, child):
    base = nrm("decide", child, *ON, "--json")
    gb = nrm("decide", child, *ON, "--json", "--country", "gb")
    assert codes(base, "offers") == ["shelter", "doctor"]
    assert codes(gb, "offers") == ["shelter", "doctor", "guardian"]
    assert as_json(base)["duties"][0]["within"]["amount"] == 5
    assert as_json(gb)["duties"][0]["within"]["amount"] == 3
    assert (as_json(base)["country"], as_json(gb)["country"]) == (None, "gb")
    assert as_json(base)["rulebook"] != as_json(gb)["rulebook"]
    assert "base rules and the rules of GB" in nrm("decide", child, *ON, "--country", "gb").out


def test_a_later_date_is_decided_by_the_rules_of_that_date(nrm, child):
    early, late = (nrm("decide", child, "--on", on, "--json") for on in ("2026-06-30", "2026-07-01"))
    assert "doctor" in codes(early, "offers")
    assert "doctor" not in codes(late, "offers")


def test_the_united_kingdom_refers_within_its_own_time(real_nrm, case):
    path = case("facts: {age_status: child, indicators: [confinement], accused_of: [criminal]}")
    base = real_nrm("decide", path, *ON, "--json")
    gb = real_nrm("decide", path, *ON, "--json", "--country", "gb")
    assert set(codes(base, "offers")) <= set(codes(gb, "offers"))
    assert set(codes(base, "bars")) <= set(codes(gb, "bars"))
    assert {"penalise", "detain"} <= set(codes(gb, "bars"))
    added = {reason["rule"] for line in as_json(gb)["duties"] for reason in line["reasons"]}
    assert any(rule.startswith("gb_") for rule in added)
    assert not any(rule.startswith("gb_") for line in as_json(base)["duties"] for rule in [line["reasons"][0]["rule"]])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("detail", [(), ("--short",), ("--reasons",)], ids=["plain", "short", "reasons"])
def test_no_line_is_wider_than_80_columns_and_none_ends_in_blanks(real_nrm, case, language, detail):
    path = case("facts: {indicators: [confinement], accused_of: [criminal], child_indicators: [unsuitable_work]}")
    said = real_nrm("decide", path, *ON, "--country", "gb", "--lang", language, *detail)
    assert said.code == 0
    assert max(cell_len(line) for line in said.lines) <= 80
    assert not any(line.endswith(" ") for line in said.lines)
    assert "\x1b" not in said.out


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dispute_is_said_first_and_leaves_with_1(nrm, child, monkeypatch, language):
    monkeypatch.setattr("nrm.engine.rete.durable_rules_engine", RefusesToLoad())
    said = nrm("decide", child, *ON, "--lang", language)
    assert said.code == 1
    rules = "doctor, family_barred, family_search, release, shelter, suspected"
    assert "family_barred" in said.out
    if language == "en":
        assert said.lines[3] == "The two engines differ"
        assert "  the second engine did not answer" in said.lines
        assert rules in " ".join(line.strip() for line in said.lines)
    shown = nrm("decide", child, *ON, "--lang", language, "--json")
    assert shown.code == 1
    assert as_json(shown)["dispute"]["rete_failed"]
    assert as_json(shown)["disclosures"] == []


def test_rules_that_only_one_engine_applied_are_named(nrm, child, monkeypatch):
    monkeypatch.setattr("nrm.engine.rete.durable_rules_engine", Forgets({f"r{number}" for number in range(20)}))
    said = nrm("decide", child, *ON, "--short")
    assert said.code == 1
    rules = "doctor, family_barred, family_search, release, shelter, suspected, treated_as_child"
    assert f"only the masks: {rules}" in " ".join(line.strip() for line in said.lines)
    assert "did not answer" not in said.out


def test_a_file_must_be_named(nrm):
    said = nrm("decide", *ON)
    assert (said.code, said.out) == (2, "")
    assert "name a case file, or `-` for standard input" in said.err
