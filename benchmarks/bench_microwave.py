"""CPU time of the reference site's microwave chain, and its distance from the floor.

Prints one JSON line per case. Usage: python benchmarks/bench_microwave.py
"""

import json
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from standex.edges.plugins import build_instruments
from standex.edges.settings import load_site
from standex.edges.trajectories.shipped import load_shipped
from standex.sensing.microwave.reconstruction import Box, column_pairs, reconstruct
from standex.sensing.microwave.sweep import parse_sweep
from standex.twin.carry import EXERCISE, draw_truth
from standex.twin.scene import Scene

REPEATS = 15


def cpu_s(work: Callable[[], object]) -> float:
    """Return the median CPU time of one call."""
    work()
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def gflops() -> float:
    """Return the rate of a large complex64 product on one thread, in GFLOP/s."""
    a = np.ones((512, 512), dtype=np.complex64)
    return 8 * 512**3 / cpu_s(lambda: a @ a) / 1e9


def main() -> None:
    site = load_site("metro")
    people = load_shipped("corridor")
    truth = draw_truth(people.people, EXERCISE, seed=1)
    scene = Scene(trajectories=people, truth=truth, start_utc_ns=0)
    instrument = build_instruments(site, 1)["mw-south"]
    gemm = gflops()
    t_utc_ns = 23_000_000_000
    now = scene.at(t_utc_ns)
    record = instrument.record(scene, t_utc_ns, 0)
    here = site.sensor("mw-south").site_from_sensor.translation_m[:2]
    near = int(np.sum(np.hypot(*(now.position_site_m - here).T) < 3.3))
    twin_s = cpu_s(lambda: instrument.record(scene, t_utc_ns, 0))
    print(json.dumps({"name": "twin_record", "people_in_reach": near, "cpu_ms": 1e3 * twin_s}))
    sweep = parse_sweep(record)
    box = Box(
        origin_m=np.array([1.6, 0.0]),
        away=np.array([1.0, 0.0]),
        depth_m=np.arange(-0.26, 0.101, 0.02),
        across_m=np.arange(-3, 4) * 0.06,
        height_m=np.arange(0.80, 1.501, 0.02),
    )
    look_s = cpu_s(lambda: reconstruct(sweep, box, velocity_m_per_s=np.array([-1.4, 0.0])))
    voxels = int(np.prod(box.shape))
    pairs = sum((t.stop - t.start) * (r.stop - r.start) for t, r in column_pairs(sweep))
    n_f = len(sweep.frequency_hz)
    flop = 8 * voxels * pairs * n_f + 2 * 8 * voxels * 32 * n_f
    print(
        json.dumps(
            {
                "name": "reconstruct_look",
                "voxels": voxels,
                "channels": pairs,
                "frequencies": n_f,
                "cpu_ms": 1e3 * look_s,
                "gbp_per_core_s": voxels * pairs / look_s / 1e9,
                "floor_ms": flop / gemm / 1e6,
                "gemm_gflop_per_s": gemm,
            }
        )
    )
    empty = replace(sweep, samples=np.zeros_like(sweep.samples))
    parse_s = cpu_s(lambda: parse_sweep(record))
    print(
        json.dumps({"name": "parse_sweep", "cpu_ms": 1e3 * parse_s, "bytes": empty.samples.nbytes})
    )


if __name__ == "__main__":
    main()
