"""Which channels of a sweep can be used, why the others cannot, and what that costs.

Judged on raw samples, before the array calibration is applied: gains differ by then, and a clipped
channel no longer shows the level at which it was clipped.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Complex, Float
from scipy.special import ndtr, ndtri

SILENT = 0.01  # of the energy of the empty room, less the noise: the coupling is gone
GAIN = 4.0  # amplitude: beyond this, or below its inverse, the gain is another one
LEVEL_TOLERANCE = 2e-6  # rounding of complex64
CLIPPED_SHARE = 0.05  # of the frequencies of a channel at one and the same largest value
WHOLE = 0.9  # share of lost channels from which an antenna or a frequency is lost
N_PROBES = 4  # every so many antennas of each side are asked for missing frequencies
BRIGHT_CELLS = 200.0  # resolution cells of a body that share a path cell with the object
BACKGROUND = 0.01  # power of noise and sidelobes under the object's peak, all channels working


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChannelReference:
    """What the channels of an empty room look like.

    Attributes:
        mean: of the sweeps.
        noise: standard deviation of one sample of a sweep, both quadratures.
        energy: of the mean, by channel.
        expected: channels that work; pairs that are blanked by design are exactly 0.
        steady: channels whose coupling nobody can block: the others are not called silent while
            they are not exactly 0.
    """

    mean: Complex[np.ndarray, "tx rx f"]
    noise: float
    energy: Float[np.ndarray, "tx rx"]
    expected: Bool[np.ndarray, "tx rx"]
    steady: Bool[np.ndarray, "tx rx"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChannelQuality:
    """Which channels of one sweep can be used. A channel is counted under one reason only.

    Attributes:
        usable: neither lost nor blanked by design.
        lost: should work and cannot be used.
        n_expected: channels that work when all is well.
        n_not_finite: lost, they hold NaN or infinity.
        n_silent: lost, they are 0 or hold no coupling.
        n_saturated: lost, they are clipped at the largest value of the sweep.
        n_other_gain: lost, their gain is beyond ``GAIN`` times that of the empty room, or below.
        n_of_antenna: lost because nearly all the others of their antenna are.
        lost_tx: transmitters all of whose channels are lost.
        lost_rx: receivers likewise.
        lost_frequency: frequencies missing (0 or not finite) in nearly all channels.
        n_frequencies: of the grid.
    """

    usable: Bool[np.ndarray, "tx rx"]
    lost: Bool[np.ndarray, "tx rx"]
    n_expected: int
    n_not_finite: int
    n_silent: int
    n_saturated: int
    n_other_gain: int
    n_of_antenna: int
    lost_tx: tuple[int, ...]
    lost_rx: tuple[int, ...]
    lost_frequency: tuple[int, ...]
    n_frequencies: int

    @property
    def n_lost(self) -> int:
        """Return the number of channels that should work and do not."""
        return int(self.lost.sum())

    @property
    def share_usable(self) -> float:
        """Return the share of the expected samples that can be used; the image loses the rest."""
        kept = 1 - len(self.lost_frequency) / self.n_frequencies
        return kept * int(self.usable.sum()) / max(self.n_expected, 1)

    @property
    def sentence(self) -> str:
        """Say what is lost, where, and what to do; nothing when all is well."""
        said: list[str] = []
        if self.n_lost:
            reasons = (
                (self.n_not_finite, "not finite", "the data link of their receivers"),
                (self.n_silent, "silent", "antennas, cables and switches"),
                (self.n_saturated, "saturated", "metal close to the panel, and receiver gain"),
                (self.n_other_gain, "of another gain", "amplifiers, then calibrate the array"),
                (self.n_of_antenna, "beside them of a lost antenna", ""),
            )
            counts = ", ".join(f"{n} {word}" for n, word, _ in reasons if n)
            checks = "; ".join(check for n, _, check in reasons if n and check)
            whole = ", ".join(
                f"{name} {', '.join(map(str, rows))} lost altogether"
                for name, rows in (("transmitter", self.lost_tx), ("receiver", self.lost_rx))
                if rows
            )
            said.append(
                f"{self.n_lost:,} of {self.n_expected:,} channels lost ({counts})"
                + (f"; {whole}" if whole else "")
                + f": check {checks}"
            )
        if self.lost_frequency:
            rows = self.lost_frequency
            said.append(
                f"{len(rows)} of {self.n_frequencies} frequencies missing, the first is number "
                f"{rows[0]}: check the synthesiser's lock"
            )
        return "; ".join(said)


def reference_of(
    mean: Complex[np.ndarray, "tx rx f"],
    *,
    noise: float,
    steady: Bool[np.ndarray, "tx rx"] | None = None,
) -> ChannelReference:
    """Return what sweeps are held against; once per background.

    Args:
        mean: of the sweeps of the empty room, raw.
        noise: standard deviation of one sample of one sweep, both quadratures.
        steady: channels whose coupling nobody can block (antennas of one panel), or None for all.

    Raises:
        ValueError: the mean or the noise is not finite, or the noise is negative.
    """
    energy = np.vecdot(mean, mean).real.astype(np.float64)
    if not np.isfinite(energy).all() or not 0 <= noise < np.inf:
        raise ValueError(
            f"{int(np.sum(~np.isfinite(energy)))} channels of the mean are not finite, noise is "
            f"{noise}; both must be finite and noise not negative"
        )
    return ChannelReference(
        mean=mean,
        noise=noise,
        energy=energy,
        expected=energy > 0,
        steady=np.ones(energy.shape, dtype=bool) if steady is None else steady,
    )


def judge(samples: Complex[np.ndarray, "tx rx f"], reference: ChannelReference) -> ChannelQuality:
    """Return which channels of a sweep can be used.

    Per channel: energy, projection on the empty room and largest value, one transmitter at a time
    so that its samples are read from memory once. With f frequencies, noise n and the room's
    energy E, a channel has lost its coupling when its energy less f n^2 is below E / 16. That is
    asked only where E exceeds both 80 sqrt(f) n^2 (noise alone then stays below, at 5 standard
    deviations) and 9 sqrt(f n^4 + 2 n^2 E) (a channel that works stays above, at 8), which any
    coupling 10 dB over the noise of a sample does from 64 frequencies on. The gain is the
    projection on the room, and it counts where the room is most of what the channel holds: people
    have other paths. Clipped is a channel that holds one and the same largest magnitude or
    quadrature of the whole sweep, to rounding, at ``CLIPPED_SHARE`` of its frequencies.

    Args:
        samples: raw; may hold NaN and infinities.
        reference: of the same array and grid.

    Raises:
        ValueError: the samples have another shape than the reference.
    """
    if samples.shape != reference.mean.shape:
        raise ValueError(
            f"samples have shape {samples.shape}, the empty room {reference.mean.shape}"
        )
    with np.errstate(over="ignore", invalid="ignore"):
        samples = np.ascontiguousarray(samples, dtype=np.complex64)
    expected, n_f = reference.expected, samples.shape[2]
    energy, overlap, peak = _sums(samples, reference.mean)
    room = reference.energy
    missing = _missing_frequencies(samples, expected)
    if missing.any():
        kept = np.flatnonzero(~missing)
        part, mean = np.take(samples, kept, axis=2), np.take(reference.mean, kept, axis=2)
        energy, overlap, peak = _sums(part, mean)
        room = np.vecdot(mean, mean).real
        n_f = len(kept)
    finite = np.isfinite(energy)
    energy, overlap, peak = (np.where(finite, part, 0.0) for part in (energy, overlap, peak))
    noise2 = reference.noise**2
    above = energy - n_f * noise2
    spread = np.sqrt(n_f * noise2**2 + 2 * noise2 * room)
    judged = expected & reference.steady
    judged &= (room > 80 * np.sqrt(n_f) * noise2) & (room > 9 * spread)
    zero = finite & (energy == 0)
    weak = zero | (judged & (above < room / GAIN**2))
    silent = zero | (weak & (above < SILENT * room))
    loud = judged & (overlap > GAIN * room) & (overlap**2 > 0.5 * room * energy)
    clipped = np.zeros_like(finite)
    rows = np.nonzero(expected & finite & ~zero & (peak >= 0.7 * peak.max()))
    clipped[rows] = _clipped(samples[rows], reference.noise)
    reasons = (~finite, silent, clipped, weak | loud)
    counts: list[int] = []
    lost = ~expected
    for reason in reasons:
        counts.append(int(np.sum(reason & ~lost)))
        lost = lost | reason
    lost_tx, lost_rx = (_whole(lost & expected, expected, judged, axis) for axis in (1, 0))
    whole = expected & (lost_tx[:, None] | lost_rx[None, :])
    return ChannelQuality(
        usable=~(lost | whole),
        lost=(lost | whole) & expected,
        n_expected=int(expected.sum()),
        n_not_finite=counts[0],
        n_silent=counts[1],
        n_saturated=counts[2],
        n_other_gain=counts[3],
        n_of_antenna=int(np.sum(whole & ~lost)),
        lost_tx=tuple(int(row) for row in np.flatnonzero(lost_tx)),
        lost_rx=tuple(int(row) for row in np.flatnonzero(lost_rx)),
        lost_frequency=tuple(int(row) for row in np.flatnonzero(missing)),
        n_frequencies=samples.shape[2],
    )


def without_lost(
    samples: Complex[np.ndarray, "tx rx f"],
    quality: ChannelQuality,
    *,
    fill: Complex[np.ndarray, "tx rx f"] | None = None,
) -> Complex[np.ndarray, "tx rx f"]:
    """Return the samples with lost channels and frequencies replaced; the same array if none are.

    Args:
        samples: of the sweep that was judged; not written to.
        quality: of it.
        fill: what stands in for a lost channel: the mean of the empty room if that is still to
            be subtracted, so that 0 is left, or None for 0. The image of a point falls to
            ``share_usable``; see ``coverage_factor``.
    """
    rows = np.nonzero(quality.lost)
    columns = list(quality.lost_frequency)
    if not len(rows[0]) and not columns:
        return samples
    clean = samples.copy()
    clean[rows] = 0 if fill is None else fill[rows]
    clean[..., columns] = 0 if fill is None else fill[..., columns]
    return clean


def coverage_factor(
    *,
    share_usable: float,
    n_channels: int,
    phase_error_rad: float = 0.0,
    aperture_share: float = 1.0,
    p_detect: float = 0.95,
    pfa_per_look: float = 0.01,
    bright_cells: float = BRIGHT_CELLS,
    background: float = BACKGROUND,
) -> float:
    """Return by which factor the probability of a detection falls when channels are lost.

    With a share q of N channels left at random and independent phase errors of standard deviation
    s, the sum over channels has the mean N q exp(-s^2 / 2) at a point and, away from it, the
    variance N (q - q^2 exp(-s^2)) beside the pattern of the full array. With eta = q exp(-s^2):

        amplitude of a point           q exp(-s^2 / 2)
        signal to noise, in power      eta
        sidelobes added, to the peak   (1 - eta) / (eta N), mean power.

    Each of M cells that share a path cell with the object and are as bright sends such sidelobes
    into it. Over a background B (noise and sidelobes of the full array, to the object's
    peak) the signal to background falls by  eta / (1 + (1 - eta) M / (N B)). An aperture that has
    shrunk gives as many times fewer independent cells on the object, and the detection index goes
    with the root of both. A Gaussian statistic of index d then detects with
    P = Phi(d - z(pfa)); the factor is that of P - pfa, so that nothing is left of chance.

    A block of lost neighbours is not random: what it does to the resolution is in
    ``aperture_share``, and its sidelobes reach its share of the amplitude in one direction.

    Args:
        share_usable: q, 0 to 1.
        n_channels: N, all that are expected.
        phase_error_rad: s, of a channel: residual of the calibration, or a panel that has moved.
        aperture_share: see the function of that name.
        p_detect: of the reference object, all channels working.
        pfa_per_look: at which the operating point stands.
        bright_cells: M.
        background: B, a ratio of powers.

    Returns:
        0 to 1; 1 when nothing is lost.

    Raises:
        ValueError: a share is outside 0 to 1, or ``pfa_per_look`` not below ``p_detect``.

    References:
        Ruze, Proc. IEEE 54 (1966) 633 (phase errors).
        Steinberg, Principles of Aperture and Array System Design, 1976, chapter 8 (random arrays).
    """
    for name, value in (("share_usable", share_usable), ("aperture_share", aperture_share)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be in 0 to 1, got {value}")
    if not 0 < pfa_per_look < p_detect < 1:
        raise ValueError(
            f"pfa_per_look {pfa_per_look} must be above 0 and below p_detect {p_detect}, below 1"
        )
    if not phase_error_rad >= 0:
        raise ValueError(f"phase_error_rad must not be negative, got {phase_error_rad}")
    eta = share_usable * float(np.exp(-(phase_error_rad**2)))
    contrast = eta / (1 + (1 - eta) * bright_cells / (max(n_channels, 1) * background))
    threshold = -float(ndtri(pfa_per_look))
    index = (float(ndtri(p_detect)) + threshold) * np.sqrt(contrast * aperture_share)
    above_chance = float(ndtr(index - threshold)) - pfa_per_look
    return max(above_chance, 0.0) / (p_detect - pfa_per_look)


def aperture_share(
    quality: ChannelQuality,
    *,
    expected: Bool[np.ndarray, "tx rx"],
    tx_position_m: Float[np.ndarray, "tx 3"],
    rx_position_m: Float[np.ndarray, "rx 3"],
) -> float:
    """Return the area of the aperture that is left, as a share of the whole.

    The area is the product of the two largest root-mean-square widths of the sums of transmitter
    and receiver places over the channels in use: the inverse area of a resolution cell.
    """
    at = tx_position_m[:, None] + rx_position_m[None, :]
    whole, left = (_area_m2(at[mask]) for mask in (expected, quality.usable))
    return min(left / whole, 1.0) if whole > 0 else 0.0


def _area_m2(at_m: np.ndarray) -> float:
    if len(at_m) < 3:
        return 0.0
    widths_m2 = np.linalg.eigvalsh(np.cov(at_m.T))
    return float(np.sqrt(max(widths_m2[-1] * widths_m2[-2], 0.0)))


def _sums(samples: np.ndarray, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return energy, size of the projection on the mean, and largest positive quadrature."""
    shape = samples.shape[:2]
    energy, overlap, peak = (np.empty(shape, dtype=np.float32) for _ in range(3))
    with np.errstate(invalid="ignore", over="ignore"):
        for row, one in enumerate(samples):
            energy[row] = np.vecdot(one, one).real
            overlap[row] = np.abs(np.vecdot(mean[row], one))
            peak[row] = one.view(np.float32).max(axis=1)
    return energy, overlap, peak


def _missing_frequencies(samples: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return the frequencies at which nearly no channel has a value; a few channels are asked."""
    step = [max(n // N_PROBES, 1) for n in expected.shape]
    probe = samples[:: step[0], :: step[1]][expected[:: step[0], :: step[1]]]
    if not _empty(probe).any():
        return np.zeros(samples.shape[2], dtype=bool)
    return _empty(samples[expected])


def _empty(samples: np.ndarray) -> np.ndarray:
    """Return the frequencies missing in nearly all channels that have any."""
    absent = ~np.isfinite(samples) | (samples == 0)
    alive = ~absent.all(axis=1)
    if not alive.any():
        return np.zeros(samples.shape[1], dtype=bool)
    return absent[alive].mean(axis=0) >= WHOLE


def _clipped(samples: np.ndarray, noise: float) -> np.ndarray:
    """Return which of some channels stay at the largest value of all."""
    if not samples.size:
        return np.zeros(len(samples), dtype=bool)
    least = max(4, CLIPPED_SHARE * samples.shape[1])
    size = np.abs(samples)
    part = np.maximum(np.abs(np.real(samples)), np.abs(np.imag(samples)))
    of_part = (part >= (1 - LEVEL_TOLERANCE) * part.max()).sum(axis=1) >= least
    if noise < 50 * LEVEL_TOLERANCE * size.max():
        return of_part  # one echo alone, without noise, has the same magnitude everywhere
    return of_part | ((size >= (1 - LEVEL_TOLERANCE) * size.max()).sum(axis=1) >= least)


def _whole(lost: np.ndarray, expected: np.ndarray, judged: np.ndarray, axis: int) -> np.ndarray:
    """Return the antennas that are lost in nearly all channels that can tell."""
    n, n_judged = expected.sum(axis=axis), judged.sum(axis=axis)
    all_gone = (n > 0) & (lost.sum(axis=axis) >= n)
    return all_gone | ((n_judged >= 3) & ((lost & judged).sum(axis=axis) >= WHOLE * n_judged))
