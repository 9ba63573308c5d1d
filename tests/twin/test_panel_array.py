"""Geometry of boundary panels, and the order of their transmitters."""

import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.twin.panel_array import FRAME_M, TxMajorSweep, boundary_panels

HERE = RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0)
ONE = {
    "n_per_panel": 64,
    "n_stacked": 1,
    "n_sides": 1,
    "half_distance_m": 1.0,
    "panel_m": 1.0,
    "middle_z_m": 1.2,
    "pattern_power": 0.5,
}


def panels(site_from_sensor=HERE, **changed):
    return boundary_panels(site_from_sensor, **{**ONE, **changed})


def test_transmitters_are_on_horizontal_edges_and_receivers_on_vertical_ones():
    tx, rx = panels()
    assert tx.position_m.shape == rx.position_m.shape == (64, 3)
    np.testing.assert_allclose(np.unique(tx.position_m[:, 2]), [0.7, 1.7])
    np.testing.assert_allclose(np.unique(rx.position_m[:, 0]), [-0.5, 0.5])
    pitch = np.diff(np.unique(tx.position_m[:, 0]))
    np.testing.assert_allclose(pitch, 1 / 32)
    np.testing.assert_allclose(np.diff(np.unique(rx.position_m[:, 2])), 1 / 32)
    assert (tx.position_m[:, 1] == 1.0).all()
    np.testing.assert_array_equal(tx.boresight, np.tile([0, -1, 0], (64, 1)))


def test_the_two_sides_face_each_other_and_the_left_comes_first():
    tx, rx = panels(n_sides=2)
    for a in (tx, rx):
        np.testing.assert_array_equal(a.panel, np.repeat([0, 1], 64))
        np.testing.assert_array_equal(np.sign(a.position_m[:, 1]), 1 - 2 * a.panel)
        np.testing.assert_array_equal(a.boresight[:, 1], 2 * a.panel - 1)
        np.testing.assert_allclose(np.diff(a.turn), 1)
        assert a.turn.sum() == 0


def test_stacked_panels_share_an_index_and_no_place():
    tx, rx = panels(n_stacked=2)
    for a in (tx, rx):
        assert len(a.turn) == 128
        assert set(a.panel) == {0}
        apart = np.linalg.norm(a.position_m[:, None] - a.position_m, axis=-1)
        assert apart[~np.eye(128, dtype=bool)].min() > FRAME_M - 1e-9
        assert a.position_m[:, 2].mean() == pytest.approx(1.2)


def test_panels_go_where_the_sensor_stands():
    turned = RigidTransform.from_pose(position_m=(3.0, 2.0, 0.0), yaw_rad=np.pi / 2)
    tx, _ = panels(turned)
    # Upstream is north, so left is west.
    np.testing.assert_allclose(tx.position_m[:, 0], 2.0)
    np.testing.assert_allclose(tx.boresight, np.tile([1.0, 0, 0], (64, 1)), atol=1e-12)


@pytest.mark.parametrize(
    ("name", "value"), [("n_per_panel", 3), ("n_per_panel", 0), ("n_stacked", 0), ("n_sides", 3)]
)
def test_what_cannot_be_built_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name}.*{value}"):
        panels(**{name: value})


def test_a_transmitter_is_on_for_all_frequencies_then_the_next_one():
    sweep = TxMajorSweep(frequency_hz=np.linspace(8e9, 18e9, 256), step_time_s=0.3e-6)
    at_s = sweep.t_offset_s(64)
    assert at_s.shape == (64, 256)
    assert at_s.mean() == pytest.approx(0, abs=1e-12)
    np.testing.assert_allclose(np.diff(at_s.ravel()), 0.3e-6, rtol=1e-6)
    np.testing.assert_allclose(np.diff(at_s[:, 0]), sweep.turn_s)
