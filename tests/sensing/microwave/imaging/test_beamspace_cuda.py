"""The CUDA kernels, run as host C++: their indices, their arithmetic and how they are launched.

Each thread of a thread block becomes a fibre that runs to its next barrier, in one order or the
reverse: a kernel that needs a barrier and has none gives two answers. What a device does beside
that (its compiler, its timing) is not tested here; ``nvcc``, where there is one, compiles it.
"""

import ctypes
import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace_cuda import (
    MOST_PAIRS,
    STAGE_PAIRS,
    T_CHUNK,
    KernelStages,
    receivers_at_once,
    source,
)
from standex.sensing.microwave.imaging.beamspace_steps import (
    PlainStages,
    Stages,
    block_places,
    hold,
    image_rows,
    padded_rank,
)
from standex.sensing.microwave.imaging.beamspace_tables import Tables, make_tables
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid

WALK = np.array([1.2, 0.0, -0.7])
COMPILER = shutil.which("g++") or shutil.which("clang++")
NVCC = shutil.which("nvcc")

BEFORE = r"""
#include <ucontext.h>
#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>
#define __global__
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(...)
using std::min;
using std::rint;
struct int2 { int x, y; };
struct short2 { short x, y; };
struct float2 { float x, y; };
struct float4 { float x, y, z, w; };
static struct { int x, y, z; } threadIdx, blockIdx;
static void sincospif(float x, float* s, float* c)
{
    *s = std::sin(3.14159265358979323846 * x);
    *c = std::cos(3.14159265358979323846 * x);
}

static const size_t STACK = 1 << 16;
static std::vector<ucontext_t> fibres;
static std::vector<char> stacks, done;
static ucontext_t home;
static int current;
static std::function<void()> body;

static void begin()
{
    body();
    done[current] = 1;
    swapcontext(&fibres[current], &home);
}

static void __syncthreads() { swapcontext(&fibres[current], &home); }

// Return 0, or 1 if some threads of a block ended while others waited at a barrier.
static int run(int gx, int gy, int gz, int n, int backwards)
{
    fibres.resize(n);
    stacks.resize(n * STACK);
    for (blockIdx.z = 0; blockIdx.z < gz; ++blockIdx.z)
        for (blockIdx.y = 0; blockIdx.y < gy; ++blockIdx.y)
            for (blockIdx.x = 0; blockIdx.x < gx; ++blockIdx.x) {
                done.assign(n, 0);
                for (int i = 0; i < n; ++i) {
                    getcontext(&fibres[i]);
                    fibres[i].uc_stack.ss_sp = stacks.data() + i * STACK;
                    fibres[i].uc_stack.ss_size = STACK;
                    fibres[i].uc_link = nullptr;
                    makecontext(&fibres[i], begin, 0);
                }
                for (int ended = 0; ended < n;) {
                    for (int i = 0; i < n; ++i) {
                        current = backwards ? n - 1 - i : i;
                        threadIdx.x = current;
                        swapcontext(&home, &fibres[current]);
                    }
                    ended = std::count(done.begin(), done.end(), 1);
                    if (ended && ended < n) return 1;
                }
            }
    return 0;
}
"""

AFTER = r"""
extern "C" int run_gate(int gx, int gy, int gz, int threads, int backwards,
    const float2* profiles, int n, int n_t, int n_r, const double* u_t, const double* u_r,
    const double* rate, const double* turn, const double* time, int moving, const float4* taps,
    const float2* basis, const int* rank, int most, float2* half)
{
    body = [=] { gate(profiles, n, n_t, n_r, u_t, u_r, rate, turn, time, moving, taps, basis, rank,
                      most, half); };
    return run(gx, gy, gz, threads, backwards);
}

extern "C" int run_voxels(int gx, int gy, int gz, int threads, int backwards,
    const short* phasors, const long long* at, const int* rank_t, const int* rank_r,
    const float2* spectrum, int most_a, int most_q, int n_tiles, float4* image)
{
    body = [=] { voxels(phasors, at, rank_t, rank_r, spectrum, most_a, most_q, n_tiles, image); };
    return run(gx, gy, gz, threads, backwards);
}
"""


@pytest.fixture(scope="module")
def on_host(tmp_path_factory):
    """Return what makes stages of kernels that run on the host, and says what was launched."""
    if COMPILER is None:
        pytest.skip("no C++ compiler: the CUDA kernels' arithmetic is not run")
    libraries = {}

    def library(n_k: int) -> ctypes.CDLL:
        if n_k not in libraries:
            folder = tmp_path_factory.mktemp("kernels")
            (folder / "k.cpp").write_text(BEFORE + source(n_k) + AFTER)
            flags = ["-std=c++17", "-O1", "-fno-strict-aliasing", "-Wno-unknown-pragmas"]
            subprocess.run(
                [COMPILER, *flags, "-shared", "-fPIC", "-o", folder / "k.so", folder / "k.cpp"],
                check=True,
            )
            libraries[n_k] = ctypes.CDLL(str(folder / "k.so"))
        return libraries[n_k]

    def make(n_k: int, *, backwards: bool = False) -> tuple[Stages, list]:
        launched = []

        def launch(name, grid, threads, arguments):
            launched.append((name, grid, threads))
            given = []
            for value in arguments:
                if isinstance(value, np.ndarray):
                    assert value.flags.c_contiguous
                    given.append(ctypes.c_void_p(value.ctypes.data))
                else:
                    assert isinstance(value, np.int32)
                    given.append(ctypes.c_int(int(value)))
            run = getattr(library(n_k), f"run_{name}")
            assert run(*grid, threads, int(backwards), *given) == 0, "a barrier not all reach"

        return KernelStages(launch=launch), launched

    return make


def geometry(n_t: int, n_r: int, *, tolerance: float, block: tuple[int, int, int]) -> Tables:
    x, y = np.linspace(-0.5, 0.5, n_t), np.linspace(-0.45, 0.5, n_r)
    array = Array(
        tx_position_m=np.c_[x, np.full(n_t, -0.5), 0.05 * x],
        rx_position_m=np.c_[np.full(n_r, 0.4), y, np.zeros(n_r)],
        frequency_hz=np.linspace(8e9, 12e9, 48),
        tx_time_s=(np.arange(n_t) - (n_t - 1) / 2) * 160e-6,
    )
    grid = Grid(origin_m=np.array([-0.1, 0.05, 0.45]), step_m=np.full(3, 0.018), shape=(9, 7, 12))
    return make_tables(array, grid, block_shape=block, tolerance=tolerance, map_blocks=map)


def noise(tables: Tables, rng: np.random.Generator) -> np.ndarray:
    value = rng.standard_normal((*tables.array.shape, 2)).astype(np.float32)
    return value.view(np.complex64)[..., 0]


CASES = {
    # odd ranks beside even ones; antennas that fill no tile, voxels that fill none
    "few beams": {"n_t": 14, "n_r": 11, "tolerance": 0.005, "block": (5, 7, 4)},
    # more beams than one pass keeps in registers, more than shared memory takes at a time
    "many beams": {"n_t": 34, "n_r": 34, "tolerance": 1e-6, "block": (9, 7, 12)},
}


@pytest.mark.slow
@pytest.mark.parametrize("velocity", [STILL, WALK], ids=["still", "walking"])
@pytest.mark.parametrize("case", CASES)
def test_kernels_do_what_array_operations_do(on_host, case, velocity, rng):
    tables = geometry(**CASES[case])
    held, rows = hold(tables, np, np.array), np.arange(len(tables.tx.rank))[::-1]
    samples = noise(tables, rng)
    wanted = image_rows(held, samples, rows, velocity, stages=PlainStages())
    images = []
    for backwards in (False, True):
        stages, launched = on_host(held.n_k, backwards=backwards)
        assert isinstance(stages, Stages)
        images.append(image_rows(held, samples, rows, velocity, stages=stages))
        assert [name for name, _, _ in launched] == ["gate", "voxels"]
    np.testing.assert_array_equal(*images, err_msg="the order of threads matters")
    # Turns of moving targets are float32 angles in the kernel, and sums run in another order.
    np.testing.assert_allclose(images[0], wanted, atol=1e-5 * np.abs(wanted).max())


@pytest.mark.slow
def test_the_cases_reach_what_they_are_for():
    few, many = (geometry(**case) for case in CASES.values())
    assert len(np.unique(few.tx.rank % 2)) == 2
    assert len(np.unique(few.rx.rank % 2)) == 2
    assert int(np.prod(few.block_shape)) % 16
    n_t, n_r, _ = few.array.shape
    assert n_t % T_CHUNK
    assert n_r % receivers_at_once(len(few.gate.offset_m))
    assert padded_rank(many.tx) > 2 * MOST_PAIRS
    assert many.array.shape[0] > T_CHUNK
    n_k, pairs = len(many.gate.offset_m), (int(many.tx.rank[0]) + 1) // 2 * int(many.rx.rank[0])
    assert STAGE_PAIRS // pairs < n_k


def test_a_block_of_threads_is_full_but_not_too_large():
    for n_k in (4, 12, 16, 40, 128, 200, 1024):
        assert 64 < n_k * receivers_at_once(n_k) <= 1024
    with pytest.raises(ValueError, match="1028 samples"):
        receivers_at_once(1028)


def test_refuses_what_the_kernels_cannot_index():
    def launch(*arguments):
        raise AssertionError("launched all the same")

    stages = KernelStages(launch=launch)
    tables = geometry(8, 8, tolerance=0.05, block=(9, 7, 12))
    held, row = hold(tables, np, np.array), np.arange(1)

    class Long:
        shape, size = (8, 8, 2, 2**28), 2**35

    with pytest.raises(ValueError, match="the limit is 2147483648"):
        stages.gate(held, Long(), block_places(held, row, STILL, first=30))
    wide = replace(tables.tx, rank=np.array([80]))
    held = replace(held, tables=replace(tables, tx=wide, rx=wide))
    with pytest.raises(ValueError, match="3200 pairs of beams in a block, the limit is 2048"):
        stages.voxels(held, row, np.zeros((1, 80, 80, 8), dtype=np.complex64))


@pytest.mark.slow
@pytest.mark.skipif(NVCC is None, reason="no nvcc: the kernels are not compiled for a device")
@pytest.mark.parametrize("n_k", [16, 128])
def test_compiles_for_a_device_without_spilling_registers(n_k, tmp_path):
    (tmp_path / "k.cu").write_text(source(n_k))
    command = [
        NVCC,
        "-std=c++17",
        "-arch=sm_90",
        "-cubin",
        "-Xptxas",
        "-v",
        "-o",
        "k.cubin",
        "k.cu",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("0 bytes spill stores, 0 bytes spill loads") == 2, done.stderr
