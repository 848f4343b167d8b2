"""The description of the service is whole: valid, with every problem, every word and an example of everything."""

import json

import pytest
from api_matrix import names_of
from api_office import Service
from jsonschema import Draft202012Validator
from offices import new_office, real_app, record
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from api.app import routes_of
from api.call import ACTION, OPEN
from api.openapi import operations, record_schemas
from api.openapi_examples import MADE
from api.openapi_words import TAGS
from api.problems.problem import MEDIA_TYPE, catalogue
from nrm.case.schema import json_schema
from nrm.rulebook.fact_forms import fact_schemas


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return Service(new_office(tmp_path_factory.mktemp("openapi"))).app


@pytest.fixture(scope="module")
def document(app):
    return json.loads(json.dumps(app.openapi()))


def named(document):
    return {f"{method.upper()} {path}": operation for path, method, operation in operations(document)}


def bodies(document):
    """Every body and answer, with its name: type, and what stands of it."""
    for name, operation in named(document).items():
        sent = operation.get("requestBody", {}).get("content", {})
        yield from ((f"{name} body", kind, media) for kind, media in sent.items())
        for status, answer in operation["responses"].items():
            yield from ((f"{name} {status}", kind, media) for kind, media in answer.get("content", {}).items())


def test_it_is_a_valid_description_of_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OPENAPI_31_VALIDATOR.iter_errors(document)] == []


def test_every_reference_leads_somewhere(document):
    def references(part):
        if isinstance(part, dict):
            yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
        for one in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from references(one)

    for reference in set(references(document)):
        part = document
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
        assert part is not None, reference


def test_every_route_is_described_but_the_one_for_numbers(app, document):
    routes = {name.replace(":path}", "}") for route in routes_of(app) for name in names_of(route)}
    assert routes - named(document).keys() == {"GET /metrics"}
    assert named(document).keys() - routes == set()


def test_every_operation_says_what_it_does_and_every_group_what_it_is_about(document):
    assert [name for name, one in named(document).items() if not all(map(one.get, ("summary", "description")))] == []
    identifiers = [one["operationId"] for one in named(document).values()]
    assert len(set(identifiers)) == len(identifiers)
    assert {tag for one in named(document).values() for tag in one["tags"]} == TAGS.keys()
    assert [tag["name"] for tag in document["tags"]] == list(TAGS)


def test_every_operation_tells_its_problems_and_none_of_another_kind(document):
    for name, operation in named(document).items():
        answers = operation["responses"]
        problems = {status for status in answers if int(status) >= 400}
        assert problems, name
        assert "default" not in answers, f"{name}: then nothing would be undocumented"
        own = {status for status in problems if "$ref" not in answers[status]}
        assert name == "POST /v1/token" or not own, f"{name}: only OAuth has a form of its own"
        assert {answers[status]["$ref"] for status in problems - own} == {
            f"#/components/responses/Problem{status}" for status in problems - own
        }
    told = document["components"]["responses"]
    known = {code for one in told.values() for code in one["content"][MEDIA_TYPE]["examples"]}
    of_no_operation = {code for code, entry in catalogue().items() if entry.status == 405}
    assert known | of_no_operation == catalogue().keys()


def test_everything_that_needs_somebody_says_so_and_what_is_public_does_not(document):
    for name, operation in named(document).items():
        public = operation[ACTION] == OPEN or name == "POST /v1/person/sessions"
        assert (operation["security"] == []) == public, name
        assert ("403" in operation["responses"]) or public


def test_everything_has_an_example_and_every_example_is_what_its_schema_says(document):
    for name, kind, media in bodies(document):
        if kind not in {"text/csv", MEDIA_TYPE, *MADE}:  # files and letters need none
            continue
        examples = (
            [media["example"]] if "example" in media else [one["value"] for one in media.get("examples", {}).values()]
        )
        assert examples, f"{name} {kind}"
        check = Draft202012Validator(
            {**media["schema"], "components": document["components"]},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        faults = [f"{list(error.path)}: {error.message}" for one in examples for error in check.iter_errors(one)]
        assert faults == [], f"{name} {kind}: give the field `examples`"


def test_a_case_record_is_described_as_the_command_describes_it(document):
    words = real_app().files.vocabulary
    found = {**document["components"]["schemas"]["CaseRecord"], "components": document["components"]}
    check, same = Draft202012Validator(found), Draft202012Validator(json_schema(fact_schemas(words)))
    assert document["components"]["schemas"].items() >= record_schemas(words).items()
    good = record("facts: {acts: [transportation]}").data
    for one in (good, {"facts": {"acts": ["flying"]}}, {"identity": {"first_name": "Ana"}}, {"x": 1}, []):
        assert check.is_valid(one) == same.is_valid(one)
    assert check.is_valid(good)


def test_it_is_made_once_while_the_words_stay(app):
    assert app.openapi() is app.openapi()
