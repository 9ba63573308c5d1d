import json

import pytest

from standex.edges.web.api_text import openapi_of_everything
from standex.edges.web.permissions import ASKED
from standex.edges.web.typescript import typescript_of

pytestmark = pytest.mark.slow


def test_it_is_all_there_and_the_same_every_time() -> None:
    first = openapi_of_everything()
    assert json.dumps(first) == json.dumps(openapi_of_everything())
    described = {(method.upper(), path) for path, ways in first["paths"].items() for method in ways}
    hidden = {("GET", "/{path:path}"), ("GET", "/api/v1/openapi.json")}
    http = {(method, path.replace(":path", "")) for method, path in ASKED if method != "WEBSOCKET"}
    assert described == http - {(m, p.replace(":path", "")) for m, p in hidden}


def test_the_types_are_whole() -> None:
    text = typescript_of(openapi_of_everything())
    assert "export type PictureMessage" in text
    assert text.count("{") == text.count("}")
