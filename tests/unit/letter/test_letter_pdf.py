"""The letter as PDF: readable aloud, from right to left in Arabic, the same bytes each time, and nothing of anybody."""

import io
import os
import re
import sys
import time
import unicodedata
from datetime import date

import pytest
from pypdf import PdfReader

from nrm.letter import pdf
from nrm.letter.letter import discreet_letter, letter, letter_of_one
from nrm.letter.model import Item, Letter, Section
from nrm.letter.pdf import FetchRefusedError, PdfRefusedError, as_pdf
from nrm.rulebook.wording import LANGUAGES

ON = date(2026, 3, 1)
PAGE_WIDTH = 595
SPACE = Section("Notes", ())


@pytest.fixture(scope="module")
def read(plan_of, speakers):
    """The PDF of the same case in each language."""
    return {
        language: PdfReader(io.BytesIO(as_pdf(letter(plan_of("vcl"), speakers[language])))) for language in LANGUAGES
    }


def text_of(reader):
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def bare(text):
    """Return `text` without the vowel marks of Arabic, which are not printed."""
    return "".join(letter for letter in text if unicodedata.category(letter) != "Mn")


def starts(reader):
    """Where each piece of text on the first page begins, in points from the left edge, and how long it is."""
    found = []

    def visit(text, _current, matrix, _font, _size):
        if len(text.strip()) > 1:
            found.append((matrix[4] * 0.75, len(text.strip())))

    reader.pages[0].extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_the_plan_can_be_read_out_of_the_pdf_with_its_reason(plan_of, speakers, read, language):
    plan, speaker, said = plan_of("vcl"), speakers[language], text_of(read[language])
    lines = [line for kind in ("offer", "duty", "bar", "disclosure") for line in plan.of(kind)]
    texts = {speaker.label(line.code) for line in lines}
    texts |= {line.reasons[0].step.because.in_(language) for line in lines}
    # Text with a number comes out of pypdf mixed up between its directions.
    wanted = {" ".join(bare(text).split()) for text in texts if language != "ar" or not re.search(r"\d", text)}
    assert len(wanted) > 100
    assert sorted(text for text in wanted if text not in said) == []


def test_arabic_text_comes_out_in_logical_order_and_stands_at_the_right(plan_of, speakers, read):
    """Its lines end at the same margin and so begin further to the left the longer they are."""
    assert text_of(read["ar"]).startswith("خطتك: المساعدة والحقوق")
    assert starts(read["ar"])[0][0] > PAGE_WIDTH / 2
    assert starts(read["en"])[0][0] < PAGE_WIDTH / 4
    topics = starts(PdfReader(io.BytesIO(as_pdf(discreet_letter(plan_of("vcl"), speakers["ar"])))))
    assert min(topics, key=lambda piece: piece[0])[1] == max(length for _, length in topics)


def glyphs(page):
    """The characters of the first piece of text on `page`, in the order in which they are drawn, from left to right."""
    font, drawn = [], []

    def before(operator, arguments, _current, _matrix):
        if operator == b"Tf":
            font.append(arguments[0])
        elif operator == b"TJ" and not drawn:
            drawn.append([part for part in arguments[0] if isinstance(part, bytes)])

    page.extract_text(visitor_operand_before=before)
    table = page["/Resources"]["/Font"][font[0]].get_object()["/ToUnicode"].get_data().decode()
    shown = {
        bytes.fromhex(glyph): bytes.fromhex(text).decode("utf-16-be")
        for glyph, text in re.findall(r"<([0-9a-f]{4})> <([0-9a-f]+)>", table, re.IGNORECASE)
    }
    return "".join(shown[part] for part in drawn[0])


def test_the_glyphs_of_an_arabic_title_are_drawn_from_its_last_letter_on_the_left(speakers, plan_of):
    for language, step in (("ar", -1), ("en", 1)):
        made = discreet_letter(plan_of("vcl"), speakers[language])
        assert glyphs(PdfReader(io.BytesIO(as_pdf(made))).pages[0]) == made.title[::step]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_is_tagged_and_says_its_language_and_title(plan_of, speakers, read, language):
    catalog = read[language].trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in catalog
    assert catalog["/Lang"] == language
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_object().get_data()
    assert read[language].metadata.title == letter(plan_of("vcl"), speakers[language]).title


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_metadata_hold_a_title_and_the_program_and_nothing_else(read, language):
    """No author, path, or time: who finds the file learns nothing of who wrote it, where and when."""
    assert set(read[language].metadata) == {"/Title", "/Producer"}
    more = read[language].trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert re.findall(r"CreateDate|ModifyDate|creator|CreatorTool|20\d\d-\d\d", more) == []


def test_a_discreet_pdf_has_a_neutral_title_and_headings(plan_of, speakers):
    made = PdfReader(io.BytesIO(as_pdf(discreet_letter(plan_of("vcl"), speakers["en"]))))
    assert made.metadata.title == "Your appointments and rights"
    assert {entry.title for entry in flat(made.outline)} == {
        "Your appointments and rights",
        "Topics",
        "Good to know",
        "Notes",
    }


def flat(outline):
    for entry in outline:
        yield from flat(entry) if isinstance(entry, list) else [entry]


@pytest.mark.parametrize("made_smaller_by", ["HarfBuzz", "fontTools"])
def test_the_same_letter_gives_the_same_bytes_at_another_time(plan_of, speakers, monkeypatch, made_smaller_by):
    """The fonts in it are cut down by one of two programs, and one of them would write the time into each."""
    made = letter_of_one(plan_of("vcl"), speakers["ar"], "legal_aid")
    as_pdf(made)
    if made_smaller_by == "fontTools":
        monkeypatch.setattr("weasyprint.pdf.fonts.harfbuzz_subset", None)
    first = as_pdf(made)
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert as_pdf(made) == first
    assert os.environ["SOURCE_DATE_EPOCH"] == "1700000000"
    assert as_pdf(letter_of_one(plan_of("vcl"), speakers["ar"], "medical_care")) != first


def test_the_variable_that_stops_the_clock_is_gone_afterwards(plan_of, speakers, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    as_pdf(discreet_letter(plan_of("vcl"), speakers["en"]))
    assert "SOURCE_DATE_EPOCH" not in os.environ


@pytest.mark.parametrize(
    "asks",
    [
        '<link rel="stylesheet" href="{}">',
        '<img src="{}">',
        "<style>@import url({})</style>",
        "<style>p {{ background: url({}) }}</style>",
        '<link rel="attachment" href="{}">',
    ],
)
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/Ana", "https://127.0.0.1:9/Ana", "FILE", "data:text/css,Ana"])
def test_a_page_that_asks_for_something_outside_is_refused_and_nothing_is_opened(monkeypatch, tmp_path, asks, address):
    there = tmp_path / "Ana.css"
    there.write_text("p {}", encoding="utf-8")
    asking = asks.format(there.as_uri() if address == "FILE" else address)
    monkeypatch.setattr(pdf, "as_page", lambda _: f'<html lang="en"><title>x</title><p>a</p>{asking}</html>')
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *_, **__: pytest.fail("something was opened"))
    with pytest.raises(FetchRefusedError, match="the page asks for something from outside itself") as refused:
        as_pdf(Letter("en", "x", (), (), SPACE))
    assert "Ana" not in str(refused.value)


def test_no_file_is_written_while_a_pdf_is_made(plan_of, speakers, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    made = as_pdf(discreet_letter(plan_of("vcl"), speakers["en"]))
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path).encode() not in made


def test_a_letter_whose_shape_no_font_has_is_refused_and_not_printed_as_boxes():
    """U+0378 is assigned to no character."""
    made = Letter("en", "Plan", (), (Section("Help", (Item("doctor \u0378"),)),), SPACE)
    with pytest.raises(
        PdfRefusedError, match="no font of this system has every letter of the language `en`"
    ) as refused:
        as_pdf(made)
    assert "doctor" not in str(refused.value)


def test_a_missing_library_is_told_with_what_to_install(monkeypatch):
    class Missing:
        def find_spec(self, name, *_):
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(PdfRefusedError, match=r"install `libpango-1\.0-0`"):
        as_pdf(Letter("en", "Plan", (), (), SPACE))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_letter_of_every_text_that_a_letter_may_hold_has_a_shape(letter_application, speakers, language):
    """All labels, meanings, reasons and phrases at once: a box would refuse the whole."""
    files, speaker = letter_application.files, speakers[language]
    outcomes = [files.vocabulary.outcome(code) for code in files.vocabulary.all_outcome_codes()]
    said = [text.in_(language) for outcome in outcomes for text in (outcome.label, outcome.meaning)]
    said += speaker.phrases.values()
    rules = letter_application.engine(ON, "gb").program.rulebook.rules
    said += [branch.because.in_(language) for rule in rules for branch in rule.branches]
    letters = "".join(sorted(set("".join(said)) - set("{}")))
    made = as_pdf(Letter(language, "x", tuple(letters.split()), (), SPACE))
    assert made.startswith(b"%PDF-1.7")
