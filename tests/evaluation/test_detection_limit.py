import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from standex.evaluation.detection_limit import (
    detection_limit,
    detection_rates,
    upper_tolerance,
)
from standex.model.errors import StandexError

LEVELS = np.array([0.0, 0.25, 0.5, 1.0, 1.5])
A, B = 2.0, 3.0
Z = float(ndtri(0.9))


def table(rng, *, n: int = 12, s0: float = 0.5, s1: float = 0.4, levels=LEVELS):
    mass = np.repeat(levels, n)
    return mass, rng.normal(A + B * mass, s0 + s1 * mass)


def true_limit(critical: float, *, s0: float = 0.5, s1: float = 0.4) -> float:
    return (critical - A + Z * s0) / (B - Z * s1)


@pytest.mark.slow
def test_with_many_data_it_is_the_closed_form(rng) -> None:
    mass, response = table(rng, n=4000)
    got = detection_limit(mass, response, critical_value=2.8)
    true = true_limit(2.8)
    # The definition itself: nine of ten are above the critical value there.
    assert ndtr((A + B * true - 2.8) / (0.5 + 0.4 * true)) == pytest.approx(0.9)
    assert got.mass == pytest.approx(true, rel=0.02)
    assert got.mass < got.mass_upper < 1.05 * got.mass
    assert got.critical_is_given
    np.testing.assert_allclose(
        [got.intercept, got.slope, got.sigma_blank, got.sigma_slope], [A, B, 0.5, 0.4], rtol=0.05
    )
    assert got.notes == ()
    assert [(one.k > 0.5 * one.n, one.n) for one in got.levels[1:]][-1] == (True, 4000)


@pytest.mark.slow
@pytest.mark.parametrize("s1", [0.0, 0.4])
def test_both_statements_hold_with_their_confidence(rng, s1: float) -> None:
    n, blank_holds, limit_holds = 100, 0, 0
    for _ in range(n):
        got = detection_limit(*table(rng, s1=s1))
        blank_holds += got.critical_value >= A + Z * 0.5
        limit_holds += got.mass_upper >= true_limit(got.critical_value, s1=s1)
    low = binom.ppf(0.001, n, 0.9)
    assert blank_holds >= low
    assert limit_holds >= low
    assert limit_holds <= binom.ppf(0.9999, n, 0.9)  # wide for its own sake would be no limit


def test_units_do_not_matter(rng) -> None:
    mass, response = table(rng)
    one = detection_limit(mass, response)
    other = detection_limit(1000 * mass, 7 * response - 100)
    assert other.mass == pytest.approx(1000 * one.mass, rel=1e-3)
    assert other.mass_upper == pytest.approx(1000 * one.mass_upper, rel=5e-3)
    assert other.critical_value == pytest.approx(7 * one.critical_value - 100)


def test_zeros_of_the_instrument_are_no_responses(rng) -> None:
    mass = np.repeat([0.0, 0.5, 1.0, 2.0], 60)
    latent = rng.normal(-0.3 + 2 * mass, 0.4)
    response = np.maximum(latent, 0)
    got = detection_limit(mass, response, floor=0.0, critical_value=0.5)
    true = (0.5 + 0.3 + Z * 0.4) / 2
    assert got.mass == pytest.approx(true, rel=0.15)
    assert got.mass_upper > got.mass
    assert got.intercept == pytest.approx(-0.3, abs=0.15)


def test_tolerance_limits_are_those_of_the_tables(rng) -> None:
    # One-sided factors of ten normal values for 90 %: 2.066 and 2.355 (Hahn, Meeker, table A.12).
    ten = rng.normal(size=10)
    for confidence, factor in ((0.9, 2.066), (0.95, 2.355)):
        k = (upper_tolerance(ten, confidence=confidence) - ten.mean()) / ten.std(ddof=1)
        assert k == pytest.approx(factor, abs=2e-3)
    zeros = np.r_[np.zeros(15), np.arange(1.0, 8.0)]
    assert upper_tolerance(zeros, floor=0.0) == 7  # the largest of 22
    with pytest.raises(StandexError, match="22 blanks are needed"):
        upper_tolerance(zeros[:-1], floor=0.0)
    with pytest.raises(StandexError, match="all 12 blanks have the same response"):
        upper_tolerance(np.ones(12))


@pytest.mark.parametrize(
    ("levels", "n", "said"),
    [
        (LEVELS[1:], 12, "there are no process blanks"),
        (LEVELS[:2], 12, "2 levels, at least 3 are needed"),
        (LEVELS, 9, r"too few replicates at 0 \(9\), 0.25 \(9\)"),
        (0.05 * LEVELS, 12, "do not bracket the limit: half of the 12 responses at the highest"),
        (0.22 * LEVELS, 400, "do not bracket the limit: it would be 0.[456]"),
    ],
)
def test_what_cannot_say_it_is_refused(rng, levels, n: int, said: str) -> None:
    with pytest.raises(StandexError, match=said):
        detection_limit(*table(rng, levels=levels, n=n))


def test_scatter_as_large_as_the_response_has_no_limit(rng) -> None:
    with pytest.raises(StandexError, match="no mass is detected with 90 %"):
        detection_limit(*table(rng, s1=2.8, n=400), critical_value=2.8)
    mass, response = table(rng)
    for bad in (np.nan, np.inf):
        with pytest.raises(StandexError, match="must be finite"):
            detection_limit(mass, np.r_[bad, response[1:]])
    with pytest.raises(ValueError, match=r"confidence must be inside \(0.5, 1\)"):
        detection_limit(mass, response, confidence=0.4)


def test_what_to_know_is_noted(rng) -> None:
    mass, response = table(rng, levels=np.array([0.0, 1.2, 2.0]), n=30)
    assert "below the lowest mass 1.2" in detection_limit(mass, response).notes[0]
    bent = np.repeat(LEVELS, 200)
    response = rng.normal(2 + 4 * np.sqrt(bent), 0.3)
    assert any("do not lie on a line" in note for note in detection_limit(bent, response).notes)


def test_rates_go_by_range_and_loading() -> None:
    detected = np.array([True, False, True, True, False, False])
    mass = np.array([0.0, 0, 5, 5, 0, 5])
    range_m = np.array([2.0, 2, 2, 2, 6, 6])
    rates = detection_rates(detected, mass, range_m=range_m)
    assert [(one.name, one.k, one.n) for one in rates] == [
        ("PFA of blanks, 2 m", 1, 2),
        ("PD at 5, 2 m", 2, 2),
        ("PFA of blanks, 6 m", 0, 1),
        ("PD at 5, 6 m", 0, 1),
    ]
    assert [one.name for one in detection_rates(detected, mass)] == ["PFA of blanks", "PD at 5"]
