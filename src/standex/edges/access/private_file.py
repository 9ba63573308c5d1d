"""Files that only their owner may read: keys."""

import os
from pathlib import Path

from standex.edges.access.account import AccessError


def write_private(path: Path, content: bytes) -> None:
    """Write a new file of mode 0600, on the disk when this returns.

    Raises:
        AccessError: there is such a file already, or it cannot be written.
    """
    try:
        # Never readable by others, not even for a moment; an old key is never written over.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise AccessError(f"{path} is there already; name another, or move it away") from error
    except OSError as error:
        raise AccessError(f"{path} cannot be written ({error.strerror})") from error


def read_private(path: Path, *, what: str) -> bytes:
    """Return what is in a file that only its owner may read.

    Args:
        path: of the file.
        what: it is, for the message.

    Raises:
        AccessError: it cannot be read, or others may read it too.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()
    except OSError as error:
        raise AccessError(f"{path}: {what} cannot be read ({error.strerror})") from error
    if mode & 0o077:
        raise AccessError(
            f"{path}: others may read {what} (mode {mode & 0o777:o}); "
            f"change it with chmod 600, and replace the key if others had access"
        )
    return content
