"""Imaging panels as a technology: a passage of frames joined into one look.

A sweep's way: channels judged (``channel_quality``), the empty room taken out (``background``),
electronics corrected where a reflector stands in the room (``array_calibration``), the shell about
whoever walks towards the panels imaged (``panel_view``), laid on their body surface
(``panel_surface``) and added to the look that is open at that place (``panel_profile``). When the
person has walked out of the box the look closes and becomes evidence (``panel_evidence``).
Where it is wanted, what is worn on the back is then looked through from side to side
(``panel_bag``).
"""

from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np

from standex.model.calibration import Calibration
from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import Coverage, Health, HealthReason, HealthState, Observation
from standex.model.record import Record
from standex.model.site import SensorSpec
from standex.sensing.microwave.background import Background, disturbance, learn
from standex.sensing.microwave.imaging.voxels import Grid
from standex.sensing.microwave.panel_bag import (
    BagFrame,
    BagLook,
    bag_evidence,
    has_lines_behind,
    still_open,
    with_frame,
)
from standex.sensing.microwave.panel_channels import Channels, inspect
from standex.sensing.microwave.panel_evidence import coverage_of, evidence_of
from standex.sensing.microwave.panel_looks import OpenLook, placed
from standex.sensing.microwave.panel_optical import OpticalSurface, lay_optical, parse_optical
from standex.sensing.microwave.panel_profile import lay_out
from standex.sensing.microwave.panel_surface import fit_surface
from standex.sensing.microwave.panel_view import (
    TableMaker,
    cosine_on_front,
    shell_about,
    views_of,
)
from standex.sensing.microwave.sphere_echo import Sphere
from standex.sensing.microwave.sweep import Sweep, parse_sweep
from standex.sensing.microwave.transmission import across_pairs, through

FRONT_M = 0.12  # from the middle of a body to the front of its trunk
FACING = 0.8  # cosine of the angle between a person's way and the way towards the panels
LEAST_M_PER_S = 0.4  # slower people have no heading
LEAST_TO_LEARN = 0.5  # share of the channels: the filled-in rest would make the noise too small
OPEN_FOR_S = 0.6  # a look that nobody has added to for so long is closed


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What one sensor remembers.

    Attributes:
        background: of the empty room, or None before the first empty sweep.
        channels: what is known of the electronics.
        looks: open ones.
        last_utc_ns: time of the last record, or None.
        n_looks: closed so far.
        n_crowded: times that somebody was not imaged because others stood too near.
        bags: open looks through what people have on their backs.
    """

    background: Background | None = None
    channels: Channels = field(default_factory=Channels)
    looks: tuple[OpenLook, ...] = ()
    last_utc_ns: int | None = None
    n_looks: int = 0
    n_crowded: int = 0
    bags: tuple[BagLook, ...] = ()


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImagingPanels:
    """Satisfies the ``Technology`` port.

    Attributes:
        spec: the sensor, as surveyed.
        class_names: of the site.
        calibration: of its likelihoods, or None.
        grid: voxels in front of the panels, sensor frame: x towards those who come.
        tables_of: makes or finds the tables of a geometry.
        beam_m: anybody nearer than this disturbs the empty room.
        clear_m: nobody else may be so near to whom is imaged.
        obscured_at: share of the background that may change before the sensor is obscured.
        sphere: reflector that always stands in the room, or None.
        transmission: whether bags are looked through, from one side to the other.
    """

    spec: SensorSpec
    class_names: tuple[str, ...]
    calibration: Calibration | None
    grid: Grid
    tables_of: TableMaker
    beam_m: float
    clear_m: float
    obscured_at: float
    sphere: Sphere | None = None
    transmission: bool = False

    def start(self) -> Any:
        """Return the state before the first record."""
        return State()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return evidence about whoever has walked through, what was covered, and health.

        Raises:
            RecordError: the record cannot be parsed, or its time runs backwards.
        """
        sweep = parse_sweep(record, n_panels=None, may_have_gaps=True)
        optical = parse_optical(record)
        before: State = state
        last = before.last_utc_ns
        if last is not None and record.t_utc_ns <= last:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its time runs backwards by "
                f"{(last - record.t_utc_ns) * 1e-9:.3f} s"
            )
        place, velocity = self._local(hints, record.t_utc_ns)
        known = before.background
        if known is not None and known.samples.shape != sweep.samples.shape:
            known, before = None, State()
        is_empty = not (np.hypot(*place.T) < self.beam_m).any()
        channels, samples = inspect(
            before.channels, sweep, known, sphere=self.sphere, is_empty=is_empty
        )
        quality = channels.quality
        is_whole = quality is None or quality.share_usable > LEAST_TO_LEARN
        background = self._learn(known, samples, is_empty=is_empty and is_whole)
        after = replace(
            before, background=background, channels=channels, last_utc_ns=record.t_utc_ns
        )
        if background is None or not background.is_known:
            return after, (self._nothing_covered(record), self._starting(record, is_empty=is_empty))
        changed = self._changed(background, sweep, samples)
        if changed > self.obscured_at:
            after = replace(after, looks=(), bags=())
            return after, (self._nothing_covered(record), self._obscured(record, changed))
        clean = replace(sweep, samples=channels.corrected(samples - background.samples))
        after = self._look(after, clean, optical, place, velocity, record.t_utc_ns)
        if self.transmission:
            raw = replace(sweep, samples=samples - background.samples)
            after = self._look_through(after, raw, background, place, velocity, record.t_utc_ns)
        return self._close(after, record, last)

    def _changed(self, background: Background, sweep: Sweep, samples: np.ndarray) -> float:
        """Return how much of the empty room has changed; who walks by blocks the other side."""
        if not self.transmission:
            return disturbance(background, samples)
        own = ~across_pairs(sweep)[..., None]
        room = replace(background, samples=np.where(own, background.samples, 0))
        return disturbance(room, np.where(own, samples, 0))

    def _local(self, hints: Hints, t_utc_ns: int) -> tuple[np.ndarray, np.ndarray]:
        """Return places and velocities in the frame of the sensor."""
        inverse = self.spec.site_from_sensor.inverse()
        at = hints.at(t_utc_ns)
        place = (inverse @ np.column_stack([at, np.zeros(len(at))]))[:, :2]
        return place, hints.velocity_site_m_per_s @ self.spec.site_from_sensor.rotation[:2, :2]

    def _learn(
        self, background: Background | None, samples: np.ndarray, *, is_empty: bool
    ) -> Background | None:
        """Take an empty sweep into the background; nobody whom no camera saw is learnt away."""
        if not is_empty:
            return background
        if background is not None and background.is_known:
            change = np.mean(np.abs(samples - background.samples) ** 2)
            if change > 2 * background.noise**2:
                return background
        return learn(background, samples)

    def _look(
        self,
        state: State,
        sweep: Sweep,
        optical: OpticalSurface | None,
        place: np.ndarray,
        velocity: np.ndarray,
        t_utc_ns: int,
    ) -> State:
        """Image whoever walks towards the panels inside the box, alone."""
        low, high = self.grid.axis_m(0)[0], self.grid.axis_m(0)[-1]
        half = np.abs(self.grid.axis_m(1)).max()
        speed = np.hypot(*velocity.T)
        front = place[:, 0] - FRONT_M
        wanted = (
            (front > low + 0.06)
            & (front < high - 0.08)
            & (np.abs(place[:, 1]) < half - 0.06)
            & (speed > LEAST_M_PER_S)
            & (-velocity[:, 0] > FACING * speed)
        )
        crowded = _nearest_m(place) < self.clear_m
        looks = state.looks
        for row in np.flatnonzero(wanted & ~crowded):
            shell = shell_about(self.grid, front_m=float(front[row]), middle_m=float(place[row, 1]))
            views = views_of(
                sweep,
                self.grid,
                shell,
                velocity_m_per_s=np.append(velocity[row], 0.0),
                tables_of=self.tables_of,
            )
            surface = fit_surface(
                views,
                depth_m=shell.depth_m,
                across_m=shell.across_m,
                height_m=shell.height_m,
                expected_m=float(front[row]),
            )
            profile = lay_out(
                views,
                surface,
                depth_m=shell.depth_m,
                across_m=shell.across_m,
                height_m=shell.height_m,
            )
            looks = placed(
                looks,
                profile,
                surface,
                place[row],
                velocity[row],
                t_utc_ns,
                cos_incidence=cosine_on_front(sweep, place[row]),
                optical=None
                if optical is None
                else lay_optical(
                    optical,
                    surface,
                    middle_m=float(place[row, 1]),
                    across_m=shell.across_m,
                    height_m=shell.height_m,
                ),
            )
        return replace(
            state, looks=looks, n_crowded=state.n_crowded + int(np.sum(wanted & crowded))
        )

    def _look_through(
        self,
        state: State,
        raw: Sweep,
        background: Background,
        place: np.ndarray,
        velocity: np.ndarray,
        t_utc_ns: int,
    ) -> State:
        """Keep the sweep for whoever walks straight on, alone, with lines behind their back."""
        speed = np.hypot(*velocity.T)
        straight = (speed > LEAST_M_PER_S) & (np.abs(velocity[:, 0]) > FACING * speed)
        quality, bags = state.channels.quality, state.bags
        for row in np.flatnonzero(straight & (_nearest_m(place) >= self.clear_m)):
            if not has_lines_behind(raw, place[row], velocity[row] / speed[row]):
                continue
            frame = BagFrame(
                t_utc_ns=t_utc_ns,
                place_m=place[row],
                velocity_m_per_s=velocity[row],
                through=through(
                    raw, background.samples, usable=None if quality is None else quality.usable
                ),
            )
            bags = with_frame(bags, frame)
        return replace(state, bags=bags)

    def _close(
        self,
        state: State,
        record: Record,
        last_utc_ns: int | None,
    ) -> tuple[State, tuple[Observation, ...]]:
        """Turn the looks at those who have left the box into evidence."""
        t = record.t_utc_ns
        least = float(self.grid.axis_m(0)[0]) + 0.06
        calibration, health = self._calibration_now(record, last_utc_ns, state.channels)
        still: list[OpenLook] = []
        said: list[Observation] = []
        done: list[tuple[OpenLook, float]] = []
        for look in state.looks:
            waited_s = (t - look.t_last_utc_ns) * 1e-9
            has_left = look.at(t)[0] - FRONT_M <= least
            if not has_left and waited_s < OPEN_FOR_S:
                still.append(look)
                continue
            look = look.flat()  # noqa: PLW2901
            number = state.n_looks + len(done)
            weight = state.channels.coverage_factor * look.quality
            done.append((look, weight))
            if weight > 0:
                said += evidence_of(
                    look,
                    spec=self.spec,
                    look_id=f"{self.spec.sensor_id}:{record.sequence}.{number}",
                    calibration=calibration,
                    class_names=self.class_names,
                )
        open_bags, closed_bags = still_open(state.bags, t)
        for number, bag in enumerate(closed_bags):
            look_id = f"{self.spec.sensor_id}:{record.sequence}.bag{number}"
            said += bag_evidence(bag, spec=self.spec, look_id=look_id, class_names=self.class_names)
        coverage = coverage_of(
            [(look, weight if calibration is not None else 0.0) for look, weight in done],
            spec=self.spec,
            grid=self.grid,
            t_utc_ns=t,
            p_detect=0.0 if calibration is None else calibration.p_detect,
        )
        after = replace(
            state, looks=tuple(still), n_looks=state.n_looks + len(done), bags=open_bags
        )
        return after, (coverage, *said, health)

    def _calibration_now(
        self, record: Record, last_utc_ns: int | None, channels: Channels
    ) -> tuple[Calibration | None, Health]:
        calibration = self.calibration
        degraded = HealthState.DEGRADED
        if calibration is None:
            return None, self._health(
                record,
                degraded,
                HealthReason.NOT_CALIBRATED,
                f"no calibration {self.spec.calibration!r}: its evidence is shown and counts for "
                "nothing; see `standex evaluate microwave`",
            )
        if record.t_utc_ns >= calibration.expires_utc_ns:
            return None, self._health(
                record,
                degraded,
                HealthReason.CALIBRATION_EXPIRED,
                f"calibration {calibration.calibration_id} has expired; calibrate again",
            )
        if channels.is_moved:
            return calibration, self._health(
                record, degraded, HealthReason.MISALIGNED, channels.movement_message
            )
        if channels.quality_message:
            return calibration, self._health(
                record, degraded, HealthReason.DATA_QUALITY, channels.quality_message
            )
        gap_s = 0.0 if last_utc_ns is None else (record.t_utc_ns - last_utc_ns) * 1e-9
        if gap_s * self.spec.rate_hz > 2.2:
            return calibration, self._health(
                record,
                degraded,
                HealthReason.LOW_FRAME_RATE,
                f"{gap_s:.2f} s since the last sweep, {1 / self.spec.rate_hz:.2f} s expected",
            )
        return calibration, self._health(record, HealthState.OK, HealthReason.NONE, "")

    def _nothing_covered(self, record: Record) -> Coverage:
        return coverage_of([], spec=self.spec, grid=self.grid, t_utc_ns=record.t_utc_ns, p_detect=0)

    def _starting(self, record: Record, *, is_empty: bool) -> Health:
        people = "" if is_empty else "; people are in it, keep the lane clear"
        return self._health(
            record,
            HealthState.DEGRADED,
            HealthReason.STARTING,
            f"learning the empty room{people}",
        )

    def _obscured(self, record: Record, changed: float) -> Health:
        return self._health(
            record,
            HealthState.FAILED,
            HealthReason.OBSCURED,
            f"{100 * changed:.0f} % of the empty room has changed: something covers or has moved "
            "a panel; clear it",
        )

    def _health(
        self, record: Record, state: HealthState, reason: HealthReason, message: str
    ) -> Health:
        return Health(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
        )


def _nearest_m(place_m: np.ndarray) -> np.ndarray:
    """Return how far from each person the next one is."""
    apart = np.hypot(*(place_m[:, None] - place_m[None]).transpose(2, 0, 1))
    np.fill_diagonal(apart, np.inf)
    return apart.min(axis=1, initial=np.inf)
