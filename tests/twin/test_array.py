import numpy as np
import pytest

from standex.model.frames import RigidTransform
from standex.twin.array import two_pillars

N = 8
HERE = RigidTransform.from_pose(position_m=(0.0, 0.0, 0.0), yaw_rad=0.0)


def pillars(pose: RigidTransform = HERE):
    return two_pillars(
        pose,
        n_per_pillar=N,
        half_distance_m=1.25,
        inward_rad=np.deg2rad(75),
        width_m=0.8,
        height_m=1.3,
        middle_z_m=1.2,
        pattern_power=0.5,
    )


def test_each_pillar_has_two_columns_of_transmitters_and_one_of_receivers():
    tx, rx = pillars()
    for antennas, n_columns in ((tx, 2), (rx, 1)):
        np.testing.assert_array_equal(antennas.panel, np.repeat([0, 1], N))
        for panel, y_m in ((0, 1.25), (1, -1.25)):
            at = antennas.position_m[antennas.panel == panel]
            columns = np.unique(np.round(at[:, :2], 6), axis=0)
            assert len(columns) == n_columns
            np.testing.assert_allclose(columns.mean(axis=0), [0, y_m], atol=1e-6)
            assert at[:, 2].mean() == pytest.approx(1.2, abs=0.1)
            # Column after column: antennas above one another are listed together.
            moved = np.hypot(*np.diff(at[:, :2], axis=0).T) > 1e-6
            assert moved.sum() == n_columns - 1


def test_every_pair_of_columns_makes_a_filled_virtual_column():
    tx, rx = pillars()
    for t_panel, r_panel in ((0, 1), (1, 0), (0, 0)):
        at = tx.position_m[tx.panel == t_panel]
        heights = rx.position_m[rx.panel == r_panel, 2]
        for column in np.unique(np.round(at[:, :2], 6), axis=0):
            mine = at[np.hypot(*(at[:, :2] - column).T) < 1e-3, 2]
            virtual = np.sort((mine[:, None] + heights[None, :]).ravel() / 2)
            assert len(virtual) == N // 2 * N
            np.testing.assert_allclose(np.diff(virtual), 1.3 / N / (N - 1), atol=1e-9)


def test_both_pillars_look_upstream_and_at_each_other():
    for antennas in pillars():
        np.testing.assert_allclose(np.linalg.norm(antennas.boresight, axis=1), 1)
        assert np.all(antennas.boresight[:, 0] > 0)
        inward = -np.sign(antennas.position_m[:, 1])
        np.testing.assert_allclose(antennas.boresight[:, 1] * inward, np.sin(np.deg2rad(75)))


def test_turns_count_from_the_middle():
    tx, _ = pillars()
    np.testing.assert_allclose(tx.turn, np.arange(2 * N) - 7.5)


def test_it_stands_where_the_site_puts_it():
    pose = RigidTransform.from_pose(position_m=(3.0, -1.0, 0.2), yaw_rad=0.7)
    for here, there in zip(pillars(), pillars(pose), strict=True):
        np.testing.assert_allclose(there.position_m, pose @ here.position_m)
        np.testing.assert_allclose(there.boresight, here.boresight @ pose.rotation.T)
