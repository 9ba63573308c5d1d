"""Who comes when: parties drawn from the flows of a plan, by seed."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from standex.twin.crowd.plan import CrowdPlan, Flow

PauseKind = Literal["standing", "turning"]
_ARRIVALS, _PARTY, _RETURN = 11, 12, 13  # streams of chance, apart from each other


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPause:
    """What a party does on its way.

    Attributes:
        kind: stand, or walk back and on again.
        at_share: of the way walked when it begins.
        for_s: how long.
    """

    kind: PauseKind
    at_share: float
    for_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """People who come together.

    Attributes:
        number: counts parties, from 0 in order of coming.
        flow: row in the plan.
        due_s: when they want to come in.
        n_people: how many.
        speed_m_per_s: free speed of each.
        across: where in the band of their flow they walk, 0 right to 1 left.
        pause: what they do on the way, if anything.
    """

    number: int
    flow: int
    due_s: float
    n_people: int
    speed_m_per_s: float
    across: float
    pause: PlannedPause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingBack:
    """How somebody comes in again.

    Attributes:
        after_s: leaving.
        across: where they walk this time.
    """

    after_s: float
    across: float


def draw_arrivals(plan: CrowdPlan, *, duration_s: float, seed: int) -> tuple[Party, ...]:
    """Return all parties in order of coming, from 0 to ``duration_s``.

    Times between the parties of a flow are exponential (beyond its least gap). A flow from a
    platform comes with its trains: a Poisson number of parties each, the rate times the headway.
    What each party is like depends on the seed, its flow and its count there.

    Args:
        plan: of the crowd.
        duration_s: people come in so long.
        seed: of everything drawn.
    """
    found: list[tuple[float, int, int]] = []
    for row, flow in enumerate(plan.flows):
        rng = np.random.default_rng([seed, _ARRIVALS, row])
        times_s = _times_s(plan, flow, duration_s, rng)
        found += [(float(t_s), row, count) for count, t_s in enumerate(times_s)]
    return tuple(
        _party(plan, number, row, count, t_s, seed)
        for number, (t_s, row, count) in enumerate(sorted(found))
    )


def draw_coming_back(plan: CrowdPlan, *, person: int, seed: int) -> ComingBack | None:
    """Return how a person comes back, if so; depends on the seed and their number alone."""
    rng = np.random.default_rng([seed, _RETURN, person])
    returns = plan.returns
    if not rng.random() < returns.share:
        return None
    return ComingBack(
        after_s=float(rng.uniform(returns.least_s, returns.within_s)), across=float(rng.random())
    )


def _times_s(
    plan: CrowdPlan, flow: Flow, duration_s: float, rng: np.random.Generator
) -> np.ndarray:
    mean_gap_s = 3600.0 * plan.parties.mean_people / flow.people_per_hour
    platform = plan.platform(flow.from_name)
    if platform is not None:
        trains_s = np.arange(platform.first_s, duration_s, platform.headway_s)
        counts = rng.poisson(platform.headway_s / mean_gap_s, len(trains_s))
        return np.repeat(trains_s, counts)
    # So many that running short is out of the question.
    n_most = int(2 * duration_s / mean_gap_s + 20 * np.sqrt(duration_s / mean_gap_s) + 50)
    gaps_s = flow.least_gap_s + rng.exponential(mean_gap_s - flow.least_gap_s, n_most)
    times_s = np.cumsum(gaps_s)
    return times_s[times_s < duration_s]


def _party(plan: CrowdPlan, number: int, row: int, count: int, t_s: float, seed: int) -> Party:
    rng = np.random.default_rng([seed, _PARTY, row, count])
    shares = np.cumsum(plan.parties.share)
    draw = rng.random()
    n_people = 1 if draw >= shares[-1] else 2 + int(np.searchsorted(shares, draw, side="right"))
    walking = plan.walking
    speed = rng.normal(walking.speed_m_per_s, walking.spread_m_per_s)
    return Party(
        number=number,
        flow=row,
        due_s=t_s,
        n_people=n_people,
        speed_m_per_s=float(np.clip(speed, walking.least_m_per_s, walking.most_m_per_s)),
        across=float(rng.random()),
        pause=_pause(plan, rng),
    )


def _pause(plan: CrowdPlan, rng: np.random.Generator) -> PlannedPause | None:
    pauses = plan.pauses
    draw, at_share = rng.random(), float(rng.uniform(0.25, 0.75))
    length = float(rng.exponential())
    if draw < pauses.standing_share:
        return PlannedPause(kind="standing", at_share=at_share, for_s=length * pauses.standing_s)
    if draw < pauses.standing_share + pauses.turning_share:
        return PlannedPause(kind="turning", at_share=at_share, for_s=length * pauses.turning_s)
    return None
