"""Runs of a site and of its variants, kept as they finish: an evaluation can be resumed."""

import hashlib
import json
import math
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits

from standex import __version__
from standex.edges.calibrations import calibrations_of
from standex.edges.many_runs import START_UTC_NS, without
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_site
from standex.edges.surrogates import as_surrogate
from standex.evaluation.ablation import looking_from, without_cueing, without_likelihoods
from standex.evaluation.coarse_factors import factors_of
from standex.evaluation.score import PersonOutcome
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.twin_run import TwinRun, run_twin
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.station import Station
from standex.twin.carry import CarryModel, draw_truth
from standex.twin.scene import Scene

DRESSED = ("imaging-panels",)  # instruments of the twin that see clothes
BEGINS = b'{"key": '
Key = tuple[str, int]  # variant, seed


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A site, whole or with something taken away.

    Attributes:
        name: as it is told.
        site_toml: text of the site file.
        where: the file, for messages.
        without: sensors that are left out.
        has_cueing: whether tasks and hints know what was found.
        has_likelihoods: whether evidence counts by how much it says, or as one vote a look.
        p_alarm: posterior from which a check is requested; None for the site's own.
        bank: of scores, for costly sensors at surrogate level; empty for all at raw level.
        looks_from: posterior from which tasked sensors look at somebody.
        look_share: of people whom they look at; by chance, where there is no cueing.
    """

    name: str
    site_toml: str
    where: str
    without: tuple[str, ...] = ()
    has_cueing: bool = True
    has_likelihoods: bool = True
    p_alarm: float | None = None
    bank: str = ""
    looks_from: float = 0.0
    look_share: float = 1.0

    def site(self) -> Site:
        """Return the site without what is left out, at the threshold asked for."""
        site = without(parse_site(self.site_toml, where=self.where), self.without)
        if self.p_alarm is None:
            return site
        point = replace(site.operating_point, p_alarm=self.p_alarm)
        return replace(site, operating_point=point)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteJob:
    """One run.

    Attributes:
        variant: of the site.
        trajectories: who walks.
        carry: who carries what, how often.
        seed: of everything drawn.
    """

    variant: Variant
    trajectories: Trajectories
    carry: CarryModel
    seed: int

    @property
    def key(self) -> str:
        """Return a digest of all that the run depends on."""
        variant = replace(self.variant, where="")
        digest = hashlib.sha256(f"{__version__}|{variant!r}|{self.carry!r}".encode())
        for name, one in calibrations_of(self.variant.site()).items():
            digest.update(f"{name}|{one.calibration_id}|{one.correlation}|{one.bound}".encode())
            digest.update(one.weights.tobytes())
        for rows in (self.trajectories.person, self.trajectories.frame,
                     self.trajectories.position_m):  # fmt: skip
            digest.update(rows.tobytes())
        return digest.hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A run as it is kept: without the scores of looks."""

    seed: int
    outcomes: tuple[PersonOutcome, ...]
    n_stray_alerts: int
    n_records: dict[str, int]
    n_alerts: int
    duration_s: float
    n_tasks_done: dict[str, int]
    association: AssociationCounts


_KEPT = TypeAdapter(_Kept)


def run_site_job(job: SiteJob) -> TwinRun:
    """Return what became of everybody in one run."""
    site = job.variant.site()
    if job.variant.bank:
        site = as_surrogate(site, job.variant.bank)
    calibrations = dict(calibrations_of(site))
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    if job.variant.looks_from > 0:
        station = looking_from(station, job.variant.looks_from)
    if not job.variant.has_cueing:
        station = without_cueing(station, share=job.variant.look_share)
    if not job.variant.has_likelihoods:
        station = without_likelihoods(station)
    truth = draw_truth(job.trajectories.people, job.carry, seed=job.seed)
    scene = Scene(trajectories=job.trajectories, truth=truth, start_utc_ns=START_UTC_NS)
    is_dressed = any(spec.instrument in DRESSED for spec in site.sensors)
    with threadpool_limits(limits=1):
        return run_twin(
            station,
            scene,
            build_instruments(site, job.seed),
            factors=factors_of(scene, is_dressed=is_dressed),
        )


def run_site_jobs(
    jobs: Sequence[SiteJob],
    *,
    store: Path,
    processes: int,
    run_job: Callable[[SiteJob], TwinRun] = run_site_job,
) -> Iterator[tuple[Key, TwinRun]]:
    """Yield each run with its variant and seed, what is stored first.

    Every run is in the store before it is yielded, so whatever stops the evaluation, the same call
    goes on from there. A run depends on its job alone.

    Args:
        jobs: of runs.
        store: file of one JSON line per run; finished ones are not made again.
        processes: at a time.
        run_job: that makes a run.

    Raises:
        StandexError: the store cannot be read or written, holds runs of another site file,
            exercise or version; or a process was killed.
    """
    wanted: dict[Key, SiteJob] = {(one.variant.name, one.seed): one for one in jobs}
    done = stored_runs(store, wanted)
    yield from done.items()
    left = [job for key, job in wanted.items() if key not in done]
    if not left:
        return
    _append(store, b"")  # before hours are spent on what could not be kept
    for job, run in _made(left, processes, run_job):
        _append(store, _line(job, run))
        yield (job.variant.name, job.seed), run


def stored_runs(store: Path, wanted: dict[Key, SiteJob]) -> dict[Key, TwinRun]:
    """Return the wanted runs that a store holds; nothing where there is no store yet.

    A last line that was cut off is left out.

    Raises:
        StandexError: the store cannot be read, is no store, or a wanted run in it was made of
            another site file, exercise or version.
    """
    try:
        *lines, last = store.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StandexError(
            f"{store}: cannot be read ({error.strerror}); choose another --out"
        ) from error
    found: dict[Key, TwinRun] = {}
    for number, text in enumerate(lines, start=1):
        where = f"{store}, line {number}"
        name, key, run = _parsed(text, where)
        job = wanted.get((name, run.seed))
        if job is None:
            continue
        if job.key != key:
            raise StandexError(
                f"{where}: seed {run.seed} of {name!r} was made of another site file, people, "
                "exercise or version; choose another --out, or move the file away"
            )
        found[name, run.seed] = run
    if last[: len(BEGINS)] != BEGINS[: len(last)]:
        raise StandexError(
            f"{store}, line {len(lines) + 1}: not a run; move the file away and run again"
        )
    return {key: found[key] for key in wanted if key in found}


def _made(
    jobs: list[SiteJob], processes: int, run_job: Callable[[SiteJob], TwinRun]
) -> Iterator[tuple[SiteJob, TwinRun]]:
    if processes <= 1 or len(jobs) == 1:
        for job in jobs:
            yield job, run_job(job)
        return
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    strangers = set(multiprocessing.active_children())
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_die_of_ctrl_c) as pool:
        try:
            job_of = {pool.submit(run_job, job): job for job in jobs}
            for done in as_completed(job_of):
                yield job_of[done], done.result()
        except BrokenProcessPool as error:
            raise StandexError(
                "a process that ran the twin was killed, perhaps for want of memory; what is "
                "finished is kept: run again with fewer --jobs"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - strangers:
                child.terminate()
            raise


def _die_of_ctrl_c() -> None:
    """Let Ctrl-C end a child at once; its parent says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _line(job: SiteJob, run: TwinRun) -> bytes:
    kept = {name: getattr(run, name) for name in _Kept.__dataclass_fields__}
    kept["outcomes"] = [asdict(one) for one in run.outcomes]
    kept["association"] = asdict(run.association)
    line = {"key": job.key, "variant": job.variant.name, "run": _without_nan(kept)}
    return json.dumps(line, allow_nan=False).encode() + b"\n"


def _without_nan(data: Any) -> Any:
    """Return plain data with None in place of what JSON has no word for."""
    if isinstance(data, dict):
        return {name: _without_nan(one) for name, one in data.items()}
    if isinstance(data, list | tuple):
        return [_without_nan(one) for one in data]
    return None if isinstance(data, float) and not math.isfinite(data) else data


def _parsed(text: bytes, where: str) -> tuple[str, str, TwinRun]:
    try:
        line = json.loads(text)
        for outcome in line["run"]["outcomes"]:
            for name, value in outcome.items():
                if value is None:
                    outcome[name] = math.nan
        kept = _KEPT.validate_python(line["run"])
        name, key = str(line["variant"]), str(line["key"])
    except (ValueError, LookupError, TypeError, AttributeError, ValidationError) as error:
        raise StandexError(
            f"{where}: not a run that this version made; move the file away and run again"
        ) from error
    fields = {name: getattr(kept, name) for name in _Kept.__dataclass_fields__}
    return name, key, TwinRun(**fields, looks=())


def _append(store: Path, line: bytes) -> None:
    """Write a line behind the last whole one; with no line, only see whether that can be done."""
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        with store.open("ab") as file:
            if not line:
                file.truncate(store.read_bytes().rfind(b"\n") + 1)
            file.write(line)
    except OSError as error:
        raise StandexError(
            f"{store}: cannot be written ({error.strerror}); make room, or choose another --out"
        ) from error
