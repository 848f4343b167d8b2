"""What is read out when somebody is asked for consent: complete in every language, and nothing left to fill in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from babel.dates import format_date

from nrm.errors import UnknownNameError
from nrm.referral.spoken import Wordings
from nrm.referral.wording import read_wordings
from nrm.rulebook.read import read_files
from nrm.rulebook.vocabulary import GROUPS
from nrm.rulebook.wording import LANGUAGES

ROOT = Path(__file__).resolve().parents[3]
LISTENERS = ("person", "child", "guardian")
UNTIL = date(2026, 6, 30)


@pytest.fixture(scope="module")
def words():
    return read_files(ROOT / "rules", ROOT / "seeds").vocabulary


@pytest.fixture(scope="module")
def wordings(words):
    return read_wordings(ROOT / "rules" / "consent", words)


@pytest.fixture(scope="module")
def asked(words):
    return [one for one in words.disclosures.values() if one.basis == "consent"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("listener", LISTENERS)
def test_every_disclosure_on_consent_can_be_asked_for(wordings, words, asked, language, listener):
    assert len(asked) >= 18
    for one in asked:
        said = wordings.spoken(one.purpose, one.recipient, one.groups, "Casa Luz", UNTIL, language, to=listener)
        assert "{" not in said
        assert "}" not in said
        assert "Casa Luz" in said
        assert words.recipients[one.recipient].label.in_(language) in said
        assert format_date(UNTIL, format="long", locale=language) in said
        for group in GROUPS:
            label = f"– {words.groups[group].label.in_(language)}"
            assert (label in said) == (group in one.groups)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("listener", LISTENERS)
def test_every_question_says_that_no_costs_nothing_and_yes_can_be_taken_back(wordings, language, listener):
    says = wordings.versions["2026-01"].common.to(listener)
    said = wordings.spoken("health_care", "health_service", ["health"], "Casa Luz", None, language, to=listener)
    for sentence in (says.opening, says.refuse, says.withdraw, says.already_read, says.no_end, says.ask):
        assert sentence.in_(language) in said.splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_services_of_a_kind_are_asked_for_in_other_words_than_one(wordings, words, language):
    every = wordings.spoken("health_care", "health_service", ["health"], None, None, language)
    one = wordings.spoken("health_care", "health_service", ["health"], "Casa Luz", None, language)
    assert words.recipients["health_service"].label.in_(language) in every
    assert every != one.replace("Casa Luz", "")


def test_a_child_hears_other_words_than_an_adult_or_a_guardian(wordings, asked):
    for one in asked:
        for language in LANGUAGES:
            said = {wordings.spoken(one.purpose, one.recipient, one.groups, None, None, language, to=to)
                    for to in LISTENERS}  # fmt: skip
            assert len(said) == 3


def test_a_guardian_hears_the_meaning_of_the_vocabulary_where_no_text_says_more(wordings, words):
    said = wordings.spoken("health_care", "health_service", ["health"], None, None, "en", to="guardian")
    assert words.purposes["health_care"].meaning.en in said
    said = wordings.spoken("voluntary_return", "return_service", ["contact"], None, None, "en", to="guardian")
    assert "not yet agreeing to the journey" in said


def test_groups_are_read_out_once_and_in_the_order_of_the_vocabulary(wordings):
    said = wordings.spoken("health_care", "health_service", ["health", "identity", "health"], None, None, "en")
    named = [line.split(":")[0] for line in said.splitlines() if line.startswith("–")]
    assert named == ["– Identity", "– Health"]


def test_a_name_with_braces_is_read_out_as_it_is(wordings):
    said = wordings.spoken("health_care", "health_service", ["health"], "{recipient} {0}", None, "en")
    assert "{recipient} {0} (Health service)" in said


def test_the_version_of_a_day_is_the_last_that_had_begun(wordings, words):
    first = wordings.versions["2026-01"]
    common = first.common.model_copy(update={"version": "2027-01", "from_": date(2027, 1, 1)})
    both = Wordings({"2026-01": first, "2027-01": replace(first, common=common)}, words)
    assert both.version_on(date(2026, 12, 31)) == "2026-01"
    assert both.version_on(date(2027, 1, 1)) == "2027-01"
    assert both.known("2027-01")
    assert not both.known("2028-01")
    with pytest.raises(UnknownNameError, match="no wording of consent for `2025-12-31`"):
        both.version_on(date(2025, 12, 31))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"purpose": "health_car"}, "no wording of consent knows the purpose `health_car`; did you mean `health_care`"),
        ({"recipient": "health"}, "knows the recipient `health`"),
        ({"version": "2025-01"}, "knows the version `2025-01`; did you mean `2026-01`"),
        ({"groups": ["helth"]}, "knows the group `helth`; did you mean `health`"),
        ({"groups": []}, "names no group"),
    ],
)
def test_asking_for_what_nobody_wrote_says_what_there_is(wordings, changed, says):
    asked = {"purpose": "health_care", "recipient": "health_service", "groups": ["health"], "service_name": None}
    with pytest.raises(UnknownNameError, match=says):
        wordings.spoken(**{**asked, "until": None, "language": "en", **changed})
