"""A run of a station in the terminal: what ``demo`` and ``run`` share."""

import argparse
import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
from rich.console import Console

from standex import __version__
from standex.edges.aside import AsideView
from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock
from standex.edges.commands.console import say
from standex.edges.live import run
from standex.edges.live_ports import LiveSource
from standex.edges.live_status import LiveStatus
from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_technologies
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.report.collector import Collector
from standex.edges.report.page import write_report
from standex.edges.service.own_process import stop_on_signal
from standex.edges.single_writer import Outputs
from standex.edges.terminal import NoView, View, choose_view
from standex.model.errors import RecordingError, StandexError
from standex.model.observation import HealthState
from standex.model.picture import Outcome
from standex.model.site import Site
from standex.model.truth import Truth
from standex.station import Station
from standex.tracking.tracker import CrowdTracker

INTERRUPTED = 130


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Session:
    """What is to be run.

    Attributes:
        name: of the folder that it leaves.
        site: where.
        site_toml: the same, as text, for the recording.
        source: of records, entered by the session where it can be.
        begin: told the time at which the picture starts.
        clock: that the records follow.
        started_utc_ns: when the picture starts; None for as soon as everything is ready.
        is_simulated: whether the source is the twin.
        truth: who carried what, where it is known.
        about: more for ``truth.json``.
    """

    name: str
    site: Site
    site_toml: str
    source: LiveSource
    clock: Clock
    is_simulated: bool
    begin: Callable[[int], None] | None = None
    started_utc_ns: int | None = None
    truth: Truth | None = None
    about: Mapping[str, Any] = field(default_factory=dict[str, Any])


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every run can be told about its outputs."""
    parser.add_argument("--out", type=Path, help="folder to leave everything in (default: out/...)")
    parser.add_argument("--plain", action="store_true", help="plain lines, no full screen")
    parser.add_argument(
        "--lab",
        action="store_true",
        help="record raw data too; for the twin and for volunteers only",
    )


def conduct(session: Session, args: argparse.Namespace, *, view: View | None = None) -> int:
    """Run a session, leave recording and report, say where, and return the exit code.

    Args:
        session: what is to be run.
        args: of the command.
        view: shown how it goes; None for what fits the terminal.

    Raises:
        StandexError: something from outside is wrong.
    """
    site, clock = session.site, session.clock
    calibrations = calibrations_of(site)
    station = Station.of(site, build_technologies(site, calibrations), calibrations)
    folder = new_folder(args.out, name=session.name, t_utc_ns=clock.utc_ns())
    collector = Collector(site)
    if view is None:
        view = NoView() if args.json else choose_view(Console(), plain=args.plain)
    with ExitStack() as stack:
        console = Console(stderr=True)
        if not args.json and console.is_terminal:
            stack.enter_context(console.status("starting (the first time it compiles)"))
        if isinstance(session.source, AbstractContextManager):
            stack.enter_context(session.source)
        if isinstance(station.tracker, CrowdTracker):
            station.tracker.warm_up()
        pool = stack.enter_context(PerceivePool(station, heavy=heavy_sensors(site)))
        started_utc_ns = session.started_utc_ns or clock.utc_ns() + 700_000_000
        recorder = RecordingWriter(
            folder / "recording.mcap",
            site_id=site.site_id,
            profile=Profile.LAB if args.lab else Profile.LIVE,
            software_version=__version__,
            site_toml=session.site_toml,
            started_utc_ns=started_utc_ns,
            is_simulated=session.is_simulated,
        )
        # Only now: a folder that holds a recording was refused, and keeps its own truth.
        if session.truth is not None:
            write_truth(folder / "truth.json", session.truth, session.about)
        outputs = Outputs(recorder=recorder, listeners=(collector.step,))
        if session.begin is not None:
            session.begin(started_utc_ns)
        # The screen comes when everything stands, and goes before anything is printed.
        try:
            with AsideView(view) as shown:
                status, interrupted = anyio.run(
                    _until_signalled, station, session, pool, started_utc_ns, outputs, shown.show
                )
        finally:
            # Also when the source failed: what was heard until then is kept to its last second.
            closing = _closed(recorder)
    report, report_problem = _report(collector, folder / "report.html", session=session)
    document = {
        "folder": str(folder),
        "recording": str(folder / "recording.mcap"),
        "report": report,
        "report_problem": report_problem,
        "is_simulated": session.is_simulated,
        "interrupted": interrupted,
        "recording_problem": closing,
        **summary(status),
    }
    say(args, document, *_lines(document))
    return INTERRUPTED if interrupted else 0


async def _until_signalled(
    station: Station,
    session: Session,
    pool: PerceivePool,
    started_utc_ns: int,
    outputs: Outputs,
    show: Callable[[LiveStatus], None],
) -> tuple[LiveStatus, bool]:
    stop = anyio.Event()
    ended: list[LiveStatus] = []
    async with anyio.create_task_group() as beside:
        await beside.start(stop_on_signal, stop)
        ended.append(
            await run(
                station,
                session.source,
                pool=pool,
                clock=session.clock,
                started_utc_ns=started_utc_ns,
                is_simulated=session.is_simulated,
                outputs=outputs,
                on_status=show,
                stop=stop,
            )
        )
        beside.cancel_scope.cancel()
    return ended[0], stop.is_set()


def new_folder(wanted: Path | None, *, name: str, t_utc_ns: int) -> Path:
    """Return a folder to write to, made now.

    Raises:
        StandexError: it cannot be made, or holds a recording already.
    """
    stamp = datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).strftime("%Y%m%dT%H%M%SZ")
    folder = wanted if wanted is not None else Path("out") / f"{name}-{stamp}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StandexError(
            f"cannot write to the folder {folder}: {error.strerror}; name another with --out"
        ) from error
    return folder


def write_truth(path: Path, truth: Truth, about: Mapping[str, Any]) -> None:
    """Write who carried what; the station never reads it.

    Raises:
        StandexError: it cannot be written.
    """
    items = [
        {name: getattr(item, name) for name in type(item).__dataclass_fields__}
        for item in truth.items
    ]
    data = {"simulated": True, "seed": truth.seed, **about, "items": items}
    try:
        path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(f"cannot write {path}: {error.strerror}; make room") from error


def summary(status: LiveStatus) -> dict[str, Any]:
    """Return how a run went, as plain data."""
    return {
        "site": status.site.site_id,
        "duration_s": round((status.t_utc_ns - status.started_utc_ns) * 1e-9, 3),
        "n_updates": status.n_updates,
        "n_alerts": status.picture.n_alerts,
        "passages": {outcome.value: status.n_closed.get(outcome, 0) for outcome in Outcome},
        "update_p50_ms": round(status.update_p50_ms, 3),
        "update_p95_ms": round(status.update_p95_ms, 3),
        "n_dropped_batches": status.n_dropped_batches,
        "unknown_sensors": dict(status.unknown),
        "sensors": {
            sensor.sensor_id: {
                "state": (sensor.health.state if sensor.health else HealthState.FAILED).value,
                "n_records": sensor.n_records,
                "n_shed": sensor.n_shed,
                "n_lost": sensor.n_lost,
                "n_refused": sensor.n_refused,
                "n_errors": sensor.n_errors,
            }
            for sensor in status.sensors
        },
    }


def _closed(recorder: RecordingWriter) -> str:
    """Close a recording; return what was wrong, or nothing."""
    try:
        recorder.close()
    except RecordingError as error:
        return str(error)
    return f"{recorder.n_steps_lost} steps were not recorded" if recorder.n_steps_lost else ""


def _report(collector: Collector, path: Path, *, session: Session) -> tuple[str, str]:
    """Write the report; return where it is, and what was wrong."""
    title = f"{session.site.title}: {session.name}"
    try:
        write_report(collector.result(), path, title=title, is_simulated=session.is_simulated)
    except StandexError as error:
        return "", str(error)
    return str(path), ""


def _lines(document: Mapping[str, Any]) -> tuple[str, ...]:
    passages = document["passages"]
    ended = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in passages.items() if n)
    shed = sum(one["n_shed"] + one["n_lost"] for one in document["sensors"].values())
    simulated = "SIMULATED: " if document["is_simulated"] else ""
    lines = [
        f"{simulated}{document['duration_s']:.0f} s, {document['n_alerts']} alarms; "
        f"passages ended: {ended or 'none'}; {shed} records shed",
        f"recording  {document['recording']}   (standex replay {document['recording']})",
    ]
    if document["recording_problem"]:
        lines.append(f"           {document['recording_problem']}")
    if document["report"]:
        lines.append(f"report     {document['report']}")
    else:
        lines.append(f"report     none: {document['report_problem']}")
    return tuple(lines)
