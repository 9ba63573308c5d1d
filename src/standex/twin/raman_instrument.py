"""The twin's stand-off Raman laser: a burst of raw spectra of whom it was asked to look at.

A record of kind ``laser.shots`` is one burst:

    counts         [shots, channels] float32, raw, nothing taken off; no rows: no shot was fired,
                   as in the records between tasks, which say that it is there
    dark           [channels] float32, mean counts with the laser off in the same gate; n_dark: of
                   how many gates
    wavelength_nm  [channels], as the device itself believes
    laser_nm, exposure_s, pulse_energy_mj, range_m, gain_e_per_count, read_noise_e,
    saturation_counts, offset_counts (of the electronics), aim_sigma_m: one number each
    t_offset_s     [shots] from the record's time
    aim_sensor_m   [3] measured pointing, sensor frame
    zone           row of ``ZONES`` aimed at; -1: unknown
    task_id        text, empty without a task
    is_armed, is_line_clear, is_interlock_closed: one truth value each

The head has a camera of its own: it centres on the body nearest to the place it was given, and
errs by its pointing error. Who stands beside may be hit, and then the spectra are theirs.
"""

from dataclasses import dataclass, field, replace
from typing import Literal, cast, get_args

import numpy as np
from jaxtyping import Float

from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.tasking import Task
from standex.model.zones import ZONE_INDEX, BodyZone
from standex.twin.laser_beam import Hit, aim_point, cloth_of, hit, is_line_clear, residues_at
from standex.twin.raman_head import DEFAULTS, MAY_BE_NEGATIVE, MAY_BE_ZERO, raman_device
from standex.twin.raman_shot import (
    RamanDevice,
    Target,
    background_electrons,
    expected_electrons,
    expose,
)
from standex.twin.scene import PeopleNow, Scene
from standex.twin.trace_faults import AnyFault, TraceFaultKind, trace_fault_now
from standex.twin.trace_settings import checked

KIND = "laser.shots"
Mode = Literal["task", "point"]
ENERGY_SIGMA = 0.04  # of a pulse, relative
PATCHY_SIGMA = 0.35  # of the logarithm of a loading, from spot to spot
SPOT_SIGMA = 0.10  # of the logarithm of the fluorescence, from spot to spot
RANGE_SIGMA_M = 0.02
MISCALIBRATED_NM = 0.5
REARM_S = 3.0  # whoever passed the spot is not shot again so soon
KEPT_S = 60.0  # tasks older than that, against the newest, are forgotten


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Burst:
    """Where one burst goes."""

    task_id: str
    zone: BodyZone | None
    t_utc_ns: tuple[int, ...]
    aim_m: Float[np.ndarray, "shots 3"]
    ends: tuple[Hit, ...]
    is_clear: bool


@dataclass(frozen=True, kw_only=True, eq=False)
class RamanPoint:
    """One laser head.

    Attributes:
        sensor_id: in the site.
        rate_hz: how often it looks for something to do.
        site_from_sensor: pose; its origin is where the beam leaves.
        device: laser, telescope and spectrometer.
        mode: ``task``: shoots on tasks alone; ``point``: also whoever passes the spot.
        zone: that is shot at the spot.
        n_shots: of a burst.
        shot_rate_hz: within it.
        n_dark: gates with the laser off, before each burst.
        axis_error_nm: what the stated axis is off by.
        pointing_sigma_rad: of each shot, each way.
        aim_sigma_m: of the measured pointing.
        capture_m: a body further from the tasked place is not taken for the one that was meant.
        spot_range_m: how far ahead the spot is.
        half_lane_m: people further to the side do not pass the spot.
        wall_range_m: how far away a wall is; 0 for none.
        is_armed: by the supervisor.
        is_interlock_closed: doors, covers, key.
        seed: of everything that is drawn.
        faults: when it fails, and how.
        tasks: what it was asked to do.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    device: RamanDevice
    mode: Mode
    zone: BodyZone
    n_shots: int
    shot_rate_hz: float
    n_dark: int
    axis_error_nm: float
    pointing_sigma_rad: float
    aim_sigma_m: float
    capture_m: float
    spot_range_m: float
    half_lane_m: float
    wall_range_m: float
    is_armed: bool
    is_interlock_closed: bool
    seed: int
    faults: tuple[AnyFault, ...] = ()
    tasks: list[Task] = field(default_factory=list[Task])

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the burst that is due around ``t_utc_ns``, or how it is; None when it is dead.

        Without a task it says that it is there: a record without shots.
        """
        fault = trace_fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        burst = self._burst(scene, t_utc_ns, sequence) or self._idle()
        rng = np.random.default_rng([self.seed, 18, sequence, *self.sensor_id.encode()])
        device = self._faulty(fault)
        is_fired = self._may_fire(burst)
        off = background_electrons(device)
        dark = expose(np.tile(off, (self.n_dark, 1)), device, rng, with_cosmic_rays=False)
        counts = np.zeros((0, len(off)))
        if is_fired:
            energy = rng.normal(1.0, ENERGY_SIGMA, self.n_shots).clip(0.0)
            energy *= {"unlit": 0.0, "obscured": 0.03}.get(fault or "", 1.0)
            targets = [self._target(scene, end, rng) for end in burst.ends]
            pairs = zip(targets, energy, strict=True)
            means = [expected_electrons(device, target, energy=float(e)) for target, e in pairs]
            counts = expose(np.stack(means), device, rng)
            if fault == "saturated":
                counts[:, len(off) // 2 :] = device.saturation_counts
            if fault == "nan":
                counts[0, 0] = np.nan
        fired = burst.t_utc_ns if is_fired else ()
        error_nm = self.axis_error_nm + (MISCALIBRATED_NM if fault == "miscalibrated" else 0.0)
        nominal_m = burst.ends[0].range_m if burst.ends else self.spot_range_m
        range_m = nominal_m + rng.normal(0.0, RANGE_SIGMA_M)
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "counts": counts.astype(np.float32),
                "dark": dark.mean(axis=0).astype(np.float32),
                "n_dark": np.array(self.n_dark),
                "wavelength_nm": device.wavelength_nm + error_nm,
                "laser_nm": np.array(device.laser_nm),
                "exposure_s": np.array(device.exposure_s),
                "pulse_energy_mj": np.array(device.energy_j * 1e3),
                "range_m": np.array(max(range_m, 0.1)),
                "gain_e_per_count": np.array(device.gain_e_per_count),
                "read_noise_e": np.array(device.read_noise_e),
                "saturation_counts": np.array(device.saturation_counts),
                "offset_counts": np.array(device.offset_counts),
                "t_offset_s": np.array([(t - t_utc_ns) * 1e-9 for t in fired], dtype=np.float64),
                "aim_sensor_m": self._measured_aim(burst, rng),
                "aim_sigma_m": np.array(self.aim_sigma_m),
                "zone": np.array(-1 if burst.zone is None else ZONE_INDEX[burst.zone]),
                "task_id": np.array(burst.task_id),
                "is_armed": np.array(self.is_armed),
                "is_line_clear": np.array(burst.is_clear),
                "is_interlock_closed": np.array(self.is_interlock_closed),
            },
        )

    def hits(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> tuple[Hit, ...]:
        """Return what each shot of a record truly ends on; none where no shot is fired.

        It belongs to the truth: nothing that reads records may ask for it.
        """
        burst = self._burst(scene, t_utc_ns, sequence)
        return burst.ends if burst is not None and self._may_fire(burst) else ()

    def take(self, task: Task) -> None:
        """Take a task on; it is served by the record around the time that it asks for.

        Of several tasks for one record the one that was asked first is served. A task for another
        sensor, or one that comes after its time, is not.
        """
        if task.sensor_id != self.sensor_id:
            return
        self.tasks.append(task)
        newest_ns = max(one.t_look_utc_ns for one in self.tasks)
        self.tasks[:] = [one for one in self.tasks if newest_ns - one.t_look_utc_ns <= KEPT_S * 1e9]

    def _may_fire(self, burst: _Burst) -> bool:
        is_ready = self.is_armed and self.is_interlock_closed and burst.is_clear
        return bool(burst.ends) and is_ready

    def _burst(self, scene: Scene, t_utc_ns: int, sequence: int) -> _Burst | None:
        period_ns = round(1e9 / self.rate_hz)
        # (t - half a period, t + half a period]: each time belongs to one record.
        due = [
            task for task in self.tasks
            if 0 <= t_utc_ns + period_ns // 2 - task.t_look_utc_ns < period_ns
        ]  # fmt: skip
        if due:
            task = min(due, key=lambda one: (one.t_utc_ns, one.task_id))
            at_ns, place = task.t_look_utc_ns, task.position_site_m
            return self._aimed(scene, at_ns, place, task.zone, task.task_id, sequence)
        if self.mode == "task":
            return None
        place = self._who_passes(scene, t_utc_ns, period_ns)
        if place is None:
            return None
        return self._aimed(scene, t_utc_ns, place, self.zone, "", sequence)

    def _who_passes(self, scene: Scene, t_utc_ns: int, period_ns: int) -> np.ndarray | None:
        """Return where somebody is who has come to the spot since the last record."""
        now = scene.at(t_utc_ns)
        there = self._ahead_aside(now)
        came = self._came(scene, t_utc_ns, period_ns)
        for row in np.flatnonzero(np.abs(there[:, 1]) < self.half_lane_m):
            person = int(now.person[row])
            if person not in came:
                continue
            n_before = round(REARM_S * self.rate_hz)
            earlier = (t_utc_ns - k * period_ns for k in range(1, n_before + 1))
            if not any(person in self._came(scene, t, period_ns) for t in earlier):
                return now.position_site_m[row]
        return None

    def _came(self, scene: Scene, t_utc_ns: int, period_ns: int) -> set[int]:
        """Return who has come nearer than the spot within a period, from ahead."""
        before, now = scene.at(t_utc_ns - period_ns), scene.at(t_utc_ns)
        far = self._ahead_aside(before)[:, 0] > self.spot_range_m
        near = self._ahead_aside(now)[:, 0] <= self.spot_range_m
        return set(before.person[far].tolist()) & set(now.person[near].tolist())

    def _ahead_aside(self, people: PeopleNow) -> np.ndarray:
        left = self.site_from_sensor.rotation[:2, 1]
        way = people.position_site_m - self.site_from_sensor.translation_m[:2]
        return np.stack([way @ np.array([left[1], -left[0]]), way @ left], axis=1)

    def _aimed(
        self,
        scene: Scene,
        at_ns: int,
        place_m: np.ndarray,
        zone: BodyZone | None,
        task_id: str,
        sequence: int,
    ) -> _Burst:
        """Return a burst that follows the body nearest to ``place_m`` when it begins."""
        rng = np.random.default_rng([self.seed, 17, sequence, *self.sensor_id.encode()])
        eye_m = self.site_from_sensor.translation_m
        now = scene.at(at_ns)
        away = np.hypot(*(now.position_site_m - place_m).T)
        near = int(np.argmin(away)) if len(away) else -1
        meant = int(now.person[near]) if near >= 0 and away[near] < self.capture_m else None
        times = tuple(at_ns + round(k / self.shot_rate_hz * 1e9) for k in range(self.n_shots))
        aims: list[np.ndarray] = []
        ends: list[Hit] = []
        is_clear = True
        for t_ns in times:
            people = scene.at(t_ns)
            rows = np.flatnonzero(people.person == meant) if meant is not None else []
            if len(rows):
                wanted = aim_point(people, int(rows[0]), zone, eye_m)
            else:
                wanted = np.array([place_m[0], place_m[1], 1.2])
            is_clear &= is_line_clear(people, eye_m=eye_m, aim_m=wanted, target=meant)
            aim_m = _off(wanted, eye_m, rng.normal(0.0, self.pointing_sigma_rad, 2))
            aims.append(aim_m)
            nobody = Hit(person=None, zone=None, range_m=self._behind_m(wanted))
            ends.append(hit(people, eye_m=eye_m, aim_m=aim_m) or nobody)
        return _Burst(
            task_id=task_id,
            zone=zone,
            t_utc_ns=times,
            aim_m=np.stack(aims),
            ends=tuple(ends),
            is_clear=is_clear,
        )

    def _behind_m(self, aim_m: np.ndarray) -> float:
        """Return the range of the wall, or of the place aimed at where there is none."""
        away = float(np.linalg.norm(aim_m - self.site_from_sensor.translation_m))
        return self.wall_range_m or max(away, 0.1)

    def _target(self, scene: Scene, end: Hit, rng: np.random.Generator) -> Target:
        """Return what a spot is on; spots of one burst differ a little."""
        spot, patchy = rng.normal(0.0, SPOT_SIGMA), rng.normal(0.0, PATCHY_SIGMA)
        if end.person is None:
            return Target(range_m=end.range_m, surface="wall" if self.wall_range_m else "")
        cloth = cloth_of(scene, end.person, end.zone)
        share = float(np.exp(patchy - PATCHY_SIGMA**2 / 2))  # one, on average
        return Target(
            range_m=end.range_m,
            surface=cloth.fabric,
            residues=tuple((name, ug * share) for name, ug in residues_at(scene, end)),
            covering=cloth.covering,
            fluorescence=cloth.fluorescence * float(np.exp(spot)),
            fluorescence_tilt=cloth.tilt,
        )

    def _idle(self) -> _Burst:
        return _Burst(
            task_id="", zone=None, t_utc_ns=(), aim_m=np.zeros((0, 3)), ends=(), is_clear=True
        )

    def _measured_aim(self, burst: _Burst, rng: np.random.Generator) -> np.ndarray:
        if not burst.ends:
            return np.array([self.spot_range_m, 0.0, 0.0])
        eye_m = self.site_from_sensor.translation_m
        ray = burst.aim_m[0] - eye_m
        end_m = eye_m + ray / max(float(np.linalg.norm(ray)), 1e-9) * burst.ends[0].range_m
        return self.site_from_sensor.inverse() @ end_m + rng.normal(0.0, self.aim_sigma_m, 3)

    def _faulty(self, fault: TraceFaultKind | None) -> RamanDevice:
        if fault != "glare":
            return self.device
        # A third of the range in every gate.
        electrons = 0.3 * self.device.saturation_counts * self.device.gain_e_per_count
        return replace(self.device, ambient_e_per_s=electrons / self.device.exposure_s)


def _off(aim_m: np.ndarray, eye_m: np.ndarray, error_rad: np.ndarray) -> np.ndarray:
    """Return a place at the same distance, off to the side and up by small angles."""
    ray = aim_m - eye_m
    far = float(np.linalg.norm(ray))
    side = np.array([-ray[1], ray[0], 0.0]) / max(float(np.hypot(ray[0], ray[1])), 1e-9)
    up = np.cross(ray / max(far, 1e-9), side)
    return aim_m + far * (error_rad[0] * side + error_rad[1] * up)


def build(spec: SensorSpec, site: Site, seed: int) -> RamanPoint:
    """Return the twin of a stand-off Raman laser; entry point ``raman-point`` of the instruments.

    Its settings are those of ``raman_head.DEFAULTS``; every one may be left out.

    Raises:
        SiteError: a setting is unknown, of the wrong kind or out of its range.
    """
    del site
    s = checked(spec, DEFAULTS, may_be_zero=MAY_BE_ZERO, may_be_negative=MAY_BE_NEGATIVE)
    return RamanPoint(
        sensor_id=spec.sensor_id,
        rate_hz=spec.rate_hz,
        site_from_sensor=spec.site_from_sensor,
        device=raman_device(s, seed=seed),
        mode=cast("Mode", s.word("mode", get_args(Mode))),
        zone=BodyZone(s.word("zone", [zone.value for zone in BodyZone])),
        n_shots=s.whole("n_shots"),
        shot_rate_hz=s.number("shot_rate_hz"),
        n_dark=s.whole("n_dark"),
        axis_error_nm=s.number("axis_error_nm"),
        pointing_sigma_rad=float(np.deg2rad(s.number("pointing_sigma_deg"))),
        aim_sigma_m=s.number("aim_sigma_m"),
        capture_m=s.number("capture_m"),
        spot_range_m=s.number("spot_range_m"),
        half_lane_m=s.number("half_lane_m"),
        wall_range_m=s.number("wall_range_m"),
        is_armed=s.flag("is_armed"),
        is_interlock_closed=s.flag("is_interlock_closed"),
        seed=seed,
    )
