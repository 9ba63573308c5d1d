"""What holds for every imager: it is linear, and its two directions belong together."""

from typing import Any

import numpy as np
from jaxtyping import Float


def check_imager(
    imager: Any, *, velocity: Float[np.ndarray, " 3"], rng: np.random.Generator
) -> None:
    """Assert the laws of ``sensing.microwave.imaging.imager.Imager``.

    Its two directions are adjoint, <A x, y> = <x, A^H y>, and give what ``shape`` says; the
    adjoint is linear; nothing in gives nothing out; inputs are not written to; and samples that
    are not finite are refused.

    Raises:
        AssertionError: with the law that is broken.
    """
    shape, n = imager.shape

    def drawn(*size: int) -> np.ndarray:
        value = rng.standard_normal((*size, 2)).astype(np.float32)
        return np.ascontiguousarray(value).view(np.complex64)[..., 0]

    x, y, other = drawn(n), drawn(*shape), drawn(*shape)
    kept = x.copy(), y.copy(), velocity.copy()
    back, forth = imager.adjoint(y, velocity), imager.forward(x, velocity)
    assert all(map(np.array_equal, kept, (x, y, velocity))), "inputs must not be written to"
    assert back.shape == (n,), f"an image of {n} voxels has shape {back.shape}"
    assert forth.shape == shape, f"samples of shape {shape} have shape {forth.shape}"
    left, right = np.vdot(forth, y), np.vdot(x, back)
    scale = float(np.linalg.norm(forth) * np.linalg.norm(y))
    assert abs(left - right) < 1e-4 * scale, f"<Ax, y> = {left:.6g}, <x, A^H y> = {right:.6g}"
    both = imager.adjoint((2 * y + 1j * other).astype(np.complex64), velocity)
    apart = 2 * back + 1j * imager.adjoint(other, velocity)
    size = np.linalg.norm(apart)
    assert np.linalg.norm(both - apart) < 1e-4 * size, "the adjoint is not linear"
    assert not imager.adjoint(np.zeros(shape, dtype=np.complex64), velocity).any(), (
        "nothing in gave something out"
    )
    bad = y.copy()
    bad[0, 0, 0] = np.nan
    try:
        imager.adjoint(bad, velocity)
    except ValueError:
        return
    raise AssertionError("samples that are not finite were taken")
