"""Many runs of the twin, one seed each, on as many processes as there are cores."""

import multiprocessing
import os
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace

from threadpoolctl import threadpool_limits

from standex.edges.calibrations import calibrations_of
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_site
from standex.edges.surrogates import as_surrogate
from standex.evaluation.twin_run import TwinRun, run_twin
from standex.model.calibration import Calibration
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.station import Station
from standex.twin.carry import CarryModel, draw_truth
from standex.twin.scene import Scene

START_UTC_NS = 1_767_225_600_000_000_000  # 2026-01-01: runs of the twin happen at no real time


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run.

    Attributes:
        site_toml: text of the site file.
        where: the file, for messages.
        trajectories: who walks.
        carry: who carries what, how often.
        seed: of everything drawn.
        is_calibrated: whether the site's calibrations are used; without them all scores are kept
            and nothing counts.
        without: sensors of the site that are left out.
        bank: of scores, for costly sensors at surrogate level; empty for all at raw level.
    """

    site_toml: str
    where: str
    trajectories: Trajectories
    carry: CarryModel
    seed: int
    is_calibrated: bool = True
    without: tuple[str, ...] = ()
    bank: str = ""


def without(site: Site, sensor_ids: Collection[str]) -> Site:
    """Return the site with some sensors left out; all else stays as it is.

    Raises:
        StandexError: the site has no such sensor, or no other.
    """
    names = [spec.sensor_id for spec in site.sensors]
    unknown = sorted(set(sensor_ids) - set(names))
    if unknown or not set(names) - set(sensor_ids):
        raise StandexError(
            f"cannot leave out {', '.join(unknown or names)}: site {site.site_id} has the sensors "
            f"{', '.join(names)}, and needs one"
        )
    rest = tuple(spec for spec in site.sensors if spec.sensor_id not in sensor_ids)
    return replace(site, sensors=rest)


def run_job(job: Job) -> TwinRun:
    """Return what became of everybody in one run."""
    site = without(parse_site(job.site_toml, where=job.where), job.without)
    if job.bank:
        site = as_surrogate(site, job.bank)
    calibrations: dict[str, Calibration] = dict(calibrations_of(site)) if job.is_calibrated else {}
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    truth = draw_truth(job.trajectories.people, job.carry, seed=job.seed)
    scene = Scene(trajectories=job.trajectories, truth=truth, start_utc_ns=START_UTC_NS)
    with threadpool_limits(limits=1):
        return run_twin(station, scene, build_instruments(site, job.seed))


def run_jobs(jobs: list[Job], *, processes: int) -> Iterator[TwinRun]:
    """Yield the runs as they finish; each depends on its own seed alone."""
    if processes <= 1 or len(jobs) == 1:
        yield from map(run_job, jobs)
        return
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for done in as_completed([pool.submit(run_job, job) for job in jobs]):
            yield done.result()
