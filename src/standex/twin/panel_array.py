"""Imaging panels beside a path: square boundary arrays, stacked, on one side or on both."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.frames import RigidTransform
from standex.twin.physical_optics import Antennas

FRAME_M = 0.03  # between panels that stand on each other: the rims of their housings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TxMajorSweep:
    """A transmitter is on for all frequencies, then the next one is.

    Attributes:
        frequency_hz: uniform grid.
        step_time_s: from one frequency to the next.
    """

    frequency_hz: Float[np.ndarray, " f"]
    step_time_s: float

    @property
    def turn_s(self) -> float:
        """Return the time from one transmitter to the next."""
        return self.step_time_s * len(self.frequency_hz)

    def t_offset_s(self, n_tx: int) -> Float[np.ndarray, "tx f"]:
        """Return the time of each measurement from the middle of the sweep."""
        n = n_tx * len(self.frequency_hz)
        return ((np.arange(n) - (n - 1) / 2) * self.step_time_s).reshape(n_tx, -1)


def boundary_panels(
    site_from_sensor: RigidTransform,
    *,
    n_per_panel: int,
    n_stacked: int,
    n_sides: int,
    half_distance_m: float,
    panel_m: float,
    middle_z_m: float,
    pattern_power: float,
    inward_rad: float = 0.0,
) -> tuple[Antennas, Antennas]:
    """Return transmitters and receivers of square panels along a path, site frame.

    On each panel half of the transmitters stand on the lower and half on the upper edge, half of
    the receivers on the rear and half on the front edge: as many pairs as a filled aperture has
    virtual elements, from four rows. Sensor frame: origin on the floor in the middle between the
    sides, x upstream, y left. The left side stands at y = half_distance_m and faces -y, the right
    side opposite; antennas of the left side come first and have panel 0.

    Args:
        site_from_sensor: pose of the path.
        n_per_panel: transmitters on a panel, and receivers; even.
        n_stacked: panels above each other on one side.
        n_sides: 1 for the left side alone, or 2.
        half_distance_m: from the middle of the path to the panels.
        panel_m: edge of a panel.
        middle_z_m: height of the middle of a stack.
        pattern_power: amplitude pattern cos^p of the angle off boresight.
        inward_rad: by which each side is turned about its upright middle, from facing the other
            side towards those who come.

    Raises:
        ValueError: a number of antennas, panels or sides that cannot be built.

    References:
        Ahmed, Schiessl, Schmidt, IEEE Trans. Microw. Theory Tech. 59 (2011) 3567 (multistatic
        arrays of separate transmit and receive rows).
    """
    if n_per_panel < 2 or n_per_panel % 2:
        raise ValueError(f"n_per_panel must be even and at least 2, got {n_per_panel}")
    if n_stacked < 1:
        raise ValueError(f"n_stacked must be at least 1, got {n_stacked}")
    if n_sides not in (1, 2):
        raise ValueError(f"n_sides must be 1 or 2, got {n_sides}")
    half = n_per_panel // 2
    along = ((np.arange(half) + 0.5) / half - 0.5) * panel_m
    edge = np.full(half, panel_m / 2)
    tx_row = np.concatenate([np.column_stack([along, s * edge]) for s in (-1.0, 1.0)])
    rx_row = np.concatenate([np.column_stack([s * edge, along]) for s in (-1.0, 1.0)])
    above_m = (np.arange(n_stacked) - (n_stacked - 1) / 2) * (panel_m + FRAME_M) + middle_z_m
    tx, rx = (
        _antennas(
            site_from_sensor, row, above_m, half_distance_m, n_sides, pattern_power, inward_rad
        )
        for row in (tx_row, rx_row)
    )
    return tx, rx


def _antennas(
    site_from_sensor: RigidTransform,
    row_m: np.ndarray,
    above_m: np.ndarray,
    half_distance_m: float,
    n_sides: int,
    pattern_power: float,
    inward_rad: float,
) -> Antennas:
    """Return the antennas of all panels from their places (along the path, up) on one."""
    up = np.concatenate([row_m + np.array([0.0, z]) for z in above_m])
    place: list[np.ndarray] = []
    boresight: list[np.ndarray] = []
    for side in (1.0, -1.0)[:n_sides]:
        x = up[:, 0] * np.cos(inward_rad)
        y = side * (half_distance_m + up[:, 0] * np.sin(inward_rad))
        place.append(np.column_stack([x, y, up[:, 1]]))
        faces = [np.sin(inward_rad), -side * np.cos(inward_rad), 0.0]
        boresight.append(np.tile(faces, (len(up), 1)))
    n = n_sides * len(up)
    return Antennas(
        position_m=site_from_sensor @ np.concatenate(place),
        boresight=np.concatenate(boresight) @ site_from_sensor.rotation.T,
        panel=np.repeat(np.arange(n_sides), len(up)),
        turn=np.arange(n) - (n - 1) / 2,
        pattern_power=pattern_power,
    )
