"""Parts fail as often as stated, where stated; who is not seen still hides others."""

import numpy as np
import pytest
from scipy.stats import binom

from standex.edges.plugins import build_instruments
from standex.edges.settings import load_site
from standex.evaluation.chain_failures import (
    AREAS,
    COMMAND_S,
    P_2D,
    P_3D,
    P_COMMAND,
    REPEATED_S,
    UNSEEN_S,
    area_times,
    draw_failures,
    with_failures,
)
from standex.evaluation.chain_lines import Crossings, chain_of, crossings
from standex.evaluation.chain_scene import CrowdScene
from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories
from standex.model.truth import Truth

START = 10**18
SPEED = 1.3


def passages(n: int) -> Crossings:
    return Crossings(
        visit=np.arange(1, n + 1),
        frame=np.tile([100, 200, 300], (n, 1)),
        place_site_m=np.zeros((n, 3, 2)),
        n_other=0,
    )


def areas(n: int) -> np.ndarray:
    return np.tile([[10.0, 19.0], [22.0, 30.0]], (n, 1, 1))


@pytest.fixture(scope="module")
def instruments():
    return build_instruments(load_site("rome"), 1)


def walkers(*y_m: float) -> CrowdScene:
    frames = np.arange(0, 260)
    person = np.repeat(np.arange(1, len(y_m) + 1), len(frames))
    x_m = np.tile(-5.0 + 0.1 * SPEED * frames, len(y_m))
    return CrowdScene(
        trajectories=Trajectories(
            name="made up",
            person=person,
            frame=np.tile(frames, len(y_m)),
            position_m=np.column_stack([x_m, np.repeat(y_m, len(frames))]),
            height_m=np.full(len(person), np.nan),
            frame_rate_hz=10.0,
        ),
        truth=Truth(seed=1, items=()),
        start_utc_ns=START,
        height_of_m=np.full(len(y_m), 1.75),
    )


def test_parts_fail_as_often_as_published() -> None:
    n = 8_000
    failed = draw_failures(passages(n), areas_s=areas(n), seed=5).has_failed.sum(axis=0)
    for k, p in zip(failed.tolist(), (1 - P_2D, 1 - P_3D, 1 - P_COMMAND), strict=True):
        low, high = binom.interval(1 - 1e-6, n, p)
        assert low <= k <= high


def test_stretches_lie_inside_their_areas_and_last_as_stated() -> None:
    n = 8_000
    drawn = draw_failures(passages(n), areas_s=areas(n), seed=6)
    for part, (start_s, end_s) in enumerate(areas(1)[0]):
        stretch = drawn.unseen_s[drawn.has_failed[:, part], part]
        lasts_s = np.diff(stretch, axis=1)
        assert np.all((lasts_s >= UNSEEN_S[0]) & (lasts_s <= UNSEEN_S[1]))
        assert stretch.min() >= start_s
        assert stretch.max() <= end_s
    late_s = drawn.command_s[drawn.is_lost]
    assert np.all((late_s >= REPEATED_S[0]) & (late_s <= REPEATED_S[1]))
    assert np.all(drawn.command_s[~drawn.is_lost] == COMMAND_S)


def test_one_passage_more_changes_nothing_for_the_others() -> None:
    few, many = (draw_failures(passages(n), areas_s=areas(n), seed=7) for n in (500, 501))
    np.testing.assert_array_equal(few.unseen_s, many.unseen_s[:-1])
    np.testing.assert_array_equal(few.command_s, many.command_s[:-1])


def test_areas_are_where_the_cameras_look(instruments) -> None:
    scene = walkers(0.0)
    found = crossings(scene.trajectories, chain_of(load_site("rome")))
    times = area_times(scene.trajectories, found, instruments)
    x_m = -5.0 + SPEED * times[0]
    assert x_m[0, 0] == pytest.approx(0, abs=0.2)
    assert 11.0 < x_m[0, 1] < 12.6
    assert 15.4 < x_m[1, 0] < 17.0
    assert x_m[1, 1] == pytest.approx(25, abs=0.2)


def test_who_is_not_seen_is_not_reported_and_hides_others_all_the_same(instruments) -> None:
    scene = walkers(-0.3, 0.9)
    found = crossings(scene.trajectories, chain_of(load_site("rome")))
    drawn = draw_failures(found, areas_s=area_times(scene.trajectories, found, instruments), seed=1)
    unseen_s = np.full((2, 2, 2), np.nan)
    unseen_s[0, 0] = 6.0, 9.0
    drawn = type(drawn)(
        visit=drawn.visit, unseen_s=unseen_s, command_s=drawn.command_s, is_lost=drawn.is_lost
    )
    blinded = with_failures(instruments, drawn, start_utc_ns=START)
    for name, camera in blinded.items():
        for t_s in (5.9, 6.0, 8.9, 9.0):
            now = scene.at(START + round(t_s * 1e9))
            before, after = instruments[name].shown(now), camera.shown(now)
            is_blind = name.startswith(AREAS["2d"]) and 6.0 <= t_s < 9.0
            assert after[0] == (0.0 if is_blind else before[0])
            assert after[1] == before[1]


def test_a_site_without_cameras_of_an_area_is_refused() -> None:
    with pytest.raises(StandexError, match="2d area needs cameras"):
        area_times(walkers(0.0).trajectories, passages(1), {})
