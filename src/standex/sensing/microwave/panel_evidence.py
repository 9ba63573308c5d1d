"""From a closed look to evidence: likelihoods, words, a picture on a generic figure."""

from dataclasses import replace

import numpy as np

from standex.model.calibration import Calibration
from standex.model.observation import Coverage, Evidence, GaussianFootprint, Patch
from standex.model.site import SensorSpec
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_excess import excess_of
from standex.sensing.microwave.panel_looks import OpenLook
from standex.sensing.microwave.panel_profile import (
    ACROSS_M,
    FEATURES,
    HEIGHT_M,
    features,
    in_zones,
    oddness,
    patches,
    trunk_top_m,
)
from standex.sensing.microwave.panel_slab import in_words as slab_in_words
from standex.sensing.microwave.panel_slab import slab_of

KIND = "microwave.imaging"
SCORES = (*FEATURES, "is_waist")
PLACE_SIGMA_M = 0.10
GHOSTS_PER_M2 = 0.02
CELL_M = 0.25


def evidence_of(
    look: OpenLook,
    *,
    spec: SensorSpec,
    look_id: str,
    calibration: Calibration | None,
    class_names: tuple[str, ...],
) -> tuple[Evidence, ...]:
    """Return one piece of evidence per zone; without a calibration it says nothing but its scores.

    Frames of the passage are joined, so two looks of this sensor at one person are two passages;
    the correlation between them is stated as 0.
    """
    pose = spec.site_from_sensor
    footprint = GaussianFootprint(
        position_site_m=(pose @ np.append(look.place_m, 0.0))[:2],
        covariance_site_m2=PLACE_SIGMA_M**2 * np.eye(2),
        clutter_per_m2=GHOSTS_PER_M2,
    )
    picture = picture_of(look)
    said: list[Evidence] = []
    for zone, values in features(look.profile).items():
        score = np.append(values, float(zone is BodyZone.WAIST))
        if calibration is None:
            log_likelihood = np.zeros(len(class_names))
        else:
            known = calibration.log_likelihood(score[None, :])[0]
            by_name = dict(zip(calibration.class_names, known, strict=True))
            # A class that the calibration does not know looks like nothing to this sensor.
            log_likelihood = np.array(
                [by_name.get(name, by_name["nothing"]) for name in class_names]
            )
        said.append(
            Evidence(
                sensor_id=spec.sensor_id,
                look_id=look_id,
                t_utc_ns=look.t_last_utc_ns,
                t_first_utc_ns=look.t_first_utc_ns,
                t_last_utc_ns=look.t_last_utc_ns,
                footprint=footprint,
                zone=zone,
                log_likelihood=log_likelihood,
                log_clutter=float(np.log(np.exp(log_likelihood).mean())),
                correlation=0.0,
                calibration_id="" if calibration is None else calibration.calibration_id,
                reason=in_words(
                    score,
                    zone,
                    log_likelihood,
                    class_names,
                    layer=slab_in_words(
                        slab_of(
                            look.profile,
                            zone,
                            cos_incidence=look.cos_incidence,
                            optical=look.optical,
                        )
                    ),
                ),
                score=dict(zip(SCORES, score.tolist(), strict=True)),
                patch=picture,
            )
        )
    return tuple(said)


def in_words(
    score: np.ndarray,
    zone: BodyZone,
    log_likelihood: np.ndarray,
    class_names: tuple[str, ...],
    *,
    layer: str = "",
) -> str:
    """Return what the look showed, for the person who reads the alert; never what it is.

    ``layer`` gives intervals of thickness and permittivity where two surfaces were seen.
    """
    where = zone.value.replace("_", " ")
    best = class_names[int(np.argmax(log_likelihood))]
    named = dict(zip(SCORES, score, strict=True))
    if best == "nothing" or not np.ptp(log_likelihood) > 0:
        return f"{where}: nothing stands out from the body surface"
    is_metal = best.endswith("metal")
    area = named["metal_area_log_m2" if is_metal else "slab_area_log_m2"]
    area_cm2 = 1e4 * max(float(np.exp(area)) - 1e-3, 0.0)
    if is_metal:
        return (
            f"{where}: echo before the body surface ({named['metal_db']:+.0f} dB over that on it) "
            f"and little behind, metal-like, about {area_cm2:.0f} cm2"
        )
    return (
        f"{where}: dielectric anomaly, echo before and behind the body surface "
        f"({named['slab_db']:+.0f} dB over that on it), about {area_cm2:.0f} cm2"
        + (f", {layer}" if layer else "")
    )


def picture_of(look: OpenLook) -> Patch:
    """Return where the echo leaves the body surface, and its path excess, on a generic figure."""
    odd = oddness(patches(look.profile), top_m=trunk_top_m(look.profile))
    seen = (odd >= 0) & in_zones(look.profile)[None, :]
    values = np.where(seen, 10 * np.log10(np.maximum(odd, 0.0) + 1e-3), np.nan).T
    excess = excess_of(look.profile)
    # The figure faces the reader: its left is where the sensor, facing it too, has its right.
    return Patch(
        caption="echo off the body surface, dB over the echo on it",
        across_m=ACROSS_M.copy(),
        height_m=HEIGHT_M.copy(),
        values=values[:, ::-1].copy(),
        excess=replace(
            excess,
            excess_m=excess.excess_m[:, ::-1].copy(),
            sigma_m=excess.sigma_m[:, ::-1].copy(),
        ),
    )


def coverage_of(
    looks: list[tuple[OpenLook, float]],
    *,
    spec: SensorSpec,
    grid: Grid,
    t_utc_ns: int,
    p_detect: float,
) -> Coverage:
    """Return P(reference object detected) where those stand whose looks have closed, else 0.

    Backs, legs, arms and bags are never covered by a look from the front.

    Args:
        looks: closed now, each with the share of ``p_detect`` that its quality leaves.
        spec: the sensor.
        grid: that is imaged.
        t_utc_ns: now.
        p_detect: of a look in full quality.
    """
    pose = spec.site_from_sensor
    reach = float(np.abs(np.stack([grid.axis_m(0)[[0, -1]], grid.axis_m(1)[[0, -1]]])).max()) + 1.0
    origin = pose.translation_m[:2] - reach
    n = int(np.ceil(2 * reach / CELL_M))
    layers = np.zeros((len(ZONES), n, n))
    x, y = (origin[axis] + CELL_M * (np.arange(n) + 0.5) for axis in range(2))
    for look, share in looks:
        if share <= 0:
            continue
        here = (pose @ np.append(look.at(t_utc_ns), 0.0))[:2]
        near = np.hypot(x[:, None] - here[0], y[None, :] - here[1]) < 0.3
        for zone in features(look.profile):
            layer = layers[ZONE_INDEX[zone]]
            layer[near] = np.maximum(layer[near], p_detect * share)
    return Coverage(
        sensor_id=spec.sensor_id,
        t_utc_ns=t_utc_ns,
        level_id=spec.level_id,
        origin_site_m=origin,
        cell_m=CELL_M,
        p_report=np.zeros((n, n)),
        p_detect=layers,
    )
