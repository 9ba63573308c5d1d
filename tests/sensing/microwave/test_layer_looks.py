import re
from dataclasses import replace

import numpy as np
import pytest

from standex.model.zones import BodyZone
from standex.sensing.microwave.body_spectra import BodySpectra
from standex.sensing.microwave.layer_fit import LayerFit
from standex.sensing.microwave.layer_looks import (
    LEVEL,
    RANGES,
    SCORES,
    PatchLayers,
    ZoneLayers,
    by_zone,
    in_words,
    patch_layers,
)
from standex.sensing.microwave.layer_model import moved, skin, stack_reflections
from standex.sensing.microwave.layer_table import Hypothesis, incidence_bin
from standex.sensing.microwave.surface import Stripe

F_HZ = np.linspace(8e9, 18e9, 64)
HEIGHT_M = np.arange(0.83, 1.4701, 0.04)
COS = incidence_bin(0.9)


def echo(*, thickness_m: float = 0.0, permittivity: float = 1.0) -> np.ndarray:
    """Return the echo of a slab on skin, referred to the skin; 0 m is bare skin."""
    layers = np.array([[thickness_m]]) if thickness_m else np.zeros((1, 0))
    values = np.full(layers.shape, permittivity * (1 - 0.01j))
    said = stack_reflections(
        layers,
        values.astype(np.complex128),
        backing_permittivity=skin(F_HZ),
        frequency_hz=F_HZ,
        cos_incidence=COS,
    )
    nearer_m = np.array([thickness_m])
    return moved(said, nearer_m=nearer_m, frequency_hz=F_HZ, cos_incidence=COS)[0]


def body(rng, *, slab_at_m=(), clutter: float = 0.05) -> BodySpectra:
    """Return the spectra of bare skin, with a slab of 30 mm at some heights."""
    covered = echo(thickness_m=0.03, permittivity=2.9)
    rows = [covered if np.isclose(slab_at_m, z).any() else echo() for z in HEIGHT_M]
    size = clutter * np.abs(echo()).mean()
    noise = rng.normal(scale=size / np.sqrt(2), size=(len(HEIGHT_M), 64, 2)) @ (1, 1j)
    line = np.full(len(HEIGHT_M), -0.11)
    stripe = Stripe(
        across_m=0.0, power=np.ones((3, 17)), echo_m=line, body_m=line, level=1.0, clarity_db=30.0
    )
    return BodySpectra(
        stripe=stripe,
        spectrum=3.0 * np.exp(0.7j) * (np.array(rows) + noise),
        cos_incidence=np.full(len(HEIGHT_M), COS),
    )


@pytest.mark.slow
def test_bare_skin_is_bare_and_a_slab_is_measured(rng) -> None:
    chest = HEIGHT_M[(HEIGHT_M > 1.15) & (HEIGHT_M < 1.33)]
    patches = list(patch_layers(body(rng, slab_at_m=chest), HEIGHT_M, F_HZ))
    found = {seen.zone: seen.oddest for seen in by_zone(patches, is_front=True)}
    assert set(found) == {BodyZone.TORSO_FRONT, BodyZone.WAIST}
    slab, bare = found[BodyZone.TORSO_FRONT], found[BodyZone.WAIST]
    assert slab.llr[0] > 3
    assert slab.llr[0] > slab.llr[1:].max()
    low, high = slab.fit.thickness_interval_m
    assert low <= 0.03 <= high
    assert high - low < 0.02
    assert slab.fit.permittivity_interval[0] <= 2.9 <= slab.fit.permittivity_interval[1]
    assert bare.oddness < 0


@pytest.mark.slow
def test_intervals_hold_the_truth_at_their_level(rng) -> None:
    """Slabs of any thickness and permittivity of the ranges, on skin, with clutter at -20 dB."""
    inside = np.zeros(2)
    n = 40
    for _ in range(n):
        d, e = rng.uniform(*RANGES.thickness_m), rng.uniform(*RANGES.permittivity)
        spectra = body(rng, clutter=0.0)
        slab = echo(thickness_m=d, permittivity=e)
        noise = rng.normal(scale=np.abs(slab).mean() * 0.1 / np.sqrt(2), size=(64, 2)) @ (1, 1j)
        spectra.spectrum[5:8] = 3.0 * np.exp(0.7j) * (slab + noise)
        patch = patch_layers(spectra, HEIGHT_M, F_HZ)[2]
        assert patch.height_m == pytest.approx(HEIGHT_M[6])
        for row, (truth, interval) in enumerate(
            ((d, patch.fit.thickness_interval_m), (e, patch.fit.permittivity_interval))
        ):
            inside[row] += interval[0] <= truth <= interval[1]
    assert (inside > n * (LEVEL - 0.15)).all()


def zones(patches: list[PatchLayers], *, is_front: bool) -> set[BodyZone]:
    return {seen.zone for seen in by_zone(patches, is_front=is_front)}


def test_zones_are_those_of_the_side_that_shows() -> None:
    patches = [patch(height_m=z) for z in (0.91, 0.99, 1.15, 1.31, 1.47)]
    assert zones(patches, is_front=True) == {BodyZone.TORSO_FRONT, BodyZone.WAIST}
    assert zones(patches, is_front=False) == {BodyZone.TORSO_BACK, BodyZone.WAIST}
    assert not by_zone(patches[-1:], is_front=True)


def test_the_oddest_patch_stands_for_its_zone() -> None:
    dull, odd = patch(slab=-3.0), patch(slab=-5.0, metal=2.0)
    assert at_waist(dull, odd, dull).oddest is odd


def at_waist(*patches: PatchLayers) -> ZoneLayers:
    return ZoneLayers(zone=BodyZone.WAIST, patches=patches)


def patch(
    *, height_m: float = 1.23, slab: float = 4.0, metal: float = -2.0, is_explained: bool = True
) -> PatchLayers:
    said = {
        Hypothesis.BARE_BODY: 0.0,
        Hypothesis.DIELECTRIC_SLAB: slab,
        Hypothesis.METAL_IN_FRONT: metal,
        Hypothesis.RAISED_SKIN: -1.0,
    }
    peak = max(said.values())
    fit = LayerFit(
        level=0.9,
        thickness_interval_m=(0.0241, 0.0329),
        permittivity_interval=(2.41, 3.29),
        path_excess_interval_m=(0.01, 0.02),
        log_likelihood={kind: value - peak for kind, value in said.items()},
        residual_db=-12.0,
        is_explained=is_explained,
    )
    return PatchLayers(height_m=height_m, fit=fit, echo_db=1.5)


def test_scores_are_what_they_are_called() -> None:
    seen = at_waist(patch(), patch(slab=0.0, is_explained=False), patch(slab=-1.0))
    score = dict(zip(SCORES, seen.scores().tolist(), strict=True))
    assert score == pytest.approx(
        {
            "slab_llr": 4.0,
            "metal_llr": -2.0,
            "raised_skin_llr": -1.0,
            "slab_mean_llr": 1.0,
            "metal_mean_llr": -2.0,
            "raised_skin_mean_llr": -1.0,
            "explained_share": 2 / 3,
            "thickness_mm": 28.5,
            "thickness_width_mm": 8.8,
            "permittivity": 2.85,
            "permittivity_width": 0.88,
            "path_excess_mm": 15.0,
            "residual_db": -12.0,
            "echo_db": 1.5,
            "is_waist": 1.0,
        }
    )
    chest = ZoneLayers(zone=BodyZone.TORSO_FRONT, patches=seen.patches)
    assert dict(zip(SCORES, chest.scores(), strict=True))["is_waist"] == 0.0


@pytest.mark.parametrize("leading", ["threat_dielectric", "benign_dielectric", "dielectric_slab"])
def test_a_slab_is_told_in_intervals(leading: str) -> None:
    chest = ZoneLayers(zone=BodyZone.TORSO_FRONT, patches=(patch(),))
    said = in_words(chest, leading=leading)
    assert said == ("torso front: dielectric anomaly: 17 to 46 mm, permittivity 2.2 to 3.9 (90 %)")


def test_no_interval_leaves_the_ranges_that_were_considered() -> None:
    wide = patch()
    fit = replace(wide.fit, thickness_interval_m=(0.016, 0.059), permittivity_interval=(1.8, 4.1))
    seen = at_waist(PatchLayers(height_m=wide.height_m, fit=fit, echo_db=0.0))
    assert "15 to 60 mm, permittivity 1.7 to 4.2" in in_words(seen, leading="threat_dielectric")


@pytest.mark.parametrize(
    "leading",
    ["nothing", "benign_residue", "benign_metal", "threat_metal", "threat_dielectric", *Hypothesis],
)
@pytest.mark.parametrize("is_explained", [True, False])
def test_no_substance_and_no_bare_number_is_ever_told(leading: str, is_explained: bool) -> None:
    said = in_words(at_waist(patch(is_explained=is_explained)), leading=leading)
    assert said.startswith("waist: ")
    assert "explosive" not in said.lower()
    numbers = re.findall(r"[\d.]+", said)
    intervals = re.findall(r"([\d.]+) to ([\d.]+)", said)
    assert len(numbers) in (0, 2 * len(intervals) + 1)  # and the level
