"""What pydantic refuses is told in the caller's language with what to do, and without anything of what was sent."""

import json
import re

import pytest
from api_office import Service
from fastapi.routing import iter_route_contexts
from fault_shapes import CANARY, nearly, walked
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import new_office
from pydantic import ValidationError

from api.problems.kinds import UNFORESEEN, fault_of, kinds
from api.problems.problem import Told, response
from api.views.model import UNFIT
from nrm.rulebook.wording import LANGUAGES

OTHERS = [language for language in LANGUAGES if language != "en"]

OF_SCHEMA = {
    "any": set(),
    "bool": {"bool_type", "bool_parsing"},
    "bytes": {"bytes_type", "bytes_invalid_encoding"},
    "date": {"date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"},
    "datetime": {"datetime_type", "datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid"},
    "default": set(),
    "definition-ref": {"recursion_loop"},
    "definitions": set(),
    "dict": {"dict_type", "too_short", "too_long"},
    "float": {"float_type", "float_parsing", "finite_number"},
    "function-after": {"value_error", UNFIT},
    "function-before": {"value_error", "moment", "too_many_digits"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float"},
    "json-or-python": set(),
    "list": {"list_type", "too_short", "too_long"},
    "literal": {"literal_error"},
    "model": {"model_type", "model_attributes_type"},
    "model-field": set(),
    "model-fields": {"missing", "extra_forbidden", "invalid_key", "model_type", "model_attributes_type"},
    "none": {"none_required"},
    "nullable": set(),
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long", "string_pattern_mismatch"},
    "tagged-union": {"invalid_json_value"},
    "union": set(),
    "uuid": {"uuid_type", "uuid_parsing"},
}
"""What each kind of schema of pydantic can find wrong; a schema that is not named here fails the test."""

OF_BOUND = {"ge": "greater_than_equal", "gt": "greater_than", "le": "less_than_equal", "lt": "less_than"}


def fields_of(dependant):
    for kind in ("path_params", "query_params", "header_params", "cookie_params", "body_params"):
        yield from getattr(dependant, kind)
    for below in dependant.dependencies:
        yield from fields_of(below)


def adapters(app):
    """Return what reads each parameter and body of the service, by route and name."""
    routes = [one for one in iter_route_contexts(app.routes) if hasattr(one.original_route, "dependant")]
    return {
        f"{'+'.join(sorted(one.methods))} {one.path} {field.alias}": field._type_adapter  # noqa: SLF001 - no other way
        for one in routes
        for field in fields_of(one.original_route.dependant)
    }


def told(refused, language):
    faults = tuple(fault_of({**one, "loc": ("body", *one["loc"])}) for one in refused.errors(include_url=False))
    return json.loads(response(Told("input_refused", faults), language, "0").body)["errors"]


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    return adapters(Service(new_office(tmp_path_factory.mktemp("kinds"))).app)


@pytest.fixture(scope="module")
def made(readers):
    return {name: nearly(one) for name, one in readers.items()}


def test_no_kind_that_can_occur_is_missing(readers):
    can = set()
    for one in readers.values():
        for schema in walked(one.core_schema):
            can |= OF_SCHEMA[schema["type"]] | {kind for bound, kind in OF_BOUND.items() if bound in schema}
    assert {"literal_error", "greater_than_equal", UNFIT} <= can
    assert can - kinds().keys() == set()


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_is_sent_to_any_route_is_refused_in_the_callers_language_without_it(readers, made, data):
    name = data.draw(st.sampled_from(sorted(readers)))
    sent = data.draw(made[name])
    try:
        readers[name].validate_python(sent)
    except ValidationError as refused:
        english = told(refused, "en")
        assert all(one["todo"] and "lang" not in one for one in english)
        for language in OTHERS:
            spoken = told(refused, language)
            assert [(one["at"], one["code"]) for one in spoken] == [(one["at"], one["code"]) for one in english]
            for one, other in zip(spoken, english, strict=True):
                assert one["what"] != other["what"]
                assert one["todo"] != other["todo"]
                assert "lang" not in one
            assert CANARY not in json.dumps([english, spoken])


@pytest.mark.parametrize("facts", [{CANARY: 7}, {"age_status": [CANARY, 7]}, {"age_status": {CANARY: CANARY}}])
def test_a_key_that_somebody_typed_is_not_told_as_a_place(readers, facts):
    (reader,) = (one for name, one in readers.items() if name.endswith("/what-if supposing"))
    with pytest.raises(ValidationError) as refused:
        reader.validate_python({"facts": facts})
    spoken = told(refused.value, "fr")
    assert {one["at"] for one in spoken} == {"body/facts"}
    assert CANARY not in json.dumps(spoken)


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_what_nobody_foresaw_nothing_is_told_but_its_kind(language):
    fault = fault_of({"type": "new-kind", "loc": ("body", CANARY), "msg": CANARY, "ctx": {"error": CANARY}})
    (spoken,) = json.loads(response(Told("input_refused", (fault,)), language, "0").body)["errors"]
    assert (spoken["code"], spoken["what"]) == ("new_kind", kinds()[UNFORESEEN].what.in_(language))
    assert CANARY not in json.dumps(spoken)


@pytest.mark.parametrize(
    ("kind", "context", "todo"),
    [
        ("string_too_long", {"max_length": 60}, "nombre maximal de caractères : 60"),
        ("greater_than_equal", {"ge": -90.0}, "valeur minimale : -90"),
        ("literal_error", {"expected": "'given', 'refused' or 'withdrawn'"}, "`given`, `refused`, `withdrawn`"),
    ],
)
def test_limits_and_words_of_the_program_are_filled_in(kind, context, todo):
    fault = fault_of({"type": kind, "loc": ("body", "it"), "msg": CANARY, "ctx": context, "input": CANARY})
    (spoken,) = json.loads(response(Told("input_refused", (fault,)), "fr", "0").body)["errors"]
    assert todo in spoken["todo"]


def test_arabic_separates_words_with_its_own_comma():
    fault = fault_of({"type": "literal_error", "loc": ("body", "it"), "msg": "", "ctx": {"expected": "'a' or 'b'"}})
    (spoken,) = json.loads(response(Told("input_refused", (fault,)), "ar", "0").body)["errors"]
    assert re.search("`a`، `b`", spoken["todo"])


@pytest.mark.parametrize("context", [None, {}, {"ge": "2026-01-31"}, {"gt": 3}])
def test_a_limit_that_is_not_there_or_no_number_is_no_fault_of_the_program(context):
    told = fault_of({"loc": ("query", "since"), "type": "greater_than_equal", "msg": CANARY, "ctx": context})
    assert (told.code, told.what) == ("greater_than_equal", kinds()[UNFORESEEN].what.en)
