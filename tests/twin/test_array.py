import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.twin.array import two_pillars

N = 8
INWARD_RAD = np.deg2rad(65)
HERE = RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0)


def pillars(pose: RigidTransform = HERE):
    return two_pillars(
        pose,
        n_per_pillar=N,
        half_distance_m=1.25,
        inward_rad=INWARD_RAD,
        width_m=0.3,
        height_m=1.3,
        middle_z_m=1.2,
        pattern_power=0.5,
    )


def test_each_pillar_has_a_column_of_transmitters_and_one_of_receivers():
    tx, rx = pillars()
    for antennas, upstream_m in ((tx, -0.15), (rx, 0.15)):
        np.testing.assert_array_equal(antennas.panel, np.repeat([0, 1], N))
        for panel, y_m in ((0, 1.25), (1, -1.25)):
            at = antennas.position_m[antennas.panel == panel]
            assert np.ptp(at[:, :2], axis=0).max() < 1e-9
            # Half the width before and behind the middle, along the turned face of the pillar.
            along = np.array([np.sin(INWARD_RAD), np.sign(y_m) * np.cos(INWARD_RAD)])
            np.testing.assert_allclose(at[0, :2], [0, y_m] + upstream_m * along, atol=1e-9)
            assert at[:, 2].mean() == pytest.approx(1.2)
    assert np.ptp(tx.position_m[:, 2]) == pytest.approx(1.3)


def test_a_pair_of_columns_makes_a_filled_virtual_column():
    tx, rx = pillars()
    for t_panel, r_panel in ((0, 1), (1, 0)):
        t_z, r_z = tx.position_m[tx.panel == t_panel, 2], rx.position_m[rx.panel == r_panel, 2]
        virtual = (t_z[:, None] + r_z[None, :]) / 2
        steps = np.diff(np.sort(virtual.ravel()))
        np.testing.assert_allclose(steps, 1.3 / N / (N - 1) / 2, atol=1e-9)


def test_both_pillars_look_upstream_and_at_each_other():
    for antennas in pillars():
        np.testing.assert_allclose(np.linalg.norm(antennas.boresight, axis=1), 1)
        assert np.all(antennas.boresight[:, 0] > 0)
        inward = -np.sign(antennas.position_m[:, 1])
        np.testing.assert_allclose(antennas.boresight[:, 1] * inward, np.sin(INWARD_RAD))


def test_turns_count_from_the_middle():
    tx, _ = pillars()
    np.testing.assert_allclose(tx.turn, np.arange(2 * N) - 7.5)


def test_it_stands_where_the_site_puts_it():
    pose = RigidTransform.from_pose(position_m=(3.0, -1.0, 0.2), yaw_rad=0.7)
    for here, there in zip(pillars(), pillars(pose), strict=True):
        np.testing.assert_allclose(there.position_m, pose @ here.position_m)
        np.testing.assert_allclose(there.boresight, here.boresight @ pose.rotation.T)
