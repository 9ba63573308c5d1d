"""The two hot stages of the beamspace imager as CUDA kernels, and how they are launched.

``gate`` resamples every channel's profile around a block and sums it over the transmitters,
weighted by each beam, in registers: gated samples never reach memory. ``voxels`` streams the tables
once and keeps the sums over beams in registers. Both are plain float32, without tensor cores;
indices along the profiles are float64, as in the reference, ``beamspace_steps.PlainStages``.

How to compile and to launch is left to a function, so that the same source and the same arguments
can run as host C++ where there is no device.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from standex.sensing.microwave.imaging.beamspace_profiles import N_STEPS
from standex.sensing.microwave.imaging.beamspace_steps import BlockPlaces, Held, padded_rank
from standex.sensing.microwave.imaging.beamspace_tables import LANES

MOST_PAIRS = 8  # of beams whose sums stay in registers
R_EACH = 2  # receivers per thread of the gate: each weight read from shared memory serves so many
T_CHUNK = 16  # transmitters whose places and weights are in shared memory at a time
GATE_THREADS = 128
MOST_GATE_SAMPLES = 1024  # threads of one block
VOXEL_THREADS = 128
VOXEL_BLOCKS = 4  # on one multiprocessor at a time: no more than 128 registers a thread
TILES = VOXEL_THREADS * 2 // LANES  # each thread makes two voxels
STAGE_PAIRS = 2048  # pairs of beams in shared memory at a time, 16 bytes each
BLOCKS_AT_ONCE = 2048
MOST_PLACES = 2**31  # places along the profiles are int32

Launch = Callable[[str, tuple[int, int, int], int, tuple[Any, ...]], None]

_SOURCE = r"""
// One complex number times another, added to a third.
#define ADD_PRODUCT(re, im, a_re, a_im, b_re, b_im) \
    re += (a_re) * (b_re); re -= (a_im) * (b_im); im += (a_re) * (b_im); im += (a_im) * (b_re);

#define BY_PAIRS(PAIRS, CALL) \
    switch (PAIRS) { \
        case 1: CALL(1); break; case 2: CALL(2); break; case 3: CALL(3); break; \
        case 4: CALL(4); break; case 5: CALL(5); break; case 6: CALL(6); break; \
        case 7: CALL(7); break; default: CALL(8); }

// What the threads of a block share: where each channel's gate lies, its taps and its turn, and the
// weights of the beams.
struct Chunk {
    int2 at[T_CHUNK][R_TILE];
    float4 taps[T_CHUNK][R_TILE];
    float2 turn[T_CHUNK][R_TILE];
    float4 basis[T_CHUNK][MOST_PAIRS];
};

template <int PAIRS>
__device__ __forceinline__ void gate_chunk(
    const Chunk& chunk, const float2* __restrict__ sample, int r_thread, int n_here, int moving,
    float2 (&sum)[R_EACH][2 * MOST_PAIRS])
{
    for (int t = 0; t < n_here; ++t) {
        float2 g[R_EACH];
#pragma unroll
        for (int e = 0; e < R_EACH; ++e) {
            const int r = r_thread + e * R_THREADS;
            const int2 at = chunk.at[t][r];
            const float4 h = chunk.taps[t][r];
            const float2 p0 = sample[at.x], p1 = sample[at.y];
            const float2 p2 = sample[at.x + 1], p3 = sample[at.y + 1];
            float re = h.x * p0.x + h.y * p1.x + h.z * p2.x + h.w * p3.x;
            float im = h.x * p0.y + h.y * p1.y + h.z * p2.y + h.w * p3.y;
            if (moving) {
                const float2 turn = chunk.turn[t][r];
                const float turned = re * turn.x - im * turn.y;
                im = re * turn.y + im * turn.x;
                re = turned;
            }
            g[e].x = re;
            g[e].y = im;
        }
#pragma unroll
        for (int p = 0; p < PAIRS; ++p) {
            const float4 v = chunk.basis[t][p];
#pragma unroll
            for (int e = 0; e < R_EACH; ++e) {
                ADD_PRODUCT(sum[e][2 * p].x, sum[e][2 * p].y, v.x, v.y, g[e].x, g[e].y)
                ADD_PRODUCT(sum[e][2 * p + 1].x, sum[e][2 * p + 1].y, v.z, v.w, g[e].x, g[e].y)
            }
        }
    }
}

// One thread block per block of voxels (x), tile of receivers (y) and chunk of beams (z); a thread
// has one sample of the gate, fastest, and R_EACH receivers. Neighbouring samples are neighbours in
// the profiles, so that a warp reads whole lines. `half_beams` comes in as zeros.
extern "C" __global__ void __launch_bounds__(N_K * R_THREADS) gate(
    const float2* __restrict__ profiles, int n, int n_t, int n_r,
    const double* __restrict__ u_t, const double* __restrict__ u_r,
    const double* __restrict__ rate_per_s, const double* __restrict__ turn_rad_per_s,
    const double* __restrict__ time_s, int moving, const float4* __restrict__ taps,
    const float2* __restrict__ basis, const int* __restrict__ rank, int most_beams,
    float2* __restrict__ half_beams)
{
    __shared__ Chunk chunk;
    const int b = blockIdx.x, r_first = blockIdx.y * R_TILE, a_first = blockIdx.z * 2 * MOST_PAIRS;
    const int pairs = min(MOST_PAIRS, (rank[b] - a_first + 1) / 2);
    if (pairs <= 0) return;  // all threads of the block alike
    const int thread = threadIdx.x, k = thread % N_K, r_thread = thread / N_K;
    float2 sum[R_EACH][2 * MOST_PAIRS];
#pragma unroll
    for (int e = 0; e < R_EACH; ++e)
#pragma unroll
        for (int a = 0; a < 2 * MOST_PAIRS; ++a) sum[e][a].x = sum[e][a].y = 0.0f;
    for (int t_first = 0; t_first < n_t; t_first += T_CHUNK) {
        const int n_here = min(T_CHUNK, n_t - t_first);
        __syncthreads();
        for (int i = thread; i < n_here * R_TILE; i += N_K * R_THREADS) {
            const int t = i / R_TILE, r = i % R_TILE;
            // Receivers beyond the last repeat it and are not written.
            const int antenna = min(r_first + r, n_r - 1);
            const double when = time_s[t_first + t];
            double u = u_t[b * n_t + t_first + t] + u_r[b * n_r + antenna];
            if (moving) {
                u += when * rate_per_s[b * n_r + antenna];
                const double turns = when * turn_rad_per_s[b * n_r + antenna] * 0.15915494309189535;
                const float angle = (float)(2.0 * (turns - rint(turns)));
                float2 turn;
                sincospif(angle, &turn.y, &turn.x);
                chunk.turn[t][r] = turn;
            }
            const int half_cell = (int)u;
            const int base = ((t_first + t) * n_r + antenna) * 2 * n;
            int2 at;
            at.x = base + (half_cell & 1) * n + (half_cell >> 1);
            at.y = base + ((half_cell + 1) & 1) * n + ((half_cell + 1) >> 1);
            chunk.at[t][r] = at;
            chunk.taps[t][r] = taps[(int)((u - half_cell) * N_STEPS + 0.5)];
        }
        for (int i = thread; i < n_here * 2 * pairs; i += N_K * R_THREADS) {
            const int t = i % n_here, a = i / n_here;
            reinterpret_cast<float2*>(chunk.basis[t])[a] =
                basis[((long long)b * most_beams + a_first + a) * n_t + t_first + t];
        }
        __syncthreads();
#define GATE_CHUNK(PAIRS) gate_chunk<PAIRS>(chunk, profiles + k, r_thread, n_here, moving, sum)
        BY_PAIRS(pairs, GATE_CHUNK)
    }
#pragma unroll
    for (int e = 0; e < R_EACH; ++e) {
        const int r = r_first + r_thread + e * R_THREADS;
        if (r >= n_r) continue;
        float2* to = half_beams + (((long long)b * n_r + r) * most_beams + a_first) * N_K + k;
#pragma unroll
        for (int a = 0; a < 2 * MOST_PAIRS; ++a)
            if (a < 2 * pairs) to[a * N_K] = sum[e][a];
    }
}

__device__ __forceinline__ short2 two(const short* __restrict__ line)
{
    return *reinterpret_cast<const short2*>(line);
}

// Add sum_a U_t[a] sum_q C[q, a] U_r[q] to two voxels (x, y and z, w of `sum`), for some pairs.
template <int PAIRS>
__device__ __forceinline__ void beams_to_voxels(
    const float4* beams, int step, int n_q, const short* __restrict__ of_t,
    const short* __restrict__ of_r, float4& sum)
{
    float4 y[2 * PAIRS];
#pragma unroll
    for (int a = 0; a < 2 * PAIRS; ++a) y[a].x = y[a].y = y[a].z = y[a].w = 0.0f;
#pragma unroll 4
    for (int q = 0; q < n_q; ++q) {
        const short2 re = two(of_r + q * 2 * LANES), im = two(of_r + q * 2 * LANES + LANES);
        const float re_0 = re.x, im_0 = im.x, re_1 = re.y, im_1 = im.y;
#pragma unroll
        for (int p = 0; p < PAIRS; ++p) {
            const float4 c = beams[q * step + p];
            ADD_PRODUCT(y[2 * p].x, y[2 * p].y, c.x, c.y, re_0, im_0)
            ADD_PRODUCT(y[2 * p].z, y[2 * p].w, c.x, c.y, re_1, im_1)
            ADD_PRODUCT(y[2 * p + 1].x, y[2 * p + 1].y, c.z, c.w, re_0, im_0)
            ADD_PRODUCT(y[2 * p + 1].z, y[2 * p + 1].w, c.z, c.w, re_1, im_1)
        }
    }
#pragma unroll
    for (int a = 0; a < 2 * PAIRS; ++a) {
        const short2 re = two(of_t + a * 2 * LANES), im = two(of_t + a * 2 * LANES + LANES);
        ADD_PRODUCT(sum.x, sum.y, y[a].x, y[a].y, (float)re.x, (float)im.x)
        ADD_PRODUCT(sum.z, sum.w, y[a].z, y[a].w, (float)re.y, (float)im.y)
    }
}

// One thread block per 16 tiles (x) of one block of voxels (y); a thread has two voxels of a tile.
// Of an odd number of beams the last pair reads the receivers' first line, times a beam of zero.
extern "C" __global__ void __launch_bounds__(VOXEL_THREADS, VOXEL_BLOCKS) voxels(
    const short* __restrict__ phasors, const long long* __restrict__ phasors_at,
    const int* __restrict__ rank_t, const int* __restrict__ rank_r,
    const float2* __restrict__ spectrum, int most_a, int most_q, int n_tiles,
    float4* __restrict__ image)
{
    __shared__ float4 beams[STAGE_PAIRS];
    const int b = blockIdx.y, thread = threadIdx.x;
    const int tile = blockIdx.x * TILES + thread / (LANES / 2), lane = thread % (LANES / 2);
    const int n_a = rank_t[b], n_q = rank_r[b], step = (n_a + 1) / 2;
    const int per_k = (n_a + n_q) * 2 * LANES, n_stage = STAGE_PAIRS / (n_q * step);
    const short* lines = phasors + phasors_at[b] + (long long)min(tile, n_tiles - 1) * N_K * per_k
        + 2 * lane;
    float4 sum;
    sum.x = sum.y = sum.z = sum.w = 0.0f;
    for (int k_first = 0; k_first < N_K; k_first += n_stage) {
        const int n_here = min(n_stage, N_K - k_first);
        __syncthreads();
        for (int i = thread; i < n_here * n_q * 2 * step; i += VOXEL_THREADS) {
            const int k = i % n_here, a = i / n_here % (2 * step), q = i / n_here / (2 * step);
            float2 value;
            value.x = value.y = 0.0f;
            if (a < n_a)
                value = spectrum[(((long long)b * most_q + q) * most_a + a) * N_K + k_first + k];
            reinterpret_cast<float2*>(beams)[(k * n_q + q) * 2 * step + a] = value;
        }
        __syncthreads();
        for (int k = 0; k < n_here; ++k) {
            for (int p_first = 0; p_first < step; p_first += MOST_PAIRS) {
#define BEAMS_TO_VOXELS(PAIRS) \
    beams_to_voxels<PAIRS>(beams + k * n_q * step + p_first, step, n_q, \
                           lines + p_first * 4 * LANES, lines + n_a * 2 * LANES, sum)
                BY_PAIRS(step - p_first, BEAMS_TO_VOXELS)
            }
            lines += per_k;
        }
    }
    if (tile < n_tiles) image[((long long)b * n_tiles + tile) * (LANES / 2) + lane] = sum;
}
"""


def receivers_at_once(n_k: int) -> int:
    """Return the receivers that the threads of one block of the gate stand for at a time.

    Raises:
        ValueError: a gate has more samples than a block can have threads.
    """
    if n_k > MOST_GATE_SAMPLES:
        raise ValueError(
            f"a gate of {n_k} samples is more than {MOST_GATE_SAMPLES}: take smaller blocks"
        )
    return max(1, GATE_THREADS // n_k)


def source(n_k: int) -> str:
    """Return the CUDA source of both kernels, for gates of ``n_k`` samples."""
    constants = {
        "N_K": n_k,
        "N_STEPS": N_STEPS,
        "LANES": LANES,
        "MOST_PAIRS": MOST_PAIRS,
        "R_EACH": R_EACH,
        "R_THREADS": receivers_at_once(n_k),
        "R_TILE": receivers_at_once(n_k) * R_EACH,
        "T_CHUNK": T_CHUNK,
        "VOXEL_THREADS": VOXEL_THREADS,
        "VOXEL_BLOCKS": VOXEL_BLOCKS,
        "TILES": TILES,
        "STAGE_PAIRS": STAGE_PAIRS,
    }
    return "".join(f"#define {name} {value}\n" for name, value in constants.items()) + _SOURCE


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KernelStages:
    """Satisfies ``beamspace_steps.Stages`` with the kernels.

    Attributes:
        launch: runs a kernel by its name, with a grid of thread blocks, the threads of each, and
            its arguments: contiguous arrays of the module, and NumPy scalars.
        blocks_at_once: bounds the memory, 8 bytes x receivers x beams x samples for each block.
    """

    launch: Launch
    blocks_at_once: int = BLOCKS_AT_ONCE

    def gate(self, held: Held, profiles: Any, places: BlockPlaces, /) -> Any:
        """Return gated samples on the transmitters' beams: block, receiver, beam, sample.

        Raises:
            ValueError: the profiles are too long for the kernel's index.
        """
        n_t, n_r, _, n = profiles.shape
        if profiles.size >= MOST_PLACES:
            raise ValueError(f"profiles of {profiles.size} values; the limit is {MOST_PLACES}")
        whole = held.xp.ascontiguousarray
        n_blocks, most, _ = places.basis_t.shape
        n_threads_r = receivers_at_once(held.n_k)
        half = held.xp.zeros((n_blocks, n_r, most, held.n_k), dtype=held.xp.complex64)
        self.launch(
            "gate",
            (n_blocks, -(-n_r // (n_threads_r * R_EACH)), -(-most // (2 * MOST_PAIRS))),
            n_threads_r * held.n_k,
            (
                whole(profiles),
                np.int32(n),
                np.int32(n_t),
                np.int32(n_r),
                whole(places.u_t),
                whole(places.u_r),
                whole(places.rate_per_s),
                whole(places.turn_rad_per_s),
                held.time_s,
                np.int32(places.is_moving),
                held.taps,
                whole(places.basis_t),
                held.rank_t[places.rows],
                np.int32(most),
                half,
            ),
        )
        return half

    def voxels(self, held: Held, rows: Any, spectrum: Any, /) -> Any:
        """Return block by voxel from spectra: block, receivers' beam, transmitters', frequency.

        Raises:
            ValueError: the beams of one sub-frequency do not fit into shared memory.
        """
        tables = held.tables
        n_blocks, most_q, most_a, _ = spectrum.shape
        pairs = padded_rank(tables.rx) * padded_rank(tables.tx) // 2
        if pairs > STAGE_PAIRS:
            raise ValueError(
                f"{pairs} pairs of beams in a block, the limit is {STAGE_PAIRS}: use smaller blocks"
            )
        image = held.xp.empty((n_blocks, tables.n_tiles * LANES), dtype=held.xp.complex64)
        self.launch(
            "voxels",
            (-(-tables.n_tiles // TILES), n_blocks, 1),
            VOXEL_THREADS,
            (
                held.phasors,
                held.phasors_at[rows],
                held.rank_t[rows],
                held.rank_r[rows],
                held.xp.ascontiguousarray(spectrum),
                np.int32(most_a),
                np.int32(most_q),
                np.int32(tables.n_tiles),
                image,
            ),
        )
        return image
