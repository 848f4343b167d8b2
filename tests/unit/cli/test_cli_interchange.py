"""`nrm record`: files of other systems to case records and back."""

import json
from shlex import split as words

import pytest

ON = ("--on", "2026-03-01")
CANARY = "zq7canary4471xw"


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "cases.CSV"
    path.write_text("prs_FirstName,prs_Gender,con_Consent\nAna,Feminine,\nLina,Masculine,true\n", encoding="utf-8")
    return path


@pytest.fixture
def payload(tmp_path):
    path = tmp_path / "report.json"
    content = {"Customer.Forename1": "Ana", "FirstChanceToReport": "Yes", "PVFamily": "no"}
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_one_record_of_a_table_is_a_case_file(real_nrm, table):
    said = real_nrm("record", "import", "--from", "htcds", table, "--record", 1)
    assert (said.code, said.err) == (0, "")
    facts = real_nrm("case", "facts", "-", *ON, "--json", stdin=said.out.encode())
    assert json.loads(facts.out) == {"gender": "feminine"}


def test_all_records_and_the_report_are_json_for_programs(real_nrm, table):
    said = real_nrm("record", "import", "--from", "htcds", table, "--json")
    assert [record["identity"]["first_name"] for record in json.loads(said.out)] == ["Ana", "Lina"]
    (line,) = json.loads(said.err)["unmapped"]
    assert (line["field"], line["records"]) == ("con_Consent", [2])


def test_what_does_not_map_is_said_with_its_record_and_strict_says_no(real_nrm, table):
    said = real_nrm("record", "import", "--from", "htcds", table, "--strict")
    assert said.code == 1
    assert said.err.startswith("not mapped: con_Consent (records 2): One tick")
    assert real_nrm("record", "import", "--from", "htcds", table, "--strict", "--record", 1).code == 0


def test_a_text_that_looks_like_a_word_of_yaml_stays_a_text(real_nrm, payload):
    said = real_nrm("record", "import", "--from", "uk-nrm", payload, "--question-set", "2026-04-21")
    assert real_nrm("case", "facts", "-", *ON, stdin=said.out.encode()).code == 0
    assert "background: 'no'" in said.out
    assert "reported_before: 'yes'" in said.out


def test_the_version_of_the_questions_is_asked_for_where_it_matters(real_nrm, payload):
    said = real_nrm("record", "import", "--from", "uk-nrm", payload)
    assert (said.code, "reported_before" in said.out) == (0, False)
    assert "FirstChanceToReport: its wording changed on 2025-03-31" in said.err


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_an_export_is_an_import_again(real_nrm, table, tmp_path, kind):
    case = tmp_path / "case.yaml"
    case.write_text(real_nrm("record", "import", "--from", "htcds", table, "--record", 1).out, encoding="utf-8")
    made = real_nrm("record", "export", "--to", "htcds", "--format", kind, case, case)
    assert (made.code, made.err) == (0, "")
    again = real_nrm(
        "record", "import", "--from", "htcds", "--format", kind, "-", "--record", 2, stdin=made.out.encode()
    )
    assert again.out == case.read_text(encoding="utf-8")


def test_an_export_says_what_the_standard_cannot_hold(real_nrm, tmp_path):
    case = tmp_path / "case.yaml"
    case.write_text("health: {pregnant: 'yes'}\nidentity: {alias: x, first_name: y}\n", encoding="utf-8")
    made = real_nrm("record", "export", case, "--strict")
    assert made.code == 1
    assert made.err.splitlines() == [
        "not mapped: identity.alias: the standard has no field for it",
        "not mapped: health.pregnant: the standard has no field for it",
    ]
    assert json.loads(real_nrm("record", "export", case, "--json").err)["unmapped"][0]["field"] == "identity.alias"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("import --from htcds none.json", "cannot be read: no such file"),
        ("import --from htcds .", "cannot be read"),
        ("import --from htcds -", "this is no JSON"),
        ("import --from uk-nrm - --format csv", "the payload of the form is JSON"),
        ("import --from uk-nrm - --question-set now", "is not a date"),
        ("import --from other -", "Invalid value"),
        ("export none.yaml", "no such file"),
        ("export -", "broken"),
    ],
)
def test_bad_input_leaves_with_2_and_says_why(real_nrm, options, what):
    said = real_nrm("record", *words(options), stdin=f"{{{CANARY}".encode())
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert CANARY not in said.err


def test_a_record_that_is_not_there_is_not_printed(real_nrm, table):
    said = real_nrm("record", "import", "--from", "htcds", table, "--record", 3)
    assert (said.code, said.out) == (2, "")
    assert "there are 2 records in the file" in said.err
