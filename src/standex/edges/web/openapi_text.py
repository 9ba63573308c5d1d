"""OpenAPI of the API, with the messages of the live connection beside the endpoints."""

from typing import Any

from pydantic import TypeAdapter

from standex.edges.web.problems import Problem
from standex.edges.web.shapes import LIVE

REF = "#/components/schemas/{model}"


def with_live_messages(openapi: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a schema of each message that comes over the WebSocket."""
    out = dict(openapi)
    components = dict(out.get("components", {}))
    schemas = dict(components.get("schemas", {}))
    for message in (Problem, *LIVE):
        schema = TypeAdapter(message).json_schema(ref_template=REF, mode="serialization")
        for name, inner in schema.pop("$defs", {}).items():
            schemas.setdefault(name, inner)
        schemas.setdefault(message.__name__, schema)
    components["schemas"] = dict(sorted(schemas.items()))
    out["components"] = components
    return out
