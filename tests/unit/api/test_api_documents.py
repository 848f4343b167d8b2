"""A case record in a body: what is no JSON is told as that, with its line, and what is JSON as in a file."""

import pytest

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"identity":\n{"first_name": ', "body:2"),
        (b'{"identity": {"first_name": "CanaryAna",}}', "body:1"),
        (b"identity: [CanaryAna", "body:1"),
        (b"", "body:1"),
        (b"identity: {first_name: CanaryAna}", "body:1"),
        (b'{"identity": NaN}', "body"),
    ],
)
def test_what_is_no_json_is_told_as_that_with_its_line(service, body, place):
    answer = service.as_("caseworker").post("/v1/cases", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    (fault,) = answer.json()["errors"]
    assert (fault["at"], fault["what"]) == (place, "is not JSON")
    assert "Canary" not in answer.text


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"identity": {}, "identity": {}}', "stands twice"),
        (b"[" * 2000 + b"]" * 2000, "nested more than 40 deep"),
        (b'{"identity": {"first_name": "\xff"}}', "not UTF-8"),
        (b'{"identty": {}}', "not known here"),
    ],
)
def test_what_is_json_is_refused_for_what_is_wrong_with_it(service, body, what):
    answer = service.as_("caseworker").post("/v1/cases", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (422, "input_refused")
    assert what in answer.json()["errors"][0]["what"]
