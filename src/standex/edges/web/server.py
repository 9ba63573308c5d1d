"""The web server: in a thread and an event loop of its own, so that it never stalls the watch."""

import asyncio
import socket
import ssl
import threading
from functools import partial
from typing import Any, final

import uvicorn
from fastapi import FastAPI

from standex.model.errors import StandexError

START_S = 10.0
STOP_S = 5.0
MAX_MESSAGE_BYTES = 1024  # nobody has anything to say over the live connection


class WebServerError(StandexError):
    """The web server cannot be started; says why."""


@final
class WebServer:
    """Serves an app.

    Args:
        app: to be served.
        host: address to listen at.
        port: of it; 0 for any that is free, see ``port``.
        tls: None for plain text, which is for this computer alone or behind a proxy.
    """

    def __init__(
        self, app: FastAPI, *, host: str, port: int, tls: ssl.SSLContext | None = None
    ) -> None:
        self._socket = _listening(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            proxy_headers=False,
            access_log=False,
            server_header=False,
            date_header=True,
            lifespan="on",
            ws="websockets-sansio",
            ws_max_size=MAX_MESSAGE_BYTES,
            ws_per_message_deflate=False,
            # Together under 5 s: so soon a line that has gone silent is seen.
            ws_ping_interval=2.0,
            ws_ping_timeout=2.5,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=32 * 1024,
            limit_concurrency=2000,
            ssl_context_factory=None if tls is None else partial(_made, tls),
        )
        self._server = _Server(config)
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    def start(self) -> None:
        """Begin to serve; return when it does.

        Raises:
            WebServerError: it cannot.
        """
        self._thread.start()
        if not self._server.has_begun.wait(START_S) or not self._server.started:
            self.stop()
            raise WebServerError(f"the web server does not start: {self._problem or 'see its log'}")

    def stop(self) -> None:
        """Let everybody go, and end."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        if self._thread.is_alive():  # somebody does not let go
            self._server.force_exit = True
            self._thread.join(STOP_S)
        self._socket.close()

    @property
    def is_serving(self) -> bool:
        """Return whether it still serves."""
        return self._thread.is_alive() and self._server.started

    def _run(self) -> None:
        try:
            asyncio.run(self._server.serve([self._socket]))
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for the start
            self._problem = error
        finally:
            self._server.has_begun.set()


@final
class _Server(uvicorn.Server):
    """One that says when it has begun; the signals stay with the main thread."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_begun = threading.Event()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Begin."""
        await super().startup(sockets)
        self.has_begun.set()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise WebServerError(
            f"cannot listen at {host}:{port} ({error.strerror}); is another service there?"
        ) from error
    return listening


def _made(tls: ssl.SSLContext, _: uvicorn.Config, __: object) -> ssl.SSLContext:
    return tls
