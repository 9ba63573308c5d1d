"""One stand-off Raman shot: from laser energy to raw counts.

A pulse of energy E at wavelength l has E l / (h c) photons. Of those, a band of a film of n
molecules per area scatters the share n dsigma/dOmega into each steradian; the telescope of area A
at range R takes A / R^2 of a steradian, the air passes exp(-2 k R) both ways, and optics, grating
and detector together make ``efficiency`` electrons of each photon::

    electrons = E l / (h c) * n dsigma/dOmega * A / R^2 * exp(-2 k R) * efficiency

The laser spot must be smaller than the patch; then its size drops out. A film covers the share
``covering`` of the spot, all of its mass there; where it covers, it absorbs on both ways (Lambert),
so of its n molecules only n (1 - exp(-2 t)) / (2 t) count, t = n absorption / covering, and the
cloth below sends (1 - covering) + covering exp(-2 t) of what it would send bare.
Cross-sections go as nu_0 nu_s^3 between laser wavelengths (photons, far from resonance).

References:
    McCreery, Raman Spectroscopy for Chemical Analysis, 2000, chapters 2 to 4.
    Measures, Laser Remote Sensing, 1984, chapter 7.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float
from scipy.special import voigt_profile

from standex.twin.substances import Substance, of_kind, substance

PLANCK_J_S, LIGHT_M_PER_S, AVOGADRO_PER_MOL = 6.62607015e-34, 299792458.0, 6.02214076e23
AIR_PER_M3 = 2.5e25  # molecules, at 20 degrees and sea level
UG_PER_CM2_TO_KG_PER_M2 = 1e-5
_FWHM_TO_SIGMA = 1 / np.sqrt(8 * np.log(2))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RamanDevice:
    """Laser, telescope, spectrometer and detector, as they are.

    Attributes:
        laser_nm: wavelength.
        energy_j: of one shot; power times exposure for a laser that is always on.
        exposure_s: gate.
        aperture_m2: area of the telescope.
        efficiency: electrons of a photon that reaches the telescope, where ``response`` is one.
        response: of each channel.
        wavelength_nm: true, of each channel, rising or falling.
        width_nm: of a sharp line, full width at half maximum; Gaussian.
        gain_e_per_count: electrons of one count.
        read_noise_e: standard deviation of each read-out.
        offset_counts: added by the electronics.
        saturation_counts: no count is higher.
        dark_e_per_s: of a channel without light.
        ambient_e_per_s: of a channel, of daylight or lamps that the telescope sees.
        cosmic_per_shot: cosmic rays that hit a shot, on average.
        air_column_m: length of air in front of the target whose light falls into the gate.
        extinction_per_m: of the air.
    """

    laser_nm: float
    energy_j: float
    exposure_s: float
    aperture_m2: float
    efficiency: float
    response: Float[np.ndarray, " channels"]
    wavelength_nm: Float[np.ndarray, " channels"]
    width_nm: float
    gain_e_per_count: float
    read_noise_e: float
    offset_counts: float
    saturation_counts: float
    dark_e_per_s: float = 0.0
    ambient_e_per_s: float = 0.0
    cosmic_per_shot: float = 0.0
    air_column_m: float = 0.0
    extinction_per_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the spot is on.

    Attributes:
        range_m: from the telescope.
        surface: fabric or other thick substance, or empty for nothing but air.
        residues: on it: substance, ug/cm2 averaged over the spot.
        covering: share of the spot that the residues cover.
        fluorescence: of this place, relative to what the surface usually has.
        fluorescence_tilt: of this place: more (less) light at the long (short) end, in parts.
    """

    range_m: float
    surface: str
    residues: tuple[tuple[str, float], ...] = ()
    covering: float = 1.0
    fluorescence: float = 1.0
    fluorescence_tilt: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.range_m < np.inf:
            raise ValueError(f"range_m must be positive and finite, got {self.range_m}")
        if not 0 < self.covering <= 1:
            raise ValueError(f"covering must be inside (0, 1], got {self.covering}")
        if not all(0 <= loading < np.inf for _, loading in self.residues):
            raise ValueError(f"loadings must be >= 0 and finite, got {self.residues}")


def photons(energy_j: float, *, wavelength_nm: float) -> float:
    """Return how many photons have that energy."""
    return energy_j * wavelength_nm * 1e-9 / (PLANCK_J_S * LIGHT_M_PER_S)


def molecules_per_m2(ug_per_cm2: float, *, molar_mass_kg_per_mol: float) -> float:
    """Return molecules per area of a loading."""
    return ug_per_cm2 * UG_PER_CM2_TO_KG_PER_M2 / molar_mass_kg_per_mol * AVOGADRO_PER_MOL


def seen_share(depth: float) -> float:
    """Return (1 - exp(-2 t)) / (2 t): the share of a film's molecules that count.

    Args:
        depth: t, optical depth of the film, one way.
    """
    return float(-np.expm1(-2 * depth) / (2 * depth)) if depth > 1e-12 else 1.0


def line_shape(
    device: RamanDevice, *, shift_per_cm: float, width_per_cm: float
) -> Float[np.ndarray, " channels"]:
    """Return which share of a band's photons falls on each channel.

    A Voigt profile in wavenumber: the band's own Lorentzian, the spectrometer's Gaussian, which has
    one width in wavelength. What falls beside the detector is lost.

    Args:
        device: its axis and line width.
        shift_per_cm: of the centre.
        width_per_cm: of the band, full width at half maximum.
    """
    shift = 1e7 * (1 / device.laser_nm - 1 / device.wavelength_nm)
    # Width of a channel, and of the spectrometer's line there.
    channel_per_cm = np.abs(np.gradient(shift))
    center_nm = 1 / (1 / device.laser_nm - shift_per_cm * 1e-7)
    sigma_per_cm = device.width_nm * _FWHM_TO_SIGMA * 1e7 / center_nm**2
    return channel_per_cm * voigt_profile(shift - shift_per_cm, sigma_per_cm, width_per_cm / 2)


def scattered(device: RamanDevice, name: str) -> Float[np.ndarray, " channels"]:
    """Return what one molecule (m2/sr), or a thick surface (1/sr), scatters into each channel."""
    return _scattered(device, name).copy()


def expected_electrons(
    device: RamanDevice, target: Target, *, energy: float = 1.0
) -> Float[np.ndarray, " channels"]:
    """Return the mean number of electrons of each channel, dark and ambient light included.

    Args:
        device: as it is.
        target: what the spot is on.
        energy: of this pulse, relative to the nominal; 0 for the laser off.
    """
    return energy * raman_electrons(device, target) + background_electrons(device)


def background_electrons(device: RamanDevice) -> Float[np.ndarray, " channels"]:
    """Return the mean number of electrons of each channel with the laser off."""
    ambient = device.ambient_e_per_s * device.response
    return device.exposure_s * (device.dark_e_per_s + ambient)


def raman_electrons(device: RamanDevice, target: Target) -> Float[np.ndarray, " channels"]:
    """Return the mean number of electrons that the laser makes, at nominal energy."""
    per_sr = np.zeros(len(device.wavelength_nm))
    below = 1.0
    for name, ug_per_cm2 in target.residues:
        one = substance(name)
        n_per_m2 = molecules_per_m2(ug_per_cm2, molar_mass_kg_per_mol=one.molar_mass_kg_per_mol)
        depth = n_per_m2 * one.absorption_m2 / target.covering
        per_sr += n_per_m2 * seen_share(depth) * _scattered(device, name)
        below *= 1 - target.covering * -np.expm1(-2 * depth)
    if target.surface:
        per_sr += below * (_scattered(device, target.surface) + _fluorescence(device, target))
    for gas in of_kind("gas"):
        column = gas.share_of_air * AIR_PER_M3 * device.air_column_m
        per_sr += column * _scattered(device, gas.name)
    solid_angle_sr = device.aperture_m2 / target.range_m**2
    passed = np.exp(-2 * device.extinction_per_m * target.range_m)
    n_photons = photons(device.energy_j, wavelength_nm=device.laser_nm)
    return n_photons * per_sr * solid_angle_sr * passed * device.efficiency * device.response


def expose(
    electrons: Float[np.ndarray, "shots channels"],
    device: RamanDevice,
    rng: np.random.Generator,
    *,
    with_cosmic_rays: bool = True,
) -> Float[np.ndarray, "shots channels"]:
    """Return the counts of read-outs: Poisson electrons, cosmic rays, read noise, whole counts.

    Without read noise and offset, variance / mean of a channel is 1 / gain.

    Args:
        electrons: mean numbers.
        device: gain, noise, saturation.
        rng: source of chance.
        with_cosmic_rays: whether any may hit.
    """
    read = rng.poisson(electrons).astype(np.float64)
    if with_cosmic_rays:
        for row in range(len(read)):
            for _ in range(rng.poisson(device.cosmic_per_shot)):
                # A thousand electrons and more, on one or two neighbouring channels.
                at, deposit_e = rng.integers(read.shape[1]), 1000.0 * (1 + rng.pareto(1.5))
                share = rng.uniform(0.5, 1.0)
                read[row, at] += share * deposit_e
                read[row, min(at + 1, read.shape[1] - 1)] += (1 - share) * deposit_e
    read += device.read_noise_e * rng.standard_normal(read.shape)
    counts = np.rint(device.offset_counts + read / device.gain_e_per_count)
    return np.clip(counts, 0.0, device.saturation_counts)


@lru_cache(maxsize=256)
def _scattered(device: RamanDevice, name: str) -> np.ndarray:
    one = substance(name)
    strength = one.cross_section_m2_per_sr or one.scatter_per_sr
    total = np.zeros(len(device.wavelength_nm))
    for band in one.bands:
        at_laser = _photon_law(one, band.shift_per_cm, device.laser_nm)
        shape = line_shape(device, shift_per_cm=band.shift_per_cm, width_per_cm=band.width_per_cm)
        total += strength * band.strength * at_laser * shape
    return total


def _photon_law(one: Substance, shift_per_cm: float, laser_nm: float) -> float:
    """Return how a cross-section for photons changes from the wavelength it is known at."""
    here, there = 1e7 / laser_nm, 1e7 / one.at_nm
    return here * (here - shift_per_cm) ** 3 / (there * (there - shift_per_cm) ** 3)


def _fluorescence(device: RamanDevice, target: Target) -> np.ndarray:
    """Return fluorescence per steradian in each channel: broad, after the surface and the place."""
    one, nm = substance(target.surface), device.wavelength_nm
    shape = np.exp(-0.5 * ((nm - one.fluorescence_nm) / one.fluorescence_width_nm) ** 2)
    tilt = 1 + target.fluorescence_tilt * (2 * (nm - nm.min()) / np.ptp(nm) - 1)
    peak = target.fluorescence * one.fluorescence_per_sr_per_nm
    return peak * shape * np.maximum(tilt, 0.0) * np.abs(np.gradient(nm))
