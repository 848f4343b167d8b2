"""Every failure is a problem of the catalogue, in the caller's language, with what to do and without what was sent."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.languages import language_in
from api.problems import of_errors
from api.problems.handlers import OF_STATUS
from api.problems.kinds import fault_of, kinds
from api.problems.problem import Told, catalogue, response
from api.views.model import UNFIT
from nrm.casework.asked import Why
from nrm.errors import NrmError, Problem
from nrm.rulebook.wording import LANGUAGES

CODES = sorted({code for _, code in of_errors.CODES} | set(OF_STATUS.values()) | set(get_args(Why)))


@pytest.mark.parametrize("code", CODES)
def test_what_can_be_told_is_in_the_catalogue_in_four_languages(code):
    entry = catalogue()[code]
    titles = {entry.title.in_(language) for language in LANGUAGES}
    assert len(titles) == len(LANGUAGES)
    assert 400 <= entry.status <= 599


@given(st.text(max_size=60))
def test_any_header_gives_a_language_that_is_spoken_here(header):
    assert language_in(header) in LANGUAGES


@given(st.lists(st.tuples(st.sampled_from(LANGUAGES), st.integers(0, 10)), min_size=1, max_size=6))
def test_the_language_with_the_highest_quality_is_answered(wanted):
    best = max((quality for _, quality in wanted), default=0)
    header = ", ".join(f"{language};q={quality / 10}" for language, quality in wanted)
    first = next((language for language, quality in wanted if quality == best and quality), "en")
    assert language_in(header) == first


@given(st.sampled_from(sorted(kinds().keys() - {UNFIT})), st.text(max_size=9), st.text(max_size=9))
def test_a_fault_never_repeats_what_was_sent(kind, name, value):
    context = {"min_length": 1, "max_length": 2, "ge": 3, "gt": 4, "le": 5, "lt": 6, "expected": "'a'"}
    place = ("body", "Canary" + name)
    told = fault_of({"type": kind, "loc": place, "input": "Canary" + value, "msg": "Canary", "ctx": context})
    assert "Canary" not in told.model_dump_json()


def test_an_error_of_the_program_tells_callers_nothing_of_it():
    told = of_errors.told(NrmError(Problem("somewhere", 3, "a secret went wrong", "mend it")))
    body = response(told, "en", "0").body.decode()
    assert told.code == "program_failed"
    assert "secret" not in body
    assert "somewhere" not in body


def test_what_speaks_of_commands_is_left_out():
    fault = of_errors.fault(Problem("--to", 0, "the directory has no such service", "`nrm directory list` shows them"))
    assert (fault.at, fault.todo) == ("to", None)


def test_headers_of_a_problem_go_out_with_it():
    assert response(Told("rate_limited", headers={"Retry-After": "7"}), "ar", "0").headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/nothing", "no_such_address"),
        ("PUT", "/v1/cases", "method_not_allowed"),
        ("GET", "/v1/cases", "not_signed_in"),
    ],
)
def test_what_no_route_answers_is_a_problem_too(service, method, path, code):
    answer = service.client().request(method, path)
    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("language", "word"), [("en", "address"), ("fr", "adresse"), ("es", "dirección"), ("ar", "العنوان")]
)
def test_at_an_address_that_there_is_not_the_address_is_to_be_checked(service, language, word):
    answer = service.client().get("/v1/nothing", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert word in answer.json()["todo"]


def test_who_is_denied_what_is_no_case_is_sent_to_whoever_can_help(service):
    (fault,) = service.as_("overseer").get("/v1/accounts").json()["errors"]
    assert (fault["at"], fault["todo"]) == ("user", "the denial is on the log; ask an administrator")


def test_a_fault_of_the_program_is_a_500_that_says_nothing(service, monkeypatch, capsys):
    monkeypatch.setattr("nrm.casework.cases.keep.list_cases", lambda *_: {}["CanaryKey"])
    answer = service.as_("caseworker").get("/v1/cases")
    assert (answer.status_code, answer.json()["code"]) == (500, "program_failed")
    assert "Canary" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "Canary" not in "".join(capsys.readouterr())
    assert 'status="500"' in service.client().get("/metrics").text
