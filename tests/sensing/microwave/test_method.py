import numpy as np
import pytest

from standex.sensing.microwave.dielectric import LayerMeasurement
from standex.sensing.microwave.method import Method, facing
from standex.sensing.microwave.stripe_images import StripeImages

PLACE = np.array([2.0, 0.3])


@pytest.mark.parametrize(("speed", "is_front"), [(-1.3, True), (1.3, False)])
def test_who_walks_shows_the_side_they_walk_with(speed: float, is_front: bool) -> None:
    away, front = facing(PLACE, np.array([speed, 0.0]))
    np.testing.assert_allclose(away, [1.0, 0.0])
    assert front is is_front


def test_who_stands_faces_the_sensor() -> None:
    away, front = facing(PLACE, np.array([0.1, -0.1]))
    np.testing.assert_allclose(away, PLACE / np.hypot(*PLACE))
    assert front


@pytest.mark.parametrize("method", [StripeImages.of(voxel_m=0.02), LayerMeasurement()])
def test_the_methods_are_methods(method) -> None:
    assert isinstance(method, Method)
    assert len(set(method.score_names)) == len(method.score_names)
