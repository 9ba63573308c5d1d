"""Reflection of a plane wave at a stack of layers on skin.

Phasors are exp(+jwt), so a lossy permittivity is eps' - j eps'' and a path R gives exp(-jkR).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

LIGHT_M_PER_S = 299_792_458.0
EPSILON_0_F_PER_M = 8.8541878128e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One homogeneous layer.

    Attributes:
        thickness_m: along the normal.
        permittivity: relative, real part.
        loss_tangent: imaginary over real part.
    """

    thickness_m: float
    permittivity: float
    loss_tangent: float = 0.0


def skin_permittivity(frequency_hz: Float[np.ndarray, " f"]) -> Complex[np.ndarray, " f"]:
    """Return the relative permittivity of dry skin.

    Two of the four Cole-Cole terms matter between 1 and 100 GHz.

    References:
        Gabriel, Lau, Gabriel, Phys. Med. Biol. 41 (1996) 2271, table 1 (skin, dry).
    """
    omega = 2 * np.pi * frequency_hz
    return (
        4.0
        + 32.0 / (1 + 1j * omega * 7.234e-12)
        + 1100.0 / (1 + (1j * omega * 32.481e-9) ** 0.8)
        + 0.0002 / (1j * omega * EPSILON_0_F_PER_M)
    )


def stack_reflection(
    layers: tuple[Layer, ...],
    *,
    frequency_hz: Float[np.ndarray, " f"],
    cos_incidence: Float[np.ndarray, " a"],
    is_metal_backed: bool = False,
) -> Complex[np.ndarray, "f a"]:
    """Return the reflection coefficient of layers (outermost first) on skin or metal.

    Perpendicular polarisation, infinite plane layers, referred to the *inner* face, that is to
    the skin: a stack of air layers alone gives the coefficient of the skin itself.

    Args:
        layers: from the outside in.
        frequency_hz: positive.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].
        is_metal_backed: a perfect conductor in place of the skin.

    References:
        Born, Wolf, Principles of Optics, section 1.6 (recursion over the layers).
    """
    k0 = (2 * np.pi / LIGHT_M_PER_S * frequency_hz)[:, None]
    sin2 = (1 - cos_incidence**2)[None, :]
    epsilon = [layer.permittivity * (1 - 1j * layer.loss_tangent) for layer in layers]
    kz = [k0 * np.sqrt(e - sin2 + 0j) for e in epsilon]
    outside = k0 * cos_incidence[None, :]
    if is_metal_backed:
        gamma = np.full((len(frequency_hz), len(cos_incidence)), -1.0 + 0j)
    else:
        inner = kz[-1] if layers else outside
        skin = k0 * np.sqrt(skin_permittivity(frequency_hz)[:, None] - sin2)
        gamma = (inner - skin) / (inner + skin)
    for row in range(len(layers) - 1, -1, -1):
        outer = kz[row - 1] if row else outside
        step = (outer - kz[row]) / (outer + kz[row])
        delayed = gamma * np.exp(-2j * kz[row] * layers[row].thickness_m)
        gamma = (step + delayed) / (1 + step * delayed)
    total_m = sum(layer.thickness_m for layer in layers)
    return gamma * np.exp(2j * outside * total_m)
