"""The bytes of a file, of bounded size, and what stands at a place of them."""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.spectra.measured import MAX_VALUES
from standex.model.errors import DataFileError

# Whole Raman maps are larger, but nothing here reads them.
MAX_BYTES = 2**27


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        DataFileError: it cannot be read, is empty, or is larger than 128 MiB.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise DataFileError(
            f"{path}: cannot be read ({error}); check path and permissions"
        ) from error
    if not data:
        raise DataFileError(f"{path}: the file is empty (0 bytes); fetch it again")
    if len(data) > MAX_BYTES:
        raise DataFileError(f"{path}: larger than {MAX_BYTES} bytes; split the file")
    return data


@dataclass(frozen=True, slots=True)
class FileBytes:
    """Bytes of a binary file, and its name for the messages; nothing is read beyond them."""

    data: bytes
    where: str

    def unpack(self, layout: str, offset: int, what: str) -> tuple[Any, ...]:
        """Return what ``struct`` finds at a place.

        Raises:
            DataFileError: the place is not within the file.
        """
        self._check(offset, struct.calcsize(layout), what)
        return struct.unpack_from(layout, self.data, offset)

    def array(self, dtype: str, offset: int, n: int, what: str) -> np.ndarray:
        """Return ``n`` numbers from a place, as float64.

        Raises:
            DataFileError: they are not within the file, or absurdly many.
        """
        if not 0 <= n <= MAX_VALUES:
            raise DataFileError(
                f"{self.where}: claims {n} values of {what}, at most {MAX_VALUES} can be; "
                "the file is damaged: fetch it again"
            )
        self._check(offset, n * np.dtype(dtype).itemsize, what)
        return np.frombuffer(self.data, dtype=dtype, count=n, offset=offset).astype(np.float64)

    def text(self, offset: int, n: int, what: str) -> str:
        """Return the text at a place, up to its first zero byte.

        Raises:
            DataFileError: it is not within the file.
        """
        self._check(offset, n, what)
        return self.data[offset : offset + n].split(b"\0", 1)[0].decode("latin-1")

    def _check(self, offset: int, n: int, what: str) -> None:
        if offset < 0 or n < 0 or offset + n > len(self.data):
            raise DataFileError(
                f"{self.where}: {what} should stand at bytes {offset} to {offset + n}, the file "
                f"has {len(self.data)}; it is cut off or damaged: fetch it again"
            )
