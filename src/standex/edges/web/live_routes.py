"""The live picture: one WebSocket, and single looks for who cannot hold one."""

import contextlib
from typing import Any

import anyio
from fastapi import Response, WebSocket, WebSocketDisconnect
from starlette.exceptions import HTTPException
from starlette.websockets import WebSocketState

from standex.edges.access.cookies import is_same_origin
from standex.edges.access.roles import Permission, may
from standex.edges.store.contract import StoreError
from standex.edges.web.fan_out import Client
from standex.edges.web.guard import CallerOf
from standex.edges.web.permissions import API
from standex.edges.web.picture_message import health_message, picture_message, to_text
from standex.edges.web.shapes import Alive, Field, HealthMessage, PictureMessage, Plan
from standex.edges.web.site_plan import coverage_field, plan_of
from standex.edges.web.web_parts import Parts, present

RECHECK_S = 5.0
MAX_WATCHERS = 500
_SIGN_IN, _MAY_NOT, _FULL = 4401, 4403, 4429


def add_live_routes(parts: Parts) -> None:
    """Add the endpoints."""
    app, view = parts.app, parts.view

    @app.get(f"{API}/alive")
    async def alive() -> Alive:
        """Return that the web server runs; nothing about the site."""
        return {"is_alive": True, "now_utc_ms": view.clock.utc_ns() // 1_000_000}

    @app.get(f"{API}/site")
    async def site() -> Plan:
        """Return the plan of the site."""
        return plan_of(view.site, is_simulated=view.is_simulated)  # type: ignore[return-value]

    @app.get(f"{API}/site/coverage")
    async def coverage() -> list[Field]:
        """Return what each sensor can see now."""
        status = view.status()
        fields = () if status is None else status.picture.coverage.values()
        return [coverage_field(one, view.site) for one in fields]  # type: ignore[misc]

    @app.get(f"{API}/picture")
    async def picture(caller: CallerOf) -> PictureMessage:
        """Return one live picture."""
        status = present(view.status(), "a picture yet")
        sees = may(caller.roles, Permission.SEE_INCIDENTS)
        incidents = view.desk.incidents() if sees else None
        return picture_message(  # type: ignore[return-value]
            status,
            incidents=incidents,
            now_utc_ns=view.clock.utc_ns(),
            exercise=view.exercise_shown(),
            knows_exercises=may(caller.roles, Permission.KNOW_EXERCISES),
        )

    @app.get(f"{API}/health")
    async def health() -> HealthMessage:
        """Return how the sensors and the service are."""
        return health_message(  # type: ignore[return-value]
            view.status(),
            site=view.site,
            troubles=view.troubles(),
            now_utc_ns=view.clock.utc_ns(),
        )

    @app.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Return figures of the service for Prometheus; nobody and no place is in them."""
        text = present(view.metrics, "metrics")(present(view.status(), "a picture yet"))
        return Response(text, media_type="text/plain; version=0.0.4")

    @app.websocket(f"{API}/live")
    async def live(socket: WebSocket) -> None:
        await _live(parts, socket)


async def _live(parts: Parts, socket: WebSocket) -> None:
    if not is_same_origin(socket.headers):
        await socket.close(1008)
        return
    try:
        await parts.guard.admit(socket)
    except HTTPException as error:
        # Accepted first: a browser tells its page no code of a connection that was refused.
        await socket.accept()
        await socket.close(_SIGN_IN if error.status_code == 401 else _MAY_NOT)
        return
    await socket.accept()
    if parts.fan_out.n_clients >= MAX_WATCHERS:
        await socket.close(_FULL)
        return
    caller, token = socket.state.caller, socket.state.token
    client = Client(
        sees_incidents=may(caller.roles, Permission.SEE_INCIDENTS),
        knows_exercises=may(caller.roles, Permission.KNOW_EXERCISES),
    )
    await socket.send_text(to_text(_hello(parts, caller.account_id)))
    codes: list[int] = []
    async with anyio.create_task_group() as beside:
        beside.start_soon(_recheck, parts, client, token, caller.roles, codes)
        beside.start_soon(_listen, socket, client)
        # They may go away while something is on its way to them.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            await parts.fan_out.serve(client, socket.send_text)
        beside.cancel_scope.cancel()
    if WebSocketState.DISCONNECTED not in {socket.client_state, socket.application_state}:
        # Their end may have broken, or break at this very moment.
        with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
            with anyio.move_on_after(1.0):
                await socket.close(codes[0] if codes else 1000)


def _hello(parts: Parts, account_id: str) -> dict[str, Any]:
    view = parts.view
    return {
        "type": "hello",
        "version": 1,
        "site_id": view.site.site_id,
        "account_id": account_id,
        "now_utc_ms": view.clock.utc_ns() // 1_000_000,
        "is_simulated": view.is_simulated,
        "is_exercise": view.site.exercise,
    }


async def _recheck(
    parts: Parts, client: Client, token: str, roles: frozenset[Any], codes: list[int]
) -> None:
    """Let somebody go whose session has ended, or whose roles have changed."""
    while True:
        await anyio.sleep(RECHECK_S)
        try:
            caller = await parts.guard.caller(token)
        except StoreError:  # it may be their last for hours: sign-in can be asked no more
            caller = None
        if caller is None or caller.roles != roles:
            codes.append(_SIGN_IN)
            client.end()
            return


async def _listen(socket: WebSocket, client: Client) -> None:
    """Notice that they go away; what they say is not heard."""
    try:
        while True:
            await socket.receive_text()
            await anyio.sleep(0.1)  # however much they say, it costs nothing
    except (WebSocketDisconnect, RuntimeError, KeyError):
        client.end()
