"""Who is told what of an exercise."""

from dataclasses import replace

import numpy as np

from standex.edges.exercises.shown import ShownExercise, exercise_mark
from standex.model.tracks import no_tracks

T0 = 1_790_000_000 * 10**9


def running(recorded) -> ShownExercise:
    from standex.station import Station  # noqa: PLC0415

    picture = Station.of(recorded.SITE, {}, recorded.CALIBRATIONS).start(T0)
    tracks = replace(
        no_tracks(T0),
        track_id=np.array([7, 8]),
        mean=np.zeros((2, 4)),
        covariance=np.zeros((2, 4, 4)),
        existence=np.array([0.9, 0.9]),
        is_confirmed=np.array([True, False]),
        last_seen_utc_ns=np.zeros(2, dtype=np.int64),
        descriptor=np.zeros((2, 0)),
        p_object=np.zeros(2),
    )
    picture = replace(picture, tracks=tracks)
    return ShownExercise(exercise_id="e-1", exercise="two", picture=picture)


def test_while_it_runs_only_who_may_know_is_told_and_who_is_simulated(recorded) -> None:
    shown = running(recorded)
    assert exercise_mark(shown, knows=False) is None
    mark = exercise_mark(shown, knows=True)
    assert mark is not None
    assert (mark["is_running"], mark["track_ids"], mark["ended_utc_ms"]) == (True, [7], None)


def test_when_it_is_over_everybody_is_told() -> None:
    shown = ShownExercise(exercise_id="e-1", exercise="two", ended_utc_ns=T0)
    for knows in (True, False):
        mark = exercise_mark(shown, knows=knows)
        assert mark is not None
        assert (mark["is_running"], mark["ended_utc_ms"]) == (False, T0 // 10**6)
        assert mark["track_ids"] == []


def test_before_its_first_word_nobody_is_simulated_and_without_one_nothing_is_said() -> None:
    shown = ShownExercise(exercise_id="e-1", exercise="two")
    mark = exercise_mark(shown, knows=True)
    assert mark is not None
    assert mark["track_ids"] == []
    assert exercise_mark(None, knows=True) is None
