import numpy as np

from standex.sensing.laser.axis_windows import joins_of, joins_with_lines


def stitched(n_each: int, n_windows: int) -> tuple[np.ndarray, list[float]]:
    """Return an axis whose step falls by 4 % along each window, rounded as files are."""
    step = np.tile(0.05 * (1 - 0.04 * np.arange(n_each) / n_each), n_windows)
    axis = 600 + np.cumsum(step)
    return np.round(axis, 4), [float(axis[k * n_each]) for k in range(1, n_windows)]


def test_windows_are_found_where_they_join() -> None:
    axis, joins = stitched(300, 4)
    np.testing.assert_allclose(joins_of(axis), joins, atol=0.4)


def test_a_smooth_axis_has_none() -> None:
    pixel = np.arange(2048.0)
    for axis in (np.linspace(600, 700, 1000), 769 + 0.15 * pixel - 4.2e-6 * pixel**2):
        assert len(joins_of(axis)) == 0
        assert len(joins_of(np.round(axis, 2))) == 0
    assert len(joins_of(np.arange(10.0))) == 0


def test_windows_without_lines_join_their_neighbour() -> None:
    lines = np.array([1.0, 2, 3, 11, 21, 22, 23])
    np.testing.assert_array_equal(joins_with_lines(np.array([10.0, 20, 30]), lines), [10.0])
    np.testing.assert_array_equal(joins_with_lines(np.array([10.0, 20]), lines, least=1), [10, 20])
