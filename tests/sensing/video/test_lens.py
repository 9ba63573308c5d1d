import numpy as np
import pytest

from standex.sensing.video.lens import distorted, is_seen, refuse_lens, slope, undistorted

LENSES = {
    "none": np.zeros(0),
    "barrel": np.array([-0.43, 0.61, 0.008, 0.0019, -0.69]),
    "four": np.array([-0.2, 0.05, 0.001, -0.002]),
    "rational": np.array([0.3, 0.1, 0.0005, 0.001, 0.02, 0.6, 0.2, 0.05]),
    "prism": np.array([-0.2, 0.05, 0.001, -0.002, 0.01, 0.0, 0.0, 0.0, 2e-3, -1e-3, 1e-3, 5e-4]),
}


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_the_way_back_leads_back(lens: np.ndarray, rng: np.random.Generator) -> None:
    tangent = rng.uniform(-0.5, 0.5, (500, 2))
    back, found = undistorted(distorted(tangent, lens), lens)
    assert found.all()
    np.testing.assert_allclose(back, tangent, atol=1e-9)


@pytest.mark.parametrize("lens", LENSES.values(), ids=LENSES)
def test_slope_is_the_derivative(lens: np.ndarray, rng: np.random.Generator) -> None:
    tangent = rng.uniform(-0.5, 0.5, (50, 2))
    step = 1e-6
    for axis in range(2):
        shift = step * np.eye(2)[axis]
        numeric = (distorted(tangent + shift, lens) - distorted(tangent - shift, lens)) / (2 * step)
        np.testing.assert_allclose(slope(tangent, lens)[:, :, axis], numeric, atol=1e-8)


@pytest.mark.parametrize("name", ["barrel", "four", "rational", "prism"])
def test_agrees_with_opencv(name: str, rng: np.random.Generator) -> None:
    cv2 = pytest.importorskip("cv2")
    tangent = rng.uniform(-0.5, 0.5, (200, 2))
    points = np.column_stack([tangent, np.ones(200)])
    theirs, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), np.eye(3), LENSES[name])
    np.testing.assert_allclose(distorted(tangent, LENSES[name]), theirs[:, 0], atol=1e-12)


def test_beyond_its_fold_a_lens_shows_nothing() -> None:
    lens = np.array([-0.4, 0.0, 0.0, 0.0])
    fold = np.sqrt(1 / (3 * 0.4))  # d(r - 0.4 r^3)/dr = 0
    reach = np.array([[0.99 * fold, 0.0], [1.01 * fold, 0.0]])
    assert is_seen(reach, lens).tolist() == [True, False]
    farthest = distorted(np.array([[fold, 0.0]]), lens)
    _, found = undistorted(farthest * [[0.98, 1], [1.02, 1]][0], lens)
    assert found.all()
    _, found = undistorted(farthest * 1.02, lens)
    assert not found.any()


def test_what_is_not_finite_has_no_direction() -> None:
    for lens in LENSES.values():
        _, found = undistorted(np.array([[np.nan, 0.0], [0.1, 0.1]]), lens)
        assert found.tolist() == [False, True]


@pytest.mark.parametrize("numbers", [np.zeros(3), np.array([np.nan, 0, 0, 0]), np.zeros(14)])
def test_refuses_numbers_that_are_no_lens(numbers: np.ndarray) -> None:
    with pytest.raises(ValueError, match="distortion must"):
        refuse_lens(numbers)
