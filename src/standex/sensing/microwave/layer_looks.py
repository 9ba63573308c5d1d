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
from standex.sensing.microwave.two_surfaces import Interval

# What is thinner cannot be told from the relief of a walking body, and much of what comes back from
# one is in no model: creases and bends under a footprint of some 10 cm.
RANGES = LayerRanges(
    thickness_m=(0.015, 0.060),
    permittivity=(1.7, 4.2),
    loss_tangents=(0.02,),
    unmodelled_db=-6.0,
)
SURFACE_SIGMA_M = 0.015  # an object pulls the body line towards its own echoes
# By so much the relief of a body misleads a fit, down and up. Found on simulated walking people
# whose slab lay across the stripe; on others, intervals then held the truth in 85 % (thickness)
# and 95 % (permittivity) of 133 looks.
RELIEF_M = (0.007, 0.013)
RELIEF_PERMITTIVITY = (0.2, 0.6)
APART_M = 0.13  # bare body for reference is at least so far up or down
LEVEL = 0.9
LAYERS = (Hypothesis.DIELECTRIC_SLAB, Hypothesis.METAL_IN_FRONT, Hypothesis.RAISED_SKIN)
SCORES = (
    "slab_llr",
    "metal_llr",
    "raised_skin_llr",
    "slab_mean_llr",
    "metal_mean_llr",
    "raised_skin_mean_llr",
    "explained_share",
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneLayers:
    """All patches of one zone, over all stripes.

    Attributes:
        zone: which.
        patches: that lie in it; at least one.
    """

    zone: BodyZone
    patches: tuple[PatchLayers, ...]

    @property
    def oddest(self) -> PatchLayers:
        """Return the patch that stands out most."""
        return max(self.patches, key=lambda one: one.oddness)

    def scores(self) -> Float[np.ndarray, " scores"]:
        """Return the scores in the order of ``SCORES``: of the oddest patch, and means of all.

        An object covers most of a zone; what only one patch shows is more often a fold.
        """
        odd = self.oddest
        thickness_mm = 1e3 * np.array(odd.fit.thickness_interval_m)
        permittivity = np.array(odd.fit.permittivity_interval)
        return np.array(
            [
                *odd.llr,
                *np.mean([one.llr for one in self.patches], axis=0),
                np.mean([one.fit.is_explained for one in self.patches]),
                thickness_mm.mean(),
                np.ptp(thickness_mm),
                permittivity.mean(),
                np.ptp(permittivity),
                1e3 * np.mean(odd.fit.path_excess_interval_m),
                odd.fit.residual_db,
                np.median([one.echo_db for one in self.patches]),
                float(self.zone is BodyZone.WAIST),
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


def by_zone(patches: list[PatchLayers], *, is_front: bool) -> tuple[ZoneLayers, ...]:
    """Return the patches of each zone that has any; zones by the side that faces the sensor."""
    found: list[ZoneLayers] = []
    for name, (low, high) in ZONE_Z_M.items():
        inside = tuple(one for one in patches if low - 1e-6 < one.height_m < high - 1e-6)
        if inside:
            found.append(ZoneLayers(zone=zone_of(name, is_front=is_front), patches=inside))
    return tuple(found)


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


def in_words(seen: ZoneLayers, *, leading: str) -> str:
    """Return what a zone showed, for the person who reads the alert; never what it is.

    Args:
        seen: of the zone.
        leading: item class or hypothesis that the look speaks for most.
    """
    where, patch = seen.zone.value.replace("_", " "), seen.oddest
    if leading in ("nothing", Hypothesis.BARE_BODY):
        return f"{where}: nothing stands out from a bare body"
    if "metal" in leading:
        return f"{where}: strong echo before the body and none behind it, metal-like"
    if leading == Hypothesis.RAISED_SKIN:
        return f"{where}: echo like the body's own, raised from it"
    if not patch.fit.is_explained:
        return f"{where}: dielectric anomaly, of no thickness that could be measured"
    thin, thick = _wider(patch.fit.thickness_interval_m, RELIEF_M, RANGES.thickness_m)
    low, high = _wider(patch.fit.permittivity_interval, RELIEF_PERMITTIVITY, RANGES.permittivity)
    return (
        f"{where}: dielectric anomaly: {1e3 * thin:.0f} to {1e3 * thick:.0f} mm, permittivity "
        f"{low:.1f} to {high:.1f} ({100 * patch.fit.level:.0f} %)"
    )


def _wider(interval: Interval, by: Interval, within: Interval) -> Interval:
    return max(interval[0] - by[0], within[0]), min(interval[1] + by[1], within[1])
