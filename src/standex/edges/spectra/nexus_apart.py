"""Reads NeXus files in a process of its own.

On some damaged files libhdf5 goes round for ever or stops the process (seen with 1.14: a string of
variable length in a broken heap), and nothing in the same process can end that. So the file is
read in another one, which has its time and its memory and no more.
"""

import json
import subprocess
import sys
from dataclasses import fields
from typing import Any

import numpy as np

from standex.edges.spectra.measured import MeasuredSpectrum
from standex.edges.spectra.nexus import parse_nexus
from standex.model.errors import DataFileError, StandexError

LIMIT_S = 30.0
_MAX_MEMORY_BYTES = 4 * 2**30
_ARRAYS = ("axis", "counts", "dark")


def parse_nexus_apart(data: bytes, *, where: str, name: str) -> tuple[MeasuredSpectrum, ...]:
    """Return what ``parse_nexus`` returns, or raise what it raises; takes a second more.

    Raises:
        StandexError: h5py is missing, or no process can be started.
        DataFileError: the file is damaged or cut off, or holds no spectrum.
    """
    asked = json.dumps({"where": where, "name": name}).encode() + b"\n" + data
    try:
        done = subprocess.run(  # noqa: S603 - our own module, nothing of the file in the arguments
            [sys.executable, "-P", "-m", __name__],
            input=asked,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataFileError(
            f"{where}: reading it takes more than {LIMIT_S:g} s; the HDF5 file is damaged: "
            "fetch it again"
        ) from error
    except OSError as error:
        raise StandexError(f"{where}: no process to read it can be started ({error})") from error
    if done.returncode != 0:
        raise DataFileError(
            f"{where}: the HDF5 library breaks down on it (exit {done.returncode}); the file is "
            "damaged: fetch it again"
        )
    return _unpacked(done.stdout)


def answer(asked: bytes) -> bytes:
    """Return what the other process is told: spectra, or an error, as JSON and numbers."""
    head, _, data = asked.partition(b"\n")
    try:
        spectra = parse_nexus(data, **json.loads(head))
    except DataFileError as error:
        return json.dumps({"damaged": str(error)}).encode() + b"\n"
    except StandexError as error:
        return json.dumps({"missing": str(error)}).encode() + b"\n"
    said: list[dict[str, Any]] = []
    numbers: list[bytes] = []
    for one in spectra:
        values = {field.name: getattr(one, field.name) for field in fields(one)}
        arrays = {key: values.pop(key) for key in _ARRAYS}
        numbers += [array.tobytes() for array in arrays.values() if array is not None]
        said.append(values | {"shape": one.counts.shape, "has_dark": one.dark is not None})
    return json.dumps({"spectra": said}).encode() + b"\n" + b"".join(numbers)


def _unpacked(answered: bytes) -> tuple[MeasuredSpectrum, ...]:
    head, _, rest = answered.partition(b"\n")
    document: dict[str, Any] = json.loads(head)
    if "damaged" in document:
        raise DataFileError(document["damaged"])
    if "missing" in document:
        raise StandexError(document["missing"])
    numbers = np.frombuffer(rest, dtype=np.float64).copy()
    found: list[MeasuredSpectrum] = []
    for values in document["spectra"]:
        rows, n = values.pop("shape")
        sizes = [n, rows * n, n if values.pop("has_dark") else 0]
        axis, counts, dark, numbers = np.split(numbers, np.cumsum(sizes))
        found.append(
            MeasuredSpectrum(
                **values,
                axis=axis,
                counts=counts.reshape(rows, n),
                dark=dark if dark.size else None,
            )
        )
    return tuple(found)


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))


if __name__ == "__main__":
    _limit_memory()
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
