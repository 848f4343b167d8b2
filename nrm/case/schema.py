"""The JSON Schema of a case record, for editors and for other programs.

Draft 2020-12: https://json-schema.org/draft/2020-12
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from nrm.case.record import CaseRecord

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

SCHEMA_ID = "urn:nrm:case-record"
TITLE = "Case record of a national referral mechanism"


class _WithoutNull(GenerateJsonSchema):
    """A field that may be left out may not be null: our reader would take `null` for a word."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        written = super().default_schema(schema)
        if written.get("default", "") is None:
            del written["default"]
        return written


def json_schema(values: Mapping[str, Mapping[str, object]]) -> dict[str, Any]:
    """Return the JSON Schema of a case record; `values` gives the schema of each coded fact, from the vocabulary."""
    model = CaseRecord.model_json_schema(schema_generator=_WithoutNull)
    facts = model["properties"]["facts"]
    model["properties"]["facts"] = {
        "title": facts["title"],
        "description": facts["description"],
        "type": "object",
        "properties": {name: dict(values[name]) for name in sorted(values)},
        "additionalProperties": False,
    }
    return {"$schema": GenerateJsonSchema.schema_dialect, "$id": SCHEMA_ID, **model, "title": TITLE}
