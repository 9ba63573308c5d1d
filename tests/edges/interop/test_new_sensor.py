import ast
import re
from pathlib import Path

import pytest

from standex.edges.interop.new_sensor import SensorKind, write_sensor
from standex.edges.service.config import load_config
from standex.edges.settings import load_site
from standex.model.errors import StandexError


def n_lines_of_code(path: Path) -> int:
    """Lines that say something: no blank ones, no comments, no docstrings."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        is_docstring = isinstance(body, list) and body and isinstance(body[0], ast.Expr)
        if is_docstring and isinstance(body[0].value, ast.Constant):
            body.pop(0)
    lines = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    text = path.read_text().splitlines()
    return sum(bool(text[line - 1].strip()) for line in lines)


@pytest.mark.parametrize("kind", SensorKind)
def test_a_folder_is_written_without_marks_and_its_site_loads(kind, tmp_path: Path) -> None:
    files = write_sensor("my-sensor", kind, tmp_path / "new")
    assert {path.name for path in files} >= {"README.md", "site.toml", "service.toml"}
    for path in files:
        assert not re.search("@[A-Z_]+@", path.read_text()), path
        assert path.suffix != ".txt"
        if path.suffix == ".py":
            ast.parse(path.read_text())
    site = load_site(tmp_path / "new" / "site.toml")
    assert [spec.sensor_id for spec in site.sensors] == ["my-sensor"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (SensorKind.POSITIONS, "src/my_sensor/adapter.py"),
        (SensorKind.LOOKS, "src/my_sensor/adapter.py"),
        (SensorKind.RAW, "src/my_sensor/adapter.py"),
        (SensorKind.MQTT, "sensor.py"),
    ],
)
def test_an_adapter_has_twenty_lines(kind, name, tmp_path: Path) -> None:
    write_sensor("my-sensor", kind, tmp_path)
    assert n_lines_of_code(tmp_path / name) <= 20


@pytest.mark.parametrize("name", ["", "My-Sensor", "1a", "a_b", "a/b", "../a", "a--b", "a" * 80])
def test_a_name_that_cannot_be_one_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(StandexError, match="cannot be the name"):
        write_sensor(name, SensorKind.POSITIONS, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(StandexError, match="holds something"):
        write_sensor("a", SensorKind.POSITIONS, tmp_path)
    with pytest.raises(StandexError, match="cannot write"):
        write_sensor("a", SensorKind.POSITIONS, tmp_path / "mine")


@pytest.mark.parametrize("kind", SensorKind)
def test_its_service_file_can_be_served(kind, tmp_path: Path) -> None:
    write_sensor("my-sensor", kind, tmp_path)
    config = load_config(tmp_path / "service.toml", load_site(tmp_path / "site.toml"))
    assert config.table.sources[0].sensors == ("my-sensor",)
