import numpy as np
import pytest

from standex.evaluation.wildtrack_boxes import MEASURED, BoxErrors

APART = np.array([[100.0, 100, 140, 200], [300, 100, 340, 200], [500, 100, 540, 200]])


def drawn(errors: BoxErrors, corner_px: np.ndarray, rng: np.random.Generator, n: int) -> list:
    return [errors.draw(corner_px, width_px=1920, height_px=1080, rng=rng) for _ in range(n)]


@pytest.mark.slow
def test_misses_and_false_boxes_are_as_stated(rng: np.random.Generator) -> None:
    every = drawn(BoxErrors(false_per_frame=0.5), APART, rng, 2000)
    found = np.mean([(one.source >= 0).sum() / 3 for one in every])
    false = np.mean([(one.source < 0).sum() for one in every])
    assert found == pytest.approx(MEASURED[0][1], abs=0.02)  # 4.5 standard errors
    assert false == pytest.approx(0.5, abs=0.07)


@pytest.mark.slow
def test_feet_are_off_as_stated(rng: np.random.Generator) -> None:
    every = drawn(BoxErrors(false_per_frame=0.0), APART, rng, 2000)
    off = np.concatenate([one.corner_px - APART[one.source] for one in every])
    across, down = (off[:, 0] + off[:, 2]) / 2, off[:, 3]
    assert across.std() == pytest.approx(100 * MEASURED[0][2], rel=0.05)
    assert down.std() == pytest.approx(100 * MEASURED[0][4], rel=0.05)
    assert abs(down.mean()) < 0.5


@pytest.mark.slow
def test_the_hidden_are_missed(rng: np.random.Generator) -> None:
    behind = np.array([[100.0, 100, 140, 200], [90.0, 90, 150, 260]])
    every = drawn(BoxErrors(false_per_frame=0.0), behind, rng, 2000)
    shares = [np.mean([(one.source == who).any() for one in every]) for who in (0, 1)]
    assert shares[0] == pytest.approx(MEASURED[-1][1], abs=0.03)
    assert shares[1] == pytest.approx(MEASURED[0][1], abs=0.03)


def test_without_error_boxes_stay_where_they_are(rng: np.random.Generator) -> None:
    errors = BoxErrors(by_hidden_share=((1.0, 1.0, 0.1, 0.1, 0.1),), false_per_frame=0, scale=0.0)
    one = errors.draw(APART, width_px=1920, height_px=1080, rng=rng)
    np.testing.assert_array_equal(one.corner_px, APART[one.source])


def test_the_picture_ends_where_it_ends(rng: np.random.Generator) -> None:
    low = np.array([[100.0, 900, 200, 1079.0]])
    for one in drawn(BoxErrors(), low, rng, 100):
        assert (one.corner_px >= 0).all()
        assert (one.corner_px[:, 3] <= 1080).all()
    assert not len(BoxErrors().draw(np.zeros((0, 4)), width_px=9, height_px=9, rng=rng).source)
