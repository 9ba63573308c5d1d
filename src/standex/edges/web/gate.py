"""What every request passes first: its size, how many come, and headers for what goes out."""

import math
from collections.abc import Sequence
from typing import final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from standex.edges.access.rate_limit import Rate, RateLimiter, address_key
from standex.edges.clock import Clock
from standex.edges.web.problems import problem

MAX_BODY_BYTES = 256 * 1024  # a site file; everything else is smaller by far
REQUESTS = Rate(burst=300, per_s=60.0)  # of one address; a control room may share one
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "font-src 'self'; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=()",
}


class _TooLargeError(Exception):
    """More came than was announced or is taken."""


@final
class Gate:
    """Stands before the app; a WebSocket passes only the count and the host."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Clock,
        hosts: Sequence[str] = (),
        is_secure: bool = True,
        max_body_bytes: int = MAX_BODY_BYTES,
        rate: Rate = REQUESTS,
    ) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._headers = dict(SECURITY_HEADERS)
        if is_secure:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"
        self._max_body_bytes = max_body_bytes
        self._limiter = RateLimiter(rate, clock=clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it pass, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    out[name] = value
                out.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                status, words, wait_s = refusal
                await problem(status, words, retry_after_s=wait_s)(scope, receive, send_guarded)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        await self._limited(scope, receive, send_guarded)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str, float] | None:
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if self._hosts and host.lower() not in self._hosts:
            return 400, "this service does not go by that name", 0.0
        client = scope.get("client")
        wait_s = self._limiter.take(address_key(client[0] if client else ""))
        if wait_s > 0:
            return 429, f"too many requests; wait {math.ceil(wait_s)} s", wait_s
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._max_body_bytes:
            return 413, f"at most {self._max_body_bytes} bytes", 0.0
        return None

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        n_bytes, has_begun = 0, False

        async def receive_counted() -> Message:
            nonlocal n_bytes
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > self._max_body_bytes:
                raise _TooLargeError
            return message

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_noted)
        except _TooLargeError:
            if not has_begun:
                words = f"at most {self._max_body_bytes} bytes"
                await problem(413, words)(scope, receive, send)
