"""The template and the JSON Schema: both are written from the model and leave nothing out."""

import json

import pytest

from nrm.case import CaseRecord, json_schema, read_case, template
from nrm.case.fields import Part
from nrm.case.template import shape
from nrm.errors import CaseRefusedError
from nrm.textfile import read_bytes

COMMENTS = {"acts": "What was done.\nAny of:   recruitment, transfer.", "still_in_situation": "yes, no"}


def parts(kind=CaseRecord):
    yield kind
    for field in kind.model_fields.values():
        inner = shape(field.annotation).kind
        if isinstance(inner, type) and issubclass(inner, Part):
            yield from parts(inner)


def used(text):
    """Take the mark off every line that the template offers for use."""
    lines = text.splitlines()
    return "\n".join(line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in lines)


def test_the_template_reads_back_as_an_empty_record():
    assert read_case(read_bytes(template(COMMENTS).encode(), "template.yaml")) == CaseRecord()


def test_the_template_names_and_explains_every_field_of_the_model():
    text = template({})
    flat = " ".join(text.replace("#", " ").split())
    for kind in parts():
        for name, field in kind.model_fields.items():
            assert f"{name}:" in text
            assert field.description is not None
            assert field.description in flat


def test_the_template_lists_the_coded_facts_as_lines_to_be_used():
    lines = template(COMMENTS).splitlines()
    start = lines.index("facts:")
    assert lines[start + 1 : start + 5] == [
        "  ## What was done. Any of: recruitment, transfer.",
        "  # acts:",
        "  ## yes, no",
        "  # still_in_situation:",
    ]


def test_all_lines_that_the_template_offers_fit_where_they_stand():
    text = used(template(COMMENTS))
    assert "\n    - result:\n" in text
    with pytest.raises(CaseRefusedError) as refused:
        read_case(read_bytes(text.encode(), "template.yaml"))
    # Only what an entry cannot do without is asked for: no line is unknown, none stands in the wrong place.
    assert {problem.what.split("`")[2] for problem in refused.value.problems} == {" is missing in "}


def test_a_filled_line_of_the_template_is_read():
    text = template(COMMENTS).replace("  first_name:", "  first_name: Ana").replace("  # acts:", "  acts: [transfer]")
    record = read_case(read_bytes(text.encode(), "template.yaml"))
    assert (record.identity.first_name, record.facts) == ("Ana", {"acts": ("transfer",)})


def test_every_field_is_described_in_one_plain_sentence():
    for kind in parts():
        for name, field in kind.model_fields.items():
            assert field.description, (kind, name)
            assert field.description.endswith("."), (kind, name)
            assert len(field.description) < 110, (kind, name)


def test_the_schema_holds_the_facts_that_the_vocabulary_gives_and_no_others():
    acts = {"type": "array", "items": {"enum": ["transfer"]}}
    schema = json_schema({"means": {"type": "array"}, "acts": acts})
    facts = schema["properties"]["facts"]
    assert list(facts["properties"]) == ["acts", "means"]
    assert facts["properties"]["acts"] == acts
    assert facts["additionalProperties"] is False
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:nrm:case-record"
    assert schema["title"] == "Case record of a national referral mechanism"


def test_the_schema_is_closed_names_htcds_fields_and_never_allows_null():
    schema = json_schema({})
    assert "null" not in json.dumps(schema)
    assert "required" not in schema
    assert all(kind["additionalProperties"] is False for kind in schema["$defs"].values())
    identity = schema["$defs"]["Identity"]["properties"]
    assert identity["first_name"]["htcds"] == "prs_FirstName"
    assert identity["birth_date"]["format"] == "date"
    assert "unknown" in identity["gender"]["enum"]
