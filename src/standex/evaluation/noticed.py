"""How many of those who passed a sensor it took a look at: coverage of what smells by chance."""

from collections.abc import Collection, Sequence

import numpy as np
from jaxtyping import Float

from standex.evaluation.twin_run import TwinRun
from standex.model.trajectories import Trajectories


def passed(
    trajectories: Trajectories, places_site_m: Float[np.ndarray, "n 2"], *, reach_m: float
) -> frozenset[int]:
    """Return who came within reach of one of some places."""
    away = np.linalg.norm(trajectories.position_m[:, None] - places_site_m[None], axis=-1)
    return frozenset(np.unique(trajectories.person[(away <= reach_m).any(axis=1)]).tolist())


def noticed_share(
    runs: Sequence[TwinRun],
    *,
    sensor_ids: Collection[str],
    who: Collection[int],
) -> float:
    """Return of the carriers of a threat who passed, how many some look was rightly of.

    A sensor that tells one plume at a time, and none before the last has gone, misses most people
    of a stream whatever its scores are worth: without this share its coverage would say that it
    had looked at all of them.

    Args:
        runs: with their looks, of the same people each.
        sensor_ids: whose looks count.
        who: came within reach.

    Raises:
        ValueError: no carrier passed.
    """
    n_passed = n_noticed = 0
    for run in runs:
        carriers = {
            one.person
            for one in run.outcomes
            if one.item_class.startswith("threat") and one.person in who
        }
        noticed = {
            int(looks.person[row])
            for looks in run.looks
            for row, sensor_id in enumerate(looks.sensor_id)
            if sensor_id in sensor_ids and looks.item_class[row].startswith("threat")
        }
        n_passed += len(carriers)
        n_noticed += len(carriers & noticed)
    if not n_passed:
        raise ValueError("nobody with a threat came within reach; walk more people")
    return n_noticed / n_passed
