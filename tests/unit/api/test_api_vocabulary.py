"""What a form needs is public: the words of the rules in each language, and the form of a record."""

import pytest
from api_caseworker import ADULT_RECORD
from jsonschema import Draft202012Validator
from offices import real_app

from nrm.referral.lifecycle import DECLINED
from nrm.rulebook.vocabulary import GROUPS
from nrm.rulebook.wording import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_rules_is_told_in_each_language_to_anybody(service, language):
    answer = service.client(**{"Accept-Language": language}).get("/v1/vocabulary")
    found, words = answer.json(), real_app().files.vocabulary
    assert (answer.status_code, found["language"]) == (200, language)
    for kind in ("facts", "groups", "purposes", "recipients", "roles", "offers", "disclosures"):
        known = getattr(words, kind)
        assert [one["code"] for one in found[kind]] == list(known)
        assert all(one["label"] == known[one["code"]].label.in_(language) for one in found[kind])


def test_a_form_learns_the_values_of_every_fact(service):
    facts = {one["code"]: one for one in service.client().get("/v1/vocabulary").json()["facts"]}
    assert {value["code"] for value in facts["age_status"]["values"]} >= {"child", "adult", "unknown"}
    assert facts["acts"]["type"] == "codes"
    numbers = [one for one in facts.values() if one["type"] == "whole"]
    assert all(one["at_least"] < one["at_most"] and one["unit"] for one in numbers)
    assert {one["group"] for one in facts.values()} <= set(GROUPS)


def test_the_reasons_of_a_no_are_told_in_words(service):
    found = service.client(**{"Accept-Language": "ar"}).get("/v1/vocabulary").json()["decline_reasons"]
    assert [one["code"] for one in found] == list(DECLINED)
    assert all(one["label"] != one["code"] for one in found)


def test_the_schema_of_a_record_takes_what_is_taken_in_and_refuses_what_is_not(service):
    schema = service.client().get("/v1/case-record-schema").json()
    validator = Draft202012Validator(schema)
    assert not list(validator.iter_errors(ADULT_RECORD))
    assert list(validator.iter_errors({"facts": {"nothing": "yes"}}))
