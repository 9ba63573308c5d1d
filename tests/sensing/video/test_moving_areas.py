import numpy as np
import pytest

from standex.sensing.video.moving_areas import first_background, learn, shrunk, tidied

N = 20.0


def learned(street, noisy, n=10):
    background = first_background(street)
    for k in range(n):
        background, moving = learn(background, noisy(street, k), n_memory=N)
    return background, moving


def test_noise_is_no_movement(street, noisy) -> None:
    _, moving = learned(street, noisy)
    assert moving.mean() < 0.001


def test_somebody_who_comes_moves_and_leaves_no_trace(street, noisy, person) -> None:
    background, _ = learned(street, noisy)
    with_one = person(street.copy(), 160, 200)
    changed = np.abs(with_one.astype(int) - street).max(axis=2) > 50
    background, moving = learn(background, noisy(with_one, 50), n_memory=N)
    assert tidied(moving)[changed].mean() > 0.9
    assert moving[~changed].mean() < 0.01
    _, after = learn(background, noisy(street, 51), n_memory=N)
    assert after.mean() < 0.001


@pytest.mark.parametrize("is_held", [False, True])
def test_who_stands_melts_away_unless_held(street, noisy, person, is_held) -> None:
    background, _ = learned(street, noisy)
    with_one = person(street.copy(), 160, 200)
    held = np.zeros(street.shape[:2], dtype=bool)
    held[95:205, 130:190] = is_held
    for k in range(3 * int(N)):
        background, moving = learn(background, noisy(with_one, 60 + k), n_memory=N, held=held)
    inside = moving[130:170, 150:170].mean()
    assert inside > 0.9 if is_held else inside < 0.05


def test_a_shadow_is_no_movement(street, noisy) -> None:
    background, _ = learned(street, noisy)
    shaded = street.copy()
    shaded[150:200, 100:200] = (0.7 * shaded[150:200, 100:200]).astype(np.uint8)
    _, moving = learn(background, shaded, n_memory=N)
    assert moving[150:200, 100:200].mean() < 0.05


def test_nothing_that_goes_in_is_written_to(street) -> None:
    background = first_background(street)
    before = [background.mean.copy(), background.weight.copy(), street.copy()]
    learn(background, 255 - street, n_memory=N)
    for was, now in zip(before, [background.mean, background.weight, street], strict=True):
        np.testing.assert_array_equal(was, now)


def test_large_pictures_are_learned_small() -> None:
    assert shrunk(np.zeros((1080, 1920, 3), dtype=np.uint8)).shape == (180, 320, 3)
    assert shrunk(np.zeros((100, 200, 3), dtype=np.uint8)).shape == (100, 200, 3)


def test_another_size_or_memory_is_refused(street) -> None:
    background = first_background(street)
    with pytest.raises(ValueError, match="background is of"):
        learn(background, street[:100].copy(), n_memory=N)
    with pytest.raises(ValueError, match="n_memory must be at least 1, got 0"):
        learn(background, street, n_memory=0.0)
