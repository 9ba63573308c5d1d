"""The app: every endpoint behind the one table of permissions."""

import contextlib
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import anyio
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute

from standex import __version__
from standex.edges.web.admin_routes import add_admin_routes
from standex.edges.web.console_files import add_console
from standex.edges.web.deeds import Deeds
from standex.edges.web.fan_out import FanOut
from standex.edges.web.gate import Gate
from standex.edges.web.guard import Guard, guarded_route
from standex.edges.web.incident_routes import add_incident_routes
from standex.edges.web.live_routes import add_live_routes
from standex.edges.web.openapi_text import with_live_messages
from standex.edges.web.operating_point_routes import add_operating_point_routes
from standex.edges.web.operation_routes import add_operation_routes
from standex.edges.web.permissions import API, unlisted
from standex.edges.web.problems import DOCUMENTED, add_handlers
from standex.edges.web.service_view import ServiceView
from standex.edges.web.session_routes import add_provider_routes, add_session_routes
from standex.edges.web.web_parts import Parts

TITLE = "STANDEX"


def make_app(
    view: ServiceView,
    *,
    is_secure: bool = True,
    hosts: Sequence[str] = (),
    console: Path | None = None,
) -> FastAPI:
    """Return the app of a service.

    Args:
        view: the service.
        is_secure: whether it is served over TLS; without, cookies are not marked as secure.
        hosts: names that it may be called by; none for any.
        console: folder with the console's files; None for none.

    Raises:
        ValueError: an endpoint does not stand in the table of permissions, or the other way round.
    """
    fan_out = FanOut(view)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        async with anyio.create_task_group() as beside:
            beside.start_soon(fan_out.run)
            yield
            beside.cancel_scope.cancel()
        # In the loop that used them: a connection cannot be closed from another one.
        await view.sign_in.aclose()

    app = FastAPI(
        title=TITLE,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        responses=DOCUMENTED,
        redirect_slashes=False,
    )
    guard = Guard(view, is_secure=is_secure)
    app.router.route_class = guarded_route(guard)
    parts = Parts(app=app, view=view, guard=guard, deeds=Deeds(view), fan_out=fan_out)
    add_session_routes(parts)
    add_provider_routes(parts)
    add_live_routes(parts)
    add_incident_routes(parts)
    add_operation_routes(parts)
    add_operating_point_routes(parts)
    add_admin_routes(parts)

    @app.get(f"{API}/openapi.json", include_in_schema=False)
    async def openapi() -> dict[str, Any]:
        return with_live_messages(app.openapi())

    add_console(parts, console)
    add_handlers(app)
    app.add_middleware(Gate, clock=view.clock, hosts=hosts, is_secure=is_secure)
    problems = unlisted(endpoints(app))
    if problems:
        raise ValueError("; ".join(problems))
    return app


def endpoints(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of everything that is served.

    Raises:
        ValueError: something is served past the guard.
    """
    found: list[tuple[str, str]] = []
    for route in app.routes:
        if isinstance(route, APIWebSocketRoute):
            found.append(("WEBSOCKET", route.path))
        elif isinstance(route, APIRoute) and type(route).__name__ == "GuardedRoute":
            found += [(method, route.path) for method in sorted(route.methods or ())]
        else:
            raise ValueError(f"{route} is served past the guard")
    return found
