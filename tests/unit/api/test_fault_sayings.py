"""What the library says of a fault is told in the caller's language, or as a whole in English and marked as such."""

import ast
import json
import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from fault_shapes import CANARY, nearly
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from record_shapes import vocabulary

import nrm
from api.problems import of_errors
from api.problems.kinds import kinds
from api.problems.problem import Told, response
from api.problems.sayings import found, sayings, shape_of
from nrm import models
from nrm.access import ROLES
from nrm.case import CaseRecord, derive_facts, read_case
from nrm.casework.asked import WHOM, NotPermittedError
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError, NrmError, Problem, nearest
from nrm.referral.lifecycle import STATES, VERBS, TransitionRefusedError, step
from nrm.rulebook.wording import LANGUAGES
from nrm.textfile import read_bytes

OTHERS = [language for language in LANGUAGES if language != "en"]
FIELD = re.compile(r"\{([a-z_]+)\}")
ALL = {
    **sayings(),
    **{f"{code}.{part}": getattr(kind, part) for code, kind in kinds().items() for part in ("what", "todo")},
}
SAID_SO = {
    "fact_one": "one value",
    "fact_codes": "a list of codes",
    "send_version": 'send `"3"`',
    "give_ending": "give it the ending `.{}` if that is what it is",
}
"""How the source has sentences that it puts together from two, or says of one case only."""
PLACE = re.compile(r"^(`\{\}`|the file)(: | )")


def told(error, language):
    return json.loads(response(of_errors.told(error), language, "0").body)["errors"]


def sources():
    """Return every text in the source of the library and the service, with `{}` for what is filled in."""
    texts = set()
    for path in [file for root in ("nrm", "api") for file in (Path(nrm.__file__).parents[1] / root).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(re.sub(r"\{[a-z_]*\}", "{}", node.value))
            elif isinstance(node, ast.JoinedStr):
                texts.add("".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values))
    return {text for text in texts if re.search("[a-z]{2}", text)}


def test_the_library_still_says_each_of_them():
    texts = sources()
    shapes = [re.compile(".*".join(map(re.escape, text.split("{}")))) for text in texts if text.count("{}")]
    long = [shape for shape in shapes if len(re.sub(r"[^a-z]", "", shape.pattern)) >= 9]
    for code, wording in sayings().items():
        said = SAID_SO.get(code) or FIELD.sub("{}", wording.en)
        inner = PLACE.sub("", said)
        assert said in texts or inner in texts or any(one.fullmatch(said) for one in long), code


@pytest.mark.parametrize("code", sorted(ALL))
def test_each_is_there_in_four_languages_with_the_same_fields(code):
    wording = ALL[code]
    assert len({wording.in_(language) for language in LANGUAGES}) == len(LANGUAGES)
    for language in OTHERS:
        assert set(FIELD.findall(wording.in_(language))) == set(FIELD.findall(wording.en)) - {"thing"}
        assert wording.in_(language).count("`") % 2 == 0
    assert not re.search(r"[A-Za-z]", re.sub(r"`[^`]*`|\{[a-z_]+\}", "", wording.ar))


@pytest.mark.parametrize("code", sorted(sayings()))
def test_no_sentence_is_taken_for_another(code):
    english = sayings()[code].en
    filled = re.sub(r"`\{[a-z_]+\}`", "`some_word`", english).replace("{words}", "`a`, `b`").replace("{thing}", "case")
    filled = FIELD.sub("7", filled)
    same = [one for one in ALL.values() if shape_of(one.en).fullmatch(filled)]
    assert {one.en for one in same} == {english}
    assert len({one.model_dump_json() for one in same}) == 1  # else which of them is told would be chance
    assert found(filled).in_("en") == filled or "{thing}" in english


def test_each_reason_for_which_a_field_is_refused_is_told_in_all_languages():
    reasons = {**models._SENTENCES}  # noqa: SLF001 - each of them, and not only those that a record shows today
    del reasons["union_tag_not_found"]  # no record has such a choice
    assert [said for said in reasons.values() if found(f"`identity.birth_date` {said}") is None] == []
    assert [said for said in models._REMEDIES.values() if found(said) is None] == []  # noqa: SLF001


@given(st.text(max_size=20), st.sets(st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True), max_size=30))
def test_what_is_nearest_is_told_in_all_languages(word, valid):
    said = nearest(word, valid)
    assert found(said).in_("en") == said
    assert found(said).in_("ar") != said


@given(nearly(TypeAdapter(CaseRecord)))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_in_a_record_its_faults_are_told_in_the_callers_language_without_it(sent):
    document = read_bytes(json.dumps(sent).encode(), "body", private=True)
    try:
        check_facts(derive_facts(read_case(document), date(2026, 3, 1)), vocabulary())
    except CaseRefusedError as refused:
        english = told(refused, "en")
        for language in OTHERS:
            spoken = told(refused, language)
            assert all(one["what"] not in {other["what"] for other in english} for one in spoken)
            assert all(one["code"] and "lang" not in one for one in spoken)
            assert CANARY not in json.dumps([english, spoken])


@pytest.mark.parametrize("role", [*ROLES, "nobody"])
def test_every_step_that_a_referral_does_not_take_is_told_in_all_languages(role):
    refused = []
    for state, verb, reason in product((None, *STATES), VERBS, (None, "unheard_of")):
        try:
            step(state, verb, role, reason)
        except TransitionRefusedError as error:
            refused.append(error)
    assert refused
    assert all("lang" not in one for error in refused for language in OTHERS for one in told(error, language))


@pytest.mark.parametrize("subject", [*WHOM, "case"])
def test_who_is_denied_reads_in_their_language_whom_to_ask(subject):
    error = NotPermittedError("glass_over", "the time for which you broke the glass is over", subject)
    (english,) = told(error, "en")
    for language in OTHERS:
        (one,) = told(error, language)
        assert "lang" not in one
        assert one["todo"] != english["todo"]


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    ("what", "todo"),
    [("a gate in a file of rules is ajar", ""), ("a gate is ajar", "leave it out"), ("it is empty", "shut the gate")],
)
def test_what_is_there_in_english_only_is_english_as_a_whole_and_says_so(language, what, todo):
    (one,) = told(CaseRefusedError(Problem("rules.yaml", 3, what, todo)), language)
    assert (one["what"], one.get("todo", ""), one["lang"]) == (what, todo, "en")


def test_english_is_marked_for_nobody_who_reads_english():
    (one,) = told(CaseRefusedError(Problem("rules.yaml", 3, "a gate is ajar")), "en")
    assert "lang" not in one


@pytest.mark.parametrize(
    ("language", "what", "todo"),
    [
        ("fr", "`identity.birth_date` n’est pas une date", "forme attendue : `2026-01-31`"),
        ("es", "`identity.birth_date` no es una fecha", "forma esperada: `2026-01-31`"),
        ("ar", "`identity.birth_date` ليس تاريخا", "الشكل المطلوب: `2026-01-31`"),
    ],
)
def test_a_caseworker_reads_in_their_language_what_is_wrong_with_a_record(service, language, what, todo):
    worker = service.as_("caseworker", **{"Accept-Language": language})
    answer = worker.post("/v1/cases", json={"identity": {"birth_date": CANARY}})
    assert (answer.status_code, answer.headers["content-language"]) == (422, language)
    assert answer.headers["cache-control"] == "no-store"
    (one,) = answer.json()["errors"]
    assert (one["what"], one["todo"], one["code"]) == (what, todo, "field_no_date")
    assert CANARY not in answer.text


def test_a_refusal_is_not_kept_and_comes_in_the_language_that_is_asked_for_now(service):
    worker = service.as_("caseworker", **{"Idempotency-Key": "one-key-for-both"})
    said = {
        language: worker.post("/v1/cases", json={"facts": {"x": "y"}}, headers={"Accept-Language": language}).json()
        for language in ("fr", "ar")
    }
    (french,), (arabic,) = said["fr"]["errors"], said["ar"]["errors"]
    assert french["code"] == arabic["code"]
    assert french["what"] != arabic["what"]


def test_errors_of_the_program_still_say_nothing():
    assert told(NrmError(Problem("somewhere", 3, "it is empty")), "fr") == []
    assert Told("not_now").faults == ()
