"""Files that are there whole or not at all, also after a cut of power."""

import os
from pathlib import Path


def write_atomically(
    path: Path, content: bytes, *, mode: int = 0o600, t_utc_ns: int | None = None
) -> None:
    """Put ``content`` in the place of what is at ``path``; it is on the disk when this returns.

    Args:
        path: of the file.
        content: of the same.
        mode: who may read it.
        t_utc_ns: time that the file is to bear; None for that of the system clock, which may have
            been stepped.

    Raises:
        OSError: it could not be written; what was there before is there still.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
            if t_utc_ns is not None:
                os.utime(handle, ns=(t_utc_ns, t_utc_ns))
            os.fsync(handle)
        finally:
            os.close(handle)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
