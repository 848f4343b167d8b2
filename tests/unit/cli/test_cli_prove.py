"""`nrm rules prove`: verdicts, stories and reports, and the exit code on which publication depends."""

import json

import pytest
from fakes import write_rulebook
from small_guarantees import FAILS, HOLDS, place, text

ON = ("--on", "2026-03-01")
GOOD = {place("good"): text("good", HOLDS)}
BAD = {**GOOD, place("bad"): text("bad", FAILS)}
NOBODY = {place("base"): text("base", "    always: {when: [], outcomes: [shelter]}\n")}


@pytest.fixture
def bad(nrm_with):
    return nrm_with(BAD)


def test_when_everything_is_proved_the_exit_code_is_0(nrm_with):
    said = nrm_with(GOOD)("rules", "prove", *ON)
    assert (said.code, said.err) == (0, "")
    assert said.lines[1].split()[:2] == ["good", "proved"]
    assert "1 of 1 proved for base on 2026-03-01" in said.lines


def test_when_something_is_refuted_the_exit_code_is_1_and_the_person_is_shown(bad):
    said = bad("rules", "prove", *ON)
    assert said.code == 1
    assert "1 of 2 proved for base on 2026-03-01" in said.lines
    assert "bad – The guarantee bad" in said.lines
    assert "  Because of this en (A/TEST/1 §1)" in said.lines
    assert any(line.split() == ["Urgent", "need", "yes"] for line in said.lines)
    assert "    • Shelter" in said.lines
    assert "      rules that give it: shelter" in said.lines


def test_a_person_of_whom_nothing_is_known_is_told_as_such(nrm_with):
    said = nrm_with(NOBODY)("rules", "prove", *ON)
    assert said.code == 1
    assert "    Nothing at all is known of this person." in said.lines


def test_codes_that_only_one_of_two_people_shows_are_told_as_nothing_observed(nrm_with):
    form = "    never_depends_on: {facts: [signs], among: {kinds: [offer]}}\n"
    said = nrm_with({place("one"): text("one", form)})("rules", "prove", *ON)
    assert said.code == 1
    assert any("nothing observed" in line for line in said.lines)
    assert any("first person" in line and "second person" in line for line in said.lines)


def test_an_outcome_that_no_rule_gives_is_shown_without_rules(nrm_with):
    form = "    always: {when: [], outcomes: [guardian]}\n"
    changes = {place("one"): text("one", form)}
    said = nrm_with(changes)("rules", "prove", *ON)
    assert said.code == 1
    assert "    • Guardian" in said.lines
    assert "rules that give it" not in said.out
    assert nrm_with(changes)("rules", "prove", *ON, "--country", "gb").code == 1


def test_faults_without_a_person_are_listed(nrm_with):
    form = "    reads_only: {lists: {refuge: [identity, health]}}\n"
    said = nrm_with({place("one"): text("one", form)})("rules", "prove", *ON)
    assert said.code == 1
    assert "whose list does not have it" in " ".join(said.out.split())


def test_json_and_the_report_file_say_the_same(bad, tmp_path):
    report = tmp_path / "report.json"
    said = bad("rules", "prove", *ON, "--json", "--report", report)
    assert said.code == 1
    assert json.loads(said.out) == json.loads(report.read_text(encoding="utf-8"))
    assert json.loads(said.out)["proved"] is False
    assert not list(tmp_path.glob(".*.part"))


def test_a_report_that_cannot_be_written_is_refused_with_its_name(bad, tmp_path):
    said = bad("rules", "prove", *ON, "--report", tmp_path / "nowhere" / "report.json")
    assert said.code == 2
    assert "the file cannot be written: no such file or directory" in " ".join(said.err.split())


def test_one_guarantee_can_be_chosen_and_a_slip_in_its_name_is_answered(bad):
    assert bad("rules", "prove", *ON, "--guarantee", "good").code == 0
    said = bad("rules", "prove", *ON, "--guarantee", "goood")
    assert said.code == 2
    assert "there is no guarantee `goood`" in said.err
    assert "`good`" in said.err


def test_without_any_guarantee_nothing_counts_as_proved(nrm):
    said = nrm("rules", "prove", *ON)
    assert said.code == 2
    assert "there is no guarantee to prove" in said.err


def test_a_country_adds_its_rules_and_an_unknown_one_is_refused(nrm_with):
    prove = nrm_with(GOOD)
    assert "1 of 1 proved for gb on 2026-03-01" in prove("rules", "prove", *ON, "--country", "gb").lines
    assert prove("rules", "prove", *ON, "--country", "xx").code == 2


def test_a_guarantee_with_a_slip_is_refused_with_file_and_line(nrm_with):
    said = nrm_with({place("one"): text("one", HOLDS.replace("shelter", "sheltr"))})("rules", "prove", *ON)
    assert said.code == 2
    assert f"{place('one')}:8" in said.err


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_a_counterexample_is_told_in_each_language(bad, language):
    said = bad("rules", "prove", *ON, "--lang", language)
    assert said.code == 1
    assert f"Because of this {language}" in said.out.replace("\u2066", "").replace("\u2069", "")
    assert "{" not in said.out


def test_a_date_that_is_none_a_language_that_is_not_spoken_and_no_seconds_are_refused(bad):
    assert bad("rules", "prove", "--on", "tomorrow").code == 2
    assert bad("rules", "prove", *ON, "--lang", "de").code == 2
    assert bad("rules", "prove", *ON, "--seconds", "0").code == 2


def test_our_own_guarantees_are_proved_from_the_command_line(real_nrm):
    said = real_nrm("rules", "prove", *ON, "--country", "gb", "--guarantee", "help_without_testimony")
    assert (said.code, "1 of 1 proved for gb on 2026-03-01" in said.lines) == (0, True)


def test_the_folder_of_rules_can_be_named(real_nrm, tmp_path):
    made = write_rulebook(tmp_path, GOOD)
    assert real_nrm("rules", "prove", *ON, "--rules", made.rules, "--seeds", made.seeds).code == 0
