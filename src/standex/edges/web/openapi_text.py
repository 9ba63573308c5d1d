"""OpenAPI of the API, with the messages of the live connection beside the endpoints."""

from typing import Any

from pydantic import TypeAdapter

from standex.edges.web.problems import MEDIA_TYPE
from standex.edges.web.shapes import LIVE

REF = "#/components/schemas/{model}"


def with_live_messages(openapi: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a schema of each message that comes over the WebSocket."""
    out = {**openapi, "paths": _with_problems(openapi.get("paths", {}))}
    components = dict(out.get("components", {}))
    schemas = dict(components.get("schemas", {}))
    for message in LIVE:
        schema = TypeAdapter(message).json_schema(ref_template=REF, mode="serialization")
        for name, inner in schema.pop("$defs", {}).items():
            schemas.setdefault(name, inner)
        schemas.setdefault(message.__name__, schema)
    components["schemas"] = dict(sorted(schemas.items()))
    out["components"] = components
    return out


def _with_problems(paths: dict[str, Any]) -> dict[str, Any]:
    """Return the endpoints with the media type that errors really have."""
    out: dict[str, Any] = {}
    for path, ways in paths.items():
        out[path] = {}
        for method, operation in ways.items():
            responses = {
                code: {**one, "content": {MEDIA_TYPE: one["content"]["application/json"]}}
                if code >= "4" and "content" in one
                else one
                for code, one in operation.get("responses", {}).items()
            }
            out[path][method] = {**operation, "responses": responses}
    return out
