import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.frames import RigidTransform

ANGLE = st.floats(-3.2, 3.2)
PLACE = st.tuples(*[st.floats(-100, 100)] * 3)


@given(PLACE, ANGLE, ANGLE, PLACE)
def test_there_and_back_is_the_same_place(place, yaw, pitch, point) -> None:
    site_from_sensor = RigidTransform.from_pose(position_m=place, yaw_rad=yaw, pitch_rad=pitch)
    back = site_from_sensor.inverse() @ (site_from_sensor @ np.array(point))
    np.testing.assert_allclose(back, point, atol=1e-9)


@given(ANGLE, ANGLE)
def test_rotations_are_proper(yaw, pitch) -> None:
    turn = RigidTransform.from_pose(position_m=(0, 0, 0), yaw_rad=yaw, pitch_rad=pitch).rotation
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1.0)


def test_axes_are_forward_left_up() -> None:
    north = RigidTransform.from_pose(position_m=(1.0, 2.0, 3.0), yaw_rad=np.pi / 2)
    np.testing.assert_allclose(
        north @ np.eye(3), [[1, 3, 3], [0, 2, 3], [1, 2, 4]], atol=1e-12
    )  # forward is north, left is west, up is up
    up = RigidTransform.from_pose(position_m=(0, 0, 0), yaw_rad=0.0, pitch_rad=np.pi / 2)
    np.testing.assert_allclose(up @ np.array([1.0, 0, 0]), [0, 0, 1], atol=1e-12)
