"""Laws of the baseline: white in clean air whatever the gain, and not fooled by humidity."""

import numpy as np
import pytest
from scipy.linalg import solve
from scipy.stats import chi2

from standex.sensing.vapour.gas_baseline import (
    clean_of,
    good_channels,
    learnt,
    no_baseline,
    restarted,
    started,
    watch,
    whitened,
)

GOOD = np.ones(2, dtype=bool)
NOISE = 0.02


def clean_air(baseline, log_response, t_s, humidity=None, temperature=None):
    n = len(t_s)
    return clean_of(
        baseline,
        t_s,
        log_response,
        relative_humidity=np.full(n, 0.4) if humidity is None else humidity,
        temperature_c=np.full(n, 20.0) if temperature is None else temperature,
    )


def begun(log_response, *, drift_per_sqrt_s=0.05):
    empty = no_baseline(log_response.shape[1], drift_per_sqrt_s=drift_per_sqrt_s)
    return started(empty, log_response[0], t_s=0.0, relative_humidity=0.4, temperature_c=20.0)


def test_clean_air_is_white_once_whitened(rng) -> None:
    n, channels = 3000, 20
    walk = 0.05 * NOISE * np.cumsum(rng.standard_normal((n, channels)), axis=0)
    y = 3.0 + walk + NOISE * rng.standard_normal((n, channels))
    base = begun(y)
    t_s = np.arange(n) * 1.0
    base = learnt(base, clean_air(base, y[1:1000], t_s[1:1000]), is_good=np.ones(channels, bool))
    np.testing.assert_allclose(np.sqrt(base.noise_var), NOISE, rtol=0.25)
    white, _ = whitened(base, clean_air(base, y[1000:], t_s[1000:]), np.zeros((2000, channels, 1)))
    # The noise is estimated from some 200 samples: to some 5 % of its size, in each channel.
    assert abs((white / white.std(axis=0)).mean()) < 4 / np.sqrt(white.size)
    assert 0.9 < white.std() < 1.1
    lag_1 = (white[1:] * white[:-1]).mean() / white.var()
    assert abs(lag_1) < 5 / np.sqrt(white.size)


def test_whitening_is_generalised_least_squares(rng) -> None:
    """Innovations give the same z as the dense covariance of level, drift and sensitivities."""
    n = 12
    base = begun(np.array([[1.0, 2.0]]))
    t_s = np.cumsum(rng.uniform(0.1, 1.0, n))
    humidity, temperature = rng.uniform(0.3, 0.5, n), rng.uniform(19, 22, n)
    y, shape = rng.standard_normal((n, 2)), rng.standard_normal((n, 2, 1))
    clean = clean_air(base, y, t_s, humidity, temperature)
    white, white_shape = whitened(base, clean, shape)
    first = np.minimum(t_s[:, None], t_s[None, :])
    h = clean.covariates + np.outer(t_s, [0, 0, 0, 1])  # the slope shows in the level since 0
    noise = base.noise_var[0]
    covariance = noise * np.eye(n) + h @ base.covariance[0] @ h.T + noise * 0.05**2 * first
    covariance += (2.5e-3**2 * np.outer(h[:, 1], h[:, 1])) * first
    covariance += (1e-4**2 * np.outer(h[:, 2], h[:, 2])) * first
    since = np.maximum(t_s[:, None] - t_s[None, :], 0)  # what each change of slope has come to
    covariance += (since * 1e-5**2 * np.diff(t_s, prepend=0)) @ since.T
    for channel in range(2):
        s, r = shape[:, channel, 0], y[:, channel] - h @ base.mean[channel]
        solved = solve(covariance, np.stack([s, r], axis=1))
        np.testing.assert_allclose(white_shape[:, channel, 0] @ white[:, channel], s @ solved[:, 1])
        np.testing.assert_allclose((white_shape[:, channel, 0] ** 2).sum(), s @ solved[:, 0])


def test_a_gain_changes_nothing(rng) -> None:
    y = NOISE * rng.standard_normal((60, 2))
    t_s = np.arange(60) * 0.5
    white = []
    for log_gain in (0.0, 5.0):
        base = begun(y + log_gain)
        base = learnt(base, clean_air(base, y[1:40] + log_gain, t_s[1:40]), is_good=GOOD)
        clean = clean_air(base, y[40:] + log_gain, t_s[40:])
        white.append(whitened(base, clean, np.ones((20, 2, 1)))[0])
    np.testing.assert_allclose(white[0], white[1], atol=1e-8)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_step_of_humidity_is_no_evidence(rng, is_known: bool) -> None:
    """Neither where its effect was learnt nor where it never moved before."""
    n = 400
    t_s = np.arange(n) * 0.5
    humidity = np.full(n, 0.4)
    if is_known:
        humidity += 0.05 * np.sin(t_s / 9)
    humidity[300:] += 0.15
    y = 1.2 * (humidity - 0.4)[:, None] + NOISE * rng.standard_normal((n, 2))
    base = begun(y)
    base = learnt(base, clean_air(base, y[1:300], t_s[1:300], humidity[1:300]), is_good=GOOD)
    clean = clean_air(base, y[300:], t_s[300:], humidity[300:])
    white, step = whitened(base, clean, np.ones((100, 2, 1)))
    z = (step[:, :, 0] * white).sum(axis=0) / np.sqrt((step[:, :, 0] ** 2).sum(axis=0))
    assert np.abs(z).max() < 4
    assert (white**2).sum() < chi2.ppf(1 - 1e-4, white.size) * 1.2
    if is_known:
        np.testing.assert_allclose(base.mean[:, 1], 1.2, atol=0.2)
        # The same step without humidity to explain it is no clean air.
        white, step = whitened(base, clean_air(base, y[300:], t_s[300:]), np.ones((100, 2, 1)))
        z = (step[:, :, 0] * white).sum(axis=0) / np.sqrt((step[:, :, 0] ** 2).sum(axis=0))
        assert z.min() > 5


def test_a_steady_drift_is_no_evidence_once_it_is_known(rng) -> None:
    n = 400
    t_s = np.arange(n) * 0.5
    y = 4e-4 * t_s[:, None] + NOISE * rng.standard_normal((n, 2))
    base = begun(y)
    base = learnt(base, clean_air(base, y[1:300], t_s[1:300]), is_good=GOOD)
    np.testing.assert_allclose(base.mean[:, 3], 4e-4, atol=2.5e-4)
    white, step = whitened(base, clean_air(base, y[300:], t_s[300:]), np.ones((100, 2, 1)))
    z = (step[:, :, 0] * white).sum(axis=0) / np.sqrt((step[:, :, 0] ** 2).sum(axis=0))
    assert np.abs(z).max() < 4


def test_one_wild_sample_moves_it_little(rng) -> None:
    y = NOISE * rng.standard_normal((100, 2))
    y[80] += 5.0
    base = begun(y)
    base = learnt(base, clean_air(base, y[1:], np.arange(1, 100) * 0.5), is_good=GOOD)
    assert np.abs(base.mean[:, 0]).max() < 3 * NOISE


def test_what_is_left_out_keeps_what_it_had(rng) -> None:
    y = NOISE * rng.standard_normal((50, 2))
    base = begun(y)
    y[:, 1] = np.nan
    after = learnt(
        base, clean_air(base, y[1:], np.arange(1, 50) * 1.0), is_good=np.array([True, False])
    )
    assert after.mean[1].tolist() == base.mean[1].tolist()
    assert np.isfinite(after.mean).all()
    assert np.isfinite(after.covariance[0]).all()
    assert (np.linalg.eigvalsh(after.covariance) >= -1e-12).all()


def test_a_channel_that_is_back_begins_where_it_reads(rng) -> None:
    y = NOISE * rng.standard_normal((50, 2))
    base = begun(y)
    clean = clean_air(base, y[1:] + np.array([0.0, 7.0]), np.arange(1, 50) * 1.0)
    again = restarted(base, np.array([False, True]), clean)
    assert again.mean[0, 0] == base.mean[0, 0]
    assert again.mean[1, 0] == pytest.approx(7.0, abs=0.1)
    white, _ = whitened(again, clean, np.zeros((49, 2, 1)))
    assert np.abs(white).max() < 5


def test_time_and_start_are_checked() -> None:
    base = begun(np.zeros((1, 2)))
    late = clean_air(base, np.zeros((1, 2)), np.array([-1.0]))
    with pytest.raises(ValueError, match="earlier"):
        learnt(base, late, is_good=GOOD)
    with pytest.raises(ValueError, match="started"):
        learnt(no_baseline(2, drift_per_sqrt_s=0.1), late, is_good=GOOD)
    with pytest.raises(ValueError, match="drift_per_sqrt_s"):
        no_baseline(2, drift_per_sqrt_s=float("nan"))


def test_channels_that_stand_still_or_are_off_their_scale(rng) -> None:
    t_s = np.arange(40) * 0.5
    response = 100 + rng.standard_normal((40, 4))
    response[10:, 0] = response[10, 0]  # stuck
    response[:, 1] = 0.0  # dead
    response[-1, 2] = 4096.0  # at the end of the scale
    watched = watch(watch(None, t_s[:20], response[:20]), t_s[20:], response[20:])
    is_good, is_full = good_channels(
        watched, response[20:], t_s=19.5, stuck_s=10.0, saturated=4096.0
    )
    assert is_good.tolist() == [False, False, False, True]
    assert is_full.tolist() == [False, False, True, False]
    early = watch(None, t_s[:20], response[:20])
    assert good_channels(early, response[:20], t_s=9.5, stuck_s=10.0, saturated=4096.0)[0][0]
