"""Bodies that are nearly what a model of pydantic asks for, with a canary wherever something is written.

nearly(TypeAdapter(Model))                       # a strategy of Hypothesis
walked(schema)                                   # every schema inside one
"""

from hypothesis import strategies as st

CANARY = "CanaryAna"

INNER = ("schema", "items_schema", "keys_schema", "values_schema", "json_schema", "python_schema")


def inside(schema):
    """Yield the schemas directly inside one."""
    yield from (schema[name] for name in INNER if isinstance(schema.get(name), dict))
    yield from schema.get("definitions", ())
    fields = schema.get("fields", {})
    yield from fields.values() if isinstance(fields, dict) else fields
    choices = schema.get("choices", ())
    yield from choices.values() if isinstance(choices, dict) else choices


def walked(schema):
    yield schema
    for one in inside(schema):
        yield from walked(one)


def shaped(schema, named):
    """Make values that are nearly what a schema asks for, with the canary wherever something is written."""
    junk = st.sampled_from([CANARY, CANARY * 2000, "", None, 7, -(10**12), 2.5, True, [], [CANARY], {CANARY: CANARY}])
    kind = schema["type"]
    if kind == "definition-ref":
        return shaped(named[schema["schema_ref"]], {}) if schema["schema_ref"] in named else junk
    if kind == "model-fields":
        fields = {name: st.one_of(shaped(one["schema"], named), junk) for name, one in schema["fields"].items()}
        whole = st.fixed_dictionaries({}, optional={**fields, CANARY: junk})
        return st.one_of(whole, st.fixed_dictionaries(fields), junk)
    if kind == "literal":
        return st.one_of(st.sampled_from(schema["expected"]), junk)
    inner = [shaped(one, named) for one in inside(schema)]
    if kind == "list":
        return st.one_of(st.lists(inner[0], max_size=3), st.just([CANARY] * 120), junk)
    if kind == "dict":
        return st.one_of(st.dictionaries(st.just(CANARY), inner[-1], max_size=2), junk)
    return st.one_of(*inner, junk)


def nearly(adapter):
    named = {one["ref"]: one for one in walked(adapter.core_schema) if "ref" in one}
    return shaped(adapter.core_schema, named)
