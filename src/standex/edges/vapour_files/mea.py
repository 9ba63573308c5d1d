"""GC-ion-mobility recordings of G.A.S. instruments (``.mea``, also gzipped).

A header of ``name = value [unit]`` lines in latin-1, a NUL, then little-endian 16-bit samples,
spectrum by spectrum. The samples start with the trigger.
"""

import gzip
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from standex.model.errors import DataFileError

MAX_HEADER = 1_000_000
MAX_BYTES = 1_000_000_000
MAX_SAMPLES = 100_000  # of one spectrum
_LINE = re.compile(r"^(?P<name>[^=]+?)\s*=\s*(?P<value>.*?)\s*(?:\[(?P<unit>[^\]]*)\])?$")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MobilityRecording:
    """Spectra over the retention time of a column.

    Attributes:
        drift_time_ms: axis, from the trigger.
        retention_s: of each spectrum.
        counts: raw.
        header: all that the file says, as text without units.
        temperature_c: of the drift tube, as it was set; NaN where the file does not say.
        pressure_hpa: around.
        drift_v: along the tube.
        drift_length_m: of the tube.
    """

    drift_time_ms: Float[np.ndarray, " k"]
    retention_s: Float[np.ndarray, " n"]
    counts: Int[np.ndarray, "n k"]
    header: dict[str, str]
    temperature_c: float
    pressure_hpa: float
    drift_v: float
    drift_length_m: float


def read_mea(path: Path) -> MobilityRecording:
    """Read a recording.

    Raises:
        DataFileError: it is missing, damaged, has no header, or holds fewer samples than that says.
    """
    content = _content(path)
    end = content.find(b"\0", 0, MAX_HEADER)
    if end < 0:
        raise DataFileError(f"{path}: no header that ends with a NUL; not a .mea file")
    header, unit = _header(content[:end])
    n = int(_number(path, header, "Chunks count", low=1, high=1e6))
    k = int(_number(path, header, "Chunk sample count", low=16, high=MAX_SAMPLES))
    body = content[end + 1 :]
    if len(body) < 2 * n * k:
        raise DataFileError(
            f"{path}: {len(body) // 2} samples, the header says {n} x {k}; the file is truncated"
        )
    rate_khz = _number(path, header, "Chunk sample rate", low=1, high=1e5)
    if unit.get("Chunk sample rate") != "kHz":
        raise DataFileError(
            f"{path}: the sample rate is in {unit.get('Chunk sample rate')}, not kHz"
        )
    averages = _number(path, header, "Chunk averages", low=1, high=1e6)
    repetition_ms = _number(path, header, "Chunk trigger repetition", low=1e-3, high=1e6)
    return MobilityRecording(
        drift_time_ms=np.arange(k) / rate_khz,
        retention_s=np.arange(n) * averages * repetition_ms * 1e-3,
        counts=np.frombuffer(body, dtype="<i2", count=n * k).reshape(n, k).astype(np.int64),
        header=header,
        temperature_c=_number(path, header, "Temp 1 setpoint", low=-60, high=400, default=np.nan),
        # kPa in the file.
        pressure_hpa=10 * _number(path, header, "EPC ambient pressure", low=30, high=150),
        drift_v=_number(path, header, "nom Drift Potential Difference", low=1, high=1e5),
        # Micrometres in the file.
        drift_length_m=1e-6 * _number(path, header, "nom Drift Tube Length", low=1e3, high=1e6),
    )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"
        if is_packed:
            with gzip.open(path) as file:
                content = file.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(f"{path}: cannot be read ({error})") from error
    if len(content) > MAX_BYTES:
        raise DataFileError(f"{path}: more than {MAX_BYTES} bytes, not read")
    return content


def _header(text: bytes) -> tuple[dict[str, str], dict[str, str]]:
    header: dict[str, str] = {}
    unit: dict[str, str] = {}
    for line in text.decode("latin-1").splitlines():
        found = _LINE.match(line.strip())
        if found:
            header[found["name"].strip()] = found["value"].strip().strip('"')
            unit[found["name"].strip()] = found["unit"] or ""
    return header, unit


def _number(
    path: Path,
    header: dict[str, str],
    name: str,
    *,
    low: float,
    high: float,
    default: float | None = None,
) -> float:
    text = header.get(name)
    if text is None and default is not None:
        return default
    try:
        value = float(text or "")
    except ValueError:
        raise DataFileError(f"{path}: {name} = {text!r} is no number") from None
    if not low <= value <= high:
        raise DataFileError(f"{path}: {name} = {value:g}, from {low:g} to {high:g} was expected")
    return value
