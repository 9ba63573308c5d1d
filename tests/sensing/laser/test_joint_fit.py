"""The laws of z: what it ignores, what it grows with, and what it is without a residue."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.sensing.laser import joint_fit_kernel
from standex.sensing.laser.joint_fit import MIN_RETAINED, JointFit
from standex.sensing.laser.nuisance import nuisance_of

COMPILED = [False, pytest.param(True, marks=pytest.mark.skipif(
    not joint_fit_kernel.AVAILABLE, reason="Numba is not installed"))]  # fmt: skip


def fit_of(bench, rng, *, is_compiled: bool = False, **settings) -> JointFit:
    settings = {"substrates": bench.grid("fabric")} | settings
    return JointFit.of(
        settings.pop("library", bench.grid("target")),
        noise=settings.pop("noise", bench.noise),
        typical_counts=bench.light(200, rng).mean(axis=0),
        is_compiled=is_compiled,
        **settings,
    )


@pytest.mark.slow
@pytest.mark.parametrize("is_compiled", COMPILED)
@pytest.mark.parametrize("scale", [0.1, 1.0, 30.0])
def test_z_is_standard_normal_without_a_residue(bench, rng, scale: float, is_compiled) -> None:
    """Whatever the light, with the weights of quite another typical spectrum."""
    fit = fit_of(bench, rng, is_compiled=is_compiled)
    light = np.concatenate([scale * bench.light(750, rng, fabric=i) for i in range(4)])
    z = fit.z(bench.counts(light, rng)).astype(float)
    assert np.abs(z.mean(axis=0)).max() < 5 / np.sqrt(3000)
    assert np.abs(z.std(axis=0) - 1).max() < 5 / np.sqrt(2 * 3000) + 0.015  # phi is 1 at least
    # entries are dependent: the rate's own spread is taken over the spectra
    above = (z > 2.326).mean(axis=1)
    assert abs(above.mean() - 0.01) < 5 * above.std() / np.sqrt(3000) + 5e-4


def test_background_in_the_span_changes_nothing(bench, rng) -> None:
    fit = fit_of(bench, rng)
    counts = bench.counts(bench.light(20, rng), rng)
    columns = fit.model.nuisance.columns
    added = columns @ rng.uniform(-1, 1, columns.shape[1]) * 100
    products = [part.product for part in fit._chunks(counts, None)]
    again = [part.product for part in fit._chunks(counts + added, None)]
    n = fit.n_entries
    np.testing.assert_allclose(again[0][:, :n], products[0][:, :n], atol=2e-3)
    np.testing.assert_allclose(fit.residual(counts + added), fit.residual(counts), atol=1e-8)


def test_a_presence_is_positive_and_an_absence_negative(bench, rng) -> None:
    fit = fit_of(bench, rng)
    light = bench.light(50, rng)
    more = fit.z(light + 300 * bench.residue(7))[:, 7]
    less = fit.z(light + 300 - 300 * bench.residue(7))[:, 7]
    assert more.min() > 5
    assert less.max() < -5


def test_z_grows_with_the_amplitude_and_the_root_of_exposure(bench, rng) -> None:
    fit = fit_of(bench, rng, noise=replace(bench.noise, read_noise_e=0.0))
    light, residue = bench.light(1, rng), bench.residue(3)
    z = [float(fit.z(light + a * residue)[0, 3]) for a in (0.0, 10.0, 20.0)]
    assert z[2] - z[0] == pytest.approx(2 * (z[1] - z[0]), rel=0.05)
    # A hundred shots in one: everything but rounding grows, z as the root.
    many = float(fit.z(100 * (light + 10 * residue))[0, 3])
    assert many == pytest.approx(10 * z[1], rel=0.05)


def test_amplitude_is_the_numerator_over_norm(bench, rng) -> None:
    fit = fit_of(bench, rng)
    light = bench.light(1, rng)
    parts = [
        next(iter(fit._chunks(light + a * fit.model.template[:, 5], None))) for a in (0.0, 40.0)
    ]
    gained = parts[1].product[0, 5] - parts[0].product[0, 5]
    assert gained == pytest.approx(40 * fit.norm[5], rel=1e-3)


def test_counts_are_not_photons(bench, rng) -> None:
    """At 2.5 electrons a count z is sqrt(2.5) times what counts taken for photons would give."""
    light = 30 * (bench.light(1, rng) + 20 * bench.residue(3))
    right = fit_of(bench, np.random.default_rng(1)).z(light)[0, 3]
    photons = replace(bench.noise, gain_e_per_count=1.0)
    wrong = fit_of(bench, np.random.default_rng(1), noise=photons).z(light)[0, 3]
    assert right / wrong == pytest.approx(np.sqrt(2.5), rel=0.03)


@pytest.mark.slow
def test_a_shifted_substrate_is_not_evidence(bench, rng) -> None:
    """Its derivatives are fitted too where the axis may be wrong; without them it would be."""
    shifted = [
        bench.counts(bench.light(500, rng, fabric=i, fabric_counts=2000.0, shift_per_cm=shift), rng)
        for i, shift in ((0, 1.0), (1, -1.0), (2, 0.7), (3, -0.5))
    ]
    uncertain = bench.grid("fabric", axis_sigma_per_cm=0.7)
    fit = fit_of(bench, rng, substrates=uncertain)
    z = fit.z(np.concatenate(shifted))
    without = fit_of(bench, rng).z(np.concatenate(shifted))
    assert np.abs(z.mean(axis=0)).max() < 0.25
    assert z.std() == pytest.approx(1, abs=0.05)
    assert np.abs(without.mean(axis=0)).max() > 0.7
    assert (z > 3.09).mean() < 2e-3 < (without > 3.09).mean()


@pytest.mark.slow
def test_a_shifted_residue_is_still_found(bench, rng) -> None:
    """An axis error of one standard deviation takes at most a tenth of z."""
    sigma = 2.0
    fit = fit_of(bench, rng, library=bench.grid("target", axis_sigma_per_cm=sigma))
    light = bench.light(1, rng)
    exact = fit_of(bench, rng)
    for row in range(40):
        ideal = exact.z(light + 50 * bench.residue(row))[0, row]
        for shift in (-sigma, sigma):
            z = fit.z(light + 50 * bench.residue(row, shift_per_cm=shift))[0, row]
            assert z > 0.85 * ideal


@pytest.mark.parametrize("is_compiled", COMPILED)
def test_permuting_entries_permutes_z(bench, rng, is_compiled) -> None:
    library = bench.grid("target")
    order = tuple(int(i) for i in rng.permutation(40))
    counts = bench.counts(bench.light(30, rng), rng)
    z = fit_of(bench, np.random.default_rng(1), is_compiled=is_compiled).z(counts)
    permuted = fit_of(
        bench, np.random.default_rng(1), library=library.chosen(order), is_compiled=is_compiled
    )
    assert permuted.model.names == tuple(library.names[row] for row in order)
    np.testing.assert_allclose(permuted.z(counts), z[:, list(order)], atol=2e-4)


@pytest.mark.parametrize("is_compiled", COMPILED)
def test_the_best_are_the_largest_of_all(bench, rng, is_compiled) -> None:
    fit = fit_of(bench, rng, is_compiled=is_compiled)
    counts = bench.counts(bench.light(700, rng), rng)
    z, row = fit.best(counts, top=6)
    every = fit.z(counts)
    np.testing.assert_allclose(z, -np.sort(-every, axis=1)[:, :6], atol=1e-5)
    np.testing.assert_allclose(np.take_along_axis(every, row, axis=1), z, atol=1e-5)
    for top in (0, 41):
        with pytest.raises(ValueError, match="top must be within"):
            fit.best(counts, top=top)


def test_a_spectrum_alone_has_the_z_it_has_in_a_batch(bench, rng) -> None:
    fit = fit_of(bench, rng)
    counts = bench.counts(bench.light(520, rng), rng)
    np.testing.assert_allclose(fit.z(counts[515:516]), fit.z(counts)[515:516], atol=1e-3)
    assert fit.z(counts[:0]).shape == (0, 40)


def test_weights_matter_for_power_not_for_the_law(bench, rng) -> None:
    fit = fit_of(bench, rng)
    counts = bench.counts(np.repeat(bench.light(1, rng), 400, axis=0), rng)
    own = fit.reweighted(counts.mean(axis=0))
    other = fit.reweighted(np.linspace(50, 3000, 512))
    for one in (own, other):
        z = one.z(counts)
        assert np.abs(z.mean(axis=0)).max() < 5 / np.sqrt(400)
        assert z.std() == pytest.approx(1, abs=0.06)


def test_an_unknown_fabric_doubts_the_whole_spectrum(bench, rng) -> None:
    fit = fit_of(bench, rng, substrates=bench.grid("fabric").chosen((0, 1)))
    known = bench.counts(bench.light(50, rng, fabric=0, fabric_counts=3000.0), rng)
    unknown = bench.counts(bench.light(50, rng, fabric=3, fabric_counts=3000.0), rng)
    assert fit.inflation(known).max() < 1.4
    assert fit.inflation(unknown).min() > 3
    assert fit.inflation(known).min() >= 1


def test_noise_of_the_dark_lowers_z(bench, rng) -> None:
    fit = fit_of(bench, rng)
    light = bench.light(1, rng)
    found = light + 60 * bench.residue(2)
    variance = bench.noise.variance_counts2(np.median(light) * np.ones(512))
    quiet = fit.z(found)[0, 2]
    loud = fit.z(found, extra_variance_counts2=variance)[0, 2]
    assert 0.55 < loud / quiet < 0.85


@pytest.mark.slow
def test_ambient_light_in_the_dark_keeps_the_law(bench, rng) -> None:
    fit = fit_of(bench, rng)
    light, ambient, n_dark = bench.light(2000, rng), np.full(512, 800.0), 8
    dark = sum(bench.counts(np.tile(ambient, (2000, 1)), rng) for _ in range(n_dark)) / n_dark
    signal = bench.counts(light + ambient, rng) - dark
    extra = bench.noise.dark_variance_counts2(ambient, n_dark=n_dark, offset_counts=0.0)
    z = fit.z(signal, extra_variance_counts2=extra)
    assert z.std() == pytest.approx(1, abs=0.03)
    # untold, it shows as spectra that do not fit
    assert (
        fit.inflation(signal).mean()
        > 1.2 * fit.inflation(signal, extra_variance_counts2=extra).mean()
    )


def test_an_entry_like_a_substrate_says_nothing(bench, rng) -> None:
    fabric = bench.grid("fabric")
    fit = JointFit.of(
        fabric,
        noise=bench.noise,
        typical_counts=bench.light(9, rng).mean(axis=0),
        substrates=fabric.chosen((0, 2)),
        is_compiled=False,
    )
    assert (fit.retained[[0, 2]] < MIN_RETAINED).all()
    assert (fit.retained[[1, 3]] > 0.2).all()
    z = fit.z(bench.counts(bench.light(20, rng), rng))
    assert not z[:, [0, 2]].any()
    assert z[:, [1, 3]].all()


def test_darkness_and_less_give_finite_z(bench, rng) -> None:
    fit = fit_of(bench, rng)
    for counts in (np.zeros((2, 512)), np.full((2, 512), -50.0), -bench.light(2, rng)):
        assert np.isfinite(fit.z(counts)).all()
    dark = fit.reweighted(np.zeros(512))
    assert dark.z(bench.counts(np.zeros((400, 512)), rng)).std() == pytest.approx(1, abs=0.05)


@pytest.mark.slow
def test_shots_of_a_passage_add_up(bench, rng) -> None:
    fit = fit_of(bench, rng)
    passages = bench.counts(np.stack([bench.light(4, rng, fabric=i % 4) for i in range(600)]), rng)
    z = np.array([fit.of_passage(shots).z for shots in passages])
    assert np.abs(z.mean(axis=0)).max() < 5 / np.sqrt(600)
    assert z.std() == pytest.approx(1, abs=0.04)
    light = bench.light(1, rng) + 20 * bench.residue(1)
    score = fit.of_passage(np.repeat(light, 9, axis=0))
    np.testing.assert_allclose(score.z, 3 * score.z_of_shot[0], rtol=1e-3, atol=1e-3)
    with pytest.raises(ValueError, match="at least one shot"):
        fit.of_passage(np.zeros((0, 512)))


def test_one_bad_shot_does_little_harm(bench, rng) -> None:
    fit = fit_of(bench, rng, substrates=bench.grid("fabric").chosen((0,)))
    good = np.repeat(bench.light(1, rng) + 30 * bench.residue(1), 4, axis=0)
    bad = good.copy()
    bad[0] = bench.light(1, rng, fabric=3, fabric_counts=50_000.0)[0]
    assert fit.of_passage(bad).z[1] > 0.75 * fit.of_passage(good).z[1]


@pytest.mark.parametrize("is_compiled", COMPILED)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_channel_that_is_not_finite_is_refused(bench, rng, value: float, is_compiled) -> None:
    fit = fit_of(bench, rng, is_compiled=is_compiled)
    counts = bench.light(3, rng)
    counts[1, 100] = value
    for score in (fit.z, fit.best, fit.of_passage, fit.inflation):
        with pytest.raises(ValueError, match=r"spectra \[1\] of 3 not finite"):
            score(counts)


def test_refuses_other_channels_and_bad_settings(bench, rng) -> None:
    fit = fit_of(bench, rng)
    with pytest.raises(ValueError, match="511 channels, the fit 512"):
        fit.z(np.ones((1, 511)))
    with pytest.raises(ValueError, match="typical_counts"):
        fit.reweighted(np.full(512, np.nan))
    with pytest.raises(ValueError, match="extra_variance_counts2"):
        fit.z(np.ones((1, 512)), extra_variance_counts2=np.full(512, np.nan))
    broken = bench.grid("target")
    spectrum = broken.spectrum.copy()
    spectrum[3, 3] = np.nan
    with pytest.raises(ValueError, match="library holds 1 bad"):
        fit_of(bench, rng, library=replace(broken, spectrum=spectrum))
    with pytest.raises(ValueError, match="100 channels, library 512"):
        fit_of(bench, rng, nuisance=nuisance_of(np.linspace(300.0, 3300.0, 100)))


def test_the_kernel_is_not_silently_replaced(bench, rng, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joint_fit_kernel, "AVAILABLE", False)
    with pytest.raises(ValueError, match="Numba is not installed"):
        fit_of(bench, rng, is_compiled=True)


@pytest.mark.slow
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), level=st.sampled_from([0.0, 1.0, 1e3, 6e4]))
def test_any_finite_spectrum_has_a_finite_z(bench, seed: int, level: float) -> None:
    rng = np.random.default_rng(seed)
    fit = fit_of(bench, np.random.default_rng(1), library=bench.grid("target").chosen((0, 1)))
    counts = rng.normal(0, 1, (2, 512)) * level
    assert np.isfinite(fit.z(counts)).all()
