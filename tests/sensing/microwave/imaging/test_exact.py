"""The definition of the image against its formula, written out channel by channel."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from standex.sensing.microwave.imaging import exact
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.exact import ExactImager, distance_m, refuse_samples
from standex.sensing.microwave.imaging.imager import STILL

WALK = np.array([0.9, -0.2, -1.1])


def panel(*, n_f: int = 5) -> Array:
    """Return an array where two transmitters share a time and every side has another number."""
    return Array(
        tx_position_m=np.array([[-0.5, 0.0, 0.0], [0.5, 0.1, 0.0], [0.0, 0.4, 0.1]]),
        rx_position_m=np.array([[0.0, -0.5, 0.0], [0.2, 0.5, -0.1]]),
        frequency_hz=np.linspace(8e9, 12e9, n_f),
        tx_time_s=np.array([-4e-3, 4e-3, -4e-3]),
        step_s=0.3e-3,
    )


def points(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform([-0.2, -0.2, 0.9], [0.2, 0.2, 1.2], size=(n, 3))


def complex_noise(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.standard_normal(shape) + 1j * rng.standard_normal(shape)


def written_out(array: Array, points_m: np.ndarray, velocity: np.ndarray) -> np.ndarray:
    """Return A (t, r, f, v) from the formula in the port's docstring, one number at a time."""
    n_f, k = len(array.frequency_hz), array.wavenumber_rad_per_m
    a = np.zeros((*array.shape, len(points_m)), dtype=complex)
    for (t, r, f), v in product(np.ndindex(array.shape), range(len(points_m))):
        tau_s = array.times_s()[t] + (f - (n_f - 1) / 2) * array.step_s
        at = points_m[v] + velocity * tau_s
        path_m = np.linalg.norm(at - array.tx_position_m[t])
        path_m += np.linalg.norm(at - array.rx_position_m[r])
        a[t, r, f, v] = array.taper[f] * np.exp(-1j * k[f] * path_m)
    return a


@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
@pytest.mark.parametrize("step_s", [0.0, 0.3e-3])
def test_is_the_formula(velocity: np.ndarray, step_s: float, rng: np.random.Generator) -> None:
    array, points_m = replace(panel(), step_s=step_s), points(4, rng)
    a = written_out(array, points_m, velocity)
    imager = ExactImager(array=array, points_m=points_m)
    assert imager.shape == (array.shape, 4)
    image, samples = complex_noise(rng, 4), complex_noise(rng, *array.shape)
    np.testing.assert_allclose(imager.forward(image, velocity), a @ image, atol=1e-9)
    expected = np.einsum("trfv,trf->v", a.conj(), samples)
    np.testing.assert_allclose(imager.adjoint(samples, velocity), expected, atol=1e-9)


@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
def test_a_point_followed_is_as_bright_as_all_channels_together(velocity: np.ndarray) -> None:
    array, point_m = panel(n_f=32), np.array([[0.05, -0.1, 1.0]])
    imager = ExactImager(array=array, points_m=point_m)
    samples = imager.forward(np.array([1 + 0j]), velocity)
    brightness = np.sum(array.taper**2) * 3 * 2
    np.testing.assert_allclose(imager.adjoint(samples, velocity), brightness, rtol=1e-12)


def test_pieces_change_nothing(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator) -> None:
    imager = ExactImager(array=panel(), points_m=points(11, rng))
    samples, image = complex_noise(rng, *panel().shape), complex_noise(rng, 11)
    whole = imager.adjoint(samples, WALK), imager.forward(image, WALK)
    monkeypatch.setattr(exact, "CHUNK", 4)
    for one, other in zip(
        whole, (imager.adjoint(samples, WALK), imager.forward(image, WALK)), strict=True
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_without_times_velocity_means_nothing(rng: np.random.Generator) -> None:
    array = replace(panel(), tx_time_s=np.zeros(0), step_s=0.0)
    imager = ExactImager(array=array, points_m=points(3, rng))
    samples = complex_noise(rng, *array.shape)
    np.testing.assert_allclose(imager.adjoint(samples, WALK), imager.adjoint(samples, STILL))


def test_distances_are_euclidean_and_keep_their_digits() -> None:
    far = np.array([[1e5, 0.0, 0.0]])
    np.testing.assert_allclose(distance_m(np.array([[3.0, 4.0, 0.0]]), np.zeros((1, 3))), 5.0)
    apart = distance_m(far, np.array([[1e-6, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    assert np.diff(apart[0])[0] == pytest.approx(1e-6, rel=1e-4)


def test_refuses_samples_of_another_array() -> None:
    with pytest.raises(ValueError, match=r"samples have shape \(3, 2, 4\), the array \(3, 2, 5\)"):
        refuse_samples(panel(), np.zeros((3, 2, 4), dtype=complex))


@pytest.mark.parametrize("value", [np.nan, np.inf, complex(0, np.nan)])
def test_refuses_a_dead_channel_and_names_it(value: complex) -> None:
    samples = np.zeros(panel().shape, dtype=complex)
    samples[2, 0, 3:] = value
    samples[2, 1, 0] = value
    with pytest.raises(ValueError, match=r"2 channels .* first is transmitter 2, receiver 0"):
        refuse_samples(panel(), samples)


def test_what_is_given_is_not_written_to(rng: np.random.Generator) -> None:
    imager = ExactImager(array=panel(), points_m=points(3, rng))
    samples = complex_noise(rng, *panel().shape)
    samples.flags.writeable = False
    imager.adjoint(samples, WALK)
