"""Block beamspace on an NVIDIA GPU: what ``BeamspaceImager`` does, tables kept on the device.

Samples come in host memory and go up once; images come back. Between the two nothing waits for the
host but one check that all samples are finite. Needs the extra [gpu] (CuPy).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Complex, Complex64, Float, Int

from standex.model.errors import StandexError
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_cuda import (
    BLOCKS_AT_ONCE,
    KernelStages,
    Launch,
    source,
)
from standex.sensing.microwave.imaging.beamspace_steps import (
    Held,
    Stages,
    as_volume,
    hold,
    image_rows,
    padded_rank,
)
from standex.sensing.microwave.imaging.beamspace_tables import LANES, Tables
from standex.sensing.microwave.imaging.exact import refuse_samples

_COMPLEX64_BYTES = 8


@runtime_checkable
class Device(Protocol):
    """Where arrays are and how they get there."""

    @property
    def xp(self) -> Any:
        """Return the array module."""
        ...

    def use(self) -> AbstractContextManager[Any]:
        """Return a context in which the module works on this device."""
        ...

    def upload(self, host: np.ndarray, /) -> Any:
        """Return a copy on the device."""
        ...

    def download(self, array: Any, /) -> np.ndarray:
        """Return a copy on the host, once everything before it is done."""
        ...

    def page_locked(self, shape: tuple[int, ...], /) -> Complex64[np.ndarray, "..."]:
        """Return host memory, not set, that goes up at the bus's full rate."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CupyDevice:
    """Satisfies ``Device`` with CuPy.

    Attributes:
        xp: the module ``cupy``.
        pinned: ``cupyx.empty_pinned``.
        number: of the device.
    """

    xp: Any
    pinned: Callable[..., np.ndarray]
    number: int

    def use(self) -> AbstractContextManager[Any]:
        """Return a context in which CuPy works on this device."""
        return self.xp.cuda.Device(self.number)

    def upload(self, host: np.ndarray, /) -> Any:
        """Return a copy on the device."""
        array = self.xp.empty(host.shape, dtype=host.dtype)
        # `asarray` may copy into a page-locked buffer of its own first; `set` takes what is there.
        array.set(np.ascontiguousarray(host))
        return array

    def download(self, array: Any, /) -> np.ndarray:
        """Return a copy on the host, once everything before it is done."""
        return self.xp.asnumpy(array)

    def page_locked(self, shape: tuple[int, ...], /) -> Complex64[np.ndarray, "..."]:
        """Return host memory, not set, that goes up at the bus's full rate."""
        return self.pinned(shape, dtype=np.complex64)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GpuBeamspaceImager:
    """Satisfies ``Imager`` for whole volumes, and images chosen blocks of one; one at a time.

    ``upload``, ``image_on_device`` and ``device.download`` are the three parts of ``image_blocks``,
    for a caller that wants them apart. Samples in ``samples_buffer`` go up at the bus's full rate.

    Attributes:
        tables: of the geometry.
        device: where the work is done.
        held: the tables on it.
        stages: the two hot stages.
    """

    tables: Tables
    device: Device
    held: Held
    stages: Stages

    @property
    def shape(self) -> tuple[tuple[int, int, int], int]:
        """Return the shape of the samples and the number of voxels."""
        return self.tables.array.shape, self.tables.grid.size

    def adjoint(
        self, samples: Complex[np.ndarray, "t r f"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex64[np.ndarray, " v"]:
        """Return the image of the whole grid.

        Raises:
            ValueError: the samples are not of this array, or a value is not finite.
        """
        rows = np.arange(len(self.tables.blocks.first))
        with self.device.use():
            image = self.image_on_device(self.upload(samples), rows, velocity_m_per_s)
            return self.device.download(as_volume(self.held, image))

    def image_blocks(
        self,
        samples: Complex[np.ndarray, "t r f"],
        rows: Int[np.ndarray, " some"],
        velocity_m_per_s: Float[np.ndarray, " 3"],
        /,
    ) -> Complex64[np.ndarray, "some voxels"]:
        """Return the image of some blocks, voxels of a block in order.

        Raises:
            ValueError: the samples are not of this array, a value is not finite, or a row is not
                that of a block.
        """
        with self.device.use():
            image = self.image_on_device(self.upload(samples), rows, velocity_m_per_s)
            return self.device.download(image)

    def forward(
        self, image: Complex[np.ndarray, " v"], velocity_m_per_s: Float[np.ndarray, " 3"], /
    ) -> Complex[np.ndarray, "t r f"]:
        """Return the samples: the exact transpose of what ``adjoint`` computes; on the host."""
        return BeamspaceImager(tables=self.tables, is_compiled=False).forward(
            image, velocity_m_per_s
        )

    def samples_buffer(self) -> Complex64[np.ndarray, "t r f"]:
        """Return host memory for samples, not set, from which ``upload`` takes them fastest."""
        return self.device.page_locked(self.tables.array.shape)

    def upload(self, samples: Complex[np.ndarray, "t r f"], /) -> Any:
        """Return samples on the device.

        Raises:
            ValueError: the samples are not of this array, or a value is not finite.
        """
        if samples.shape != self.tables.array.shape:
            refuse_samples(self.tables.array, samples)
        with self.device.use():
            above = self.device.upload(samples.astype(np.complex64, copy=False))
            # Looking through a frame on the host would take longer than imaging it on the device.
            if not bool(self.device.xp.isfinite(above).all()):
                refuse_samples(self.tables.array, samples)
                raise ValueError("samples hold values beyond the range of complex64")
            return above

    def image_on_device(
        self, above: Any, rows: Int[np.ndarray, " some"], velocity_m_per_s: Float[np.ndarray, " 3"]
    ) -> Any:
        """Return the image of some blocks on the device, of samples already there.

        Raises:
            ValueError: a row is not that of a block, or the velocity is not finite.
        """
        n_blocks = len(self.tables.blocks.first)
        # Kernels read where they are told to: what could send them astray is refused here.
        if len(rows) and not (rows.min() >= 0 and rows.max() < n_blocks):
            raise ValueError(
                f"rows must be from 0 to {n_blocks - 1}, got {rows.min()} to {rows.max()}"
            )
        if not np.isfinite(velocity_m_per_s).all():
            raise ValueError(f"velocity_m_per_s must be finite, got {velocity_m_per_s.tolist()}")
        with self.device.use():
            if not len(rows):
                n_voxels = int(np.prod(self.tables.block_shape))
                return self.device.xp.zeros((0, n_voxels), dtype=np.complex64)
            return image_rows(self.held, above, rows, velocity_m_per_s, stages=self.stages)


def gpu_imager(tables: Tables, *, number: int = 0) -> GpuBeamspaceImager:
    """Return the imager on one GPU, its tables brought there and its kernels ready to compile.

    Args:
        tables: of the geometry; the device keeps a copy.
        number: of the device.

    Raises:
        StandexError: CuPy is not installed, there is no such device, or its memory is too small.
        ValueError: blocks are larger than the kernels take.
    """
    device = find_device(number=number)
    needed = device_bytes(tables)
    with device.use():
        free, _ = device.xp.cuda.runtime.memGetInfo()
        if needed > free:
            raise StandexError(
                f"GPU {number} has {free / 1e9:.1f} GB free, this geometry needs "
                f"{needed / 1e9:.1f} GB: take another device, fewer voxels or a larger tolerance"
            )
        held = hold(tables, device.xp, device.upload)
        stages = KernelStages(launch=_launcher(device.xp, source(len(tables.gate.offset_m))))
    return GpuBeamspaceImager(tables=tables, device=device, held=held, stages=stages)


def find_device(*, number: int = 0) -> CupyDevice:
    """Return a GPU.

    Raises:
        StandexError: CuPy is not installed, or there is no such device.
    """
    try:
        cupy: Any = import_module("cupy")
        pinned = import_module("cupyx").empty_pinned
    except ImportError as error:
        raise StandexError(
            f"CuPy cannot be imported ({error}): install the extra, pip install 'standex[gpu]'"
        ) from error
    if not cupy.cuda.is_available():
        raise StandexError(
            "CuPy (extra standex[gpu]) finds no CUDA device: is the NVIDIA driver there, and new "
            "enough for the CUDA that this CuPy is for?"
        )
    count = int(cupy.cuda.runtime.getDeviceCount())
    if not 0 <= number < count:
        raise StandexError(f"there is no GPU {number}: GPUs are 0 to {count - 1}")
    return CupyDevice(xp=cupy, pinned=pinned, number=number)


def device_bytes(tables: Tables) -> int:
    """Return the device memory that a geometry takes: tables, and one frame of all blocks.

    Per frame: the samples, tapered too; their transform, twice as long, before, while and after;
    the profiles before and after their carrier, at most the whole period; beams half-way, and
    thrice whole; the image, twice.
    """
    n_t, n_r, n_f = tables.array.shape
    n_blocks, n_k = len(tables.tx.rank), len(tables.gate.offset_m)
    most_a, most_q = padded_rank(tables.tx), padded_rank(tables.rx)
    bases = 2 * n_blocks * (most_a * n_t + most_q * n_r)
    at_once = min(n_blocks, BLOCKS_AT_ONCE)
    frame = (
        n_t * n_r * n_f * (2 + 3 * 2 + 2 * 2)
        + at_once * n_k * most_a * (n_r + 3 * most_q)
        + 2 * n_blocks * tables.n_tiles * LANES
    )
    return tables.phasors.nbytes + _COMPLEX64_BYTES * (bases + frame)


def _launcher(cupy: Any, text: str) -> Launch:
    """Return what compiles the kernels when first called, and launches them."""
    module = cupy.RawModule(code=text, options=("-std=c++17",))

    def launch(
        name: str, grid: tuple[int, int, int], threads: int, arguments: tuple[Any, ...]
    ) -> None:
        module.get_function(name)(grid, (threads, 1, 1), arguments)

    return launch
