from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.stats import chi2

from standex.model.tracks import Modes
from standex.tracking.motion import (
    STANDING,
    WALKING,
    Motion,
    combined,
    largest_eigenvalue,
    modes_of,
    predict,
)
from standex.tracking.step import plain_step

USUAL = Motion()
# Who never changes between walking and standing, but for once in thousands of years.
STEADY = Motion(stops_per_s=1e-12, starts_per_s=1e-12)
N = 5
times_s = st.floats(0, 3)


def some_people(n: int = N, seed: int = 1) -> Modes:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(n, 2, 4, 4))
    walks = rng.uniform(0.1, 0.9, n)
    return Modes(
        mean=rng.normal(size=(n, 2, 4)),
        covariance=root @ root.transpose(0, 1, 3, 2) + 0.1 * np.eye(4),
        probability=np.stack([walks, 1 - walks], axis=1),
    )


def turned(modes: Modes, angle_rad: float) -> Modes:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.kron(np.eye(2), [[c, -s], [s, c]])
    return replace(modes, mean=modes.mean @ turn.T, covariance=turn @ modes.covariance @ turn.T)


def assert_close(one: Modes, other: Modes, atol: float = 1e-9) -> None:
    np.testing.assert_allclose(one.mean, other.mean, atol=atol)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=atol)
    np.testing.assert_allclose(one.probability, other.probability, atol=atol)


@pytest.mark.slow
@given(first_s=times_s, second_s=times_s)
def test_two_steps_equal_one_in_a_single_mode(first_s: float, second_s: float) -> None:
    start = some_people()
    in_two = predict(predict(start, STEADY, dt_s=first_s), STEADY, dt_s=second_s)
    assert_close(in_two, predict(start, STEADY, dt_s=first_s + second_s))


@given(first_s=times_s, second_s=times_s)
def test_modes_change_in_two_steps_as_in_one(first_s: float, second_s: float) -> None:
    both = USUAL.switch(first_s) @ USUAL.switch(second_s)
    np.testing.assert_allclose(both, USUAL.switch(first_s + second_s), atol=1e-14)


@pytest.mark.slow
@given(dt_s=st.floats(1e-3, 20))
def test_modes_change_as_their_rates_say(dt_s: float) -> None:
    stops, starts = USUAL.stops_per_s, USUAL.starts_per_s
    rates = np.array([[-stops, stops], [starts, -starts]])
    np.testing.assert_allclose(USUAL.switch(dt_s), expm(rates * dt_s), atol=1e-12)
    newcomer = USUAL.newcomer()
    np.testing.assert_allclose(newcomer @ USUAL.switch(dt_s), newcomer, rtol=1e-12)
    assert newcomer.sum() == pytest.approx(1)


@pytest.mark.parametrize("dt_s", [1e-6, 1e-3, 0.1, 1.0, 5.0])
def test_steps_are_those_of_the_equation_of_motion(dt_s: float) -> None:
    # Exact discretisation of white noise into acceleration (Van Loan).
    for mode, rate in ((WALKING, 0.0), (STANDING, 1 / USUAL.velocity_fades_s)):
        a = np.array([[0, 1], [0, -rate]])
        noise = np.diag([0, USUAL.accel_psd_m2_per_s3[mode]])
        both = expm(np.block([[-a, noise], [np.zeros((2, 2)), a.T]]) * dt_s)
        f = both[2:, 2:].T
        q = f @ both[:2, 2:]
        reach_s, left, q_pp, q_pv, q_vv = USUAL.steps(dt_s)[mode]
        np.testing.assert_allclose([[1, reach_s], [0, left]], f, rtol=1e-9, atol=1e-14)
        np.testing.assert_allclose(
            [q_pp, q_pv, q_vv], [q[0, 0], q[0, 1], q[1, 1]], rtol=1e-6, atol=1e-15
        )


def test_the_velocity_of_who_stands_fades_and_of_who_walks_does_not() -> None:
    after = predict(some_people(), STEADY, dt_s=2.0)
    left = np.exp(-2.0 / STEADY.velocity_fades_s)
    before = some_people().mean[:, :, 2:]
    np.testing.assert_allclose(after.mean[:, WALKING, 2:], before[:, WALKING], atol=1e-9)
    np.testing.assert_allclose(after.mean[:, STANDING, 2:], left * before[:, STANDING], atol=1e-9)


def test_who_stands_for_long_stays_near_and_who_walks_gets_far() -> None:
    after = predict(some_people(), STEADY, dt_s=60.0)
    far_m = np.linalg.norm(after.mean[:, :, :2] - some_people().mean[:, :, :2], axis=2)
    pace = np.linalg.norm(some_people().mean[:, :, 2:], axis=2)
    np.testing.assert_allclose(far_m[:, WALKING], 60 * pace[:, WALKING], rtol=1e-6)
    np.testing.assert_allclose(
        far_m[:, STANDING], STEADY.velocity_fades_s * pace[:, STANDING], rtol=1e-6
    )


def test_mixing_keeps_mean_and_covariance() -> None:
    # However people change between modes: before anybody moves, the mixture is what it was.
    restless = Motion(stops_per_s=1e8, starts_per_s=1e9)
    mixed = predict(some_people(), restless, dt_s=1e-7)
    assert np.abs(mixed.probability - some_people().probability).max() > 0.1
    for before, after in zip(combined(some_people()), combined(mixed), strict=True):
        np.testing.assert_allclose(after, before, atol=1e-5)


@given(angle_rad=st.floats(-np.pi, np.pi))
def test_turning_the_site_turns_the_result(angle_rad: float) -> None:
    turned_first = predict(turned(some_people(), angle_rad), USUAL, dt_s=0.7)
    turned_last = turned(predict(some_people(), USUAL, dt_s=0.7), angle_rad)
    assert_close(turned_first, turned_last, atol=1e-11)


@pytest.mark.slow
def test_covariances_stay_positive_definite_over_many_steps(crowd, settings, rng) -> None:
    # Ten people are seen by sensors good and bad, at any rate: 10,000 steps of somebody.
    n = 10
    _, people, heard = crowd(rng, n=n, width_m=100.0, n_clutter=0, is_covered=False)
    for k in range(1000):
        place = people.place_site_m + rng.normal(0, 0.1, (n, 2))
        root = rng.normal(size=(n, 2, 2)) * 10 ** rng.uniform(-3, 0)
        spread = root @ root.transpose(0, 2, 1) + 1e-8 * np.eye(2)
        heard = replace(heard, position_site_m=place, covariance_site_m2=spread)
        step = plain_step(people, heard, USUAL, settings(), dt_s=10 ** rng.uniform(-3, 0))
        people = replace(
            people, place_site_m=step.mean[:, :2], modes=step.modes, existence=np.full(n, 0.9)
        )
        covariance = step.modes.covariance
        np.testing.assert_array_equal(covariance, covariance.transpose(0, 1, 3, 2))
        if k % 10 == 0:
            assert (np.linalg.eigvalsh(covariance) > 0).all()
    assert np.isfinite(step.mean).all()


def test_states_spread_as_people_who_follow_the_model_do(rng) -> None:
    # Somebody walks from a known place; after steps of one second, how far off is the mixture?
    n, dt_s, steps = 4000, 0.05, 20
    x = np.tile([0.0, 0.0, 1.3, 0.0], (n, 1))
    stands = rng.random(n) < USUAL.newcomer()[STANDING]
    for _ in range(steps):
        stands = rng.random(n) < USUAL.switch(dt_s)[stands.astype(int), STANDING]
        for mode, (reach_s, left, q_pp, q_pv, q_vv) in enumerate(USUAL.steps(dt_s)):
            these = stands == bool(mode)
            f = np.kron([[1, reach_s], [0, left]], np.eye(2))
            root = np.linalg.cholesky(np.kron([[q_pp, q_pv], [q_pv, q_vv]], np.eye(2)))
            x[these] = x[these] @ f.T + rng.normal(size=(these.sum(), 4)) @ root.T
    start = Modes(
        mean=np.tile([0.0, 0.0, 1.3, 0.0], (1, 2, 1)),
        covariance=np.zeros((1, 2, 4, 4)),
        probability=USUAL.newcomer()[None],
    )
    for _ in range(steps):
        start = predict(start, USUAL, dt_s=dt_s)
    (mean,), (covariance,) = combined(start)
    assert stands.mean() == pytest.approx(start.probability[0, STANDING], abs=0.03)
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.05)
    e = x - mean
    nees = np.einsum("ni,ij,nj->n", e, np.linalg.inv(covariance), e)
    # The mean of NEES is exact for any distribution; its spread is not that of chi-square here.
    low, high = 4 - 5 * nees.std() / np.sqrt(n), 4 + 5 * nees.std() / np.sqrt(n)
    assert low < nees.mean() < high
    assert nees.std() < 3 * chi2(4).std()


def test_position_spreads_as_the_closed_form_says() -> None:
    exact = replace(some_people(), covariance=np.zeros((N, 2, 4, 4)))
    spread = predict(exact, STEADY, dt_s=2.0).covariance[:, WALKING]
    q = STEADY.accel_psd_m2_per_s3[WALKING]
    np.testing.assert_allclose(spread[:, 0, 0], q * 2**3 / 3, rtol=1e-6)
    np.testing.assert_allclose(spread[:, 1, 3], q * 2**2 / 2, rtol=1e-6)
    np.testing.assert_allclose(spread[:, 3, 3], q * 2, rtol=1e-6)
    np.testing.assert_allclose(spread[:, 0, 1], 0, atol=1e-9)


def test_no_time_changes_nothing() -> None:
    assert_close(predict(some_people(), USUAL, dt_s=0.0), some_people(), atol=1e-12)


@pytest.mark.parametrize("dt_s", [-1e-9, np.nan])
def test_never_goes_backwards(dt_s: float) -> None:
    with pytest.raises(ValueError, match=f"backwards, dt_s = {dt_s:g}"):
        predict(some_people(), USUAL, dt_s=dt_s)


def test_nobody_can_be_predicted() -> None:
    assert not len(predict(some_people(0), USUAL, dt_s=1.0).mean)


def test_of_whom_no_modes_are_known_both_are_taken_for_alike(crowd, rng) -> None:
    known, _, _ = crowd(rng, n=3)
    modes = modes_of(replace(known, modes=None), USUAL)
    for mode in (WALKING, STANDING):
        np.testing.assert_array_equal(modes.mean[:, mode], known.mean)
        np.testing.assert_array_equal(modes.covariance[:, mode], known.covariance)
    np.testing.assert_allclose(modes.probability, np.tile(USUAL.newcomer(), (3, 1)))
    assert modes_of(known, USUAL) is known.modes


def test_combined_is_the_moments_of_the_mixture(rng) -> None:
    modes = some_people(1)
    n = 100_000
    mode = (rng.random(n) < modes.probability[0, 1]).astype(int)
    root = np.linalg.cholesky(modes.covariance[0])
    x = modes.mean[0, mode] + np.einsum("nij,nj->ni", root[mode], rng.normal(size=(n, 4)))
    (mean,), (covariance,) = combined(modes)
    np.testing.assert_allclose(x.mean(axis=0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(x.T), covariance, atol=0.3)


def test_largest_eigenvalue_is_the_largest() -> None:
    block = some_people().covariance[:, :, :2, :2]
    np.testing.assert_allclose(largest_eigenvalue(block), np.linalg.eigvalsh(block)[..., 1])


@pytest.mark.parametrize(
    "setting",
    [{"accel_psd_m2_per_s3": (0.0, 1.0)}, {"accel_psd_m2_per_s3": (1.0, -1.0)},
     {"velocity_fades_s": np.inf}, {"stops_per_s": 0.0}, {"starts_per_s": np.nan}],
)  # fmt: skip
def test_refuses_settings_that_mean_nothing(setting) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        Motion(**setting)
