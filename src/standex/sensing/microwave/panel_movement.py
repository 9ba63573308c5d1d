"""Whether a panel has moved: the delays of its antennas, now and when they were first learnt."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.sensing.microwave.array_calibration import ArrayCalibration
from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S
from standex.sensing.microwave.two_way import TUKEY

LIMIT_M = 0.002  # lambda / 8 at 18 GHz
N_SIGMA = 5.0
PRIOR_M = 0.05  # nobody moves a panel further and does not notice; bounds what one sphere leaves
LEAST_STD_M = 2e-5  # of one delay: below, the survey and the air are worse
LEAST_EXPLAINED = 0.5
N_WEIGHTED = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelMovement:
    """How each panel has moved between two calibrations, as a rigid translation.

    Attributes:
        translation_m: of each panel, sensor frame, along the directions in which it stands out
            from its uncertainty; 0 along the others.
        covariance_m2: of all components, panel after panel; a standard deviation near 50 mm says
            that the component is not observable with the spheres there are.
        is_moved: panels of which it is sure by themselves.
        any_moved: a panel has moved, though it may be open which one.
        change_m: root mean square of the changes of path of the antennas, free constants and
            outliers left out.
        random_m: what the translations leave of it: drift of the electronics, or a panel that bent.
        n_changed: antennas whose change is beyond ``LIMIT_M`` from what the translations say.
        explained: share of the squared change that the translations explain.
        path_change_m: root mean square over the measured channels of the path to the (first) sphere
            that the movement adds; known even where it is open which panel moved.
        path_error_m: likewise, about its mean: what defocuses the image as long as the old places
            are used.
    """

    translation_m: Float[np.ndarray, "panels 3"]
    covariance_m2: Float[np.ndarray, "components components"]
    is_moved: Bool[np.ndarray, " panels"]
    any_moved: bool
    change_m: float
    random_m: float
    n_changed: int
    explained: float
    path_change_m: float
    path_error_m: float

    @property
    def sentence(self) -> str:
        """Say what has moved by how much and what to do, or nothing when all is well."""
        if self.is_moved.any():
            what = " and ".join(
                f"panel {row} has moved by {1000 * np.linalg.norm(way):.1f} mm (x, y, z "
                + ", ".join(f"{1000 * one:+.1f}" for one in way)
                + " mm)"
                for row, way in enumerate(self.translation_m)
                if self.is_moved[row]
            )
            return f"{what}: put it back or survey it again, then learn the empty room anew"
        if self.any_moved:
            return (
                f"a panel has moved: paths have changed by {1000 * self.path_change_m:.1f} mm, and "
                "the spheres do not show which panel: survey all, then learn the empty room anew"
            )
        if self.n_changed:
            return (
                f"the delays of {self.n_changed} antennas have changed, by "
                f"{1000 * self.random_m:.1f} mm of path over all, and not as if a panel had moved: "
                "check cables and temperature, then calibrate the array anew"
            )
        return ""


def panel_movement(
    before: Sequence[ArrayCalibration],
    after: Sequence[ArrayCalibration],
    *,
    tx_panel: Int[np.ndarray, " tx"],
    rx_panel: Int[np.ndarray, " rx"],
    limit_m: float = LIMIT_M,
) -> PanelMovement:
    """Return how far each panel has moved, from calibrations on the same spheres.

    A panel that moves by m changes the way of its antenna i to a sphere by u_i . m, with u_i the
    unit vector from the sphere to the antenna. The changes of delay are fitted so, by least
    squares with Tukey's weights, one free constant per sphere and group of antennas beside (see
    ``ArrayCalibration``), and a prior of 50 mm on every component, which only matters where
    nothing is observed. The slope over frequency gives the mean change of a panel's antennas,
    and the phase at the middle of the band, good to a fraction of a wavelength, the differences
    between them; a common phase of the oscillator drops out.

    One sphere shows the component along its line of sight; the other two, and, with two panels
    that only hear each other, which of them moved, only as far as u_i changes over a panel: the
    covariance says how far. Several spheres in different directions show all. A common change of
    all cables looks like a movement along the line of sight; rotation is not fitted.

    Args:
        before: one calibration for each sphere, at installation; see
            ``ArrayCalibration.is_sound``.
        after: now, the same spheres in the same order.
        tx_panel: panel of each transmitter, from 0.
        rx_panel: panel of each receiver.
        limit_m: movements below are not called one.

    Raises:
        ValueError: the two do not belong to the same spheres and arrays, or no sphere has a sound
            calibration both times; unsound ones are left out.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} calibrations before and {len(after)} after do not pair")
    pairs = [pair for pair in zip(before, after, strict=True) if all(one.is_sound for one in pair)]
    if not pairs:
        raise ValueError(f"none of {len(before)} spheres has a sound calibration before and after")
    n_panels = int(max(tx_panel.max(), rx_panel.max())) + 1
    rows = [_changes(*pair, tx_panel, rx_panel, n_panels) for pair in pairs]
    change = np.concatenate([one[0] for one in rows])
    n_free = [one[2].shape[1] for one in rows]
    design = np.zeros((len(change), 3 * n_panels + sum(n_free)))
    design[:, : 3 * n_panels] = np.concatenate([one[1] for one in rows])
    row, column = 0, 3 * n_panels
    for one, free in zip(rows, n_free, strict=True):
        design[row : row + len(one[0]), column : column + free] = one[2]
        row, column = row + len(one[0]), column + free
    n_way = 3 * n_panels
    solution, covariance, weight, std = _solve(design, change, n_way)
    left = change - design @ solution
    way, covariance = solution[:n_way].reshape(-1, 3), covariance[:n_way, :n_way]
    free = design[:, n_way:] * np.sqrt(weight)[:, None]
    centred = change * np.sqrt(weight) - free @ np.linalg.pinv(free) @ (change * np.sqrt(weight))
    total = float(np.sqrt(np.sum(centred**2) / weight.sum()))
    explained = max(1 - (std / total) ** 2, 0.0) if total > 0 else 0.0
    sure = explained > LEAST_EXPLAINED
    each = [slice(3 * panel, 3 * panel + 3) for panel in range(n_panels)]
    known = np.stack([_known(way[n], covariance[at, at]) for n, at in enumerate(each)])
    together = _known(way.ravel(), covariance)
    path_change_m, path_error_m = _added_m(pairs[0][0], way, tx_panel, rx_panel)
    return PanelMovement(
        translation_m=known,
        covariance_m2=covariance,
        is_moved=(np.linalg.norm(known, axis=1) > limit_m) & sure,
        any_moved=sure and float(np.linalg.norm(together)) > limit_m,
        change_m=total,
        random_m=float(np.sqrt(np.mean(left**2))),
        n_changed=int(np.sum(np.abs(left) > LIMIT_M)),
        explained=explained,
        path_change_m=path_change_m,
        path_error_m=path_error_m,
    )


def _changes(
    before: ArrayCalibration,
    after: ArrayCalibration,
    tx_panel: np.ndarray,
    rx_panel: np.ndarray,
    n_panels: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return change of path, its derivative by the translations, and by the free constants."""
    same = before.tx_position_m.shape == after.tx_position_m.shape
    same = same and before.rx_position_m.shape == after.rx_position_m.shape
    if not same or not np.allclose(before.sphere.position_m, after.sphere.position_m):
        raise ValueError("the calibrations before and after are of other arrays or spheres")
    if tx_panel.shape != before.tx_group.shape or rx_panel.shape != before.rx_group.shape:
        raise ValueError(
            f"{len(tx_panel)} and {len(rx_panel)} panel numbers for {len(before.tx_group)} "
            f"transmitters and {len(before.rx_group)} receivers"
        )
    change: list[np.ndarray] = []
    geometry: list[np.ndarray] = []
    label: list[np.ndarray] = []
    wavelength_m = LIGHT_M_PER_S / before.middle_hz
    sides = (
        (before.tx_position_m, tx_panel, before.tx_group, after.tx_group)
        + (before.tx_delay_s, after.tx_delay_s, before.tx_gain, after.tx_gain, 1),
        (before.rx_position_m, rx_panel, before.rx_group, after.rx_group)
        + (before.rx_delay_s, after.rx_delay_s, before.rx_gain, after.rx_gain, -1),
    )
    for place, panel, group_0, group_1, delay_0, delay_1, gain_0, gain_1, sign in sides:
        rows = np.flatnonzero((group_0 >= 0) & (group_1 >= 0))
        slope_m = (delay_1 - delay_0)[rows] * LIGHT_M_PER_S
        phase_m = -np.angle(gain_1[rows] * np.conj(gain_0[rows])) * wavelength_m / (2 * np.pi)
        labels = group_0[rows] * (after.tx_group.max() + 1) + group_1[rows]
        change.append(slope_m + _finer(phase_m - slope_m, labels, wavelength_m))
        derivative = np.zeros((len(rows), n_panels, 3))
        derivative[np.arange(len(rows)), panel[rows]] = _from_sphere(before, place[rows])
        geometry.append(derivative.reshape(len(rows), -1))
        label.append(sign * (labels + 1))
    label_of = np.concatenate(label)
    kinds = np.unique(np.abs(label_of))
    free = (np.abs(label_of)[:, None] == kinds) * np.sign(label_of)[:, None].astype(np.float64)
    return np.concatenate(change), np.concatenate(geometry), free


def _finer(rest_m: np.ndarray, labels: np.ndarray, wavelength_m: float) -> np.ndarray:
    """Return what the phase adds to the slope: known but for whole waves and a common part."""
    result = np.zeros_like(rest_m)
    for one in np.unique(labels):
        turn = np.exp(2j * np.pi / wavelength_m * rest_m[labels == one])
        fine = np.angle(turn * np.conj(turn.sum())) * wavelength_m / (2 * np.pi)
        spread_m = 1.4826 * float(np.median(np.abs(fine - np.median(fine))))
        if spread_m < wavelength_m / 8:  # else it does not follow the slope: no way, but a drift
            result[labels == one] = fine - np.median(fine)
    return result


def _solve(
    design: np.ndarray, change: np.ndarray, n_way: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return solution, its covariance, Tukey's weights and the standard deviation of a change."""
    information = np.zeros(design.shape[1])
    information[:n_way] = PRIOR_M**-2
    information[n_way:] = 1.0  # per square metre: free
    weight, std = np.ones(len(change)), max(float(np.std(change)), LEAST_STD_M)
    solution = np.zeros(design.shape[1])
    covariance = np.eye(design.shape[1])
    for step in range(2 * N_WEIGHTED):
        covariance = np.linalg.inv((design.T * weight) @ design / std**2 + np.diag(information))
        solution = covariance @ (design.T @ (weight * change)) / std**2
        off = np.abs(change - design @ solution)
        scale = max(1.4826 * float(np.median(off)), LEAST_STD_M)
        if step < N_WEIGHTED:  # absolute deviations: finds the way whatever the outliers
            weight, std = 1 / np.maximum(off / scale, 1.0), scale
        else:
            weight = np.maximum(1 - (off / (TUKEY * scale)) ** 2, 0.0) ** 2
            freedom = max(weight.sum() - design.shape[1], 1.0)
            std = max(float(np.sqrt(np.sum(weight * off**2) / freedom)), LEAST_STD_M)
    return solution, covariance, weight, std


def _known(way_m: np.ndarray, covariance_m2: np.ndarray) -> np.ndarray:
    """Return a movement along the directions in which it stands out from its uncertainty."""
    variance, direction = np.linalg.eigh(covariance_m2)
    along = direction.T @ way_m
    known = np.abs(along) > N_SIGMA * np.sqrt(np.maximum(variance, 0.0))
    return direction @ np.where(known, along, 0.0)


def _added_m(
    calibration: ArrayCalibration, way: np.ndarray, tx_panel: np.ndarray, rx_panel: np.ndarray
) -> tuple[float, float]:
    """Return root mean square of the added path and of its deviations, over measured channels."""
    tx, rx = (
        np.einsum("ax,ax->a", _from_sphere(calibration, place), way[panel])
        for place, panel in (
            (calibration.tx_position_m, tx_panel),
            (calibration.rx_position_m, rx_panel),
        )
    )
    joined = (calibration.tx_group[:, None] == calibration.rx_group) & (calibration.rx_group >= 0)
    added = (tx[:, None] + rx)[joined]
    return float(np.sqrt(np.mean(added**2))), float(np.std(added))


def _from_sphere(calibration: ArrayCalibration, place_m: np.ndarray) -> np.ndarray:
    away = place_m - calibration.sphere.position_m
    return away / np.linalg.norm(away, axis=1)[:, None]
