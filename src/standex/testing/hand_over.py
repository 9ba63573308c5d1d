"""The law of a hand-over: nobody is two people, and nobody comes out of nothing."""

import numpy as np

from standex.model.hand_over import DESCRIPTOR_LIFE_S, HandOverState, no_hand_over
from standex.model.observation import Coverage
from standex.model.ports import HandOver, HandOverUpdate
from standex.model.tracks import Tracks, no_tracks
from standex.model.zones import ZONES
from standex.testing.examples import T_UTC_NS
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_probability

_CLOTHES = np.array([[0.5, 0.1, -0.3], [-0.2, 0.6, 0.4]])


def check_hand_over(
    hand_over: HandOver, *, gap_site_m: tuple[tuple[float, float], tuple[float, float]]
) -> None:
    """Assert that a hand-over joins people across a gap and keeps its books.

    Two people walk into a gap, two metres apart, in clothes of their own, and come out of it as
    two others; long after, somebody else comes.

    * Both are joined with whom they were, in the end for good; nobody else is.
    * Nobody is in two joins at a time; p_same is a probability; every join says why.
    * No clothing descriptor outlives ``DESCRIPTOR_LIFE_S``.
    * Same in, same out, bit for bit; nothing that was given is written to.

    Args:
        hand_over: under check.
        gap_site_m: where people are last seen, and where they are seen again.
    """
    assert isinstance(hand_over, HandOver), "a hand-over is called with state, tracks, coverage"
    into, out = (np.array(place) for place in gap_site_m)
    way = out - into
    velocity = 1.3 * way / np.hypot(*way)
    aside = np.array([velocity[1], -velocity[0]]) / 1.3
    took_s = float(np.hypot(*way)) / 1.3
    before = np.stack([into + aside, into - aside])
    after = np.stack([out + aside, out - aside])
    coverage = {"check": _coverage(into, way)}
    joined: dict[int, int] = {}
    state = no_hand_over(T_UTC_NS)
    scans = [
        *((0.2 * k, (1, 2), before + 0.2 * (k - 4) * velocity) for k in range(5)),
        (1.0, (), before[:0]),
        *((0.8 + took_s + dt_s, (3, 4), after + dt_s * velocity) for dt_s in (0.0, 0.2, 4.0, 30.0)),
        (200.0, (5,), before[:1]),
        (DESCRIPTOR_LIFE_S + 300.0, (), before[:0]),
    ]
    for t_s, people, places in scans:
        tracks = _tracks(t_s, people, places, velocity)
        update = _step(hand_over, state, tracks, coverage)
        for join in update.joins:
            if join.is_final and join.earlier_track_id:
                joined[join.later_track_id] = join.earlier_track_id
        state = update.state
        known = {3, 4} if people == (3, 4) else set[int]()
        assert {join.later_track_id for join in update.joins} <= known | {5}, "joins of nobody"
    assert {3: 1, 4: 2}.items() <= joined.items(), f"1 came out as 3 and 2 as 4, joined: {joined}"
    for seen in (state.followed, state.departed.last, state.newcomers):
        assert not np.isfinite(seen.descriptor).any(), "descriptors must be forgotten in time"


def _step(
    hand_over: HandOver, state: HandOverState, tracks: Tracks, coverage: dict[str, Coverage]
) -> HandOverUpdate:
    with Untouched(state=state, tracks=tracks, coverage=coverage):
        update = hand_over(state, tracks, coverage)
        again = hand_over(state, tracks, coverage)
    check_same(update, again, "the same scan on the same state must give the same")
    earlier = [join.earlier_track_id for join in update.joins if join.earlier_track_id]
    later = [join.later_track_id for join in update.joins]
    assert len(set(earlier)) == len(earlier), f"somebody became two: {earlier}"
    assert len(set(later)) == len(later), f"somebody was two: {later}"
    check_probability(np.array([join.p_same for join in update.joins]), "p_same")
    assert all(join.reason for join in update.joins), "a join must say why"
    assert not set(earlier) & set(tracks.track_id.tolist()), "who is still there has not left"
    return update


def _tracks(t_s: float, people: tuple[int, ...], place: np.ndarray, velocity: np.ndarray) -> Tracks:
    n, t_utc_ns = len(people), T_UTC_NS + round(t_s * 1e9)
    if not n:
        return no_tracks(t_utc_ns)
    return Tracks(
        t_utc_ns=t_utc_ns,
        track_id=np.array(people, dtype=np.int64),
        mean=np.concatenate([place, np.tile(velocity, (n, 1))], axis=1),
        covariance=np.tile(np.diag([0.01, 0.01, 0.02, 0.02]), (n, 1, 1)),
        existence=np.ones(n),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.full(n, t_utc_ns),
        next_track_id=max(people) + 1,
        descriptor=np.stack([_CLOTHES[(number - 1) % 2] for number in people]),
        p_object=np.zeros(n),
    )


def _coverage(into: np.ndarray, way: np.ndarray) -> Coverage:
    """Return coverage before and behind the gap, in ten metres around."""
    cells = 40
    origin = into - 10.0
    middle = origin + 0.5 * (np.stack(np.meshgrid(*[np.arange(cells)] * 2, indexing="ij"), -1) + 1)
    along = (middle - into) @ way / (way @ way)
    return Coverage(
        sensor_id="check",
        t_utc_ns=T_UTC_NS,
        level_id="check",
        origin_site_m=origin,
        cell_m=0.5,
        p_report=np.where((along > 0.05) & (along < 0.95), 0.0, 0.9),
        p_detect=np.zeros((len(ZONES), cells, cells)),
    )
