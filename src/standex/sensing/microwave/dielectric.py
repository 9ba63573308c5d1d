"""Dielectric measurement as a technology: what covers a body, in thickness and permittivity.

A small pair of pillars, few antennas and a wide band, does not image. On the body line of whoever
walks towards it, it fits layers to the spectrum of a few patches, each held against bare body above
and below, and says intervals. Whom it may look at, the empty room, coverage and health are those
of the imaging pillars.
"""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Calibration
from standex.model.observation import Evidence, GaussianFootprint, Patch
from standex.model.ports import Technology
from standex.model.site import SensorSpec, Site
from standex.model.zones import BodyZone
from standex.sensing.microwave.body_spectra import BodySpectra, body_spectra
from standex.sensing.microwave.evidence import (
    FRONTAL_RAD,
    by_class,
    footprint_at,
    quality_of,
)
from standex.sensing.microwave.layer_looks import (
    SCORES,
    PatchLayers,
    ZoneLayers,
    by_zone,
    in_words,
    patch_layers,
    prepare_tables,
)
from standex.sensing.microwave.layer_table import MAX_SIN2
from standex.sensing.microwave.method import facing
from standex.sensing.microwave.reconstruction import Box, column_pairs
from standex.sensing.microwave.sight import normal_rad
from standex.sensing.microwave.sweep import Sweep
from standex.sensing.microwave.technology import pillars

KIND = "microwave.dielectric"
DEPTH_M = np.arange(-0.26, 0.1001, 0.0125)
HEIGHT_M = np.arange(0.83, 1.4701, 0.04)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerLook:
    """One person, measured; satisfies ``LaneLook``.

    Attributes:
        origin_m: where the person was looked for, sensor frame.
        away: horizontal unit vector into the body.
        is_front: whether the front faced the sensor (else the back).
        spread_m: one standard deviation of the place that was looked at.
        bodies: the stripes that face the sensor.
        patches: of each stripe, upwards.
        across_m: where on a generic figure each stripe lies.
    """

    origin_m: Float[np.ndarray, " 2"]
    away: Float[np.ndarray, " 2"]
    is_front: bool
    spread_m: float
    bodies: tuple[BodySpectra, ...]
    patches: tuple[tuple[PatchLayers, ...], ...]
    across_m: tuple[float, ...]

    @property
    def quality(self) -> float:
        """Return how clearly a body stood out, 0 to 1."""
        return quality_of([body.stripe for body in self.bodies])

    @property
    def zones(self) -> tuple[BodyZone, ...]:
        """Return the zones that the look shows."""
        return tuple(seen.zone for seen in self.seen)

    @property
    def seen(self) -> tuple[ZoneLayers, ...]:
        """Return what each zone showed, over all stripes."""
        return by_zone([one for stripe in self.patches for one in stripe], is_front=self.is_front)

    def footprint(self) -> GaussianFootprint:
        """Return where the body was found, sensor frame."""
        stripes = [body.stripe for body in self.bodies]
        return footprint_at(self.origin_m, self.away, stripes=stripes, spread_m=self.spread_m)

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
        """Return one piece of evidence per zone; without a calibration it only shows its scores.

        As with the imaging pillars, what nobody causes is taken to look like anything.
        """
        picture = self._picture()
        evidence: list[Evidence] = []
        for seen in self.seen:
            score = seen.scores()
            if calibration is None:
                said = np.zeros(len(class_names))
                fitted = seen.oddest.fit.log_likelihood
                leading = max(fitted, key=fitted.__getitem__)
            else:
                said = by_class(calibration, score, class_names)
                leading = class_names[int(np.argmax(said))]
            evidence.append(
                Evidence(
                    sensor_id=sensor_id,
                    look_id=look_id,
                    t_utc_ns=t_utc_ns,
                    t_first_utc_ns=t_utc_ns,
                    t_last_utc_ns=t_utc_ns,
                    footprint=footprint,
                    zone=seen.zone,
                    log_likelihood=said,
                    log_clutter=float(np.log(np.exp(said).mean())),
                    correlation=1.0 if calibration is None else calibration.correlation,
                    calibration_id="" if calibration is None else calibration.calibration_id,
                    reason=in_words(seen, leading=leading),
                    score=dict(zip(SCORES, score.tolist(), strict=True)),
                    patch=picture,
                )
            )
        return tuple(evidence)

    def _picture(self) -> Patch:
        """Return where on a generic figure a slab explains more than a bare body does."""
        across = np.arange(-0.18, 0.181, 0.03)
        height = np.array([one.height_m for one in self.patches[0]])
        values = np.full((len(height), len(across)), np.nan)
        for at_m, stripe in zip(self.across_m, self.patches, strict=True):
            seen = np.array([10 / np.log(10) * one.llr[0] for one in stripe])
            for column in np.flatnonzero(np.abs(across - at_m) < 0.032):
                values[:, column] = np.fmax(values[:, column], seen)
        return Patch(
            caption="dielectric layer over bare body, dB of likelihood",
            across_m=across,
            height_m=height,
            values=values,
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerMeasurement:
    """Satisfies ``Method``: fits layers to patches of the body line."""

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return KIND

    @property
    def score_names(self) -> tuple[str, ...]:
        """Return the scores of a zone, in their order."""
        return SCORES

    def prepare(self, sweep: Sweep) -> None:
        """Make the tables of layers for this grid of frequencies."""
        prepare_tables(sweep.frequency_hz)

    def look(
        self,
        sweep: Sweep,
        place_m: Float[np.ndarray, " 2"],
        *,
        velocity_m_per_s: Float[np.ndarray, " 2"],
        spread_m: float,
    ) -> LayerLook:
        """Measure one person: the stripes on the front (or back) whose incidence allows it."""
        away, is_front = facing(place_m, velocity_m_per_s)
        box = Box(
            origin_m=place_m,
            away=away,
            depth_m=DEPTH_M,
            across_m=np.zeros(1),
            height_m=HEIGHT_M,
        )
        bodies: list[BodySpectra] = []
        patches: list[tuple[PatchLayers, ...]] = []
        across_m: list[float] = []
        for pair in column_pairs(sweep):
            normal = normal_rad(
                sweep.tx_position_m[pair[0]], sweep.rx_position_m[pair[1]], place_m, away
            )
            if abs(normal) >= FRONTAL_RAD:
                continue
            body = body_spectra(sweep, pair, box, velocity_m_per_s=velocity_m_per_s)
            if not np.median(body.cos_incidence) ** 2 > 1 - MAX_SIN2:
                continue
            bodies.append(body)
            patches.append(patch_layers(body, HEIGHT_M, sweep.frequency_hz))
            # Facing the sensor the figure's left is on the right; the box's left is the sensor's.
            side = -1.0 if is_front else 1.0
            across_m.append(float(np.clip(side * 0.27 * np.sin(normal), -0.16, 0.16)))
        return LayerLook(
            origin_m=place_m,
            away=away,
            is_front=is_front,
            spread_m=spread_m,
            bodies=tuple(bodies),
            patches=tuple(patches),
            across_m=tuple(across_m),
        )


def build(spec: SensorSpec, site: Site, calibration: Calibration | None) -> Technology:
    """Return the technology of one dielectric sensor; entry point ``dielectric``.

    Raises:
        SiteError: a setting is missing, or the calibration is of another kind or order of scores.
    """
    return pillars(spec, site, calibration, method=LayerMeasurement())
