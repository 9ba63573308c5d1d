"""A gas array as a technology: clean air learnt, a plume noticed, one look told when it is over."""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Float

from standex.model.curves import Curves, Heard
from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import Evidence, HealthReason, HealthState, Observation
from standex.model.record import Record
from standex.sensing.vapour.footprint import AirFlow
from standex.sensing.vapour.gas_baseline import (
    Baseline,
    ChannelWatch,
    good_channels,
    learnt,
    no_baseline,
    restarted,
    started,
    watch,
    whitened,
)
from standex.sensing.vapour.gas_curves import plume_curves
from standex.sensing.vapour.gas_evidence import PlumeScores, fit_plume, plume_scores, scores_of
from standex.sensing.vapour.gas_templates import GasTemplates, response_shapes
from standex.sensing.vapour.gas_window import Window
from standex.sensing.vapour.inlet import Inlet
from standex.sensing.vapour.records import GAS_ARRAY, GasBlock, gas_block_of

ONSETS = 12  # moments in the window that a plume may have begun at
BACK_Z = 4.0  # nearer to clean air than that, a channel is back after a plume
START_SAMPLES = 30
LEAST_READING = 1e-12  # stands for a dead channel in a logarithm; it is left out anyway


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What one gas array remembers.

    Attributes:
        origin_utc_ns: of its clock: the first record; None before it.
        last_utc_ns: of the last record.
        baseline: clean air.
        watched: since when each channel reads the same.
        is_good: which channels could be used last.
        window: samples not taken into the baseline yet; None when empty.
        open_since_s: when the plume began that is being looked at; None when there is none.
        is_recovering: whether a plume was told and the channels are not back yet.
        recovering_since_s: when that plume was told.
        n_looks: told so far.
    """

    origin_utc_ns: int | None
    last_utc_ns: int | None
    baseline: Baseline
    watched: ChannelWatch | None
    is_good: Bool[np.ndarray, " channels"]
    window: Window | None = None
    open_since_s: float | None = None
    is_recovering: bool = False
    recovering_since_s: float = 0.0
    n_looks: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GasArray:
    """Satisfies the ``Technology`` and ``Calibratable`` ports.

    Attributes:
        inlet: where it stands, and all it shares with other vapour sensors.
        templates: of the substances that the site names.
        exposure_s: how long gas may stay.
        window_s: samples become clean air when they are older, unless there is a plume.
        recover_s: after so long what stays is the new clean air.
        stuck_s: a channel that has not changed for so long is stuck.
        saturated: a reading from there on is the end of the scale.
        drift_per_sqrt_s: of a channel's level, in units of its noise.
        min_flow_l_per_min: below it the pump has stopped.
    """

    inlet: Inlet
    templates: GasTemplates
    exposure_s: Float[np.ndarray, " e"]
    window_s: float
    recover_s: float
    stuck_s: float
    saturated: float
    drift_per_sqrt_s: float
    min_flow_l_per_min: float

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return GAS_ARRAY

    def start(self) -> Any:
        """Return the state before the first record."""
        channels = self.templates.pattern.shape[1]
        return State(
            origin_utc_ns=None,
            last_utc_ns=None,
            baseline=no_baseline(channels, drift_per_sqrt_s=self.drift_per_sqrt_s),
            watched=None,
            is_good=np.ones(channels, dtype=bool),
        )

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the look at a plume that is over, what was covered, and health.

        Raises:
            RecordError: the record cannot be parsed, has another number of channels than the
                patterns of the site, or its time runs backwards.
        """
        del hints  # an inlet draws in what comes
        before: State = state
        block = gas_block_of(record)
        self.inlet.in_order(record, before.last_utc_ns)
        channels = self.templates.pattern.shape[1]
        if block.response.shape[1] != channels:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: {block.response.shape[1]} "
                f"channels, the patterns of the site have {channels}"
            )
        air = self.inlet.air_now(block.wind_site_m_per_s)
        origin_ns = record.t_utc_ns if before.origin_utc_ns is None else before.origin_utc_ns
        now = self._window(block, (record.t_utc_ns - origin_ns) * 1e-9)
        self._refuse_overlap(before, now, record)
        after = replace(before, origin_utc_ns=origin_ns, last_utc_ns=record.t_utc_ns)
        if block.flow_l_per_min < self.min_flow_l_per_min:
            # What stands in the tube is neither clean air nor anybody's.
            after = replace(after, window=None, open_since_s=None)
            problem = (
                HealthState.FAILED,
                HealthReason.DATA_QUALITY,
                f"the pump draws {block.flow_l_per_min:g} l/min, {self.min_flow_l_per_min:g} are "
                "needed: it smells nothing; see to the pump",
            )
            return after, self._told(record, before, air, 0.0, [problem])
        after, is_good, problems = self._channels(after, block, now)
        if not is_good.any():
            after = replace(after, window=None, open_since_s=None)
            return after, self._told(record, before, air, 0.0, problems)
        after, evidence, is_silent = self._smell(after, now, air)
        if after.baseline.n < START_SAMPLES:
            problems.append(
                (HealthState.DEGRADED, HealthReason.STARTING, "learning what clean air reads")
            )
        elif after.is_recovering:
            problems.append(
                (
                    HealthState.DEGRADED,
                    HealthReason.OBSCURED,
                    "the last plume has not gone: it smells nobody until then",
                )
            )
        share = 0.0 if is_silent else self._share(is_good)
        return after, self._told(record, before, air, share, problems, evidence)

    def explained(self, heard: Heard, look: Evidence, /) -> Curves | None:
        """Return each channel's answer with the likeliest plume in it; see ``Explaining``.

        Raises:
            RecordError: the record cannot be read.
        """
        state: State = heard.state
        if state.origin_utc_ns is None or state.baseline.n < START_SAMPLES:
            return None
        block = gas_block_of(heard.record)
        now = self._window(block, (heard.record.t_utc_ns - state.origin_utc_ns) * 1e-9)
        state, is_good, _ = self._channels(state, block, now)
        window = now if state.window is None else state.window.and_then(now)
        plume, onset_s, exposure_s = self._plume(state, window)
        return plume_curves(
            window.as_clean(state.baseline),
            baseline=state.baseline,
            templates=self.templates,
            is_good=is_good,
            substance=plume.substance,
            timing_s=(onset_s, exposure_s),
            onset_utc_ns=look.t_first_utc_ns,
        )

    def _window(self, block: GasBlock, at_s: float) -> Window:
        return Window(
            t_s=block.t_s + at_s,
            log_response=np.log(np.maximum(block.response, LEAST_READING)),
            relative_humidity=block.relative_humidity,
            temperature_c=block.temperature_c,
        )

    def _refuse_overlap(self, before: State, now: Window, record: Record) -> None:
        known_s = before.baseline.t_s if before.window is None else float(before.window.t_s[-1])
        if now.t_s[0] <= known_s:
            raise RecordError(
                f"record {record.sequence} of {record.sensor_id}: its first sample is "
                f"{known_s - now.t_s[0]:.3f} s before the last one of the record ahead of it"
            )

    def _channels(
        self, state: State, block: GasBlock, now: Window
    ) -> tuple[State, np.ndarray, list[tuple[HealthState, HealthReason, str]]]:
        """Judge the channels; one that is back begins with an unknown level."""
        watched = watch(state.watched, now.t_s, block.response)
        is_good, is_full = good_channels(
            watched,
            block.response,
            t_s=float(now.t_s[-1]),
            stuck_s=self.stuck_s,
            saturated=self.saturated,
        )
        back = is_good & ~state.is_good
        after = replace(state, watched=watched, is_good=is_good)
        if back.any():
            # The window holds readings of them that say nothing.
            baseline = restarted(state.baseline, back, now.as_clean(state.baseline))
            after = replace(after, baseline=baseline, window=None, open_since_s=None)
        problems: list[tuple[HealthState, HealthReason, str]] = []
        if not is_good.all():
            out = ", ".join(str(row) for row in np.flatnonzero(~is_good))
            full = ", ".join(str(row) for row in np.flatnonzero(is_full))
            problems.append(
                (
                    HealthState.DEGRADED if is_good.any() else HealthState.FAILED,
                    HealthReason.DATA_QUALITY,
                    f"channels {out} are left out: they do not change or are off their scale"
                    + (f" ({full} at its end)" if full else "")
                    + "; replace them if it stays",
                )
            )
        return after, is_good, problems

    def _smell(
        self, state: State, now: Window, air: AirFlow
    ) -> tuple[State, tuple[Evidence, ...], bool]:
        """Return what follows from the samples, and whether the sensor is silent for now."""
        if state.baseline.n < START_SAMPLES:
            return self._begun(state, now), (), True
        if state.is_recovering:
            return self._recovering(state, now), (), True
        window = now if state.window is None else state.window.and_then(now)
        plume, onset_s, exposure_s = self._plume(state, window)
        here_s = float(window.t_s[-1])
        if state.open_since_s is not None:
            if here_s - state.open_since_s < self.inlet.look_s:
                return replace(state, window=window), (), False
            told = self._look(state, plume, window, (onset_s, exposure_s), air)
            after = replace(
                state,
                window=None,
                open_since_s=None,
                is_recovering=True,
                recovering_since_s=here_s,
                n_looks=state.n_looks + 1,
            )
            return after, (told,), False
        if plume.llr >= self.inlet.open_llr:
            return replace(state, window=window, open_since_s=onset_s), (), False
        # What may yet become a plume is not learnt away; twice the window is enough to know.
        lasts_s = self.window_s * (1 if plume.llr < self.inlet.open_llr / 2 else 2)
        is_old = window.t_s < here_s - lasts_s
        baseline = state.baseline
        if is_old.any():
            old = window.rows(is_old).as_clean(baseline)
            baseline = learnt(baseline, old, is_good=state.is_good)
            window = window.rows(~is_old)
        return replace(state, baseline=baseline, window=window), (), False

    def _begun(self, state: State, now: Window) -> State:
        baseline = state.baseline
        if baseline.n == 0:
            baseline = started(
                baseline,
                now.log_response[0],
                t_s=float(now.t_s[0]),
                relative_humidity=float(now.relative_humidity[0]),
                temperature_c=float(now.temperature_c[0]),
            )
            now = now.rows(slice(1, None))
        learned = learnt(baseline, now.as_clean(baseline), is_good=state.is_good)
        return replace(state, baseline=learned)

    def _recovering(self, state: State, now: Window) -> State:
        """Go on once every good channel is near clean air again, or has stayed away for long."""
        step = np.ones((*now.log_response.shape, 1))
        fit = fit_plume(
            *whitened(state.baseline, now.as_clean(state.baseline), step), is_good=state.is_good
        )
        is_back = bool(np.all(np.abs(fit.z) < BACK_Z))
        if not is_back and now.t_s[-1] - state.recovering_since_s <= self.recover_s:
            return state
        # What is left of the tail is no new plume: the level begins anew where it reads.
        everything = np.ones_like(state.is_good)
        baseline = restarted(state.baseline, everything, now.as_clean(state.baseline))
        return replace(state, is_recovering=False, window=now, baseline=baseline)

    def _plume(self, state: State, window: Window) -> tuple[PlumeScores, float, float]:
        """Return the likeliest plume in the window, when it began and how long it stayed."""
        first_s, last_s = float(window.t_s[0]), float(window.t_s[-1])
        if state.open_since_s is None:
            onsets = np.linspace(first_s, last_s, ONSETS, endpoint=False)
        else:
            # A clearer plume may have come while one was being looked at.
            early_s = max(state.open_since_s - self.window_s / ONSETS, first_s)
            onsets = np.linspace(early_s, last_s, ONSETS, endpoint=False)
        onset_s = np.repeat(onsets, len(self.exposure_s))
        exposure_s = np.tile(self.exposure_s, len(onsets))
        shapes = response_shapes(
            window.t_s,
            onset_s=onset_s,
            exposure_s=exposure_s,
            rise_s=self.templates.rise_s,
            decay_s=self.templates.decay_s,
        )
        white, white_shapes = whitened(state.baseline, window.as_clean(state.baseline), shapes)
        fit = fit_plume(white, white_shapes, is_good=state.is_good)
        plume = plume_scores(fit, self.templates)
        return plume, float(onset_s[plume.timing]), float(exposure_s[plume.timing])

    def _look(
        self,
        state: State,
        plume: PlumeScores,
        window: Window,
        timing_s: tuple[float, float],
        air: AirFlow,
    ) -> Evidence:
        origin_ns, last_ns = state.origin_utc_ns, state.last_utc_ns
        if origin_ns is None or last_ns is None:
            raise ValueError("a plume is told only after a record")

        def at_ns(t_s: float) -> int:
            return origin_ns + round(t_s * 1e9)

        first_s = max(timing_s[0], float(window.t_s[0]))
        last_s = float(window.t_s[-1])
        calibration, _, _ = self.inlet.calibration_at(last_ns)
        return self.inlet.evidence(
            scores_of(plume, self.templates),
            look_id=f"{self.inlet.spec.sensor_id}:plume-{state.n_looks + 1}",
            t_first_utc_ns=at_ns(first_s),
            t_last_utc_ns=at_ns(last_s),
            arrived_utc_ns=(at_ns(first_s), at_ns(min(first_s + timing_s[1], last_s))),
            air=air,
            substance=self.templates.names[plume.substance],
            calibration=calibration,
        )

    def _share(self, is_good: np.ndarray) -> float:
        """Return how much of the least visible pattern the good channels still see."""
        return float(np.sqrt((self.templates.pattern[:, is_good] ** 2).sum(axis=1).min()))

    def _told(
        self,
        record: Record,
        before: State,
        air: AirFlow,
        share: float,
        problems: list[tuple[HealthState, HealthReason, str]],
        evidence: tuple[Evidence, ...] = (),
    ) -> tuple[Observation, ...]:
        return (
            self.inlet.coverage(record.t_utc_ns, air=air, share=share),
            *evidence,
            self.inlet.health(record, problems, before.last_utc_ns),
        )
