import argparse

import pytest

from standex.edges.commands import serve
from standex.edges.service.config import ServiceFileError

FILE = """
[[sources]]
name = "people"
kind = "twin"
settings = { people = "corridor" }
"""


def arguments(*words) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    serve.add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(words)


@pytest.mark.slow
def test_a_service_file_is_checked_and_nothing_starts(tmp_path, capsys) -> None:
    file = tmp_path / "service.toml"
    file.write_text(FILE)
    assert serve.run(arguments("metro", "--config", str(file), "--check")) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["service.toml"]


def test_every_problem_of_the_file_is_told(tmp_path) -> None:
    file = tmp_path / "service.toml"
    file.write_text(FILE.replace("twin", "twins") + "[wach]\n")
    with pytest.raises(ServiceFileError, match="2 problems"):
        serve.run(arguments("metro", "--config", str(file), "--check"))
    with pytest.raises(ServiceFileError, match="--config"):
        serve.run(arguments("metro", "--config", str(tmp_path / "none.toml"), "--check"))


def test_what_is_overdue_is_deleted_without_a_service(tmp_path, capsys) -> None:
    file = tmp_path / "service.toml"
    file.write_text(FILE)
    old = tmp_path / "recordings" / "metro-1700000000000.mcap"
    old.parent.mkdir()
    old.touch()
    assert serve.run(arguments("metro", "--config", str(file), "--tidy")) == 0
    assert not old.exists()
    assert "nothing" in capsys.readouterr().out
