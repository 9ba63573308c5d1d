"""Exercises are made by the twin: who walks, who carries, what is written; whole or not at all."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.commands.twin_arguments import exercise_of
from standex.edges.exercises import make
from standex.edges.exercises.exercise_file import (
    ExerciseFileError,
    ExerciseShelf,
    Injected,
    read_exercise,
)
from standex.edges.exercises.make import (
    APART_S,
    KINDS,
    Kind,
    judged,
    make_exercise,
    walks_of,
    who_carries,
)
from standex.edges.many_runs import START_UTC_NS
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.truth_file import EMPTY_S
from standex.model.errors import StandexError
from standex.model.event import Alert
from standex.model.trajectories import Trajectories
from standex.model.zones import BodyZone

ONE_OF_FOUR = next(kind for kind in KINDS if kind.exercise == "one-of-four")


def rng(seed=1):
    return np.random.default_rng(seed)


def straight(lengths_m) -> Trajectories:
    """Return people who walk so far, 10 frames each, one after the other."""
    n = len(lengths_m)
    return Trajectories(
        name="straight",
        person=np.repeat(np.arange(n), 10),
        frame=np.concatenate([np.arange(10) + 7 * k for k in range(n)]),
        position_m=np.concatenate(
            [np.column_stack([np.linspace(0, far, 10), np.full(10, k)])
             for k, far in enumerate(lengths_m)]
        ),
        height_m=np.full(10 * n, np.nan),
        frame_rate_hz=10.0,
    )  # fmt: skip


def test_only_who_goes_the_whole_way_walks_one_entering_after_the_other() -> None:
    walks = walks_of(straight([10.0, 1.0, 9.0, 0.0, 8.0]), 3, rng=rng())
    assert walks.people.tolist() == [0, 2, 4]
    first = sorted(int(walks.frame[walks.person == one].min()) for one in walks.people)
    assert first == [round((EMPTY_S + k * APART_S) * 10) for k in range(3)]


def test_too_few_people_are_told() -> None:
    with pytest.raises(StandexError, match="only 1 of straight"):
        walks_of(straight([10.0, 1.0]), 2, rng=rng())


def test_so_many_carry_a_slab_at_the_chest_and_nobody_else_anything(recorded) -> None:
    people = np.array([3, 5, 8, 9])
    truth = who_carries(people, ONE_OF_FOUR, recorded.SITE, exercise_of(recorded.SITE), 1)
    (item,) = truth.items
    assert item.person in people
    assert (item.item_class, item.zone) == ("threat_dielectric", BodyZone.TORSO_FRONT)
    nobody = Kind(exercise="none", n_people=2, n_carrying=0)
    assert who_carries(people, nobody, recorded.SITE, exercise_of(recorded.SITE), 1).items == ()


def test_a_site_that_looks_for_something_else_is_told(recorded, monkeypatch) -> None:
    monkeypatch.setattr(make, "CARRIED", ("threat_of_another_kind",))
    with pytest.raises(StandexError, match="the twin can only make threat_of_another_kind"):
        who_carries(np.array([1]), KINDS[0], recorded.SITE, exercise_of(recorded.SITE), 1)


def alert(x_m, t_s=5.0) -> Alert:
    return Alert(
        alert_id="a",
        t_utc_ns=START_UTC_NS + round(t_s * 1e9),
        track_id=1,
        level_id="hall",
        position_site_m=np.array([x_m, 0.0]),
        zone=None,
        p_threat=0.9,
        prior=0.1,
        coverage=0.5,
        seconds_in_reach=1.0,
        sensors=(),
        reason="",
    )


def test_what_the_station_would_say_now_is_counted_by_person(folder) -> None:
    ways = [
        Injected(
            person=n,
            carried="x",
            zone=None,
            is_threat=n == 0,
            t_s=np.array([0.0, 10.0]),
            position_site_m=np.full((2, 2), [4.0 * n, 0.0]),
        )
        for n in range(2)
    ]
    one = replace(read_exercise(folder / "unseen"), injected=tuple(ways))
    assert judged(one, [alert(0.1)]) == (1, 0)
    assert judged(one, [alert(0.1), alert(-0.1)]) == (1, 0)
    assert judged(one, [alert(4.1), alert(20.0)]) == (0, 2)


@pytest.mark.slow
def test_what_was_made_can_be_begun_and_is_not_overwritten(tmp_path, recorded, monkeypatch) -> None:
    def made(**more):
        return make_exercise(
            tmp_path,
            KINDS[0],
            site=recorded.SITE,
            site_toml=recorded.SITE_TOML,
            people=load_shipped("corridor"),
            carry=exercise_of(recorded.SITE),
            seed=1,
            made_utc_ns=1,
            **more,
        )

    monkeypatch.setattr(make, "calibrations_of", lambda _: recorded.CALIBRATIONS)
    one = made()
    # Cameras alone find nothing on anybody, and that is said.
    assert (one.n_noticed, one.n_false) == (0, 0)
    assert one.folder == tmp_path / "slab-at-chest"
    shelf = ExerciseShelf(
        tmp_path,
        site_id="survey",
        site_toml=recorded.SITE_TOML,
        calibrations=tuple(recorded.CALIBRATIONS),
    )
    exercise, recording = shelf.opened("slab-at-chest")
    (walker,) = exercise.injected
    assert (walker.is_threat, walker.zone) == (True, BodyZone.TORSO_FRONT)
    assert walker.t_s[0] == pytest.approx(EMPTY_S, abs=0.3)
    assert recording.n_steps > 100
    assert recording.n_records == 0
    with pytest.raises(ExerciseFileError, match="--replace"):
        made()
    again = made(may_replace=True)
    assert again.exercise.recording_sha256 == one.exercise.recording_sha256

    def broken(*_):
        raise StandexError("no such instrument")

    monkeypatch.setattr(make, "build_instruments", broken)
    with pytest.raises(StandexError, match="no such instrument"):
        made(may_replace=True)
    assert shelf.opened("slab-at-chest")  # what was there stays
    assert [path.name for path in tmp_path.iterdir()] == ["slab-at-chest"]
