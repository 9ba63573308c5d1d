"""Settings of imaging panels: what is missing, unknown or impossible is named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges import imaging_panels
from standex.edges.imaging_panels import KEPT, REFLECTOR, WANTED, TableStore, build
from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.errors import SiteError
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_evidence import KIND, SCORES
from standex.twin.panels import build as build_twin

BALL = dict(zip(REFLECTOR, (0.1, 1.3, 0.0, 0.45), strict=True))


@pytest.fixture(scope="module")
def gate():
    return load_site("gate")


@pytest.fixture
def spec(gate):
    return gate.sensor("mw-gate")


def with_settings(spec, **changed):
    settings = {**spec.settings, **changed}
    return replace(spec, settings={k: v for k, v in settings.items() if v is not None})


def calibration_of(names: tuple[str, ...]) -> Calibration:
    n = len(SCORES)
    return Calibration(
        calibration_id="test-1",
        sensor_kind=KIND,
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=1,
        provenance="made by hand",
        feature_names=SCORES,
        class_names=names,
        center=np.zeros(n),
        scale=np.ones(n),
        clip=4.0,
        weights=np.zeros((len(names), 1 + 2 * n)),
        bound=3.0,
        cllr=1.0,
        correlation=0.0,
        n_passages_per_class=dict.fromkeys(names, 20),
        p_detect=0.5,
    )


def test_the_shipped_gate_can_be_built(gate, spec):
    technology = build(spec, gate, None)
    assert technology.spec is spec
    assert technology.class_names == gate.items.names
    grid = technology.grid
    for axis, low, high in ((0, 0.72, 1.47), (1, -0.30, 0.30), (2, 0.80, 1.51)):
        np.testing.assert_allclose(grid.axis_m(axis)[[0, -1]], (low, high))
    assert technology.sphere is None
    assert build(spec, gate, calibration_of(gate.items.names)).calibration is not None
    assert build_twin(spec, gate, 1).rate_hz == spec.rate_hz


def test_the_shipped_gate_looks_past_its_panels(gate, spec):
    """People are imaged ahead of the panels, inside the reach of the twin and between its sides."""
    inst = spec.instrument_settings
    assert spec.settings["to_x_m"] < inst["reach_m"]
    assert spec.settings["to_x_m"] < spec.settings["beam_m"]
    assert spec.settings["half_width_m"] < inst["half_distance_m"]


def test_a_reflector_is_where_the_settings_say(gate, spec):
    sphere = build(with_settings(spec, **BALL), gate, None).sphere
    assert sphere.radius_m == 0.1
    np.testing.assert_array_equal(sphere.position_m, (1.3, 0.0, 0.45))


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("value", [None, "near", True, float("nan"), float("inf")])
def test_a_setting_must_be_a_number(gate, spec, name, value):
    with pytest.raises(SiteError, match=f"mw-gate: settings need a number '{name}'"):
        build(with_settings(spec, **{name: value}), gate, None)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"voxl_m": 0.01}, "unknown settings voxl_m"),
        ({"voxel_m": 0.0}, "voxel_m"),
        ({"voxel_m": 0.1}, "voxel_m"),
        ({"from_x_m": 1.4}, "x 1.4 to 1.47"),
        ({"to_x_m": 0.2}, "cannot hold a trunk"),
        ({"half_width_m": 0.1}, "y -0.1 to 0.1"),
        ({"half_width_m": -0.3}, "cannot hold a trunk"),
        ({"from_z_m": 1.0}, "z 1.0 to 1.51"),
        ({"to_z_m": 1.2}, "z 0.8 to 1.2"),
        ({"tolerance": 0.0}, "tolerance"),
        ({"tolerance": 2.0}, "tolerance"),
        ({"beam_m": -3.0}, "beam_m"),
        ({"clear_m": 0.0}, "clear_m"),
        ({"obscured_at": 0.0}, "obscured_at"),
        ({"reflector_radius_m": 0.1}, "missing reflector_x_m, reflector_y_m, reflector_z_m"),
        ({"reflector_x_m": 0.1}, "missing reflector_radius_m"),
        ({**BALL, "reflector_radius_m": -0.1}, "positive radius"),
        ({**BALL, "reflector_z_m": "low"}, "reflector_z_m"),
    ],
)
def test_what_cannot_be_is_refused(gate, spec, changed, told):
    with pytest.raises(SiteError, match="mw-gate") as caught:
        build(with_settings(spec, **changed), gate, None)
    assert told in str(caught.value)


def test_a_calibration_of_something_else_is_refused(gate, spec):
    good = calibration_of(gate.items.names)
    with pytest.raises(SiteError, match=r"mw-gate.*test-1.*video"):
        build(spec, gate, replace(good, sensor_kind="video.floor_positions"))
    with pytest.raises(SiteError, match=r"test-1.*calibrate again"):
        build(spec, gate, replace(good, feature_names=SCORES[::-1]))


def array(shift_m: float = 0.0) -> Array:
    line = np.linspace(-0.1, 0.1, 3)
    place = np.column_stack([np.zeros(3), line + shift_m, line])
    return Array(
        tx_position_m=place,
        rx_position_m=place + 0.05,
        frequency_hz=np.linspace(8e9, 10e9, 4),
        tx_time_s=np.zeros(3),
        step_s=1e-6,
    )


SMALL = Grid(origin_m=np.array([1.0, 0.0, 0.0]), step_m=np.full(3, 0.02), shape=(8, 8, 8))


def test_tables_are_made_once_and_found_on_disk(tmp_path: Path, monkeypatch):
    made: list[int] = []
    real = imaging_panels.cached_tables

    def counted(*args, **kwargs):
        made.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(imaging_panels, "cached_tables", counted)
    store = TableStore(folder=tmp_path, tolerance=0.1)
    first = store(array(), SMALL)
    assert store(array(), SMALL) is first
    assert len(made) == 1
    assert len(list(tmp_path.glob("*.npz"))) == 1
    again = TableStore(folder=tmp_path, tolerance=0.1)(array(), SMALL)
    np.testing.assert_array_equal(again.tx.basis, first.tx.basis)


@pytest.mark.slow
def test_only_the_last_few_tables_stay_in_memory(tmp_path: Path):
    store = TableStore(folder=tmp_path, tolerance=0.1)
    for shift in range(KEPT + 3):
        newest = store(array(0.01 * shift), SMALL)
    assert len(store.held) == KEPT
    assert store(array(0.01 * (KEPT + 2)), SMALL) is newest


@pytest.mark.parametrize("value", [True, False])
def test_bags_are_looked_through_where_that_is_wanted(gate, spec, value):
    assert not build(spec, gate, None).transmission
    assert build(with_settings(spec, transmission=value), gate, None).transmission is value


@pytest.mark.parametrize("value", [1, "true", 0.0])
def test_whether_bags_are_looked_through_is_true_or_false(gate, spec, value):
    with pytest.raises(SiteError, match="transmission"):
        build(with_settings(spec, transmission=value), gate, None)
