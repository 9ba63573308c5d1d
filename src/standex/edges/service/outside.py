"""What reaches the station from other threads: orders of people, handed into its event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLate
from dataclasses import replace
from typing import final

from standex.edges.access.proposal import Proposals, ProposalState
from standex.edges.clock import Clock
from standex.edges.live_status import LiveStatus
from standex.edges.single_writer import SingleWriter
from standex.edges.store.contract import Store
from standex.edges.web.service_view import RefusedError
from standex.model.event import Order, OrderKind
from standex.model.observation import Health
from standex.model.site import OperatingPoint, Site

ANSWER_S = 3.0


@final
class StationDoor:
    """The one way into a running station from outside its event loop."""

    def __init__(self, site: Site, store: Store, *, clock: Clock) -> None:
        """Make a door that leads nowhere yet."""
        self._site = site
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._writer: SingleWriter | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._status: LiveStatus | None = None

    def open(self, writer: SingleWriter) -> None:
        """Lead to a writer; called in its event loop."""
        with self._lock:
            self._writer, self._loop = writer, asyncio.get_running_loop()

    def close(self) -> None:
        """Lead nowhere again."""
        with self._lock:
            self._writer = self._loop = None

    def show(self, status: LiveStatus) -> None:
        """Take a status to hand out, with the operating point that holds; a few times a second."""
        point = status.picture.point(self._site.operating_point)
        self._status = replace(status, site=replace(self._site, operating_point=point))

    def status(self) -> LiveStatus | None:
        """Return how the station is doing, or None before its first step."""
        return self._status

    def order(self, order: Order) -> None:
        """Give an order, and wait until the station has taken it.

        Raises:
            RefusedError: it means nothing here, or the station does not answer.
        """
        self._ask(lambda writer: writer.order(order))

    def say(self, health: Health) -> None:
        """Let the service itself say something about its state; returns at once."""
        with self._lock:
            writer, loop = self._writer, self._loop
        if writer is not None and loop is not None:
            loop.call_soon_threadsafe(writer.say, health)

    def apply_operating_point(self, point: OperatingPoint) -> None:
        """Let the operating point that two people have just agreed on hold.

        Raises:
            RefusedError: nobody has confirmed it.
        """
        agreed = [
            one
            for one in Proposals(self._store, clock=self._clock).every()
            if one.state is ProposalState.CONFIRMED
            and one.body.get("p_alarm") == point.p_alarm
            and one.body.get("min_coverage") == point.min_coverage
            and list(one.body.get("wanted_zones", ()))
            == [zone.value for zone in point.wanted_zones]
        ]
        if not agreed:
            raise RefusedError("nobody has confirmed this operating point")
        newest = max(agreed, key=lambda one: one.decided_utc_ns)
        self.order(
            Order(
                t_utc_ns=self._clock.utc_ns(),
                kind=OrderKind.SET_OPERATING_POINT,
                sensor_id="",
                by=newest.proposer,
                why=newest.why,
                operating_point=point,
                confirmed_by=newest.decider,
            )
        )

    def _ask(self, call: Callable[[SingleWriter], None]) -> None:
        with self._lock:
            writer, loop = self._writer, self._loop
        if writer is None or loop is None:
            raise RefusedError("the station is not running", retry_after_s=2.0)
        answer: Future[None] = Future()

        def do() -> None:
            try:
                call(writer)
            except Exception as error:  # noqa: BLE001 - told to whoever asked
                answer.set_exception(error)
            else:
                answer.set_result(None)

        loop.call_soon_threadsafe(do)
        try:
            answer.result(ANSWER_S)
        except ValueError as error:
            raise RefusedError(str(error)) from error
        except TooLate as error:
            raise RefusedError(
                f"the station did not answer within {ANSWER_S:g} s; it may do it still",
                retry_after_s=1.0,
            ) from error
