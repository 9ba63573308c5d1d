"""A laser spectrometer as a technology: bursts of raw shots in, one look at one zone out.

A burst is one look: its shots are scored together, with one amplitude of an entry in all of them,
so they are one witness and are said to be one. What it is scored against is the site's library:
entries of the class ``nothing`` are what clothes and bags are made of, and are fitted beside every
other; all others are looked for.
"""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.model.calibration import Calibration
from standex.model.curves import Curves, Heard
from standex.model.hints import Hints
from standex.model.observation import (
    Coverage,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
)
from standex.model.record import Record
from standex.model.site import SensorSpec
from standex.model.zones import ZONES, BodyZone
from standex.sensing.laser.axis_calibration import AxisCalibration
from standex.sensing.laser.axis_grid import GridLibrary, on_grid
from standex.sensing.laser.burst_look import BurstLook
from standex.sensing.laser.burst_signal import bridged, usable_signal
from standex.sensing.laser.count_noise import CountNoise
from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.library import SpectralLibrary
from standex.sensing.laser.scene_background import SceneBackground, directions, learn
from standex.sensing.laser.short_list import short_list
from standex.sensing.laser.shot import ShotRecord, raman_shift_per_cm, shots_of
from standex.sensing.laser.shot_quality import Consequence, ShotQuality, judge_shots

KIND = "laser.raman"
SCORES = ("threat_z", "benign_z", "unexplained")
NOTHING = "nothing"
LEAST_SHOTS_USABLE = 0.5  # of a burst, below which nothing is said of it
COVER_M = 0.9  # width of the grid that says where it looked
CELL_M = 0.3
GHOSTS_PER_M2 = 0.05  # shots that end on nobody, or on a wall behind
STALE_AFTER = 40  # bursts after which the typical spectrum is taken anew


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaserState:
    """What the technology remembers of one spectrometer.

    Attributes:
        axis_per_cm: of the channels that are used, or none yet.
        targets: entries looked for, on those channels.
        plain: the fit without what the scene has taught.
        scene: unremarkable shots of the last seconds.
        n_bursts: scored with ``plain``.
        last_utc_ns: of the last record.
    """

    axis_per_cm: Float[np.ndarray, " channels"]
    targets: GridLibrary | None = None
    plain: JointFit | None = None
    scene: SceneBackground | None = None
    n_bursts: int = 0
    last_utc_ns: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LaserSpectrometer:
    """Satisfies ``Technology`` and ``Calibratable``.

    Attributes:
        spec: the sensor, as surveyed.
        library: what is looked for and what it lies on; classes are the site's.
        class_names: item classes of the site.
        calibration: from scores to likelihoods, or None: then it shows and weighs nothing.
        axis: of the spectrometer, or None: the device's own axis is taken.
        from_per_cm: first Raman shift that is used.
        to_per_cm: last one.
        width_per_cm: full width at half maximum of its line.
        axis_sigma_per_cm: standard deviation of what its axis may be off by.
        n_splines: of the smooth background.
        memory_s: for how long shots teach what clothes here look like; 0: not at all.
    """

    spec: SensorSpec
    library: SpectralLibrary
    class_names: tuple[str, ...]
    calibration: Calibration | None
    axis: AxisCalibration | None
    from_per_cm: float
    to_per_cm: float
    width_per_cm: float
    axis_sigma_per_cm: float
    n_splines: int
    memory_s: float

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return KIND

    def start(self) -> LaserState:
        """Return the state before the first burst."""
        return LaserState(axis_per_cm=np.zeros(0))

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[LaserState, tuple[Observation, ...]]:
        """Return what a burst says of the zone that it was aimed at, and how the device is.

        Raises:
            RecordError: wrong kind, arrays, axis or numbers, or time runs backwards.
            StandexError: the library does not cover the spectrometer's axis.
        """
        calibration = self.calibration
        if calibration is not None and record.t_utc_ns >= calibration.expires_utc_ns:
            after, said = replace(self, calibration=None).perceive(state, record, hints)
            return after, tuple(_expired(one, calibration) for one in said)
        known: LaserState = state
        burst = shots_of(record)
        quality = judge_shots(burst)
        health = self._health(burst, quality)
        if not burst.n_shots or quality.is_unusable:
            return replace(known, last_utc_ns=record.t_utc_ns), (health,)
        signal, shift, used = self._signal(burst, quality)
        if len(signal) < LEAST_SHOTS_USABLE * burst.n_shots:
            said = f"{burst.n_shots - len(signal)} of {burst.n_shots} shots cannot be used"
            return replace(known, last_utc_ns=record.t_utc_ns), (
                _worse(health, f"{said}: {quality.sentence or 'cosmic rays'}"),
            )
        known, look = self._look(known, burst, signal, shift, used)
        known = replace(known, n_bursts=known.n_bursts + 1, last_utc_ns=record.t_utc_ns)
        return known, (self._coverage(burst, record), *self._evidence(look, burst, record), health)

    def explained(self, heard: Heard, look: Evidence, /) -> Curves | None:
        """Return the spectrum behind a look with its fit; see ``Explaining``.

        Raises:
            RecordError: the record cannot be read.
        """
        burst = shots_of(heard.record)
        quality = judge_shots(burst)
        if not burst.n_shots or quality.is_unusable:
            return None
        signal, shift, used = self._signal(burst, quality)
        if not len(signal):
            return None
        return self._look(heard.state, burst, signal, shift, used)[1].curves(look.t_utc_ns)

    def _signal(
        self, burst: ShotRecord, quality: ShotQuality
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return usable shots, the Raman shift of their channels, and which channels those are."""
        wavelength = burst.wavelength_nm
        if self.axis is not None:
            wavelength = self.axis.wavelength_nm(wavelength)
        shift = raman_shift_per_cm(wavelength, laser_nm=burst.laser_nm)
        used = (shift >= self.from_per_cm) & (shift <= self.to_per_cm)
        return usable_signal(burst, quality, used), shift[used], used

    def _on_axis(
        self, state: LaserState, axis_per_cm: np.ndarray, signal: np.ndarray, noise: CountNoise
    ) -> LaserState:
        """Return the state with the library on these channels; made once, and kept."""
        typical = np.maximum(signal.mean(axis=0), 0.0)
        if state.plain is not None and np.array_equal(axis_per_cm, state.axis_per_cm):
            if state.plain.model.noise != noise or state.n_bursts % STALE_AFTER == 0:
                state = replace(state, plain=self._plain(state, typical, noise))
            return state
        grid = on_grid(
            self.library,
            axis_per_cm=axis_per_cm,
            width_per_cm=self.width_per_cm,
            axis_sigma_per_cm=self.axis_sigma_per_cm,
        )
        sought = tuple(k for k, name in enumerate(grid.item_classes) if name != NOTHING)
        state = LaserState(
            axis_per_cm=axis_per_cm,
            targets=grid.chosen(sought),
            scene=SceneBackground.empty(
                n_channels=len(axis_per_cm), memory_s=max(self.memory_s, 1e-3)
            ),
        )
        return replace(state, plain=self._plain(state, typical, noise, grid=grid))

    def _plain(
        self,
        state: LaserState,
        typical: np.ndarray,
        noise: CountNoise,
        *,
        grid: GridLibrary | None = None,
    ) -> JointFit:
        if state.targets is None:
            raise ValueError("the library is not on the channels yet")
        if grid is None:
            if state.plain is not None and state.plain.model.noise == noise:
                return state.plain.reweighted(typical)
            grid = on_grid(
                self.library,
                axis_per_cm=state.axis_per_cm,
                width_per_cm=self.width_per_cm,
                axis_sigma_per_cm=self.axis_sigma_per_cm,
            )
        cloth = tuple(k for k, name in enumerate(grid.item_classes) if name == NOTHING)
        return JointFit.of(
            state.targets,
            noise=noise,
            typical_counts=typical,
            substrates=grid.chosen(cloth) if cloth else None,
            n_splines=self.n_splines,
        )

    def _look(
        self,
        state: LaserState,
        burst: ShotRecord,
        signal: np.ndarray,
        axis_per_cm: np.ndarray,
        used: np.ndarray,
    ) -> tuple[LaserState, BurstLook]:
        noise = CountNoise(gain_e_per_count=burst.gain_e_per_count, read_noise_e=burst.read_noise_e)
        extra = noise.dark_variance_counts2(
            bridged(burst.dark[used], np.isfinite(burst.dark[used])),
            n_dark=burst.n_dark,
            offset_counts=burst.offset_counts,
        )
        state = self._on_axis(state, axis_per_cm, signal, noise)
        plain, targets, scene = state.plain, state.targets, state.scene
        if plain is None or targets is None or scene is None:
            raise ValueError("the library is not on the channels yet")
        guarded = np.arange(plain.n_entries)
        group = burst.task_id or str(burst.t_utc_ns)
        fit = plain
        if self.memory_s > 0:
            learnt = directions(scene, fit=plain, guarded=guarded, not_of_group=group)
            if len(learnt):
                columns = np.concatenate([plain.model.nuisance.columns, learnt.T], axis=1)
                fit = JointFit.of(
                    targets,
                    noise=plain.model.noise,
                    typical_counts=np.maximum(signal.mean(axis=0), 0.0),
                    nuisance=replace(plain.model.nuisance, columns=columns),
                )
            t_utc_ns = max(burst.t_utc_ns, int(scene.t_utc_ns.max(initial=0)))
            scene = learn(scene, signal, fit=plain, guarded=guarded, t_utc_ns=t_utc_ns, group=group)
        z = fit.of_passage(signal, extra_variance_counts2=extra).z
        best = np.argsort(-z, kind="stable")[: min(3, len(z))]
        # For words and a figure; what counts is the z of all shots together.
        again = short_list(
            signal.mean(axis=0),
            fit=fit,
            library=targets,
            rows=best,
            extra_variance_counts2=extra,
        )
        inflation = float(np.median(fit.inflation(signal, extra_variance_counts2=extra)))
        look = BurstLook(
            signal=signal,
            extra_variance_counts2=extra,
            fit=fit,
            z=z,
            inflation=inflation,
            best=again,
            targets=targets,
        )
        return replace(state, scene=scene), look

    def _evidence(self, look: BurstLook, burst: ShotRecord, record: Record) -> tuple[Evidence, ...]:
        is_threat = np.array([name.startswith("threat") for name in look.targets.item_classes])
        threat_z = float(look.z[is_threat].max(initial=0.0))
        benign_z = float(look.z[~is_threat].max(initial=0.0))
        score = np.array([threat_z, benign_z, float(np.log(look.inflation))])
        if self.calibration is None:
            said = np.zeros(len(self.class_names))
        else:
            said = self._by_class(score)
        times = record.t_utc_ns + np.round(burst.t_offset_s * 1e9).astype(np.int64)
        aim = self.spec.site_from_sensor @ burst.aim_sensor_m
        footprint = GaussianFootprint(
            position_site_m=np.asarray(aim[:2], dtype=np.float64),
            covariance_site_m2=(burst.aim_sigma_m**2 + 0.15**2) * np.eye(2),
            clutter_per_m2=GHOSTS_PER_M2,
            task_id=burst.task_id,
        )
        return (
            Evidence(
                sensor_id=record.sensor_id,
                look_id=f"{record.sensor_id}-{record.sequence}",
                t_utc_ns=int(times.mean()) if len(times) else record.t_utc_ns,
                t_first_utc_ns=int(times.min(initial=record.t_utc_ns)),
                t_last_utc_ns=int(times.max(initial=record.t_utc_ns)),
                footprint=footprint,
                zone=_zone(burst),
                log_likelihood=said,
                log_clutter=float(np.log(np.exp(said).mean())),
                correlation=1.0 if self.calibration is None else self.calibration.correlation,
                calibration_id="" if self.calibration is None else self.calibration.calibration_id,
                reason=look.in_words(burst.n_shots),
                score=dict(zip(SCORES, score.tolist(), strict=True)),
            ),
        )

    def _by_class(self, score: np.ndarray) -> Float[np.ndarray, " classes"]:
        """Return the log-likelihood of each class of the site.

        A class that the calibration was not taught is taken for ``nothing``: a laser sees residues,
        and what leaves none looks like clothes.
        """
        calibration = self.calibration
        if calibration is None:
            raise ValueError("there is no calibration")
        said = dict(
            zip(
                calibration.class_names,
                calibration.log_likelihood(score[None])[0].tolist(),
                strict=True,
            )
        )
        return np.array([said.get(name, said[NOTHING]) for name in self.class_names])

    def _coverage(self, burst: ShotRecord, record: Record) -> Coverage:
        """Return that the zone which was shot was looked at, where the shot went."""
        aim = np.asarray((self.spec.site_from_sensor @ burst.aim_sensor_m)[:2])
        n = round(COVER_M / CELL_M)
        p_detect = np.zeros((len(ZONES), n, n))
        zone = _zone(burst)
        if zone is not None and self.calibration is not None:
            p_detect[ZONES.index(zone)] = self.calibration.p_detect
        return Coverage(
            sensor_id=record.sensor_id,
            t_utc_ns=record.t_utc_ns,
            level_id=self.spec.level_id,
            origin_site_m=aim - COVER_M / 2,
            cell_m=CELL_M,
            p_report=np.zeros((n, n)),
            p_detect=p_detect,
        )

    def _health(self, burst: ShotRecord, quality: ShotQuality) -> Health:
        state, reason, message = HealthState.OK, HealthReason.NONE, ""
        worst = max(
            (list(Consequence).index(one.consequence) for one in quality.findings), default=0
        )
        if not burst.is_interlock_closed:
            state, reason = HealthState.DEGRADED, HealthReason.INTERLOCK
            message = "the hardware interlock is open: nothing is fired; close doors and covers"
        elif not burst.is_armed:
            state, reason = HealthState.DEGRADED, HealthReason.INTERLOCK
            message = "the key switch is off: a supervisor has to arm the device itself"
        elif not burst.n_shots and not burst.is_line_clear and burst.task_id:
            state, reason = HealthState.DEGRADED, HealthReason.OBSCURED
            message = "somebody stood in the line: nothing was fired"
        elif burst.n_shots and worst >= list(Consequence).index(Consequence.DEGRADED):
            is_lost = quality.is_unusable
            state = HealthState.FAILED if is_lost else HealthState.DEGRADED
            reason, message = HealthReason.DATA_QUALITY, quality.sentence
        elif self.calibration is None:
            state, reason = HealthState.DEGRADED, HealthReason.NOT_CALIBRATED
            message = "no calibration: what it sees is shown and weighs nothing"
        return Health(
            sensor_id=burst.sensor_id,
            t_utc_ns=burst.t_utc_ns,
            state=state,
            reason=reason,
            message=message,
            not_done_task_id="" if burst.n_shots else burst.task_id,
        )


def _zone(burst: ShotRecord) -> BodyZone | None:
    return ZONES[burst.zone] if 0 <= burst.zone < len(ZONES) else None


def _expired(one: Observation, calibration: Calibration) -> Observation:
    if not isinstance(one, Health) or one.reason is not HealthReason.NOT_CALIBRATED:
        return one
    return replace(
        one,
        reason=HealthReason.CALIBRATION_EXPIRED,
        message=f"calibration {calibration.calibration_id} has expired; calibrate again",
    )


def _worse(health: Health, message: str) -> Health:
    return replace(
        health, state=HealthState.FAILED, reason=HealthReason.DATA_QUALITY, message=message
    )
