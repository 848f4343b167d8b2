"""Examples of bodies and answers, made from their schemas: the examples of fields, put together."""

from __future__ import annotations

import hashlib
from typing import Any, Final

Json = dict[str, Any]

MADE: Final = ("application/json", "application/x-www-form-urlencoded")
"""Types of which examples are made."""

DEEPEST: Final = 12
"""How far schemas are followed; what lies deeper is left out where it may be."""

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_PATTERNS: Final = {"^[0-9a-f]{64}$": _EMPTY}
_FORMATS: Final = {
    "uuid": "3f0c9a52-6c1e-4f6b-9b1d-2f6a1c7d9e10",
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "uri": "https://example.org/",
}


def with_examples(operation: Json, schemas: Json) -> None:
    """Give what goes in and out of an operation as JSON or as a form an example, where it has none."""
    bodies = [(operation["requestBody"], True)] if "requestBody" in operation else []
    bodies += [(answer, False) for answer in operation["responses"].values()]
    for body, sent in bodies:
        for media in (one for kind, one in body.get("content", {}).items() if kind in MADE):
            if media.get("schema") and not {"example", "examples"} & media.keys():
                media["example"] = example_of(media["schema"], schemas, sent=sent)


def example_of(schema: Json, schemas: Json, *, sent: bool = False, depth: int = 0) -> Any:  # noqa: ANN401 - any JSON
    """Return an example of a schema.

    Of what is `sent` it has what must be there, and what its fields have examples of; of an answer, everything.
    """
    if "$ref" in schema:
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        schema = {**schemas[schema["$ref"].rpartition("/")[2]], **beside}
    for said in (schema.get("examples"), schema.get("enum"), [schema["const"]] if "const" in schema else None):
        if said:
            return said[0]
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return _of_one(schema[word], schemas, sent=sent, depth=depth)
    if schema.get("type") == "object" or "properties" in schema:
        return _object(schema, schemas, sent=sent, depth=depth)
    if schema.get("type") == "array":
        return _array(schema, schemas, sent=sent, depth=depth)
    if schema.get("default") is not None:
        return schema["default"]
    return _scalar(schema)


def _of_one(several: list[Json], schemas: Json, *, sent: bool, depth: int) -> Any:  # noqa: ANN401 - any JSON
    if depth >= DEEPEST and any(one.get("type") == "null" for one in several):
        return None
    some = [one for one in several if one.get("type") != "null"]
    return example_of(some[0], schemas, sent=sent, depth=depth) if some else None


def _object(schema: Json, schemas: Json, *, sent: bool, depth: int) -> Json:
    required = schema.get("required", ())
    return {
        name: example_of(one, schemas, sent=sent, depth=depth + 1)
        for name, one in schema.get("properties", {}).items()
        if name in required or (one.get("examples") if sent else depth < DEEPEST)
    }


def _array(schema: Json, schemas: Json, *, sent: bool, depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [example_of(one, schemas, sent=sent, depth=depth + 1) for one in schema["prefixItems"]]
    least = schema.get("minItems", 0)
    if "items" not in schema or depth >= DEEPEST:
        return []
    return [example_of(schema["items"], schemas, sent=sent, depth=depth + 1)] * max(1, least)


def _scalar(schema: Json) -> Any:  # noqa: ANN401 - any JSON
    kind = schema.get("type")
    if kind == "string":
        return _PATTERNS.get(schema.get("pattern", "")) or _FORMATS.get(schema.get("format", ""), "text")
    if kind in {"integer", "number"}:
        return schema.get("minimum", 0)
    return False if kind == "boolean" else None
