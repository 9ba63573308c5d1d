"""What each channel reads in clean air: level and drift, humidity and temperature beside it."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

TERMS = 4  # level, per relative humidity, per kelvin, slope of the level per second
# Sensitivities in log conductance per full humidity range and per kelvin: 0 +- these before any
# was seen. Metal oxides change by a decade over the range of humidity, by some % per kelvin.
HUMIDITY_STD, TEMPERATURE_STD = 2.5, 0.1
LEVEL_STD = 0.3  # of a level after its first sample
# A sensor that warms up or is left by something heavy drifts one way for minutes.
SLOPE_STD, SLOPE_WALK_PER_SQRT_S = 1e-3, 1e-5
SENSITIVITY_DRIFT = 1e-3  # share of its prior by which a sensitivity wanders, per sqrt(s)
NOISE_START = 0.02  # standard deviation of a sample, log conductance, before any was seen
NOISE_FLOOR = 1e-4  # a device that reports three digits is not better than that
NOISE_MEMORY = 200  # samples that the noise estimate remembers
CLIPPED = 3.0  # standard deviations that one sample may move the baseline
HELD = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clean:
    """Samples as the baseline sees them.

    Attributes:
        t_s: ascending, on the clock of the baseline.
        log_response: natural log of the conductance; a gain is a constant in it.
        covariates: 1, relative humidity and temperature from where they began, and 0 for the
            slope, which a sample does not show.
    """

    t_s: Float[np.ndarray, " n"]
    log_response: Float[np.ndarray, "n channels"]
    covariates: Float[np.ndarray, "n terms"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Baseline:
    """Level and sensitivities of each channel, as a Kalman filter holds them.

    Model: log y = level + b_h (humidity - h0) + b_t (temperature - t0) + noise; the level moves
    with a slope that changes slowly, and wanders as a random walk. The ratio of that walk to the
    noise is stated, the noise itself is estimated.

    Attributes:
        t_s: time of the last sample taken in; minus infinity before any.
        mean: level, sensitivities and slope of each channel.
        covariance: of ``mean``.
        noise_var: of one sample.
        n: samples taken in.
        origin: humidity and temperature at the first sample.
        drift_per_sqrt_s: standard deviation of the walk after a second, in units of the noise.
    """

    t_s: float
    mean: Float[np.ndarray, "channels terms"]
    covariance: Float[np.ndarray, "channels terms terms"]
    noise_var: Float[np.ndarray, " channels"]
    n: int
    origin: Float[np.ndarray, " 2"]
    drift_per_sqrt_s: float


def no_baseline(channels: int, *, drift_per_sqrt_s: float) -> Baseline:
    """Return a baseline before any sample.

    Args:
        channels: how many.
        drift_per_sqrt_s: of the level, in units of the noise of a sample.

    Raises:
        ValueError: ``drift_per_sqrt_s`` is not positive.
    """
    if not 0 < drift_per_sqrt_s < np.inf:
        raise ValueError(f"drift_per_sqrt_s must be positive and finite, got {drift_per_sqrt_s}")
    return Baseline(
        t_s=-np.inf,
        mean=np.zeros((channels, TERMS)),
        covariance=np.zeros((channels, TERMS, TERMS)),
        noise_var=np.full(channels, NOISE_START**2),
        n=0,
        origin=np.zeros(2),
        drift_per_sqrt_s=drift_per_sqrt_s,
    )


def clean_of(
    baseline: Baseline,
    t_s: Float[np.ndarray, " n"],
    log_response: Float[np.ndarray, "n channels"],
    *,
    relative_humidity: Float[np.ndarray, " n"],
    temperature_c: Float[np.ndarray, " n"],
) -> Clean:
    """Return samples with covariates counted from the baseline's origin."""
    humidity_0, temperature_0 = baseline.origin
    return Clean(
        t_s=t_s,
        log_response=log_response,
        covariates=np.stack(
            [
                np.ones(len(t_s)),
                relative_humidity - humidity_0,
                temperature_c - temperature_0,
                np.zeros(len(t_s)),
            ],
            axis=1,
        ),
    )


def started(
    baseline: Baseline,
    log_response: Float[np.ndarray, " channels"],
    *,
    t_s: float,
    relative_humidity: float,
    temperature_c: float,
) -> Baseline:
    """Return the baseline with its level at one sample, and nothing known of sensitivities."""
    prior = np.diag([LEVEL_STD, HUMIDITY_STD, TEMPERATURE_STD, SLOPE_STD]) ** 2
    mean = np.zeros_like(baseline.mean)
    mean[:, 0] = log_response
    return replace(
        baseline,
        t_s=t_s,
        mean=mean,
        covariance=np.broadcast_to(prior, baseline.covariance.shape).copy(),
        n=1,
        origin=np.array([relative_humidity, temperature_c]),
    )


def restarted(baseline: Baseline, which: Bool[np.ndarray, " channels"], clean: Clean) -> Baseline:
    """Return the baseline with the level of some channels as the first sample has it.

    Sensitivities stay, and the slope is as unknown as at the start.
    """
    first = clean.log_response[0] - baseline.mean[:, 1:] @ clean.covariates[0, 1:]
    mean, covariance = baseline.mean.copy(), baseline.covariance.copy()
    mean[which, 0] = first[which]
    mean[which, 3] = 0.0
    for term, std in ((0, LEVEL_STD), (3, SLOPE_STD)):
        covariance[which, term, :] = 0.0
        covariance[which, :, term] = 0.0
        covariance[which, term, term] = std**2
    return replace(baseline, mean=mean, covariance=covariance)


def learnt(baseline: Baseline, clean: Clean, *, is_good: Bool[np.ndarray, " channels"]) -> Baseline:
    """Return the baseline with samples of clean air taken in.

    Each sample moves it by three standard deviations at most, so that one wild sample cannot
    carry it away. Channels that are not good keep what they had.

    Raises:
        ValueError: samples are earlier than the baseline, or it was never started.
    """
    mean, covariance = baseline.mean.copy(), baseline.covariance.copy()
    noise_var, n, t_s = baseline.noise_var.copy(), baseline.n, baseline.t_s
    if n == 0:
        raise ValueError("the baseline must be started with a sample before it can learn")
    for row, at_s in enumerate(clean.t_s.tolist()):
        covariance = _forward(covariance, noise_var, at_s - t_s, baseline.drift_per_sqrt_s)
        mean[:, 0] += (at_s - t_s) * mean[:, 3]
        t_s = at_s
        h = clean.covariates[row]
        gain_part = covariance @ h
        spread = gain_part @ h + noise_var
        innovation = clean.log_response[row] - mean @ h
        z = np.clip(innovation / np.sqrt(spread), -CLIPPED, CLIPPED)
        # Out of a dead channel no number comes; its row is not used.
        z = np.where(is_good & np.isfinite(z), z, 0.0)
        gain = gain_part / spread[:, None]
        mean = np.where(is_good[:, None], mean + gain * (z * np.sqrt(spread))[:, None], mean)
        after = covariance - gain[:, :, None] * gain_part[:, None, :]
        covariance = np.where(is_good[:, None, None], after, covariance)
        n += 1
        # z^2 is 1 on average where the noise is right. The clipping takes 0.5 % off.
        share = 1 / min(n, NOISE_MEMORY)
        grown = noise_var * (1 + share * (z**2 / 0.995 - 1))
        noise_var = np.where(is_good, np.maximum(grown, NOISE_FLOOR**2), noise_var)
    covariance = 0.5 * (covariance + covariance.swapaxes(1, 2))
    return replace(baseline, t_s=t_s, mean=mean, covariance=covariance, noise_var=noise_var, n=n)


def whitened(
    baseline: Baseline,
    clean: Clean,
    shapes: Float[np.ndarray, "n channels m"],
) -> tuple[Float[np.ndarray, "n channels"], Float[np.ndarray, "n channels m"]]:
    """Return samples and shapes in units in which clean air is white noise of variance 1.

    The innovations of the Kalman filter, each over its standard deviation, are white under the
    model; a shape that is added to the samples goes through the same linear filter. A least-squares
    fit of whitened shapes to whitened samples is therefore the generalised least-squares fit with
    the baseline, its drift and its sensitivities as uncertain as the filter holds them. The
    baseline itself stays as it was.

    Args:
        baseline: before the first of the samples.
        clean: samples that may hold a plume.
        shapes: what a plume would add to them, each column of unit strength.

    References:
        Kailath, IEEE Trans. Automatic Control 13 (1968) 646 (innovations).
    """
    n, channels, m = shapes.shape
    covariance, t_s = baseline.covariance, baseline.t_s
    noise_var = baseline.noise_var
    # Column 0 carries the samples, the others the shapes, which start from a baseline of zero.
    state = np.zeros((channels, TERMS, 1 + m))
    state[:, :, 0] = baseline.mean
    white = np.empty((n, channels, 1 + m))
    for row, at_s in enumerate(clean.t_s.tolist()):
        covariance = _forward(covariance, noise_var, at_s - t_s, baseline.drift_per_sqrt_s)
        state[:, 0] += (at_s - t_s) * state[:, 3]
        t_s = at_s
        h = clean.covariates[row]
        gain_part = covariance @ h
        spread = gain_part @ h + noise_var
        given = np.concatenate([clean.log_response[row][:, None], shapes[row]], axis=1)
        innovation = given - h @ state
        white[row] = innovation / np.sqrt(spread)[:, None]
        gain = gain_part / spread[:, None]
        state = state + gain[:, :, None] * innovation[:, None, :]
        covariance = covariance - gain[:, :, None] * gain_part[:, None, :]
    return white[:, :, 0], white[:, :, 1:]


def followed(baseline: Baseline, clean: Clean) -> Float[np.ndarray, "n channels"]:
    """Return where the filter holds clean air to be after each sample; the baseline stays.

    Args:
        baseline: before the first of the samples.
        clean: samples with all taken off that is not clean air.
    """
    mean, covariance, t_s = baseline.mean, baseline.covariance, baseline.t_s
    held = np.empty_like(clean.log_response)
    for row, at_s in enumerate(clean.t_s.tolist()):
        covariance = _forward(covariance, baseline.noise_var, at_s - t_s, baseline.drift_per_sqrt_s)
        mean = mean.copy()
        mean[:, 0] += (at_s - t_s) * mean[:, 3]
        t_s = at_s
        h = clean.covariates[row]
        gain_part = covariance @ h
        gain = gain_part / (gain_part @ h + baseline.noise_var)[:, None]
        mean = mean + gain * (clean.log_response[row] - mean @ h)[:, None]
        covariance = covariance - gain[:, :, None] * gain_part[:, None, :]
        held[row] = mean @ h
    return held


def _forward(
    covariance: np.ndarray, noise_var: np.ndarray, dt_s: float, drift_per_sqrt_s: float
) -> np.ndarray:
    if dt_s < 0:
        raise ValueError(f"samples must not be earlier than the baseline, dt_s = {dt_s:g}")
    grown = covariance.copy()
    grown[:, 0, :] += dt_s * grown[:, 3, :]
    grown[:, :, 0] += dt_s * grown[:, :, 3]
    grown[:, 3, 3] += SLOPE_WALK_PER_SQRT_S**2 * dt_s
    grown[:, 0, 0] += noise_var * drift_per_sqrt_s**2 * dt_s
    grown[:, 1, 1] += (HUMIDITY_STD * SENSITIVITY_DRIFT) ** 2 * dt_s
    grown[:, 2, 2] += (TEMPERATURE_STD * SENSITIVITY_DRIFT) ** 2 * dt_s
    return grown


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChannelWatch:
    """Since when each channel reads the same.

    Attributes:
        value: last reading of each channel.
        since_s: when it last changed.
    """

    value: Float[np.ndarray, " channels"]
    since_s: Float[np.ndarray, " channels"]


def watch(
    before: ChannelWatch | None,
    t_s: Float[np.ndarray, " n"],
    response: Float[np.ndarray, "n channels"],
) -> ChannelWatch:
    """Return since when each channel reads the same, with some samples taken in."""
    value = response[0] if before is None else before.value
    since_s = np.full(response.shape[1], t_s[0]) if before is None else before.since_s
    for at_s, sample in zip(t_s.tolist(), response, strict=True):
        changed = np.abs(sample - value) > HELD * np.abs(value)
        value = np.where(changed, sample, value)
        since_s = np.where(changed, at_s, since_s)
    return ChannelWatch(value=value, since_s=since_s)


def good_channels(
    watched: ChannelWatch,
    response: Float[np.ndarray, "n channels"],
    *,
    t_s: float,
    stuck_s: float,
    saturated: float,
) -> tuple[Bool[np.ndarray, " channels"], Bool[np.ndarray, " channels"]]:
    """Return which channels can be used, and which of them that cannot are saturated.

    Args:
        watched: up to now.
        response: the latest samples.
        t_s: now.
        stuck_s: a channel that has not changed for so long is stuck: real ones have noise.
        saturated: a reading from there on is the end of the scale.
    """
    is_dead = (response <= 0).any(axis=0)
    is_full = np.asarray((response >= saturated).any(axis=0))
    is_stuck = t_s - watched.since_s >= stuck_s
    return ~(is_dead | is_full | is_stuck), is_full
