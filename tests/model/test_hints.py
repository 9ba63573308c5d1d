import numpy as np

from standex.model.hints import Hints, no_hints


def test_places_move_at_constant_velocity() -> None:
    hints = Hints(
        t_utc_ns=10**9,
        position_site_m=np.array([[1.0, 2.0], [0.0, 0.0]]),
        velocity_site_m_per_s=np.array([[-1.0, 0.5], [0.0, 2.0]]),
        spread_m=np.ones(2),
        need=np.ones(2),
    )
    np.testing.assert_array_equal(hints.at(10**9), hints.position_site_m)
    np.testing.assert_allclose(hints.at(3 * 10**9), [[-1.0, 3.0], [0.0, 4.0]])
    np.testing.assert_allclose(hints.at(0), [[2.0, 1.5], [0.0, -2.0]])


def test_nobody_stays_nobody() -> None:
    assert no_hints(5).at(10**9).shape == (0, 2)
