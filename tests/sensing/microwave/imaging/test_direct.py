"""Direct backprojection against the definition, its kernel against NumPy, and its transpose."""

import numpy as np
import pytest

from standex.sensing.microwave.imaging import direct, direct_kernel
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL, Imager
from standex.testing.imager import check_imager

needs_numba = pytest.mark.skipif(not direct_kernel.AVAILABLE, reason="Numba is not installed")
BOTH_WAYS = pytest.mark.parametrize(
    "is_compiled", [pytest.param(True, marks=needs_numba), False], ids=["numba", "numpy"]
)
SWEEP_S = 0.01
TOWARDS, SIDEWAYS = np.array([0.3, 0.0, -1.37]), np.array([1.4, 0.0, 0.0])


def ring(n: int = 16, *, n_f: int = 48, order: str = "frequency outside") -> Array:
    """Return a boundary array of 1 m, swept in 10 ms with either loop outside."""
    e = (np.arange(n // 2) + 0.5) / (n // 2) - 0.5
    half, nought = np.full_like(e, 0.5), np.zeros_like(e)
    slot_s = SWEEP_S / n / n_f
    at_tx, at_f = (1, n) if order == "frequency outside" else (n_f, 1)
    return Array(
        tx_position_m=np.concatenate([np.c_[e, -half, nought], np.c_[e, half, nought]]),
        rx_position_m=np.concatenate([np.c_[-half, e, nought], np.c_[half, e, nought]]),
        frequency_hz=np.linspace(8e9, 18e9, n_f),
        tx_time_s=(np.arange(n) - (n - 1) / 2) * slot_s * at_tx,
        step_s=slot_s * at_f,
    )


def person(n: int, rng: np.random.Generator) -> np.ndarray:
    """Return points anywhere in the volume of a standing body, 1.2 m away."""
    return rng.uniform([-0.25, -0.6, 1.0], [0.25, 0.6, 1.4], size=(n, 3))


def echoes(array: Array, points_m: np.ndarray, velocity: np.ndarray = STILL) -> np.ndarray:
    """Return the exact samples of points of equal strength."""
    return ExactImager(array=array, points_m=points_m).forward(
        np.ones(len(points_m), dtype=complex), velocity
    )


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)))


@BOTH_WAYS
@pytest.mark.parametrize("order", ["frequency outside", "transmitter outside"])
@pytest.mark.parametrize("velocity", [STILL, TOWARDS], ids=["still", "walking"])
def test_obeys_the_laws_of_an_imager(
    is_compiled: bool, order: str, velocity: np.ndarray, rng: np.random.Generator
) -> None:
    imager = DirectImager(
        array=ring(4, n_f=17, order=order), points_m=person(30, rng), is_compiled=is_compiled
    )
    assert isinstance(imager, Imager)
    check_imager(imager, velocity=velocity, rng=rng)


@pytest.mark.parametrize("velocity", [STILL, TOWARDS], ids=["still", "walking"])
def test_forward_is_the_exact_transpose(velocity: np.ndarray, rng: np.random.Generator) -> None:
    imager = DirectImager(
        array=ring(4, n_f=18), points_m=person(60, rng), is_compiled=False, oversample=2
    )
    shape, n = imager.shape
    x = rng.standard_normal(n) + 1j * rng.standard_normal(n)
    y = rng.standard_normal(shape) + 1j * rng.standard_normal(shape)
    left = np.vdot(imager.forward(x, velocity), y)
    np.testing.assert_allclose(left, np.vdot(x, imager.adjoint(y, velocity)), rtol=1e-10)


@BOTH_WAYS
def test_a_still_image_is_that_of_the_definition(
    is_compiled: bool, rng: np.random.Generator
) -> None:
    array, points_m = ring(), person(150, rng)
    samples = echoes(array, points_m[:30])
    wanted = ExactImager(array=array, points_m=points_m).adjoint(samples, STILL)
    errors = [
        error_db(
            DirectImager(
                array=array, points_m=points_m, is_compiled=is_compiled, oversample=oversample
            ).adjoint(samples, STILL),
            wanted,
        )
        for oversample in (4, 8)
    ]
    assert errors[0] < -46
    assert errors[1] < -56
    assert errors[0] - errors[1] == pytest.approx(12, abs=3)  # the law of linear interpolation


@BOTH_WAYS
def test_each_single_channel_is_that_of_the_definition(
    is_compiled: bool, rng: np.random.Generator
) -> None:
    """Nothing averages here: noise in, one pair, as in a pulse of an airborne radar."""
    array = Array(
        tx_position_m=np.array([[9_000.0, 4_000.0, 12_000.0]]),
        rx_position_m=np.array([[9_000.0, 4_000.5, 12_000.0]]),
        frequency_hz=9.3e9 + np.arange(101) * 1.5e6,
    )
    points_m = rng.uniform([-400, -400, -5], [400, 400, 5], size=(500, 3))  # several periods
    samples = rng.standard_normal((1, 1, 101)) + 1j * rng.standard_normal((1, 1, 101))
    wanted = ExactImager(array=array, points_m=points_m).adjoint(samples, STILL)
    imager = DirectImager(array=array, points_m=points_m, is_compiled=is_compiled)
    assert error_db(imager.adjoint(samples, STILL), wanted) < -56


@needs_numba
@pytest.mark.parametrize("velocity", [STILL, TOWARDS], ids=["still", "walking"])
def test_kernel_and_numpy_compute_the_same(velocity: np.ndarray, rng: np.random.Generator) -> None:
    array, points_m = ring(6, n_f=24), person(60, rng)
    samples = echoes(array, points_m[:20])
    compiled, plain = (
        DirectImager(array=array, points_m=points_m, is_compiled=way).adjoint(samples, velocity)
        for way in (True, False)
    )
    assert error_db(compiled, plain) < -75


@needs_numba
def test_threads_and_pieces_change_nothing(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    array, points_m = ring(8, n_f=32), person(2500, rng)
    samples = echoes(array, points_m[:20])
    alone = DirectImager(array=array, points_m=points_m, threads=1).adjoint(samples, STILL)
    monkeypatch.setattr(direct, "WORTH_THREADS", 0)
    monkeypatch.setattr(direct, "PROFILE_BYTES", 1)  # every transmitter by itself
    three = DirectImager(array=array, points_m=points_m, threads=3).adjoint(samples, STILL)
    np.testing.assert_allclose(three, alone, atol=1e-5 * np.abs(alone).max())


@pytest.mark.slow
@BOTH_WAYS
@pytest.mark.parametrize("order", ["frequency outside", "transmitter outside"])
@pytest.mark.parametrize("velocity", [TOWARDS, SIDEWAYS], ids=["towards", "sideways"])
def test_a_walking_person_is_imaged_as_by_the_definition(
    is_compiled: bool, order: str, velocity: np.ndarray, rng: np.random.Generator
) -> None:
    array, points_m = ring(order=order), person(500, rng)
    samples = echoes(array, points_m[:40], velocity)
    some = points_m[:120]
    wanted = ExactImager(array=array, points_m=some).adjoint(samples, velocity)
    imager = DirectImager(array=array, points_m=points_m, is_compiled=is_compiled)
    assert error_db(imager.adjoint(samples, velocity)[:120], wanted) < -43
    assert error_db(imager.adjoint(samples, STILL)[:120], wanted) > -28


def test_a_moving_point_is_as_bright_as_a_still_one() -> None:
    array, point_m = ring(8, n_f=24), np.array([[0.05, -0.1, 1.2]])
    imager = DirectImager(array=array, points_m=point_m)
    still = imager.adjoint(echoes(array, point_m), STILL)[0]
    moving = imager.adjoint(echoes(array, point_m, TOWARDS), TOWARDS)[0]
    neglected = imager.adjoint(echoes(array, point_m, TOWARDS), STILL)[0]
    assert abs(moving - still) < 0.01 * abs(still)
    assert abs(neglected) < 0.7 * abs(still)


@BOTH_WAYS
def test_an_echo_folds_with_the_period_of_the_grid(is_compiled: bool) -> None:
    """Half a period further away is a whole period of path: the envelope comes back."""
    array = Array(
        tx_position_m=np.zeros((1, 3)),
        rx_position_m=np.zeros((1, 3)),
        frequency_hz=8e9 + np.arange(64) * 0.1e9,
    )
    near = np.array([[0.0, 0.0, 1.0]])
    depth_m = 1.0 + np.arange(-0.4, 4.0, 0.005) * array.path_period_m / 2
    line = np.c_[np.zeros((len(depth_m), 2)), depth_m]
    imager = DirectImager(array=array, points_m=line, is_compiled=is_compiled)
    brightness = np.abs(imager.adjoint(echoes(array, near), STILL))
    peak = np.flatnonzero(np.isclose((depth_m - 1.0) / (array.path_period_m / 2) % 1.0, 0.0))
    np.testing.assert_allclose(brightness[peak], np.sum(array.taper**2), rtol=0.01)
    np.testing.assert_allclose(brightness[:200], brightness[200:400], atol=0.02)


def test_a_slower_medium_is_a_longer_path(rng: np.random.Generator) -> None:
    air = ring(8, n_f=32)
    slow = Array(
        tx_position_m=air.tx_position_m / 2,
        rx_position_m=air.rx_position_m / 2,
        frequency_hz=air.frequency_hz,
        refractive_index=2.0,
    )
    points_m = person(30, rng)
    samples = echoes(air, points_m[:5])
    np.testing.assert_allclose(
        DirectImager(array=slow, points_m=points_m / 2).adjoint(samples, STILL),
        DirectImager(array=air, points_m=points_m).adjoint(samples, STILL),
        atol=1e-2,
    )


def test_no_voxels_make_an_empty_image() -> None:
    array = ring(4, n_f=8)
    imager = DirectImager(array=array, points_m=np.zeros((0, 3)))
    assert imager.adjoint(np.ones(array.shape, dtype=complex), TOWARDS).shape == (0,)
    assert not imager.forward(np.zeros(0, dtype=complex), STILL).any()


def test_refuses_what_it_cannot_image() -> None:
    array, points_m = ring(4, n_f=8), np.zeros((2, 3))
    with pytest.raises(ValueError, match="points_m holds 1 bad values"):
        DirectImager(array=array, points_m=np.array([[0.0, np.nan, 1.0]]))
    imager = DirectImager(array=array, points_m=points_m)
    with pytest.raises(ValueError, match="samples have shape"):
        imager.adjoint(np.ones((1, 1, 8), dtype=complex), STILL)
    with pytest.raises(ValueError, match="velocity_m_per_s must be three finite"):
        imager.adjoint(np.ones(array.shape, dtype=complex), np.array([np.inf, 0.0, 0.0]))
    with pytest.raises(ValueError, match="image must hold 2 finite values"):
        imager.forward(np.ones(3, dtype=complex), STILL)


def test_says_when_the_kernel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct_kernel, "AVAILABLE", False)
    with pytest.raises(ValueError, match="Numba is not installed"):
        DirectImager(array=ring(4, n_f=8), points_m=np.zeros((1, 3)), is_compiled=True)
