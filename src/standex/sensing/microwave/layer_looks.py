"""What one person is covered with, zone by zone: layers fitted to patches of the body line."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from standex.model.zones import BodyZone
from standex.sensing.microwave.anomaly import ZONE_Z_M, zone_of
from standex.sensing.microwave.body_spectra import BodySpectra
from standex.sensing.microwave.layer_fit import LayerFit, fit_layers
from standex.sensing.microwave.layer_table import (
    MAX_SIN2,
    SIN2_BIN,
    Hypothesis,
    LayerRanges,
    LayerTable,
    build_table,
    incidence_bin,
)

# Coarser than what one patch of a still body allows: a walking one leaves more unexplained (creases
# and relief under a footprint of some 10 cm), and each look must be cheap.
RANGES = LayerRanges(
    thickness_m=(0.004, 0.050),
    permittivity=(1.7, 4.2),
    loss_tangents=(0.02,),
    unmodelled_db=-11.0,
)
SURFACE_SIGMA_M = 0.005
APART_M = 0.13  # bare body for reference is at least so far up or down
LEVEL = 0.9
LAYERS = (Hypothesis.DIELECTRIC_SLAB, Hypothesis.METAL_IN_FRONT, Hypothesis.RAISED_SKIN)
SCORES = (
    "slab_llr",
    "metal_llr",
    "raised_skin_llr",
    "thickness_mm",
    "thickness_width_mm",
    "permittivity",
    "permittivity_width",
    "path_excess_mm",
    "residual_db",
    "echo_db",
    "is_waist",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PatchLayers:
    """One patch of a stripe.

    Attributes:
        height_m: of its middle.
        fit: of layers to it.
        echo_db: its echo over the typical one of this stripe.
    """

    height_m: float
    fit: LayerFit
    echo_db: float

    @property
    def llr(self) -> Float[np.ndarray, " 3"]:
        """Return the log-likelihood of slab, metal and raised skin over bare body's."""
        said = self.fit.log_likelihood
        return np.array([said[kind] - said[Hypothesis.BARE_BODY] for kind in LAYERS])

    @property
    def oddness(self) -> float:
        """Return how much better an object explains the patch than a bare body does."""
        return float(self.llr[:2].max())

    def scores(self, zone: BodyZone) -> Float[np.ndarray, " scores"]:
        """Return the scores in the order of ``SCORES``."""
        thickness_mm = 1e3 * np.array(self.fit.thickness_interval_m)
        permittivity = np.array(self.fit.permittivity_interval)
        return np.array(
            [
                *self.llr,
                thickness_mm.mean(),
                np.ptp(thickness_mm),
                permittivity.mean(),
                np.ptp(permittivity),
                1e3 * np.mean(self.fit.path_excess_interval_m),
                self.fit.residual_db,
                self.echo_db,
                float(zone is BodyZone.WAIST),
            ]
        )


def patch_layers(
    body: BodySpectra, height_m: Float[np.ndarray, " nz"], frequency_hz: Float[np.ndarray, " f"]
) -> tuple[PatchLayers, ...]:
    """Return the layers of patches up a stripe, one for every other height inside.

    A patch is the mean of three neighbouring heights, each referred to its own place on the body
    line. Bare body for reference is the height of middling echo among those well above and below.

    Args:
        body: spectra of a stripe.
        height_m: of the spectra.
        frequency_hz: of the spectra.

    Raises:
        ValueError: the incidence is beyond what layers can be fitted at.
    """
    table = table_of(frequency_hz.tobytes(), incidence_bin(float(np.median(body.cos_incidence))))
    energy = np.sum(np.abs(body.spectrum @ table.basis.conj()) ** 2, axis=1)
    found: list[PatchLayers] = []
    for row in range(2, len(height_m) - 2, 2):
        apart = np.flatnonzero(np.abs(height_m - height_m[row]) > APART_M)
        reference = apart[np.argsort(energy[apart], kind="stable")[len(apart) // 2]]
        patch = body.spectrum[row - 1 : row + 2].mean(axis=0)
        fit = fit_layers(
            patch,
            table,
            surface_sigma_m=SURFACE_SIGMA_M,
            reference=body.spectrum[reference] if energy[reference] > 0 else None,
            level=LEVEL,
        )
        echo = np.sum(np.abs(table.basis.conj().T @ patch) ** 2) / np.median(energy)
        found.append(
            PatchLayers(
                height_m=float(height_m[row]), fit=fit, echo_db=float(10 * np.log10(echo + 1e-3))
            )
        )
    return tuple(found)


def oddest(patches: list[PatchLayers], *, is_front: bool) -> dict[BodyZone, PatchLayers]:
    """Return the oddest patch of each zone."""
    found: dict[BodyZone, PatchLayers] = {}
    for name, (low, high) in ZONE_Z_M.items():
        inside = [one for one in patches if low - 1e-6 < one.height_m < high - 1e-6]
        if inside:
            zone = zone_of(name, is_front=is_front)
            found[zone] = max(inside, key=lambda one: one.oddness)
    return found


@lru_cache(maxsize=16)
def table_of(frequency_hz: bytes, cos_incidence: float) -> LayerTable:
    """Return the table of one grid (as bytes of float64) and one bin of incidence; kept."""
    return build_table(
        np.frombuffer(frequency_hz, dtype=np.float64), cos_incidence=cos_incidence, ranges=RANGES
    )


def prepare_tables(frequency_hz: Float[np.ndarray, " f"]) -> None:
    """Make the tables of every bin of incidence, a tenth of a second each."""
    for row in range(round(MAX_SIN2 / SIN2_BIN)):
        table_of(frequency_hz.tobytes(), incidence_bin(float(np.sqrt(1 - (row + 0.5) * SIN2_BIN))))


def in_words(patch: PatchLayers, zone: BodyZone, *, leading: str) -> str:
    """Return what a patch showed, for the person who reads the alert; never what it is.

    Args:
        patch: of the zone.
        zone: where.
        leading: item class or hypothesis that the look speaks for most.
    """
    where = zone.value.replace("_", " ")
    if leading in ("nothing", Hypothesis.BARE_BODY):
        return f"{where}: nothing stands out from a bare body"
    if "metal" in leading:
        return f"{where}: strong echo before the body and none behind it, metal-like"
    if leading == Hypothesis.RAISED_SKIN:
        return f"{where}: echo like the body's own, raised from it"
    if not patch.fit.is_explained:
        return f"{where}: dielectric anomaly, of no thickness that could be measured"
    thin, thick = (1e3 * d for d in patch.fit.thickness_interval_m)
    low, high = patch.fit.permittivity_interval
    return (
        f"{where}: dielectric anomaly: {thin:.0f} to {thick:.0f} mm, permittivity {low:.1f} to "
        f"{high:.1f} ({100 * patch.fit.level:.0f} %)"
    )
