"""`nrm rules`: what policy officers list, read and check."""

import json

import jsonschema
import pytest
import yaml
from c_engines import RefusesToLoad
from fakes import sound_files

ON = ("--on", "2026-03-01")


def names(said):
    return [rule["rule"] for rule in json.loads(said.out)]


def test_the_list_shows_topic_name_and_title_of_the_rules_in_force(nrm):
    said = nrm("rules", "list", *ON)
    assert said.code == 0
    assert said.lines[0].split() == ["topic", "rule", "title"]
    assert said.lines[1].split() == ["care", "doctor", "The", "rule", "doctor"]
    assert said.lines[-1] == "7 rules"


def test_the_list_can_be_of_one_topic_of_one_country_and_of_one_date(nrm):
    assert names(nrm("rules", "list", *ON, "--json", "--topic", "child")) == ["family_search", "treated_as_child"]
    assert "gb_guardian" not in names(nrm("rules", "list", *ON, "--json"))
    assert "gb_guardian" in names(nrm("rules", "list", *ON, "--json", "--country", "gb"))
    assert "doctor" not in names(nrm("rules", "list", "--json", "--on", "2027-01-01"))


def test_json_of_the_list_names_sources_and_outcomes(nrm):
    (rule,) = json.loads(nrm("rules", "list", *ON, "--json", "--topic", "safety").out)
    assert rule == {
        "rule": "family_barred",
        "topic": "safety",
        "country": None,
        "title": "The rule family_barred",
        "version": "2026-01-01",
        "owner": "policy-unit",
        "sources": ["A/TEST/1 §1"],
        "law": [],
        "gives": [{"kind": "bar", "code": "contact_family"}],
    }


def test_the_list_of_our_own_rules_fits_in_80_columns_and_cuts_no_name(real_nrm):
    said = real_nrm("rules", "list", *ON, "--country", "gb")
    assert max(len(line) for line in said.lines) <= 80
    assert "…" not in said.out


def test_a_rule_is_shown_as_a_sentence_with_its_paragraphs(nrm):
    said = nrm("rules", "show", "release", *ON)
    assert said.code == 0
    assert said.lines == [
        "release – The rule release",
        "justice · A/TEST/1 §1 · 2026-01-01",
        "",
        "  When all of this holds",
        "    – it was found: Trafficking suspected",
        "    – Days detained: 2 or more or not known",
        "    This is why.",
        "",
        "  then",
        "    – never: Detain",
        "    – to do: Tell the lawyer (caseworker, within 5 days)",
        "    – may be shared: Share with the lawyer (legal, with the law office, for",
        "    defence, because of this duty: Tell the lawyer)",
        "",
        "  We read the paragraph so.",
        "",
        "  A/TEST/1 §1",
        "    Whoever may have been trafficked is safe.",
    ]


def test_every_branch_of_a_rule_is_shown(nrm):
    said = nrm("rules", "show", "doctor", *ON)
    assert "    – Urgent need: yes or not known" in said.lines
    assert "    – Signs, at least one of: debt or threats or it was found: Treated as a" in said.lines
    shown = json.loads(nrm("rules", "show", "doctor", *ON, "--json").out)
    assert len(shown["sentences"]) == 2
    assert shown["reading"] == "We read the paragraph so."


def test_a_rule_is_shown_as_it_stands_on_the_date(nrm):
    assert json.loads(nrm("rules", "show", "doctor", "--on", "2026-07-01", "--json").out)["version"] == "2026-07-01"
    assert "within 4 days" in nrm("rules", "show", "release", "--on", "2026-07-01").out


def test_a_rule_of_a_country_is_found_without_naming_the_country(nrm):
    said = nrm("rules", "show", "gb_guardian", *ON, "--lang", "fr")
    assert said.lines[0] == "gb_guardian – The rule gb_guardian"
    assert "national/gb" in said.lines[1]
    assert "Guardian fr" in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "shleter", *ON), "RULE: no rule `shleter` is in force on that date; did you mean `shelter`?"),
        (("list", *ON, "--topic", "chld"), "--topic: there is no topic `chld`; did you mean `child`?"),
        (("list", *ON, "--country", "xx"), "country: there is no overlay for `xx`; valid here: `gb`"),
        (("list", "--on", "1 March"), "--on: `1 March` is not a date; write it as `2026-03-01`"),
        (
            ("list", "--on", "2025-12-31"),
            "date: no rule is in force on `2025-12-31`; the first rule begins on 2026-01-01",
        ),
        (("show", "shelter", "--lang", "de"), "language: `de` is not spoken here; valid here: `ar`, `en`, `es`, `fr`"),
        (("check", "--topic", "cares"), "--topic: there is no topic `cares`; did you mean `care`?"),
        (("schema", "rules"), "WHAT: there is no schema of `rules`; did you mean `rule`?"),
    ],
)  # fmt: skip
def test_a_bad_word_is_one_line_with_the_nearest_good_one(nrm, arguments, said):
    result = nrm("rules", *arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err == f"error: {said}\n"


def test_a_rule_that_has_not_begun_says_when_it_begins(nrm_with):
    said = nrm_with({"rules/care/shelter.yaml": ("from: 2026-01-01", "from: 2026-05-01")})(
        "rules", "show", "shelter", *ON
    )
    assert said.code == 2
    assert "no rule `shelter` is in force on that date; its first version begins on 2026-05-01" in said.err


def test_a_rule_that_was_repealed_says_so(nrm):
    said = nrm("rules", "show", "doctor", "--on", "2027-02-01")
    assert said.code == 2
    assert said.err == (
        "error: RULE: no rule `doctor` is in force on that date; "
        "it is repealed from 2027-01-01 on: The health law gives it to everyone.\n"
    )


def test_a_rule_of_another_country_says_whose_it_is(nrm_with):
    ireland = {"rules/national/ie/ie_guardian.yaml": sound_files()["rules/national/gb/gb_guardian.yaml"]}
    renamed = {path: text.replace("gb_guardian", "ie_guardian") for path, text in ireland.items()}
    said = nrm_with(renamed)("rules", "show", "gb_guardian", *ON, "--country", "ie")
    assert said.code == 2
    assert "no rule `gb_guardian` is in force on that date; it is a rule of `gb`" in said.err


def test_check_runs_every_example_on_both_engines(nrm):
    said = nrm("rules", "check")
    assert said.code == 0
    assert said.lines[:4] == [
        "8 rules, 6 facts, 11 outcomes: they fit together",
        "  base: something changes on 2026-01-01, 2026-07-01, 2027-01-01",
        "  gb: something changes on 2026-01-01, 2026-07-01, 2027-01-01",
        "32 examples: all come out, on both engines",
    ]
    shown = json.loads(nrm("rules", "check", "--json").out)
    assert (shown["rules"], shown["examples"], shown["problems"]) == (8, 32, [])


def test_check_can_run_the_examples_of_one_topic(nrm):
    assert json.loads(nrm("rules", "check", "--json", "--topic", "national/gb").out)["examples"] == 4


def test_an_example_that_does_not_come_out_leaves_with_1_and_its_line(nrm_with):
    path = "rules/care/shelter.examples.yaml"
    check = nrm_with({path: ("expect: [shelter]", "expect: [guardian]")})
    said = check("rules", "check")
    assert said.code == 1
    assert said.lines[0] == (
        f"{path}:1: example `It applies`: `guardian` is expected and absent; mend the rule or the example"
    )
    assert any(line.startswith("32 examples: ") and line.endswith(" problem(s)") for line in said.lines)
    shown = check("rules", "check", "--json")
    assert shown.code == 1
    assert {
        "file": path,
        "line": 1,
        "what": "example `It applies`: `guardian` is expected and absent",
        "todo": "mend the rule or the example",
    } in json.loads(shown.out)["problems"]


def test_a_rule_without_examples_is_told_unless_one_topic_is_asked(nrm_with):
    check = nrm_with({"rules/care/shelter.examples.yaml": None})
    said = check("rules", "check")
    assert said.code == 1
    assert said.lines[0] == "rules/care/shelter.yaml:1: `shelter` has no examples; write shelter.examples.yaml"
    assert check("rules", "check", "--topic", "child").code == 0


def test_check_says_when_the_engines_differ(nrm, monkeypatch):
    monkeypatch.setattr("nrm.engine.rete.durable_rules_engine", RefusesToLoad())
    said = nrm("rules", "check")
    assert said.code == 1
    assert "the two engines differ; report this as a fault of the engine" in said.out


@pytest.mark.parametrize(
    ("of", "files"),
    [
        ("rule", "rules/care/doctor.yaml"),
        ("examples", "rules/care/doctor.examples.yaml"),
        ("parameter", "rules/parameters/answer_time.yaml"),
    ],
)
def test_the_schemas_for_editors_are_schemas_and_name_the_fields_of_the_files(nrm, of, files):
    schema = json.loads(nrm("rules", "schema", of).out)
    jsonschema.Draft202012Validator.check_schema(schema)
    document = yaml.load(sound_files()[files], Loader=yaml.BaseLoader)  # noqa: S506 - every scalar as text
    fields = document[0] if isinstance(document, list) else document
    shape = schema.get("items", schema)
    shape = schema["$defs"][shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
    assert set(fields) <= set(shape["properties"])


def test_the_schema_of_a_rule_is_the_default(nrm):
    assert nrm("rules", "schema").out == nrm("rules", "schema", "rule").out
