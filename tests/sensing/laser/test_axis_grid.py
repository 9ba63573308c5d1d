"""Library entries on a detector's channels: line shape, derivatives, either direction."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.calibration import Origin
from standex.model.errors import StandexError
from standex.sensing.laser.axis_grid import FWHM_PER_SIGMA, GridLibrary, on_grid
from standex.sensing.laser.library import LibraryEntry, SpectralLibrary

FINE = np.arange(200.0, 2000.0, 0.5)
CHANNELS = np.linspace(300.0, 1900.0, 801)


def gaussian(sigma: float, *, centre: float = 1000.0, axis: np.ndarray = FINE) -> np.ndarray:
    return np.exp(-0.5 * ((axis - centre) / sigma) ** 2)


def library(intensity: np.ndarray, axis: np.ndarray = FINE, width: float = 0) -> SpectralLibrary:
    one = LibraryEntry(
        name="line",
        item_class="benign_residue",
        axis_per_cm=axis,
        intensity=intensity,
        provenance="drawn",
        licence="CC0",
        origin=Origin.SIMULATED,
        resolution_per_cm=width,
    )
    return SpectralLibrary(library_id="test 1", kind="raman", entries=(one,))


def line_on_grid(sigma: float = 8.0, **settings: float) -> GridLibrary:
    wanted = {"width_per_cm": 0.0} | settings
    return on_grid(library(gaussian(sigma)), axis_per_cm=CHANNELS, **wanted)


def test_a_spectrum_on_its_own_channels_stays_as_it_is(rng: np.random.Generator) -> None:
    rough = rng.uniform(0, 1, len(CHANNELS))
    grid = on_grid(library(rough, axis=CHANNELS), axis_per_cm=CHANNELS, width_per_cm=0.0)
    np.testing.assert_allclose(grid.spectrum[0], rough / rough.max(), atol=1e-12)


def test_a_gaussian_line_takes_the_detectors_width() -> None:
    detector = 20.0
    grid = line_on_grid(8.0, width_per_cm=detector)
    wide = np.hypot(8.0, detector / FWHM_PER_SIGMA)
    np.testing.assert_allclose(grid.spectrum[0], gaussian(wide, axis=CHANNELS), atol=2e-3)


def test_the_entrys_own_resolution_counts_once() -> None:
    for own in (20.0, 40.0):  # as coarse as the detector, or coarser: nothing is taken away
        entry = library(gaussian(own / FWHM_PER_SIGMA), width=own)
        grid = on_grid(entry, axis_per_cm=CHANNELS, width_per_cm=20.0)
        expected = gaussian(own / FWHM_PER_SIGMA, axis=CHANNELS)
        np.testing.assert_allclose(grid.spectrum[0], expected, atol=2e-3)


def test_an_axis_error_broadens() -> None:
    grid = line_on_grid(8.0, axis_sigma_per_cm=6.0)
    np.testing.assert_allclose(grid.spectrum[0], gaussian(10.0, axis=CHANNELS), atol=2e-3)
    assert grid.axis_sigma_per_cm == 6.0


def test_derivatives_predict_a_shifted_and_a_wider_line() -> None:
    grid = line_on_grid(12.0)
    shift, variance = 1.0, 5.0
    moved = gaussian(12.0, centre=1000.0 + shift, axis=CHANNELS)
    second = shift * grid.shift_derivative[0] + shift**2 * grid.width_derivative[0]
    first = grid.spectrum[0] + shift * grid.shift_derivative[0]
    np.testing.assert_allclose(grid.spectrum[0] + second, moved, atol=2e-3)
    assert np.abs(first - moved).max() < 0.1 * np.abs(grid.spectrum[0] - moved).max()
    sigma = np.sqrt(144.0 + variance)
    wider = 12.0 / sigma * gaussian(sigma, axis=CHANNELS)
    predicted = grid.spectrum[0] + variance * grid.width_derivative[0]
    np.testing.assert_allclose(predicted, wider, atol=3e-3)


def test_a_descending_axis_gives_the_same_backwards() -> None:
    line = library(gaussian(8.0, centre=700.0))
    up = on_grid(line, axis_per_cm=CHANNELS, width_per_cm=10.0)
    down = on_grid(line, axis_per_cm=CHANNELS[::-1], width_per_cm=10.0)
    for name in ("spectrum", "shift_derivative", "width_derivative"):
        np.testing.assert_array_equal(getattr(up, name)[:, ::-1], getattr(down, name))


def test_channels_off_the_entrys_axis_are_zero_and_counted() -> None:
    half = library(gaussian(8.0)[FINE < 1100.0], axis=FINE[FINE < 1100.0])
    grid = on_grid(half, axis_per_cm=CHANNELS, width_per_cm=0.0, min_covered=0.4)
    assert not grid.spectrum[0, CHANNELS > 1100.0].any()
    assert grid.covered[0] == pytest.approx(0.5, abs=0.01)
    with pytest.raises(StandexError, match=r"1 entries cover less than 0\.9"):
        on_grid(half, axis_per_cm=CHANNELS, width_per_cm=0.0, min_covered=0.9)


def test_refuses_what_cannot_be_a_grid() -> None:
    line = library(gaussian(8.0))
    for axis in (CHANNELS[:5], np.r_[CHANNELS, np.nan], np.r_[CHANNELS, CHANNELS[-1]]):
        with pytest.raises(ValueError, match="strictly monotone"):
            on_grid(line, axis_per_cm=axis, width_per_cm=0.0)
    for setting in ({"width_per_cm": -1.0}, {"width_per_cm": 0.0, "axis_sigma_per_cm": np.nan}):
        with pytest.raises(ValueError, match="must be finite and 0 or more"):
            on_grid(line, axis_per_cm=CHANNELS, **setting)
    empty = library(np.where(FINE < 250, 1.0, -1.0))
    with pytest.raises(StandexError, match="nothing above 0"):
        on_grid(empty, axis_per_cm=CHANNELS, width_per_cm=0.0)
    dense = np.linspace(300.0, 1900.0, 150_000)
    with pytest.raises(StandexError, match="thin it out"):
        on_grid(library(np.ones(150_000), axis=dense), axis_per_cm=CHANNELS, width_per_cm=0.0)


def test_entries_are_chosen_by_row() -> None:
    two = library(gaussian(8.0))
    second = replace(two.entries[0], name="other", intensity=gaussian(20.0))
    grid = on_grid(
        replace(two, entries=(*two.entries, second)), axis_per_cm=CHANNELS, width_per_cm=0.0
    )
    assert grid.chosen((1,)).names == ("other",)
    np.testing.assert_array_equal(grid.chosen((1, 0)).spectrum, grid.spectrum[::-1])
