"""What the twin's lasers and vapour sensors can meet: simulated band lists of generic substances.

Band positions are general ones of a class of materials, rounded; relative strengths are of the
right order and no measured spectrum. ``simulant-a`` and ``simulant-b`` stand in for a threat: one
strong band at a typical place, weak ones beside it. Nothing here identifies anything.

Absolute strengths: a residue has a differential cross-section of its strongest band; a thick
surface has the share of laser photons scattered into its strongest band per steradian, which is
the cross-section times the number of molecules down to the depth that the light reaches.

References:
    Socrates, Infrared and Raman Characteristic Group Frequencies, 3rd ed., 2001 (groups).
    Wiley, Atalla, Carbohydrate Research 160 (1987) 113 (cellulose).
    Edwards, Hakiki, British Polymer Journal 21 (1989) 505 (polyamides).
    Boerio, Bahl, McGraw, J. Polymer Science 14 (1976) 1029 (polyethylene terephthalate).
    Church, Corino, Woodhead, Biopolymers 42 (1997) 7 (wool); Frushour, Koenig, Biopolymers 14
    (1975) 379 (collagen). ASTM E1840 (polystyrene). Temple, Hathaway, Phys. Rev. B 7 (1973) 3685
    (silicon). Schroetter, Kloeckner, in Raman Spectroscopy of Gases and Liquids, 1979 (air).
    Solid-state UV cross-sections are of the order of 2e-28 cm2/sr: Applied Spectroscopy
    66 (2012) 157, for a sulfate at 244 nm. That of ``simulant-b``, near a resonance,
    and its absorption are assumed, and so are all strengths of fabrics and of fluorescence.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["fabric", "surface", "residue", "gas"]

CM2_TO_M2 = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band.

    Attributes:
        shift_per_cm: of its centre.
        width_per_cm: full width at half maximum, without the spectrometer's.
        strength: relative to the strongest of the substance.
    """

    shift_per_cm: float
    width_per_cm: float
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Substance:
    """One generic substance.

    Attributes:
        name: in truth and settings.
        kind: where it can be met.
        bands: of its Raman spectrum.
        cross_section_m2_per_sr: of the strongest band, one molecule, at ``at_nm``; of residues and
            gases.
        scatter_per_sr: of the strongest band, thick, at ``at_nm``; of fabrics and surfaces.
        at_nm: laser wavelength that the two hold for.
        molar_mass_kg_per_mol: of a residue.
        absorption_m2: of one molecule at ``at_nm``; of a residue.
        fluorescence_per_sr_per_nm: photons per laser photon at the peak; of fabrics and surfaces.
        fluorescence_nm: where the peak is.
        fluorescence_width_nm: one standard deviation.
        share_of_air: of the molecules of air; of a gas.
        vapour: how much of it evaporates from a residue, relative to simulant-a.
    """

    name: str
    kind: Kind
    bands: tuple[Band, ...]
    cross_section_m2_per_sr: float = 0.0
    scatter_per_sr: float = 0.0
    at_nm: float = 266.0
    molar_mass_kg_per_mol: float = 0.0
    absorption_m2: float = 0.0
    fluorescence_per_sr_per_nm: float = 0.0
    fluorescence_nm: float = 340.0
    fluorescence_width_nm: float = 40.0
    share_of_air: float = 0.0
    vapour: float = 0.0


def _bands(*rows: tuple[float, float, float]) -> tuple[Band, ...]:
    return tuple(Band(shift_per_cm=a, width_per_cm=b, strength=c) for a, b, c in rows)


_FABRICS = (
    Substance(
        name="cotton",
        kind="fabric",
        bands=_bands(
            (380, 14, 0.55), (437, 14, 0.30), (520, 14, 0.25), (900, 16, 0.12), (1095, 18, 1.0),
            (1121, 16, 0.85), (1150, 16, 0.35), (1337, 22, 0.45), (1380, 20, 0.50),
            (1478, 18, 0.35), (2896, 45, 1.0),
        ),
        scatter_per_sr=4e-10,
        fluorescence_per_sr_per_nm=1.5e-10,
    ),
    Substance(
        name="polyester",
        kind="fabric",
        bands=_bands(
            (632, 12, 0.20), (858, 14, 0.25), (1096, 16, 0.25), (1119, 14, 0.15), (1184, 14, 0.12),
            (1290, 18, 0.40), (1415, 18, 0.12), (1615, 10, 1.0), (1727, 20, 0.55), (2965, 25, 0.2),
            (3082, 12, 0.30),
        ),
        scatter_per_sr=5e-10,
        fluorescence_per_sr_per_nm=3e-10,
        fluorescence_nm=335.0,
    ),
    Substance(
        name="nylon",
        kind="fabric",
        bands=_bands(
            (931, 18, 0.20), (953, 16, 0.18), (1062, 16, 0.25), (1080, 18, 0.20), (1128, 16, 0.45),
            (1234, 18, 0.15), (1280, 22, 0.35), (1298, 18, 0.40), (1441, 22, 0.90),
            (1637, 22, 0.70), (2900, 35, 1.0), (2931, 30, 0.9), (3300, 30, 0.2),
        ),
        scatter_per_sr=3e-10,
        fluorescence_per_sr_per_nm=1e-10,
    ),
    Substance(
        name="wool",
        kind="fabric",
        bands=_bands(
            (508, 16, 0.20), (644, 12, 0.10), (830, 12, 0.15), (852, 12, 0.20), (1003, 8, 0.35),
            (1242, 40, 0.35), (1450, 25, 0.65), (1614, 14, 0.50), (1653, 30, 0.85), (2932, 50, 1.0),
        ),
        scatter_per_sr=3e-10,
        fluorescence_per_sr_per_nm=8e-10,
        fluorescence_nm=330.0,
        fluorescence_width_nm=30.0,
    ),
    Substance(
        name="leather-like",
        kind="fabric",
        bands=_bands(
            (856, 14, 0.25), (876, 14, 0.20), (921, 14, 0.25), (938, 16, 0.25), (1004, 8, 0.20),
            (1246, 30, 0.45), (1271, 28, 0.40), (1451, 22, 0.75), (1668, 35, 0.80), (2940, 50, 1.0),
        ),
        scatter_per_sr=2e-10,
        fluorescence_per_sr_per_nm=1.2e-9,
        fluorescence_nm=320.0,
        fluorescence_width_nm=35.0,
    ),
)  # fmt: skip

_SURFACES = (
    Substance(
        name="wall",  # white paint: chalk and titanium dioxide
        kind="surface",
        bands=_bands((447, 35, 0.6), (612, 35, 0.8), (712, 10, 0.15), (1086, 10, 1.0)),
        scatter_per_sr=3e-10,
        fluorescence_per_sr_per_nm=4e-10,
    ),
    Substance(
        name="silicon",
        kind="surface",
        bands=_bands((520.45, 4, 1.0), (960, 60, 0.06)),
        scatter_per_sr=2e-9,
    ),
    Substance(
        name="polystyrene",
        kind="surface",
        bands=_bands(
            (620.9, 6, 0.16), (795.8, 8, 0.10), (1001.4, 6, 1.0), (1031.8, 8, 0.27),
            (1155.3, 9, 0.13), (1450.5, 20, 0.12), (1583.1, 9, 0.12), (1602.3, 9, 0.28),
            (2852.4, 14, 0.10), (2904.5, 25, 0.25), (3054.3, 16, 0.30),
        ),
        scatter_per_sr=2e-9,
        fluorescence_per_sr_per_nm=5e-11,
    ),
)  # fmt: skip

_RESIDUES = (
    Substance(
        name="simulant-a",
        kind="residue",
        bands=_bands(
            (715, 8, 0.10), (1044, 9, 1.0), (1290, 25, 0.06), (1415, 25, 0.08), (1655, 20, 0.05)
        ),
        cross_section_m2_per_sr=1.2e-28 * CM2_TO_M2,
        molar_mass_kg_per_mol=0.080,
        absorption_m2=1e-20 * CM2_TO_M2,
        vapour=1.0,
    ),
    Substance(
        name="simulant-b",  # absorbs strongly: only the top of a thick film is read
        kind="residue",
        bands=_bands(
            (790, 10, 0.12), (880, 10, 0.10), (1210, 12, 0.18), (1352, 16, 1.0), (1545, 16, 0.20),
            (1612, 12, 0.35),
        ),
        cross_section_m2_per_sr=2e-27 * CM2_TO_M2,
        molar_mass_kg_per_mol=0.220,
        absorption_m2=1e-17 * CM2_TO_M2,
        vapour=0.3,
    ),
    Substance(
        name="sugar-like",
        kind="residue",
        bands=_bands(
            (403, 14, 0.45), (541, 14, 0.40), (642, 12, 0.30), (850, 12, 1.0), (926, 14, 0.25),
            (1040, 18, 0.40), (1127, 18, 0.50), (1346, 20, 0.40), (1460, 18, 0.40), (2940, 45, 0.9),
        ),
        cross_section_m2_per_sr=6e-29 * CM2_TO_M2,
        molar_mass_kg_per_mol=0.342,
        absorption_m2=1e-21 * CM2_TO_M2,
        vapour=0.02,
    ),
    Substance(
        name="detergent-like",
        kind="residue",
        bands=_bands(
            (840, 14, 0.20), (1062, 10, 0.60), (1084, 14, 0.50), (1130, 10, 0.40), (1297, 10, 0.60),
            (1438, 18, 0.70), (2850, 20, 0.80), (2885, 25, 1.0),
        ),
        cross_section_m2_per_sr=1.5e-28 * CM2_TO_M2,
        molar_mass_kg_per_mol=0.288,
        absorption_m2=1e-21 * CM2_TO_M2,
        vapour=0.2,
    ),
    Substance(
        name="hand-cream-like",
        kind="residue",
        bands=_bands(
            (850, 20, 0.20), (1064, 16, 0.30), (1082, 20, 0.30), (1130, 14, 0.25), (1302, 18, 0.50),
            (1441, 20, 0.70), (1655, 16, 0.40), (1745, 18, 0.15), (2850, 22, 1.0), (2890, 30, 0.9),
        ),
        cross_section_m2_per_sr=2.5e-28 * CM2_TO_M2,
        molar_mass_kg_per_mol=0.400,
        absorption_m2=5e-19 * CM2_TO_M2,
        vapour=0.8,
    ),
)  # fmt: skip

_GASES = (
    Substance(
        name="nitrogen",
        kind="gas",
        bands=_bands((2331, 2, 1.0)),
        cross_section_m2_per_sr=5.5e-31 * CM2_TO_M2,
        at_nm=488.0,
        share_of_air=0.781,
    ),
    Substance(
        name="oxygen",
        kind="gas",
        bands=_bands((1556, 2, 1.0)),
        cross_section_m2_per_sr=5.9e-31 * CM2_TO_M2,
        at_nm=488.0,
        share_of_air=0.209,
    ),
)

SUBSTANCES: dict[str, Substance] = {
    one.name: one for group in (_FABRICS, _SURFACES, _RESIDUES, _GASES) for one in group
}


def substance(name: str) -> Substance:
    """Return the substance of that name.

    Raises:
        ValueError: the twin has none.
    """
    if name not in SUBSTANCES:
        raise ValueError(f"the twin has no substance {name!r}; it has {', '.join(SUBSTANCES)}")
    return SUBSTANCES[name]


def of_kind(kind: Kind) -> tuple[Substance, ...]:
    """Return all substances of a kind."""
    return tuple(one for one in SUBSTANCES.values() if one.kind == kind)
