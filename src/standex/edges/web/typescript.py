"""OpenAPI as TypeScript: types of what goes in and out, and which endpoint takes and gives what."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_SIMPLE = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
HEAD = "// Made by `standex api types`; do not edit.\n"
Schema = Mapping[str, Any]


def typescript_of(openapi: Schema) -> str:
    """Return the text of a module with a type for each schema and a table of the endpoints."""
    parts = [HEAD]
    schemas: Mapping[str, Schema] = openapi["components"]["schemas"]
    for name, schema in sorted(schemas.items()):
        parts.append(f"{_comment(schema)}export type {_name(name)} = {type_of(schema)};\n")
    rows = [_endpoint(method, path, one) for path, method, one in _operations(openapi)]
    parts.append("export interface Endpoints {\n" + "".join(rows) + "}\n")
    return "\n".join(parts)


def type_of(schema: Schema) -> str:  # noqa: PLR0911 - one for each kind
    """Return a schema as a type."""
    if "$ref" in schema:
        return _name(str(schema["$ref"]).rsplit("/", 1)[-1])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " | ".join(dict.fromkeys(type_of(one) for one in schema[key]))
    if "allOf" in schema:
        return " & ".join(type_of(one) for one in schema["allOf"])
    kind = schema.get("type")
    if kind == "array":
        item = type_of(schema.get("items", {}))
        return f"({item})[]" if " " in item else f"{item}[]"
    if kind == "object":
        return _object(schema)
    return _SIMPLE.get(str(kind), "unknown")


def _object(schema: Schema) -> str:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    rest = schema.get("additionalProperties")
    if not properties:
        inner = type_of(rest) if isinstance(rest, Mapping) else "unknown"
        return f"Record<string, {inner}>"
    required = set(schema.get("required", ()))
    rows = [
        f"  {json.dumps(name) if not name.isidentifier() else name}"
        f"{'' if name in required else '?'}: {type_of(one)};"
        for name, one in properties.items()
    ]
    if rest is True:
        rows.append("  [more: string]: unknown;")
    return "{\n" + "\n".join(rows) + "\n}"


def _operations(openapi: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in sorted(openapi["paths"].items()):
        for method, operation in sorted(methods.items()):
            yield path, method.upper(), operation


def _endpoint(method: str, path: str, operation: Schema) -> str:
    asked = _content(operation.get("requestBody", {}))
    good = next((one for code, one in operation["responses"].items() if code.startswith("2")), {})
    query = [
        f"{p['name']}{'' if p.get('required') else '?'}: {type_of(p['schema'])}"
        for p in operation.get("parameters", ())
        if p["in"] == "query"
    ]
    parts = [f"body: {asked or 'undefined'}", f"answer: {_content(good) or 'unknown'}"]
    parts.append(f"query: {{ {'; '.join(query)} }}" if query else "query: undefined")
    words = operation.get("description", "").replace("\n", " ").replace("*/", "* /")
    inner = "; ".join(re.sub(r"\s*\n\s*", " ", part) for part in parts)
    return f"  /** {words} */\n  {json.dumps(f'{method} {path}')}: {{ {inner} }};\n"


def _content(one: Schema) -> str:
    schema = one.get("content", {}).get("application/json", {}).get("schema")
    return "" if schema is None else type_of(schema)


def _comment(schema: Schema) -> str:
    words = str(schema.get("description", "")).split("\n\n", maxsplit=1)[0].replace("\n", " ")
    return f"/** {words} */\n" if words else ""


def _name(name: str) -> str:
    return re.sub(r"\W", "_", name)
