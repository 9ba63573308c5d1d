"""One shot of laser-induced breakdown: from a plasma in equilibrium to raw counts.

A pulse above the threshold of breakdown ablates a thin layer; the plasma of it and of the air
around emits lines and a continuum. In local thermodynamic equilibrium at temperature T a line of
an element of which n of all atoms are there emits in proportion to n g A exp(-E / (k T)): its
partition function and how much of it is ionised are left out, so lines of one element are right
to each other, those of different elements in order of size. A film of m ug/cm2 is the share
1 - exp(-m / m0) of what is ablated, m0 the mass that one shot takes off; below it is the cloth.
The total varies from shot to shot with the plasma's size, and T with it.

It is for bags and other surfaces: no shot of this kind is harmless to skin or eye.

References:
    Cremers, Radziemski, Handbook of Laser-Induced Breakdown Spectroscopy, 2nd ed., 2013.
    NIST Atomic Spectra Database (wavelengths in air, A, g, upper levels).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from standex.twin.raman_shot import RamanDevice

BOLTZMANN_EV_PER_K = 8.617333262e-5
ABLATED_UG_PER_CM2 = 300.0  # a layer of two micrometres


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an element.

    Attributes:
        element: its symbol.
        wavelength_nm: in air.
        rate_per_s: A, of the transition.
        weight: g, of the upper level.
        upper_ev: energy of the upper level.
    """

    element: str
    wavelength_nm: float
    rate_per_s: float
    weight: int
    upper_ev: float


LINES: tuple[Line, ...] = tuple(
    Line(element=a, wavelength_nm=b, rate_per_s=c, weight=d, upper_ev=e)
    for a, b, c, d, e in (
        ("C", 247.856, 2.8e7, 3, 7.685),
        ("Mg", 285.213, 4.91e8, 3, 4.346),
        ("Ca", 422.673, 2.18e8, 3, 2.933),
        ("Na", 588.995, 6.16e7, 4, 2.104),
        ("Na", 589.592, 6.14e7, 2, 2.102),
        ("H", 656.279, 4.41e7, 18, 12.088),
        ("N", 742.364, 5.64e6, 4, 11.996),
        ("N", 744.229, 1.19e7, 4, 11.996),
        ("N", 746.831, 1.96e7, 4, 11.996),
        ("K", 766.490, 3.78e7, 4, 1.617),
        ("K", 769.896, 3.73e7, 2, 1.610),
        ("O", 777.194, 3.69e7, 7, 10.741),
        ("O", 777.417, 3.69e7, 5, 10.740),
        ("O", 777.539, 3.69e7, 3, 10.740),
    )
)
# Shares of atoms, rounded, of generic materials; they need not sum to one.
MATERIALS: dict[str, dict[str, float]] = {
    "cotton": {"C": 0.29, "H": 0.48, "O": 0.23, "Ca": 1e-4, "Na": 1e-4, "K": 1e-5},
    "polyester": {"C": 0.45, "H": 0.36, "O": 0.18, "Ca": 2e-5},
    "nylon": {"C": 0.32, "H": 0.58, "O": 0.05, "N": 0.05, "Na": 2e-5},
    "leather-like": {"C": 0.32, "H": 0.48, "O": 0.12, "N": 0.08, "Ca": 2e-4, "Na": 1e-3},
    "simulant-a": {"H": 0.44, "O": 0.33, "N": 0.22},
    "simulant-b": {"C": 0.33, "H": 0.24, "O": 0.28, "N": 0.14},
    "sugar-like": {"C": 0.27, "H": 0.49, "O": 0.24},
    "detergent-like": {"C": 0.28, "H": 0.58, "O": 0.09, "Na": 0.02},
    "hand-cream-like": {"C": 0.28, "H": 0.58, "O": 0.14},
    "air": {"N": 0.78, "O": 0.21},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plasma:
    """What one pulse makes.

    Attributes:
        temperature_k: of the plasma in the gate.
        photons_per_j: into all directions, of lines and continuum, of each joule above threshold.
        threshold_j: below it there is no breakdown.
        continuum: share of the photons.
    """

    temperature_k: float = 10000.0
    photons_per_j: float = 1e13
    threshold_j: float = 0.010
    continuum: float = 0.3


def film_share(ug_per_cm2: float) -> float:
    """Return which share of what one shot ablates is a film of that loading."""
    return float(-np.expm1(-ug_per_cm2 / ABLATED_UG_PER_CM2))


def atoms(
    surface: str, residue: str = "", ug_per_cm2: float = 0.0, *, air_share: float
) -> dict[str, float]:
    """Return the shares of elements in a plasma.

    Args:
        surface: material below.
        residue: material on it; empty for none.
        ug_per_cm2: of the residue.
        air_share: of all atoms.

    Raises:
        ValueError: a material is not known.
    """
    film = film_share(ug_per_cm2) if residue else 0.0
    parts = [("air", air_share), (surface, (1 - air_share) * (1 - film))]
    if residue:
        parts.append((residue, (1 - air_share) * film))
    total: dict[str, float] = {}
    for name, share in parts:
        if name not in MATERIALS:
            raise ValueError(f"no material {name!r}; there are {', '.join(MATERIALS)}")
        for element, of_it in MATERIALS[name].items():
            total[element] = total.get(element, 0.0) + share * of_it
    return total


def line_strengths(
    elements: dict[str, float], *, temperature_k: float
) -> Float[np.ndarray, " lines"]:
    """Return how strong each of ``LINES`` is in equilibrium, relative to each other."""
    return np.array(
        [
            elements.get(line.element, 0.0)
            * line.weight
            * line.rate_per_s
            * np.exp(-line.upper_ev / (BOLTZMANN_EV_PER_K * temperature_k))
            for line in LINES
        ]
    )


def libs_electrons(
    device: RamanDevice, plasma: Plasma, elements: dict[str, float], *, range_m: float
) -> Float[np.ndarray, " channels"]:
    """Return the mean number of electrons of each channel that the plasma makes.

    Photons above threshold are shared out between continuum and lines; a line is as wide as the
    spectrometer makes it, and its light beside the detector's axis is lost.

    Args:
        device: energy, telescope and spectrometer.
        plasma: what a pulse makes.
        elements: shares of atoms.
        range_m: from the telescope.
    """
    above_j = max(device.energy_j - plasma.threshold_j, 0.0)
    solid_angle = device.aperture_m2 / (4 * np.pi * range_m**2)
    passed = np.exp(-device.extinction_per_m * range_m)  # the way back
    n = plasma.photons_per_j * above_j * solid_angle * passed * device.efficiency
    nm = device.wavelength_nm
    channel_nm = np.abs(np.gradient(nm))
    # Bremsstrahlung and recombination: broad, falling off to the red.
    continuum = np.exp(-0.5 * ((nm - 450.0) / 180.0) ** 2) / (np.sqrt(2 * np.pi) * 180.0)
    light = plasma.continuum * continuum * channel_nm
    strength = line_strengths(elements, temperature_k=plasma.temperature_k)
    sigma_nm = device.width_nm / np.sqrt(8 * np.log(2))
    for line, of_line in zip(LINES, strength / max(strength.sum(), 1e-300), strict=True):
        z = (nm - line.wavelength_nm) / sigma_nm
        shape = np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * sigma_nm) * channel_nm
        light = light + (1 - plasma.continuum) * of_line * shape
    return n * light * device.response


def libs_shots(
    device: RamanDevice,
    plasma: Plasma,
    elements: dict[str, float],
    *,
    range_m: float,
    n_shots: int,
    rng: np.random.Generator,
) -> Float[np.ndarray, "shots channels"]:
    """Return mean electrons of shots whose plasmas differ in size (15 %) and temperature (3 %)."""
    shots: list[np.ndarray] = []
    for _ in range(n_shots):
        size, warmth = rng.lognormal(0.0, 0.15), rng.lognormal(0.0, 0.03)
        one = replace(
            plasma,
            temperature_k=plasma.temperature_k * float(warmth),
            photons_per_j=plasma.photons_per_j * float(size),
        )
        shots.append(libs_electrons(device, one, elements, range_m=range_m))
    return np.stack(shots)
