"""What those who watch are shown of an exercise."""

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from standex.model.picture import Picture

TOLD_S = 300.0  # so long everybody is told that it was an exercise


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShownExercise:
    """An exercise that runs, or has just ended.

    Attributes:
        exercise_id: of this run.
        exercise: what is played.
        ended_utc_ns: when it ended; 0 while it runs.
        picture: of its shadow; None before its first word and after its end.
    """

    exercise_id: str
    exercise: str
    ended_utc_ns: int = 0
    picture: Picture | None = None

    @property
    def is_running(self) -> bool:
        """Return whether it runs."""
        return self.ended_utc_ns == 0


def exercise_mark(shown: ShownExercise | None, *, knows: bool) -> dict[str, Any] | None:
    """Return what somebody is told of an exercise beside its people.

    Args:
        shown: the exercise, or None.
        knows: whether they may know of one that runs; everybody may of one that has ended.
    """
    if shown is None or (shown.is_running and not knows):
        return None
    tracks = None if shown.picture is None else shown.picture.tracks
    return {
        "exercise_id": shown.exercise_id,
        "exercise": shown.exercise,
        "is_running": shown.is_running,
        "ended_utc_ms": shown.ended_utc_ns // 10**6 or None,
        "track_ids": []
        if tracks is None
        else [int(tracks.track_id[row]) for row in np.flatnonzero(tracks.is_present)],
    }
