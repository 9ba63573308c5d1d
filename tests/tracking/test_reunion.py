from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.hand_over import Departed, Ending, Flow, Seen
from standex.tracking.flow import travelled
from standex.tracking.reunion import NEVER, Prospects, Reunion, Weights, wander, weights

S = 10**9
MODEL = Reunion()
NOTHING = Flow(since_utc_ns=0)


def seen(*rows, first=1, descriptor=None, sigma_m=0.1) -> Seen:
    """Return people, each (t_s, x, y, vx, vy)."""
    n = len(rows)
    return Seen(
        track_id=np.arange(first, first + n),
        t_utc_ns=np.array([round(row[0] * S) for row in rows], dtype=np.int64),
        mean=np.array([row[1:] for row in rows], dtype=float).reshape(n, 4),
        covariance=np.tile(np.diag([sigma_m**2, sigma_m**2, 0.04, 0.04]), (n, 1, 1)),
        descriptor=np.zeros((n, 0)) if descriptor is None else np.array(descriptor, dtype=float),
        area=np.zeros(n, dtype=np.int64),
    )


def between(last: Seen, new: Seen, *, ending=Ending.GAP, flow=NOTHING, now_s=None) -> Weights:
    departed = Departed(last=last, ending=(ending,) * len(last.track_id))
    t_utc_ns = int(new.t_utc_ns.max(initial=0)) if now_s is None else round(now_s * S)
    return weights(MODEL, departed, new, flow, t_utc_ns=t_utc_ns)


ONE = seen((0, 0, 0, 1.3, 0))


def test_who_walks_on_is_expected_where_they_would_be() -> None:
    x_m = np.linspace(0, 8, 81)
    new = seen(*((3, x, 0, 1.3, 0) for x in x_m), first=2)
    total = between(ONE, new).total[0]
    assert x_m[np.argmax(total)] == pytest.approx(3.9, abs=0.11)
    assert total.max() > 3
    aside = seen(*((3, 3.9, y, 1.3, 0) for y in (0, 0.5, 1, 2, -2)), first=2)
    total = between(ONE, aside).walked_on[0]
    assert (np.diff(total[:4]) < 0).all()
    assert total[3] == pytest.approx(total[4])


def test_who_comes_the_other_way_is_less_likely_the_same() -> None:
    on, back = between(ONE, seen((3, 3.9, 0, 1.3, 0), (3, 3.9, 0, -1.3, 0), first=2)).total[0]
    assert on > back + 2


def test_nobody_was_before_they_were_seen_or_is_their_own_successor() -> None:
    assert between(ONE, seen((0, 0, 0, 1.3, 0), (-1, 0, 0, 0, 0), first=2)).total.max() == NEVER
    assert between(ONE, seen((3, 3.9, 0, 1.3, 0), first=1)).total[0, 0] == NEVER


def test_the_place_is_known_less_and_less() -> None:
    after_s = np.array([1.0, 3.0, 9.0, 19.0])
    new = seen(*((t, 1.3 * t, 0, 1.3, 0) for t in after_s), first=2)
    assert (np.diff(between(ONE, new).walked_on[0]) < 0).all()
    assert between(ONE, seen((25, 30, 0, 1.3, 0), first=2)).walked_on[0, 0] == NEVER


@given(st.floats(0.1, 30), st.floats(0.1, 1.0), st.floats(0.5, 10))
def test_wandering_is_a_covariance(t_s, std_m_per_s, time_s) -> None:
    q = wander(np.array([t_s]), std_m_per_s=std_m_per_s, time_s=time_s)[0]
    np.testing.assert_array_equal(q, q.T)
    assert np.linalg.eigvalsh(q).min() > -1e-12
    assert q[2, 2] <= std_m_per_s**2


@pytest.mark.slow
def test_wandering_is_that_of_the_process(rng: np.random.Generator) -> None:
    dt_s, n = 0.01, 20_000
    place, speed = np.zeros(n), np.zeros(n)
    fade = np.exp(-dt_s / 3)
    for _ in range(250):
        kick = 0.4 * np.sqrt(1 - fade**2) * rng.standard_normal(n)
        place += dt_s * speed
        speed = fade * speed + kick
    q = wander(np.array([2.5]), std_m_per_s=0.4, time_s=3.0)[0]
    np.testing.assert_allclose(np.var(place), q[0, 0], rtol=0.05)
    np.testing.assert_allclose(np.mean(place * speed), q[0, 2], rtol=0.05)
    np.testing.assert_allclose(np.var(speed), q[2, 2], rtol=0.05)


@given(st.floats(0, 2 * np.pi), st.floats(0, 2 * np.pi))
def test_turning_the_site_or_the_descriptors_turns_nothing(site_rad, clothes_rad) -> None:
    def turned(people: Seen) -> Seen:
        four = np.kron(np.eye(2), rotation(site_rad))
        return replace(
            people,
            mean=people.mean @ four.T,
            covariance=four @ people.covariance @ four.T,
            descriptor=people.descriptor @ rotation(clothes_rad).T,
        )

    last = seen((0, 0, 0, 1.3, 0), (1, 2, 1, 1, -1), descriptor=[[0.1, 0.2], [0.5, 0.4]])
    new = seen((3, 4, 0.3, 1.3, 0.2), (60, 0, 0, 0, 1), first=3, descriptor=[[0.1, 0.3], [1, 0]])
    one, other = between(last, new), between(turned(last), turned(new))
    np.testing.assert_allclose(one.total, other.total, rtol=1e-6, atol=1e-6)


def rotation(angle_rad: float) -> np.ndarray:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s], [s, c]])


def test_clothes_count_by_how_alike_they_are() -> None:
    last = seen((0, 0, 0, 1.3, 0), descriptor=[[0.5, 0.5, 0.5]])
    new = seen(
        *[(3, 3.9, 0, 1.3, 0)] * 4,
        first=2,
        descriptor=[[0.5, 0.5, 0.5], [0.7, 0.5, 0.5], [9, 9, 9], [np.nan, np.nan, np.nan]],
    )
    alike, less, unlike, unknown = between(last, new).clothing[0]
    assert alike > less > 0 > unlike
    assert unlike == -MODEL.descriptor_bound
    assert unknown == 0


def test_clothes_are_neutral_where_one_has_none(rng: np.random.Generator) -> None:
    new = seen((3, 3.9, 0, 1.3, 0), first=2, descriptor=[[0.1, 0.2]])
    assert between(ONE, new).clothing[0, 0] == 0


@pytest.mark.slow
def test_the_ratio_of_clothes_is_calibrated(rng: np.random.Generator) -> None:
    """Of as many pairs of one person as of two, what is said to be one with p is one with p."""
    n, k = 700, 2
    mean = MODEL.descriptor_between * rng.standard_normal((n, k))
    one, other = mean + MODEL.descriptor_within * rng.standard_normal((2, n, k))
    people = seen(*[(0, 0, 0, 1, 0)] * n, descriptor=one)
    again = seen(*[(30, 3, 0, 1, 0)] * n, first=1000, descriptor=other)
    ratio = between(people, again).clothing
    same, different = np.diag(ratio), np.diag(np.roll(ratio, 1, axis=0))
    p_same = 1 / (1 + np.exp(-np.concatenate([same, different])))
    is_same = np.repeat([True, False], n)
    for low, high in ((0, 0.2), (0.2, 0.8), (0.8, 1)):
        rows = (p_same >= low) & (p_same <= high)
        spread = 4 * np.sqrt((p_same[rows] * (1 - p_same[rows])).sum())
        assert abs(is_same[rows].sum() - p_same[rows].sum()) < spread


def test_somebody_comes_back_sooner_than_after_an_hour() -> None:
    new = seen(*((t, 0, 0, -1, 0) for t in (60, 240, 3600)), first=2)
    one, two, three = between(ONE, new, ending=Ending.LINE).went[0]
    assert one > two > three


def test_what_was_learned_is_believed_in_the_end() -> None:
    flow = NOTHING
    for _ in range(50):
        flow = travelled(flow, 0, 0, took_s=7.0, weight=1.0)
    flow = replace(flow, n_left={0: 60.0})
    new = seen(*((t, 0, 5, 0, 1) for t in (3.5, 7.0, 14.0)), first=2)
    before, after = between(ONE, new).went[0], between(ONE, new, flow=flow).went[0]
    assert np.argmax(after) == 1
    assert after[1] > before[1] + 1


def test_who_should_have_come_long_ago_is_all_the_likelier_here_now() -> None:
    new = seen((3, 3.9, 0, 1.3, 0), first=2)
    assert between(ONE, new, now_s=3).total < between(ONE, new, now_s=9).total


def test_settings_that_mean_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="wander_s must be finite and above 0, got 0"):
        Reunion(wander_s=0)
    with pytest.raises(ValueError, match="descriptor_bound"):
        Reunion(descriptor_bound=-1)
    with pytest.raises(ValueError, match="sum to less than 1"):
        Reunion(gap=Prospects(p_on=0.7, p_round=0.2, p_back=0.2))


def test_nobody_and_nobody() -> None:
    none = seen()
    assert between(none, none).total.shape == (0, 0)
    assert between(ONE, none).total.shape == (1, 0)
    assert between(none, seen((3, 3.9, 0, 1.3, 0), first=2)).total.shape == (0, 1)
