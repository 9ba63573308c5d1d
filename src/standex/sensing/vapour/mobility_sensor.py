"""An ion-mobility spectrometer as a technology: clean air learnt, a peak noticed, one look told."""

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
from jaxtyping import Float

from standex.model.curves import Curves, Heard
from standex.model.hints import Hints
from standex.model.observation import Evidence, HealthReason, HealthState, Observation
from standex.model.record import Record
from standex.sensing.vapour.drift_time import (
    NoReactantIonError,
    ReactantIon,
    ReadingError,
    reactant_ion,
    reduced_mobility_cm2_per_vs,
    relative_mobility_std,
)
from standex.sensing.vapour.gas_evidence import log_likelihood_ratio
from standex.sensing.vapour.inlet import Inlet
from standex.sensing.vapour.ion_mobility import (
    PeakLibrary,
    clean_air_columns,
    joint_z,
    peaks,
)
from standex.sensing.vapour.mobility_air import CleanAir, SeenBlock
from standex.sensing.vapour.mobility_curves import block_curves
from standex.sensing.vapour.records import ION_MOBILITY, MobilityBlock, mobility_block_of

START_BLOCKS = 10
MEMORY_BLOCKS = 60  # that clean air and its noise remember
KNOTS = 8
TOLERANCE = 0.05  # of the reactant ion's place: its own mobility differs with the water about
LEAST_ION = 8.0  # standard deviations of a sample that the reactant ion must reach
LEAST_SHARE = 0.2  # of its height in clean air: below it is used up, and nothing more is seen
AMPLITUDE_SHARE = 0.1  # of a peak before it is seen: share of the reactant ion's height


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenPlume:
    """A plume that is being looked at.

    Attributes:
        first_utc_ns: of its first spectrum.
        last_utc_ns: of its last.
        z_sum: of each substance, over the blocks.
        n: blocks.
        least_ion: share of the reactant ion left, the least.
        strongest: the block that showed most.
    """

    first_utc_ns: int
    last_utc_ns: int
    z_sum: Float[np.ndarray, " m"]
    n: int
    least_ion: float
    strongest: SeenBlock


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """What one spectrometer remembers.

    Attributes:
        last_utc_ns: of the last record.
        clean: clean air, or None before any.
        plume: that is being looked at, or None.
        is_recovering: whether a plume was told and has not gone yet.
        n_looks: told so far.
    """

    last_utc_ns: int | None = None
    clean: CleanAir | None = None
    plume: OpenPlume | None = None
    is_recovering: bool = False
    n_looks: int = 0


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IonMobility:
    """Satisfies the ``Technology`` and ``Calibratable`` ports.

    Attributes:
        inlet: where it stands, and all it shares with other vapour sensors.
        library: peaks of the substances that the site names.
        reactant_k0_cm2_per_vs: reduced mobility of its reactant ion.
    """

    inlet: Inlet
    library: PeakLibrary
    reactant_k0_cm2_per_vs: float

    @property
    def sensor_kind(self) -> str:
        """Return the kind of calibration that its scores need."""
        return ION_MOBILITY

    def start(self) -> Any:
        """Return the state before the first record."""
        return State()

    def perceive(
        self, state: Any, record: Record, hints: Hints, /
    ) -> tuple[Any, tuple[Observation, ...]]:
        """Return the look at a plume that is over, what was covered, and health.

        Raises:
            RecordError: the record cannot be parsed, or its time runs backwards.
        """
        del hints
        before: State = state
        block = mobility_block_of(record)
        self.inlet.in_order(record, before.last_utc_ns)
        after = replace(before, last_utc_ns=record.t_utc_ns)
        known = before.clean
        if known is not None and len(known.mean) != len(block.drift_time_ms):
            known = None  # another axis: what was learnt says nothing about it
            after = replace(after, clean=None, plume=None, is_recovering=False)
        mean = block.intensity.mean(axis=0)
        try:
            ion = self._ion(block, mean)
        except NoReactantIonError as error:
            after = replace(after, plume=None)
            return after, self._told(
                record,
                before,
                0.0,
                (HealthState.FAILED, HealthReason.DATA_QUALITY, f"{error}: it smells nothing"),
            )
        relative = block.drift_time_ms / ion.drift_time_ms
        if known is None or known.n < START_BLOCKS:
            clean = self._learnt(known, relative, mean, ion, z=None)
            return replace(after, clean=clean), self._told(
                record,
                before,
                0.0,
                (HealthState.DEGRADED, HealthReason.STARTING, "learning what clean air reads"),
            )
        return self._smell(after, before, record, block, (relative, mean, ion), known)

    def explained(self, heard: Heard, look: Evidence, /) -> Curves | None:
        """Return the spectrum that showed most of a plume, with its fit; see ``Explaining``.

        Raises:
            RecordError: the record cannot be read.
        """
        del look
        before: State = heard.state
        clean, record = before.clean, heard.record
        if clean is None or clean.n < START_BLOCKS:
            return None
        block = mobility_block_of(record)
        mean = block.intensity.mean(axis=0)
        ion = self._ion(block, mean)
        relative = block.drift_time_ms / ion.drift_time_ms
        z = self._z(relative, mean, ion, clean)[0] / np.sqrt(np.maximum(clean.z_var, 1.0))
        shown = SeenBlock(
            t_utc_ns=record.t_utc_ns, drift_time_ms=block.drift_time_ms, mean=mean, ion=ion, z=z
        )
        told = z if before.plume is None else before.plume.z_sum + z
        shown = shown.stronger(None if before.plume is None else before.plume.strongest)
        return block_curves(
            shown,
            clean=clean,
            library=self.library,
            reactant_k0_cm2_per_vs=self.reactant_k0_cm2_per_vs,
            substance=int(np.argmax(told)),
            n_knots=KNOTS,
        )

    def _smell(
        self,
        state: State,
        before: State,
        record: Record,
        block: MobilityBlock,
        seen: tuple[np.ndarray, np.ndarray, ReactantIon],
        clean: CleanAir,
    ) -> tuple[Any, tuple[Observation, ...]]:
        relative, mean, ion = seen
        raw, root = self._z(relative, mean, ion, clean)
        # Never more than the fit says: noise that was quiet for long may not make z of nothing.
        spread = np.sqrt(np.maximum(clean.z_var, 1.0))
        z = raw / spread
        llr = log_likelihood_ratio(
            z, root / spread, amplitude_std=AMPLITUDE_SHARE * clean.ion_height
        )
        mixed = float(np.logaddexp.reduce(llr) - np.log(len(llr)))
        is_plume = mixed >= self.inlet.open_llr
        ion_share = ion.height / clean.ion_height
        evidence: tuple[Evidence, ...] = ()
        problem = None
        if state.is_recovering:
            state = replace(state, is_recovering=is_plume)
            problem = (
                HealthState.DEGRADED,
                HealthReason.OBSCURED,
                "the last plume has not gone: it smells nobody until then",
            )
        elif state.plume is not None or is_plume:
            shown = SeenBlock(
                t_utc_ns=record.t_utc_ns,
                drift_time_ms=block.drift_time_ms,
                mean=mean,
                ion=ion,
                z=z,
            )
            state, evidence = self._looked(
                state, record, block.t_s, shown, ion_share, is_plume=is_plume
            )
        else:
            learned = self._learnt(clean, relative, mean, ion, z=raw)
            state = replace(state, clean=learned)
        if ion_share < LEAST_SHARE:
            problem = (
                HealthState.DEGRADED,
                HealthReason.OBSCURED,
                f"{100 * ion_share:.0f} % of the reactant ion is left: it is saturated",
            )
        share = 0.0 if problem is not None else 1.0
        return state, self._told(record, before, share, problem, evidence)

    def _looked(
        self,
        state: State,
        record: Record,
        t_s: np.ndarray,
        shown: SeenBlock,
        ion_share: float,
        *,
        is_plume: bool,
    ) -> tuple[State, tuple[Evidence, ...]]:
        """Return the state with a block joined to the plume, and the look once it is over."""
        first_ns, last_ns = (record.t_utc_ns + round(at * 1e9) for at in t_s[[0, -1]].tolist())
        known, z = state.plume, shown.z
        plume = OpenPlume(
            first_utc_ns=first_ns if known is None else known.first_utc_ns,
            last_utc_ns=max(last_ns, 0 if known is None else known.last_utc_ns),
            z_sum=z if known is None else known.z_sum + z,
            n=1 if known is None else known.n + 1,
            least_ion=ion_share if known is None else min(known.least_ion, ion_share),
            strongest=shown.stronger(None if known is None else known.strongest),
        )
        is_long = (plume.last_utc_ns - plume.first_utc_ns) * 1e-9 >= self.inlet.look_s
        if is_plume and not is_long:
            return replace(state, plume=plume), ()
        calibration, _, _ = self.inlet.calibration_at(record.t_utc_ns)
        told = self.inlet.evidence(
            scores_of(plume, self.library),
            look_id=f"{record.sensor_id}:plume-{state.n_looks + 1}",
            t_first_utc_ns=plume.first_utc_ns,
            t_last_utc_ns=plume.last_utc_ns,
            arrived_utc_ns=(plume.first_utc_ns, plume.last_utc_ns),
            air=self.inlet.air,
            substance=self.library.names[int(np.argmax(plume.z_sum))],
            calibration=calibration,
        )
        after = replace(state, plume=None, is_recovering=is_plume, n_looks=state.n_looks + 1)
        return after, (told,)

    def _ion(self, block: MobilityBlock, mean: np.ndarray) -> ReactantIon:
        at_1_ms = reduced_mobility_cm2_per_vs(
            1.0,
            temperature_c=block.temperature_c,
            pressure_hpa=block.pressure_hpa,
            drift_v=block.drift_v,
            drift_length_m=block.drift_length_m,
        )
        expected_ms = float(at_1_ms) / self.reactant_k0_cm2_per_vs
        error = relative_mobility_std(
            expected_ms,
            temperature_c=block.temperature_c,
            pressure_hpa=block.pressure_hpa,
            drift_v=block.drift_v,
            drift_length_m=block.drift_length_m,
            error=ReadingError(),
        )
        noise = noise_std(mean)
        return reactant_ion(
            block.drift_time_ms,
            mean,
            expected_ms=expected_ms,
            tolerance=TOLERANCE + 4 * error,
            noise_std=noise,
            least_height=LEAST_ION * noise,
        )

    def _z(
        self, relative: np.ndarray, mean: np.ndarray, ion: ReactantIon, clean: CleanAir
    ) -> tuple[np.ndarray, np.ndarray]:
        width = ion.width_ms / ion.drift_time_ms
        target, shift = peaks(
            relative,
            self.library,
            reactant_k0_cm2_per_vs=self.reactant_k0_cm2_per_vs,
            relative_width=width,
            axis_std=ion.drift_time_std_ms / ion.drift_time_ms,
        )
        of_clean = np.interp(relative, clean.relative_time, clean.mean)
        z, root = joint_z(
            mean[None],
            np.interp(relative, clean.relative_time, clean.variance),
            nuisance=clean_air_columns(relative, of_clean, relative_width=width, n_knots=KNOTS),
            target=target,
            target_shift=shift,
        )
        return z[0], root

    def _learnt(
        self,
        known: CleanAir | None,
        relative: np.ndarray,
        mean: np.ndarray,
        ion: ReactantIon,
        *,
        z: np.ndarray | None,
    ) -> CleanAir:
        """Return clean air with the mean of a block taken in, as a running mean that forgets."""
        floor = noise_std(mean) ** 2
        if known is None:
            return CleanAir(
                relative_time=relative,
                mean=mean,
                variance=np.full(len(mean), floor),
                z_var=np.ones(len(self.library.names)),
                ion_height=ion.height,
                n=1,
            )
        share = 1 / min(known.n + 1, MEMORY_BLOCKS)
        here = np.interp(known.relative_time, relative, mean)
        off = here - known.mean
        # Neighbours have the same noise; over nine of them it is known nine times as well.
        spread = np.convolve(np.pad(off**2, 4, mode="edge"), np.full(9, 1 / 9), mode="valid")
        return CleanAir(
            relative_time=known.relative_time,
            mean=known.mean + share * off,
            variance=np.maximum(known.variance + share * (spread - known.variance), 0.2 * floor),
            z_var=known.z_var if z is None else known.z_var + share * (z**2 - known.z_var),
            ion_height=known.ion_height + share * (ion.height - known.ion_height),
            n=known.n + 1,
        )

    def _told(
        self,
        record: Record,
        before: State,
        share: float,
        problem: tuple[HealthState, HealthReason, str] | None,
        evidence: tuple[Evidence, ...] = (),
    ) -> tuple[Observation, ...]:
        problems = [] if problem is None else [problem]
        return (
            self.inlet.coverage(record.t_utc_ns, air=self.inlet.air, share=share),
            *evidence,
            self.inlet.health(record, problems, before.last_utc_ns),
        )


def noise_std(spectrum: Float[np.ndarray, " k"]) -> float:
    """Return the noise of a sample from second differences, which a smooth spectrum has none of.

    For independent noise; 1.4826 times the median of their size is their standard deviation, which
    is the root of six times that of a sample.
    """
    rough = np.abs(np.diff(spectrum, n=2))
    return max(1.4826 * float(np.median(rough)) / np.sqrt(6.0), 1e-12)


def score_names(library: PeakLibrary) -> tuple[str, ...]:
    """Return the names of the scores that a calibration of this library needs."""
    return (*(f"log_z_{name}" for name in library.classes), "ion_left")


def scores_of(plume: OpenPlume, library: PeakLibrary) -> Float[np.ndarray, " scores"]:
    """Return the best z of each item class, on a scale that is linear near 0 and then a log.

    And the share of the reactant ion that was left: much of anything uses it up.
    """
    z = plume.z_sum / np.sqrt(plume.n)
    of_class = np.array(library.item_class)
    best = np.array([z[of_class == name].max() for name in library.classes])
    return np.append(np.arcsinh(best), plume.least_ion)
