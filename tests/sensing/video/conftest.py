"""Pictures made on the spot: a street of noise, figures that look like people from afar."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from standex.sensing.video.camera import Camera

PARTS = (
    ((-13, 78), (13, 78), (11, 42), (-11, 42)),
    ((-11, 42), (1, 42), (-3, 0), (-11, 0)),
    ((-1, 42), (11, 42), (11, 0), (3, 0)),
    ((-13, 78), (-18, 60), (-17, 40), (-13, 40)),
    ((13, 78), (18, 60), (17, 40), (13, 40)),
)


def drawn_person(image: np.ndarray, x: float, y: float, high: float = 96.0) -> np.ndarray:
    """Draw a figure whose feet are at (x, y), so many pixels high; returns the picture."""
    scale = high / 96

    def at(*points: tuple[int, int]) -> np.ndarray:
        return np.array([(round(x + a * scale), round(y - b * scale)) for a, b in points], np.int32)

    cv2.circle(image, tuple(at((0, 88))[0].tolist()), max(round(7 * scale), 2), (60, 70, 90), -1)
    for part in PARTS:
        cv2.fillPoly(image, [at(*part)], (40, 40, 60))
    return image


@pytest.fixture
def person() -> Callable[..., np.ndarray]:
    return drawn_person


@pytest.fixture
def street() -> np.ndarray:
    """Return an empty street, 320 x 240, with texture that edges can hold on to."""
    rng = np.random.default_rng(1)
    image = cv2.GaussianBlur(rng.integers(110, 130, (240, 320, 3), dtype=np.uint8), (5, 5), 0)
    cv2.rectangle(image, (10, 10), (120, 60), (200, 190, 170), -1)
    cv2.rectangle(image, (200, 20), (300, 70), (50, 60, 80), -1)
    cv2.line(image, (0, 230), (319, 150), (180, 180, 180), 2)
    return image


@pytest.fixture
def noisy() -> Callable[[np.ndarray, int], np.ndarray]:
    """Return a picture with the noise of a sensor, another one for every number."""

    def with_noise(image: np.ndarray, number: int) -> np.ndarray:
        noise = np.random.default_rng([7, number]).integers(-2, 3, image.shape)
        return np.clip(image.astype(int) + noise, 0, 255).astype(np.uint8)

    return with_noise


@pytest.fixture
def camera() -> Camera:
    """Return a camera 5 m above the floor that looks down by 30 degrees along +y, 320 x 240."""
    down = np.deg2rad(30)
    forward = np.array([0, np.cos(down), -np.sin(down)])
    right = np.array([1.0, 0, 0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    return Camera(
        width_px=320,
        height_px=240,
        matrix=np.array([[400.0, 0, 160], [0, 400, 120], [0, 0, 1]]),
        distortion=np.zeros(0),
        rotation=rotation,
        translation_m=-rotation @ np.array([0.0, 0, 5]),
    )
