"""Many passages through imaging panels, on all cores, kept as they finish: a run can be resumed."""

import json
import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from threadpoolctl import threadpool_limits

from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_site
from standex.evaluation.panel_passages import (
    Passage,
    PassageScores,
    ready,
    records_of,
    walk_through,
)
from standex.model.errors import StandexError
from standex.model.ports import Instrument, Technology
from standex.model.site import SensorSpec, Setting, Site
from standex.sensing.microwave.panel_evidence import SCORES
from standex.twin.wardrobe import Thing

AT_X_M = (1.40, 1.15)  # where the person is at each sweep of a passage
PANELS = {"two": (0, 1), "one": (0,)}
HARDWARE_SEED = 1
BEGINS = b'{"lane": '  # every line of a store

Key = tuple[int, Thing | None]  # of a passage: its seed, and what is carried
Results = dict[str, PassageScores]  # by the names of PANELS
_SCORES = TypeAdapter(PassageScores)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What a passage is walked through.

    Attributes:
        site_toml: text of the site file.
        where: the file, for messages.
        n_stacked: panels above each other on each side, or 0 as the site says.
    """

    site_toml: str
    where: str
    n_stacked: int = 0

    def site(self) -> Site:
        """Return the site, with as many panels as wanted."""
        site = parse_site(self.site_toml, where=self.where)
        if not self.n_stacked:
            return site
        changed = tuple(_stacked(spec, self.n_stacked) for spec in site.sensors)
        return replace(site, sensors=changed)


def _stacked(spec: SensorSpec, n_stacked: int) -> SensorSpec:
    settings: dict[str, Setting] = {**spec.instrument_settings, "n_stacked": n_stacked}
    return replace(spec, instrument_settings=settings)


def run_passages(
    lane: Lane, passages: Sequence[Passage], *, store: Path, processes: int
) -> Iterator[Results]:
    """Yield what became of each passage, with one panel and with two; what is stored first.

    Every passage is in the store before it is yielded, so whatever stops the run, the same call
    goes on from there.

    Args:
        lane: of imaging panels.
        passages: to be walked.
        store: file of one JSON line per passage; finished passages are not walked again.
        processes: at a time.

    Raises:
        StandexError: the site has no imaging panels, or others too; the store cannot be read or
            written, or belongs to another lane; or a process was killed.
    """
    wanted: dict[Key, Passage] = {(one.seed, one.thing): one for one in passages}
    done = stored_passages(store, lane)
    yield from (done[key] for key in wanted if key in done)
    left = [passage for key, passage in wanted.items() if key not in done]
    if not left:
        return
    lane_key = _key(lane)
    _append(store, b"")  # before hours are spent on what could not be kept
    for results in _walked(lane, left, processes):
        line = {"lane": lane_key, **{name: asdict(one) for name, one in results.items()}}
        _append(store, json.dumps(line).encode() + b"\n")
        yield results


def stored_passages(store: Path, lane: Lane) -> dict[Key, Results]:
    """Return what a store holds, by seed and thing; nothing where there is no store yet.

    A last line that was cut off is left out.

    Raises:
        StandexError: the store cannot be read, belongs to another lane or version, or is no store.
    """
    lane_key = _key(lane)
    try:
        *lines, last = store.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StandexError(
            f"{store}: cannot be read ({error.strerror}); choose another --out"
        ) from error
    found: dict[Key, Results] = {}
    for number, text in enumerate(lines, start=1):
        results = _parsed(text, lane_key, f"{store}, line {number}")
        one = next(iter(results.values()))
        found[one.seed, one.thing] = results
    if not _is_cut_off(last):
        raise StandexError(
            f"{store}, line {len(lines) + 1}: not a passage; move the file away and run again"
        )
    return found


def run_passage(lane: Lane, passage: Passage) -> Results:
    """Return what one and two panels say about one passage."""
    instrument, technologies, states = _workshop(lane)
    with threadpool_limits(limits=1):
        scene, records = records_of(passage, instrument, at_x_m=AT_X_M)
        return {
            name: walk_through(
                passage, scene, records, technologies[name], states[name], panels=panels
            )
            for name, panels in PANELS.items()
        }


def _walked(lane: Lane, passages: Sequence[Passage], processes: int) -> Iterator[Results]:
    # The first one here: it makes the tables, which all others then find on disk.
    first, *others = passages
    yield run_passage(lane, first)
    if processes <= 1 or len(others) <= 1:
        for passage in others:
            yield run_passage(lane, passage)
        return
    _workshop.cache_clear()  # tables fill gigabytes, and each child has its own
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    strangers = set(multiprocessing.active_children())
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_die_of_ctrl_c) as pool:
        try:
            futures = [pool.submit(run_passage, lane, one) for one in others]
            for done in as_completed(futures):
                yield done.result()
        except BrokenProcessPool as error:
            raise StandexError(
                "a process that walked passages was killed, perhaps for want of memory; what is "
                "finished is kept: run again with fewer --jobs"
            ) from error
        except BaseException:
            # Whoever stops waits for nothing: neither for what is planned nor for what is under
            # way, which only this process would have written down.
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - strangers:
                child.terminate()
            raise


def _die_of_ctrl_c() -> None:
    """Let Ctrl-C end a child at once; its parent says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@lru_cache(maxsize=1)
def _workshop(lane: Lane) -> tuple[Instrument, dict[str, Technology], dict[str, Any]]:
    """Return the instrument, and a technology that has learnt the empty room for each array."""
    site = lane.site()
    sensor_id = _sensor_of(site).sensor_id
    instrument = build_instruments(site, HARDWARE_SEED)[sensor_id]
    technologies = {name: build_technologies(site, {})[sensor_id] for name in PANELS}
    with threadpool_limits(limits=1):
        states = {
            name: ready(technologies[name], instrument, panels=panels)
            for name, panels in PANELS.items()
        }
    return instrument, technologies, states


def _sensor_of(site: Site) -> SensorSpec:
    if len(site.sensors) != 1 or site.sensors[0].technology != "imaging-panels":
        has = ", ".join(spec.technology for spec in site.sensors) or "none"
        raise StandexError(
            f"site {site.site_id}: this evaluation needs one sensor of technology imaging-panels, "
            f"it has {has}"
        )
    return site.sensors[0]


def _key(lane: Lane) -> str:
    """Return all that passages depend on but the software, in words that are equal where it is."""
    spec = _sensor_of(lane.site())
    pose = spec.site_from_sensor
    return repr(
        {
            "settings": sorted(spec.settings.items()),
            "instrument_settings": sorted(spec.instrument_settings.items()),
            "translation_m": pose.translation_m.tolist(),
            "rotation": pose.rotation.tolist(),
            "at_x_m": AT_X_M,
            "hardware_seed": HARDWARE_SEED,
        }
    )


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


def _is_cut_off(last: bytes) -> bool:
    """Return whether what follows the last line break may be the beginning of a passage."""
    return last[: len(BEGINS)] == BEGINS[: len(last)]


def _parsed(text: bytes, lane_key: str, where: str) -> Results:
    try:
        line = json.loads(text)
        if line.pop("lane") != lane_key:
            raise StandexError(
                f"{where}: made with other settings of the panels; choose another --out, or move "
                "the file away"
            )
        results = {name: _SCORES.validate_python(line[name]) for name in PANELS}
    except (ValueError, LookupError, TypeError, AttributeError, ValidationError) as error:
        raise StandexError(f"{where}: not a passage; move the file away and run again") from error
    if any(one.scores and one.score_names != SCORES for one in results.values()):
        raise StandexError(
            f"{where}: has other scores than this version makes; move the file away and run again"
        )
    return results
