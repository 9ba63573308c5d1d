"""The cookie of a session and the header that goes with it.

The cookie is out of reach of scripts, goes to this service alone and never comes with a request
that another site's page started. Requests that change something need the header as well, which
only a page of this service can know. A client without a cookie sends the token as a bearer and
needs no such header.

References:
    RFC 6265bis (cookie prefixes, SameSite); OWASP ASVS 5.0, chapters 3 and 7.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from standex.edges.access.bearer_token import is_csrf_of

CSRF_HEADER = "x-standex-csrf"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """The token that came with a request.

    Attributes:
        token: itself.
        is_cookie: whether a browser sent it by itself.
        is_ours: whether the page that sent it is of this service, or no page was needed.
    """

    token: str
    is_cookie: bool
    is_ours: bool


def cookie_name(*, is_secure: bool) -> str:
    """Return the cookie's name; the prefix ties it to TLS, this host and every path."""
    return "__Host-standex" if is_secure else "standex"


def set_cookie(token: str, *, is_secure: bool) -> str:
    """Return the value of ``Set-Cookie`` for a session; the browser drops it when it closes."""
    return f"{cookie_name(is_secure=is_secure)}={token}; {_attributes(is_secure=is_secure)}"


def clear_cookie(*, is_secure: bool) -> str:
    """Return the value of ``Set-Cookie`` that takes the cookie away."""
    name = cookie_name(is_secure=is_secure)
    return f"{name}=; Max-Age=0; {_attributes(is_secure=is_secure)}"


def presented(method: str, headers: Mapping[str, str], *, is_secure: bool) -> Presented | None:
    """Return the token of a request, or None.

    Args:
        method: of HTTP; a WebSocket is opened by ``GET``, and its origin is checked by itself.
        headers: with names in lower case.
        is_secure: whether the service speaks TLS.
    """
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        return Presented(token=bearer.strip(), is_cookie=False, is_ours=True)
    token = _cookie(headers, cookie_name(is_secure=is_secure))
    if not token:
        return None
    is_ours = method.upper() in _READING or is_csrf_of(token, headers.get(CSRF_HEADER, ""))
    return Presented(token=token, is_cookie=True, is_ours=is_ours)


def is_same_origin(headers: Mapping[str, str]) -> bool:
    """Return whether a WebSocket was opened by a page of this service, or by no page at all."""
    origin = headers.get("origin")
    if origin is None:
        return True
    return origin.partition("://")[2].lower() == headers.get("host", "").lower()


def set_state_cookie(openid_address: str, *, is_secure: bool) -> str:
    """Return the ``Set-Cookie`` that ties a sign-in at an OpenID provider to the browser.

    Without it somebody could have another person's browser finish what they began themselves, and
    work under their name. It comes back from another site, so it cannot be as strict as a session.

    Args:
        openid_address: where the browser is sent, with the state in its query.
        is_secure: whether the service speaks TLS.
    """
    state = parse_qs(urlsplit(openid_address).query).get("state", [""])[0]
    name = _state_name(is_secure=is_secure)
    secure = "; Secure" if is_secure else ""
    return f"{name}={state}; Max-Age=600; Path=/; HttpOnly; SameSite=Lax{secure}"


def clear_state_cookie(*, is_secure: bool) -> str:
    """Return the ``Set-Cookie`` that takes that cookie away: it has served."""
    secure = "; Secure" if is_secure else ""
    name = _state_name(is_secure=is_secure)
    return f"{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax{secure}"


def is_state_of(headers: Mapping[str, str], query: Mapping[str, str], *, is_secure: bool) -> bool:
    """Return whether the browser that comes back from the provider is the one sent there."""
    state = _cookie(headers, _state_name(is_secure=is_secure))
    return bool(state) and secrets.compare_digest(
        state.encode(errors="replace"), query.get("state", "").encode(errors="replace")
    )


def _state_name(*, is_secure: bool) -> str:
    return cookie_name(is_secure=is_secure) + "-openid"


def _cookie(headers: Mapping[str, str], name: str) -> str:
    """Return the value of a cookie, empty for none."""
    try:
        jar = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    morsel = jar.get(name)
    return "" if morsel is None else morsel.value


def _attributes(*, is_secure: bool) -> str:
    return "Path=/; HttpOnly; SameSite=Strict" + ("; Secure" if is_secure else "")
