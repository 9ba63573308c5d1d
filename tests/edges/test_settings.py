from pathlib import Path

import numpy as np
import pytest

from standex.edges.settings import load_site, parse_site, shipped_sites, site_text
from standex.model.errors import SiteError

METRO = site_text("metro")


@pytest.mark.parametrize("name", shipped_sites())
def test_every_shipped_site_loads(name: str) -> None:
    assert load_site(name).site_id == name


def test_the_demo_corridor_is_as_surveyed() -> None:
    site = load_site("metro")
    assert site.exercise
    assert [spec.sensor_id for spec in site.sensors] == ["mw-entry", "cam-entry", "cam-exit"]
    np.testing.assert_allclose(site.zone_share.sum(), 1.0)
    # People walk towards -x: what they pass lies behind them.
    for line, x_m in zip(site.lines, (1.6, -5.2), strict=True):
        beyond_m = line.beyond_m(np.array([[x_m + 1, 0.3], [x_m - 2, 4.7]]))
        np.testing.assert_allclose(beyond_m, [-1.0, 2.0])
        assert line.spans(np.array([[0.0, 0.3], [0.0, 4.7]])).all()


@pytest.mark.parametrize(
    ("sensor_id", "target_site_m"),
    [("mw-entry", (3.0, 2.5)), ("cam-entry", (2.5, 2.5)), ("cam-exit", (-3.0, 2.5))],
)
def test_sensors_look_where_they_should(sensor_id: str, target_site_m: tuple[float, float]) -> None:
    sensor_from_site = load_site("metro").sensor(sensor_id).site_from_sensor.inverse()
    forward_m, left_m, _ = sensor_from_site @ np.array([*target_site_m, 0.0])
    assert forward_m > 0
    assert abs(left_m) < 0.01 * forward_m


def test_a_file_and_a_shipped_site_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    path.write_text(METRO, encoding="utf-8")
    assert site_text(path) == site_text(str(path)) == METRO
    assert load_site(path).title == load_site("metro").title


@pytest.mark.parametrize("name", ["metr", "no/such/file.toml", ""])
def test_a_missing_site_names_the_shipped_ones(name: str) -> None:
    with pytest.raises(SiteError, match="metro"):
        load_site(name)


def test_files_that_are_not_text(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'title = "M\xe9tro"')
    with pytest.raises(SiteError, match="UTF-8"):
        load_site(tmp_path / "latin.toml")
    with pytest.raises(SiteError, match="cannot be read"):
        load_site(tmp_path)
    with pytest.raises(SiteError, match="cannot be read"):
        load_site("a\0b.toml")


def test_toml_errors_say_the_line() -> None:
    with pytest.raises(SiteError, match=r"here\.toml: not valid TOML.*line 2"):
        parse_site("exercise = true\nsite_id = metro", where="here.toml")
