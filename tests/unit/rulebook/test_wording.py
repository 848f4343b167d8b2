"""Every text stands in four languages, and a code is a plain word."""

import pytest
from pydantic import TypeAdapter, ValidationError

from nrm.rulebook.wording import LANGUAGES, RIGHT_TO_LEFT, Code, Wording

CODE = TypeAdapter(Code)


def test_a_wording_is_said_in_the_language_that_is_asked_for():
    wording = Wording(en="house", fr="maison", es="casa", ar="بيت")
    assert [wording.in_(language) for language in LANGUAGES] == ["house", "maison", "casa", "بيت"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_may_be_missing_or_blank(language):
    words = dict.fromkeys(LANGUAGES, "x")
    for faulty in ({**words, language: "  "}, {name: word for name, word in words.items() if name != language}):
        with pytest.raises(ValidationError, match=language):
            Wording.model_validate(faulty)


def test_only_arabic_is_written_from_the_right():
    assert {"ar"} == RIGHT_TO_LEFT


@pytest.mark.parametrize("code", ["a", "legal_counsel", "a1_b2", "x" * 60])
def test_a_code_is_lower_case_words_joined_by_underscores(code):
    assert CODE.validate_python(code) == code


@pytest.mark.parametrize("code", ["", "A", "1a", "_a", "a_", "a__b", "a-b", "a b", "é", "a\n", "x" * 61])
def test_anything_else_is_no_code(code):
    with pytest.raises(ValidationError):
        CODE.validate_python(code)
