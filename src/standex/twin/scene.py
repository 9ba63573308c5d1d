"""People on the move: recorded ways, bodies that walk them, and what they carry."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int
from scipy.ndimage import gaussian_filter1d

from standex.model.trajectories import Trajectories
from standex.model.truth import CarriedItem, Truth
from standex.model.zones import BodyZone
from standex.twin.body import REFERENCE_HEIGHT_M, Body, draw_scale, make_body


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeopleNow:
    """Everybody present at one moment, one per row.

    Attributes:
        t_utc_ns: when.
        person: number in the recording.
        position_site_m: x, y.
        velocity_site_m_per_s: smoothed over a step.
        heading_rad: where the front points, from east towards north.
        walked_m: since the person came in.
        height_m: of each person.
    """

    t_utc_ns: int
    person: Int[np.ndarray, " n"]
    position_site_m: Float[np.ndarray, "n 2"]
    velocity_site_m_per_s: Float[np.ndarray, "n 2"]
    heading_rad: Float[np.ndarray, " n"]
    walked_m: Float[np.ndarray, " n"]
    height_m: Float[np.ndarray, " n"]


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One person's way, sampled at the frames of the recording."""

    t_s: Float[np.ndarray, " k"]
    state: Float[np.ndarray, "k 6"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ways:
    """Everybody's way, one after the other: thousands are asked at once who is there."""

    person: Int[np.ndarray, " n"]
    first_s: Float[np.ndarray, " n"]
    last_s: Float[np.ndarray, " n"]
    first_row: Int[np.ndarray, " n"]
    n_rows: Int[np.ndarray, " n"]
    state: Float[np.ndarray, "rows 6"]

    @classmethod
    def of(cls, people: list[int], ways: list[_Way]) -> "_Ways":
        n_rows = np.array([len(way.t_s) for way in ways], dtype=np.int64)
        return cls(
            person=np.array(people, dtype=np.int64),
            first_s=np.array([way.t_s[0] for way in ways], dtype=float),
            last_s=np.array([way.t_s[-1] for way in ways], dtype=float),
            first_row=np.cumsum(n_rows) - n_rows,
            n_rows=n_rows,
            state=np.concatenate([np.zeros((0, 6)), *(way.state for way in ways)]),
        )

    def at(self, t_s: float) -> tuple[Int[np.ndarray, " k"], Float[np.ndarray, "k 6"]]:
        """Return who is there, and their states."""
        who = np.flatnonzero((self.first_s <= t_s) & (t_s <= self.last_s))
        since_s = t_s - self.first_s[who]
        most = np.maximum(self.n_rows[who] - 2, 0)
        row = np.minimum((since_s / 0.04).astype(np.int64), most)
        first_s = self.first_s[who]
        frame_s = first_s + row * (first_s + 0.04 - first_s)  # as they were sampled, to the bit
        share = np.where(self.n_rows[who] > 1, (t_s - frame_s) / 0.04, 0.0)[:, None]
        at = self.first_row[who] + row
        after = np.minimum(at + 1, max(len(self.state) - 1, 0))
        return self.person[who], (1 - share) * self.state[at] + share * self.state[after]


@dataclass(frozen=True, kw_only=True, eq=False)
class Scene:
    """A recording that is being walked again, from ``start_utc_ns`` on.

    Attributes:
        trajectories: recorded ways, site frame.
        truth: who carries what.
        start_utc_ns: time of the recording's frame zero.
        facet_m: width of a body facet.
        lowest_m: facets below are left out.
    """

    trajectories: Trajectories
    truth: Truth
    start_utc_ns: int
    facet_m: float = 0.0105
    lowest_m: float = 0.72

    @cached_property
    def _ways(self) -> "_Ways":
        rows = self.trajectories
        start = np.searchsorted(rows.person, rows.people)
        people: list[int] = []
        ways: list[_Way] = []
        for person, part in zip(
            rows.people, np.split(np.arange(len(rows.person)), start[1:]), strict=True
        ):
            if len(part) >= 2:
                people.append(int(person))
                ways.append(
                    _smooth_way(rows.frame[part] / rows.frame_rate_hz, rows.position_m[part])
                )
        return _Ways.of(people, ways)

    @cached_property
    def _heights(self) -> dict[int, float]:
        return {}

    @cached_property
    def _bodies(self) -> dict[int, Body]:
        return {}

    @property
    def end_utc_ns(self) -> int:
        """Return the time at which the last person has left."""
        last_s = max(self._ways.last_s, default=0.0)
        return self.start_utc_ns + round(float(last_s) * 1e9)

    def at(self, t_utc_ns: int) -> PeopleNow:
        """Return who is where; ways are interpolated between their frames."""
        person, state = self._ways.at((t_utc_ns - self.start_utc_ns) * 1e-9)
        return PeopleNow(
            t_utc_ns=t_utc_ns,
            person=person,
            position_site_m=state[:, 0:2],
            velocity_site_m_per_s=state[:, 2:4],
            heading_rad=state[:, 4],
            walked_m=state[:, 5],
            height_m=np.array([self._height_m(p) for p in person.tolist()]).reshape(-1),
        )

    def _height_m(self, person: int) -> float:
        if person not in self._heights:
            scale = draw_scale(np.random.default_rng([self.truth.seed, 2, person]))
            self._heights[person] = scale * REFERENCE_HEIGHT_M
        return self._heights[person]

    def body(self, person: int) -> Body:
        """Return the body of a person; drawn once, from the seed and the number alone."""
        if person not in self._bodies:
            rng = np.random.default_rng([self.truth.seed, 2, person])
            item = self.truth.of(person)
            if item is not None and (item.zone == BodyZone.BAG or not item.is_object):
                item = None  # neither what is in a bag nor a residue changes the body
            self._bodies[person] = make_body(
                item, pitch_m=self.facet_m, lowest_m=self.lowest_m, rng=rng
            )
        return self._bodies[person]

    def item(self, person: int) -> CarriedItem | None:
        """Return what a person carries."""
        return self.truth.of(person)


def _smooth_way(t_s: np.ndarray, position_m: np.ndarray) -> _Way:
    """Resample at 25 Hz; place over 0.08 s, velocity and heading over 0.3 s (less than a step)."""
    grid = np.arange(t_s[0], t_s[-1] + 1e-9, 0.04)
    raw = np.stack([np.interp(grid, t_s, position_m[:, axis]) for axis in (0, 1)], axis=1)
    place = gaussian_filter1d(raw, 2.0, axis=0, mode="nearest")
    velocity = _slope(raw, 7.5)
    # The head sways from side to side with every step; the body faces the way over a stride.
    course = _slope(raw, 20.0)
    heading = np.unwrap(np.arctan2(course[:, 1], course[:, 0]))
    walked = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(place, axis=0).T))])
    return _Way(grid, np.column_stack([place, velocity, heading, walked]))


def _slope(place_m: np.ndarray, sigma: float) -> np.ndarray:
    """Return the velocity of places at 25 Hz, smoothed over ``sigma`` samples."""
    if len(place_m) < 2:
        return np.zeros_like(place_m)
    # Reflected about its ends, so that nobody stops at the edge of a picture.
    n = min(len(place_m) - 1, int(4 * sigma))
    before = 2 * place_m[0] - place_m[n:0:-1]
    after = 2 * place_m[-1] - place_m[-2 : -n - 2 : -1]
    longer = np.concatenate([before, place_m, after])
    return np.gradient(gaussian_filter1d(longer, sigma, axis=0), 0.04, axis=0)[n : n + len(place_m)]
