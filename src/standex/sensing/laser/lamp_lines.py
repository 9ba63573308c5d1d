"""Emission lines of lamps that wavelengths are told by, and bands of standards for Raman shift.

Air wavelengths are those of the NIST compilations: neon of Saloman and Sansonetti, J. Phys. Chem.
Ref. Data 33 (2004) 1113; argon and mercury of Sansonetti and Martin, J. Phys. Chem. Ref. Data 34
(2005) 1559. Relative intensities are rough and only tell which line of a blend is the stronger.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

SILICON_PER_CM = 520.45  # at 20 degrees C: Itoh, Shirono, J. Raman Spectrosc. 51 (2020) 2496
# ASTM E1840, to its digit; further bands of it lie beyond the fingerprint region.
POLYSTYRENE_PER_CM = np.array(
    [620.9, 795.8, 1001.4, 1031.8, 1155.3, 1450.5, 1583.1, 1602.3, 2852.4, 2904.5, 3054.3]
)
STANDARDS_PER_CM = {"polystyrene": POLYSTYRENE_PER_CM[:8]}

_NEON = (
    (540.05618, 60), (585.24879, 200), (588.18952, 100), (594.48342, 50), (597.46273, 50),
    (597.5534, 60), (602.99969, 100), (607.43377, 100), (609.61631, 30), (612.84499, 10),
    (614.30626, 100), (616.35939, 100), (618.2146, 15), (621.72812, 100), (626.6495, 100),
    (630.47889, 10), (633.44278, 100), (638.29917, 100), (640.2248, 200), (650.65281, 150),
    (653.28822, 60), (659.89529, 100), (667.82762, 150), (671.7043, 100), (692.94673, 1000),
    (702.40504, 30), (703.24131, 800), (705.91074, 10), (717.39381, 800), (724.51666, 800),
    (743.88981, 300), (747.24386, 10), (748.88712, 300), (753.57741, 300), (754.40443, 130),
    (772.46233, 1), (783.90529, 2), (792.71177, 3), (793.69961, 13), (794.31814, 80),
    (808.2458, 60), (811.85492, 40), (812.89108, 12), (813.64054, 170), (825.9379, 30),
    (826.60772, 70), (826.71162, 10), (830.03258, 300), (836.57466, 50), (837.7608, 800),
    (841.71606, 30), (841.84274, 250), (846.33575, 40), (848.44435, 13), (849.53598, 700),
    (854.46958, 15), (857.13524, 30), (859.12584, 400), (863.4647, 350), (864.70411, 60),
    (865.43831, 600), (865.5522, 80), (867.94925, 130), (868.19211, 150), (870.41116, 30),
    (877.16563, 100), (878.06226, 600), (878.37533, 400), (883.09072, 6), (885.38668, 300),
    (886.53063, 20), (886.57552, 150), (891.95006, 60), (898.85564, 20), (914.86716, 120),
    (920.17591, 90), (922.00601, 60), (922.15801, 20), (922.66903, 20), (927.55196, 9),
    (930.08527, 80), (931.05839, 8), (931.39726, 30), (932.65068, 70), (937.33078, 15),
    (942.53788, 50), (945.92095, 30), (948.66818, 50), (953.41629, 60), (954.74049, 30),
    (966.54197, 180),
)  # fmt: skip
_ARGON = (
    (394.8979, 20), (404.4418, 20), (415.859, 60), (418.1884, 15), (419.0713, 15), (419.8317, 40),
    (420.0674, 60), (425.9362, 40), (427.2169, 20), (430.0101, 20), (433.3561, 20),
    (451.0733, 20), (549.5874, 10), (603.2127, 10), (675.2834, 15), (687.1289, 15),
    (696.5431, 1000), (706.7218, 1000), (714.7042, 100), (727.2936, 200), (738.398, 1000),
    (750.3869, 2000), (751.4652, 1500), (763.5106, 2500), (772.3761, 1500), (772.4207, 1500),
    (794.8176, 2000), (800.6157, 2000), (801.4786, 2500), (810.3693, 2000), (811.5311, 3500),
    (826.4522, 1000), (840.821, 1500), (842.4648, 2000), (852.1442, 1500), (866.7944, 400),
    (912.2967, 3500), (922.4499, 1500), (965.7786, 2500),
)  # fmt: skip
_MERCURY = (
    (253.6521, 3000), (289.3601, 50), (296.7283, 400), (302.1504, 100), (312.5674, 300),
    (313.1555, 250), (313.1844, 250), (334.1484, 80), (365.0158, 1200), (365.4842, 400),
    (366.3284, 300), (404.6565, 800), (407.7837, 60), (434.7506, 20), (435.8335, 1000),
    (546.075, 1000), (576.961, 250), (579.067, 250),
)  # fmt: skip
_LAMPS = {"neon": _NEON, "argon": _ARGON, "mercury": _MERCURY}
GASES = tuple(_LAMPS)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LampLines:
    """Lines of a lamp, ascending.

    Attributes:
        wavelength_nm: in vacuum.
        intensity: relative, rough.
    """

    wavelength_nm: Float[np.ndarray, " n"]
    intensity: Float[np.ndarray, " n"]


def lamp_lines(*gases: str) -> LampLines:
    """Return the lines of a lamp filled with these gases, in vacuum.

    Raises:
        ValueError: there is no gas, or one that has no list here.
    """
    unknown = [gas for gas in gases if gas not in _LAMPS]
    if unknown or not gases:
        raise ValueError(f"lamps of {unknown} are not known; known are {', '.join(GASES)}")
    rows = np.array(sorted(line for gas in gases for line in _LAMPS[gas]))
    return LampLines(wavelength_nm=vacuum_nm(rows[:, 0]), intensity=rows[:, 1])


def vacuum_nm(air_nm: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Return wavelengths in vacuum of wavelengths in standard air (15 degrees C, 101.3 kPa).

    Raman shifts are differences of wavenumbers in vacuum: with air wavelengths a band at 1600 per
    cm would be 0.4 per cm off.

    References:
        Birch, Downs, Metrologia 30 (1993) 155; 31 (1994) 315.
    """
    s2 = (1e3 / air_nm) ** 2  # per micrometre squared; of the air wavelength, which is near enough
    index = 1 + 8.34254e-5 + 2.406147e-2 / (130 - s2) + 1.5998e-4 / (38.9 - s2)
    return air_nm * index
