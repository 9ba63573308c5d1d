"""How long a step of the station takes: crowds seen by two cameras, a few of them looked at.

Prints one JSON line per case; ``ms_*`` are CPU time per call of ``Station.update``, after the first
seconds, in which the crowd is picked up. Run: ``python benchmarks/bench_station.py``.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np

from standex.edges.settings import load_site
from standex.model.calibration import Calibration, Origin
from standex.model.observation import (
    Coverage,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Positions,
)
from standex.model.site import Site
from standex.model.zones import ZONES
from standex.station import Station

PERIOD_S = 0.1
WARM_UP_S, MEASURED_S = 5.0, 20.0
LOOKS_PER_SWEEP = 4
CALIBRATION_ID = "bench"


class Crowd:
    """People who walk west at their own speeds, round and round, over 20 square metres each."""

    def __init__(self, n_people: int, *, site: Site, seed: int = 1) -> None:
        self.rng = np.random.default_rng(seed)
        self.site, self.n_people = site, n_people
        self.side_m = np.sqrt(20.0 * n_people)
        self.start_m = self.rng.uniform(0, self.side_m, (n_people, 2))
        self.speed_m_per_s = self.rng.uniform(0.9, 1.5, n_people)

    def at(self, t_s: float) -> np.ndarray:
        x_m = (self.start_m[:, 0] - self.speed_m_per_s * t_s) % self.side_m
        return np.stack([x_m, self.start_m[:, 1]], axis=1)

    def camera(self, name: str, t_s: float) -> tuple[Observation, ...]:
        seen = self.at(t_s)[self.rng.random(self.n_people) < 0.95]
        seen = seen + 0.08 * self.rng.standard_normal(seen.shape)
        positions = Positions(
            sensor_id=name,
            t_utc_ns=round(t_s * 1e9),
            level_id="concourse",
            position_site_m=seen,
            covariance_site_m2=np.tile(0.08**2 * np.eye(2), (len(seen), 1, 1)),
            existence=np.full(len(seen), 0.9),
            descriptor=np.zeros((len(seen), 0)),
            clutter_per_m2=0.002,
        )
        return self.coverage(name, t_s, p_detect=0.0), positions, ok(name, t_s)

    def panel(self, name: str, t_s: float, sweep: int) -> tuple[Observation, ...]:
        """Looks at two zones of a few people, one after the other."""
        who = (LOOKS_PER_SWEEP * sweep + np.arange(LOOKS_PER_SWEEP)) % self.n_people
        looks = [
            Evidence(
                sensor_id=name,
                look_id=f"{name}:{sweep}:{person}",
                t_utc_ns=round(t_s * 1e9),
                t_first_utc_ns=round(t_s * 1e9),
                t_last_utc_ns=round(t_s * 1e9),
                footprint=GaussianFootprint(
                    position_site_m=place, covariance_site_m2=0.01 * np.eye(2), clutter_per_m2=1e-3
                ),
                zone=zone,
                log_likelihood=np.log(self.rng.uniform(0.1, 1.0, len(self.site.items.names))),
                log_clutter=-1.0,
                correlation=0.5,
                calibration_id=CALIBRATION_ID,
                reason="a bench look",
            )
            for person, place in zip(who, self.at(t_s)[who], strict=True)
            for zone in self.site.operating_point.wanted_zones
        ]
        return self.coverage(name, t_s, p_detect=0.6), *looks, ok(name, t_s)

    def coverage(self, name: str, t_s: float, *, p_detect: float) -> Coverage:
        cells = int(np.ceil(self.side_m / 0.5)) + 1
        detect = np.zeros((len(ZONES), cells, cells))
        detect[:, :10, :] = p_detect
        return Coverage(
            sensor_id=name,
            t_utc_ns=round(t_s * 1e9),
            level_id="concourse",
            origin_site_m=np.zeros(2),
            cell_m=0.5,
            p_report=np.full((cells, cells), 0.95),
            p_detect=detect,
        )


def ok(name: str, t_s: float) -> Health:
    return Health(
        sensor_id=name,
        t_utc_ns=round(t_s * 1e9),
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )


def calibration(site: Site) -> Calibration:
    names = site.items.names
    return Calibration(
        calibration_id=CALIBRATION_ID,
        sensor_kind="bench",
        origin=Origin.SIMULATED,
        made_utc_ns=0,
        expires_utc_ns=2**62,
        provenance="none: it only makes the looks count",
        feature_names=("score",),
        class_names=names,
        center=np.zeros(1),
        scale=np.ones(1),
        clip=3.0,
        weights=np.zeros((len(names), 3)),
        bound=4.0,
        cllr=1.0,
        correlation=0.5,
        n_passages_per_class=dict.fromkeys(names, 100),
        p_detect=0.5,
    )


def steps(crowd: Crowd) -> Iterator[tuple[float, tuple[Observation, ...]]]:
    """Yield time and observations of each record: two cameras at 10 Hz, a panel at 5 Hz."""
    for k in range(round((WARM_UP_S + MEASURED_S) / PERIOD_S)):
        t_s = k * PERIOD_S
        yield t_s, crowd.camera("cam-entry", t_s)
        if k % 2:
            yield t_s + 0.02, crowd.panel("mw-south", t_s + 0.02, k // 2)
        yield t_s + 0.05, crowd.camera("cam-exit", t_s + 0.05)


def run(n_people: int) -> dict[str, object]:
    site = load_site("metro")
    station = Station.of(site, {}, {"bench": calibration(site)})
    picture = station.start(0)
    took_ms: list[float] = []
    for t_s, observations in steps(Crowd(n_people, site=site)):
        began_ns = time.process_time_ns()
        picture, _, _ = station.update(picture, observations)
        if t_s >= WARM_UP_S:
            took_ms.append((time.process_time_ns() - began_ns) * 1e-6)
    return {
        "name": "station_update",
        "people": n_people,
        "followed": int(picture.tracks.is_confirmed.sum()),
        "entries_per_person": round(
            float(np.mean([len(p.entries) for p in picture.passages.values()])), 1
        ),
        "ms_median": round(float(np.median(took_ms)), 3),
        "ms_p95": round(float(np.percentile(took_ms, 95)), 3),
        "us_per_person": round(1e3 * float(np.mean(took_ms)) / n_people, 1),
        "cpu": cpu(),
    }


def cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        return "unknown"


if __name__ == "__main__":
    for n in (50, 100, 200, 500):
        print(json.dumps(run(n)), flush=True)
