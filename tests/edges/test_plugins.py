"""Plug-ins are found by their installed metadata, so packages are installed here as files only."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from standex.edges.plugins import (
    INSTRUMENTS,
    TECHNOLOGIES,
    build_instruments,
    build_technologies,
    installed_plugins,
    load_plugins,
    sensor_seed,
)
from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.errors import PluginError, SiteError
from standex.model.hints import no_hints
from standex.model.ports import Technology
from standex.model.record import Record
from standex.model.site import Site
from standex.testing import check_technology

EXAMPLE_SRC = Path(__file__).parents[1] / "plugin" / "src"
EXAMPLE = {"light-barrier": "standex_plugin_example.light_barrier:build"}

FAKES = '''
"""Factories of all sorts."""

class Thing:
    def __init__(self, *arguments):
        self.arguments = arguments
        self.rate_hz = 5.0
    def start(self):
        return None
    def perceive(self, state, record, hints, /):
        return None, ()
    def record(self, scene, t_utc_ns, sequence, /):
        return None

NUMBER = 3

def nothing(*arguments):
    return None

def explode(*arguments):
    raise KeyError("half_width_m")

def complain(*arguments):
    from standex.model.errors import SiteError
    raise SiteError("sensor s: no such setting")

def itself(*arguments):
    return Thing
'''


class Installer:
    """Installs distributions as files in a folder on the import path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "standex_test_fakes.py").write_text(FAKES)
        (folder / "standex_test_broken.py").write_text("raise RuntimeError('no licence found')")

    def __call__(
        self, name: str, plugins: dict[str, str], group: str = TECHNOLOGIES, version: str = "1.0"
    ) -> None:
        info = self.folder / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(metadata)
        rows = "".join(f"{key} = {value}\n" for key, value in plugins.items())
        (info / "entry_points.txt").write_text(f"[{group}]\n{rows}")


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installer:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLE_SRC)
    for name in ("standex_test_fakes", "standex_test_broken", "standex_plugin_example"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return Installer(tmp_path)


@pytest.fixture(scope="module")
def survey() -> Site:
    return load_site(Path(__file__).with_name("survey.toml"))


def with_sensor(site: Site, **changes: Any) -> Site:
    return replace(site, sensors=(replace(site.sensors[0], **changes),))


def test_built_ins_register_like_everybody_else() -> None:
    for group in (TECHNOLOGIES, INSTRUMENTS):
        found = {entry.name: entry.dist.name for entry in installed_plugins(group) if entry.dist}
        assert found["microwave"] == found["floor-positions"] == "standex"


def test_the_project_file_of_the_example_says_what_is_installed_here() -> None:
    text = (EXAMPLE_SRC.parent / "pyproject.toml").read_text()
    assert (
        f'[project.entry-points."{TECHNOLOGIES}"]\nlight-barrier = "{EXAMPLE["light-barrier"]}"'
        in text
    )


def test_an_outside_package_plugs_in_next_to_the_built_ins(
    install: Installer, survey: Site
) -> None:
    install("standex-plugin-example", EXAMPLE)
    names = [entry.name for entry in installed_plugins(TECHNOLOGIES)]
    assert set(names) >= {"light-barrier", "microwave", "floor-positions"}

    site = with_sensor(survey, technology="light-barrier", settings={"half_width_m": 1.5})
    barrier = build_technologies(site, {})["mw-entry"]
    assert isinstance(barrier, Technology)
    records = [
        Record(
            sensor_id="mw-entry",
            t_utc_ns=10**18 + row,
            kind="light_barrier.level",
            sequence=row,
            arrays={"level": np.array([level])},
        )
        for row, level in enumerate([1.0, 0.02, 0.9])
    ]
    check_technology(barrier, records, no_hints(10**18), n_classes=len(site.items.names))
    _, (positions,) = barrier.perceive(barrier.start(), records[1], no_hints(10**18))
    # The sensor stands at (0.6, 2.5) and looks east.
    np.testing.assert_allclose(positions.position_site_m, [[2.1, 2.5]])


def test_only_what_is_named_is_imported(install: Installer) -> None:
    install("fakes", {"good": "standex_test_fakes:Thing", "bad": "standex_test_broken:build"})
    assert list(load_plugins(TECHNOLOGIES, ["good", "good"])) == ["good"]
    assert "standex_test_fakes" in sys.modules
    assert "standex_test_broken" not in sys.modules
    assert load_plugins(TECHNOLOGIES, []) == {}


def test_everything_wrong_is_told_at_once_with_what_is_installed(install: Installer) -> None:
    install("lab-one", {"laser": "standex_test_fakes:Thing", "nose": "standex_test_broken:build"})
    install("lab-two", {"laser": "standex_test_fakes:Thing", "ear": "standex_test_fakes:NUMBER"})
    install("lab-three", {"eye": "standex_test_fakes:absent", "hand": "standex_test_none:build"})
    names = ["laser", "nose", "ear", "eye", "hand", "tongue"]
    with pytest.raises(PluginError) as caught:
        load_plugins(TECHNOLOGIES, names)
    said = str(caught.value)
    assert "standex.technologies: 6 plug-in problems" in said
    assert "'tongue' is missing" in said
    assert "'laser' is doubled: lab-one 1.0 and lab-two 1.0 register it" in said
    assert "'nose' of lab-one 1.0 is broken" in said
    assert "RuntimeError: no licence found" in said
    assert "'ear' of lab-two 1.0 is broken: standex_test_fakes:NUMBER is a int" in said
    assert "'eye' of lab-three 1.0 is broken" in said
    assert "ModuleNotFoundError: No module named 'standex_test_none'" in said
    listed = said.partition("installed:\n")[2]
    for row in ("laser (lab-one 1.0: ", "laser (lab-two 1.0: ", "microwave (standex "):
        assert row in listed


def test_a_name_registered_twice_by_one_package_is_doubled_too(install: Installer) -> None:
    install("lab", {"laser": "standex_test_fakes:Thing", "laser ": "standex_test_fakes:nothing"})
    with pytest.raises(PluginError, match="'laser' is doubled"):
        load_plugins(TECHNOLOGIES, ["laser"])


def test_an_empty_group_says_so() -> None:
    with pytest.raises(PluginError, match="installed:\n  nothing"):
        load_plugins("standex.test.no_such_group", ["x"])


def test_a_factory_gets_its_sensor_its_site_and_its_calibration(
    install: Installer, survey: Site
) -> None:
    install("fakes", {"thing": "standex_test_fakes:Thing"})
    site = replace(
        survey,
        sensors=tuple(replace(spec, technology="thing") for spec in survey.sensors),
    )
    calibration = Calibration(
        calibration_id="mw-entry-sim/1",
        sensor_kind="test",
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=1,
        provenance="a test",
        feature_names=("a",),
        class_names=site.items.names,
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=np.zeros((6, 3)),
        bound=1.0,
        cllr=1.0,
        correlation=0.0,
        n_passages_per_class={},
        p_detect=0.5,
    )
    built: dict[str, Any] = build_technologies(site, {"mw-entry-sim": calibration})
    assert list(built) == [spec.sensor_id for spec in site.sensors]
    assert built["mw-entry"].arguments == (site.sensors[0], site, calibration)
    assert built["cam-entry"].arguments == (site.sensors[1], site, None)


@pytest.mark.parametrize(
    ("factory", "says"),
    [
        ("nothing", "'thing', for sensor 'mw-entry', built a NoneType, which is no "),
        ("itself", "built Thing, which is no "),
        ("explode", "cannot be built (KeyError: 'half_width_m')"),
    ],
)
def test_a_factory_that_builds_something_else_is_refused(
    install: Installer, survey: Site, factory: str, says: str
) -> None:
    for group in (TECHNOLOGIES, INSTRUMENTS):
        install(f"fakes-{group[8:]}", {"thing": f"standex_test_fakes:{factory}"}, group)
    site = with_sensor(survey, technology="thing", instrument="thing")
    for build in (lambda: build_technologies(site, {}), lambda: build_instruments(site, 1)):
        with pytest.raises(PluginError) as caught:
            build()
        assert says in str(caught.value)


def test_what_a_plugin_says_about_its_settings_is_passed_on(
    install: Installer, survey: Site
) -> None:
    install("fakes", {"thing": "standex_test_fakes:complain"})
    with pytest.raises(SiteError, match="no such setting"):
        build_technologies(with_sensor(survey, technology="thing"), {})


def test_each_instrument_has_a_seed_of_its_own(install: Installer, survey: Site) -> None:
    install("fakes", {"thing": "standex_test_fakes:Thing"}, INSTRUMENTS)
    site = replace(survey, sensors=tuple(replace(s, instrument="thing") for s in survey.sensors))

    def seeds(site: Site, seed: int) -> dict[str, int]:
        built: dict[str, Any] = build_instruments(site, seed)
        return {sensor_id: one.arguments[2] for sensor_id, one in built.items()}

    assert len({*seeds(site, 1).values(), *seeds(site, 2).values()}) == 6
    alone = replace(site, sensors=site.sensors[2:])
    assert seeds(alone, 1) == {"cam-exit": seeds(site, 1)["cam-exit"]}
    assert seeds(site, 7) == seeds(site, 7)


@pytest.mark.slow
def test_a_seed_is_the_same_in_every_process() -> None:
    code = "from standex.edges.plugins import sensor_seed; print(sensor_seed(1, 'mw'))"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(said.stdout) == sensor_seed(1, "mw")
