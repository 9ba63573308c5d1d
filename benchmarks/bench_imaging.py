"""Time and accuracy: ``bench_imaging.py IN.npz [--method direct|beamspace|auto]``.

Takes the input of the peers' scripts (tx, rx, freq, S, origin, step, shape, targets) and prints one
JSON line per method with their keys. ``wall_s`` and ``cpu_s`` are for the sum over channels, as
theirs are; range compression is in ``range_compress_s`` beside it, and ``gbp_per_core_s_whole``
counts both. ``setup_s`` is paid once per geometry (0 when it came from the cache).
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.table_cache import cached_tables
from standex.sensing.microwave.imaging import beamspace
from standex.sensing.microwave.imaging.array import Array
from standex.sensing.microwave.imaging.beamspace import BeamspaceImager
from standex.sensing.microwave.imaging.beamspace_profiles import path_profiles
from standex.sensing.microwave.imaging.direct import DirectImager
from standex.sensing.microwave.imaging.exact import ExactImager
from standex.sensing.microwave.imaging.imager import STILL
from standex.sensing.microwave.imaging.voxels import Grid


def timed(run: Callable[[], Any], repeat: int) -> tuple[Any, float, float]:
    """Return the result and the best wall and CPU seconds; what runs must be warm."""
    wall = cpu = np.inf
    result = None
    for _ in range(repeat):
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        result = run()
        wall = min(wall, time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = min(cpu, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return result, wall, cpu


def check_voxels(grid: Grid, targets: np.ndarray) -> np.ndarray:
    """Return the voxels that are compared: 200 at random, and those next to the known points."""
    rows = np.random.default_rng(1).choice(grid.size, min(200, grid.size), replace=False)
    near = np.rint((targets[:, :3] - grid.origin_m) / grid.step_m).astype(int)
    near = near[((near >= 0) & (near < grid.shape)).all(axis=1)][:50]
    return np.unique(np.concatenate([rows, np.ravel_multi_index(near.T, grid.shape)]))


def accuracy(
    image: np.ndarray, array: Array, samples: np.ndarray, grid: Grid, targets: np.ndarray
) -> dict[str, float]:
    rows = check_voxels(grid, targets)
    wanted = ExactImager(array=array, points_m=grid.points_m()[rows]).adjoint(samples, STILL)
    got = image[rows].astype(complex)
    gain = np.vdot(got, wanted) / np.vdot(got, got).real
    error = np.sum(np.abs(gain * got - wanted) ** 2) / np.sum(np.abs(wanted) ** 2)
    result = {
        "err_db": round(float(10 * np.log10(error)), 1),
        "mag_corr": round(float(np.corrcoef(np.abs(got), np.abs(wanted))[0, 1]), 4),
    }
    volume, apart = np.abs(image).reshape(grid.shape), []
    for target in targets[:8]:
        at = np.rint((target[:3] - grid.origin_m) / grid.step_m).astype(int)
        window = tuple(slice(max(0, i - 4), i + 5) for i in at)
        part = volume[window]
        if part.size:
            peak = np.array(np.unravel_index(part.argmax(), part.shape)) + [s.start for s in window]
            apart.append(np.linalg.norm(grid.origin_m + peak * grid.step_m - target[:3]))
    if apart:
        result["peak_err_mm"] = round(1e3 * float(np.median(apart)), 1)
    return result


def read_input(path: Path) -> tuple[Array, Grid, np.ndarray, np.ndarray]:
    """Return array, grid, samples and known points; end with a message where it is monostatic."""
    with np.load(path) as data:
        if bool(data["mono"]):
            sys.exit(
                "a monostatic scan: every antenna hears only itself; this benchmark is multistatic"
            )
        array = Array(tx_position_m=data["tx"], rx_position_m=data["rx"], frequency_hz=data["freq"])
        shape = tuple(int(n) for n in data["shape"])
        grid = Grid(origin_m=data["origin"], step_m=data["step"], shape=shape)
        return array, grid, data["S"], data["targets"]


def run_direct(
    array: Array, grid: Grid, samples: np.ndarray, options: argparse.Namespace
) -> tuple[np.ndarray, float, float, dict[str, Any]]:
    """Return the image, wall and CPU seconds, and nothing else; range compression is included."""
    points_m = grid.points_m()
    # The kernel is compiled, and threads are started, by a few voxels: a whole image is slow.
    few = DirectImager(array=array, points_m=points_m[:4096], threads=options.threads)
    few.adjoint(samples, STILL)
    imager = DirectImager(array=array, points_m=points_m, threads=options.threads)
    image, wall, cpu = timed(lambda: imager.adjoint(samples, STILL), options.repeat)
    return image, wall, cpu, {}


def run_beamspace(
    array: Array, grid: Grid, samples: np.ndarray, options: argparse.Namespace
) -> tuple[np.ndarray, float, float, dict[str, Any]]:
    """Return the image, wall and CPU seconds without range compression, and what is its own."""
    start = time.perf_counter()
    with ThreadPoolExecutor(options.threads) as pool:
        tables = cached_tables(
            array,
            grid,
            block_shape=tuple(options.block) if options.block else None,
            tolerance=options.tolerance,
            map_blocks=pool.map,
            folder=options.cache,
        )
    setup_s = time.perf_counter() - start
    imager = BeamspaceImager(tables=tables, n_threads=options.threads)
    imager.adjoint(samples, STILL)
    image, wall, cpu = timed(lambda: imager.adjoint(samples, STILL), options.repeat)
    places = beamspace.gate_places(tables, np.arange(len(tables.blocks.first)), STILL)
    _, part_wall, part_cpu = timed(
        lambda: path_profiles(
            array,
            samples,
            first=places.first,
            n=places.n,
            carrier_rad_per_m=tables.gate.carrier_rad_per_m,
        ),
        options.repeat,
    )
    extra = {
        "range_compress_s": round(part_wall, 4),
        "range_compress_cpu_s": round(part_cpu, 4),
        "gbp_per_core_s_whole": round(backprojections(array, grid) / cpu / 1e9, 3),
        "setup_s": round(setup_s, 1),
        "tables_mb": round(tables.bytes / 1e6),
        "block": tables.block_shape,
        "k": len(tables.gate.offset_m),
        "rank": round(float(np.mean([tables.tx.rank.mean(), tables.rx.rank.mean()])), 1),
        "tolerance": tables.tolerance,
    }
    return image, wall - part_wall, cpu - part_cpu, extra


def backprojections(array: Array, grid: Grid) -> int:
    """Return voxels times channels."""
    n_t, n_r, _ = array.shape
    return grid.size * n_t * n_r


# Direct sums pay where the volume is too small to repay tables; whole volumes take beamspace.
METHODS = {"direct": run_direct, "beamspace": run_beamspace, "auto": run_beamspace}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path)
    parser.add_argument("--method", choices=tuple(METHODS), default="auto")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=0.03)
    parser.add_argument("--block", type=int, nargs=3, default=None)
    parser.add_argument("--cache", type=Path, default=None, help="folder that keeps the tables")
    return parser.parse_args()


def main() -> None:
    options = parse()
    array, grid, samples, targets = read_input(options.input)
    run = METHODS[options.method]
    image, wall, cpu, extra = run(array, grid, samples, options)
    n_t, n_r, n_f = array.shape
    work = backprojections(array, grid)
    line = {
        "name": f"standex_{run.__name__.removeprefix('run_')}",
        "voxels": grid.size,
        "channels": n_t * n_r,
        "freqs": n_f,
        "wall_s": round(wall, 4),
        "cpu_s": round(cpu, 4),
        "gbp_per_s": round(work / wall / 1e9, 4),
        "gbp_per_core_s": round(work / cpu / 1e9, 4),
        **accuracy(image, array, samples, grid, targets),
        **extra,
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
