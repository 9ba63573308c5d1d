"""A spectral library for the twin: its generic substances, measured on a bench of its own.

As a laboratory would: thick, clean samples, near, with another head than the site's, until the
strongest band has a million electrons; noise and line width of that bench are in the entries.
Nothing of the detectors is used, and the entries say that they are simulated.
"""

from dataclasses import replace

import numpy as np

from standex.model.calibration import Origin
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary
from standex.twin.raman_head import DEFAULTS, raman_device
from standex.twin.raman_shot import RamanDevice, Target, raman_electrons
from standex.twin.substances import of_kind
from standex.twin.trace_settings import Checked

PEAK_E = 1e6
LOADING_UG_PER_CM2 = 300.0
BENCH_M = 0.5
WIDTH_NM = 0.06
BENCH_SEED = 77
AIR, AIR_M = "air", 0.3
SIMULANTS = ("simulant-a", "simulant-b")


def simulated_library(*, library_id: str, laser_nm: float = 266.0, seed: int) -> SpectralLibrary:
    """Return fabrics and air (class ``nothing``), benign residues and simulants of a threat.

    Args:
        library_id: name and version.
        laser_nm: of the bench; its axis covers 330 to 3,200 per cm.
        seed: of the noise.
    """
    device = _bench(laser_nm)
    rng = np.random.default_rng([seed, 31])
    shift = 1e7 * (1 / device.laser_nm - 1 / device.wavelength_nm)
    width_per_cm = WIDTH_NM * 1e7 / float(np.median(device.wavelength_nm)) ** 2
    entries: list[LibraryEntry] = []
    names = [one.name for kind in ("fabric", "residue") for one in of_kind(kind)]
    residues = {one.name for one in of_kind("residue")}
    for name in (*names, AIR):
        is_residue = name in residues
        target = Target(
            range_m=BENCH_M,
            surface="" if is_residue or name == AIR else name,
            residues=((name, LOADING_UG_PER_CM2),) if is_residue else (),
            fluorescence=0.0,
        )
        # Air is in every spectrum: measured by itself, and taken off the others there.
        mean = raman_electrons(replace(device, air_column_m=AIR_M if name == AIR else 0.0), target)
        scale = PEAK_E / mean.max()
        counted = rng.poisson(mean * scale) / device.response
        threat = "threat_dielectric" if name in SIMULANTS else "benign_residue"
        entries.append(
            LibraryEntry(
                name=name,
                item_class=threat if is_residue else "nothing",
                axis_per_cm=shift,
                intensity=counted / counted.max(),
                provenance=f"SIMULATED bench of the twin, {laser_nm:g} nm, seed {seed}",
                licence="Apache-2.0",
                origin=Origin.SIMULATED,
                laser_nm=laser_nm,
                resolution_per_cm=width_per_cm,
            )
        )
    return SpectralLibrary(library_id=library_id, kind="raman", entries=tuple(entries))


def _bench(laser_nm: float) -> RamanDevice:
    from_nm, to_nm = (1 / (1 / laser_nm - at * 1e-7) for at in (330.0, 3200.0))
    settings = DEFAULTS | {
        "laser_nm": laser_nm,
        "from_nm": from_nm,
        "to_nm": to_nm,
        "n_channels": 2048,
        "width_nm": WIDTH_NM,
    }
    return raman_device(Checked(where="bench", values=settings), seed=BENCH_SEED)
