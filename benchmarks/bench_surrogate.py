"""Ten thousand people an hour through the stadium gate at surrogate level: how long it takes.

Prints one JSON line per case; everything is surrogate, simulated.

closed_loop    simulated time over CPU time and over wall time, one process; update in ms a step
what_if        deciding an hour again at other thresholds, from the decision log of the run
live           in real time on the wall clock: from the last record that caused an alert until it is
               out, records late or shed

Run: ``python benchmarks/bench_surrogate.py [SECONDS [LIVE_SECONDS]]``.
"""

import json
import os
import sys
import time
from collections import Counter
from dataclasses import replace

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import anyio
import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import SystemClock
from standex.edges.live import run
from standex.edges.live_status import LiveStatus
from standex.edges.many_runs import START_UTC_NS
from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import load_crowd, load_site
from standex.edges.single_writer import Outputs
from standex.edges.twin_source import TwinPlan, TwinSource
from standex.evaluation.closed_loop import closed_loop
from standex.evaluation.what_if import DecisionLog, decide_again
from standex.model.event import Alert, Event
from standex.model.observation import Observation
from standex.model.picture import Outcome, Picture
from standex.model.site import OperatingPoint
from standex.station import Station
from standex.tracking.tracker import CrowdTracker
from standex.twin.carry import EXERCISE, draw_truth
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.truth import passages
from standex.twin.scene import Scene

SITE, SEED = "stadium", 1
FILLED_AFTER_S = 30.0  # by then the forecourt is as full as it will be
HOUR_S = 3600.0


def station_of() -> Station:
    site = load_site(SITE)
    calibrations = dict(calibrations_of(site))
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    if isinstance(station.tracker, CrowdTracker):
        station.tracker.warm_up()
    return station


def crowd(duration_s: float) -> Scene:
    plan = load_crowd(SITE)
    assert plan is not None
    walked, _ = passages(simulate_crowd(plan, duration_s=duration_s, seed=SEED))
    truth = draw_truth(walked.people, EXERCISE, seed=SEED)
    return Scene(trajectories=walked, truth=truth, start_utc_ns=START_UTC_NS)


class Timed:
    """A station whose updates are timed."""

    def __init__(self, station: Station) -> None:
        self.station, self.technologies = station, station.technologies
        self.took_ms: list[float] = []
        self.people: list[int] = []

    def start(self, t_utc_ns: int) -> Picture:
        return self.station.start(t_utc_ns)

    def perceive(self, *args: object) -> object:
        return self.station.perceive(*args)  # type: ignore[arg-type]

    def update(self, picture: Picture, seen: tuple[Observation, ...]) -> object:
        began_ns = time.process_time_ns()
        out = self.station.update(picture, seen)
        self.took_ms.append((time.process_time_ns() - began_ns) * 1e-6)
        self.people.append(len(out[0].passages))
        return out


def closed(duration_s: float) -> None:
    station = station_of()
    scene = crowd(duration_s)
    instruments = build_instruments(station.site, SEED)
    timed, log = Timed(station), DecisionLog(point=station.site.operating_point)
    events: Counter[str] = Counter()
    scene.at(START_UTC_NS)
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    end_utc_ns = START_UTC_NS + round(duration_s * 1e9)
    for step in closed_loop(
        timed,  # type: ignore[arg-type]
        scene,
        instruments,
        start_utc_ns=START_UTC_NS,
        end_utc_ns=end_utc_ns,
    ):
        log.take(step.picture, step.events)
        events.update(type(event).__name__ for event in step.events)
    cpu_s, wall_s = time.process_time() - began_cpu_s, time.perf_counter() - began_s
    took_ms = np.array(timed.took_ms[len(timed.took_ms) // 5 :])
    people = np.array(timed.people[len(timed.people) // 5 :])
    line = {
        "name": "closed_loop",
        "origin": "surrogate, simulated",
        "site": SITE,
        "simulated_s": duration_s,
        "people": len(scene.trajectories.people),
        "at_once_mean": round(float(people.mean()), 1),
        "times_real_time_cpu": round(duration_s / cpu_s, 2),
        "times_real_time_wall": round(duration_s / wall_s, 2),
        "cores_for_real_time": round(cpu_s / duration_s, 2),
        "updates_per_s": round(len(timed.took_ms) / duration_s, 1),
        "update_ms_median": round(float(np.median(took_ms)), 3),
        "update_ms_p99": round(float(np.percentile(took_ms, 99)), 3),
        "update_us_per_person": round(float(1e3 * took_ms.sum() / people.sum()), 1),
        "events": dict(events),
    }
    print(json.dumps(line), flush=True)
    point = station.site.operating_point
    rows = log.rows * max(1, round(HOUR_S / duration_s))
    for p_alarm in (point.p_alarm, 0.25, 0.5, 0.7):
        began_s = time.perf_counter()
        decide_again(rows, _at(point, p_alarm))
        took_s = time.perf_counter() - began_s
        said = decide_again(log.rows, _at(point, p_alarm))
        ended = Counter(outcome.value for outcome in said.outcomes.values())
        print(
            json.dumps(
                {
                    "name": "what_if",
                    "origin": "surrogate, simulated",
                    "p_alarm": p_alarm,
                    "rows": len(rows),
                    "rows_are": f"those of {duration_s:g} s, as often as an hour has them",
                    "wall_s_for_an_hour": round(took_s, 3),
                    "alerts": len(said.alert_utc_ns),
                    "alarms_of_ended": ended[Outcome.ALARM.value],
                }
            ),
            flush=True,
        )


def _at(point: OperatingPoint, p_alarm: float) -> OperatingPoint:
    return replace(point, p_alarm=p_alarm)


def live(duration_s: float) -> None:
    station = station_of()
    site, clock, scene = station.site, SystemClock(), crowd(duration_s)
    plan = TwinPlan(
        site=site,
        trajectories=scene.trajectories,
        truth=scene.truth,
        seed=SEED,
        heavy=heavy_sensors(site),
        faults={},
        duration_s=duration_s,
    )
    latency_ms: list[float] = []
    step_ms: list[float] = []

    def told(picture: Picture, events: tuple[Event, ...]) -> None:
        now_utc_ns = clock.utc_ns()
        late_ms = (now_utc_ns - picture.t_utc_ns) * 1e-6
        step_ms.append(late_ms)
        latency_ms.extend(late_ms for event in events if isinstance(event, Alert))

    source = TwinSource(plan, clock=clock)
    began_cpu_s = time.process_time()
    with source, PerceivePool(station, heavy=heavy_sensors(site)) as pool:
        started_utc_ns = clock.utc_ns() + 700_000_000
        source.begin(started_utc_ns)

        async def go() -> LiveStatus:
            return await run(
                station,
                source,
                pool=pool,
                clock=clock,
                started_utc_ns=started_utc_ns,
                is_simulated=True,
                outputs=Outputs(listeners=(told,)),
            )

        status = anyio.run(go)
    line = {
        "name": "live",
        "origin": "surrogate, simulated",
        "site": SITE,
        "wall_s": duration_s,
        "people": len(scene.trajectories.people),
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "cpu_share_station": round((time.process_time() - began_cpu_s) / duration_s, 2),
        "alerts": len(latency_ms),
        "alert_ms_median": round(float(np.median(latency_ms)), 1) if latency_ms else None,
        "alert_ms_p99": round(float(np.percentile(latency_ms, 99)), 1) if latency_ms else None,
        "alert_ms_most": round(max(latency_ms), 1) if latency_ms else None,
        "step_ms_median": round(float(np.median(step_ms)), 1),
        "step_ms_p99": round(float(np.percentile(step_ms, 99)), 1),
        "n_updates": status.n_updates,
        "shed_or_lost": sum(one.n_shed + one.n_lost for one in status.sensors),
        "left_out_by_the_twin": sum(source.shed.values()),
    }
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    closed(float(sys.argv[1]) if len(sys.argv) > 1 else 120.0)
    live(float(sys.argv[2]) if len(sys.argv) > 2 else 90.0)
