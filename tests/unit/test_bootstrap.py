"""The one place that puts the parts together."""

import io
from datetime import date
from types import SimpleNamespace

import pytest
from fakes import write_rulebook

from nrm.bootstrap import Application, case_document
from nrm.errors import CaseRefusedError, FileRefusedError, RulebookRefusedError, UnknownNameError
from nrm.textfile import read_bytes

ON = date(2026, 3, 1)


@pytest.fixture
def application(tmp_path):
    return Application(write_rulebook(tmp_path))


def test_a_case_is_decided_from_its_document_to_its_plan(application):
    document = read_bytes(b"facts: {signs: [debt], urgent_need: no}\n", "case.yaml", private=True)
    plan = application.decide(document, ON)
    assert plan.codes("offer") == {"shelter", "doctor"}
    assert [reason.step.rule.name for reason in plan.line("doctor").reasons] == ["doctor"]


def test_a_country_adds_its_own_rules(application):
    document = read_bytes(b"facts: {signs: [debt], age_status: child}\n", "case.yaml", private=True)
    assert "guardian" not in application.decide(document, ON).codes("offer")
    assert "guardian" in application.decide(document, ON, "gb").codes("offer")


def test_files_are_read_once(application):
    assert application.files is application.files


def test_a_rulebook_with_a_fault_decides_nothing(tmp_path):
    changes = {"rules/care/shelter.yaml": ("offer: shelter", "offer: shleter")}
    with pytest.raises(RulebookRefusedError, match="did you mean `shelter`"):
        Application(write_rulebook(tmp_path, changes)).engine(ON)


@pytest.mark.parametrize("language", ["en", "fr", "es", "ar"])
def test_every_language_has_a_speaker(application, language):
    assert application.speaker(language).language == language


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(application):
    with pytest.raises(UnknownNameError, match="`de` is not spoken here; valid here: `ar`, `en`, `es`, `fr`"):
        application.speaker("de")


def test_a_fact_that_is_wrong_is_told_by_its_line_and_never_quoted(application):
    document = read_bytes(b"facts:\n  age_status: child\n  signs: [Canary Lopez]\n", "case.yaml", private=True)
    with pytest.raises(CaseRefusedError) as refused:
        application.facts(document, ON)
    assert [problem.line for problem in refused.value.problems] == [3]
    assert "Canary" not in str(refused.value)


def test_a_case_comes_from_a_file(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("facts: {signs: [debt]}\n", encoding="utf-8")
    assert case_document(str(path)).data == {"facts": {"signs": ["debt"]}}


def test_a_case_comes_from_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"facts: {signs: [debt]}\n")))
    document = case_document("-")
    assert (document.file, document.data) == ("standard input", {"facts": {"signs": ["debt"]}})


def test_a_broken_case_is_never_quoted(tmp_path):
    path = tmp_path / "case.yaml"
    path.write_text("identity:\n  Canary Lopez: 1\n  Canary Lopez: 2\n", encoding="utf-8")
    with pytest.raises(FileRefusedError) as refused:
        case_document(str(path))
    assert "this key stands twice in one place (first on line 2)" in str(refused.value)
    assert "Canary" not in str(refused.value)


def test_a_closed_standard_input_is_told(monkeypatch):
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(FileRefusedError, match="standard input: it is closed; pipe a case in, or name a file"):
        case_document("-")
