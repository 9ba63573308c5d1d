"""The live service: sources in, the watch in the middle, store, audit and console around it.

What is around may fail, stall or be away: that is said, as health and in plain words, and the watch
goes on. What the service knew before it was gone is taken up again, or it is said who was missed.
"""

import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, final

import anyio
import numpy as np
from anyio.abc import TaskStatus
from anyio.to_thread import run_sync

from standex import __version__
from standex.edges.audit.contract import What
from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.incidents.incident import Rules
from standex.edges.live import run
from standex.edges.live_status import LiveStatus
from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_technologies
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.service.access_parts import AccessParts, access_parts, admits
from standex.edges.service.calibration_watch import calibration_troubles
from standex.edges.service.checkpoint import CheckpointError, CheckpointFile
from standex.edges.service.checkpointer import Checkpointer, digest_of_site
from standex.edges.service.config import ServiceConfig
from standex.edges.service.event_log import EventLog, last_alerts
from standex.edges.service.housekeeping import Housekeeper
from standex.edges.service.kept import Kept, open_kept
from standex.edges.service.merged_source import MergedSource
from standex.edges.service.outside import StationDoor
from standex.edges.service.recovery import Recovery, recovered
from standex.edges.service.rotation import RotatingRecorder
from standex.edges.service.service_health import ServiceHealth
from standex.edges.service.sources import blueprints
from standex.edges.service.systemd import notify
from standex.edges.service.walk_desk import WalkDesk
from standex.edges.service.web_parts import WebParts, web_server
from standex.edges.single_writer import Outputs, SingleWriter
from standex.edges.store.store_writer import StoreWriter
from standex.model.errors import RecordingError, StandexError
from standex.model.site import Site
from standex.station import Station
from standex.tracking.tracker import CrowdTracker

CHECKPOINT = "picture.checkpoint"
ALIVE_EVERY_S = 2.0
LOOK_EVERY_S = 0.5
SLOW_LOOK_EVERY_S = 30.0
LEAST_CHECKPOINT_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Setup:
    """What is to be run.

    Attributes:
        config: the service file.
        site: where.
        site_name: shipped site or path.
        site_toml: the same as text.
        clock: of the service.
        say: told, in lines, what a person at the terminal should know.
        show: shown how it goes, a few times a second.
    """

    config: ServiceConfig
    site: Site
    site_name: str
    site_toml: str
    clock: Clock
    say: Callable[[str], object]
    show: Callable[[LiveStatus], object]

    @property
    def is_simulated(self) -> bool:
        """Return whether any record comes from the twin."""
        return any(source.kind == "twin" for source in self.config.table.sources)


@final
class StationService:
    """One running service; entered, run once, and left."""

    def __init__(self, setup: Setup) -> None:
        """Open what is kept, and take up what was known.

        Raises:
            StandexError: it cannot be started; says what to do.
        """
        self._setup = setup
        self._stack = ExitStack()
        self._slow_troubles: dict[str, str] = {}
        try:
            self._open()
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> "StationService":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open(self) -> None:
        setup, config, site, clock = self._setup, self._setup.config, self._setup.site, None
        clock = setup.clock
        self._kept: Kept = open_kept(config, self._stack, clock=clock)
        kept = self._kept
        calibrations = calibrations_of(site)
        self._calibrations = calibrations
        self._station = Station.of(site, build_technologies(site, calibrations), calibrations)
        self._access: AccessParts = access_parts(config, kept, site, self._stack, clock=clock)
        self._source = MergedSource(
            blueprints(
                config,
                site,
                site_name=setup.site_name,
                clock=clock,
                admission=partial(admits, self._access.admission),
                on_refusal=self._refused,
            ),
            site,
            watch=config.table.watch,
            sensors=config.table.sensors,
            clock=clock,
        )
        self._desk = IncidentDesk(
            site, store=kept.store, clock=clock, rules=Rules(kept_s=kept.retention.alarm_s)
        )
        self._walks = WalkDesk(
            kept.store,
            site_id=site.site_id,
            clock=clock,
            retention=kept.retention,
            n_with=config.table.walk_test.n_with,
            n_without=config.table.walk_test.n_without,
            every_hours=config.table.walk_test.every_hours,
            rng=np.random.default_rng(),
        )
        self._door = StationDoor(site, kept.store, clock=clock)
        self._file = CheckpointFile(config.place(CHECKPOINT))
        self._recovery: Recovery = self._recovered()
        self._housekeeper = Housekeeper(
            kept,
            clock=clock,
            recordings=config.place(config.table.recording.folder),
            folder=config.folder,
            evidence=lambda _: 0,
        )

    def run(self) -> LiveStatus:
        """Run until a signal comes or all sources have ended for good.

        Raises:
            StandexError: the watch could not go on.
        """
        setup, kept = self._setup, self._kept
        source = setup.config.path.name
        kept.notes.say_now(
            What.SERVICE_STARTED,
            setup.site.site_id,
            self._recovery.message,
            {"software": __version__, "config": source, "simulated": setup.is_simulated},
        )
        setup.say(self._recovery.message)
        if self._access.first_link is not None:
            setup.say(f"first sign-in, works once within an hour: {self._access.first_link}")
        if isinstance(self._station.tracker, CrowdTracker):
            self._station.tracker.warm_up()
        with ExitStack() as stack:
            stack.enter_context(self._source)
            pool = PerceivePool(self._station, heavy=heavy_sensors(setup.site))
            stack.enter_context(pool)
            self._desk.recover()
            self._desk.start()
            stack.callback(self._desk.close)
            web = self._web()
            if web is not None:
                stack.callback(web.server.stop)
                setup.say(f"serving {web.address}")
            recorder = self._recorder()
            if recorder is not None:
                stack.callback(_closed, recorder)
            try:
                return anyio.run(self._watch, pool, recorder)
            finally:
                self._door.close()
                notify("STOPPING=1")
                self._housekeeper.prove(is_last=True)
                with suppress(StandexError):
                    kept.notes.say_now(What.SERVICE_STOPPED, setup.site.site_id)

    async def _watch(self, pool: PerceivePool, recorder: RotatingRecorder | None) -> LiveStatus:
        setup, table, site = self._setup, self._setup.config.table, self._setup.site
        store_writer = StoreWriter(self._kept.store)
        events = EventLog(store_writer.keep, site_id=site.site_id, retention=self._kept.retention)
        events.take(self._recovery.events)
        checkpointer = Checkpointer(
            self._file,
            site_id=site.site_id,
            site_digest=digest_of_site(setup.site_toml),
            software_version=__version__,
            period_s=max(table.watch.checkpoint_period_s, LEAST_CHECKPOINT_S),
            clock=setup.clock,
        )
        self._health = ServiceHealth(self._door.say, clock=setup.clock)
        outputs = Outputs(
            recorder=recorder,
            # The log first: what is said is on its way to the disk before anybody is told.
            listeners=(events, self._desk.offer, checkpointer, self._walks),
        )
        stop, ended = anyio.Event(), list[LiveStatus]()
        async with anyio.create_task_group() as beside:
            await beside.start(_stop_on_signal, stop)
            beside.start_soon(store_writer.run)
            beside.start_soon(checkpointer.run)
            beside.start_soon(self._stay_alive)
            beside.start_soon(self._tidy_up)
            beside.start_soon(self._look, store_writer, checkpointer, recorder, events)
            self._desk.offer(self._station.start(setup.clock.utc_ns()), self._recovery.events)
            try:
                ended.append(
                    await run(
                        self._station,
                        self._source,
                        pool=pool,
                        clock=setup.clock,
                        started_utc_ns=setup.clock.utc_ns(),
                        is_simulated=setup.is_simulated,
                        outputs=outputs,
                        on_status=self._shown,
                        stop=stop,
                        picture=self._recovery.picture,
                        on_writer=self._opened,
                    )
                )
            finally:
                self._door.close()
                with anyio.CancelScope(shield=True):
                    await checkpointer.write(is_clean=True)
            beside.cancel_scope.cancel()
        return ended[0]

    def _opened(self, writer: SingleWriter) -> None:
        self._door.open(writer)
        notify("READY=1")

    def _shown(self, status: LiveStatus) -> None:
        self._door.show(status)
        self._setup.show(status)

    async def _stay_alive(self) -> None:
        while True:
            notify("WATCHDOG=1")
            await anyio.sleep(ALIVE_EVERY_S)

    async def _tidy_up(self) -> None:
        while True:
            await run_sync(self._housekeeper.tidy)
            await run_sync(self._look_slowly)
            await anyio.sleep(self._setup.config.table.retention.every_s)

    def _look_slowly(self) -> None:
        """Look at what changes by the hour; reads the store."""
        try:
            walks = self._walks.trouble()
        except StandexError as error:
            walks = str(error)
        now = self._setup.clock.utc_ns()
        calibrations = calibration_troubles(self._setup.site, self._calibrations, now_utc_ns=now)
        self._slow_troubles = {"walk test": walks, "calibrations": "; ".join(calibrations)}

    async def _look(
        self,
        store_writer: StoreWriter,
        checkpointer: Checkpointer,
        recorder: RotatingRecorder | None,
        events: EventLog,
    ) -> None:
        """Say what is wrong with the parts around the watch, as soon as it is."""
        while True:
            foreign = sum(source.n_foreign for source in self._source.sources)
            lost = events.n_refused + store_writer.counts.n_urgent_lost
            troubles: dict[str, str] = {
                **self._housekeeper.troubles,
                **self._slow_troubles,
                "store": store_writer.gone or self._desk.problem,
                "lost": f"{lost} urgent entries found no room in memory" if lost else "",
                "audit": self._kept.audit.problem,
                "checkpoint": checkpointer.problem,
                "recording": recorder.problem if recorder is not None else "",
                "sources": f"{foreign} records under a wrong sensor's name" if foreign else "",
            }
            self._health.update(troubles)
            await anyio.sleep(LOOK_EVERY_S)

    def troubles(self) -> tuple[str, ...]:
        """Return what is wrong with the service itself, in plain words."""
        health: ServiceHealth | None = getattr(self, "_health", None)
        return health.words() if health is not None else ()

    def _web(self) -> WebParts | None:
        return web_server(
            self._setup.config,
            self._kept,
            self._access,
            door=self._door,
            desk=self._desk,
            walks=self._walks,
            site=self._setup.site,
            site_toml=self._setup.site_toml,
            is_simulated=self._setup.is_simulated,
            clock=self._setup.clock,
            troubles=self.troubles,
        )

    def _recorder(self) -> RotatingRecorder | None:
        setup, table = self._setup, self._setup.config.table.recording
        if not table.is_on:
            return None

        def begin(path: Path, t_utc_ns: int) -> RecordingWriter:
            return RecordingWriter(
                path,
                site_id=setup.site.site_id,
                profile=Profile.LIVE,
                software_version=__version__,
                site_toml=setup.site_toml,
                started_utc_ns=t_utc_ns,
                is_simulated=setup.is_simulated,
            )

        return RotatingRecorder(
            setup.config.place(table.folder),
            begin=begin,
            name=setup.site.site_id,
            clock=setup.clock,
            minutes_per_file=table.minutes_per_file,
        )

    def _recovered(self) -> Recovery:
        setup, problem, checkpoint = self._setup, "", None
        try:
            checkpoint = self._file.read()
        except CheckpointError as error:
            problem = str(error)
        recovery = recovered(
            checkpoint,
            problem=problem,
            site_id=setup.site.site_id,
            site_digest=digest_of_site(setup.site_toml),
            now_utc_ns=setup.clock.utc_ns(),
            within_s=setup.config.table.watch.resume_within_s,
            alerts=last_alerts(self._kept.store),
        )
        if checkpoint is not None:
            body: Mapping[str, Any] = {
                "continued": recovery.is_continued,
                "n_not_screened": len(recovery.events),
                "age_s": (setup.clock.utc_ns() - checkpoint.written_utc_ns) * 1e-9,
            }
            self._kept.notes.say(What.PICTURE_RESTORED, "picture", recovery.message, body)
        return recovery

    def _refused(self, claimed: str, address: str, reason: str) -> None:
        self._kept.notes.say(What.SENSOR_REFUSED, claimed, reason, {"address": address})


async def _stop_on_signal(stop: anyio.Event, *, task_status: TaskStatus[None]) -> None:
    """End in good order on the first signal, at once on the second."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            if stop.is_set():
                raise KeyboardInterrupt
            stop.set()


def _closed(recorder: RotatingRecorder) -> None:
    with suppress(RecordingError):  # its steps are there; only the index is missing
        recorder.close()
