"""Files on the disk: how many, how old, and whether one should be gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcap.opcode import Opcode
from mcap.records import Metadata

from standex.edges.recording import layout
from standex.edges.recording.framing import DamageError, blocks, parse
from standex.edges.recording.layout import Profile
from standex.edges.store.contract import DataClass
from standex.model.errors import StandexError


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder that files of one class are kept in.

    Attributes:
        name: what it is for.
        path: where.
        data_class: of the files.
        keep_s: how long each may stay after it was last written; None for as long as somebody
            wants.
        suffixes: of the files that count; none: all.
    """

    name: str
    path: Path
    data_class: DataClass
    keep_s: float | None
    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContents:
    """What is in a folder.

    Attributes:
        name: what it is for.
        path: where.
        data_class: of the files.
        keep_s: how long each may stay.
        n_files: how many.
        n_bytes: their size.
        oldest_utc_ns: when the oldest was last written; 0 when there are none.
        newest_utc_ns: the same of the newest.
        n_overdue: files that should be gone.
        n_raw: recordings of the lab profile: these show bodies.
        n_unreadable: files that could not be looked at.
    """

    name: str
    path: str
    data_class: DataClass
    keep_s: float | None
    n_files: int
    n_bytes: int
    oldest_utc_ns: int
    newest_utc_ns: int
    n_overdue: int
    n_raw: int
    n_unreadable: int


def look_into(folder: Folder, *, now_utc_ns: int, slack_s: float) -> FolderContents:
    """Return what is in a folder and below it.

    Args:
        folder: one that is not there is empty.
        now_utc_ns: files are as old as their last change, before that.
        slack_s: how much later than on time a file may be deleted.
    """
    times: list[int] = []
    n_bytes = n_raw = n_unreadable = 0
    for path in sorted(_files(folder)):
        try:
            stat = path.stat()
        except OSError:
            n_unreadable += 1
            continue
        times.append(stat.st_mtime_ns)
        n_bytes += stat.st_size
        n_raw += path.suffix == ".mcap" and _profile(path) == Profile.LAB.value
    limit_ns = None if folder.keep_s is None else round((folder.keep_s + slack_s) * 1e9)
    overdue = [t for t in times if limit_ns is not None and now_utc_ns - t > limit_ns]
    return FolderContents(
        name=folder.name,
        path=str(folder.path),
        data_class=folder.data_class,
        keep_s=folder.keep_s,
        n_files=len(times),
        n_bytes=n_bytes,
        oldest_utc_ns=min(times, default=0),
        newest_utc_ns=max(times, default=0),
        n_overdue=len(overdue),
        n_raw=n_raw,
        n_unreadable=n_unreadable,
    )


def _files(folder: Folder) -> Iterable[Path]:
    if folder.path.is_file():
        return [folder.path]
    paths = folder.path.rglob("*") if folder.path.is_dir() else ()
    return [
        path
        for path in paths
        if path.is_file() and (not folder.suffixes or path.suffix in folder.suffixes)
    ]


def _profile(path: Path) -> str:
    """Return the profile that a recording names at its beginning; nothing where it names none."""
    try:
        for block in blocks(path):
            if block.opcode == Opcode.CHUNK:
                break
            for entry in parse(block):
                if isinstance(entry, Metadata) and entry.name == layout.METADATA:
                    return entry.metadata.get("profile", "")
    except (StandexError, DamageError):
        return ""
    return ""
