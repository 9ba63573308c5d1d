"""What all vapour sensors share: settings, whom they cover, how they are, what they say."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Calibration
from standex.model.errors import RecordError, SiteError
from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    Health,
    HealthReason,
    HealthState,
)
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONES
from standex.sensing.settings import number, refuse_other_kind, refuse_unknown
from standex.sensing.vapour.footprint import AirFlow, drift_footprint, puff_density_per_m2

CELL_M = 0.5
AGES = 16
BESIDE_M = 1.0  # an inlet may be in a wall
LATE_PERIODS = 2.5  # a gap of so many periods is a low frame rate
SETTINGS = (
    "open_llr", "look_s", "max_age_s", "cover_s", "wind_site_m_per_s", "wind_std_m_per_s",
    "diffusivity_m2_per_s", "source_m", "transport_s", "p_contribute", "substances", "item_classes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Inlet:
    """One inlet of a site.

    Attributes:
        spec: the sensor, as surveyed.
        class_names: of the site.
        calibration: of its likelihoods, or None.
        score_names: in the order that a calibration must have.
        min_site_m: of the level it stands on.
        max_site_m: of the same.
        air: how it moves, where the device measures nothing else.
        open_llr: log-likelihood ratio from which there is a plume.
        look_s: how long a plume is looked at before it is told.
        max_age_s: air that is older has spread everywhere.
        cover_s: coverage is of people who were there so long ago: their air has arrived.
    """

    spec: SensorSpec
    class_names: tuple[str, ...]
    calibration: Calibration | None
    score_names: tuple[str, ...]
    min_site_m: Float[np.ndarray, " 2"]
    max_site_m: Float[np.ndarray, " 2"]
    air: AirFlow
    open_llr: float
    look_s: float
    max_age_s: float
    cover_s: float

    @property
    def place_site_m(self) -> Float[np.ndarray, " 2"]:
        """Return x, y of the inlet."""
        return self.spec.site_from_sensor.translation_m[:2]

    def air_now(self, wind_site_m_per_s: Float[np.ndarray, " 2"]) -> AirFlow:
        """Return how the air moves; zeros are no measurement, and the site's wind holds."""
        if not wind_site_m_per_s.any():
            return self.air
        return replace(self.air, wind_site_m_per_s=wind_site_m_per_s)

    def in_order(self, record: Record, last_utc_ns: int | None) -> None:
        """Refuse a record that is not later than the one before it.

        Raises:
            RecordError: its time runs backwards.
        """
        if last_utc_ns is not None and record.t_utc_ns <= last_utc_ns:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards, "
                f"{(last_utc_ns - record.t_utc_ns) * 1e-9:.3f} s before the one ahead of it"
            )

    def coverage(self, t_utc_ns: int, *, air: AirFlow, share: float) -> Coverage:
        """Return P(detected) where air reaches the inlet, weakly: by how thin it is by then.

        It is of people who stood there ``cover_s`` ago; whoever stands there now has not been
        smelled yet. All zones are covered alike: air does not tell them apart.

        Args:
            t_utc_ns: now.
            air: how it moves.
            share: 0 where the sensor is silent, 1 where all of it works.
        """
        x, y = self._grid()
        best = self.calibration.p_detect if self.calibration is not None else 0.0
        p_detect = np.zeros((len(x), len(y)))
        if share > 0 and best > 0:
            transit = np.linspace(0.0, max(self.cover_s - air.transport_s, 0.0), 5)
            density = puff_density_per_m2(
                x, y, inlet_site_m=self.place_site_m, air=air, transit_s=transit
            )
            thin = 2 * np.pi * air.source_m**2 * density.max(axis=0)
            p_detect = np.clip(best * share * air.p_contribute * thin, 0.0, 1.0)
        return Coverage(
            sensor_id=self.spec.sensor_id,
            t_utc_ns=t_utc_ns - round(self.cover_s * 1e9),
            level_id=self.spec.level_id,
            origin_site_m=np.array([x[0], y[0]]) - CELL_M / 2,
            cell_m=CELL_M,
            p_report=np.zeros((len(x), len(y))),
            p_detect=np.broadcast_to(p_detect, (len(ZONES), *p_detect.shape)).copy(),
        )

    def footprint(self, *, air: AirFlow, arrived_s: tuple[float, float]) -> DriftFootprint:
        """Return where people were whose air arrived then, before the look's time."""
        x, y = self._grid()
        return drift_footprint(
            self.place_site_m,
            air,
            age_s=np.linspace(0.0, self.max_age_s, AGES),
            x_site_m=x,
            y_site_m=y,
            arrived_s=arrived_s,
        )

    def evidence(
        self,
        score: Float[np.ndarray, " scores"],
        *,
        look_id: str,
        t_first_utc_ns: int,
        t_last_utc_ns: int,
        arrived_utc_ns: tuple[int, int],
        air: AirFlow,
        substance: str,
        calibration: Calibration | None,
    ) -> Evidence:
        """Return what one plume says; without a calibration it only shows its scores.

        What nobody causes is taken to look like anything: its likelihood is the mean. All frames of
        a plume are in its one look, so two looks are two plumes.
        """
        if calibration is None:
            said = np.zeros(len(self.class_names))
        else:
            said = by_class(calibration, score, self.class_names)
        t_utc_ns = (t_first_utc_ns + t_last_utc_ns) // 2
        first_s, last_s = ((t_utc_ns - at_ns) * 1e-9 for at_ns in arrived_utc_ns)
        leading = self.class_names[int(np.argmax(said))] if np.ptp(said) > 0 else ""
        words = leading.replace("_", " ")
        return Evidence(
            sensor_id=self.spec.sensor_id,
            look_id=look_id,
            t_utc_ns=t_utc_ns,
            t_first_utc_ns=t_first_utc_ns,
            t_last_utc_ns=t_last_utc_ns,
            footprint=self.footprint(air=air, arrived_s=(first_s, last_s)),
            zone=None,
            log_likelihood=said,
            log_clutter=float(np.log(np.exp(said).mean())),
            correlation=0.0 if calibration is None else calibration.correlation,
            calibration_id="" if calibration is None else calibration.calibration_id,
            reason=f"air at the inlet is most like {substance}"
            + (f", which speaks for {words}" if words else ""),
            score=dict(zip(self.score_names, score.tolist(), strict=True)),
        )

    def calibration_at(self, t_utc_ns: int) -> tuple[Calibration | None, HealthReason, str]:
        """Return the calibration where it holds, or why not, in a word and for a person."""
        if self.calibration is None:
            return None, HealthReason.NOT_CALIBRATED, (
                f"no calibration {self.spec.calibration!r}: its evidence is shown and counts for "
                "nothing; see `standex calibrate`"
            )  # fmt: skip
        if t_utc_ns >= self.calibration.expires_utc_ns:
            return None, HealthReason.CALIBRATION_EXPIRED, (
                f"calibration {self.calibration.calibration_id} has expired; calibrate again"
            )  # fmt: skip
        return self.calibration, HealthReason.NONE, ""

    def health(
        self,
        record: Record,
        problems: list[tuple[HealthState, HealthReason, str]],
        last_utc_ns: int | None,
    ) -> Health:
        """Return the worst of the problems, in the order given; then the calibration's; then gaps.

        Args:
            record: just taken in.
            problems: found in it, the weightiest first.
            last_utc_ns: of the record before it, or None.
        """
        _, reason, message = self.calibration_at(record.t_utc_ns)
        found = [*problems]
        if message:
            found.append((HealthState.DEGRADED, reason, message))
        gap_s = 0.0 if last_utc_ns is None else (record.t_utc_ns - last_utc_ns) * 1e-9
        if gap_s * self.spec.rate_hz > LATE_PERIODS:
            late = f"{gap_s:.2f} s between records, {1 / self.spec.rate_hz:.2f} s expected"
            found.append((HealthState.DEGRADED, HealthReason.LOW_FRAME_RATE, late))
        failed = [one for one in found if one[0] is HealthState.FAILED]
        state, reason, message = (failed or found or [(HealthState.OK, HealthReason.NONE, "")])[0]
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )

    def _grid(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the cells of the level that air may come from within the largest age."""
        speed = float(np.hypot(*self.air.wind_site_m_per_s)) + 2 * self.air.wind_std_m_per_s
        spread = np.sqrt(self.air.source_m**2 + 2 * self.air.diffusivity_m2_per_s * self.max_age_s)
        reach = min(speed * self.max_age_s + 3 * float(spread), 15.0)
        low = np.maximum(self.place_site_m - reach, self.min_site_m)
        high = np.minimum(self.place_site_m + reach, self.max_site_m)
        axes = [
            start + CELL_M * (np.arange(max(int(np.ceil((end - start) / CELL_M)), 1)) + 0.5)
            for start, end in zip(low.tolist(), high.tolist(), strict=True)
        ]
        return axes[0], axes[1]


def by_class(
    calibration: Calibration, score: Float[np.ndarray, " scores"], class_names: tuple[str, ...]
) -> Float[np.ndarray, " classes"]:
    """Return log-likelihoods in the order of the site.

    A class that the calibration does not know smells like nothing to this sensor.
    """
    known = calibration.log_likelihood(score[None, :])[0]
    by_name = dict(zip(calibration.class_names, known, strict=True))
    return np.array([by_name.get(name, by_name["nothing"]) for name in class_names])


def inlet_of(
    spec: SensorSpec,
    site: Site,
    calibration: Calibration | None,
    *,
    sensor_kind: str,
    score_names: tuple[str, ...],
    settings: tuple[str, ...],
) -> Inlet:
    """Return the inlet of a sensor.

    Args:
        spec: the sensor, as surveyed.
        site: that it stands in.
        calibration: of its likelihoods, or None.
        sensor_kind: that the calibration must be for.
        score_names: that it must have, in that order.
        settings: all that this kind of sensor may have beside those of every inlet.

    Raises:
        SiteError: a setting is missing, unknown or out of its range, the site has no such level, or
            the calibration is of another kind, of other scores or knows no ``nothing``.
    """
    level = next((level for level in site.levels if level.level_id == spec.level_id), None)
    if level is None:
        known = ", ".join(level.level_id for level in site.levels)
        raise SiteError(f"sensor {spec.sensor_id}: no level {spec.level_id!r}; there is {known}")
    place = spec.site_from_sensor.translation_m[:2]
    if np.any(place < level.min_site_m - BESIDE_M) or np.any(place > level.max_site_m + BESIDE_M):
        raise SiteError(
            f"sensor {spec.sensor_id}: its inlet at {place.tolist()} is not on level "
            f"{spec.level_id}, {level.min_site_m.tolist()} to {level.max_site_m.tolist()}"
        )
    refuse_unknown(
        spec, (*SETTINGS, *settings), whose=f"a sensor of technology {spec.technology} has"
    )
    if calibration is not None:
        _check_calibration(spec, calibration, sensor_kind, score_names)
    air = AirFlow(
        wind_site_m_per_s=vector(spec, "wind_site_m_per_s", 2),
        wind_std_m_per_s=number(spec, "wind_std_m_per_s", low=0, high=30),
        diffusivity_m2_per_s=number(spec, "diffusivity_m2_per_s", low=0, high=10),
        source_m=number(spec, "source_m", low=0.05, high=5),
        transport_s=number(spec, "transport_s", low=0, high=60),
        p_contribute=number(spec, "p_contribute", low=1e-6, high=1),
    )
    return Inlet(
        spec=spec,
        class_names=site.items.names,
        calibration=calibration,
        score_names=score_names,
        min_site_m=level.min_site_m,
        max_site_m=level.max_site_m,
        air=air,
        open_llr=number(spec, "open_llr", low=0, high=1000),
        look_s=number(spec, "look_s", low=0.1, high=120),
        max_age_s=number(spec, "max_age_s", low=0.5, high=300),
        cover_s=number(spec, "cover_s", low=0, high=300),
    )


def _check_calibration(
    spec: SensorSpec, calibration: Calibration, sensor_kind: str, score_names: tuple[str, ...]
) -> None:
    refuse_other_kind(spec, calibration, sensor_kind)
    where = f"sensor {spec.sensor_id}: calibration {calibration.calibration_id}"
    if calibration.feature_names != score_names:
        raise SiteError(
            f"{where} has the scores {calibration.feature_names}, with these substances there are "
            f"{score_names}; calibrate again"
        )
    if "nothing" not in calibration.class_names:
        raise SiteError(f"{where} knows no class 'nothing'; calibrate again")


def vector(spec: SensorSpec, name: str, n: int | None = None) -> Float[np.ndarray, " n"]:
    """Return a setting that must be a list of numbers, of a length if one is given.

    Raises:
        SiteError: it is missing, no list of numbers, not finite, or of another length.
    """
    value: Any = spec.settings.get(name)
    is_list = isinstance(value, list) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in value
    )
    if not is_list or not np.isfinite(value).all() or (n is not None and len(value) != n):
        wanted = "" if n is None else f"{n} "
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.{name} must be a list of {wanted}numbers, "
            f"got {value!r}"
        )
    return np.array(value, dtype=np.float64)


def words(spec: SensorSpec, name: str) -> tuple[str, ...]:
    """Return a setting that must be a list of words, not empty.

    Raises:
        SiteError: it is missing, empty, or no list of words.
    """
    value: Any = spec.settings.get(name)
    if not (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
        raise SiteError(
            f"sensor {spec.sensor_id}: settings.{name} must be a list of words, got {value!r}"
        )
    return tuple(value)
