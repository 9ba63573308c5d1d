"""A crowd for position sensors alone: places looked up frame by frame, nobody has a body."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from standex.model.truth import Truth
from standex.twin.crowd.truth import Crowd, passages
from standex.twin.scene import PeopleNow, Scene

HEIGHT_M, HEIGHT_STD_M, LEAST_M, MOST_M = 1.72, 0.08, 1.5, 1.95  # as the twin's bodies
_HEIGHTS = 41  # stream of chance


@dataclass(frozen=True, kw_only=True, eq=False)
class CrowdScene(Scene):
    """A scene that is looked up: straight lines between frames, no smoothing, no bodies.

    ``Scene`` goes through everybody's way for each moment; here a moment costs as much as there are
    people in it, which makes hours of a crowd affordable. A way must have no gap in its frames.

    Attributes:
        height_of_m: of each person, by number, from 1.
    """

    height_of_m: Float[np.ndarray, " people"]

    @cached_property
    def _by_frame(self) -> tuple[int, Int[np.ndarray, " frames"], Int[np.ndarray, " rows"]]:
        """Return the first frame, where each frame begins, and the rows in that order."""
        frame = self.trajectories.frame
        order = np.lexsort((self.trajectories.person, frame))
        first, last = int(frame.min()), int(frame.max())
        begins = np.searchsorted(frame[order], np.arange(first, last + 3))
        return first, begins, order

    @property
    def end_utc_ns(self) -> int:
        """Return the time at which the last person has left."""
        last = int(self.trajectories.frame.max())
        return self.start_utc_ns + round(last / self.trajectories.frame_rate_hz * 1e9)

    def at(self, t_utc_ns: int) -> PeopleNow:
        """Return who is where: those who are there at the frames before and after."""
        rate_hz = self.trajectories.frame_rate_hz
        at_frame = (t_utc_ns - self.start_utc_ns) * 1e-9 * rate_hz
        frame = int(np.floor(at_frame + 1e-6))
        here, then = self._rows(frame), self._rows(frame + 1)
        who, one, other = np.intersect1d(
            self.trajectories.person[here],
            self.trajectories.person[then],
            assume_unique=True,
            return_indices=True,
        )
        before = self.trajectories.position_m[here[one]]
        step = self.trajectories.position_m[then[other]] - before
        share = max(at_frame - frame, 0.0)
        return PeopleNow(
            t_utc_ns=t_utc_ns,
            person=who.astype(np.int64),
            position_site_m=before + share * step,
            velocity_site_m_per_s=step * rate_hz,
            heading_rad=np.arctan2(step[:, 1], step[:, 0]),
            walked_m=np.zeros(len(who)),
            height_m=self.height_of_m[who - 1],
        )

    def _rows(self, frame: int) -> Int[np.ndarray, " n"]:
        first, begins, order = self._by_frame
        if not 0 <= frame - first < len(begins) - 1:
            return order[:0]
        return order[begins[frame - first] : begins[frame - first + 1]]


def scene_of(crowd: Crowd, *, start_utc_ns: int) -> CrowdScene:
    """Return a crowd as a scene in which each visit is a person of its own.

    Heights are normal, 1.72 +- 0.08 m, cut off at 1.5 and 1.95; who comes back is as tall as ever.

    Args:
        crowd: simulated.
        start_utc_ns: time of its frame zero.
    """
    trajectories, person = passages(crowd)
    seed = crowd.truth.seed
    drawn = np.random.default_rng([seed, _HEIGHTS]).normal(
        HEIGHT_M, HEIGHT_STD_M, int(person.max(initial=0)) + 1
    )
    return CrowdScene(
        trajectories=trajectories,
        truth=Truth(seed=seed, items=()),
        start_utc_ns=start_utc_ns,
        height_of_m=np.clip(drawn, LEAST_M, MOST_M)[person],
    )
