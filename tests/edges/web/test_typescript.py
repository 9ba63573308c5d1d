import pytest

from standex.edges.web.typescript import HEAD, type_of, typescript_of


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "integer"}, "number"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "null"}]}},
         "(number | null)[]"),
        ({"anyOf": [{"type": "number"}, {"type": "integer"}]}, "number"),
        ({"$ref": "#/components/schemas/Some-Thing"}, "Some_Thing"),
        ({"enum": ["a", "b"]}, '"a" | "b"'),
        ({"const": "picture"}, '"picture"'),
        ({"allOf": [{"type": "string"}]}, "string"),
        ({"type": "object", "additionalProperties": {"type": "number"}},
         "Record<string, number>"),
        ({}, "unknown"),
    ],
)  # fmt: skip
def test_each_kind_of_schema_is_a_type(schema, expected) -> None:
    assert type_of(schema) == expected


def test_fields_that_may_be_left_out_are_marked() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b-c": {"type": "null"}},
        "required": ["a"],
        "additionalProperties": True,
    }
    assert type_of(schema) == '{\n  a: string;\n  "b-c"?: null;\n  [more: string]: unknown;\n}'


def test_endpoints_say_what_they_take_and_give() -> None:
    text = typescript_of(
        {
            "components": {"schemas": {"A": {"type": "string", "description": "Some.\n\nMore."}}},
            "paths": {
                "/a": {
                    "get": {
                        "description": "Return\nit.",
                        "parameters": [
                            {"name": "n", "in": "query", "schema": {"type": "integer"}},
                            {"name": "h", "in": "header", "schema": {"type": "string"}},
                        ],
                        "responses": {
                            "200": {
                                "content": {
                                    "application/json": {
                                        "schema": {"$ref": "#/components/schemas/A"}
                                    }
                                }
                            }
                        },
                    }
                }
            },
        }
    )
    assert text.startswith(HEAD)
    assert "/** Some. */\nexport type A = string;" in text
    assert "/** Return it. */" in text
    assert '"GET /a": { body: undefined; answer: A; query: { n?: number } };' in text
