import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.demo.schema import example

_SCHEMAS = st.recursive(
    st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer", "minimum": 3, "exclusiveMaximum": 9},
            {"type": "number", "exclusiveMinimum": 0},
            {"type": "boolean"},
            {"type": "null"},
            {"enum": ["b", 2]},
            {"const": 5},
            {"type": ["integer", "null"]},
        ]
    ),
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item, "minItems": 2}, inner),
        st.builds(lambda one: {"anyOf": [{"type": "null"}, one]}, inner),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": list(fields)},
            st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3),
        ),
    ),
    max_leaves=6,
)


def fits(value: Any, schema: dict[str, Any]) -> bool:
    if "anyOf" in schema:
        return any(fits(value, part) for part in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    if "const" in schema:
        return bool(value == schema["const"])
    match schema["type"]:
        case "array":
            return len(value) == 2 and all(fits(item, schema["items"]) for item in value)
        case "object":
            return all(fits(value[key], inner) for key, inner in schema["properties"].items())
        case "integer" | ["integer", "null"]:
            return type(value) is int and schema.get("minimum", value) <= value < schema.get(
                "exclusiveMaximum", value + 1
            )
        case "number":
            return isinstance(value, float) and value > 0
        case kind:
            return isinstance(value, {"string": str, "boolean": bool, "null": type(None)}[kind])


@given(_SCHEMAS, st.sampled_from(["", '1 "x" -99 2.5 "y"', "100000"]))
def test_example_values_fit_their_schema(schema: dict[str, Any], prompt: str) -> None:
    assert fits(example(schema, prompt), schema)


def test_a_recursive_schema_ends() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}, "required": ["next"]}
    assert json.dumps(example({"$ref": "#/$defs/node", "$defs": {"node": node}}, "")).count("next") < 10
