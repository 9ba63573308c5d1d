"""Signing in and out."""

from collections.abc import Awaitable
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import Query, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from standex.edges.access.cookies import (
    clear_cookie,
    clear_state_cookie,
    is_state_of,
    set_cookie,
    set_state_cookie,
)
from standex.edges.access.rate_limit import Rate, RateLimiter, address_key
from standex.edges.web.guard import CallerOf, address_of
from standex.edges.web.messages import Done, LinkAsked, Me, PasswordAsked, SignInAsked
from standex.edges.web.permissions import API
from standex.edges.web.service_view import Begun, RefusedError
from standex.edges.web.web_parts import Parts

_PROVIDER_RATE = Rate(burst=20, per_s=1 / 6)  # each asks the provider something, for nobody
AsToken = Annotated[bool, Query(description="return a bearer token and set no cookie")]


def add_session_routes(parts: Parts) -> None:
    """Add the endpoints."""
    app, view, is_secure = parts.app, parts.view, parts.guard.is_secure

    @app.post(f"{API}/session")
    async def begin_session(
        asked: SignInAsked, request: Request, response: Response, as_token: AsToken = False
    ) -> Me:
        """Sign in with a password."""
        begun = await _begun(
            view.sign_in.with_password(
                asked.account_id, asked.password, address=address_of(request)
            )
        )
        return answer(begun, response, as_token=as_token)

    @app.post(f"{API}/session/link")
    async def begin_session_by_link(
        asked: LinkAsked, request: Request, response: Response, as_token: AsToken = False
    ) -> Me:
        """Sign in with a link that works once."""
        begun = await _begun(view.sign_in.with_link(asked.link_token, address=address_of(request)))
        return answer(begun, response, as_token=as_token)

    @app.get(f"{API}/session")
    async def me(caller: CallerOf) -> Me:
        """Return who is signed in, and what they may."""
        return Me.of(caller)

    @app.delete(f"{API}/session")
    async def end_session(request: Request, response: Response) -> Done:
        """Sign out."""
        await run_sync(view.sign_in.end, request.state.token)
        parts.guard.forget(request.state.token)
        response.headers["Set-Cookie"] = clear_cookie(is_secure=is_secure)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return Done(detail="signed out")

    @app.post(f"{API}/session/password")
    async def change_password(asked: PasswordAsked, caller: CallerOf) -> Done:
        """Change one's own password; every session of the account ends."""
        await view.sign_in.change_password(caller.account_id, asked.old, asked.new)
        return Done(detail="changed; sign in again")

    def answer(begun: Begun, response: Response, *, as_token: bool) -> Me:
        if as_token:
            return Me.of(begun.caller, token=begun.token)
        response.headers["Set-Cookie"] = set_cookie(begun.token, is_secure=is_secure)
        return Me.of(begun.caller)


def add_provider_routes(parts: Parts) -> None:
    """Add the endpoints of signing in at the site's provider of accounts."""
    app, view, is_secure = parts.app, parts.view, parts.guard.is_secure
    departures = RateLimiter(_PROVIDER_RATE, clock=view.clock)

    @app.get(f"{API}/session/oidc", status_code=303, response_class=RedirectResponse)
    async def begin_oidc(request: Request) -> Response:
        """Go to the site's provider of accounts."""
        wait_s = departures.take(address_key(address_of(request)))
        if wait_s:
            raise RefusedError("too many tries from this address", retry_after_s=wait_s)
        address = await view.sign_in.oidc_begin()
        response = RedirectResponse(address, status_code=303)
        response.headers["Set-Cookie"] = set_state_cookie(address, is_secure=is_secure)
        return response

    @app.get(f"{API}/session/oidc/callback", status_code=303, response_class=RedirectResponse)
    async def finish_oidc(request: Request) -> Response:
        """Come back from there, signed in."""
        query = dict(request.query_params)
        if not is_state_of(request.headers, query, is_secure=is_secure):
            again = "this way of signing in was begun in another browser, or too long ago"
            raise HTTPException(401, f"{again}; begin again")
        begun = await _begun(view.sign_in.oidc_finish(query, address=address_of(request)))
        response = RedirectResponse("/", status_code=303)
        response.headers.append("Set-Cookie", set_cookie(begun.token, is_secure=is_secure))
        response.headers.append("Set-Cookie", clear_state_cookie(is_secure=is_secure))
        return response


async def _begun(trying: Awaitable[Begun]) -> Begun:
    try:
        return await trying
    except RefusedError as error:
        if error.retry_after_s > 0:
            raise
        raise HTTPException(401, str(error)) from error
