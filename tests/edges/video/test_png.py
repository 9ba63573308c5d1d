"""PNG files that others can read, to the last pixel."""

import cv2
import numpy as np
import pytest

from standex.edges.video.png import png_bytes


@pytest.mark.parametrize("shape", [(1, 1, 3), (48, 64, 3), (7, 301, 3)])
def test_opencv_reads_what_was_written(shape, rng: np.random.Generator) -> None:
    image = rng.integers(0, 256, shape, dtype=np.uint8)
    data = np.frombuffer(png_bytes(image), dtype=np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(data, cv2.IMREAD_COLOR), image)


def test_a_picture_has_pixels() -> None:
    with pytest.raises(ValueError, match="pixel"):
        png_bytes(np.zeros((0, 5, 3), dtype=np.uint8))
