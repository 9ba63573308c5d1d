"""The audit log in SQL: the one logic behind both databases."""

import threading
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, final, runtime_checkable

from standex.edges.audit.chain import beginning, checked, is_same_request, next_row
from standex.edges.audit.contract import (
    AuditEntry,
    AuditError,
    AuditRow,
    RequestClashError,
    Seal,
    SignedHead,
)

TABLES_VERSION = 1
_ROW, _HEAD, _SEAL = (", ".join(cls.__dataclass_fields__) for cls in (AuditRow, SignedHead, Seal))
_INSERT_ROW = f"INSERT INTO audit_rows ({_ROW}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_INSERT_HEAD = f"INSERT INTO audit_heads ({_HEAD}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608
_INSERT_SEAL = f"INSERT INTO audit_seals ({_SEAL}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608


@runtime_checkable
class Database(Protocol):
    """What the log needs of a connection; one at a time uses it. Failures are ``AuditError``."""

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        """Carry out one statement, with ``?`` for each parameter; return its rows."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Hold off every other writer, here and elsewhere; on leaving, all or nothing stays."""
        ...

    def swept(self) -> None:
        """Let nothing of what was deleted stay in the files."""
        ...

    def check(self) -> str:
        """Return what is wrong with the files themselves, or nothing."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


@final
class SqlAuditLog:
    """An audit log in a database; satisfies ``AuditLog``."""

    def __init__(self, database: Database, *, where: str) -> None:
        """Use a database that has the tables.

        Raises:
            AuditError: the tables are of a later version, or say not which log they are.
        """
        self._database = database
        self._lock = threading.RLock()
        about = dict(database.execute("SELECT name, value FROM audit_about"))
        version = str(about.get("version", ""))
        if version != str(TABLES_VERSION) or not about.get("log_id"):
            raise AuditError(
                f"the audit log in {where} has version {version or 'none'}, this software knows "
                f"{TABLES_VERSION}: use the standex that wrote it, or a later one"
            )
        self._log_id = str(about["log_id"])

    @property
    def log_id(self) -> str:
        """Return what this log is called."""
        return self._log_id

    def append(self, entries: Sequence[AuditEntry], /) -> tuple[AuditRow, ...]:
        """Write entries, all or none, and return their rows; see ``AuditLog``.

        Raises:
            AuditError: nothing was written.
            ValueError: an entry is no plain text and JSON, or too long.
        """
        wanted = [checked(entry) for entry in entries]
        with self._writing():
            rows: list[AuditRow] = []
            seq, prev_hash = self.last()
            fresh: dict[str, AuditRow] = {}
            for entry in wanted:
                known = fresh.get(entry.request_id) or self._of_request(entry.request_id)
                if known is None:
                    known = next_row(entry, seq=seq + 1, prev_hash=prev_hash)
                    self._database.execute(_INSERT_ROW, _values(known))
                    fresh[entry.request_id] = known
                    seq, prev_hash = known.seq, known.row_hash
                elif not is_same_request(known, entry):
                    raise RequestClashError(
                        f"the request {entry.request_id} was something else before (row "
                        f"{known.seq}, {known.what} by {known.who}): give each request its own id"
                    )
                rows.append(known)
            return tuple(rows)

    def last(self) -> tuple[int, str]:
        """Return number and hash of the last row; 0 and the log's beginning when there is none."""
        with self._lock:
            found = self._database.execute(
                "SELECT seq, row_hash FROM audit_rows ORDER BY seq DESC LIMIT 1"
            ) or self._database.execute(
                "SELECT last_seq, last_hash FROM audit_seals ORDER BY last_seq DESC LIMIT 1"
            )
        return (int(found[0][0]), str(found[0][1])) if found else (0, beginning(self._log_id))

    def rows(self, *, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return the first rows with a number above ``after``, in order."""
        sql = f"SELECT {_ROW} FROM audit_rows WHERE seq > ? ORDER BY seq LIMIT ?"  # noqa: S608
        with self._lock:
            return tuple(_row(entry) for entry in self._database.execute(sql, (after, limit)))

    def newest(
        self,
        *,
        before: int = 0,
        limit: int = 100,
        who: str = "",
        what: str = "",
        of_what: str = "",
    ) -> tuple[AuditRow, ...]:
        """Return the last rows, newest first; see ``AuditLog``."""
        asked = {"seq < ?": before, "who = ?": who, "what = ?": what, "of_what = ?": of_what}
        asked = {term: value for term, value in asked.items() if value}
        where = f" WHERE {' AND '.join(asked)}" if asked else ""
        sql = f"SELECT {_ROW} FROM audit_rows{where} ORDER BY seq DESC LIMIT ?"  # noqa: S608
        with self._lock:
            found = self._database.execute(sql, (*asked.values(), limit))
        return tuple(_row(entry) for entry in found)

    def keep_head(self, head: SignedHead, /) -> None:
        """Keep a signed head beside the rows."""
        with self._writing():
            self._database.execute(_INSERT_HEAD, _values(head))

    def heads(self) -> tuple[SignedHead, ...]:
        """Return the signed heads, by time."""
        sql = f"SELECT {_HEAD} FROM audit_heads ORDER BY t_utc_ns, seq"  # noqa: S608
        with self._lock:
            found = self._database.execute(sql)
        return tuple(SignedHead(**_named(SignedHead, entry)) for entry in found)

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals, in order."""
        with self._lock:
            found = self._database.execute(
                f"SELECT {_SEAL} FROM audit_seals ORDER BY first_seq"  # noqa: S608
            )
        return tuple(Seal(**_named(Seal, entry)) for entry in found)

    def drop(self, seal: Seal, /) -> int:
        """Keep the seal and delete its rows, in one transaction; return how many there were.

        Raises:
            AuditError: the seal does not fit the rows; nothing was deleted.
        """
        with self._writing():
            found = self._database.execute(
                "SELECT seq, prev_hash, row_hash FROM audit_rows WHERE seq IN (?, ?) ORDER BY seq",
                (seal.first_seq, seal.last_seq),
            )
            oldest = self._database.execute("SELECT MIN(seq) FROM audit_rows")
            fits = (
                bool(found)
                and oldest[0][0] == seal.first_seq
                and found[0][1] == seal.prev_hash
                and (found[-1][0], found[-1][2]) == (seal.last_seq, seal.last_hash)
                and seal.log_id == self._log_id
            )
            if not fits:
                raise AuditError(
                    f"a seal of rows {seal.first_seq} to {seal.last_seq} does not fit the rows "
                    "that are there: verify the log, and seal again"
                )
            self._database.execute(_INSERT_SEAL, _values(seal))
            span = (seal.first_seq, seal.last_seq)
            count = "SELECT COUNT(*) FROM audit_rows WHERE seq BETWEEN ? AND ?"
            n_rows = int(self._database.execute(count, span)[0][0])
            self._database.execute("DELETE FROM audit_rows WHERE seq BETWEEN ? AND ?", span)
        with self._lock:
            self._database.swept()
        return n_rows

    def check(self) -> str:
        """Return what is wrong with the files or tables themselves, or nothing."""
        with self._lock:
            return self._database.check()

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._database.close()

    def _of_request(self, request_id: str) -> AuditRow | None:
        sql = f"SELECT {_ROW} FROM audit_rows WHERE request_id = ?"  # noqa: S608
        found = self._database.execute(sql, (request_id,))
        return _row(found[0]) if found else None

    @contextmanager
    def _writing(self) -> Generator[None]:
        with self._lock, self._database.transaction():
            yield


def _values(value: AuditRow | SignedHead | Seal) -> tuple[Any, ...]:
    return tuple(getattr(value, name) for name in type(value).__dataclass_fields__)


def _named(cls: type[AuditRow | SignedHead | Seal], entry: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(cls.__dataclass_fields__, entry, strict=True))


def _row(entry: tuple[Any, ...]) -> AuditRow:
    return AuditRow(**_named(AuditRow, entry))
