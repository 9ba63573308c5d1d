"""The live service: sources in, the watch in the middle, store, audit and console around it.

What is around may fail, stall or be away: that is said, as health and in plain words, and the watch
goes on. What the service knew before it was gone is taken up again, or it is said who was missed.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any, final

import anyio
from anyio.to_thread import run_sync

from standex import __version__
from standex.edges.audit.contract import What
from standex.edges.calibrations import calibrations_of
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.incidents.incident import Rules
from standex.edges.live import run
from standex.edges.live_status import LiveStatus
from standex.edges.perceive_pool import PerceivePool, heavy_sensors
from standex.edges.plugins import build_technologies
from standex.edges.service.access_parts import AccessParts, access_parts, admits
from standex.edges.service.around import Around, Setup, make_around
from standex.edges.service.checkpoint import CHECKPOINT, CheckpointError, CheckpointFile
from standex.edges.service.checkpointer import Checkpointer, digest_of_site
from standex.edges.service.contradictions import Contradictions
from standex.edges.service.day_to_day import day_to_day
from standex.edges.service.event_log import EventLog, last_alerts
from standex.edges.service.exercise_parts import exercise_desk
from standex.edges.service.housekeeping import Housekeeper
from standex.edges.service.kept import Kept, open_kept
from standex.edges.service.merged_source import MergedSource, SensorIntake
from standex.edges.service.missing_evidence import MissingEvidence
from standex.edges.service.node_alerts import NodeAlerts
from standex.edges.service.others_told import OthersTold
from standex.edges.service.outside import StationDoor
from standex.edges.service.overload import OverloadLog
from standex.edges.service.own_process import running_evenly, stop_on_signal
from standex.edges.service.recovery import Recovery, recovered
from standex.edges.service.service_health import ServiceHealth
from standex.edges.service.sources import SapientDoor, blueprints
from standex.edges.service.systemd import notify
from standex.edges.service.trouble_codes import Trouble
from standex.edges.service.web_parts import WebParts, web_server
from standex.edges.single_writer import Outputs, SingleWriter
from standex.edges.store.store_writer import StoreWriter
from standex.model.errors import StandexError
from standex.station import Station
from standex.tracking.tracker import CrowdTracker

ALIVE_EVERY_S = 2.0
LOOK_EVERY_S = 0.5
SLOW_LOOK_EVERY_S = 30.0
LEAST_CHECKPOINT_S = 0.2
STATUS_PERIOD_S = 0.02  # what the web sends must not be older than that


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
        setup, config, site = self._setup, self._setup.config, self._setup.site
        clock = setup.clock
        self._kept: Kept = open_kept(config, self._stack, clock=clock)
        kept = self._kept
        calibrations = calibrations_of(site)
        self._station = Station.of(site, build_technologies(site, calibrations), calibrations)
        self._access: AccessParts = access_parts(config, kept, site, self._stack, clock=clock)
        self._contradictions = Contradictions(clock=clock)
        self._node_alerts = NodeAlerts(partial(kept.notes.say, What.NODE_ALERT), clock=clock)
        self._source = MergedSource(
            blueprints(
                config,
                site,
                site_name=setup.site_name,
                clock=clock,
                sapient=SapientDoor(
                    admission=partial(admits, self._access.admission),
                    on_refusal=self._refused,
                    on_alert=self._node_alerts,
                ),
            ),
            site,
            watch=config.table.watch,
            sensors=config.table.sensors,
            clock=clock,
            against=self._contradictions.troubles,
        )
        self._desk = IncidentDesk(
            site, store=kept.store, clock=clock, rules=Rules(kept_s=kept.retention.alarm_s)
        )
        self._day = day_to_day(setup, kept, calibrations)
        self._shelf = EvidenceShelf(
            config.place(config.table.evidence.folder),
            prove=lambda entry: kept.audit.append((entry,)),
            key=kept.key,
            keep_s=kept.retention.alarm_s,
        )
        self._door = StationDoor(site, kept.store, clock=clock)
        self._exercises = exercise_desk(
            setup, kept, self._desk, calibrations=calibrations, status=self._door.status
        )
        self._file = CheckpointFile(config.place(CHECKPOINT))
        self._housekeeper = Housekeeper(
            kept,
            clock=clock,
            recordings=config.place(config.table.recording.folder),
            folder=config.folder,
            checkpoint=config.place(CHECKPOINT),
            evidence=lambda now: len(self._shelf.delete_expired(now_utc_ns=now)),
        )

    def run(self) -> LiveStatus:
        """Run until a signal comes or all sources have ended for good.

        Raises:
            StandexError: the watch could not go on.
        """
        setup, kept = self._setup, self._kept
        if self._access.first_link is not None:
            setup.say(f"first sign-in, works once within an hour: {self._access.first_link}")
        with ExitStack() as stack:
            stack.enter_context(self._source)
            pool = PerceivePool(self._station, heavy=heavy_sensors(setup.site))
            # Its process takes seconds to start: meanwhile the rest is made ready.
            beside = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="start"))
            is_ready = beside.submit(stack.enter_context, pool)
            if isinstance(self._station.tracker, CrowdTracker):
                self._station.tracker.warm_up()
            self._desk.recover()
            self._desk.start()
            stack.callback(self._desk.close)
            self._exercises.recover()
            stack.callback(self._exercises.close)
            around = make_around(
                setup, self._kept, self._shelf, stack, technologies=self._station.technologies
            )
            web = self._web(around.others)
            if web is not None:
                stack.callback(web.stop)
                setup.say(f"serving {web.address}")
            is_ready.result()
            # As late as can be: what is continued is held against the time at which it is.
            self._recovery: Recovery = self._recovered()
            stack.callback(self._missing.close)
            setup.say(self._recovery.message)
            kept.notes.say_now(
                What.SERVICE_STARTED,
                setup.site.site_id,
                self._recovery.message,
                {
                    "software": __version__,
                    "config": setup.config.path.name,
                    "simulated": setup.is_simulated,
                },
            )
            try:
                with running_evenly(self._setup.clock):
                    return anyio.run(self._watch, pool, around)
            finally:
                self._door.close()
                notify("STOPPING=1")
                self._housekeeper.prove(is_last=True)
                with suppress(StandexError):
                    kept.notes.say_now(What.SERVICE_STOPPED, setup.site.site_id)

    async def _watch(self, pool: PerceivePool, around: Around) -> LiveStatus:
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
            recorder=around.recorder,
            sinks=(self._contradictions, around.evidence, *around.others.sinks),
            # The log first: what is said is on its way to the disk before anybody is told.
            listeners=(
                events,
                self._desk.offer,
                checkpointer,
                self._contradictions,
                around.evidence.step,
                self._day.walks,
                self._day.tallies,
                *around.others.listeners,
            ),
        )
        stop, ended = anyio.Event(), list[LiveStatus]()
        async with anyio.create_task_group() as beside:
            await beside.start(stop_on_signal, stop)
            beside.start_soon(store_writer.run)
            beside.start_soon(checkpointer.run)
            beside.start_soon(self._stay_alive)
            beside.start_soon(self._tidy_up)
            beside.start_soon(partial(run_sync, self._missing.make, abandon_on_cancel=True))
            beside.start_soon(self._look, store_writer, checkpointer, around, events)
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
                        status_period_s=STATUS_PERIOD_S,
                        on_perceived=around.evidence.heard,
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
            self._slow_troubles = await run_sync(self._day.look)
            await anyio.sleep(self._setup.config.table.retention.every_s)

    async def _look(
        self,
        store_writer: StoreWriter,
        checkpointer: Checkpointer,
        around: Around,
        events: EventLog,
    ) -> None:
        """Say what is wrong with the parts around the watch, as soon as it is."""
        recorder = around.recorder
        overload = OverloadLog(self._overloaded, clock=self._setup.clock)
        while True:
            overload.look(self._n_shed())
            foreign = sum(source.n_foreign for source in self._source.sources)
            lost = events.n_refused + store_writer.counts.n_urgent_lost
            troubles: dict[str, str] = {
                **self._housekeeper.troubles,
                **self._slow_troubles,
                "database": self._kept.watch.problem,
                "store": store_writer.gone or self._desk.problem,
                "lost": f"{lost} urgent entries found no room in memory" if lost else "",
                "audit": self._kept.audit.problem,
                "checkpoint": checkpointer.problem,
                "exercise": self._exercises.problem,
                "raised by a sensor": self._node_alerts.words,
                "evidence": around.evidence.problem or self._missing.problem,
                "recording": recorder.problem if recorder is not None else "",
                "sources": f"{foreign} records under a wrong sensor's name" if foreign else "",
                **{f"to {name}": problem() for name, problem in around.others.problems.items()},
            }
            self._health.update(troubles)
            await anyio.sleep(LOOK_EVERY_S)

    def intake(self) -> Mapping[str, SensorIntake]:
        """Return what was left out before the station saw anything of it, by sensor."""
        return self._source.intake()

    def _n_shed(self) -> dict[str, int]:
        """Return how many records this computer was too slow for, by sensor."""
        shed = {name: one.n_shed for name, one in self.intake().items()}
        status = self._door.status()
        for sensor in status.sensors if status is not None else ():
            shed[sensor.sensor_id] = shed.get(sensor.sensor_id, 0) + sensor.n_shed
        return shed

    def _overloaded(self, n_shed: Mapping[str, int]) -> None:
        self._kept.notes.say(What.OVERLOAD, ", ".join(n_shed), "records left out", dict(n_shed))

    def troubles(self) -> tuple[Trouble, ...]:
        """Return what is wrong with the service itself, by part."""
        health: ServiceHealth | None = getattr(self, "_health", None)
        return health.troubles() if health is not None else ()

    def _web(self, others: OthersTold) -> WebParts | None:
        return web_server(
            self._setup.config,
            self._kept,
            self._access,
            shelf=self._shelf,
            others=others,
            door=self._door,
            desk=self._desk,
            day=self._day,
            exercises=self._exercises,
            site=self._setup.site,
            site_toml=self._setup.site_toml,
            is_simulated=self._setup.is_simulated,
            clock=self._setup.clock,
            troubles=self.troubles,
        )

    def _recovered(self) -> Recovery:
        setup, problem, checkpoint = self._setup, "", None
        alerts = last_alerts(self._kept.store)
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
            alerts=alerts,
        )
        self._missing = MissingEvidence(setup, self._kept, self._shelf, alerts)
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
