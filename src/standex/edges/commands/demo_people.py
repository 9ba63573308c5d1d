"""Who walks in the demo: every so-manieth of the recorded people, one round after the other."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories

COLUMNS = ("%d", "%d", "%.4f", "%.4f", "%.3f")


def every_nth(trajectories: Trajectories, n: int) -> Trajectories:
    """Return the ways of every n-th person, in the order in which they came in.

    Args:
        trajectories: recorded ways.
        n: 1 keeps everybody.

    Raises:
        ValueError: ``n`` is below 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    kept = _by_entry(trajectories)[::n]
    is_kept = np.isin(trajectories.person, kept)
    return replace(
        trajectories,
        person=trajectories.person[is_kept],
        frame=trajectories.frame[is_kept],
        position_m=trajectories.position_m[is_kept],
        height_m=trajectories.height_m[is_kept],
    )


def in_rounds(trajectories: Trajectories, n_rounds: int) -> Trajectories:
    """Return the same ways walked again and again, each time under other numbers.

    A round begins as long after the last person of the one before has come in as they came in
    one after the other: the stream has no gap.

    Args:
        trajectories: of one round.
        n_rounds: 1 leaves it as it is.

    Raises:
        ValueError: ``n_rounds`` is below 1, or nobody walks.
    """
    people = trajectories.people
    if n_rounds < 1 or not len(people):
        raise ValueError(f"needs a round and somebody in it, got {n_rounds} of {len(people)}")
    first = _first_frames(trajectories)
    spread = int(first.max() - first.min())
    period = spread + max(round(spread / max(len(people) - 1, 1)), 1)
    step = int(people.max()) + 1
    rounds = np.repeat(np.arange(n_rounds), len(trajectories.frame))
    return replace(
        trajectories,
        person=np.tile(trajectories.person, n_rounds) + rounds * step,
        frame=np.tile(trajectories.frame, n_rounds) + rounds * period,
        position_m=np.tile(trajectories.position_m, (n_rounds, 1)),
        height_m=np.tile(trajectories.height_m, n_rounds),
    )


def write_ways(trajectories: Trajectories, path: Path) -> None:
    """Write ways as a text file of the Pedestrian Dynamics Data Archive, which a service reads.

    Raises:
        StandexError: it cannot be written.
    """
    is_tall = bool(np.isfinite(trajectories.height_m).all())
    table = [trajectories.person, trajectories.frame, *trajectories.position_m.T]
    if is_tall:
        table.append(trajectories.height_m)
    head = f"framerate: {trajectories.frame_rate_hz:g} fps\nid frame x/m y/m{' z/m' * is_tall}"
    try:
        np.savetxt(path, np.column_stack(table), fmt=COLUMNS[: len(table)], header=head)
    except OSError as error:
        raise StandexError(f"cannot write {path}: {error.strerror}; make room") from error


def _first_frames(trajectories: Trajectories) -> np.ndarray:
    """Return the first frame of each of ``trajectories.people``."""
    # Rows are sorted by person, then frame: each person's first row is their first frame.
    _, row = np.unique(trajectories.person, return_index=True)
    return trajectories.frame[row]


def _by_entry(trajectories: Trajectories) -> np.ndarray:
    """Return the people in the order in which they came in."""
    return trajectories.people[np.argsort(_first_frames(trajectories), kind="stable")]
