"""Plausible values for a JSON schema, taken from a prompt where it offers them."""

import re
from collections.abc import Iterator
from typing import Any

_MAX_DEPTH = 8
"""Deeper than this a recursive schema gets null."""

_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT5M",
    "email": "someone@example.com",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def example(schema: dict[str, Any], prompt: str) -> Any:
    """A JSON value that fits the schema's types, enums, bounds and required fields.

    Numbers and quoted strings of the prompt are used up in order, before defaults, examples and stand-ins.
    Patterns and combined conditions are not solved: such a value may be refused by what takes it.
    """
    numbers = iter(re.findall(r"-?\d+(?:\.\d+)?", prompt))
    quoted = iter([a or b for a, b in re.findall(r'"([^"]+)"|“([^”]+)”', prompt)])
    return _Maker(schema.get("$defs") or schema.get("definitions") or {}, numbers, quoted).make(schema, "value", 0)


class _Maker:
    def __init__(self, definitions: dict[str, Any], numbers: Iterator[str], quoted: Iterator[str]) -> None:
        self._definitions = definitions
        self._numbers = numbers
        self._quoted = quoted

    def make(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > _MAX_DEPTH:
            return None
        if "$ref" in schema:
            return self.make(self._definitions.get(str(schema["$ref"]).rpartition("/")[2]), name, depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("anyOf", "oneOf", "allOf"):
            if schema.get(key):
                choice = next((part for part in schema[key] if part != {"type": "null"}), None)
                return self.make(choice, name, depth + 1)
        kind = schema.get("type", "object" if "properties" in schema else "string")
        return self._of_kind(kind[0] if isinstance(kind, list) else kind, schema, name, depth)

    def _of_kind(self, kind: str, schema: dict[str, Any], name: str, depth: int) -> Any:
        match kind:
            case "object":
                properties = schema.get("properties", {})
                needed = schema.get("required", properties)
                return {key: self.make(properties.get(key, {}), key, depth + 1) for key in needed}
            case "array":
                count = max(1, schema.get("minItems", 1))
                return [self.make(schema.get("items", {}), name, depth + 1) for _ in range(count)]
            case "integer" | "number":
                return self._number(schema, whole=kind == "integer")
            case "boolean":
                return schema.get("default", True)
            case "null":
                return None
            case _:
                return self._string(schema, name)

    def _number(self, schema: dict[str, Any], whole: bool) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum", float("-inf")))
        high = schema.get("maximum", schema.get("exclusiveMaximum", float("inf")))
        step = 1 if whole else 0.5
        low += step if "exclusiveMinimum" in schema else 0
        high -= step if "exclusiveMaximum" in schema else 0
        given = next(self._numbers, None)
        value = float(given) if given is not None else float(schema.get("default") or 1)
        value = min(max(value, low), high)
        return int(value) if whole else value

    def _string(self, schema: dict[str, Any], name: str) -> str:
        given = next(self._quoted, None)
        if given is not None:
            return given
        for known in (schema.get("default"), *(schema.get("examples") or ())):
            if isinstance(known, str):
                return known
        return _FORMATS.get(schema.get("format", ""), f"example {name}".replace("_", " "))
