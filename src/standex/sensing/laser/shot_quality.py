"""What is wrong with the shots of a record, by name, and which channels can still be used."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Bool, Float

from standex.sensing.laser.shot import ShotRecord
from standex.sensing.laser.standard_bands import nearest_band

SATURATED_SHARE = 0.98  # of the stated level: the last counts before it are no longer linear
LEAST_USABLE = 0.5  # share of the channels of a shot, below which it says nothing
NEGATIVE_SIGMA = 6.0
DEAD_SHOTS = 3  # shots, dark among them, whose agreement to the count tells a dead channel
HOT_DARK_SHARE = 0.25  # of the saturation, in the dark
DRIFT_SIGMA = 6.0
DRIFT_COUNTS = 5.0  # of the mean: smaller drifts are taken off with the dark
BAND_TOLERANCE_PER_CM = 8.0
BAND_REACH_PER_CM = 120.0  # a laser 1.5 nm off moves bands by some 25; another one by hundreds


class Problem(StrEnum):
    """Names of what can be wrong."""

    NO_SHOT = "no_shot"
    ALL_ZERO = "all_zero"
    NOT_FINITE = "not_finite"
    SATURATED = "saturated"
    NEGATIVE = "negative"
    DEAD_CHANNELS = "dead_channels"
    DARK_UNUSABLE = "dark_unusable"
    DARK_DRIFT = "dark_drift"
    AXIS_REVERSED = "axis_reversed"
    WRONG_LASER = "wrong_laser"


class Consequence(StrEnum):
    """What follows from a problem."""

    NOTE = "note"
    LOST_CHANNELS = "lost_channels"
    DEGRADED = "degraded"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        problem: its name.
        consequence: what follows.
        sentence: what it is and what to do, for a person.
    """

    problem: Problem
    consequence: Consequence
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShotQuality:
    """Which channels of which shots can be used, and why not the others.

    Attributes:
        usable: of each shot.
        findings: worst first; empty when all is well.
    """

    usable: Bool[np.ndarray, "shots channels"]
    findings: tuple[Finding, ...]

    @property
    def is_unusable(self) -> bool:
        """Whether nothing in the record can be used."""
        return any(one.consequence is Consequence.UNUSABLE for one in self.findings)

    @property
    def usable_shots(self) -> Bool[np.ndarray, " shots"]:
        """Return which shots keep enough channels."""
        if self.is_unusable or not self.usable.size:
            return np.zeros(len(self.usable), dtype=bool)
        return self.usable.mean(axis=1) >= LEAST_USABLE

    @property
    def share_usable(self) -> float:
        """Return the share of channels and shots left: what coverage is multiplied by."""
        if self.is_unusable or not self.usable.size:
            return 0.0
        return float(np.where(self.usable_shots[:, None], self.usable, False).mean())

    @property
    def sentence(self) -> str:
        """Say what is wrong and what to do; nothing when all is well."""
        return "; ".join(one.sentence for one in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DarkReference:
    """The dark of a camera when it was commissioned, of one gate.

    Attributes:
        mean: counts of each channel.
        sigma: standard deviation of one gate, of each channel.
        exposure_s: of the gate.
    """

    mean: Float[np.ndarray, " channels"]
    sigma: Float[np.ndarray, " channels"]
    exposure_s: float


def judge_shots(
    record: ShotRecord,
    *,
    dark_reference: DarkReference | None = None,
    known_band_per_cm: float | None = None,
) -> ShotQuality:
    """Return which channels of the shots of a record can be used.

    Args:
        record: parsed; its axis is strictly monotone.
        dark_reference: of the same gate, or None: then drift is not judged. Ambient light is part
            of the dark, so give one only where there is none.
        known_band_per_cm: of a substrate or of silicon that is known to be in front, or None.

    Raises:
        ValueError: the reference has another number of channels.
    """
    n_shots = record.n_shots
    usable = np.ones(record.counts.shape, dtype=bool)
    findings: list[Finding] = []
    if not n_shots:
        findings.append(
            Finding(
                problem=Problem.NO_SHOT,
                consequence=Consequence.UNUSABLE,
                sentence="no shot was fired: check interlock, arming and line of sight",
            )
        )
    finite = np.isfinite(record.counts) & np.isfinite(record.dark)
    usable &= finite
    _not_finite(record, finite, findings)
    _all_zero(record, usable, findings)
    _saturated(record, usable, findings)
    _negative(record, usable, findings)
    _dead(record, usable, findings)
    if dark_reference is not None:
        _drift(record, dark_reference, findings)
    if record.wavelength_nm[0] > record.wavelength_nm[-1]:
        findings.append(
            Finding(
                problem=Problem.AXIS_REVERSED,
                consequence=Consequence.NOTE,
                sentence="the axis descends: read from the other end",
            )
        )
    if known_band_per_cm is not None and n_shots:
        _laser(record, usable, known_band_per_cm, findings)
    order = list(Consequence)[::-1]
    findings.sort(key=lambda one: order.index(one.consequence))
    return ShotQuality(usable=usable, findings=tuple(findings))


def _not_finite(record: ShotRecord, finite: np.ndarray, findings: list[Finding]) -> None:
    n_dark = int(np.sum(~np.isfinite(record.dark)))
    if n_dark > (1 - LEAST_USABLE) * len(record.dark):
        findings.append(
            Finding(
                problem=Problem.DARK_UNUSABLE,
                consequence=Consequence.UNUSABLE,
                sentence=f"{n_dark} of {len(record.dark)} channels of the dark are not finite: "
                "check the camera's link, then take the dark again",
            )
        )
    n = int(np.sum(~finite))
    if n:
        all_lost = n == finite.size
        findings.append(
            Finding(
                problem=Problem.NOT_FINITE,
                consequence=Consequence.UNUSABLE if all_lost else Consequence.LOST_CHANNELS,
                sentence=f"{n:,} of {finite.size:,} counts are not finite: check the camera's link",
            )
        )


def _all_zero(record: ShotRecord, usable: np.ndarray, findings: list[Finding]) -> None:
    with np.errstate(invalid="ignore"):
        flat = np.nanmax(np.where(usable, record.counts, -np.inf), axis=1, initial=-np.inf) == (
            np.nanmin(np.where(usable, record.counts, np.inf), axis=1, initial=np.inf)
        )
    empty = flat & usable.any(axis=1)
    if empty.any():
        usable[empty] = False
        findings.append(
            Finding(
                problem=Problem.ALL_ZERO,
                consequence=Consequence.UNUSABLE if empty.all() else Consequence.DEGRADED,
                sentence=f"{int(empty.sum())} of {len(empty)} shots hold one and the same number "
                "in all channels: check the camera and its trigger",
            )
        )


def _saturated(record: ShotRecord, usable: np.ndarray, findings: list[Finding]) -> None:
    with np.errstate(invalid="ignore"):
        full = usable & (record.counts >= SATURATED_SHARE * record.saturation_counts)
        full_dark = record.dark >= SATURATED_SHARE * record.saturation_counts
    if full.any():
        # Charge spills into the neighbours of a full channel.
        spill = full.copy()
        spill[:, 1:] |= full[:, :-1]
        spill[:, :-1] |= full[:, 1:]
        usable &= ~spill
        lost = float(spill.mean(axis=1).min()) > 1 - LEAST_USABLE
        findings.append(
            Finding(
                problem=Problem.SATURATED,
                consequence=Consequence.UNUSABLE if lost else Consequence.LOST_CHANNELS,
                sentence=f"{int(full.sum()):,} counts are saturated in "
                f"{int(full.any(axis=1).sum())} of {len(full)} shots: shorten the gate, lower the "
                "pulse energy, or look at strong ambient light",
            )
        )
    if full_dark.any():
        usable &= ~full_dark[None, :]
        findings.append(
            Finding(
                problem=Problem.DARK_UNUSABLE,
                consequence=Consequence.UNUSABLE
                if full_dark.mean() > 1 - LEAST_USABLE
                else Consequence.LOST_CHANNELS,
                sentence=f"the dark is saturated in {int(full_dark.sum())} channels: shade the "
                "ambient light or shorten the gate",
            )
        )


def _negative(record: ShotRecord, usable: np.ndarray, findings: list[Finding]) -> None:
    limit = -NEGATIVE_SIGMA * max(record.read_noise_e / record.gain_e_per_count, 1.0)
    with np.errstate(invalid="ignore"):
        below = usable & (record.counts - min(record.offset_counts, 0.0) < limit)
    if below.any():
        usable &= ~below
        lost = float(below.mean()) > 1 - LEAST_USABLE
        findings.append(
            Finding(
                problem=Problem.NEGATIVE,
                consequence=Consequence.UNUSABLE if lost else Consequence.LOST_CHANNELS,
                sentence=f"{int(below.sum()):,} counts are negative, beyond read noise: raw counts "
                "are wanted, with nothing taken off",
            )
        )


def _dead(record: ShotRecord, usable: np.ndarray, findings: list[Finding]) -> None:
    dead = np.zeros(usable.shape[1], dtype=bool)
    if record.n_shots >= DEAD_SHOTS:
        same: np.ndarray = record.counts.max(axis=0) == record.counts.min(axis=0)
        # A whole record without any noise is another matter: synthetic, or all zero.
        dead = same & (np.abs(record.counts[0] - record.dark) < 0.5) & (same.mean() < LEAST_USABLE)
    with np.errstate(invalid="ignore"):
        typical = float(np.nanmedian(record.dark)) if np.isfinite(record.dark).any() else 0.0
        hot = record.dark - typical > HOT_DARK_SHARE * record.saturation_counts
    hot = hot & (
        hot.mean() < 0.05
    )  # more of them are ambient light, and that is no fault of channels
    n_dead, n_hot = int(dead.sum()), int(hot.sum())
    if n_dead + n_hot:
        usable &= ~(dead | hot)[None, :]
        findings.append(
            Finding(
                problem=Problem.DEAD_CHANNELS,
                consequence=Consequence.LOST_CHANNELS,
                sentence=f"{n_dead} channels are dead and {n_hot} hot; the first is number "
                f"{int(np.argmax(dead | hot))}: note them in the device's description",
            )
        )


def _drift(record: ShotRecord, reference: DarkReference, findings: list[Finding]) -> None:
    if len(reference.mean) != len(record.dark):
        raise ValueError(
            f"the dark reference has {len(reference.mean)} channels, the record {len(record.dark)}"
        )
    off = record.dark - reference.mean * record.exposure_s / reference.exposure_s
    known = np.isfinite(off) & np.isfinite(reference.sigma) & (reference.sigma > 0)
    if not known.any():
        return
    mean = float(np.median(off[known]))
    # 1.57: a median scatters more than a mean.
    sigma = float(
        np.sqrt(1.57 * np.mean(reference.sigma[known] ** 2) / record.n_dark / known.sum())
    )
    if abs(mean) > max(DRIFT_SIGMA * sigma, DRIFT_COUNTS):
        findings.append(
            Finding(
                problem=Problem.DARK_DRIFT,
                consequence=Consequence.DEGRADED,
                sentence=f"the dark is {mean:+.0f} counts off its reference: check the camera's "
                "temperature and the shade",
            )
        )


def _laser(
    record: ShotRecord, usable: np.ndarray, band_per_cm: float, findings: list[Finding]
) -> None:
    shift = record.raman_shift_per_cm
    order = np.argsort(shift)
    with np.errstate(invalid="ignore"):
        signal = np.where(usable, record.counts - record.dark, np.nan)
    whole = np.flatnonzero(np.isfinite(signal[:, order]).all(axis=0))
    shift, signal = shift[order][whole], signal[:, order][:, whole].mean(axis=0)
    if len(shift) < 8:
        return
    place = nearest_band(shift, signal, band_per_cm, reach_per_cm=BAND_REACH_PER_CM)
    if place is None:
        findings.append(
            Finding(
                problem=Problem.WRONG_LASER,
                consequence=Consequence.DEGRADED,
                sentence=f"the band at {band_per_cm:.0f} per cm that should be in front is not "
                "found: check the laser's wavelength and what is in front",
            )
        )
        return
    at = float(shift[place[0]])
    if abs(at - band_per_cm) > BAND_TOLERANCE_PER_CM:
        laser_nm = 1e7 / (1e7 / record.laser_nm - at + band_per_cm)
        findings.append(
            Finding(
                problem=Problem.WRONG_LASER,
                consequence=Consequence.UNUSABLE,
                sentence=f"the band at {band_per_cm:.0f} per cm lies at {at:.0f}: the laser is at "
                f"{laser_nm:.2f} nm and not at {record.laser_nm:.2f}, or the axis has moved; "
                "calibrate the spectrometer",
            )
        )
