"""The live picture to many clients: the newest wins, and a slow one harms nobody.

Each client has two places where the newest picture and the newest health wait, and a short queue
of incidents. What waits longer than a tick is overtaken; a queue that runs over is given up, and
the client is sent everything anew; who takes nothing for some seconds is let go.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Any, final

import anyio

from standex.edges.incidents.desk import DeskChange
from standex.edges.incidents.overview import Overview
from standex.edges.service.trouble_codes import INCIDENTS, Trouble
from standex.edges.web.messages import IncidentOut, OverviewOut
from standex.edges.web.picture_message import (
    health_message,
    picture_message,
    standing,
    to_text,
)
from standex.edges.web.service_view import ServiceView

_LOG = logging.getLogger("standex.web")

PERIOD_S = 0.1
QUICK_PERIOD_S = 0.06  # where that is little work, here and in a browser
FEW_PEOPLE, FEW_CLIENTS = 100, 20
HEALTH_PERIOD_S = 2.0
STALLED_S = 10.0
MAX_QUEUE = 64


class _Slot(StrEnum):
    PICTURE = "picture"
    HEALTH = "health"


@final
class Client:
    """One who watches."""

    def __init__(self, *, sees_incidents: bool, knows_exercises: bool = False) -> None:
        self.sees_incidents = sees_incidents
        self.knows_exercises = knows_exercises
        self.n_overtaken = 0
        self._latest: dict[_Slot, str] = {}
        self._queue: deque[str] = deque()
        self._needs_all = sees_incidents
        self._news = anyio.Event()
        self.is_over = False

    def offer(self, slot: _Slot, text: str) -> None:
        """Put the newest of a kind in its place."""
        if slot in self._latest:
            self.n_overtaken += 1
        self._latest[slot] = text
        self._news.set()

    def push(self, text: str) -> None:
        """Queue what must not be overtaken."""
        if self._needs_all:
            return  # it will be in what is sent anew
        if len(self._queue) >= MAX_QUEUE:
            self._queue.clear()
            self._needs_all = True
        else:
            self._queue.append(text)
        self._news.set()

    def end(self) -> None:
        """Let it go."""
        self.is_over = True
        self._news.set()

    async def next(self, everything: Callable[[], str]) -> str | None:
        """Return what to send next, incidents first; None when it is over."""
        while not self.is_over:
            if self._needs_all:
                self._needs_all = False
                return everything()
            if self._queue:
                return self._queue.popleft()
            for slot in (_Slot.HEALTH, _Slot.PICTURE):
                if slot in self._latest:
                    return self._latest.pop(slot)
            await self._news.wait()
            self._news = anyio.Event()
        return None


@final
class FanOut:
    """Makes each message once and gives it to all; lives in the event loop of the web."""

    def __init__(self, view: ServiceView) -> None:
        self._view = view
        self._clients: set[Client] = set()
        self._standing: tuple[Any, ...] = ()
        self._health_text = ""
        self._health_due_utc_ns = 0
        self._overview: Overview | None = None  # as it was told last
        self._seen: Overview | None = None  # as it was a tick ago
        self._period_s = PERIOD_S
        self.n_let_go = 0

    @property
    def n_clients(self) -> int:
        """Return how many watch."""
        return len(self._clients)

    async def run(self) -> None:
        """Send a picture at every tick, and incidents at once, until cancelled."""
        loop = asyncio.get_running_loop()

        def ring(change: DeskChange) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and with it all clients
                loop.call_soon_threadsafe(self._incidents, change)

        stop = self._view.desk.subscribe(ring)
        try:
            due = anyio.current_time()
            while True:
                self._tick_guarded()
                due = max(due + self._period_s, anyio.current_time())
                await anyio.sleep_until(due)
        finally:
            stop()

    def _tick_guarded(self) -> None:
        try:
            self.tick()
        except Exception:  # noqa: BLE001 - logged, and the next tick may be fine
            # Clients see the age of what they have grow.
            _LOG.exception("no live picture could be made")

    def tick(self) -> None:
        """Make the messages of this moment, once for each kind of client."""
        if not self._clients:
            return
        now = self._view.clock.utc_ns()
        self._tell_health(now)
        self._tell_overview()
        status = self._view.status()
        if status is None:
            return
        is_little = (
            len(status.picture.tracks.track_id) <= FEW_PEOPLE and len(self._clients) <= FEW_CLIENTS
        )
        self._period_s = QUICK_PERIOD_S if is_little else PERIOD_S
        exercise = self._view.exercise_shown()
        kinds = {(client.sees_incidents, client.knows_exercises) for client in self._clients}
        for sees, knows in kinds:
            incidents = self._view.desk.incidents() if sees else None
            message = picture_message(
                status,
                incidents=incidents,
                now_utc_ns=now,
                exercise=exercise,
                knows_exercises=knows,
            )
            text = to_text(message)
            for client in self._clients:
                if (client.sees_incidents, client.knows_exercises) == (sees, knows):
                    client.offer(_Slot.PICTURE, text)

    async def serve(self, client: Client, send: Callable[[str], Awaitable[None]]) -> None:
        """Send to a client until it is over, or takes nothing any more."""
        self._clients.add(client)
        if self._health_text:
            client.offer(_Slot.HEALTH, self._health_text)
        try:
            everything = partial(self.everything, knows_exercises=client.knows_exercises)
            while (text := await client.next(everything)) is not None:
                with anyio.move_on_after(STALLED_S) as scope:
                    await send(text)
                if scope.cancelled_caught:
                    self.n_let_go += 1
                    return
        finally:
            self._clients.discard(client)

    def everything(self, *, knows_exercises: bool = False) -> str:
        """Return all incidents as one message."""
        desk = self._view.desk
        return incidents_text(
            DeskChange(incidents=desk.incidents(), gone=(), overview=desk.overview()),
            is_all=True,
            knows_exercises=knows_exercises,
        )

    def _tell_overview(self) -> None:
        """Say that a flood is over, or a shelf has emptied, though no incident has changed.

        It waits one tick: with an incident that has changed, the overview is told by the desk.
        """
        overview, before = self._view.desk.overview(), self._seen
        self._seen = overview
        if self._overview is None:
            self._overview = overview  # clients begin with all there is
        elif overview != self._overview and overview == before:
            self._incidents(DeskChange(incidents=(), gone=(), overview=overview))

    def _incidents(self, change: DeskChange) -> None:
        self._overview = change.overview
        watchers = [client for client in self._clients if client.sees_incidents]
        for knows in {client.knows_exercises for client in watchers}:
            text = incidents_text(change, is_all=False, knows_exercises=knows)
            for client in watchers:
                if client.knows_exercises is knows:
                    client.push(text)

    def _tell_health(self, now_utc_ns: int) -> None:
        view = self._view
        troubles, problem = [*view.troubles()], view.desk.problem
        if problem and all(one.words != problem for one in troubles):
            troubles.append(Trouble(part=INCIDENTS, words=problem))
        message = health_message(
            view.status(), site=view.site, troubles=troubles, now_utc_ns=now_utc_ns
        )
        is_news = standing(message) != self._standing
        if not is_news and now_utc_ns < self._health_due_utc_ns:
            return
        self._standing = standing(message)
        self._health_due_utc_ns = now_utc_ns + round(HEALTH_PERIOD_S * 1e9)
        self._health_text = to_text(message)
        for client in self._clients:
            client.offer(_Slot.HEALTH, self._health_text)


def incidents_text(change: DeskChange, *, is_all: bool, knows_exercises: bool = False) -> str:
    """Return a change of incidents as a message.

    Args:
        change: at the desk.
        is_all: whether what is not in it is gone.
        knows_exercises: whether who is told may know of an exercise while it runs.
    """
    message: Mapping[str, Any] = {
        "type": "incidents",
        "is_all": is_all,
        "incidents": [
            IncidentOut.of(one, knows_exercises=knows_exercises).model_dump(mode="json")
            for one in change.incidents
        ],
        "gone": list(change.gone),
        "overview": OverviewOut.of(change.overview).model_dump(mode="json"),
    }
    return to_text(message)
