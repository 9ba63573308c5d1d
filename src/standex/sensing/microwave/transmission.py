"""What comes through between two panels: how much of the direct wave, and how much later.

The wave from a transmitter to a receiver of a panel across the path is known from the empty room.
Somebody in between changes it: what stands in an upright plane lets through a share t(along, up)
of it, and bends what is left. A ray alone sees all of Fresnel's zone, 80 mm wide and more. All rays
that cross the plane near a place, each turned back by its way over that place, see the place alone
(refocusing): with R the straight way and r_t + r_r the way over the place

    t = sum w (S / S_empty) exp(+jk (r_t + r_r - R)) / sum w exp(+jk (r_t + r_r - R))

where frames of somebody who walks by are added on the plane that goes with them, as least squares
adds them. The spectrum of t, as a profile over the extra path, holds ways apart as far as the band
allows (c / B, 30 mm at 10 GHz). A layer of index n and thickness d adds the path (n - 1) d.

References:
    Kuznetsov et al., US 9,784,879 and US 9,329,138 (extra path through bags between panels).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float

from standex.sensing.microwave.sweep import Sweep

EXTRA_M = np.arange(-0.06, 0.2401, 0.01)  # extra path; the band is 30 mm wide and more
ROOM_M = 0.30  # reflections of the room that come later than the direct wave are left out
STEP_HZ = 160e6  # frequencies nearer to each other say nothing new about ways of half a metre
NEAR = 0.3  # how much a ray may bend at the place, in radians: a resolution of 1 / (k NEAR)
LEVEL_ALONG, LEVEL_UP = 0.25, 0.45  # slopes of the rays that count: depth must not blur
LEAST_WEIGHT, LEAST_RAYS = 0.03, 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Through:
    """The straight lines between panels, and what came along them in one sweep.

    Attributes:
        from_m: transmitter of each, sensor frame.
        to_m: its receiver.
        ratio: to the empty room; 1 when nothing is in the way.
        k_rad_per_m: of each frequency.
    """

    from_m: Float[np.ndarray, "n 3"]
    to_m: Float[np.ndarray, "n 3"]
    ratio: Complex[np.ndarray, "n f"]
    k_rad_per_m: Float[np.ndarray, " f"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One sweep, and who stood between the panels.

    Attributes:
        through: what came through.
        place_m: of the person, sensor frame.
        ahead: unit vector of their way.
    """

    through: Through
    place_m: Float[np.ndarray, " 2"]
    ahead: Float[np.ndarray, " 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """What places of the plane that somebody walks in let through, all frames together.

    Attributes:
        power: over the extra path ``EXTRA_M``; adds up to 1 where nothing is in the way.
        n_frames: that show each place.
    """

    power: Float[np.ndarray, "along up extra"]
    n_frames: Float[np.ndarray, "along up"]


def through(
    sweep: Sweep,
    empty: Complex[np.ndarray, "tx rx f"],
    *,
    usable: Bool[np.ndarray, "tx rx"] | None = None,
) -> Through:
    """Return what came along the lines between panels.

    Args:
        sweep: with the empty room taken out.
        empty: the sweep of the empty room, with the same electronics.
        usable: channels that work; None is all.
    """
    t, r = np.nonzero(across_pairs(sweep) & (True if usable is None else usable))
    start, end = sweep.tx_position_m[t], sweep.rx_position_m[r]
    k = sweep.wavenumber_rad_per_m
    straight = np.exp(1j * np.linalg.norm(end - start, axis=1)[:, None] * k).astype(np.complex64)
    direct = gated(empty[t, r] * straight, k)
    held = np.maximum(np.abs(direct), 0.05 * np.abs(direct).mean(axis=1, keepdims=True))
    ratio = 1 + sweep.samples[t, r] * straight * direct.conj() / np.maximum(held, 1e-30) ** 2
    step_hz = float(sweep.frequency_hz[1] - sweep.frequency_hz[0])
    every = max(1, int(STEP_HZ / step_hz + 1e-6))
    return Through(
        from_m=start,
        to_m=end,
        ratio=np.ascontiguousarray(ratio[:, ::every], dtype=np.complex64),
        k_rad_per_m=k[::every],
    )


def across_pairs(sweep: Sweep) -> Bool[np.ndarray, "tx rx"]:
    """Return which pairs of antennas are on different panels."""
    return sweep.tx_panel[:, None] != sweep.rx_panel[None]


def gated(
    spectrum: Complex[np.ndarray, "n f"], k_rad_per_m: Float[np.ndarray, " f"]
) -> Complex[np.ndarray, "n f"]:
    """Return the part of spectra that comes with an extra path within ``ROOM_M``."""
    n = len(k_rad_per_m)
    step = float(k_rad_per_m[-1] - k_rad_per_m[0]) / (n - 1)
    path_m = np.fft.fftfreq(2 * n, d=step / (2 * np.pi))
    # Mirrored, so that the ends of the band join and do not ring.
    both = np.concatenate([spectrum, spectrum[:, ::-1]], axis=1)
    profile = np.fft.ifft(both, axis=1) * (np.abs(path_m) < ROOM_M)
    return np.fft.fft(profile, axis=1)[:, :n].astype(np.complex64)


def crossings_m(
    from_m: Float[np.ndarray, "n 3"],
    to_m: Float[np.ndarray, "n 3"],
    place_m: Float[np.ndarray, " 2"],
    ahead: Float[np.ndarray, " 2"],
) -> tuple[Float[np.ndarray, "n 2"], Float[np.ndarray, " n"]]:
    """Return where lines cross the plane that somebody walks in, and how much each counts.

    Args:
        from_m: beginning of each, sensor frame.
        to_m: its end.
        place_m: of the person.
        ahead: unit vector of their way.

    Returns:
        How far behind the person and how high each crosses; weights 0 to 1, 0 where a line does
        not cross and small where it runs so askew that a bag would blur.
    """
    left = np.array([-ahead[1], ahead[0]])
    start, end = ((place[:, :2] - place_m) @ left for place in (from_m, to_m))
    is_between = start * end < 0
    run = np.where(is_between, end - start, 1.0)
    way = to_m - from_m
    at = from_m - (start / run)[:, None] * way
    cross = np.column_stack([-(at[:, :2] - place_m) @ ahead, at[:, 2]])
    slope_along, slope_up = way[:, :2] @ ahead / run, way[:, 2] / run
    weight = np.exp(-0.5 * ((slope_along / LEVEL_ALONG) ** 2 + (slope_up / LEVEL_UP) ** 2))
    return cross, np.where(is_between, weight, 0.0)


def refocused(
    frames: Sequence[Frame], *, behind_m: Float[np.ndarray, " a"], up_m: Float[np.ndarray, " u"]
) -> Shares:
    """Return what comes through the places of the plane that somebody walks in.

    The person keeps their shape from frame to frame, and is thin across the panels' lines against
    the depth over which near rays part: details of 30 mm are the best to be had of a bag.

    Args:
        frames: of one person walking by, of one array, at one set of frequencies.
        behind_m: places behind the middle of the person.
        up_m: heights above the floor.

    Raises:
        ValueError: there are no frames, or they have other frequencies than one another.
    """
    if not frames:
        raise ValueError("at least 1 frame is needed, got 0")
    k = frames[0].through.k_rad_per_m
    if any(not np.array_equal(one.through.k_rad_per_m, k) for one in frames):
        raise ValueError("all frames must have the same frequencies")
    total = np.zeros((len(behind_m), len(up_m), len(k)), dtype=np.complex128)
    norm, n_frames = np.zeros(total.shape), np.zeros(total.shape[:2])
    for frame in frames:
        _add(total, norm, n_frames, frame, behind_m, up_m)
    share = total / np.maximum(norm, 1e-30)
    taper = np.hamming(len(k))
    turn = (taper / taper.sum())[:, None] * np.exp(1j * np.multiply.outer(k, EXTRA_M))
    # A sharp arrival of power one is as wide as the band makes it: its sum is the unit.
    unit = float(np.sum(np.abs(turn.sum(axis=0)) ** 2))
    return Shares(power=np.abs(share @ turn) ** 2 / unit, n_frames=n_frames)


def _add(
    total: np.ndarray,
    norm: np.ndarray,
    n_frames: np.ndarray,
    frame: Frame,
    behind_m: np.ndarray,
    up_m: np.ndarray,
) -> None:
    rays = frame.through
    cross, level = crossings_m(rays.from_m, rays.to_m, frame.place_m, frame.ahead)
    kept = np.flatnonzero(level > LEAST_WEIGHT)
    if len(kept) < LEAST_RAYS:
        return
    cross, level = cross[kept], level[kept]
    start, end, ratio = rays.from_m[kept], rays.to_m[kept], rays.ratio[kept]
    straight = np.linalg.norm(end - start, axis=1)
    ahead = np.append(frame.ahead, 0.0)
    at = np.append(frame.place_m, 0.0) - cross[:, :1] * ahead + cross[:, 1:] * np.array([0, 0, 1.0])
    bend = 1 / np.linalg.norm(at - start, axis=1) + 1 / np.linalg.norm(end - at, axis=1)
    k = rays.k_rad_per_m.astype(np.float32)
    # The lines of one direction, left to right or back, are refocused apart from the others.
    for group in _directions(start, end, frame.ahead):
        for row, behind in enumerate(behind_m):
            off2 = (cross[group, 0] - behind) ** 2
            for column, up in enumerate(up_m):
                angle2 = (off2 + (cross[group, 1] - up) ** 2) * bend[group] ** 2
                weight = level[group] * np.exp(-0.5 * angle2 / NEAR**2)
                near = weight > LEAST_WEIGHT
                if near.sum() < LEAST_RAYS:
                    continue
                rows = group[near]
                place = np.append(frame.place_m - behind * frame.ahead, up)
                longer = np.linalg.norm(start[rows] - place, axis=1)
                longer += np.linalg.norm(end[rows] - place, axis=1) - straight[rows]
                phase = longer.astype(np.float32)[:, None] * k
                turned = np.empty(phase.shape, dtype=np.complex64)
                turned.real, turned.imag = np.cos(phase), np.sin(phase)
                share = weight[near].astype(np.float32)
                of_empty = share @ turned
                turned *= ratio[rows]
                total[row, column] += (share @ turned) * of_empty.conj()
                norm[row, column] += np.abs(of_empty) ** 2
                n_frames[row, column] += 0.5


def _directions(start: np.ndarray, end: np.ndarray, ahead: np.ndarray) -> list[np.ndarray]:
    to_left = (end - start)[:, :2] @ np.array([-ahead[1], ahead[0]]) > 0
    return [np.flatnonzero(to_left), np.flatnonzero(~to_left)]
