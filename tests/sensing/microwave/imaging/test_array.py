"""What an array refuses, and the closed forms of its path period, path cell and taper."""

from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import LIGHT_M_PER_S, SAME_PLACE_M, Array

BAD_VALUES = [np.nan, np.inf, -np.inf]


def panel(n: int = 4, *, n_f: int = 9) -> Array:
    x, nought = np.linspace(-0.5, 0.5, n), np.zeros(n)
    return Array(
        tx_position_m=np.c_[x, nought, nought],
        rx_position_m=np.c_[x, nought, nought + 0.3],
        frequency_hz=np.linspace(8e9, 12e9, n_f),
    )


@pytest.mark.parametrize("side", ["tx_position_m", "rx_position_m"])
@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 3), (0, 3)])
def test_refuses_an_antenna_listed_twice_and_names_both(side: str, first: int, second: int) -> None:
    position_m = getattr(panel(), side).copy()
    position_m[second] = position_m[first]
    with pytest.raises(ValueError, match=rf"{side}: antennas {first} and {second} .* same place"):
        replace(panel(), **{side: position_m})


def test_two_antennas_at_nearly_one_place_are_found_wherever_the_others_are(
    rng: np.random.Generator,
) -> None:
    """On a measured panel no two antennas are at exactly one depth, so sorting does not help."""
    for _ in range(20):
        position_m = rng.uniform(-0.5, 0.5, size=(30, 3))
        position_m[:, rng.integers(3)] = rng.uniform(0, 1e-6, size=30)
        first, second = np.sort(rng.choice(30, 2, replace=False))
        position_m[second] = position_m[first] + rng.uniform(-0.5, 0.5, 3) * SAME_PLACE_M
        with pytest.raises(ValueError, match=f"antennas {first} and {second} "):
            replace(panel(), tx_position_m=position_m)


def test_antennas_further_apart_are_two() -> None:
    position_m = np.array([[0.0, 0.0, 0.0], [0.0, 0.0, 1.5 * SAME_PLACE_M]])
    assert replace(panel(), tx_position_m=position_m).shape == (2, 4, 9)


def test_a_transmitter_may_be_where_a_receiver_is() -> None:
    both_m = panel().tx_position_m
    assert replace(panel(), rx_position_m=both_m).shape == (4, 4, 9)


@pytest.mark.parametrize("value", BAD_VALUES)
@pytest.mark.parametrize("side", ["tx_position_m", "rx_position_m"])
def test_refuses_an_antenna_that_is_nowhere_and_names_it(side: str, value: float) -> None:
    position_m = getattr(panel(), side).copy()
    position_m[2, 1] = value
    with pytest.raises(ValueError, match=rf"{side}: antenna 2 is not finite"):
        replace(panel(), **{side: position_m})


@pytest.mark.parametrize("side", ["tx_position_m", "rx_position_m"])
def test_refuses_an_array_of_nothing(side: str) -> None:
    with pytest.raises(ValueError, match=f"{side} needs at least one antenna"):
        replace(panel(), **{side: np.zeros((0, 3))})


def test_refuses_a_missing_frequency_and_names_the_step() -> None:
    frequency_hz = np.delete(np.linspace(8e9, 12e9, 9), 5)
    with pytest.raises(
        ValueError, match=r"between frequencies 4 and 5 the step is 1e\+09 Hz, else"
    ):
        replace(panel(), frequency_hz=frequency_hz)


@pytest.mark.parametrize(
    "frequency_hz",
    [
        np.linspace(12e9, 8e9, 9),
        np.full(9, 8e9),
        np.geomspace(8e9, 12e9, 9),
        np.array([8e9]),
        np.zeros(0),
        np.linspace(0.0, 4e9, 9),
        np.linspace(-1e9, 4e9, 9),
        np.array([8e9, np.nan, 9e9]),
        np.array([8e9, 9e9, np.inf]),
    ],
    ids=["down", "one", "ratio", "single", "none", "direct", "negative", "nan", "inf"],
)
def test_refuses_what_is_not_an_ascending_uniform_grid(frequency_hz: np.ndarray) -> None:
    with pytest.raises(ValueError, match="frequency_hz"):
        replace(panel(), frequency_hz=frequency_hz)


def test_a_synthesiser_may_be_a_little_off() -> None:
    """Steps rounded to a hertz are uniform."""
    assert replace(panel(), frequency_hz=np.rint(np.linspace(8e9, 12e9, 300))).shape[2] == 300


def test_refuses_times_of_other_transmitters() -> None:
    with pytest.raises(ValueError, match="tx_time_s has 3 values for 4 transmitters"):
        replace(panel(), tx_time_s=np.zeros(3))


@pytest.mark.parametrize("value", BAD_VALUES)
def test_refuses_times_that_are_not_finite(value: float) -> None:
    with pytest.raises(ValueError, match="tx_time_s: transmitter 3 has"):
        replace(panel(), tx_time_s=np.array([0.0, 1e-3, 2e-3, value]))
    with pytest.raises(ValueError, match="step_s must be finite"):
        replace(panel(), step_s=value)


@pytest.mark.parametrize("index", [0.99, -1.0, np.nan, np.inf])
def test_refuses_a_medium_without_meaning(index: float) -> None:
    with pytest.raises(ValueError, match="refractive_index must be"):
        replace(panel(), refractive_index=index)


def test_without_times_everything_happens_at_once() -> None:
    np.testing.assert_array_equal(panel().times_s(), np.zeros(4))
    time_s = np.array([-1e-3, 0.0, 1e-3, 2e-3])
    np.testing.assert_array_equal(replace(panel(), tx_time_s=time_s).times_s(), time_s)


@pytest.mark.parametrize("index", [1.0, 1.5])
def test_a_wave_turns_once_in_a_wavelength(index: float) -> None:
    array = replace(panel(), refractive_index=index)
    wavelength_m = LIGHT_M_PER_S / array.frequency_hz / index
    np.testing.assert_allclose(array.wavenumber_rad_per_m * wavelength_m, 2 * np.pi)


@pytest.mark.parametrize("n_f", [2, 8, 9])
def test_paths_one_period_apart_cannot_be_told_apart(n_f: int) -> None:
    array = panel(n_f=n_f)
    turns = np.exp(-1j * array.wavenumber_rad_per_m * array.path_period_m)
    np.testing.assert_allclose(turns, turns[0], atol=1e-9)
    shorter = np.exp(-1j * array.wavenumber_rad_per_m * array.path_period_m / 2)
    assert np.abs(shorter - shorter[0]).max() > 1


@pytest.mark.parametrize("n_f", [2, 8, 9])
def test_a_cell_is_the_speed_of_light_over_the_band(n_f: int) -> None:
    array = panel(n_f=n_f)
    assert array.path_cell_m == pytest.approx(LIGHT_M_PER_S / 4e9)
    assert array.path_period_m == pytest.approx((n_f - 1) * array.path_cell_m)


@pytest.mark.parametrize("n_f", [2, 8, 9])
def test_the_taper_leaves_no_frequency_out_and_is_symmetric(n_f: int) -> None:
    taper = panel(n_f=n_f).taper
    assert taper.min() > 0
    assert taper.max() <= 1
    np.testing.assert_allclose(taper, taper[::-1])
    assert np.all(np.diff(taper[: (n_f + 1) // 2]) > 0)
