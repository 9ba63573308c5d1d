import numpy as np
import pytest

from standex.twin.slow_change import random_walk, wander


def test_a_wandering_is_a_function_of_seed_and_time() -> None:
    t_s = np.linspace(0.0, 1000.0, 101)
    whole = wander(t_s, seed=(3, 1), sigma=2.0, over_s=50.0)
    np.testing.assert_array_equal(wander(t_s[40:], seed=(3, 1), sigma=2.0, over_s=50.0), whole[40:])
    assert np.abs(wander(t_s, seed=(4, 1), sigma=2.0, over_s=50.0) - whole).max() > 1.0


def test_a_wandering_has_its_size_and_is_slow() -> None:
    t_s = np.arange(0.0, 2e5, 5.0)
    walks = [wander(t_s, seed=(k,), sigma=2.0, over_s=50.0) for k in range(10)]
    assert np.std(walks) == pytest.approx(2.0, rel=0.05)
    assert np.abs(np.mean(walks)) < 0.05
    # Its fastest sine has a period of about 100 s.
    fastest = 2.0 * np.sqrt(2 / 6) * 2 * np.pi / 50.0 * (1 / np.geomspace(1.8, 18, 6)).sum()
    assert np.abs(np.diff(walks)).max() <= fastest * 5.0


def test_a_random_walk_grows_with_the_root_of_time() -> None:
    t_s = np.array([0.0, 100.0, 400.0])
    walked = random_walk(t_s, seed=(7,), sigma_per_sqrt_s=0.5, n_channels=4000)
    assert not walked[0].any()
    np.testing.assert_allclose(walked.std(axis=1)[1:], [5.0, 10.0], rtol=0.05)


def test_a_longer_random_walk_begins_with_the_shorter() -> None:
    t_s = np.linspace(0.0, 50.0, 33)
    long = random_walk(np.append(t_s, 5000.0), seed=(7,), sigma_per_sqrt_s=1.0, n_channels=3)
    short = random_walk(t_s, seed=(7,), sigma_per_sqrt_s=1.0, n_channels=3)
    np.testing.assert_array_equal(long[:-1], short)


def test_before_the_start_nothing_has_walked() -> None:
    before = random_walk(np.array([-5.0, 0.0]), seed=(1,), sigma_per_sqrt_s=1.0, n_channels=2)
    assert not before.any()
