from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.model.picture import Tracks, no_tracks
from standex.tracking.motion import correct, inverse_2x2, largest_eigenvalue, predict


def some_tracks(n: int = 5) -> Tracks:
    rng = np.random.default_rng(1)
    root = rng.normal(size=(n, 4, 4))
    return replace(
        no_tracks(0),
        track_id=np.arange(n),
        mean=rng.normal(size=(n, 4)),
        covariance=root @ root.transpose(0, 2, 1) + 0.1 * np.eye(4),
        existence=np.full(n, 0.5),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.zeros(n, dtype=np.int64),
    )


def to(tracks: Tracks, dt_ns: int) -> Tracks:
    return predict(tracks, t_utc_ns=tracks.t_utc_ns + dt_ns, accel_psd_m2_per_s3=0.3)


def turned(tracks: Tracks, angle_rad: float) -> Tracks:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.kron(np.eye(2), [[c, -s], [s, c]])
    return replace(tracks, mean=tracks.mean @ turn.T, covariance=turn @ tracks.covariance @ turn.T)


@given(first_ns=st.integers(0, 2 * 10**9), second_ns=st.integers(0, 2 * 10**9))
def test_two_steps_equal_one(first_ns: int, second_ns: int) -> None:
    in_two, in_one = (
        to(to(some_tracks(), first_ns), second_ns),
        to(some_tracks(), first_ns + second_ns),
    )
    np.testing.assert_allclose(in_two.mean, in_one.mean, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(in_two.covariance, in_one.covariance, rtol=1e-9, atol=1e-9)


@given(angle_rad=st.floats(-np.pi, np.pi))
def test_turning_the_site_turns_the_result(angle_rad: float) -> None:
    turned_first = to(turned(some_tracks(), angle_rad), 700_000_000)
    turned_last = turned(to(some_tracks(), 700_000_000), angle_rad)
    np.testing.assert_allclose(turned_first.mean, turned_last.mean, atol=1e-12)
    np.testing.assert_allclose(turned_first.covariance, turned_last.covariance, atol=1e-11)


def test_position_spreads_as_the_closed_form_says() -> None:
    exact = replace(some_tracks(), covariance=np.zeros((5, 4, 4)))
    spread = to(exact, 2_000_000_000).covariance
    np.testing.assert_allclose(spread[:, 0, 0], 0.3 * 2**3 / 3)
    np.testing.assert_allclose(spread[:, 1, 3], 0.3 * 2**2 / 2)
    np.testing.assert_allclose(spread[:, 3, 3], 0.3 * 2)
    np.testing.assert_array_equal(spread[:, 0, 1], 0)


def test_never_goes_backwards() -> None:
    with pytest.raises(ValueError, match="backwards, dt_s = -1e-09"):
        to(some_tracks(), -1)


def test_nobody_can_be_predicted() -> None:
    assert to(no_tracks(0), 10**9).t_utc_ns == 10**9


def test_a_position_adds_its_information() -> None:
    tracks = some_tracks()
    place, r = np.ones((5, 2)), np.tile([[0.4, 0.1], [0.1, 0.2]], (5, 1, 1))
    mean, covariance = correct(
        tracks.mean, tracks.covariance, position_site_m=place, covariance_site_m2=r
    )
    h = np.eye(2, 4)
    information = np.linalg.inv(tracks.covariance) + h.T @ np.linalg.inv(r) @ h
    np.testing.assert_allclose(covariance, np.linalg.inv(information), rtol=1e-8)
    vector = (np.linalg.inv(tracks.covariance) @ tracks.mean[:, :, None])[:, :, 0]
    vector += (h.T @ np.linalg.inv(r) @ place[:, :, None])[:, :, 0]
    np.testing.assert_allclose(mean, np.linalg.solve(information, vector[:, :, None])[:, :, 0])


def test_covariances_stay_symmetric_and_positive_definite() -> None:
    mean, covariance = some_tracks().mean, 1e4 * some_tracks().covariance
    r = np.tile(1e-6 * np.eye(2), (5, 1, 1))
    for _ in range(200):
        mean, covariance = correct(
            mean, covariance, position_site_m=np.zeros((5, 2)), covariance_site_m2=r
        )
    np.testing.assert_array_equal(covariance, covariance.transpose(0, 2, 1))
    assert (np.linalg.eigvalsh(covariance) > 0).all()


def test_inverse_is_the_inverse() -> None:
    block = some_tracks().covariance[:, :2, :2]
    np.testing.assert_allclose(
        inverse_2x2(block) @ block, np.tile(np.eye(2), (5, 1, 1)), atol=1e-12
    )


def test_largest_eigenvalue_is_the_largest() -> None:
    block = some_tracks().covariance[:, :2, :2]
    np.testing.assert_allclose(largest_eigenvalue(block), np.linalg.eigvalsh(block)[:, 1])
