"""Does a sensor hold what STANDEX needs? It is read for a few seconds, and every law is told.

The laws of records and technologies are those of ``standex.testing``, which built-in sensors are
held to as well; beside them whether times, rates and places make sense in the site.
"""

import sys
import threading
import tomllib
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock, SystemClock
from standex.edges.live_ports import LiveSource
from standex.edges.plugins import TECHNOLOGIES, TechnologyFactory, load_plugins
from standex.edges.settings import load_site
from standex.model.errors import PluginError, StandexError
from standex.model.hints import no_hints
from standex.model.observation import Evidence, GaussianFootprint, Health, Observation, Positions
from standex.model.ports import Technology
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.testing import check_observations, check_technology

SOURCES = "standex.sources"
N_RECORDS = 20
WAIT_S = 10.0
NEAR_S = 1.0
LEAVE_S = 3.0
# Arrays that a record of a shipped kind need not have.
MAY_LACK = {"external.looks": ("look",)}

SourceFactory = Callable[[Mapping[str, Any], Site, tuple[str, ...], Clock], LiveSource]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One law.

    Attributes:
        law: what is wanted.
        is_kept: whether it holds.
        message: what was seen, or what is wrong and what to do.
    """

    law: str
    is_kept: bool
    message: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """Records, and when each came."""

    records: list[Record]
    came_utc_ns: list[int]
    others: set[str]
    has_ended: bool
    problem: str


def check_folder(
    folder: Path, *, n_records: int = N_RECORDS, wait_s: float = WAIT_S
) -> tuple[CheckResult, ...]:
    """Check the sensor in a folder that ``standex sensor new`` made; it need not be installed.

    Args:
        folder: with ``site.toml``, ``pyproject.toml`` and ``src``.
        n_records: to read.
        wait_s: for all of them.

    Raises:
        StandexError: the folder lacks something, or something in it cannot be imported.
    """
    site = load_site(folder / "site.toml")
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        entries: dict[str, dict[str, str]] = project["entry-points"]
        name, target = next(iter(entries[SOURCES].items()))
    except (OSError, KeyError, StopIteration, ValueError) as error:
        raise StandexError(
            f"{folder}: pyproject.toml must register a source under "
            f'[project.entry-points."{SOURCES}"] ({error!r})'
        ) from error
    sensor_id = name if name in _ids(site) else site.sensors[0].sensor_id
    with _importable(folder / "src"):
        factory = cast("SourceFactory", _imported(target))
        spec = site.sensor(sensor_id)
        own = entries.get(TECHNOLOGIES, {}).get(spec.technology)
        build = None if own is None else cast("TechnologyFactory", _imported(own))
        clock = SystemClock()
        source = factory({}, site, (sensor_id,), clock)
        technology = technology_of(spec, site, build)
        return check_sensor(
            site, sensor_id, source, technology, clock=clock, n_records=n_records, wait_s=wait_s
        )


def technology_of(
    spec: SensorSpec, site: Site, build: TechnologyFactory | None = None
) -> Technology:
    """Return the technology of one sensor: the given one, or the installed one of its name.

    Raises:
        StandexError: there is none, or it refuses a setting.
    """
    if build is None:
        build = load_plugins(TECHNOLOGIES, [spec.technology])[spec.technology]
    calibration = calibrations_of(site).get(spec.calibration) if spec.calibration else None
    return build(spec, site, calibration)


def check_sensor(
    site: Site,
    sensor_id: str,
    source: LiveSource,
    technology: Technology,
    *,
    clock: Clock,
    n_records: int = N_RECORDS,
    wait_s: float = WAIT_S,
) -> tuple[CheckResult, ...]:
    """Read a sensor for a while, and say of every law whether it holds.

    Args:
        site: that it stands in.
        sensor_id: which sensor.
        source: that its records come from; closed at the end.
        technology: that reads them.
        clock: that records should agree with.
        n_records: to read.
        wait_s: for all of them.

    Raises:
        StandexError: the site has no such sensor.
    """
    if sensor_id not in _ids(site):
        raise StandexError(f"site {site.site_id} has no sensor {sensor_id!r}: {_ids(site)}")
    spec = site.sensor(sensor_id)
    heard = _listen(source, sensor_id, clock, n_records=n_records, wait_s=wait_s)
    results = [_of_source(heard, sensor_id, n_records)]
    if not heard.records:
        return tuple(results)
    results += [
        _of_order(heard.records),
        _of_clock(heard),
        _of_rate(heard.records, spec),
    ]
    law, said = _of_technology(technology, heard.records, site)
    return (*results, law, _of_places(said, site, spec), _of_calibration(said))


def _listen(
    source: LiveSource, sensor_id: str, clock: Clock, *, n_records: int, wait_s: float
) -> _Heard:
    records: list[Record] = []
    came: list[int] = []
    others: set[str] = set()
    problems: list[str] = []
    is_enough = threading.Event()

    def pump() -> None:
        try:
            for record in source.records():
                if record.sensor_id != sensor_id:
                    others.add(record.sensor_id)
                elif not is_enough.is_set():
                    records.append(record)
                    came.append(clock.utc_ns())
                    if len(records) >= n_records:
                        is_enough.set()
        except Exception as error:  # noqa: BLE001 - foreign code; told
            problems.append(f"{type(error).__name__}: {error}")
        is_enough.set()

    thread = threading.Thread(target=pump, name="sensor check", daemon=True)
    thread.start()
    is_enough.wait(wait_s)
    source.close()
    thread.join(LEAVE_S)
    troubles = getattr(source, "troubles", dict[str, Health])()
    if sensor_id in troubles and len(records) < n_records:
        problems.append(troubles[sensor_id].message)
    return _Heard(
        records=records,
        came_utc_ns=came,
        others=others,
        has_ended=not thread.is_alive(),
        problem="; ".join(problems),
    )


def _of_source(heard: _Heard, sensor_id: str, n_wanted: int) -> CheckResult:
    n = len(heard.records)
    message = f"{n} records"
    if n < n_wanted:
        message = f"{n} of {n_wanted} records came in time; {heard.problem or 'nothing is wrong'}"
    if not heard.has_ended:
        message += f"; it has not ended {LEAVE_S:g} s after close()"
    if heard.others:
        message += f"; it also speaks for {', '.join(sorted(heard.others)[:5])}, not {sensor_id}"
    return CheckResult(
        law="records come, of this sensor alone, until it is closed",
        is_kept=n >= n_wanted and heard.has_ended and not heard.others,
        message=message,
    )


def _of_order(records: list[Record]) -> CheckResult:
    wrong = [
        f"record {after.sequence} after {before.sequence}: "
        f"{(after.t_utc_ns - before.t_utc_ns) * 1e-9:+.4f} s"
        for before, after in pairwise(records)
        if after.t_utc_ns <= before.t_utc_ns or after.sequence <= before.sequence
    ]
    n_lost = records[-1].sequence - records[0].sequence + 1 - len(records)
    seen = f"{n_lost} lost on the way" if n_lost > 0 else "none lost on the way"
    return CheckResult(
        law="times run forwards and numbers count up",
        is_kept=not wrong,
        message="; ".join(wrong[:3]) if wrong else seen,
    )


def _of_clock(heard: _Heard) -> CheckResult:
    late_s = [
        (came - record.t_utc_ns) * 1e-9
        for came, record in zip(heard.came_utc_ns, heard.records, strict=True)
    ]
    return CheckResult(
        law=f"times are within {NEAR_S:g} s of this computer's clock",
        is_kept=bool(np.max(np.abs(late_s)) < NEAR_S),
        message=f"records come {np.min(late_s):+.3f} to {np.max(late_s):+.3f} s after their time; "
        "time_utc_ns is nanoseconds since 1970 UTC, and both clocks follow NTP or PTP",
    )


def _of_rate(records: list[Record], spec: SensorSpec) -> CheckResult:
    # Of the usual gap: one hiccup of a busy computer is no rate.
    gap_s = float(np.median(np.diff([record.t_utc_ns for record in records]))) * 1e-9
    rate_hz = 1 / gap_s if gap_s > 0 else np.inf
    return CheckResult(
        law="the rate is that of the survey, within a factor of 1.5",
        is_kept=bool(spec.rate_hz / 1.5 < rate_hz < 1.5 * spec.rate_hz),
        message=f"{rate_hz:.2f} records a second, the site says {spec.rate_hz:g}",
    )


def _of_technology(
    technology: Technology, records: list[Record], site: Site
) -> tuple[CheckResult, list[Observation]]:
    law = "the technology keeps the law of its port (standex.testing.check_technology)"
    hints = no_hints(records[0].t_utc_ns)
    n_classes = len(site.items.names)
    said: list[Observation] = []
    try:
        state = technology.start()
        for record in records:
            state, observations = technology.perceive(state, record, hints)
            check_observations(observations, sensor_id=record.sensor_id, n_classes=n_classes)
            said += observations
        check_technology(
            technology,
            records,
            hints,
            n_classes=n_classes,
            may_lack=MAY_LACK.get(records[0].kind, ()),
        )
    except Exception as error:  # noqa: BLE001 - foreign code; told
        message = f"{type(error).__name__}: {error}"
        return CheckResult(law=law, is_kept=False, message=message), said
    kinds = sorted({type(one).__name__ for one in said})
    return CheckResult(law=law, is_kept=True, message=f"it says {', '.join(kinds)}"), said


def _of_places(said: list[Observation], site: Site, spec: SensorSpec) -> CheckResult:
    (level,) = (level for level in site.levels if level.level_id == spec.level_id)
    places = [np.zeros((0, 2))]
    for one in said:
        if isinstance(one, Positions):
            places.append(one.position_site_m)
        elif isinstance(one, Evidence) and isinstance(one.footprint, GaussianFootprint):
            places.append(one.footprint.position_site_m[None])
    at = np.concatenate(places)
    outside = np.any((at < level.min_site_m) | (at > level.max_site_m), axis=1)
    message = f"{len(at)} places, {int(outside.sum())} outside of level {level.level_id}"
    if outside.any():
        x_m, y_m = at[outside][0]
        message += f", such as ({x_m:.1f}, {y_m:.1f}): look at position, yaw and units"
    return CheckResult(
        law="places lie on the floor of the site",
        is_kept=bool(outside.sum() <= 0.05 * len(at)),
        message=message,
    )


def _of_calibration(said: list[Observation]) -> CheckResult:
    looks = [one for one in said if isinstance(one, Evidence)]
    weightless = sum(not look.calibration_id for look in looks)
    message = f"{len(looks)} pieces of evidence"
    if weightless:
        message += (
            f", {weightless} without a calibration: they are shown and weigh nothing; calibrate "
            "the sensor on passages of which you know who carried what"
        )
    return CheckResult(law="evidence says what it rests on", is_kept=True, message=message)


def _ids(site: Site) -> tuple[str, ...]:
    return tuple(spec.sensor_id for spec in site.sensors)


def _imported(target: str) -> Any:
    module, _, attribute = target.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except Exception as error:
        raise PluginError(f"{target} cannot be imported: {error!r}") from error


@contextmanager
def _importable(folder: Path) -> Generator[None]:
    """Let what is in a folder be imported meanwhile, and forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            place = getattr(sys.modules[name], "__file__", None)
            if place and Path(place).is_relative_to(folder):
                del sys.modules[name]
