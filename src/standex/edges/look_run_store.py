"""Runs at raw level kept look by look, one JSON line each as they finish; and surrogate-level ones.

What is costly is walked once: a bank can be built again, and held against the same runs.
"""

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits

from standex.edges.calibrations import calibrations_of
from standex.edges.many_runs import START_UTC_NS, without
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_site
from standex.edges.surrogates import KINDS, as_surrogate, reach_of
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.look_runs import LookRun, run_looks
from standex.evaluation.score_banks import BankedSensor
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.station import Station
from standex.twin.carry import EXERCISE, CarryModel, draw_truth
from standex.twin.scene import Scene

_RUN = TypeAdapter(LookRun)
SHARES = ("threat_dielectric", "threat_metal", "benign_metal", "benign_dielectric")
# For a bank more people carry something than in the exercise, in which rates are stated.
BANKED = CarryModel(share=dict.fromkeys(SHARES, 0.15))
CARRIED = {"bank": BANKED, "rates": EXERCISE}
Purpose = Literal["bank", "rates"]
FIRST_SEEDS: dict[Purpose, int] = {"bank": 4_000_001, "rates": 5_000_001}


@dataclass(frozen=True, slots=True, kw_only=True)
class LookJob:
    """One run.

    Attributes:
        site_toml: text of the site file.
        where: the file, for messages.
        recording: shipped recording whose people walk.
        purpose: what the run is for, which says who carries what.
        seed: of everything drawn.
        bank: name or path, for a run at surrogate level; empty for one at raw level.
    """

    site_toml: str
    where: str
    recording: str
    purpose: Purpose
    seed: int
    bank: str = ""

    def site(self) -> Site:
        """Return the sensors that have a surrogate, and those that only say where people are."""
        site = parse_site(self.site_toml, where=self.where)
        others = [
            spec.sensor_id
            for spec in site.sensors
            if spec.technology not in KINDS and (spec.calibration or spec.tasks is not None)
        ]
        site = without(site, others)
        return as_surrogate(site, self.bank) if self.bank else site

    def scene(self) -> Scene:
        """Return who walks, and who carries what."""
        walk = load_shipped(self.recording)
        truth = draw_truth(walk.people, CARRIED[self.purpose], seed=self.seed)
        return Scene(trajectories=walk, truth=truth, start_utc_ns=START_UTC_NS)


def run_look_job(job: LookJob) -> LookRun:
    """Return one run, look by look."""
    site = job.site()
    calibrations = dict(calibrations_of(site))
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    p_detect = {
        spec.sensor_id: calibrations[spec.calibration].p_detect
        for spec in site.sensors
        if spec.calibration in calibrations
    }
    with threadpool_limits(limits=1):
        return run_looks(station, job.scene(), build_instruments(site, job.seed), p_detect=p_detect)


def run_look_jobs(
    jobs: Sequence[LookJob], *, store: Path | None, processes: int
) -> Iterator[tuple[LookJob, LookRun]]:
    """Yield the runs, those that are stored first; others are stored before they are yielded.

    Raises:
        StandexError: the store cannot be read or written.
    """
    done = {} if store is None else stored_runs(store)
    left: list[LookJob] = []
    for job in jobs:
        run = done.get((job.purpose, job.seed)) if not job.bank else None
        if run is None:
            left.append(job)
        else:
            yield job, run
    for job, run in _walked(left, processes):
        if store is not None and not job.bank:
            append_run(store, job.purpose, run)
        yield job, run


def append_run(store: Path, purpose: Purpose, run: LookRun) -> None:
    """Add a run to a store.

    Raises:
        StandexError: it cannot be written.
    """
    line = {"purpose": purpose, "origin": "simulated", "run": asdict(run)}
    try:
        with store.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        raise StandexError(
            f"{store}: cannot be written ({error.strerror}); choose another --store"
        ) from error


def stored_runs(store: Path) -> dict[tuple[str, int], LookRun]:
    """Return what a store holds, by purpose and seed; nothing where there is none yet.

    Raises:
        StandexError: it cannot be read, or is no store.
    """
    try:
        lines = store.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StandexError(f"{store}: cannot be read ({error}); choose another --store") from error
    found: dict[tuple[str, int], LookRun] = {}
    for number, text in enumerate(lines, start=1):
        try:
            line: Any = json.loads(text)
            run = _RUN.validate_python(line["run"])
            found[str(line["purpose"]), run.seed] = run
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise StandexError(
                f"{store}, line {number}: no run of this version; choose another --store"
            ) from error
    return found


def banked_sensors(site: Site) -> dict[str, BankedSensor]:
    """Return the sensors of a site at raw level that have a surrogate."""
    return {
        spec.sensor_id: BankedSensor(
            kind=KINDS[spec.technology],
            site_from_sensor=spec.site_from_sensor,
            rate_hz=spec.rate_hz,
            reach=reach_of(spec),
        )
        for spec in site.sensors
        if spec.technology in KINDS
    }


def _walked(jobs: Sequence[LookJob], processes: int) -> Iterator[tuple[LookJob, LookRun]]:
    if processes <= 1 or len(jobs) <= 1:
        for job in jobs:
            yield job, run_look_job(job)
        return
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = {pool.submit(run_look_job, job): job for job in jobs}
        for one in as_completed(waiting):
            yield waiting[one], one.result()
