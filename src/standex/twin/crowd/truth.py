"""What is known about a simulated crowd: who belongs together, who came back, what went wrong."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.trajectories import Trajectories
from standex.twin.crowd.arrivals import PauseKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Somebody who stood still or turned round.

    Attributes:
        visit: row of the truth.
        kind: what they did.
        from_frame: when it began.
        to_frame: when they went on.
    """

    visit: int
    kind: PauseKind
    from_frame: int
    to_frame: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrowdTruth:
    """One visit a row: somebody comes in, walks, and leaves; in order of coming in.

    Attributes:
        seed: that made it.
        person: who; the same number in several rows is the same person come back.
        visit: 0 for their first, 1 for the next.
        party: who came together has the same number; who comes back comes alone, by a new one.
        flow: row in the plan.
        from_frame: their first frame of this visit.
        to_frame: their last.
        pauses: who stood still or turned round.
    """

    seed: int
    person: Int[np.ndarray, " visits"]
    visit: Int[np.ndarray, " visits"]
    party: Int[np.ndarray, " visits"]
    flow: Int[np.ndarray, " visits"]
    from_frame: Int[np.ndarray, " visits"]
    to_frame: Int[np.ndarray, " visits"]
    pauses: tuple[Pause, ...]

    @property
    def is_return(self) -> Bool[np.ndarray, " visits"]:
        """Return which visits are of somebody who was here before."""
        return self.visit > 0

    @property
    def n_in_party(self) -> Int[np.ndarray, " visits"]:
        """Return how many came together, themselves included."""
        _, row, count = np.unique(self.party, return_inverse=True, return_counts=True)
        return count[row]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneReport:
    """What a lane did.

    Attributes:
        name: of the turnstiles.
        lane: from 0.
        n_served: people.
        busy_share: of the whole time, with somebody being served.
    """

    name: str
    lane: int
    n_served: int
    busy_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdReport:
    """What happened that the plan did not ask for, and how fast it went in simulated time.

    Attributes:
        simulated_s: from the first to the last frame.
        n_due: visits that were due.
        n_entered: visits that came in.
        n_blocked: times that a party found its place taken and waited for the next moment.
        most_wait_s: that a party waited at its entrance.
        n_frozen: times that somebody was found frozen.
        n_nudged: of these, those who were sent a step aside.
        n_rerouted: of these, those who were sent by another way after several steps aside.
        n_people_frozen: people whom that concerned.
        n_left: visits that left where they should.
        n_inside: people still there at the end.
        lanes: of turnstiles.
    """

    simulated_s: float
    n_due: int
    n_entered: int
    n_blocked: int
    most_wait_s: float
    n_frozen: int
    n_nudged: int
    n_rerouted: int
    n_people_frozen: int
    n_left: int
    n_inside: int
    lanes: tuple[LaneReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crowd:
    """A simulated crowd.

    Attributes:
        trajectories: everybody's ways. Who comes back has the same number again, after a gap in
            the frames: see ``passages`` for whoever joins frames with straight lines.
        truth: who belongs together, who came back.
        report: what went wrong.
    """

    trajectories: Trajectories
    truth: CrowdTruth
    report: CrowdReport


def passages(crowd: Crowd) -> tuple[Trajectories, Int[np.ndarray, " visits"]]:
    """Return the ways with a number for each visit, and whose each was.

    Visit k of the truth, from 0, is number k + 1. A scene of the twin walks straight from one frame
    of a number to the next one, so somebody who was away for a minute must not keep theirs.
    """
    rows, truth = crowd.trajectories, crowd.truth
    number = np.zeros(len(rows.person), dtype=np.int64)
    for visit in range(len(truth.person)):
        own = slice(
            int(np.searchsorted(rows.person, truth.person[visit], side="left")),
            int(np.searchsorted(rows.person, truth.person[visit], side="right")),
        )
        frame = rows.frame[own]
        inside = (frame >= truth.from_frame[visit]) & (frame <= truth.to_frame[visit])
        number[own][inside] = visit + 1
    order = np.lexsort((rows.frame, number))
    return (
        replace(
            rows,
            person=number[order],
            frame=rows.frame[order],
            position_m=rows.position_m[order],
            height_m=rows.height_m[order],
        ),
        truth.person,
    )


def made_trajectories(
    name: str,
    *,
    person: Int[np.ndarray, " rows"],
    frame: Int[np.ndarray, " rows"],
    position_site_m: Float[np.ndarray, "rows 2"],
    frame_rate_hz: float,
) -> Trajectories:
    """Return rows in any order as trajectories; nobody's height is recorded."""
    order = np.lexsort((frame, person))
    return Trajectories(
        name=name,
        person=person[order],
        frame=frame[order],
        position_m=position_site_m[order],
        height_m=np.full(len(order), np.nan),
        frame_rate_hz=frame_rate_hz,
    )
