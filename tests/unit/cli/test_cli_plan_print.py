"""`nrm plan print`: a letter to the person, for their eyes only, and nothing in it that is not theirs to carry."""

import io
import stat
import sys

import pytest
from c_engines import Forgets
from pypdf import PdfReader

from nrm.cli.main import run

ON = ("--on", "2026-03-01")
MARK = "\u200f"


@pytest.fixture
def letter(nrm, child):
    """Print the letter of the child in debt, who is at risk from the family."""

    def call(*arguments):
        return nrm("plan", "print", child, *ON, *arguments)

    return call


def pdf_text(data):
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def test_the_letter_has_offers_duties_bars_and_rights_with_reasons(letter):
    said = letter()
    assert (said.code, said.err) == (0, "")
    assert said.lines[0] == "Your plan: help and rights"
    headings = ["Help that you are offered", "What others must do for you", "What nobody may do", "Your rights"]
    places = [said.lines.index(heading) for heading in headings]
    assert places == sorted(places)
    at = said.lines.index("• Tell the lawyer")
    assert said.lines[at + 1 : at + 3] == ["  caseworker, within 5 days", "  This is why."]


def test_a_short_letter_gives_no_reasons(letter):
    assert "This is why" in letter("--why").out
    assert "This is why" not in letter("--short").out


def test_a_letter_in_arabic_is_marked_as_right_to_left_in_every_line(letter):
    said = letter("--lang", "ar")
    assert said.lines[0] == f"{MARK}خطتك: المساعدة والحقوق"
    assert {line[0] for line in said.out.split("\n") if line} == {MARK}


def test_a_letter_for_one_offer_has_this_one_and_no_reason_unless_it_is_asked_for(letter):
    said = letter("--offer", "doctor")
    assert "• Doctor\n  Medical care.\n" in said.out
    assert not any(other in said.out for other in ("Shelter", "Guardian", "Tell the lawyer", "A doctor looks"))
    assert "  Medical care.\n  A doctor looks after you." in letter("--offer", "doctor", "--why").out


def test_a_discreet_letter_holds_topics_only(letter):
    said = letter("--discreet")
    assert said.lines[0] == "Your appointments and rights"
    assert not any(told in said.out for told in ("Shelter", "Doctor", "lawyer", "Detain", "This is why", "plan"))


def test_a_text_file_is_for_its_owner_only_and_has_the_same_text(letter, tmp_path):
    file = tmp_path / "paper.txt"
    said = letter("--out", file)
    assert (said.code, said.out, said.err) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes() == letter().out.encode()


def test_a_pdf_is_for_its_owner_only_and_the_same_each_time(letter, tmp_path):
    one, two = tmp_path / "one.pdf", tmp_path / "two.pdf"
    assert [letter("--pdf", file).code for file in (one, two)] == [0, 0]
    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert one.read_bytes() == two.read_bytes()
    assert "Tell the lawyer" in pdf_text(one.read_bytes())


@pytest.mark.usefixtures("nrm")  # it names the small rulebook
def test_a_pdf_can_go_to_a_printer_without_becoming_a_file(child, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, encoding="utf-8"))
    with pytest.raises(SystemExit) as left:
        run(["plan", "print", str(child), *ON, "--discreet", "--pdf", "-"])
    assert not left.value.code
    assert "Good to know" in pdf_text(printed.getvalue())
    assert list(tmp_path.iterdir()) == [child]


@pytest.mark.parametrize("option", ["--out", "--pdf"])
def test_a_file_that_is_there_is_kept_unless_it_shall_be_replaced(letter, tmp_path, option):
    file = tmp_path / "paper"
    file.write_text("older", encoding="utf-8")
    file.chmod(0o644)
    said = letter(option, file)
    assert said.code == 2
    assert "something stands there already; name another, or replace a file with --force" in said.err
    assert file.read_text(encoding="utf-8") == "older"
    assert letter(option, file, "--force").code == 0
    assert file.read_bytes() != b"older"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_link_is_replaced_and_not_what_it_leads_to(letter, tmp_path):
    other, link = tmp_path / "other", tmp_path / "link"
    other.write_text("of somebody else", encoding="utf-8")
    link.symlink_to(other)
    assert letter("--out", link).code == 2
    assert letter("--out", link, "--force").code == 0
    assert other.read_text(encoding="utf-8") == "of somebody else"
    assert not link.is_symlink()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--lang", "arr"), "`arr` is not spoken here; did you mean `ar`?"),
        (("--on", "1 March"), "`1 March` is not a date; write it as `2026-03-01`"),
        (("--country", "xx"), "`xx`"),
        (("--offer", "doktor"), "there is no offer `doktor`; did you mean `doctor`?"),
        (("--offer", "tell_lawyer"), "there is no offer `tell_lawyer`"),
        (("--discreet", "--offer", "doktor"), "there is no offer `doktor`; did you mean `doctor`?"),
        (("--discreet", "--why"), "a discreet letter gives no reasons"),
        (("--pdf", "a.pdf", "--out", "b.txt"), "name one file"),
        (("--out", "/nowhere/paper.txt"), "the file cannot be written: no such file or directory; name another"),
        (("--out", "/"), "something stands there already"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(letter, arguments, told):
    said = letter(*arguments)
    assert (said.code, said.out) == (2, "")
    assert told in " ".join(said.err.replace("│", " ").split())


def test_an_offer_that_is_not_in_this_plan_is_refused_with_what_to_do(nrm, case):
    said = nrm("plan", "print", case("facts: {age_status: adult}\n"), *ON, "--offer", "guardian")
    assert said.code == 2
    assert "`guardian` is not in this plan; `nrm explain FILE guardian` says what would bring it" in said.err


def test_a_fault_while_writing_leaves_no_half_of_a_letter(letter, tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("nrm.cli.private_file.os.fdopen", lambda *_: Full())
    said = letter("--out", tmp_path / "paper.txt")
    assert said.code == 2
    assert "no space left on device" in said.err
    assert not (tmp_path / "paper.txt").exists()


def test_when_the_engines_differ_the_letter_comes_with_a_warning_and_exit_code_1(letter, monkeypatch):
    monkeypatch.setattr("nrm.engine.rete.durable_rules_engine", Forgets({f"r{number}" for number in range(20)}))
    said = letter()
    assert said.code == 1
    assert "The two engines differ. Everything that either engine offers" in said.err
    assert "• Tell the lawyer" in said.out
