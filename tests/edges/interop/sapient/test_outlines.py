"""Inside and outside of outlines."""

import numpy as np

from standex.edges.interop.sapient.outlines import is_inside


def test_an_l_shape() -> None:
    outline = np.array([[0, 0], [4, 0], [4, 1], [1, 1], [1, 4], [0, 4]], dtype=float)
    places = np.array([[0.5, 0.5], [3.5, 0.5], [0.5, 3.5], [2.0, 2.0], [-1.0, 0.5]])
    assert is_inside(places, outline).tolist() == [True, True, True, False, False]
    assert is_inside(places, outline[::-1]).tolist() == [True, True, True, False, False]


def test_the_share_inside_a_circle(rng: np.random.Generator) -> None:
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    share = is_inside(rng.uniform(-1, 1, size=(20_000, 2)), circle).mean()
    np.testing.assert_allclose(share, np.pi / 4, atol=5 * np.sqrt(0.17 / 20_000))
