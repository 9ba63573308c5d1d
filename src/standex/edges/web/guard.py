"""Who asks, and whether they may: checked before anything of a request is read."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, final

from anyio.to_thread import run_sync
from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

from standex.edges.access.cookies import presented
from standex.edges.access.roles import may
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.web.known_callers import KnownCallers
from standex.edges.web.permissions import ASKED, Open
from standex.edges.web.service_view import Caller, ServiceView

_LOOKS = frozenset({"GET", "HEAD", "WEBSOCKET"})
_DAY_NS = 86_400 * 10**9


@final
class Guard:
    """Lets requests through that may."""

    def __init__(self, view: ServiceView, *, is_secure: bool) -> None:
        self._view = view
        self._callers = KnownCallers(self._asked, clock=view.clock)
        self.is_secure = is_secure

    def _asked(self, token: str) -> Caller | None:
        return self._view.sign_in.caller(token)

    async def admit(self, connection: HTTPConnection) -> None:
        """Find out who asks, and keep it in the request's state.

        Raises:
            HTTPException: 401 where nobody is signed in, 403 where they may not.
        """
        method = connection.scope.get("method", "WEBSOCKET")
        path = connection.scope["route"].path
        asked = ASKED.get(("GET" if method == "HEAD" else method, path))
        if asked is Open.PUBLIC:
            return
        token = self.token(connection)
        caller = await self.caller(token, only_looks=method in _LOOKS)
        if caller is None:
            raise HTTPException(401, "sign in first")
        if asked is not Open.SIGNED_IN and (asked is None or not may(caller.roles, asked)):
            await self._note_refusal(caller, method, path)
            roles = ", ".join(sorted(caller.roles)) or "nobody"
            raise HTTPException(403, f"as {roles} you may not do that")
        connection.state.caller = caller
        connection.state.token = token

    def token(self, connection: HTTPConnection) -> str:
        """Return the token that came along, or nothing.

        Raises:
            HTTPException: 403 where another site's page may have sent the request.
        """
        method = connection.scope.get("method", "GET")
        found = presented(method, connection.headers, is_secure=self.is_secure)
        if found is None:
            return ""
        if not found.is_ours:
            raise HTTPException(403, "the header that goes with the session's cookie is missing")
        return found.token

    async def caller(self, token: str, *, only_looks: bool = True) -> Caller | None:
        """Return whose token it is, or None.

        Raises:
            StoreError: it cannot be found out.
        """
        return await self._callers.of(token, only_looks=only_looks) if token else None

    def forget(self, token: str) -> None:
        """Take note that the session of a token has been ended."""
        self._callers.forget(token)

    async def _note_refusal(self, caller: Caller, method: str, path: str) -> None:
        """Keep it in the audit, once a day for each account and endpoint."""
        now, roles = self._view.clock.utc_ns(), role_words(caller)
        entry = AuditEntry(
            t_utc_ns=now,
            who=caller.account_id,
            role=roles,
            what=What.REFUSED,
            of_what=f"{method} {path}",
            why="",
            request_id=f"refused:{caller.account_id}:{roles}:{method} {path}:{now // _DAY_NS}",
        )
        await run_sync(self._view.audit.append, (entry,))


def role_words(caller: Caller) -> str:
    """Return somebody's roles as the audit has them."""
    return ",".join(sorted(caller.roles))


def guarded_route(guard: Guard) -> type[APIRoute]:
    """Return the class of routes that ask the guard before they read anything."""

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            answer = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                await guard.admit(request)
                return await answer(request)

            return guarded

    return GuardedRoute


def _caller(connection: HTTPConnection) -> Caller:
    return connection.state.caller


CallerOf = Annotated[Caller, Depends(_caller)]
"""Who asks; a parameter of an endpoint."""


def address_of(connection: HTTPConnection) -> str:
    """Return from where a request comes."""
    return connection.client.host if connection.client is not None else ""
