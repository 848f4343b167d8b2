"""`nrm plan print --case`: the letter for a stored case, with a decision that is made and kept."""

import pytest
from offices import real_app

from nrm.rulebook.wording import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_of_a_stored_case_says_its_plan_and_keeps_the_decision(at, language):
    said = at("plan", "print", "--case", at.case, "--lang", language)
    assert (said.code, said.err) == (0, "")
    assert real_app().files.phrases[language]["letter_title"] in said.out
    assert real_app().files.vocabulary.offers["legal_aid"].label.in_(language) in said.text
    assert ("decision:make", "done") in at.told(4)
    assert len(at.json("case", "history", at.case)["decisions"]) == 1


def test_who_may_not_decide_gets_no_letter(at, tmp_path):
    out = tmp_path / "letter"
    said = at("plan", "print", "--case", at.case, "--out", out, role="coordinator")
    assert (said.code, said.out, out.exists()) == (1, "", False)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ((), "name a case file, or a stored case with --case"),
        (("case.yaml", "--case", "{case}"), "name a case file, or a stored case with --case"),
        (("--case", "{case}", "--rules", "rules"), "a stored case is decided by the rules of its installation"),
        (("--case", "CanaryAna"), "this is not an identifier"),
        (("--case", "{case}", "--lang", "de"), "`de` is not spoken here"),
    ],
)
def test_a_letter_that_cannot_be_made_is_refused_and_nothing_is_decided(at, words, what):
    said = at("plan", "print", *(word.format(case=at.case) for word in words))
    assert (said.code, said.out) == (2, "")
    assert what in " ".join(said.err.split())
    assert at.json("case", "history", at.case)["decisions"] == []
