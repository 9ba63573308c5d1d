"""What would the published single-pulse ultraviolet Raman setting read in the twin? Simulated.

The setting of RADEX, as far as it is published: 6.4 m, one 10 ns pulse of 3 mJ/cm2 at 266 nm on
polyamide, films of 100 to 1000 ug/cm2 and fingerprints (Chirico et al., Sensors 16 (2016) 8). What
is not in its abstract (telescope, efficiency, detector, size of the spot) is set here to usual
values, chosen once with the order of the published limit in mind. So the order is no prediction;
how it goes with the loading, and from the one substance to the other, is. The residues are generic
simulants: one with a strong sharp band and little absorption, as the first two substances there,
and one that absorbs so much that only its surface is read, as the last two. Fingerprints are left
out, and at which rate of false alarms the published figures hold is not known.
"""

# %%
from dataclasses import replace

import numpy as np

from standex.evaluation.detection_limit import detection_limit, detection_rates
from standex.model.calibration import Origin
from standex.model.errors import StandexError
from standex.sensing.laser.axis_grid import on_grid
from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary
from standex.twin.raman_shot import (
    RamanDevice,
    Target,
    background_electrons,
    expected_electrons,
    expose,
)

SEED = 5
N_SHOTS = 300  # of each loading
PFA_PER_SHOT = 0.01
RESIDUES = ("simulant-a", "simulant-b", "sugar-like", "detergent-like", "hand-cream-like")
rng = np.random.default_rng(SEED)

# %% The device. Published: wavelength, range, radiant exposure, one pulse. The rest is assumed.
N_CHANNELS = 1024
device = RamanDevice(
    laser_nm=266.0,
    energy_j=3e-3,  # 3 mJ/cm2 on 1 cm2
    exposure_s=100e-9,
    aperture_m2=np.pi / 4 * 0.20**2,
    efficiency=0.02,
    response=np.ones(N_CHANNELS),
    wavelength_nm=np.linspace(269.0, 293.0, N_CHANNELS),
    width_nm=0.12,
    gain_e_per_count=0.05,  # an intensified camera
    read_noise_e=0.3,
    offset_counts=100.0,
    saturation_counts=65535.0,
    air_column_m=0.3,
    extinction_per_m=1e-3,
)
shift_per_cm = 1e7 * (1 / device.laser_nm - 1 / device.wavelength_nm)
RANGE_M = 6.4


def signal(device: RamanDevice, targets: list[Target]) -> np.ndarray:
    """Return spectra of single pulses, dark taken off."""
    energy = rng.normal(1.0, 0.04, len(targets)).clip(0.0)
    mean = [
        expected_electrons(device, target, energy=float(e))
        for target, e in zip(targets, energy, strict=True)
    ]
    n_dark = 64
    dark = expose(np.tile(background_electrons(device), (n_dark, 1)), device, rng).mean(axis=0)
    return expose(np.stack(mean), device, rng) - dark


# %% References, measured as a laboratory would: in bulk, near by, hundreds of pulses.
def reference(name: str, target: Target, nothing: np.ndarray | None) -> LibraryEntry:
    """Return the mean spectrum of a substance, what the air gives taken off."""
    counts = signal(device, [target] * 400).mean(axis=0)
    if nothing is not None:
        counts = counts - nothing
    return LibraryEntry(
        name=name,
        item_class="threat_dielectric" if name.startswith("simulant") else "benign_residue",
        axis_per_cm=shift_per_cm,
        intensity=counts,
        provenance="the twin, bulk, 1 m, 400 pulses",
        licence="Apache-2.0",
        origin=Origin.SIMULATED,
        laser_nm=device.laser_nm,
        resolution_per_cm=device.width_nm * 1e7 / 275.0**2,
    )


nothing = Target(range_m=1.0, surface="")
air = reference("air", nothing, None)
bulk = [
    reference(name, replace(nothing, residues=((name, 5000.0),)), air.intensity)
    for name in RESIDUES
]
polyamide = reference("polyamide", replace(nothing, surface="nylon"), air.intensity)
resolution_per_cm = air.resolution_per_cm
library, substrates = (
    on_grid(
        SpectralLibrary(library_id=library_id, kind="raman", entries=tuple(entries)),
        axis_per_cm=shift_per_cm,
        width_per_cm=resolution_per_cm,
    )
    for library_id, entries in (("residues", bulk), ("in the way", [air, polyamide]))
)


# %% Films on polyamide: they cover a part of the spot, unevenly; the cloth shines unevenly too.
def spots(name: str, ug_per_cm2: float, n: int) -> list[Target]:
    """Return spots on films of that mean loading."""
    return [
        Target(
            range_m=RANGE_M,
            surface="nylon",
            residues=((name, ug_per_cm2 * float(rng.lognormal(-0.06, 0.35))),),
            covering=float(rng.uniform(0.3, 1.0)),
            fluorescence=float(rng.lognormal(0.0, 0.3)),
            fluorescence_tilt=float(rng.normal(0.0, 0.15)),
        )
        for _ in range(n)
    ]


blanks = signal(device, spots("simulant-a", 0.0, 2000))
fit = JointFit.of(
    library,
    noise=CountNoise(gain_e_per_count=device.gain_e_per_count, read_noise_e=device.read_noise_e),
    typical_counts=blanks.mean(axis=0),
    substrates=substrates,
)
z_blank = fit.z(blanks)
print(f"simulated: 266 nm, one pulse of {device.energy_j * 1e3:g} mJ, {RANGE_M:g} m, polyamide")
print(f"blanks: z of {RESIDUES[0]}: mean {z_blank[:, 0].mean():+.2f}, sd {z_blank[:, 0].std():.2f}")

# %% Limit of detection and true positives of single pulses.
LOADINGS = (100.0, 200.0, 400.0, 600.0, 1000.0)
# Levels on either side of the limit, for the limit.
AROUND = ((0.0, 100.0, 200.0, 400.0), (0.0, 400.0, 600.0, 1000.0))
PUBLISHED = (
    "LOD 289 ug/cm2; true positives above 82 % at 100 to 400 ug/cm2",
    "true positives 17 to 70 % at 400 to 1000 ug/cm2",
)
for row, name in enumerate(RESIDUES[:2]):
    threshold = float(np.quantile(z_blank[:, row], 1 - PFA_PER_SHOT))
    mass = np.repeat([0.0, *LOADINGS], N_SHOTS)
    films = [signal(device, spots(name, loading, N_SHOTS)) for loading in LOADINGS]
    # The blanks that are scored are not those that set the threshold.
    fresh = signal(device, spots(name, 0.0, N_SHOTS))
    response = fit.z(np.concatenate([fresh, *films]))[:, row].astype(np.float64)
    near = np.isin(mass, AROUND[row])
    print(f"{name}, simulated:")
    try:
        limit = detection_limit(mass[near], response[near])
        print(
            f"  LOD90 (ASTM E2677) {limit.mass:.0f} ug/cm2, at most {limit.mass_upper:.0f} (90 %)"
        )
        print(f"  3 sigma / slope {3 * limit.sigma_blank / limit.slope:.0f} ug/cm2")
        for note in limit.notes:
            print("  note:", note)
    except StandexError as error:  # its surface alone is read: more of it adds nothing
        print("  no limit of detection:", error)
    for one in detection_rates(response > threshold, mass):
        print("  ", one)
    print("  published, of substances of that kind:", PUBLISHED[row])
