from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import multivariate_normal

from standex.model.tracks import Modes
from standex.tracking.existence import p_report_at
from standex.tracking.motion import Motion, combined, predict
from standex.tracking.step import inverse_2x2, plain_step

MOTION = Motion()
DT_S = 0.1
H = np.eye(2, 4)


def step_of(people, heard, settings, **changed):
    return plain_step(people, heard, MOTION, settings(**changed), dt_s=DT_S)


@pytest.fixture
def one(crowd, rng):
    """One person, and one position of them where there is no clutter at all."""
    _, people, heard = crowd(rng, n=1, n_clutter=0)
    place = people.place_site_m + 0.1
    return people, replace(
        heard,
        position_site_m=place,
        covariance_site_m2=np.array([[[0.03, 0.01], [0.01, 0.02]]]),
        nobody_per_m2=1e-12,
    )


def test_a_lone_position_is_taken_as_bayes_says(one, settings) -> None:
    people, heard = one
    step = step_of(people, heard, settings)
    before = predict(people.modes, MOTION, dt_s=DT_S)
    (z,), (r,) = heard.position_site_m, heard.covariance_site_m2
    odds = []
    for mode in range(2):
        mean, p = before.mean[0, mode], before.covariance[0, mode]
        information = np.linalg.inv(p) + H.T @ np.linalg.inv(r) @ H
        np.testing.assert_allclose(
            step.modes.covariance[0, mode], np.linalg.inv(information), rtol=1e-6, atol=1e-9
        )
        vector = np.linalg.inv(p) @ mean + H.T @ np.linalg.inv(r) @ z
        np.testing.assert_allclose(
            step.modes.mean[0, mode], np.linalg.solve(information, vector), rtol=1e-6, atol=1e-9
        )
        density = multivariate_normal(mean[:2], p[:2, :2] + r).pdf(z)
        odds.append(before.probability[0, mode] * density)
    np.testing.assert_allclose(step.modes.probability[0], np.array(odds) / sum(odds), rtol=1e-6)
    for got, expected in zip((step.mean, step.covariance), combined(step.modes), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_several_positions_are_a_mixture(one, settings) -> None:
    # At sharpness 1, mode by mode: mean and covariance over missed, first and second position.
    people, heard = one
    near = np.array([[0.1, 0.0], [-0.15, 0.1]])
    heard = replace(
        heard,
        position_site_m=people.place_site_m + near,
        covariance_site_m2=np.tile(0.02 * np.eye(2), (2, 1, 1)),
        nobody_per_m2=2.0,
    )
    step = step_of(people, heard, settings, sharpness=1.0)
    before = predict(people.modes, MOTION, dt_s=DT_S)
    share = np.zeros((3, 2))
    mean, covariance = np.zeros((3, 2, 4)), np.zeros((3, 2, 4, 4))
    mean[0], covariance[0] = before.mean[0], before.covariance[0]
    share[0] = before.probability[0]
    survived = people.existence[0] * settings().survive
    middle, about = combined(before)
    (expected,), (least,) = p_report_at(heard.seen, middle[:, :2], about[:, :2, :2])
    over_missed = survived * expected / (1 - survived * least) / heard.nobody_per_m2
    for j in range(2):
        for mode in range(2):
            p = before.covariance[0, mode]
            s = p[:2, :2] + heard.covariance_site_m2[j]
            z = heard.position_site_m[j]
            gain = p[:, :2] @ np.linalg.inv(s)
            mean[j + 1, mode] = mean[0, mode] + gain @ (z - mean[0, mode, :2])
            covariance[j + 1, mode] = p - gain @ p[:2]
            density = multivariate_normal(mean[0, mode, :2], s).pdf(z)
            share[j + 1, mode] = before.probability[0, mode] * density * over_missed
    share /= share.sum()
    np.testing.assert_allclose(step.missed[0], share[0].sum(), rtol=1e-6)
    np.testing.assert_allclose(step.modes.probability[0], share.sum(axis=0), rtol=1e-6)
    weight = share / share.sum(axis=0)
    average = np.einsum("jm,jmk->mk", weight, mean)
    off = mean - average
    spread = np.einsum("jm,jmkl->mkl", weight, covariance)
    spread += np.einsum("jm,jmk,jml->mkl", weight, off, off)
    np.testing.assert_allclose(step.modes.mean[0], average, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(step.modes.covariance[0], spread, rtol=1e-6, atol=1e-9)


def test_the_sharper_the_nearer_to_the_likelier_position(one, settings) -> None:
    people, heard = one
    start, _ = combined(predict(people.modes, MOTION, dt_s=DT_S))
    heard = replace(
        heard,
        position_site_m=start[:, :2] + np.array([[0.05, 0.0], [-0.4, 0.0]]),
        covariance_site_m2=np.tile(0.02 * np.eye(2), (2, 1, 1)),
        nobody_per_m2=0.01,
    )
    east = [
        step_of(people, heard, settings, sharpness=s).mean[0, 0] - start[0, 0] for s in (1, 2, 8)
    ]
    alone = replace(
        heard,
        position_site_m=heard.position_site_m[:1],
        covariance_site_m2=heard.covariance_site_m2[:1],
    )
    likeliest = step_of(people, alone, settings).mean[0, 0] - start[0, 0]
    assert east[0] < east[1] < east[2]
    assert east[2] == pytest.approx(likeliest, abs=0.01)


def test_an_empty_scan_is_a_prediction_and_a_miss(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, is_seen=False)
    step = step_of(people, heard, settings)
    before = predict(people.modes, MOTION, dt_s=DT_S)
    np.testing.assert_allclose(step.modes.mean, before.mean)
    np.testing.assert_allclose(step.modes.covariance, before.covariance)
    np.testing.assert_array_equal(step.missed, 1)
    assert (step.existence < people.existence).all()
    assert not len(step.track_row)
    fall = logit(people.existence * settings().survive) - logit(step.existence)
    assert fall.max() <= settings().max_loss + 1e-9


def test_where_nobody_looks_only_survival_counts(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, is_seen=False, is_covered=False)
    step = step_of(people, heard, settings)
    np.testing.assert_allclose(step.existence, people.existence * settings().survive, rtol=1e-6)


def test_who_walked_out_of_the_area_is_soon_gone(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, is_seen=False, is_covered=False)
    area = np.array([[2.0, 2.0], [6.0, 6.0]])
    step = step_of(people, heard, settings, area_site_m=area)
    inside = ((step.mean[:, :2] > 2) & (step.mean[:, :2] < 6)).all(axis=1)
    assert 0 < inside.sum() < len(inside)
    survive = np.where(inside, 0.997, 0.997 * 0.8)
    np.testing.assert_allclose(step.existence, people.existence * survive, rtol=1e-6)


def test_the_lost_take_no_positions(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, n_lost=10)
    step = step_of(people, heard, settings)
    np.testing.assert_array_equal(np.flatnonzero(step.is_lost), np.arange(10))
    assert step.track_row.min() >= 10
    np.testing.assert_array_equal(step.missed[:10], 1)
    # Tentative tracks are never lost.
    step = step_of(replace(people, is_confirmed=np.zeros(40, dtype=bool)), heard, settings)
    assert not step.is_lost.any()


def test_shares_of_rows_and_of_people_are_at_most_one(crowd, settings, rng) -> None:
    _, people, heard = crowd(rng, width_m=4.0)
    step = step_of(people, heard, settings)
    rows = len(heard.position_site_m)
    of_rows = np.bincount(step.position_row, step.of_position, rows) + step.nobody
    np.testing.assert_allclose(of_rows, 1, atol=1e-9)
    assert np.bincount(step.track_row, step.of_position).max() <= 1 + 1e-3
    assert (np.diff(step.track_row) >= 0).all()


def test_a_position_behind_a_wall_is_not_taken(one, settings) -> None:
    people, heard = one
    x, y = people.place_site_m[0]
    wall = np.array([[[x + 0.3, y - 5], [x + 0.3, y + 5]]])
    beyond = replace(
        heard,
        position_site_m=people.place_site_m + [0.6, 0.0],
        covariance_site_m2=np.array([0.05**2 * np.eye(2)]),
    )
    assert len(step_of(people, beyond, settings).track_row) == 1
    step = step_of(people, replace(beyond, wall_site_m=wall), settings)
    assert not len(step.track_row)
    assert step.nobody[0] == 1
    # The same place is in reach of its noise for a worse sensor.
    worse = replace(beyond, wall_site_m=wall, covariance_site_m2=np.array([0.15**2 * np.eye(2)]))
    step = step_of(people, worse, settings)
    assert len(step.track_row) == 1
    assert step.mean[0, 0] < x + 0.3


@pytest.mark.parametrize(
    ("angle_rad", "east_m", "north_m"), [(0.3, 0, 0), (-2.0, 1e3, -50), (np.pi / 2, 0, 1)]
)
def test_turning_and_moving_the_site_turns_and_moves_the_result(
    crowd, settings, angle_rad: float, east_m: float, north_m: float
) -> None:
    rng = np.random.default_rng(3)
    wall = [[[3.0, 0.0], [3.0, 8.0]], [[3.0, 4.0], [8.0, 4.0]]]
    _, people, heard = crowd(rng, n=20, wall_site_m=wall, is_covered=False)
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn, moved = np.array([[c, -s], [s, c]]), np.array([east_m, north_m])
    both, shift = np.kron(np.eye(2), turn), np.concatenate([moved, [0, 0]])
    modes = Modes(
        mean=people.modes.mean @ both.T + shift,
        covariance=both @ people.modes.covariance @ both.T,
        probability=people.modes.probability,
    )
    turned = step_of(
        replace(people, place_site_m=people.place_site_m @ turn.T + moved, modes=modes),
        replace(
            heard,
            position_site_m=heard.position_site_m @ turn.T + moved,
            covariance_site_m2=turn @ heard.covariance_site_m2 @ turn.T,
            wall_site_m=heard.wall_site_m @ turn.T + moved,
        ),
        settings,
    )
    straight = step_of(people, heard, settings)
    np.testing.assert_allclose(turned.mean, straight.mean @ both.T + shift, atol=1e-8)
    np.testing.assert_allclose(turned.covariance, both @ straight.covariance @ both.T, atol=1e-8)
    np.testing.assert_allclose(turned.existence, straight.existence, atol=1e-8)
    np.testing.assert_allclose(turned.nobody, straight.nobody, atol=1e-8)


def test_inverse_is_the_inverse(rng: np.random.Generator) -> None:
    root = rng.normal(size=(5, 3, 2, 2))
    block = root @ root.swapaxes(2, 3) + 0.1 * np.eye(2)
    np.testing.assert_allclose(inverse_2x2(block), np.linalg.inv(block))
