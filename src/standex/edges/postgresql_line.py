"""A connection to a PostgreSQL server that notices when nobody is at its other end.

A line can go without a word: a switch that was unplugged, a firewall that forgot, a host that
hangs. Where packets vanish, the kernel gives up after five seconds (``tcp_user_timeout``,
keepalives). Where they are taken and never answered, it does not; so a statement that is silent
for two seconds has somebody ask on another connection whether the server is still at it. A slow
statement is waited for as long as it takes; a line to nowhere is closed.
"""

from collections.abc import Generator
from typing import Any, TypeVar, final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from standex.edges.clock import forward_s

T = TypeVar("T")
SILENT_S = 2.0
DOUBT_S = 0.5
"""What the server has just sent may be on its way still."""

_ASK_S = 2  # the least that libpq can do
LINE: dict[str, str] = {
    "connect_timeout": "4",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "2",
    "tcp_user_timeout": "5000",
    "application_name": "standex",
}
"""Settings of libpq under those that somebody chose."""

_OF_THE_SERVER = """
SET idle_in_transaction_session_timeout = '10s';
SET tcp_keepalives_idle = 3;
SET tcp_keepalives_interval = 1;
SET tcp_keepalives_count = 2;
SET tcp_user_timeout = 5000
"""
"""The server must notice, too: it holds our locks for as long as it believes that we are there."""


@final
class Line(psycopg.Connection[tuple[Any, ...]]):
    """A connection; one thread at a time. What is silent too long is an ``OperationalError``."""

    _conninfo = ""
    _pid = 0

    @classmethod
    def to(cls, conninfo: str, **settings: str) -> "Line":
        """Return a new connection, each statement its own transaction.

        Args:
            conninfo: an address, or nothing.
            settings: of libpq; they go before ``LINE``.

        Raises:
            psycopg.Error: there is none to be had.
        """
        chosen = conninfo_to_dict(conninfo, **settings)
        text = make_conninfo("", **{**LINE, **{name: one for name, one in chosen.items() if one}})
        line = cls.connect(text, autocommit=True)
        line._conninfo, line._pid = text, line.info.backend_pid  # noqa: SLF001 - its own
        line.execute(_OF_THE_SERVER)
        return line

    def wait(self, gen: Generator[Any, Any, T], *args: Any, **more: Any) -> T:
        """Wait for an answer, as long as there is somebody to give one."""
        return super().wait(self._watched(gen), *args, **more)

    def _watched(self, gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
        """Pass everything on, and look at the clock whenever nothing has come."""
        patience_s, is_doubted, heard_s = SILENT_S, False, forward_s()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if ready:
                    patience_s, is_doubted, heard_s = SILENT_S, False, forward_s()
                elif forward_s() - heard_s > patience_s:
                    is_at_it = self._is_at_it()
                    if is_at_it is None or (is_doubted and not is_at_it):
                        self.close()
                        raise psycopg.OperationalError(
                            "the server does not answer: the line to it is dead, or it hangs"
                        )
                    patience_s, is_doubted = (SILENT_S if is_at_it else DOUBT_S), not is_at_it
                    heard_s = forward_s()
                wanted = gen.send(ready)
        except StopIteration as done:
            return done.value

    def _is_at_it(self) -> bool | None:
        """Return whether the server works on what it was asked; None where it does not answer."""
        if not self._conninfo:  # it is the one that asks
            return None
        try:
            other = Line.connect(make_conninfo(self._conninfo, connect_timeout=_ASK_S))
            try:
                found = other.execute(
                    "SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s", (self._pid,)
                ).fetchone()
            finally:
                other.close()
        except psycopg.Error:
            return None
        return bool(found and found[0])
