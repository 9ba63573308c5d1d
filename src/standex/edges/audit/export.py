"""An audit log as one text file: to be read, kept and verified without a database.

The first line says what it is; each further line is a row, a head or a seal, as JSON with its
``kind``. The last line is a head that was signed for the export.
"""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, final

from standex.edges.audit.chain import canonical, from_plain, plain
from standex.edges.audit.contract import AuditError, AuditLog, AuditRow, Seal, SignedHead
from standex.edges.audit.heads import sign_head
from standex.edges.audit.keys import SigningKey

FORM = "standex.audit.export.1"
_PAGE = 5000
_MAX_LINE = 1024 * 1024


def export(log: AuditLog, path: Path, *, key: SigningKey | None, t_utc_ns: int) -> int:
    """Write a log to a new file, and return how many rows it has.

    Args:
        log: to be written.
        path: of a file that is not there.
        key: that its end is signed with; None for no signature.
        t_utc_ns: now.

    Raises:
        AuditError: it cannot be read or written; there is no file.
    """
    if path.exists():
        raise AuditError(f"{path} exists; an export is never overwritten: choose another name")
    partial = path.with_name(f"{path.name}.part")
    n_rows = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("w", encoding="ascii") as file:
            for line in _lines(log, key, t_utc_ns):
                n_rows += line["kind"] == "row"
                file.write(canonical(line) + "\n")
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise AuditError(f"the export {path} cannot be written: {error.strerror}") from error
    return n_rows


def _lines(log: AuditLog, key: SigningKey | None, t_utc_ns: int) -> Iterator[dict[str, Any]]:
    # Signed first: rows that come while this runs are left for the next export.
    end = sign_head(log, key, t_utc_ns=t_utc_ns) if key is not None else None
    last_seq = log.last()[0] if end is None else end.seq
    yield {"kind": "log", "form": FORM, "log_id": log.log_id, "t_utc_ns": t_utc_ns}
    for seal in log.seals():
        yield {"kind": "seal", **plain(seal)}
    after = 0
    while page := log.rows(after=after, limit=_PAGE):
        for row in page:
            if row.seq <= last_seq:
                yield {"kind": "row", **plain(row)}
        after = page[-1].seq
    for head in log.heads():
        if head.seq <= last_seq:
            yield {"kind": "head", **plain(head)}
    if end is not None:
        yield {"kind": "head", **plain(end)}


@final
class ExportedLog:
    """A log that was exported; satisfies ``Readable``. All of it is held in memory."""

    def __init__(self, path: Path) -> None:
        """Read a file.

        Raises:
            AuditError: it cannot be read, or is no export.
        """
        self._rows: list[AuditRow] = []
        self._heads: list[SignedHead] = []
        self._seals: list[Seal] = []
        self.log_id = ""
        n_line = 0
        try:
            with path.open("rb") as file:
                while line := file.readline(_MAX_LINE):
                    n_line += 1
                    self._take(json.loads(line), is_first=n_line == 1)
        except OSError as error:
            raise AuditError(f"cannot read the export {path}: {error.strerror}") from error
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise AuditError(f"{path}: line {n_line} is of no export ({error!s:.200})") from error
        if not self.log_id:
            raise AuditError(f"{path} is no export of an audit log")

    def rows(self, *, after: int = 0, limit: int = 1000) -> tuple[AuditRow, ...]:
        """Return the first rows with a number above ``after``, in the order of the file."""
        # An order that was changed must not be mended here: after the last one given, go on.
        place = next((n + 1 for n, row in enumerate(self._rows) if row.seq == after), 0)
        if after and not place:
            place = next(
                (n for n, row in enumerate(self._rows) if row.seq > after), len(self._rows)
            )
        return tuple(self._rows[place : place + limit])

    def heads(self) -> tuple[SignedHead, ...]:
        """Return the signed heads."""
        return tuple(self._heads)

    def seals(self) -> tuple[Seal, ...]:
        """Return the seals, in the order of the file."""
        return tuple(self._seals)

    def check(self) -> str:
        """Return nothing: what can be read is whole."""
        return ""

    def _take(self, data: dict[str, Any], *, is_first: bool) -> None:
        kind = data.pop("kind", "")
        if is_first:
            if kind != "log" or data["form"] != FORM:
                raise ValueError("the first line names no export")
            self.log_id = str(data["log_id"])
        elif kind == "row":
            self._rows.append(from_plain(AuditRow, data))
        elif kind == "head":
            self._heads.append(from_plain(SignedHead, data))
        elif kind == "seal":
            self._seals.append(from_plain(Seal, data))
        else:
            raise ValueError(f"a line of the kind {kind!r:.40}")
