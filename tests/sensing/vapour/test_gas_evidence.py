"""The null law of z, the closed form of its likelihood, and that looking often is no evidence."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import halfnorm, kstest, norm

from standex.sensing.vapour.gas_evidence import (
    fit_plume,
    log_likelihood_ratio,
    pattern_z,
    plume_scores,
    score_names,
    scores_of,
)
from standex.sensing.vapour.gas_templates import templates

LIBRARY = templates(
    ("one", "two", "three"),
    ("threat_dielectric", "benign_residue", "benign_residue"),
    np.array([[1.0, 0.2, 0.0, 0.1], [0.0, 0.3, 1.0, 0.8], [0.2, 1.0, 0.1, 0.0]]),
    rise_s=np.ones(4),
    decay_s=np.ones(4),
)
GOOD = np.ones(4, dtype=bool)


@pytest.fixture
def shapes(rng) -> np.ndarray:
    return rng.uniform(0, 1, (30, 4, 5))


@pytest.mark.slow
def test_z_is_standard_normal_in_white_noise(rng, shapes) -> None:
    z = np.array(
        [
            pattern_z(fit_plume(rng.standard_normal((30, 4)), shapes, is_good=GOOD), LIBRARY)[0]
            for _ in range(1500)
        ]
    )
    for substance in range(3):
        assert kstest(z[:, 2, substance], norm.cdf).pvalue > 1e-4
    np.testing.assert_allclose(z.std(axis=0), 1, atol=0.1)


def test_the_amplitude_comes_back(rng, shapes) -> None:
    truth = 2.5
    white = truth * shapes[:, :, 3] * LIBRARY.pattern[1]
    z, root = pattern_z(fit_plume(white, shapes, is_good=GOOD), LIBRARY)
    assert z[3, 1] / root[3, 1] == pytest.approx(truth)
    found = plume_scores(fit_plume(white, shapes, is_good=GOOD), LIBRARY)
    assert (found.timing, found.substance) == (3, 1)
    assert found.match[1] == pytest.approx(1.0)
    np.testing.assert_allclose(scores_of(found, LIBRARY)[1], 1.0)


def test_no_substance_explains_more_than_there_is(rng, shapes) -> None:
    for _ in range(50):
        fit = fit_plume(rng.standard_normal((30, 4)), shapes, is_good=GOOD)
        z, _ = pattern_z(fit, LIBRARY)
        assert np.all(z**2 <= (fit.z**2).sum(axis=1)[:, None] + 1e-9)
        assert np.all(np.abs(plume_scores(fit, LIBRARY).match) <= 1)


def test_a_channel_that_is_left_out_says_nothing(rng, shapes) -> None:
    white = rng.standard_normal((30, 4))
    is_good = np.array([True, True, False, True])
    one = pattern_z(fit_plume(white, shapes, is_good=is_good), LIBRARY)
    white[:, 2] = 1e6
    other = pattern_z(fit_plume(white, shapes, is_good=is_good), LIBRARY)
    np.testing.assert_array_equal(one[0], other[0])
    none = fit_plume(white, shapes, is_good=np.zeros(4, bool))
    assert not pattern_z(none, LIBRARY)[0].any()
    # Without any channel there is nothing to say: not for a plume, and not against one.
    assert plume_scores(none, LIBRARY).llr == pytest.approx(0.0)
    assert np.isfinite(scores_of(plume_scores(none, LIBRARY), LIBRARY)).all()


@pytest.mark.parametrize(("z", "root"), [(-3.0, 5.0), (0.0, 1.0), (2.0, 20.0), (7.0, 20.0)])
def test_the_likelihood_is_the_integral_over_amplitudes(z: float, root: float) -> None:
    def integrand(amplitude: float) -> float:
        shift = amplitude * root
        return np.exp(z * shift - 0.5 * shift**2) * halfnorm.pdf(amplitude, scale=0.3)

    expected = np.log(quad(integrand, 0, 3, points=[max(z / root, 0.01)], limit=200)[0])
    found = log_likelihood_ratio(np.array([z]), np.array([root]))
    assert found[0] == pytest.approx(expected, abs=1e-6)


def test_no_information_says_nothing() -> None:
    assert log_likelihood_ratio(np.zeros(1), np.zeros(1))[0] == pytest.approx(0.0)
    with pytest.raises(ValueError, match="amplitude_std"):
        log_likelihood_ratio(np.zeros(1), np.ones(1), amplitude_std=0.0)


def test_looking_at_every_moment_raises_no_more_false_alarms(rng) -> None:
    """Ville: in clean air the ratio reaches 1 / a at any time with probability a at most."""
    runs, n, a = 2000, 400, 0.05
    shape = 0.3
    product = np.cumsum(shape * rng.standard_normal((runs, n)), axis=1)
    root = shape * np.sqrt(np.arange(1, n + 1))
    llr = log_likelihood_ratio(product / root, np.broadcast_to(root, product.shape))
    alarms = int((llr.max(axis=1) >= np.log(1 / a)).sum())
    assert alarms <= a * runs + 4 * np.sqrt(a * runs)


def test_scores_are_named_by_class() -> None:
    assert score_names(LIBRARY) == ("strength", "match_benign_residue", "match_threat_dielectric")
