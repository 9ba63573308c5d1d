"""Rigid transforms between frames.

Site frame: x east, y north, z up, metres, right-handed, floor of the level at z = 0.
Sensor frame: x forward, y left, z up. A transform reads like its product:
``p_site = site_from_sensor @ p_sensor`` (REP 103 of the robotics community).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RigidTransform:
    """Rotation, then translation.

    Attributes:
        rotation: proper rotation matrix; columns are the axes of the inner frame in the outer.
        translation_m: origin of the inner frame in the outer.
    """

    rotation: Float[np.ndarray, "3 3"]
    translation_m: Float[np.ndarray, " 3"]

    @classmethod
    def from_pose(
        cls, *, position_m: tuple[float, float, float], yaw_rad: float, pitch_rad: float = 0.0
    ) -> "RigidTransform":
        """Return site_from_sensor of a sensor at ``position_m``.

        Args:
            position_m: origin of the sensor in the site.
            yaw_rad: direction of the forward axis, from east towards north.
            pitch_rad: positive looks up.
        """
        cy, sy, cp, sp = np.cos(yaw_rad), np.sin(yaw_rad), np.cos(pitch_rad), np.sin(pitch_rad)
        rotation = np.array([[cy * cp, -sy, -cy * sp], [sy * cp, cy, -sy * sp], [sp, 0.0, cp]])
        return cls(rotation=rotation, translation_m=np.array(position_m, dtype=np.float64))

    def __matmul__(self, point_m: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
        """Return points of the inner frame in the outer frame."""
        return point_m @ self.rotation.T + self.translation_m

    def inverse(self) -> "RigidTransform":
        """Return the transform from the outer to the inner frame."""
        return RigidTransform(
            rotation=self.rotation.T, translation_m=-self.rotation.T @ self.translation_m
        )
