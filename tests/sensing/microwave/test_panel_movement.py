"""On calibrations made of exact delays; the whole way from samples is in test_array_calibration."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.array_calibration import ArrayCalibration, Residuals
from standex.sensing.microwave.panel_movement import LIMIT_M, panel_movement
from standex.sensing.microwave.sphere_echo import Sphere
from standex.sensing.microwave.sweep import LIGHT_M_PER_S

N = 20
MIDDLE_HZ = 13e9
SPHERES = tuple(
    Sphere(position_m=np.array(place), radius_m=0.1)
    for place in ([1.3, 0.4, 0.3], [1.1, -0.7, 1.9], [2.0, 0.0, 1.0])
)


def places(middle_z_m: float, y_m: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    along, edge = np.tile(np.linspace(-0.48, 0.48, N // 2), 2), np.repeat([-0.5, 0.5], N // 2)
    nought, middle = np.zeros(N), np.array([0.0, y_m, middle_z_m])
    return (
        middle + np.column_stack([nought, along, edge]),
        middle + np.column_stack([nought, edge, along]),
    )


PAIR = [np.concatenate(both) for both in zip(places(1.0), places(2.1), strict=True)]
PANEL = np.repeat([0, 1], N)


def calibration(
    sphere: Sphere,
    *,
    tx_path_m: np.ndarray,
    rx_path_m: np.ndarray,
    group: tuple[np.ndarray, np.ndarray] | None = None,
) -> ArrayCalibration:
    n_tx, n_rx = len(tx_path_m), len(rx_path_m)
    group = group or (np.zeros(n_tx, dtype=int), np.zeros(n_rx, dtype=int))
    turn = -2j * np.pi * MIDDLE_HZ / LIGHT_M_PER_S
    return ArrayCalibration(
        sphere=sphere,
        tx_position_m=PAIR[0][:n_tx],
        rx_position_m=PAIR[1][:n_rx],
        frequency_hz=np.linspace(8e9, 18e9, 64),
        tx_gain=np.exp(turn * tx_path_m),
        rx_gain=np.exp(turn * rx_path_m),
        tx_delay_s=tx_path_m / LIGHT_M_PER_S,
        rx_delay_s=rx_path_m / LIGHT_M_PER_S,
        tx_group=group[0],
        rx_group=group[1],
        residuals=Residuals(
            phase_rad=0.02,
            gain_db=0.2,
            delay_m=1e-3,
            tx_phase_rad=np.full(n_tx, 0.02),
            rx_phase_rad=np.full(n_rx, 0.02),
            tx_gain_db=np.full(n_tx, 0.2),
            rx_gain_db=np.full(n_rx, 0.2),
            share_used=1.0,
        ),
    )


def moved(
    rng,
    sphere: Sphere,
    move_m,
    *,
    n: int = 2 * N,
    drift_m: float = 1e-4,
    group: tuple[np.ndarray, np.ndarray] | None = None,
) -> ArrayCalibration:
    """Return the calibration after the antennas of each panel moved, by the exact distances."""
    way = np.broadcast_to(move_m, (2, 3))[PANEL[:n]]
    change = []
    for at in (PAIR[0][:n], PAIR[1][:n]):
        before, after = (np.linalg.norm(one - sphere.position_m, axis=1) for one in (at, at + way))
        change.append(after - before + rng.normal(0, drift_m, n))
    free_m = 0.013  # transmitters up, receivers down: nobody can tell
    return calibration(
        sphere, tx_path_m=change[0] + free_m, rx_path_m=change[1] - free_m, group=group
    )


def unmoved(sphere: Sphere, n: int = 2 * N, **other) -> ArrayCalibration:
    return calibration(sphere, tx_path_m=np.zeros(n), rx_path_m=np.zeros(n), **other)


def compare(before, after, n: int = 2 * N, **other):
    return panel_movement(before, after, tx_panel=PANEL[:n], rx_panel=PANEL[:n], **other)


@pytest.mark.parametrize("direction", np.vstack([np.eye(3), -np.eye(3), [[0.6, 0.0, 0.8]]]))
def test_five_millimetres_of_one_panel_are_found(rng, direction):
    move = np.array([[0.0, 0, 0], 0.005 * direction])
    found = compare([unmoved(SPHERES[0])], [moved(rng, SPHERES[0], move)])
    assert found.is_moved.tolist() == [False, True]
    np.testing.assert_allclose(found.translation_m[1], move[1], atol=0.8e-3)
    assert found.explained > 0.9
    assert "panel 1 has moved by" in found.sentence
    assert "survey" in found.sentence


def test_an_exact_movement_is_found_exactly(rng):
    move = np.array([[0.001, 0.002, -0.001], [0.0, -0.002, 0.002]])
    after = [moved(rng, sphere, move, drift_m=0.0) for sphere in SPHERES]
    found = compare([unmoved(sphere) for sphere in SPHERES], after)
    # The derivative is taken at the surveyed places: second order is 3 mm squared / 1.3 m.
    np.testing.assert_allclose(found.translation_m, move, atol=3e-5)


@pytest.mark.slow
def test_the_covariance_is_that_of_the_estimates(rng):
    drift_m = 2e-4
    estimates, claims = [], []
    for _ in range(40):
        found = compare(
            [unmoved(SPHERES[0], N)],
            [moved(rng, SPHERES[0], [0.02, 0.02, 0.02], n=N, drift_m=drift_m)],
            N,
        )
        estimates.append(found.translation_m[0])
        claims.append(np.diag(found.covariance_m2))
    spread = np.std(estimates, axis=0)
    np.testing.assert_allclose(spread, np.sqrt(np.mean(claims, axis=0)), rtol=0.5)


@pytest.mark.slow
def test_nothing_is_found_where_nothing_moved(rng):
    for _ in range(40):
        found = compare([unmoved(SPHERES[0])], [moved(rng, SPHERES[0], [0, 0, 0], drift_m=3e-4)])
        assert not found.any_moved
        assert found.sentence == ""
        assert found.path_error_m < 3e-4


@pytest.mark.slow
def test_random_delays_are_not_a_movement(rng):
    for _ in range(40):
        found = compare([unmoved(SPHERES[0])], [moved(rng, SPHERES[0], [0, 0, 0], drift_m=5e-3)])
        assert not found.any_moved
        assert found.random_m > LIMIT_M
        assert "not as if a panel had moved" in found.sentence


def test_a_new_cable_hides_no_movement(rng):
    after = moved(rng, SPHERES[0], [0.0, 0.005, 0.0], n=N)
    delay = after.tx_delay_s.copy()
    delay[4] += 0.3 / LIGHT_M_PER_S
    found = compare([unmoved(SPHERES[0], N)], [replace(after, tx_delay_s=delay)], N)
    assert found.is_moved.tolist() == [True]
    np.testing.assert_allclose(found.translation_m[0], [0.0, 0.005, 0.0], atol=5e-4)
    assert found.n_changed == 1


def test_lost_antennas_are_left_out(rng):
    after = moved(rng, SPHERES[0], [0.005, 0.0, 0.0], n=N)
    group = np.where(np.arange(N) < 6, -1, 0)
    delay = np.where(group < 0, 0.0, after.tx_delay_s)
    found = compare([unmoved(SPHERES[0], N)], [replace(after, tx_group=group, tx_delay_s=delay)], N)
    np.testing.assert_allclose(found.translation_m[0], [0.005, 0.0, 0.0], atol=5e-4)


def test_panels_that_only_hear_each_other_say_that_one_moved_but_not_which(rng):
    """Two panels in one plane far away: all that is seen is the sum of both ways."""
    far = Sphere(position_m=np.array([40.0, 0.0, 1.5]), radius_m=0.1)
    group = (PANEL, 1 - PANEL)
    after = moved(rng, far, [[0, 0, 0], [0.006, 0, 0]], group=group, drift_m=3e-5)
    found = compare([unmoved(far, group=group)], [after])
    assert not found.is_moved.any()
    assert found.path_change_m == pytest.approx(0.006, rel=0.05)
    assert (np.sqrt(np.diag(found.covariance_m2))[[0, 3]] > 0.02).all()  # along the line of sight
    assert found.any_moved
    assert "do not show which" in found.sentence


def test_path_error_is_what_defocuses(rng):
    """One of two panels moves by m towards a far target: channels see 0, m, m or 2 m."""
    far = Sphere(position_m=np.array([40.0, 0.0, 1.5]), radius_m=0.1)
    after = moved(rng, far, [[0, 0, 0], [0.004, 0, 0]], drift_m=1e-6)
    found = compare([unmoved(far)], [after])
    assert found.path_error_m == pytest.approx(0.004 / np.sqrt(2), rel=0.05)


def test_an_oscillator_of_another_phase_moves_nothing(rng):
    after = moved(rng, SPHERES[0], [0, 0, 0])
    found = compare([unmoved(SPHERES[0])], [replace(after, tx_gain=1j * after.tx_gain)])
    assert not found.any_moved


def test_only_sound_spheres_count(rng):
    bad = replace(unmoved(SPHERES[1]).residuals, phase_rad=1.3)
    broken = replace(moved(rng, SPHERES[1], [0.03, 0.0, 0.0]), residuals=bad)
    after = [moved(rng, SPHERES[0], [0, 0, 0]), broken]
    before = [unmoved(sphere) for sphere in SPHERES[:2]]
    assert not compare(before, after).any_moved
    with pytest.raises(ValueError, match="none of 1 spheres has a sound calibration"):
        compare(before[1:], after[1:])


def test_what_does_not_belong_together_is_refused(rng):
    before, after = unmoved(SPHERES[0]), moved(rng, SPHERES[0], [0, 0, 0])
    with pytest.raises(ValueError, match="2 calibrations before and 1 after"):
        compare([before, before], [after])
    with pytest.raises(ValueError, match="other arrays or spheres"):
        compare([unmoved(SPHERES[1])], [after])
    with pytest.raises(ValueError, match="other arrays or spheres"):
        compare([unmoved(SPHERES[0], N)], [after])
    with pytest.raises(ValueError, match="20 and 20 panel numbers"):
        compare([before], [after], N)
