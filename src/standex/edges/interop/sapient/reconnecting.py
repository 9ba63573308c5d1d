"""A connection that is made again whenever it ends."""

import asyncio
import secrets
import ssl
from collections.abc import Awaitable, Callable
from typing import Protocol, runtime_checkable

from standex.edges.interop.sapient.connection import Connection
from standex.edges.interop.sapient.errors import SapientError

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 15.0
CONNECT_WITHIN_S, WORKED_S = 5.0, 6.0


@runtime_checkable
class Where(Protocol):
    """What is connected to."""

    @property
    def host(self) -> str:
        """Return name or number."""
        ...

    @property
    def port(self) -> int:
        """Return the port."""
        ...

    @property
    def tls(self) -> ssl.SSLContext | None:
        """Return the context, or None for plain TCP."""
        ...

    @property
    def server_name(self) -> str:
        """Return the name of the certificate, or an empty text for the host's."""
        ...


def _ignore(_: str) -> None:
    """Tell nobody."""


async def keep_connected(
    where: Where,
    make: Callable[[], Connection],
    speak: Callable[[Connection], Awaitable[None]],
    *,
    on_problem: Callable[[str], object] = _ignore,
) -> None:
    """Connect, speak until the connection ends, and begin again after a pause; never returns.

    The pause doubles up to a limit and is drawn from its upper half, so that many who lost one
    server do not come back all at once.

    Args:
        where: to connect to.
        make: makes the protocol of a connection.
        speak: uses it; returns when it has ended.
        on_problem: told in words whenever there is no connection.
    """
    loop, pause_s = asyncio.get_running_loop(), FIRST_PAUSE_S
    while True:
        connection: Connection | None = None
        began_s = loop.time()
        try:
            connection = await _connect(where, make)
            await speak(connection)
            on_problem(connection.why_ended or "it ended")
        except (OSError, TimeoutError, SapientError) as error:
            on_problem(f"{where.host}:{where.port}: {error or type(error).__name__}")
        finally:
            if connection is not None:
                connection.close("its use has ended")
        # Who worked for a while is sought again soon, who sends us away is asked less often.
        worked = loop.time() - began_s > WORKED_S
        pause_s = FIRST_PAUSE_S if worked else min(2 * pause_s, LONGEST_PAUSE_S)
        await asyncio.sleep(pause_s * (0.5 + secrets.randbelow(1000) / 2000))


async def _connect(where: Where, make: Callable[[], Connection]) -> Connection:
    loop = asyncio.get_running_loop()
    name = None if where.tls is None else where.server_name or where.host
    async with asyncio.timeout(CONNECT_WITHIN_S):
        _, connection = await loop.create_connection(
            make, where.host, where.port, ssl=where.tls, server_hostname=name
        )
    return connection
