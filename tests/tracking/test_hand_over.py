"""People who end and begin again, as tracks made by hand."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.model.hand_over import (
    DESCRIPTOR_LIFE_S,
    Ending,
    HandOverState,
    Join,
    no_hand_over,
)
from standex.model.observation import Coverage
from standex.model.site import Site
from standex.model.tracks import Tracks, no_tracks
from standex.testing.hand_over import check_hand_over
from standex.testing.leaves import Untouched, check_same
from standex.tracking.hand_over import JointHandOver

S = 10**9
Row = tuple[float, ...]  # track_id, x, y, vx, vy


@pytest.fixture(scope="module")
def site() -> Site:
    """Return a hall of two areas with cameras and three metres between them; people go east."""
    return load_site("rome")


@pytest.fixture(scope="module")
def hand_over(site: Site) -> JointHandOver:
    return JointHandOver(site=site)


@pytest.fixture
def coverage(look) -> Mapping[str, Coverage]:
    return {
        "west": look(low_site_m=(-6, -2), high_site_m=(12.5, 2), sensor_id="west"),
        "east": look(low_site_m=(15.5, -2), high_site_m=(28, 2), sensor_id="east"),
    }


def tracks(t_s: float, *rows: Row, clothes=None, p_object=0.0, is_confirmed=True) -> Tracks:
    rows = tuple(sorted(rows))
    n, t_utc_ns = len(rows), round(t_s * S)
    descriptor = np.zeros((n, 0))
    if clothes is not None:
        descriptor = np.array([clothes[row[0]] for row in rows], dtype=float).reshape(n, -1)
    return Tracks(
        t_utc_ns=t_utc_ns,
        track_id=np.array([row[0] for row in rows], dtype=np.int64),
        mean=np.array([row[1:] for row in rows], dtype=float).reshape(n, 4),
        covariance=np.tile(np.diag([0.01, 0.01, 0.04, 0.04]), (n, 1, 1)),
        existence=np.ones(n),
        is_confirmed=np.full(n, is_confirmed),
        last_seen_utc_ns=np.full(n, t_utc_ns),
        next_track_id=10_000,
        descriptor=descriptor,
        p_object=np.full(n, p_object),
    )


def run(hand_over, steps, coverage, *, state=None) -> tuple[HandOverState, list[Join]]:
    state = no_hand_over(0) if state is None else state
    said: list[Join] = []
    for step in steps:
        update = hand_over(state, step, coverage)
        state = update.state
        said += update.joins
        check_one_to_one(update.joins)
    return state, said


def check_one_to_one(joins) -> None:
    earlier = [join.earlier_track_id for join in joins if join.earlier_track_id]
    later = [join.later_track_id for join in joins]
    assert len(set(earlier)) == len(earlier)
    assert len(set(later)) == len(later)


def finals(said: list[Join]) -> dict[int, int]:
    """Return the earlier number of everybody joined for good."""
    return {j.later_track_id: j.earlier_track_id for j in said if j.is_final and j.earlier_track_id}


def across_the_gap(*, at_s: float = 0.0, speed: float = 1.3) -> list[Tracks]:
    """Return one person who ends at x = 12.4 m as 1 and begins at 15.6 m as 2."""
    took_s = 3.2 / speed
    return [
        tracks(at_s, (1, 12.4, 0.5, speed, 0)),
        tracks(at_s + 0.1),
        tracks(at_s + took_s, (2, 15.6, 0.5, speed, 0)),
        tracks(at_s + took_s + 7, (2, 24.0, 0.5, speed, 0)),
    ]


def test_conforms(hand_over: JointHandOver) -> None:
    check_hand_over(hand_over, gap_site_m=((12.4, 0.0), (15.6, 0.0)))


def test_somebody_crosses_a_gap(hand_over, coverage) -> None:
    state, said = run(hand_over, across_the_gap(), coverage)
    provisional, final = said
    assert (provisional.earlier_track_id, provisional.later_track_id) == (1, 2)
    assert not provisional.is_final
    assert final.is_final
    assert final.p_same > 0.9
    assert "lost from sight 2.5 s before" in final.reason
    assert "clothing not known" in final.reason
    assert len(state.departed.ending) == len(state.newcomers.track_id) == 0
    assert state.joins == state.awaited == ()


def test_who_ends_in_a_gap_is_awaited_for_a_while(hand_over, coverage) -> None:
    gap, edge = (1, 12.4, 0, 1.3, 0), (2, -5.9, 0, -1.3, 0)
    state, _ = run(hand_over, [tracks(0, gap, edge), tracks(0.1)], coverage)
    assert state.departed.ending == (Ending.GAP, Ending.EDGE)
    assert state.awaited == (1,)
    state, _ = run(hand_over, [tracks(hand_over.await_s + 0.2)], coverage, state=state)
    assert state.awaited == ()
    assert state.departed.last.track_id.tolist() == [1, 2]


def test_no_candidates_nothing(hand_over, coverage) -> None:
    alone = [tracks(t, (1, 1.3 * t, 0, 1.3, 0)) for t in range(8)]
    state, said = run(hand_over, alone, coverage)
    assert said == []
    assert state.flow.n_fresh == {1: pytest.approx(1.0)}  # between Init and Re-ID line
    assert run(hand_over, [no_tracks(0), no_tracks(S)], coverage)[1] == []
    tentative = [tracks(0, (1, 12.4, 0, 1.3, 0), is_confirmed=False), tracks(2)]
    assert len(run(hand_over, tentative, coverage)[0].departed.ending) == 0


def test_the_optimum_is_joint_and_not_greedy(hand_over, coverage) -> None:
    """The first to come out fits both; taken alone, it would take the other's place."""
    into = tracks(0, (1, 12.4, 0.0, 1.3, 0), (2, 12.4, 0.8, 1.3, 0))
    # At y = 0.5 it is nearer to 2; but who comes next, at y = 1.6, can only have been 2.
    first = (3, 15.6, 0.5, 1.3, 0)
    second = (4, 15.6, 1.6, 1.3, 0)
    out = [tracks(2.46, first), tracks(2.6, first, second), tracks(9, first, second)]
    _, said = run(hand_over, [into, tracks(0.1), *out], coverage)
    assert said[0].earlier_track_id == 2
    assert finals(said) == {3: 1, 4: 2}
    last = {join.later_track_id: join for join in said}
    assert 0.4 < last[3].p_same < 1


def test_clothes_tell_who_is_who(hand_over, coverage) -> None:
    clothes = {1: [0, 0, 1], 2: [1, 0, 0], 3: [1, 0.1, 0], 4: [0, 0.1, 1]}
    into = tracks(0, (1, 12.4, 0.0, 1.3, 0), (2, 12.4, 0.4, 1.3, 0), clothes=clothes)
    new = ((3, 15.6, 0.0, 1.3, 0), (4, 15.6, 0.4, 1.3, 0))
    out = [tracks(t, *new, clothes=clothes) for t in (2.46, 9.0)]
    _, said = run(hand_over, [into, tracks(0.1), *out], coverage)
    assert finals(said) == {3: 2, 4: 1}
    assert all(join.p_same > 0.9 for join in said if join.is_final)
    assert "clothing alike" in said[-1].reason


@pytest.mark.parametrize("after_s", [30.0, 120.0, 239.0])
def test_somebody_comes_back_through_the_entrance(hand_over, coverage, after_s) -> None:
    clothes = {1: [0.5] * 6, 2: [0.55] * 6, 3: [-0.2] * 6, 9: [0.1] * 6}
    steps = [
        tracks(0, (1, 27.0, 0, 1.3, 0), (9, 27.0, 1, 1.3, 0), clothes=clothes),
        tracks(0.1),
        tracks(after_s - 0.5, (3, -5.5, 1, 1.3, 0), clothes=clothes),
        *(
            tracks(after_s + t, (2, -5.5 + t, 0, 1.3, 0), (3, -5 + t, 1, 1.3, 0), clothes=clothes)
            for t in (0.0, 7.0)
        ),
    ]
    state, said = run(hand_over, steps, coverage)
    assert finals(said) == {2: 1}
    assert state.departed.last.track_id.tolist() == [9]
    assert state.flow.travel[0b111, 0].weight > 0.5
    assert state.flow.n_fresh[0] == pytest.approx(1.0, abs=0.5)


def test_nobody_is_remembered_beyond_six_minutes(hand_over, coverage) -> None:
    clothes = {1: [0.5] * 6, 2: [0.5] * 6}
    gone = [tracks(0, (1, 27.0, 0, 1.3, 0), clothes=clothes), tracks(1)]
    state, _ = run(hand_over, gone, coverage)
    late_s = DESCRIPTOR_LIFE_S + 1
    state, said = run(hand_over, [tracks(late_s)], coverage, state=state)
    assert len(state.departed.ending) == 0
    assert state.flow.n_left == {0b111: 1.0}
    back = [tracks(late_s + t, (2, -5.5, 0, 1.3, 0), clothes=clothes) for t in (1.0, 8.0)]
    assert run(hand_over, back, coverage, state=state)[1] == said == []


def test_descriptors_are_forgotten_without_any_scan(hand_over, coverage) -> None:
    clothes = {1: [0.5] * 6, 2: [0.4] * 6}
    state, _ = run(
        hand_over,
        [
            tracks(0, (1, 27.0, 0, 1.3, 0), (2, 5.0, 0, 0, 0), clothes=clothes),
            tracks(1, (2, 5.0, 0, 0, 0), clothes=clothes),
        ],
        coverage,
    )
    assert state.without_old_descriptors(round(359 * S)) is state
    later = state.without_old_descriptors(round(360.5 * S))
    assert np.isnan(later.departed.last.descriptor).all()
    assert np.isfinite(later.followed.descriptor).all()
    later = state.without_old_descriptors(round(361.5 * S))
    assert np.isnan(later.followed.descriptor).all()
    assert np.isfinite(state.departed.last.descriptor).all()  # the value itself stays
    with pytest.raises(ValueError, match="keep_s must be in"):
        JointHandOver(site=hand_over.site, keep_s=DESCRIPTOR_LIFE_S + 1)


def crowd(rng: np.random.Generator, n: int, *, clothes: bool) -> tuple[list[Tracks], dict]:
    """Return people crossing the gap, all in the window, and who is who."""
    starts_s = np.sort(rng.uniform(0, 4, size=n))
    lane_m, speed = rng.uniform(-1.8, 1.8, size=n), rng.normal(1.3, 0.15, size=n)
    wear = rng.normal(0, 0.4, size=(n, 4))
    dressed = {}
    ins, outs = [], []
    for k in range(n):
        dressed[k + 1] = wear[k] + rng.normal(0, 0.1, size=4)
        dressed[k + 101] = wear[k] + rng.normal(0, 0.1, size=4)
        took_s = 3.2 / speed[k]
        aside_m = lane_m[k] + rng.normal(0, 0.25)
        ins.append((starts_s[k], (k + 1, 12.4, lane_m[k], speed[k], 0)))
        outs.append((starts_s[k] + took_s, (k + 101, 15.6, aside_m, speed[k], 0)))
    worn = dressed if clothes else None
    steps, times = [], sorted(t for t, _ in [*ins, *outs])
    for t in [0.0, *times, times[-1] + 7]:
        here = [(i, x - v * (at - t), y, v, 0) for at, (i, x, y, v, _) in ins if at >= t]
        here += [row for at, row in outs if at <= t]
        steps.append(tracks(float(t), *here, clothes=worn))
    return steps, {k + 101: k + 1 for k in range(n)}


def test_the_numbers_of_newcomers_do_not_matter(hand_over, coverage, rng) -> None:
    """Whoever gets which number first, the same people are joined."""
    people = [(3, 15.6, 0.0, 1.3, 0), (4, 15.6, 0.7, 1.3, 0), (5, 15.6, -0.9, 1.2, 0)]
    into = tracks(0, (1, 12.4, 0.1, 1.3, 0), (2, 12.4, 0.8, 1.3, 0), (9, -5, 0, 1, 0))
    found = set()
    for order in permutations(range(3)):
        named = [(3 + place, *people[k][1:]) for place, k in enumerate(order)]
        out = [tracks(t, *named) for t in (2.46, 9.0)]
        _, said = run(hand_over, [into, tracks(0.1, (9, -5, 0, 1, 0)), *out], coverage)
        back = {3 + place: k for place, k in enumerate(order)}
        found.add(
            tuple(
                sorted(
                    (back[j.later_track_id], j.earlier_track_id, round(j.p_same, 9))
                    for j in said
                    if j.is_final
                )
            )
        )
    assert len(found) == 1
    assert [pair[:2] for pair in found.pop()] == [(0, 1), (1, 2)]


def test_when_newcomers_come_within_the_window_does_not_matter(hand_over, coverage) -> None:
    """One scan or several: what is final depends on who came, not on when it was looked at."""
    into = [tracks(0, (1, 12.4, 0.0, 1.3, 0), (2, 12.4, 0.8, 1.3, 0)), tracks(0.1)]
    one, two = (3, 15.6, 0.5, 1.3, 0), (4, 15.6, 1.6, 1.3, 0)
    sooner = [tracks(2.46, one), tracks(2.6, one, two), tracks(9, one, two)]
    later = [tracks(2.46, one), tracks(2.6, one, two), tracks(4, one, two), tracks(9, one, two)]
    said = [run(hand_over, [*into, *steps], coverage)[1] for steps in (sooner, later)]
    assert finals(said[0]) == finals(said[1]) == {3: 1, 4: 2}
    last = [{j.later_track_id: j.p_same for j in one if j.is_final} for one in said]
    assert last[0] == last[1]


@pytest.mark.parametrize("angle_rad", [0.5, np.pi / 2, 2.5])
def test_turning_the_site_turns_nothing_in_the_result(
    hand_over, site, coverage, rng, angle_rad
) -> None:
    """What is learned between the lines turns with them; here nothing is looked at."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.array([[c, -s], [s, c]])
    lines = tuple(
        replace(line, from_site_m=turn @ line.from_site_m, to_site_m=turn @ line.to_site_m)
        for line in site.lines
    )
    other = replace(hand_over, site=replace(site, lines=lines))
    four = np.kron(np.eye(2), turn)
    steps, _ = crowd(rng, 6, clothes=True)
    turned = [
        replace(step, mean=step.mean @ four.T, covariance=four @ step.covariance @ four.T)
        for step in steps
    ]
    one, two = run(hand_over, steps, {})[1], run(other, turned, {})[1]
    assert [replace(j, p_same=0.0, reason="") for j in one] == [
        replace(j, p_same=0.0, reason="") for j in two
    ]
    np.testing.assert_allclose([j.p_same for j in one], [j.p_same for j in two], atol=1e-6)
    assert finals(one)


@pytest.mark.slow
def test_most_are_found_and_stated_probabilities_hold(hand_over, coverage) -> None:
    right, p_same, n = [], [], 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        steps, truth = crowd(rng, 8, clothes=False)
        _, said = run(hand_over, steps, coverage)
        n += 8
        for join in said:
            if join.is_final and join.earlier_track_id:
                right.append(truth[join.later_track_id] == join.earlier_track_id)
                p_same.append(join.p_same)
    right, p_same = np.array(right), np.array(p_same)
    assert right.sum() > 0.75 * n  # eight people in four seconds, in a corridor of four metres
    # Loopy marginals are a little too sure in a crowd; the bound says by how much.
    assert abs(p_same.mean() - right.mean()) < 0.08
    sure = p_same > 0.95
    assert right[sure].mean() > 0.9


@pytest.mark.slow
def test_clothes_find_nearly_all(hand_over, coverage) -> None:
    n_right = 0
    for seed in range(20):
        steps, truth = crowd(np.random.default_rng(seed), 8, clothes=True)
        found = finals(run(hand_over, steps, coverage)[1])
        n_right += sum(found.get(new) == old for new, old in truth.items())
    assert n_right > 0.97 * 160


def test_same_in_same_out_and_nothing_written_to(hand_over, coverage, rng) -> None:
    steps, _ = crowd(rng, 5, clothes=True)
    state = no_hand_over(0)
    for step in steps:
        with Untouched(state=state, step=step, coverage=coverage):
            one, two = hand_over(state, step, coverage), hand_over(state, step, coverage)
        check_same(one, two, "the same scan on the same state must give the same")
        state = one.state


def test_memory_and_work_are_bounded(site, coverage) -> None:
    small = JointHandOver(site=site, max_departed=20, max_newcomers=5, max_pairs=3)
    state = no_hand_over(0)
    for step in range(60):
        first = 1 + 10 * step
        rows = [(first + k, 15.6, -1.8 + 0.4 * k, 1.3, 0) for k in range(10)]
        update = small(state, tracks(0.5 * step, *rows), coverage)
        state = update.state
        check_one_to_one(update.joins)
        assert len(state.departed.ending) <= 20
        assert len(state.newcomers.track_id) <= 5
        assert len(state.joins) <= 5


def test_a_thing_is_nobody(hand_over, coverage) -> None:
    bag = (1, 12.4, 0, 1.3, 0)
    steps = [
        tracks(0, bag, p_object=0.9),
        tracks(0.1),
        tracks(2.46, (2, 15.6, 0, 1.3, 0)),
        tracks(9, (2, 20, 0, 1.3, 0)),
    ]
    state, said = run(hand_over, steps, coverage)
    assert said == []
    assert len(state.departed.ending) == 0


def test_who_turns_out_a_thing_is_joined_with_nobody(hand_over, coverage) -> None:
    steps = [*across_the_gap()[:3], tracks(3.0, (2, 15.6, 0.5, 0, 0), p_object=0.9)]
    state, said = run(hand_over, steps, coverage)
    first, last = said
    assert (first.later_track_id, first.earlier_track_id) == (2, 1)
    assert (last.later_track_id, last.earlier_track_id, last.is_final) == (2, 0, True)
    assert state.departed.last.track_id.tolist() == [1]


def test_whoever_the_number_of_a_thing_goes_over_to_is_nobody_new(hand_over, coverage) -> None:
    steps = [
        tracks(0, (1, 12.4, 0, 1.3, 0), (2, 15.6, 0, 0, 0)),
        tracks(0.1, (2, 15.6, 0, 0, 0), p_object=0.9),
        tracks(2.46, (2, 15.6, 0, 1.3, 0)),
        tracks(9, (2, 20, 0, 1.3, 0)),
        tracks(10),
    ]
    state, said = run(hand_over, steps, coverage)
    assert said == []
    assert state.departed.last.track_id.tolist() == [1]
    assert state.things == ()


def test_a_join_is_final_when_the_newcomer_ends(hand_over, coverage) -> None:
    steps = [*across_the_gap()[:3], tracks(3.0)]
    state, said = run(hand_over, steps, coverage)
    assert said[-1].is_final
    assert finals(said) == {2: 1}
    assert state.departed.last.track_id.tolist() == [2]


def test_unseen_people_are_kept_as_last_seen(hand_over, coverage) -> None:
    """The tracker predicts whom nobody sees; what is remembered is the last sight."""
    one = tracks(0, (1, 12.4, 0.5, 1.3, 0))
    coasting = replace(
        tracks(1.0, (1, 13.7, 0.5, 1.3, 0)), last_seen_utc_ns=np.zeros(1, dtype=np.int64)
    )
    state, _ = run(hand_over, [one, coasting, tracks(1.1)], coverage)
    assert state.departed.last.t_utc_ns.tolist() == [0]
    assert state.departed.last.mean[0, 0] == 12.4


@pytest.mark.parametrize(
    "change", [{"decide_s": 0}, {"await_s": 999}, {"least_p_same": 1}, {"max_pairs": 0}]
)
def test_settings_that_mean_nothing_are_refused(site, change) -> None:
    (name,) = change
    with pytest.raises(ValueError, match=name):
        JointHandOver(site=site, **change)
