"""The imager for a GPU: on NumPy everywhere, on a device where there is one."""

import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from standex.model.errors import StandexError
from standex.sensing.microwave.imaging import beamspace_gpu
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_gpu import (
    Device,
    GpuBeamspaceImager,
    device_bytes,
    find_device,
    gpu_imager,
)
from standex.sensing.microwave.imaging.beamspace_steps import PlainStages, hold
from standex.sensing.microwave.imaging.beamspace_tables import make_tables
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL, Imager
from standex.sensing.microwave.imaging.voxels import Grid
from standex.testing.imager import check_imager

WALK = np.array([1.2, 0.0, -0.7])
GRID = Grid(origin_m=np.array([-0.1, 0.05, 0.45]), step_m=np.full(3, 0.018), shape=(9, 7, 12))

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # CuPy's about what it looks for and does not find
    try:
        find_device()
        NO_DEVICE = ""
    except StandexError as error:
        NO_DEVICE = str(error)


@dataclass(frozen=True)
class HostDevice:
    """NumPy in the place of CuPy."""

    xp = np

    def use(self):
        return nullcontext()

    def upload(self, host):
        return np.array(host)

    def download(self, array):
        return np.array(array)

    def page_locked(self, shape):
        return np.zeros(shape, dtype=np.complex64)


@pytest.fixture(scope="module")
def tables():
    x, y = np.linspace(-0.5, 0.5, 14), np.linspace(-0.45, 0.5, 11)
    array = Array(
        tx_position_m=np.c_[x, np.full(14, -0.5), 0.05 * x],
        rx_position_m=np.c_[np.full(11, 0.4), y, np.zeros(11)],
        frequency_hz=np.linspace(8e9, 12e9, 48),
        tx_time_s=(np.arange(14) - 6.5) * 160e-6,
        step_s=0.6e-6,
    )
    return make_tables(
        array, GRID, block_shape=(5, 7, 4), tolerance=0.005, map_blocks=map, guard_cells=5
    )


@pytest.fixture(
    params=[
        "numpy",
        pytest.param("device", marks=pytest.mark.skipif(bool(NO_DEVICE), reason=NO_DEVICE)),
    ]
)
def imager(request, tables):
    if request.param == "device":
        return gpu_imager(tables)
    return GpuBeamspaceImager(
        tables=tables,
        device=HostDevice(),
        held=hold(tables, np, np.array),
        stages=PlainStages(),
    )


def echoes(array: Array, rng: np.random.Generator) -> np.ndarray:
    points = np.array([0.0, 0.1, 0.55]) + rng.uniform(-0.1, 0.1, size=(12, 3))
    amplitude = rng.standard_normal(12) + 1j * rng.standard_normal(12)
    return ExactImager(array=array, points_m=points).forward(amplitude, STILL).astype(np.complex64)


def error_db(got: np.ndarray, wanted: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(np.abs(got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)))


def test_is_an_imager_on_a_device(imager):
    assert isinstance(imager, Imager)
    assert isinstance(imager.device, Device)
    assert imager.shape == ((14, 11, 48), GRID.size)


@pytest.mark.slow
@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
def test_its_directions_belong_together(imager, velocity, rng):
    check_imager(imager, velocity=velocity, rng=rng)


@pytest.mark.slow
@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
def test_agrees_with_the_cpu(imager, tables, velocity, rng):
    samples = echoes(tables.array, rng)
    cpu = BeamspaceImager(tables=tables, is_compiled=False)
    wanted, got = cpu.adjoint(samples, velocity), imager.adjoint(samples, velocity)
    assert got.dtype == np.complex64
    np.testing.assert_allclose(got, wanted, atol=2e-5 * np.abs(wanted).max())
    rows = np.array([4, 0, 3])
    wanted = cpu.image_blocks(samples, rows, velocity)
    got = imager.image_blocks(samples, rows, velocity)
    np.testing.assert_allclose(got, wanted, atol=2e-5 * np.abs(wanted).max())


@pytest.mark.slow
def test_following_the_motion_is_what_focuses(imager, tables, rng):
    samples = echoes(tables.array, rng)
    exact = ExactImager(array=tables.array, points_m=GRID.points_m()).adjoint(samples, WALK)
    assert error_db(imager.adjoint(samples, STILL), exact) > -20
    assert error_db(imager.adjoint(samples, WALK), exact) < -40


def test_its_parts_make_the_whole(imager, tables, rng):
    buffer = imager.samples_buffer()
    buffer[...] = echoes(tables.array, rng)
    rows = np.array([2, 5])
    image = imager.image_on_device(imager.upload(buffer), rows, WALK)
    got = imager.device.download(image)
    np.testing.assert_array_equal(got, imager.image_blocks(buffer, rows, WALK))
    assert imager.image_blocks(buffer, rows[:0], WALK).shape == (0, 140)


def test_refuses_what_it_cannot_image(imager, tables, rng):
    samples = echoes(tables.array, rng)
    with pytest.raises(ValueError, match="samples have shape"):
        imager.adjoint(samples[:3], STILL)
    bad = samples.copy()
    bad[4, 5, 6] = np.inf
    with pytest.raises(ValueError, match="transmitter 4, receiver 5"):
        imager.adjoint(bad, STILL)
    for row in (-1, 6):
        with pytest.raises(ValueError, match=f"rows must be from 0 to 5, got {row}"):
            imager.image_blocks(samples, np.array([row]), STILL)
    with pytest.raises(ValueError, match="velocity_m_per_s must be finite"):
        imager.adjoint(samples, np.array([0.0, np.nan, 0.0]))


def test_says_how_much_memory_it_takes(tables):
    held = hold(tables, np, np.array)
    kept = sum(
        getattr(held, name).nbytes
        for name in ("phasors", "basis_t", "basis_r", "taps", "center_m", "fourier")
    )
    frame = 8 * int(np.prod(tables.array.shape)) * 4
    assert kept + frame < device_bytes(tables) < 40 * (kept + frame)


class Up(np.ndarray):
    def set(self, host):
        self[...] = host


def fake_cupy(*, devices: int = 1, free: float = 1e9, launched: list | None = None):
    """Return a module with as much of CuPy's surface as ``gpu_imager`` touches."""

    def module(*, code, options):
        assert 'extern "C"' in code
        return SimpleNamespace(
            get_function=lambda name: lambda *arguments: launched.append((name, arguments))
        )

    return SimpleNamespace(
        cuda=SimpleNamespace(
            is_available=lambda: devices > 0,
            runtime=SimpleNamespace(
                getDeviceCount=lambda: devices, memGetInfo=lambda: (int(free), int(2 * free))
            ),
            Device=lambda number: nullcontext(),
        ),
        RawModule=module,
        empty=lambda shape, dtype: np.empty(shape, dtype=dtype).view(Up),
        asnumpy=np.array,
        empty_pinned=np.empty,
    )


def put(monkeypatch, cupy):
    monkeypatch.setattr(beamspace_gpu, "import_module", lambda name: cupy)


def test_says_what_to_install_without_cupy(monkeypatch, tables):
    def missing(name):
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr(beamspace_gpu, "import_module", missing)
    with pytest.raises(StandexError, match=r"pip install 'standex\[gpu\]'"):
        gpu_imager(tables)


def test_says_what_is_missing_of_a_device(monkeypatch, tables):
    put(monkeypatch, fake_cupy(devices=0))
    with pytest.raises(StandexError, match="finds no CUDA device"):
        gpu_imager(tables)
    put(monkeypatch, fake_cupy(devices=2))
    with pytest.raises(StandexError, match="there is no GPU 2: GPUs are 0 to 1"):
        gpu_imager(tables, number=2)
    put(monkeypatch, fake_cupy(free=1e5))
    with pytest.raises(StandexError, match=r"has 0\.0 GB free, this geometry needs"):
        gpu_imager(tables)


def test_brings_up_the_tables_and_launches_both_kernels(monkeypatch, tables):
    """With a module that only looks like CuPy: what is called, not what it computes."""
    launched: list = []
    cupy = fake_cupy(launched=launched)
    put(monkeypatch, cupy)
    made = gpu_imager(tables)
    np.testing.assert_array_equal(made.held.phasors, tables.phasors)
    assert made.samples_buffer().dtype == np.complex64
    for name in ("zeros", "take", "exp", "fft", "linalg", "arange", "complex64", "matmul"):
        setattr(cupy, name, getattr(np, name))
    for name in ("isfinite", "asarray", "ascontiguousarray"):
        setattr(cupy, name, getattr(np, name))
    made.adjoint(np.zeros(tables.array.shape, dtype=np.complex64), WALK)
    assert [name for name, _ in launched] == ["gate", "voxels"]
    for _, (grid, block, arguments) in launched:
        assert len(grid) == len(block) == 3
        assert min(grid) > 0
        assert all(isinstance(a, np.ndarray | np.int32) for a in arguments)
