"""People of one party stay together: who is behind walks faster, who is ahead slower."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from standex.twin.crowd.visit import Visit

PER_M = 0.4  # change of speed for a metre ahead or behind
SLOWEST, FASTEST = 0.5, 1.25


def together(
    parties: Iterable[Sequence[Visit]], where: Mapping[int, np.ndarray]
) -> list[tuple[Visit, float]]:
    """Return the speed at which each of several companions should want to walk.

    Held against the mean way left of those who are walking; whoever queues or waits has no say.

    Args:
        parties: their members on the floor.
        where: everybody's place, by agent.
    """
    wanted: list[tuple[Visit, float]] = []
    for members in parties:
        walking = [
            v for v in members if v.mode == "walking" and v.busy is None and v.agent in where
        ]
        if len(walking) < 2:
            continue
        left_m = np.array([visit.left_m(where[visit.agent]) for visit in walking])
        factor = np.clip(1 + PER_M * (left_m - left_m.mean()), SLOWEST, FASTEST)
        wanted += [
            (visit, visit.party.speed_m_per_s * float(f))
            for visit, f in zip(walking, factor, strict=True)
        ]
    return wanted
