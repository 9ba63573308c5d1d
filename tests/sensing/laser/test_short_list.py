"""Candidates scored again under the spectrum's own noise."""

import numpy as np
import pytest

from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.short_list import ShortList, short_list

FITS: dict[float, JointFit] = {}


def fit_of(bench, *, axis_sigma_per_cm: float = 0.0) -> JointFit:
    if axis_sigma_per_cm in FITS:
        return FITS[axis_sigma_per_cm]
    FITS[axis_sigma_per_cm] = JointFit.of(
        bench.grid("target", axis_sigma_per_cm=axis_sigma_per_cm),
        noise=bench.noise,
        typical_counts=bench.light(200, np.random.default_rng(1)).mean(axis=0),
        substrates=bench.grid("fabric"),
        is_compiled=False,
    )
    return FITS[axis_sigma_per_cm]


def listed(bench, counts: np.ndarray, rows: list[int], *, sigma: float = 0.0) -> ShortList:
    return short_list(
        counts,
        fit=fit_of(bench, axis_sigma_per_cm=sigma),
        library=bench.grid("target", axis_sigma_per_cm=sigma),
        rows=np.array(rows, dtype=np.int64),
    )


@pytest.mark.slow
@pytest.mark.parametrize("scale", [0.05, 1.0])
def test_score_and_root_are_standard_normal_without_a_residue(bench, rng, scale: float) -> None:
    """Also where most of the noise is the camera's."""
    n, rows = 300, [0, 11]
    light = scale * bench.light(n, rng)
    lists = [listed(bench, counts, rows) for counts in bench.counts(light, rng)]
    for values in ([one.z for one in lists], [one.root for one in lists]):
        assert np.abs(np.mean(values, axis=0)).max() < 5 / np.sqrt(n)
        assert np.std(values) == pytest.approx(1, abs=0.1)


def test_it_agrees_with_the_joint_fit_on_a_typical_spectrum(bench, rng) -> None:
    light = bench.light(200, np.random.default_rng(1)).mean(axis=0)
    counts = bench.counts(light + 20 * bench.residue(3), rng)
    fit = fit_of(bench)
    z = fit.z(counts[None])[0]
    np.testing.assert_allclose(listed(bench, counts, [3, 9, 17]).z, z[[3, 9, 17]], atol=0.25)


@pytest.mark.slow
def test_amplitude_and_its_spread_are_right(bench, rng) -> None:
    light = bench.light(1, rng)[0] + 80 * fit_of(bench).model.template[:, 6]
    found = [listed(bench, bench.counts(light, rng), [6]) for _ in range(150)]
    error = [(one.amplitude_counts[0] - 80) / one.amplitude_sigma_counts[0] for one in found]
    assert abs(np.mean(error)) < 5 / np.sqrt(150)
    assert np.std(error) == pytest.approx(1, abs=0.3)


def test_the_axis_error_of_a_residue_is_found(bench, rng) -> None:
    light = bench.light(1, rng)[0]
    for shift in (-2.0, 0.0, 2.0):
        counts = light + 500 * bench.residue(8, shift_per_cm=shift)
        one = listed(bench, counts, [8], sigma=2.0)
        assert one.shift_per_cm[0] == pytest.approx(shift, abs=0.6)
        assert one.root[0] > listed(bench, counts, [8]).root[0] - 0.5
        assert one.amplitude_counts[0] == pytest.approx(500, rel=0.1)


def test_an_absence_is_negative_and_order_is_kept(bench, rng) -> None:
    light = bench.light(1, rng)[0] + 300
    one = listed(bench, light - 200 * bench.residue(2), [4, 2])
    assert one.row.tolist() == [4, 2]
    assert one.z[1] < -5
    assert one.root[1] < -5
    assert one.amplitude_counts[1] < 0
    assert listed(bench, light, []).z.shape == (0,)


def test_what_cannot_be_told_from_a_substrate_says_nothing(bench, rng) -> None:
    fabric = bench.grid("fabric")
    light = bench.light(1, rng)
    fit = JointFit.of(fabric, noise=bench.noise, typical_counts=light[0], substrates=fabric)
    one = short_list(light[0], fit=fit, library=fabric, rows=np.array([1]))
    assert one.z[0] == 0
    assert one.root[0] == 0


def test_noise_of_the_dark_counts(bench, rng) -> None:
    counts = bench.light(1, rng)[0] + 60 * bench.residue(2)
    settings = {"fit": fit_of(bench), "library": bench.grid("target"), "rows": np.array([2])}
    quiet = short_list(counts, **settings)
    loud = short_list(counts, extra_variance_counts2=np.full(512, 500.0), **settings)
    assert loud.z[0] < 0.9 * quiet.z[0]
    assert loud.amplitude_sigma_counts[0] > 1.1 * quiet.amplitude_sigma_counts[0]


def test_zero_and_negative_counts_are_finite(bench) -> None:
    for counts in (np.zeros(512), np.full(512, -30.0)):
        one = listed(bench, counts, [0, 1])
        assert np.isfinite(one.z).all()
        assert np.isfinite(one.root).all()


def test_refuses_what_does_not_fit_together(bench, rng) -> None:
    fit, library, light = fit_of(bench), bench.grid("target"), bench.light(1, rng)[0]
    rows = np.array([0])
    with pytest.raises(ValueError, match="finite values"):
        short_list(np.where(np.arange(512) == 3, np.nan, light), fit=fit, library=library,
                   rows=rows)  # fmt: skip
    with pytest.raises(ValueError, match="not the one"):
        short_list(light, fit=fit, library=bench.grid("fabric"), rows=rows)
    for wrong in (-1, 40):
        with pytest.raises(ValueError, match="rows must be within 0 and 39"):
            short_list(light, fit=fit, library=library, rows=np.array([wrong]))
    with pytest.raises(ValueError, match="extra_variance"):
        short_list(light, fit=fit, library=library, rows=rows,
                   extra_variance_counts2=np.full(512, -1.0))  # fmt: skip
