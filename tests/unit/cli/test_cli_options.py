"""Options that commands share: folders, date, country, language."""

import json
from datetime import date, datetime

import pytest

from nrm.cli.options import day
from nrm.errors import UnknownNameError


def test_a_date_is_read_as_it_is_written():
    assert day("2026-03-01") == date(2026, 3, 1)


def test_without_a_date_it_is_today_where_the_program_runs():
    before = datetime.now().astimezone().date()
    assert before <= day(None) <= datetime.now().astimezone().date()


@pytest.mark.parametrize("text", ["", "1 March 2026", "2026-02-30", "2026-3-1", "01.03.2026", "today", "2026-03"])
def test_what_is_no_date_is_refused_with_the_form(text):
    with pytest.raises(UnknownNameError, match=f"^--on: `{text}` is not a date; write it as `2026-03-01`$"):
        day(text)


@pytest.mark.parametrize(
    ("option", "word", "said"),
    [
        ("--on", "soon", "error: --on: `soon` is not a date; write it as `2026-03-01`\n"),
        ("--country", "GB", "error: country: there is no overlay for `GB`; valid here: `gb`\n"),
        ("--country", "fr", "error: country: there is no overlay for `fr`; valid here: `gb`\n"),
        ("--lang", "de", "error: language: `de` is not spoken here; valid here: `ar`, `en`, `es`, `fr`\n"),
        ("--lang", "esp", "error: language: `esp` is not spoken here; did you mean `es`?\n"),
    ],
)
def test_a_bad_word_is_one_line_with_what_is_valid(nrm, child, option, word, said):
    on = () if option == "--on" else ("--on", "2026-03-01")
    result = nrm("decide", child, *on, option, word)
    assert (result.code, result.out, result.err) == (2, "", said)


def test_a_date_before_the_first_rule_is_refused_and_never_answered_with_nothing(nrm, child):
    said = nrm("decide", child, "--on", "2025-12-31")
    assert (said.code, said.out) == (2, "")
    assert said.err == ("error: date: no rule is in force on `2025-12-31`; the first rule begins on 2026-01-01\n")


def test_folders_on_the_command_line_come_before_the_environment(nrm, small, tmp_path, monkeypatch):
    monkeypatch.setenv("NRM_RULES", str(tmp_path / "nowhere"))
    monkeypatch.setenv("NRM_SEEDS", str(tmp_path / "nowhere"))
    assert nrm("rules", "list", "--on", "2026-03-01").code == 2
    said = nrm("rules", "list", "--on", "2026-03-01", "--json", "--rules", small.rules, "--seeds", small.seeds)
    assert len(json.loads(said.out)) == 7


def test_without_folders_the_shipped_rules_are_used(real_nrm):
    assert len(json.loads(real_nrm("rules", "list", "--on", "2026-03-01", "--json").out)) > 100
