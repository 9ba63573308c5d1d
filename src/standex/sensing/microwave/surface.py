"""The body under the clothes: an upright line of echoes for each stripe, and what it should be.

A stripe is what one pair of columns lights: the upright line of the body whose normals halve the
angle between the two columns. Along it the depth of the echo is the body's profile; across it
nothing is resolved, so the column of voxels with most echo stands for the stripe.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from standex.sensing.microwave.reconstruction import Box

TRUNK_Z_M = (0.84, 1.46)
ROUGHNESS_M = 0.012  # clothes, folds, relief: deviations above this are no body line
SHAPE_PENALTY = np.array([0.0, 0.005, 0.02, 0.05])  # of constant, slope, bend, twist


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stripe:
    """One upright line of a body.

    Attributes:
        across_m: where it lies in the box.
        power: echo power, depth by height.
        echo_m: depth of the strongest echo at each height.
        body_m: depth of the body expected there, from the whole line.
        level: typical power of the body's echo.
        clarity_db: power on the body line over the median power of the box.
    """

    across_m: float
    power: Float[np.ndarray, "nd nz"]
    echo_m: Float[np.ndarray, " nz"]
    body_m: Float[np.ndarray, " nz"]
    level: float
    clarity_db: float


def find_stripe(image: Complex[np.ndarray, "nd nu nz"], box: Box) -> Stripe:
    """Return the stripe in one volume.

    The body line is a smooth cubic in height, fitted to the echo depths by weighted least squares
    that gives up outliers (Geman-McClure weights), so that an object on part of the line is
    held against the rest of it.
    """
    power = np.abs(image) ** 2
    trunk = (box.height_m > TRUNK_Z_M[0]) & (box.height_m < TRUNK_Z_M[1])
    column = int(power[:, :, trunk].sum(axis=(0, 2)).argmax())
    at = power[:, column, :].astype(np.float64)
    echo = _peak_depth(at, box.depth_m)
    strength = np.sqrt(at.max(axis=0)) * trunk
    strength = strength / max(float(strength.max()), 1e-30)
    body = _body_line(echo, strength, box.height_m)
    step = float(box.depth_m[1] - box.depth_m[0])
    on_line = np.abs(box.depth_m[:, None] - body[None, :]) < 1.05 * step
    level = float(np.median(np.where(on_line, at, 0.0).max(axis=0)[trunk]))
    floor = float(np.median(power)) + 1e-30
    return Stripe(
        across_m=float(box.across_m[column]),
        power=at,
        echo_m=echo,
        body_m=body,
        level=level,
        clarity_db=float(10 * np.log10(level / floor + 1e-30)),
    )


def _peak_depth(power: np.ndarray, depth_m: np.ndarray) -> np.ndarray:
    """Return the depth of the strongest echo; between voxels by a parabola in decibels."""
    top = np.clip(power.argmax(axis=0), 1, len(depth_m) - 2)
    rows = np.arange(power.shape[1])
    log = np.log(power + 1e-30)
    before, here, after = log[top - 1, rows], log[top, rows], log[top + 1, rows]
    bend = before - 2 * here + after
    shift = np.where(bend < -1e-9, 0.5 * (before - after) / np.minimum(bend, -1e-9), 0.0)
    return depth_m[top] + np.clip(shift, -0.5, 0.5) * (depth_m[1] - depth_m[0])


def _body_line(echo: np.ndarray, strength: np.ndarray, height_m: np.ndarray) -> np.ndarray:
    order = np.argsort(echo)
    half = np.searchsorted(np.cumsum(strength[order]), strength.sum() / 2)
    middle = echo[order][min(int(half), len(order) - 1)]
    z = (height_m - 1.15) / 0.3
    terms = np.stack([np.ones_like(z), z, z**2, z**3], axis=1)
    penalty = np.diag(SHAPE_PENALTY) * strength.sum() + 1e-9 * np.eye(4)
    weight = strength / (1 + ((echo - middle) / 0.02) ** 2) ** 2
    line = np.full_like(echo, middle)
    for _ in range(12):
        normal = terms.T @ (terms * weight[:, None]) + penalty
        line = terms @ np.linalg.solve(normal, terms.T @ (weight * (echo - middle))) + middle
        weight = strength / (1 + ((echo - line) / ROUGHNESS_M) ** 2) ** 2
    return line
