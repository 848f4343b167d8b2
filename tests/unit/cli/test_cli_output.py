"""Printing for people: wrapped, in the direction of the language, and plain off a terminal."""

import json

import pytest
from rich.cells import cell_len

from nrm.cli.output import NARROWEST, WIDTH, Printer, print_json

MARK, ISOLATE, POP = "\u200f", "\u2066", "\u2069"
ON = ("--on", "2026-03-01")


def arabic(line):
    return any("\u0600" <= character <= "\u06ff" for character in line)


def test_every_line_of_a_paragraph_is_indented_and_fits(capsys):
    Printer().line("word " * 60, indent=6)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("      word") and not line.endswith(" ") and len(line) <= WIDTH for line in lines)


def test_a_word_that_is_longer_than_a_line_is_folded_and_never_cut(capsys):
    Printer().line("x" * 200, indent=4)
    assert "".join(line.strip() for line in capsys.readouterr().out.splitlines()) == "x" * 200


def test_an_empty_line_is_empty(capsys):
    Printer().line()
    Printer("ar").line()
    assert capsys.readouterr().out == "\n\n"


def test_brackets_and_colons_of_a_text_are_no_markup(capsys):
    Printer().line("[bold]x[/bold] :smile: [1]", "bold red")
    assert capsys.readouterr().out == "[bold]x[/bold] :smile: [1]\n"


def test_a_very_narrow_window_still_shows_everything(capsys):
    out = Printer()
    out.console.width = 4
    out.line("narrow windows", indent=8)
    assert capsys.readouterr().out.split() == ["narrow", "windows"]
    assert NARROWEST < WIDTH


def test_latin_codes_inside_arabic_are_isolated():
    said = Printer("ar").directed("القاعدة A/RES/76/7 §12 و legal_counsel، 24 ساعة")
    assert said == f"{MARK}القاعدة {ISOLATE}A/RES/76/7 §12{POP} و {ISOLATE}legal_counsel{POP}، 24 ساعة"


@pytest.mark.parametrize("text", ["A/RES/76/7 §12 · shelter", "", "123"])
def test_a_line_without_arabic_keeps_its_direction(text):
    assert Printer("ar").directed(text) == text


@pytest.mark.parametrize("language", ["en", "fr", "es"])
def test_other_languages_are_left_as_they_are(language):
    assert Printer(language).directed("القاعدة legal_counsel") == "القاعدة legal_counsel"


def test_every_wrapped_line_of_arabic_has_a_direction_of_its_own(capsys):
    Printer("ar").line("كل سطر legal_counsel " * 30, indent=2)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 3
    for line in lines:
        assert line.startswith(f"  {MARK}")
        assert line.count(ISOLATE) == line.count(POP) == line.count("legal_counsel")
        assert cell_len(line) <= WIDTH


@pytest.mark.parametrize("detail", ["--short", "--reasons"])
def test_a_whole_plan_in_arabic_is_marked_line_by_line(real_nrm, case, detail):
    path = case("facts: {indicators: [confinement], accused_of: [criminal]}")
    said = real_nrm("decide", path, *ON, "--country", "gb", "--lang", "ar", detail)
    assert said.out.startswith(MARK)
    for line in said.lines:
        assert line.strip().startswith(MARK) == arabic(line), line
        assert line.count(ISOLATE) == line.count(POP)


def test_json_is_printed_as_it_is_with_a_line_break_at_the_end(capsys):
    value = {"b": "é ع 😀", "a": [1, None, True]}
    print_json(value)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert printed.startswith('{\n  "b": "é ع 😀"')
    assert printed.endswith("}\n")
