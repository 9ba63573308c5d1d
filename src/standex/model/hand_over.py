"""People who were followed and are no more, and the people they may have come back as."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float, Int

DESCRIPTOR_LIFE_S = 360.0
"""No clothing descriptor lives longer than this after it was last seen."""


class Ending(StrEnum):
    """Where somebody was last seen.

    Attributes:
        LINE: beyond an exit line.
        EDGE: at the edge of what is looked at, on the way out.
        GAP: in sight, or before a gap behind which somebody looks again.
    """

    LINE = "line"
    EDGE = "edge"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """People as they were at one sight of them, one per row, in order of their numbers.

    Attributes:
        track_id: who.
        t_utc_ns: when.
        mean: x, y (m), vx, vy (m/s), site frame.
        covariance: of ``mean``, in the units of its components.
        descriptor: short-lived clothing descriptor, or no columns; NaN where none is known.
        area: of the plan, between its lines: bit k is set for who is beyond line k.
    """

    track_id: Int[np.ndarray, " n"]
    t_utc_ns: Int[np.ndarray, " n"]
    mean: Float[np.ndarray, "n 4"]
    covariance: Float[np.ndarray, "n 4 4"]
    descriptor: Float[np.ndarray, "n k"]
    area: Int[np.ndarray, " n"]

    def select(self, rows: Bool[np.ndarray, " n"] | Int[np.ndarray, " m"]) -> "Seen":
        """Return the people in ``rows``."""
        return Seen(
            track_id=self.track_id[rows],
            t_utc_ns=self.t_utc_ns[rows],
            mean=self.mean[rows],
            covariance=self.covariance[rows],
            descriptor=self.descriptor[rows],
            area=self.area[rows],
        )


def nobody_seen() -> Seen:
    """Return no people."""
    return Seen(
        track_id=np.zeros(0, dtype=np.int64),
        t_utc_ns=np.zeros(0, dtype=np.int64),
        mean=np.zeros((0, 4)),
        covariance=np.zeros((0, 4, 4)),
        descriptor=np.zeros((0, 0)),
        area=np.zeros(0, dtype=np.int64),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Departed:
    """People who are followed no more, as they were when last seen.

    Attributes:
        last: time, place, velocity, covariance and descriptor, in order of their numbers.
        ending: where each was last seen.
    """

    last: Seen
    ending: tuple[Ending, ...]

    def select(self, keep: Bool[np.ndarray, " n"]) -> "Departed":
        """Return the people marked in ``keep``."""
        ending = tuple(one for one, kept in zip(self.ending, keep.tolist(), strict=True) if kept)
        return Departed(last=self.last.select(keep), ending=ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """One person under two numbers.

    Attributes:
        earlier_track_id: the number under which they were followed first; 0 for nobody: a join
            that was said before is taken back.
        later_track_id: the number since.
        p_same: P(it is the same person).
        is_final: whether it can no longer change.
        reason: time, place, flow and clothing in plain words.
    """

    earlier_track_id: int
    later_track_id: int
    p_same: float
    is_final: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """Running account of the people who came from one area of the plan to another.

    Attributes:
        weight: how many, each by the probability of the join.
        mean_log_s: mean of the natural log of the time in seconds.
        squares_log_s: weighted sum of squares about that mean.
    """

    weight: float
    mean_log_s: float
    squares_log_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """What was learned of how people go from area to area of the plan.

    Attributes:
        since_utc_ns: when learning began.
        travel: by area left and area entered.
        n_left: people whose return is decided, joined or not, by area left.
        n_fresh: people who had never been followed before, by area entered.
    """

    since_utc_ns: int
    travel: Mapping[tuple[int, int], Travel] = field(default_factory=dict[tuple[int, int], Travel])
    n_left: Mapping[int, float] = field(default_factory=dict[int, float])
    n_fresh: Mapping[int, float] = field(default_factory=dict[int, float])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HandOverState:
    """What joining people across gaps needs to remember; a value, bounded.

    Attributes:
        followed: everybody confirmed, as last seen.
        departed: who ended within the time for which people are remembered.
        newcomers: the newly confirmed whose join is not final yet, as they were then.
        joins: of newcomers, provisional.
        awaited: departed people who may appear at any moment; nothing about them is final.
        flow: learned so far.
        things: numbers that things are or were followed under; whoever such a number goes over to
            is nobody new.
    """

    followed: Seen
    departed: Departed
    newcomers: Seen
    joins: tuple[Join, ...]
    awaited: tuple[int, ...]
    flow: Flow
    things: tuple[int, ...] = ()

    def without_old_descriptors(self, t_utc_ns: int) -> "HandOverState":
        """Return the state without descriptors that nobody has seen for ``DESCRIPTOR_LIFE_S``."""
        followed = _forgotten(self.followed, t_utc_ns)
        last = _forgotten(self.departed.last, t_utc_ns)
        newcomers = _forgotten(self.newcomers, t_utc_ns)
        if (followed, last, newcomers) == (self.followed, self.departed.last, self.newcomers):
            return self
        return replace(
            self,
            followed=followed,
            departed=replace(self.departed, last=last),
            newcomers=newcomers,
        )


def no_hand_over(t_utc_ns: int) -> HandOverState:
    """Return the state before anybody was followed."""
    return HandOverState(
        followed=nobody_seen(),
        departed=Departed(last=nobody_seen(), ending=()),
        newcomers=nobody_seen(),
        joins=(),
        awaited=(),
        flow=Flow(since_utc_ns=t_utc_ns),
    )


def _forgotten(seen: Seen, t_utc_ns: int) -> Seen:
    if not seen.descriptor.size:
        return seen
    is_old = (t_utc_ns - seen.t_utc_ns) * 1e-9 > DESCRIPTOR_LIFE_S
    if not np.isfinite(seen.descriptor[is_old]).any():
        return seen
    return replace(seen, descriptor=np.where(is_old[:, None], np.nan, seen.descriptor))
