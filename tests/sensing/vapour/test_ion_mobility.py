"""The null law of the joint fit: background, clean air and an error of the axis are no evidence."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from standex.sensing.vapour.ion_mobility import (
    PeakLibrary,
    background,
    clean_air_columns,
    joint_z,
    peaks,
)

RELATIVE = np.linspace(0.4, 2.0, 800)
WIDTH = 0.008
LIBRARY = PeakLibrary(
    names=("a", "b", "c"),
    item_class=("threat_dielectric", "benign_residue", "threat_dielectric"),
    k0_cm2_per_vs=np.array([1.54, 1.30, 1.75]),
    k0_std=np.array([0.001, 0.001, 0.001]),
)
CLEAN = 50 + 20 * np.exp(-RELATIVE) + 800 * np.exp(-0.5 * ((RELATIVE - 1) / WIDTH) ** 2)


@pytest.fixture
def fit():
    target, shift = peaks(
        RELATIVE, LIBRARY, reactant_k0_cm2_per_vs=2.06, relative_width=WIDTH, axis_std=1e-4
    )
    nuisance = clean_air_columns(RELATIVE, CLEAN, relative_width=WIDTH, n_knots=8)
    variance = np.full(len(RELATIVE), 1.5**2)

    def z_of(spectra: np.ndarray, shifted: bool = True) -> np.ndarray:
        return joint_z(
            spectra, variance, nuisance=nuisance, target=target, target_shift=shift * shifted
        )[0]

    return z_of


def test_z_is_standard_normal_on_clean_air(rng, fit) -> None:
    level = rng.uniform(0.6, 1.4, (2000, 1))  # gain of the device and reactant ion alike
    slope = rng.uniform(-20, 20, (2000, 1)) * RELATIVE
    noise = 1.5 * rng.standard_normal((2000, len(RELATIVE)))
    z = fit(level * CLEAN + slope + noise)
    for entry in range(3):
        assert kstest(z[:, entry], norm.cdf).pvalue > 1e-4
    assert abs(z.mean()) < 0.06
    assert 0.95 < z.std() < 1.05


def test_a_used_up_ion_and_a_stretched_axis_are_no_evidence(rng, fit) -> None:
    noise = 1.5 * rng.standard_normal((200, len(RELATIVE)))
    used_up = CLEAN - 300 * np.exp(-0.5 * ((RELATIVE - 1) / WIDTH) ** 2)
    stretched = np.interp(RELATIVE * 1.0005, RELATIVE, CLEAN)
    for spectrum in (used_up, stretched):
        z = fit(spectrum + noise)
        assert np.abs(z.mean(axis=0)).max() < 0.4
        assert z.std() < 1.15


def test_a_peak_is_found_where_it_is(rng, fit) -> None:
    at = 2.06 / 1.54
    peak = 10 * np.exp(-0.5 * ((RELATIVE - at) / (WIDTH * np.sqrt(at))) ** 2)
    z = fit(CLEAN + peak + 1.5 * rng.standard_normal((100, len(RELATIVE))))
    assert z[:, 0].mean() > 10
    # What of it the background takes for its own is a tenth of it at most elsewhere.
    assert np.abs(z[:, 1:].mean(axis=0)).max() < 0.1 * z[:, 0].mean()


def test_a_small_error_of_its_place_costs_little_and_nothing_else_pays(rng, fit) -> None:
    width = WIDTH * np.sqrt(2.06 / 1.54)
    noise = 1.5 * rng.standard_normal((200, len(RELATIVE)))

    def at(place: float) -> np.ndarray:
        return fit(CLEAN + 10 * np.exp(-0.5 * ((RELATIVE - place) / width) ** 2) + noise)

    right, off = at(2.06 / 1.54)[:, 0].mean(), at(2.06 / 1.54 + 0.3 * width)[:, 0].mean()
    assert off > 0.9 * right


def test_the_amplitude_is_z_over_the_root_of_its_information() -> None:
    target, shift = peaks(
        RELATIVE, LIBRARY, reactant_k0_cm2_per_vs=2.06, relative_width=WIDTH, axis_std=0.0
    )
    nuisance = clean_air_columns(RELATIVE, CLEAN, relative_width=WIDTH, n_knots=8)
    z, root = joint_z(
        (3 * CLEAN + 7 * target[:, 1])[None],
        np.linspace(1, 4, len(RELATIVE)),
        nuisance=nuisance,
        target=target,
        target_shift=shift,
    )
    assert z[0, 1] / root[1] == pytest.approx(7.0)


def test_an_uncertain_mobility_widens_the_peak() -> None:
    narrow, wide = (
        peaks(
            RELATIVE,
            PeakLibrary(
                names=("a",), item_class=("x",), k0_cm2_per_vs=np.array([1.5]),
                k0_std=np.array([std]),
            ),
            reactant_k0_cm2_per_vs=2.06, relative_width=WIDTH, axis_std=0.0,
        )[0].sum()
        for std in (0.0, 0.01)
    )  # fmt: skip
    at = 2.06 / 1.5
    ratio = np.sqrt(WIDTH**2 * at + (at * 0.01) ** 2) / np.sqrt(WIDTH**2 * at)
    assert wide / narrow == pytest.approx(ratio, rel=1e-6)


def test_what_the_nuisance_explains_whole_says_nothing(rng) -> None:
    nuisance = rng.standard_normal((50, 3))
    z, root = joint_z(
        rng.standard_normal((2, 50)),
        np.ones(50),
        nuisance=nuisance,
        target=nuisance[:, :1].copy(),
        target_shift=np.zeros((50, 1)),
    )
    assert not z.any()
    assert not root.any()


def test_background_sums_to_one_and_is_smooth() -> None:
    columns = background(500, 8)
    np.testing.assert_allclose(columns.sum(axis=1), 1.0, atol=1e-9)
    assert columns.min() >= 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": ("a", "a", "c")}, "each name once"),
        ({"k0_cm2_per_vs": np.array([1.5, 0.0, 1.2])}, "k0 must be"),
        ({"k0_std": np.array([0.1, np.nan, 0.1])}, "k0_std must be"),
    ],
)
def test_what_cannot_be_a_library(change: dict, said: str) -> None:
    good = {name: getattr(LIBRARY, name) for name in LIBRARY.__slots__}
    with pytest.raises(ValueError, match=said):
        PeakLibrary(**{**good, **change})
    with pytest.raises(ValueError, match="variance"):
        joint_z(
            np.zeros((1, 50)), np.zeros(50), nuisance=np.ones((50, 1)), target=np.ones((50, 1)),
            target_shift=np.zeros((50, 1)),
        )  # fmt: skip
