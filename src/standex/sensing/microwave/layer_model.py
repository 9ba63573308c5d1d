"""What a plane stack of layers on a body reflects, by characteristic matrices.

Phasors are exp(+jwt): a lossy permittivity is eps' - j eps'', a path R gives exp(-jkR). Everything
is worked out for many stacks at once; a layer of no thickness is as if it were not there, so that
stacks of fewer layers fit in the same arrays.
"""

from enum import Enum, auto

import numpy as np
from jaxtyping import Complex, Float

LIGHT_M_PER_S = 299_792_458.0
EPSILON_0_F_PER_M = 8.8541878128e-12
# Dispersions of skin: strength, relaxation time in s, broadening.
_DRY = ((32.0, 7.234e-12, 0.0), (1100.0, 32.481e-9, 0.2))
_WET = (
    (39.0, 7.958e-12, 0.1),
    (280.0, 79.577e-9, 0.0),
    (3e4, 1.592e-6, 0.16),
    (3e4, 1.592e-3, 0.2),
)
_DRY_S_PER_M, _WET_S_PER_M = 2e-4, 4e-4


class Polarisation(Enum):
    """Direction of the electric field at the plane of incidence."""

    PERPENDICULAR = auto()
    PARALLEL = auto()


def cole_cole(
    frequency_hz: Float[np.ndarray, " f"],
    *,
    high_frequency_permittivity: float,
    dispersions: tuple[tuple[float, float, float], ...],
    conductivity_s_per_m: float = 0.0,
) -> Complex[np.ndarray, " f"]:
    """Return a relative permittivity of several Cole-Cole dispersions and a direct current.

    Args:
        frequency_hz: positive.
        high_frequency_permittivity: far above every dispersion.
        dispersions: strength, relaxation time in s and broadening (0 is Debye) of each.
        conductivity_s_per_m: at rest.

    References:
        Cole, Cole, J. Chem. Phys. 9 (1941) 341.
    """
    jw = 2j * np.pi * frequency_hz
    value = high_frequency_permittivity + conductivity_s_per_m / (jw * EPSILON_0_F_PER_M)
    for strength, time_s, broadening in dispersions:
        value = value + strength / (1 + (jw * time_s) ** (1 - broadening))
    return value


def skin(
    frequency_hz: Float[np.ndarray, " f"], *, is_wet: bool = False
) -> Complex[np.ndarray, " f"]:
    """Return the relative permittivity of dry or wet skin, 10 Hz to 100 GHz.

    References:
        Gabriel, Lau, Gabriel, Phys. Med. Biol. 41 (1996) 2271, table 1. Two of the four terms of
        dry skin have no strength there and are left out.
    """
    return cole_cole(
        frequency_hz,
        high_frequency_permittivity=4.0,
        dispersions=_WET if is_wet else _DRY,
        conductivity_s_per_m=_WET_S_PER_M if is_wet else _DRY_S_PER_M,
    )


def water(frequency_hz: Float[np.ndarray, " f"]) -> Complex[np.ndarray, " f"]:
    """Return the relative permittivity of water at 25 degrees Celsius, up to some 50 GHz.

    References:
        Kaatze, J. Chem. Eng. Data 34 (1989) 371 (one Debye term).
    """
    return cole_cole(
        frequency_hz, high_frequency_permittivity=5.2, dispersions=((73.16, 8.27e-12, 0.0),)
    )


def stack_reflections(
    thickness_m: Float[np.ndarray, "stacks layers"],
    permittivity: Complex[np.ndarray, "stacks layers"],
    *,
    backing_permittivity: Complex[np.ndarray, " f"] | None,
    frequency_hz: Float[np.ndarray, " f"],
    cos_incidence: float,
    polarisation: Polarisation = Polarisation.PERPENDICULAR,
) -> Complex[np.ndarray, "stacks f"]:
    """Return the reflection of a plane wave at stacks of layers, referred to their outer face.

    Infinite plane layers whose permittivity does not change over the band, on a half-space that
    does disperse. Tangential fields E and H at the two faces of a layer are tied by
    [[cos p, j sin p / Y], [j Y sin p, cos p]] with p its phase and Y its admittance; the fields of
    the half-space are carried outward through the layers. In parallel polarisation the coefficient
    is that of the tangential electric field, so that both agree at normal incidence.

    Args:
        thickness_m: of each layer, outermost first; not negative.
        permittivity: of each layer, relative, eps' - j eps''.
        backing_permittivity: of the half-space behind; None is a perfect conductor.
        frequency_hz: positive.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].
        polarisation: of the wave.

    Raises:
        ValueError: a thickness is negative or not finite, a layer amplifies, or the cosine is
            outside (0, 1].

    References:
        Born, Wolf, Principles of Optics, 7th ed., section 1.6.2 (characteristic matrix).
    """
    if not 0 < cos_incidence <= 1:
        raise ValueError(f"cos_incidence must be inside (0, 1], got {cos_incidence}")
    if not (np.isfinite(thickness_m).all() and np.all(thickness_m >= 0)):
        raise ValueError("thickness_m must be finite and not negative")
    if not (np.isfinite(permittivity).all() and np.all(np.imag(permittivity) <= 0)):
        raise ValueError("permittivity must be finite, with an imaginary part of at most 0")
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    sin2 = 1 - cos_incidence**2
    ones = np.ones((len(thickness_m), len(k)), dtype=np.complex128)
    if backing_permittivity is None:
        electric, magnetic = np.zeros_like(ones), ones
    else:
        admittance, _ = _admittance(backing_permittivity, sin2, polarisation)
        electric, magnetic = ones, ones * admittance
    for layer in reversed(range(thickness_m.shape[1])):
        admittance, cosine = _admittance(permittivity[:, layer], sin2, polarisation)
        # Growing and falling exponentials are taken apart, so that thick lossy layers stay finite.
        fall = np.exp(-1j * (cosine * thickness_m[:, layer])[:, None] * k)
        inward = 0.5 * (electric + magnetic / admittance[:, None])
        outward = 0.5 * (electric - magnetic / admittance[:, None]) * fall**2
        electric = inward + outward
        magnetic = (inward - outward) * admittance[:, None]
    outside, _ = _admittance(np.ones(1, dtype=np.complex128), sin2, polarisation)
    return (outside * electric - magnetic) / (outside * electric + magnetic)


def _admittance(
    permittivity: np.ndarray, sin2: float, polarisation: Polarisation
) -> tuple[np.ndarray, np.ndarray]:
    """Return the tangential admittance over that of vacuum, and k_z / k."""
    cosine = np.sqrt(permittivity - sin2 + 0j)
    if polarisation is Polarisation.PERPENDICULAR:
        return cosine, cosine
    return permittivity / cosine, cosine


def moved(
    reflection: Complex[np.ndarray, "stacks f"],
    *,
    nearer_m: Float[np.ndarray, " stacks"],
    frequency_hz: Float[np.ndarray, " f"],
    cos_incidence: float,
) -> Complex[np.ndarray, "stacks f"]:
    """Return reflections as seen from a plane that lies ``nearer_m`` behind their outer face.

    An outer face that lies nearer by z has its two-way path shortened by 2 z cos(theta).
    """
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    return reflection * np.exp(2j * cos_incidence * nearer_m[:, None] * k)
