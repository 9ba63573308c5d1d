import re
from pathlib import Path

import numpy as np
import pytest

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_site, parse_site, shipped_sites, site_text
from standex.model.errors import SiteError
from standex.model.site import LineRole
from standex.model.zones import ZONE_INDEX

METRO = site_text("metro")
SURVEY = Path(__file__).with_name("survey.toml")


@pytest.mark.parametrize("name", shipped_sites())
def test_every_shipped_site_loads(name: str) -> None:
    assert load_site(name).site_id == name


def test_a_site_is_as_surveyed() -> None:
    site = load_site(SURVEY)
    assert site.exercise
    assert [spec.sensor_id for spec in site.sensors] == ["mw-entry", "cam-entry", "cam-exit"]
    np.testing.assert_allclose(site.zone_share.sum(), 1.0)
    for line, x_m in zip(site.lines, (1.6, -5.2), strict=True):
        beyond_m = line.beyond_m(np.array([[x_m + 1, 0.3], [x_m - 2, 4.7]]))
        np.testing.assert_allclose(beyond_m, [-1.0, 2.0])
        assert line.spans(np.array([[0.0, 0.3], [0.0, 4.7]])).all()


@pytest.mark.parametrize(
    ("sensor_id", "target_site_m"),
    [("mw-entry", (3.0, 2.5)), ("cam-entry", (2.5, 2.5)), ("cam-exit", (-3.0, 2.5))],
)
def test_sensors_look_where_they_should(sensor_id: str, target_site_m: tuple[float, float]) -> None:
    sensor_from_site = load_site(SURVEY).sensor(sensor_id).site_from_sensor.inverse()
    forward_m, left_m, _ = sensor_from_site @ np.array([*target_site_m, 0.0])
    assert forward_m > 0
    assert abs(left_m) < 0.01 * forward_m


# Where things stand in the demo corridor is tuned now and then; what follows holds all the same.


def test_forward_of_the_demo_lines_is_west_as_its_people_walk() -> None:
    site = load_site("metro")
    assert {line.role for line in site.lines} == {LineRole.SCREENED, LineRole.EXIT}
    for line in site.lines:
        middle_site_m = (line.from_site_m + line.to_site_m) / 2
        before_m, after_m = line.beyond_m(middle_site_m + np.array([[1.0, 0.0], [-1.0, 0.0]]))
        assert before_m < 0 < after_m


def test_demo_sensors_look_into_the_corridor_and_imagers_upstream() -> None:
    site = load_site("metro")
    assert {spec.technology for spec in site.sensors} >= {"microwave", "floor-positions"}
    for spec in site.sensors:
        (level,) = (level for level in site.levels if level.level_id == spec.level_id)
        ahead_site_m = (spec.site_from_sensor @ np.array([2.0, 0.0, 0.0]))[:2]
        walls_site_m = level.wall_site_m.reshape(-1, 2)
        assert (ahead_site_m > walls_site_m.min(axis=0)).all(), spec.sensor_id
        assert (ahead_site_m < walls_site_m.max(axis=0)).all(), spec.sensor_id
        if spec.technology == "microwave":
            # People come from the east.
            assert spec.site_from_sensor.rotation[0, 0] > 0.5, spec.sensor_id


@pytest.mark.slow
def test_plugins_of_every_demo_sensor_build() -> None:
    site = load_site("metro")
    names = [spec.sensor_id for spec in site.sensors]
    assert list(build_technologies(site, {})) == names
    assert list(build_instruments(site, 1)) == names


def test_zones_wanted_in_the_demo_have_a_share() -> None:
    site = load_site("metro")
    rows = [ZONE_INDEX[zone] for zone in site.operating_point.wanted_zones]
    assert (site.zone_share[rows] > 0).all()
    np.testing.assert_allclose(site.zone_share.sum(), 1.0)


def test_the_demo_says_that_its_priors_are_enriched() -> None:
    (table,) = (part for part in METRO.split("\n\n") if "[items.prior_per_person]" in part)
    assert re.search("#.*enriched", table, re.IGNORECASE)


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
