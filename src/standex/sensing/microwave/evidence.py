"""From the features of one look to evidence: likelihoods, words, a picture on a generic figure."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Calibration
from standex.model.observation import Evidence, GaussianFootprint, Patch
from standex.model.zones import BodyZone
from standex.sensing.microwave.anomaly import (
    FEATURES,
    ON_LINE,
    features,
    patch_profiles,
    zone_of,
)
from standex.sensing.microwave.reconstruction import Box
from standex.sensing.microwave.surface import Stripe

SCORES = (*FEATURES, "is_waist")
LEAST_CLARITY_DB, FULL_CLARITY_DB = 10.0, 16.0
FRONTAL_RAD = 0.42  # further off, a stripe lies on the flank and shows arms
HALF_TRUNK_M = 0.11  # from the front of a trunk to its middle
GHOSTS_PER_M2 = 0.02


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """One person, focused: what the stripes of one record show.

    Attributes:
        box: where the person was looked for.
        stripes: one per pair of columns.
        is_front: whether the front faced the sensor (else the back).
        normal_rad: for each stripe the direction it sees, from straight ahead, left positive.
        spread_m: one standard deviation of the place that was looked at.
    """

    box: Box
    stripes: list[Stripe]
    is_front: bool
    normal_rad: Float[np.ndarray, " stripes"]
    spread_m: float

    @property
    def origin_m(self) -> Float[np.ndarray, " 2"]:
        """Return where the person was looked for."""
        return self.box.origin_m

    @property
    def zones(self) -> tuple[BodyZone, ...]:
        """Return the zones that the look shows."""
        return tuple(scores_of(self))

    def footprint(self) -> GaussianFootprint:
        """Return where the body was found."""
        return footprint_of(self)

    def evidence(
        self,
        *,
        sensor_id: str,
        look_id: str,
        t_utc_ns: int,
        footprint: GaussianFootprint,
        calibration: Calibration | None,
        class_names: tuple[str, ...],
    ) -> tuple[Evidence, ...]:
        """Return one piece of evidence per zone."""
        return evidence_of(
            self,
            sensor_id=sensor_id,
            look_id=look_id,
            t_utc_ns=t_utc_ns,
            footprint=footprint,
            calibration=calibration,
            class_names=class_names,
        )

    @property
    def frontal(self) -> list[Stripe]:
        """Return the stripes on the front (or back) of the body; the others are its flanks."""
        return [
            stripe
            for stripe, normal in zip(self.stripes, self.normal_rad, strict=True)
            if abs(normal) < FRONTAL_RAD
        ]

    @property
    def quality(self) -> float:
        """Return how clearly a body stood out, 0 to 1: the best frontal stripe counts."""
        return quality_of(self.frontal)


def quality_of(stripes: list[Stripe]) -> float:
    """Return how clearly a body stands out in the best of its stripes, 0 to 1."""
    clarity = max((stripe.clarity_db for stripe in stripes), default=-np.inf)
    share = (clarity - LEAST_CLARITY_DB) / (FULL_CLARITY_DB - LEAST_CLARITY_DB)
    return float(np.clip(share, 0.0, 1.0))


def scores_of(look: Look) -> dict[BodyZone, Float[np.ndarray, " scores"]]:
    """Return the scores of each zone that the look shows, in the order of ``SCORES``."""
    found = features(look.frontal, look.box)
    return {
        zone_of(name, is_front=look.is_front): np.append(values, float(name == "waist"))
        for name, values in found.items()
    }


def footprint_of(look: Look) -> GaussianFootprint:
    """Return where the body was found: in depth by its echo, across by where it was looked for."""
    return footprint_at(
        look.box.origin_m, look.box.away, stripes=look.frontal, spread_m=look.spread_m
    )


def footprint_at(
    origin_m: Float[np.ndarray, " 2"],
    away: Float[np.ndarray, " 2"],
    *,
    stripes: list[Stripe],
    spread_m: float,
) -> GaussianFootprint:
    """Return where stripes of a body were found, in the frame of ``origin_m``.

    Args:
        origin_m: where the person was looked for.
        away: horizontal unit vector into the body.
        stripes: on the front (or back) of it.
        spread_m: one standard deviation of the place that was looked at.
    """
    depth = float(np.median([np.median(stripe.body_m) for stripe in stripes]))
    left = np.array([-away[1], away[0]])
    across_m2 = max(spread_m, 0.1) ** 2
    return GaussianFootprint(
        position_site_m=origin_m + (depth + HALF_TRUNK_M) * away,
        covariance_site_m2=0.06**2 * np.outer(away, away) + across_m2 * np.outer(left, left),
        clutter_per_m2=GHOSTS_PER_M2,
    )


def evidence_of(
    look: Look,
    *,
    sensor_id: str,
    look_id: str,
    t_utc_ns: int,
    footprint: GaussianFootprint,
    calibration: Calibration | None,
    class_names: tuple[str, ...],
) -> tuple[Evidence, ...]:
    """Return one piece of evidence per zone; without a calibration it says nothing but its scores.

    Scores and likelihoods share one constant within the look: each vector has its largest at 0.
    What nobody causes (a ghost) is taken to look like anything: its likelihood is the mean.
    """
    patch = picture_of(look)
    evidence: list[Evidence] = []
    for zone, score in scores_of(look).items():
        if calibration is None:
            log_likelihood = np.zeros(len(class_names))
        else:
            log_likelihood = by_class(calibration, score, class_names)
        evidence.append(
            Evidence(
                sensor_id=sensor_id,
                look_id=look_id,
                t_utc_ns=t_utc_ns,
                t_first_utc_ns=t_utc_ns,
                t_last_utc_ns=t_utc_ns,
                footprint=footprint,
                zone=zone,
                log_likelihood=log_likelihood,
                log_clutter=float(np.log(np.exp(log_likelihood).mean())),
                correlation=1.0 if calibration is None else calibration.correlation,
                calibration_id="" if calibration is None else calibration.calibration_id,
                reason=in_words(score, zone, log_likelihood, class_names),
                score=dict(zip(SCORES, score.tolist(), strict=True)),
                patch=patch,
            )
        )
    return tuple(evidence)


def by_class(
    calibration: Calibration, score: np.ndarray, class_names: tuple[str, ...]
) -> np.ndarray:
    """Return log-likelihoods in the order of the site.

    A class that the calibration does not know looks like nothing to this sensor.
    """
    known = calibration.log_likelihood(score[None, :])[0]
    by_name = dict(zip(calibration.class_names, known, strict=True))
    return np.array([by_name.get(name, by_name["nothing"]) for name in class_names])


def in_words(
    score: np.ndarray, zone: BodyZone, log_likelihood: np.ndarray, class_names: tuple[str, ...]
) -> str:
    """Return what the look showed, for the person who reads the alert; never what it is."""
    where = zone.value.replace("_", " ")
    best = class_names[int(np.argmax(log_likelihood))]
    if best == "nothing" or not np.ptp(log_likelihood) > 0:
        return f"{where}: nothing stands out from the body line"
    before, behind = score[:ON_LINE].max(), score[ON_LINE + 1 : len(FEATURES)].max()
    if best.endswith("metal"):
        return f"{where}: strong echo before the body line ({before:+.0f} dB), metal-like"
    return (
        f"{where}: echo before ({before:+.0f} dB) and behind ({behind:+.0f} dB) the body line, "
        "as from a dielectric layer"
    )


def picture_of(look: Look) -> Patch:
    """Return where along each stripe the echo leaves the body line, on a generic figure.

    A stripe is drawn where the surface of a generic trunk has the normal that the stripe sees.
    """
    across = np.arange(-0.18, 0.181, 0.03)
    height = look.box.height_m
    values = np.full((len(height), len(across)), np.nan)
    # Facing the sensor the figure's left is on the right; the box's left is the sensor's.
    side = -1.0 if look.is_front else 1.0
    for stripe, normal in zip(look.stripes, look.normal_rad, strict=True):
        if stripe.clarity_db < LEAST_CLARITY_DB or abs(normal) >= FRONTAL_RAD:
            continue
        place = side * 0.27 * np.sin(normal)
        column = np.abs(across - np.clip(place, -0.16, 0.16)) < 0.032
        profile = patch_profiles(stripe, look.box)
        on = profile[ON_LINE]
        seen = 10 * np.log10((profile.sum(axis=0) - on) / (on + 0.05) + 1e-3)
        for at in np.flatnonzero(column):
            values[:, at] = np.fmax(values[:, at], seen)
    return Patch(
        caption="echo off the body line, dB over the echo on it",
        across_m=across,
        height_m=height,
        values=values,
    )
