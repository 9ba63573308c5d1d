import json

import pytest

from standex.edges.cli import make_parser
from standex.edges.commands import api

pytestmark = pytest.mark.slow


@pytest.fixture
def call():
    def run(*argv):
        parser = make_parser()
        args = parser.parse_args(["doctor"])
        own = type(parser)()
        api.add_arguments(own)
        for name, value in vars(own.parse_args(argv)).items():
            setattr(args, name, value)
        return api.run(args)

    return run


def test_openapi_goes_to_stdout(call, capsys) -> None:
    assert call("openapi") == 0
    assert "/api/v1/live" not in (document := json.loads(capsys.readouterr().out))["paths"]
    assert document["openapi"].startswith("3.1")


def test_types_go_to_a_file(call, tmp_path, capsys) -> None:
    file = tmp_path / "api" / "types.ts"
    assert call("types", "--out", str(file)) == 0
    assert "export interface Endpoints" in file.read_text()
    assert str(file) in capsys.readouterr().out.replace("\n", "")
