import numpy as np
import pytest

from standex.sensing.microwave.background import LEAST_SWEEPS, MEMORY, disturbance, learn

SHAPE = (6, 8, 40)


def room(rng: np.random.Generator) -> np.ndarray:
    return (rng.normal(size=SHAPE) + 1j * rng.normal(size=SHAPE)).astype(np.complex64)


def learnt(sweeps):
    background = None
    for sweep in sweeps:
        background = learn(background, sweep)
    return background


def test_the_mean_of_equal_sweeps_is_the_sweep(rng):
    empty = room(rng)
    background = learnt([empty] * 7)
    np.testing.assert_array_equal(background.samples, empty)
    assert background.noise == 0
    assert background.n_sweeps == 7


def test_the_mean_of_different_sweeps_is_their_mean(rng):
    sweeps = [room(rng) for _ in range(9)]
    np.testing.assert_allclose(learnt(sweeps).samples, np.mean(sweeps, axis=0), atol=1e-6)


def test_it_is_known_after_a_few_sweeps(rng):
    sweeps = [room(rng)] * LEAST_SWEEPS
    assert not learnt(sweeps[:-1]).is_known
    assert learnt(sweeps).is_known


@pytest.mark.parametrize("n_sweeps", [2, 4, 20, MEMORY])
def test_noise_is_estimated_without_bias(rng, n_sweeps):
    empty = room(rng)
    noise = [0.01 * room(rng) for _ in range(n_sweeps)]  # both quadratures: sqrt(2) * 0.01
    estimate = learnt([empty + one for one in noise]).noise
    # 1920 complex values a sweep: the estimate of two has a standard deviation of 1.2 %.
    assert estimate == pytest.approx(0.01 * np.sqrt(2), rel=0.06)


def test_old_sweeps_are_forgotten(rng):
    before, after = room(rng), room(rng)
    background = learnt([before] * MEMORY + [after] * (4 * MEMORY))
    assert background.n_sweeps == MEMORY
    left = np.linalg.norm(background.samples - after) / np.linalg.norm(before - after)
    assert left == pytest.approx((1 - 1 / MEMORY) ** (4 * MEMORY), rel=0.05)


def test_another_array_starts_again(rng):
    background = learn(learnt([room(rng)] * 8), room(rng)[:, :, :20])
    assert background.n_sweeps == 1
    assert background.samples.shape == (6, 8, 20)


@pytest.mark.parametrize("factor", [1.0, 0.7, 0.0, -1.0, 0.7j])
def test_disturbance_is_what_is_missing_of_the_background(rng, factor):
    empty = room(rng)
    background = learnt([empty] * 4)
    changed = disturbance(background, np.complex64(factor) * empty)
    assert changed == pytest.approx(abs(1 - factor), abs=1e-5)


def test_an_echo_of_its_own_disturbs_nothing(rng):
    empty = room(rng)
    echo = 0.5 * room(rng)
    # Independent of the room: 1920 samples project 0.5 / sqrt(1920) of it by chance.
    assert disturbance(learnt([empty] * 4), empty + echo) < 0.05


def test_what_was_learnt_is_not_written_to(rng):
    sweep = room(rng)
    kept = sweep.copy()
    first = learn(None, sweep)
    learn(first, room(rng))
    np.testing.assert_array_equal(first.samples, kept)
    np.testing.assert_array_equal(sweep, kept)
