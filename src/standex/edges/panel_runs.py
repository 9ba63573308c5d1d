"""Many passages through imaging panels, on all cores, kept as they finish: a run can be resumed."""

import json
import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

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

AT_X_M = (1.40, 1.15)  # where the person is at each sweep of a passage
PANELS = {"two": (0, 1), "one": (0,)}
HARDWARE_SEED = 1


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
) -> Iterator[dict[str, PassageScores]]:
    """Yield what became of each passage, with one panel and with two; what is stored first.

    Args:
        lane: of imaging panels.
        passages: to be walked.
        store: file of one JSON line per passage; finished passages are not walked again.
        processes: at a time.

    Raises:
        StandexError: the store cannot be read or written, or belongs to another lane.
    """
    wanted = {passage.seed: passage for passage in passages}
    done = _stored(store, lane)
    for seed, results in done.items():
        if seed in wanted:
            yield results
    left = [passage for seed, passage in wanted.items() if seed not in done]
    if not left:
        return
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        file = store.open("a", encoding="utf-8")
    except OSError as error:
        raise StandexError(f"{store}: cannot be written ({error.strerror})") from error
    with file:
        for results in _walked(lane, left, processes):
            line = {
                "lane": _key(lane),
                **{name: asdict(one) for name, one in results.items()},
            }
            file.write(json.dumps(line) + "\n")
            file.flush()
            yield results


def _walked(
    lane: Lane, passages: Sequence[Passage], processes: int
) -> Iterator[dict[str, PassageScores]]:
    if processes <= 1 or len(passages) == 1:
        for passage in passages:
            yield run_passage(lane, passage)
        return
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _workshop(lane)  # tables are made once, here, and found on disk by the others
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for done in as_completed([pool.submit(run_passage, lane, one) for one in passages]):
            yield done.result()


def run_passage(lane: Lane, passage: Passage) -> dict[str, PassageScores]:
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


@lru_cache(maxsize=1)
def _workshop(lane: Lane) -> tuple[Instrument, dict[str, Technology], dict[str, Any]]:
    """Return the instrument, and a technology that has learnt the empty room for each array."""
    site = lane.site()
    if len(site.sensors) != 1 or site.sensors[0].technology != "imaging-panels":
        raise StandexError(
            f"site {site.site_id}: this evaluation needs one sensor of technology imaging-panels, "
            f"it has {', '.join(spec.technology for spec in site.sensors)}"
        )
    sensor_id = site.sensors[0].sensor_id
    instrument = build_instruments(site, HARDWARE_SEED)[sensor_id]
    technologies = {name: build_technologies(site, {})[sensor_id] for name in PANELS}
    with threadpool_limits(limits=1):
        states = {
            name: ready(technologies[name], instrument, panels=panels)
            for name, panels in PANELS.items()
        }
    return instrument, technologies, states


def _key(lane: Lane) -> str:
    site = lane.site()
    return repr(sorted(site.sensors[0].instrument_settings.items())) + repr(
        sorted(site.sensors[0].settings.items())
    )


def _stored(store: Path, lane: Lane) -> dict[int, dict[str, PassageScores]]:
    """Return what the store holds; a last line that was cut off is left out."""
    if not store.exists():
        return {}
    found: dict[int, dict[str, PassageScores]] = {}
    try:
        lines = store.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise StandexError(f"{store}: cannot be read ({error})") from error
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
        except json.JSONDecodeError as error:
            if number == len(lines):
                break
            raise StandexError(
                f"{store}, line {number}: not a passage; move the file away and run again"
            ) from error
        if line.pop("lane", None) != _key(lane):
            raise StandexError(
                f"{store}, line {number}: made with other settings of the panels; "
                "choose another --out or move the file away"
            )
        results = {name: _scores(value) for name, value in line.items()}
        found[next(iter(results.values())).seed] = results
    return found


def _scores(value: dict[str, Any]) -> PassageScores:
    return PassageScores(
        seed=value["seed"],
        thing=value["thing"],
        item_class=value["item_class"],
        zone=value["zone"],
        scores={zone: tuple(row) for zone, row in value["scores"].items()},
        score_names=tuple(value["score_names"]),
        coverage=dict(value["coverage"]),
    )
