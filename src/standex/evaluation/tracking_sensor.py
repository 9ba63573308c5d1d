"""Recorded people under a simulated position sensor: what it reports, and the truth apart from it.

The people and their ways are real; noise, misses and false positions are drawn. Nobody hides
anybody, as if seen from straight above.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float, Int
from scipy.interpolate import CubicSpline

from standex.evaluation.tracking_scans import Whereabouts
from standex.model.observation import Coverage, Positions
from standex.model.trajectories import Trajectories
from standex.model.zones import ZONES

CELL_M = 0.5
SPLINE_FROM_S = 0.2  # annotations further apart are joined by a spline, others by straight lines
BEYOND_M = 2.0  # so far beyond its rectangle a virtual sensor still looks
LONGEST_GAP = 2.5  # of the usual step between annotations; over a longer gap nobody is known


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Floor:
    """A rectangle of floor that a sensor looks at."""

    min_site_m: Float[np.ndarray, " 2"]
    max_site_m: Float[np.ndarray, " 2"]

    @property
    def area_m2(self) -> float:
        """Return its area."""
        return float(np.prod(self.max_site_m - self.min_site_m))

    def coverage(self, *, p_report: float, sensor_id: str, level_id: str) -> Coverage:
        """Return that a sensor reports whoever is there with this probability, and round about.

        People come and go at the edges of the rectangle. The sensor would report them beyond, too,
        and there is nobody: that silence is what ends the tracks of those who left.
        """
        width_m = self.max_site_m - self.min_site_m + 2 * BEYOND_M
        shape = np.ceil(width_m / CELL_M - 1e-9).astype(int)
        return Coverage(
            sensor_id=sensor_id,
            t_utc_ns=0,
            level_id=level_id,
            origin_site_m=self.min_site_m - BEYOND_M,
            cell_m=CELL_M,
            p_report=np.full(tuple(shape), p_report),
            p_detect=np.zeros((len(ZONES), *shape)),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SensorScans:
    """What a sensor reports, and, for scoring alone, from whom it came.

    Attributes:
        positions: one for each scan.
        coverage: of the sensor, at any time.
        source: of each row of each scan, the person, or -1 for clutter. No tracker sees this.
    """

    positions: tuple[Positions, ...]
    coverage: Coverage
    source: tuple[Int[np.ndarray, "_"], ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualSensor:
    """A position sensor over a rectangle of floor.

    Independent from scan to scan and person to person, and it knows its own errors.

    Attributes:
        sigma_m: standard deviation of a position, per axis.
        p_detect: P(a person is reported), a scan.
        clutter_per_m2: expected number of false positions a scan.
        sensor_id: its name.
        level_id: its floor.
    """

    sigma_m: float = 0.15
    p_detect: float = 0.9
    clutter_per_m2: float = 0.02
    sensor_id: str = "virtual"
    level_id: str = "floor"

    def __post_init__(self) -> None:
        if not 0 < self.sigma_m < np.inf:
            raise ValueError(f"sigma_m must be positive and finite, got {self.sigma_m}")
        if not 0 <= self.p_detect <= 1:
            raise ValueError(f"p_detect must be inside [0, 1], got {self.p_detect}")
        if not 0 <= self.clutter_per_m2 < np.inf:
            raise ValueError(
                f"clutter_per_m2 must be finite and not below 0, got {self.clutter_per_m2}"
            )

    def scans(self, truth: Whereabouts, floor: Floor, *, rng: np.random.Generator) -> SensorScans:
        """Return what it reports of the people, in an order that says nothing."""
        positions: list[Positions] = []
        source: list[np.ndarray] = []
        for scan, t_utc_ns in enumerate(truth.t_utc_ns.tolist()):
            who, place = truth.at(scan)
            seen = rng.random(len(who)) < self.p_detect
            noise_m = self.sigma_m * rng.standard_normal((int(seen.sum()), 2))
            n_false = int(rng.poisson(self.clutter_per_m2 * floor.area_m2))
            false = rng.uniform(floor.min_site_m, floor.max_site_m, (n_false, 2))
            order = rng.permutation(len(noise_m) + n_false)
            positions.append(
                self.positions(np.concatenate([place[seen] + noise_m, false])[order], t_utc_ns)
            )
            source.append(np.concatenate([who[seen], np.full(n_false, -1)])[order])
        return SensorScans(
            positions=tuple(positions),
            coverage=floor.coverage(
                p_report=self.p_detect, sensor_id=self.sensor_id, level_id=self.level_id
            ),
            source=tuple(source),
        )

    def positions(self, place_m: Float[np.ndarray, "n 2"], t_utc_ns: int) -> Positions:
        """Return places as this sensor states them."""
        n = len(place_m)
        return Positions(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=self.level_id,
            position_site_m=place_m,
            covariance_site_m2=np.tile(self.sigma_m**2 * np.eye(2), (n, 1, 1)),
            existence=np.ones(n),
            descriptor=np.zeros((n, 0)),
            clutter_per_m2=self.clutter_per_m2,
        )


def floor_of(truth: Whereabouts) -> Floor:
    """Return the smallest rectangle of whole cells that all people stay inside."""
    if not len(truth.who):
        raise ValueError("nobody is in the truth: no floor can be made of it")
    place = truth.position_site_m
    return Floor(
        min_site_m=np.floor(place.min(axis=0) / CELL_M) * CELL_M,
        max_site_m=(np.floor(place.max(axis=0) / CELL_M) + 1) * CELL_M,
    )


def is_splined(trajectories: Trajectories) -> bool:
    """Return whether the truth between annotations is a spline."""
    return _usual_step_s(trajectories) > SPLINE_FROM_S


def truth_of(
    trajectories: Trajectories,
    *,
    rate_hz: float = 10.0,
    from_s: float = 0.0,
    lasts_s: float | None = None,
) -> Whereabouts:
    """Return where recorded people were at the times of scans.

    Straight between frames where they are close in time, natural cubic splines where people were
    annotated less often than every ``SPLINE_FROM_S``. From their first to their last frame people
    are there; over gaps of more than 2.5 usual steps nothing is made up.

    Args:
        trajectories: recorded.
        rate_hz: scans a second.
        from_s: first scan, after the first frame of the recording.
        lasts_s: until the last scan; None: to the end of the recording.

    Raises:
        ValueError: ``rate_hz`` is not positive, or nobody is there in that time.
    """
    if not 0 < rate_hz < np.inf:
        raise ValueError(f"rate_hz must be positive and finite, got {rate_hz}")
    if not len(trajectories.frame):
        raise ValueError(f"{trajectories.name}: nobody is there")
    start = int(trajectories.frame.min())
    t_s = (trajectories.frame - start) / trajectories.frame_rate_hz
    until_s = trajectories.duration_s if lasts_s is None else from_s + lasts_s
    n_scans = int(np.floor((min(until_s, trajectories.duration_s) - from_s) * rate_hz + 1e-6)) + 1
    scan_s = from_s + np.arange(max(n_scans, 0)) / rate_hz
    step_s = _usual_step_s(trajectories)
    pieces = np.flatnonzero(
        (np.diff(trajectories.person) != 0) | (np.diff(t_s) > LONGEST_GAP * step_s)
    )
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for piece in np.split(np.arange(len(t_s)), pieces + 1):
        scan = np.flatnonzero((scan_s >= t_s[piece[0]] - 1e-9) & (scan_s <= t_s[piece[-1]] + 1e-9))
        if len(scan):
            place = _between(
                t_s[piece],
                trajectories.position_m[piece],
                scan_s[scan],
                spline=step_s > SPLINE_FROM_S,
            )
            rows.append((scan, np.full(len(scan), trajectories.person[piece[0]]), place))
    if not rows:
        raise ValueError(f"{trajectories.name}: nobody is there from {from_s:g} s on")
    scan, who, place = (np.concatenate(column) for column in zip(*rows, strict=True))
    order = np.lexsort((who, scan))
    return Whereabouts(
        t_utc_ns=np.round((scan_s - from_s) * 1e9).astype(np.int64),
        first_row=np.concatenate([[0], np.cumsum(np.bincount(scan, minlength=len(scan_s)))]),
        who=who[order],
        position_site_m=place[order],
    )


def _usual_step_s(trajectories: Trajectories) -> float:
    step = np.diff(trajectories.frame)[np.diff(trajectories.person) == 0]
    return float(np.median(step)) / trajectories.frame_rate_hz if len(step) else 0.0


def _between(
    t_s: Float[np.ndarray, " k"],
    place: Float[np.ndarray, "k 2"],
    at_s: Float[np.ndarray, " n"],
    *,
    spline: bool,
) -> Float[np.ndarray, "n 2"]:
    if spline and len(t_s) > 2:
        return np.asarray(CubicSpline(t_s, place, bc_type="natural")(at_s))
    return np.stack([np.interp(at_s, t_s, place[:, axis]) for axis in range(2)], axis=1)
