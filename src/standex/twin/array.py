"""The twin's microwave array: two narrow pillars on both sides of a lane, all pairs."""

import numpy as np

from standex.model.frames import RigidTransform
from standex.twin.physical_optics import Antennas


def two_pillars(
    site_from_sensor: RigidTransform,
    *,
    n_per_pillar: int,
    half_distance_m: float,
    inward_rad: float,
    width_m: float,
    height_m: float,
    middle_z_m: float,
    pattern_power: float,
) -> tuple[Antennas, Antennas]:
    """Return transmitters and receivers of two pillars that face upstream and inward.

    Sensor frame: x upstream, y left. On each pillar the transmitters stand in one column, spread
    over ``height_m``, and the receivers in another ``width_m`` further upstream, so close together
    that the pairs give a filled virtual column from few antennas.

    References:
        Li, Stoica, MIMO Radar Signal Processing, 2009, chapter 1 (virtual arrays).
    """
    tx_at: list[np.ndarray] = []
    rx_at: list[np.ndarray] = []
    boresight: list[np.ndarray] = []
    spread = np.linspace(-0.5, 0.5, n_per_pillar) * height_m
    dense = np.linspace(-0.5, 0.5, n_per_pillar) * height_m / n_per_pillar
    nought = np.zeros(n_per_pillar)
    for side in (1.0, -1.0):
        pose = RigidTransform.from_pose(
            position_m=(0.0, side * half_distance_m, middle_z_m), yaw_rad=-side * inward_rad
        )
        upstream = np.full(n_per_pillar, side * width_m / 2)
        tx_at.append(pose @ np.column_stack([nought, -upstream, spread]))
        rx_at.append(pose @ np.column_stack([nought, upstream, dense]))
        boresight.append(np.tile(pose.rotation[:, 0], (n_per_pillar, 1)))
    tx, rx = (
        Antennas(
            position_m=site_from_sensor @ np.concatenate(places),
            boresight=np.concatenate(boresight) @ site_from_sensor.rotation.T,
            panel=np.repeat([0, 1], n_per_pillar),
            turn=np.arange(2 * n_per_pillar) - (2 * n_per_pillar - 1) / 2,
            pattern_power=pattern_power,
        )
        for places in (tx_at, rx_at)
    )
    return tx, rx
