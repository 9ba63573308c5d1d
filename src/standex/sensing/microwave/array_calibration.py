"""Gain and delay of every antenna, from the echo of a sphere that always stands in the room.

The empty-room mean of the sweeps holds coupling, the echoes of the room, and the echo of the
sphere. What the electronics do to a channel is separable,

    S(t, r, f) = g_t g_r exp(-j 2 pi (f - f_c) (d_t + d_r)) * true S(t, r, f),

with f_c the middle of the band: a gain (complex) and a delay for every antenna.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S
from standex.sensing.microwave.sphere_echo import Sphere, sphere_echo
from standex.sensing.microwave.two_way import common_phases, joined, two_way_fit

GATE_M = 0.3  # path before and behind the expected one in which the echo is looked for
LEAST_AGREEING = 0.5  # share of its channels that an antenna needs
LEAST_STD_RAD = 0.05  # of a channel's phase, and of its relative amplitude
SOUND_RAD = 0.5  # phase residual: 1 dB of a point's peak
MOST_RAISED_DB = 12.0  # a weaker antenna would bring more noise than echo
SAME_PLACE_M = 1e-4
N_REFINED = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Residuals:
    """What separable gains and delays leave of the sphere's echo, root mean square.

    Attributes:
        phase_rad: over all channels that were used.
        gain_db: likewise.
        delay_m: likewise, as path.
        tx_phase_rad: over the channels of each transmitter; NaN for a lost one.
        rx_phase_rad: of each receiver.
        tx_gain_db: of each transmitter.
        rx_gain_db: of each receiver.
        share_used: of the channels that were offered; the others disagree with theirs.
    """

    phase_rad: float
    gain_db: float
    delay_m: float
    tx_phase_rad: Float[np.ndarray, " tx"]
    rx_phase_rad: Float[np.ndarray, " rx"]
    tx_gain_db: Float[np.ndarray, " tx"]
    rx_gain_db: Float[np.ndarray, " rx"]
    share_used: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ArrayCalibration:
    """What the electronics do to each antenna.

    Only sums d_t + d_r and products g_t g_r can be seen: one constant is free in every group of
    antennas that share channels. It is fixed so that the receivers of a group have mean delay
    zero, mean phase zero (of the sum of their phasors) and geometric mean gain one.

    Attributes:
        sphere: that it rests on.
        tx_position_m: of each transmitter, as surveyed, sensor frame.
        rx_position_m: of each receiver.
        frequency_hz: grid.
        tx_gain: complex gain at the middle of the band, the antenna's pattern towards the sphere
            included; 0 for a lost antenna.
        rx_gain: of each receiver.
        tx_delay_s: of each transmitter; 0 for a lost antenna.
        rx_delay_s: of each receiver.
        tx_group: group of each transmitter, -1 for a lost one.
        rx_group: of each receiver.
        residuals: of the fit.
    """

    sphere: Sphere
    tx_position_m: Float[np.ndarray, "tx 3"]
    rx_position_m: Float[np.ndarray, "rx 3"]
    frequency_hz: Float[np.ndarray, " f"]
    tx_gain: Complex[np.ndarray, " tx"]
    rx_gain: Complex[np.ndarray, " rx"]
    tx_delay_s: Float[np.ndarray, " tx"]
    rx_delay_s: Float[np.ndarray, " rx"]
    tx_group: Int[np.ndarray, " tx"]
    rx_group: Int[np.ndarray, " rx"]
    residuals: Residuals

    @property
    def middle_hz(self) -> float:
        """Return the frequency at which gains are given."""
        return float((self.frequency_hz[0] + self.frequency_hz[-1]) / 2)

    @property
    def is_sound(self) -> bool:
        """Whether most channels show one sphere: else the gate holds something stronger."""
        return self.residuals.phase_rad < SOUND_RAD and self.residuals.share_used > LEAST_AGREEING

    @property
    def lost_tx(self) -> tuple[int, ...]:
        """Return the transmitters that could not be calibrated."""
        return tuple(int(row) for row in np.flatnonzero(self.tx_group < 0))

    @property
    def lost_rx(self) -> tuple[int, ...]:
        """Return the receivers that could not be calibrated."""
        return tuple(int(row) for row in np.flatnonzero(self.rx_group < 0))


def estimate(
    mean: Complex[np.ndarray, "tx rx f"],
    *,
    tx_position_m: Float[np.ndarray, "tx 3"],
    rx_position_m: Float[np.ndarray, "rx 3"],
    frequency_hz: Float[np.ndarray, " f"],
    sphere: Sphere,
    usable: Bool[np.ndarray, "tx rx"] | None = None,
    gate_m: float = GATE_M,
) -> ArrayCalibration:
    """Return gain and delay of every antenna from the empty room's echo of a sphere.

    The samples are divided by the closed-form echo; what is left of the sphere stands at the delay
    of the electronics, and everything else at other delays. A Blackman window over the band is
    the time gate: echoes more than 3 c / bandwidth of path away are down by 58 dB. Per channel
    the strongest echo within ``gate_m`` starts; then phase, slope of the phase and amplitude
    of every channel are fitted by a term per transmitter plus a term per receiver, with
    Tukey's weights, and the gate follows. Clutter inside the gate is averaged down by the root of
    the number of partners.

    Assumes that the sphere is the strongest echo within the gate in most channels, that delays of
    the electronics are shorter than the gate, and that the path after which everything repeats
    (c over the frequency step) folds neither coupling nor a wall into it.

    Args:
        mean: of the sweeps of an empty room; channels that are not finite or zero are left out.
        tx_position_m: as surveyed, sensor frame.
        rx_position_m: likewise.
        frequency_hz: uniform grid, ascending.
        sphere: as surveyed.
        usable: channels to trust, or None for all.
        gate_m: path before and behind the expected one, longer than c / bandwidth.

    Raises:
        ValueError: two antennas are at one place, the grid is not uniform, the gate is no longer
            than one resolution cell, or no channel can be used.

    References:
        Huber, Ronchetti, Robust Statistics, 2nd ed. 2009, chapter 7 (iterated weights).
        Tukey, Exploratory Data Analysis, 1977, chapter 11 (median polish).
    """
    _refuse(tx_position_m, rx_position_m, frequency_hz, gate_m)
    path, amplitude = sphere_echo(sphere, tx_position_m=tx_position_m, rx_position_m=rx_position_m)
    energy = np.vecdot(mean, mean).real
    trust = (amplitude > 0) & np.isfinite(energy) & (energy > 0)
    trust = trust if usable is None else trust & usable
    if not trust.any():
        raise ValueError(f"none of {trust.size} channels can be used to calibrate")
    n_offered = int(trust.sum())
    x = 2 * np.pi * (frequency_hz - (frequency_hz[0] + frequency_hz[-1]) / 2)
    window = np.blackman(len(x) + 2)[1:-1]
    window /= window.sum()
    cell_m = LIGHT_M_PER_S * 2 * np.pi / (x[-1] - x[0])
    quotient, start_s = _demodulate(
        mean, trust, path, amplitude, frequency_hz, _steering(x, window, cell_m, gate_m)
    )
    tx, rx = np.zeros((3, len(trust))), np.zeros((3, trust.shape[1]))  # phase, log gain, delay
    tx[2], rx[2], weight = two_way_fit(start_s, trust, least=0.25 * cell_m / LIGHT_M_PER_S)
    trust = _agreeing(trust, weight)
    columns = np.column_stack([window, window * x / (window @ x**2)]).astype(np.complex64)
    # Clutter leaves this much: nobody is an outlier for less, however quiet the mean is.
    floor = LEAST_STD_RAD * np.array([1.0, 1.0, np.sqrt(window.sum() / (window @ x**2))])
    left, agree = np.zeros((3, *trust.shape)), np.ones(trust.shape)
    for step in range(N_REFINED):
        value, slope = _project(quotient, _phasor(tx, x), _phasor(rx, x), columns)
        trust &= np.abs(value) > 0
        value = np.where(trust, value, 1.0)
        if step == 0:  # phases of the electronics can be anything; from here on they are near 0
            tx[0], rx[0] = common_phases(np.where(trust, value / np.abs(value), 0.0))
            turn = np.exp(-1j * (tx[0][:, None] + rx[0]))
            value, slope = value * turn, slope * turn
        parts = (np.angle(value), np.log(np.abs(value)), -(slope / value).imag)
        agree = np.ones(trust.shape)
        for row, part in enumerate(parts):
            a, b, weight = two_way_fit(part, trust, least=floor[row])
            tx[row], rx[row] = tx[row] + a, rx[row] + b
            left[row] = part - a[:, None] - b
            agree = agree * weight
        trust = _agreeing(trust, agree)
    used = trust & (agree > 0)
    tx_group, rx_group = joined(used)
    for group in range(tx_group.max() + 1):
        of_tx, of_rx = tx_group == group, rx_group == group
        common = rx[:, of_rx].mean(axis=1)
        common[0] = np.angle(np.exp(1j * rx[0, of_rx]).sum())
        tx[:, of_tx] += common[:, None]
        rx[:, of_rx] -= common[:, None]
    tx[:, tx_group < 0] = rx[:, rx_group < 0] = 0.0
    return ArrayCalibration(
        sphere=sphere,
        tx_position_m=tx_position_m,
        rx_position_m=rx_position_m,
        frequency_hz=frequency_hz,
        tx_gain=np.where(tx_group < 0, 0.0, np.exp(tx[1] + 1j * tx[0])),
        rx_gain=np.where(rx_group < 0, 0.0, np.exp(rx[1] + 1j * rx[0])),
        tx_delay_s=tx[2],
        rx_delay_s=rx[2],
        tx_group=tx_group,
        rx_group=rx_group,
        residuals=_residuals(left, used, n_offered=n_offered),
    )


def apply(
    calibration: ArrayCalibration,
    samples: Complex[np.ndarray, "tx rx f"],
    *,
    out: Complex[np.ndarray, "tx rx f"] | None = None,
) -> Complex[np.ndarray, "tx rx f"]:
    """Return the samples as ideal electronics at the surveyed places would have measured them.

    Lost antennas are set to zero: at an unknown phase they would only add clutter. Weak antennas
    are raised by ``MOST_RAISED_DB`` over the median at most, since noise is raised with them.

    Args:
        calibration: of the same array and grid.
        samples: complex64 for speed; not written to unless it is also ``out``.
        out: where the result goes, or None for a new array.

    Raises:
        ValueError: the samples belong to another array or grid.
    """
    shape = (len(calibration.tx_gain), len(calibration.rx_gain), len(calibration.frequency_hz))
    if samples.shape != shape:
        raise ValueError(f"samples have shape {samples.shape}, the calibration {shape}")
    out = np.empty_like(samples) if out is None else out
    x = 2 * np.pi * (calibration.frequency_hz - calibration.middle_hz)
    tx, rx = (
        (_inverse(gain)[:, None] * np.exp(1j * x * delay[:, None])).astype(samples.dtype)
        for gain, delay in (
            (calibration.tx_gain, calibration.tx_delay_s),
            (calibration.rx_gain, calibration.rx_delay_s),
        )
    )
    phasor = np.empty_like(rx)  # of one transmitter: stays in the second-level cache
    for row, of_tx in enumerate(tx):
        np.multiply(rx, of_tx, out=phasor)
        np.multiply(samples[row], phasor, out=out[row])
    return out


def _inverse(gain: np.ndarray) -> np.ndarray:
    strength = np.abs(gain)
    lost = strength == 0
    least = 0.0 if lost.all() else np.median(strength[~lost]) * 10 ** (-MOST_RAISED_DB / 20)
    safe = np.where(lost, 1.0, strength)
    return np.where(lost, 0.0, np.conj(gain) / (safe * np.maximum(safe, least)))


def _refuse(tx_m: np.ndarray, rx_m: np.ndarray, frequency_hz: np.ndarray, gate_m: float) -> None:
    for name, position in (("transmitters", tx_m), ("receivers", rx_m)):
        pairs = duplicates(position)
        if pairs:
            raise ValueError(
                f"{name} {pairs[0][0]} and {pairs[0][1]} are at the same place "
                f"{position[pairs[0][0]].tolist()}; {len(pairs)} such pairs"
            )
    step = np.diff(frequency_hz)
    if len(step) < 7 or np.any(step <= 0) or np.ptp(step) > 1e-3 * step.mean():
        raise ValueError("frequency_hz must be an ascending, uniform grid of at least eight")
    cell_m = LIGHT_M_PER_S / float(frequency_hz[-1] - frequency_hz[0])
    period_m = LIGHT_M_PER_S / float(step.mean())
    if not cell_m < gate_m < period_m / 2:
        raise ValueError(
            f"gate_m must be between a resolution cell ({cell_m:.3f} m) and half the path after "
            f"which everything repeats ({period_m / 2:.3f} m), got {gate_m}"
        )


def duplicates(position_m: Float[np.ndarray, "n 3"]) -> tuple[tuple[int, int], ...]:
    """Return the pairs of antennas that are listed at one and the same place."""
    n = len(position_m)
    apart = np.linalg.norm(position_m[:, None] - position_m[None, :], axis=-1)
    rows = np.argwhere((apart < SAME_PLACE_M) & np.triu(np.ones((n, n), dtype=bool), 1))
    return tuple((int(a), int(b)) for a, b in rows)


def _demodulate(
    mean: np.ndarray,
    trust: np.ndarray,
    path_m: np.ndarray,
    amplitude: np.ndarray,
    frequency_hz: np.ndarray,
    look: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Return samples over echo, and the delay at which each channel is strongest in the gate."""
    delay_s, steering = look
    quotient = np.zeros(mean.shape, dtype=np.complex64)
    start_s = np.zeros(trust.shape)
    k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz
    block = int(np.ceil(np.sqrt(len(k))))
    coarse, fine = k[::block], k[:block] - k[0]  # exp(jkR) as a product: few exponentials
    for row, one in enumerate(mean):
        way = path_m[row][:, None]
        phasor = (
            np.exp(1j * way * coarse).astype(np.complex64)[:, :, None]
            * np.exp(1j * way * fine).astype(np.complex64)[:, None, :]
        ).reshape(len(way), -1)[:, : len(k)]
        scale = np.where(trust[row], 1 / np.where(trust[row], amplitude[row], 1.0), 0.0)
        # A channel that is not trusted may hold NaN, which zero does not cover.
        safe = np.where(trust[row][:, None], one, 0) if not trust[row].all() else one
        np.multiply(safe, phasor * scale.astype(np.float32)[:, None], out=quotient[row])
        start_s[row] = delay_s[np.argmax(np.abs(quotient[row] @ steering), axis=1)]
    return quotient, start_s


def _steering(
    x: np.ndarray, window: np.ndarray, cell_m: float, gate_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return delays over the gate, a third of a cell apart, and the matched filter of each."""
    n = int(gate_m / (cell_m / 3))
    delay_s = np.arange(-n, n + 1) * cell_m / 3 / LIGHT_M_PER_S
    filters = window[:, None] * np.exp(1j * x[:, None] * delay_s)
    return delay_s, filters.astype(np.complex64)


def _phasor(terms: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return what takes phase, gain and delay out of each antenna."""
    phase, log_gain, delay = terms[:, :, None]
    return np.exp(-log_gain - 1j * phase + 1j * x * delay).astype(np.complex64)


def _project(
    quotient: np.ndarray, tx: np.ndarray, rx: np.ndarray, columns: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return value and slope over frequency of each channel, after the model is taken out."""
    result = np.empty((*quotient.shape[:2], 2), dtype=np.complex64)
    scratch = np.empty(quotient.shape[1:], dtype=np.complex64)
    for row, of_tx in enumerate(tx):
        np.multiply(rx, of_tx, out=scratch)
        np.multiply(quotient[row], scratch, out=scratch)
        np.matmul(scratch, columns, out=result[row])
    return result[..., 0].astype(np.complex128), result[..., 1].astype(np.complex128)


def _agreeing(trust: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Leave out antennas most of whose channels agree with no common term."""
    agreeing = trust & (weight > 0)
    keep = [agreeing.sum(axis=axis) > LEAST_AGREEING * trust.sum(axis=axis) for axis in (1, 0)]
    return trust & keep[0][:, None] & keep[1][None, :]


def _residuals(left: np.ndarray, used: np.ndarray, *, n_offered: int) -> Residuals:
    phase, log_gain, delay = left
    gain_db = 20 / np.log(10) * log_gain
    return Residuals(
        phase_rad=float(_rms(phase, used, None)),
        gain_db=float(_rms(gain_db, used, None)),
        delay_m=float(_rms(delay, used, None)) * LIGHT_M_PER_S,
        tx_phase_rad=_rms(phase, used, 1),
        rx_phase_rad=_rms(phase, used, 0),
        tx_gain_db=_rms(gain_db, used, 1),
        rx_gain_db=_rms(gain_db, used, 0),
        share_used=float(used.sum() / n_offered),
    )


def _rms(value: np.ndarray, used: np.ndarray, axis: int | None) -> np.ndarray:
    n = used.sum(axis=axis)
    power = np.where(used, value**2, 0.0).sum(axis=axis)
    return np.asarray(np.sqrt(np.where(n > 0, power / np.maximum(n, 1), np.nan)))
