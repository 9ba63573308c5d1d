"""Which places lie inside of an outline on the plan."""

import numpy as np
from jaxtyping import Bool, Float


def is_inside(
    places_m: Float[np.ndarray, "*n 2"], outline_m: Float[np.ndarray, "corners 2"]
) -> Bool[np.ndarray, "*n"]:
    """Return which places lie inside, by the even-odd rule.

    References:
        Shimrat, Communications of the ACM 5 (1962) 434.
    """
    x, y = places_m[..., 0], places_m[..., 1]
    inside = np.zeros(x.shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(outline_m, np.roll(outline_m, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside
