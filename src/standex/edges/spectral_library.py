"""Files of spectral libraries, shipped ones and a site's own.

A library is one zip file with an index (``library.json``: name, kind, and for each entry what it
is, where it comes from and under which licence) and the numbers of all entries one after another
(``axis.f64``, ``intensity.f64``; little-endian). Nothing but the standard library and NumPy reads
it, any unzip tool shows the index, and the size of each part is known before it is unpacked. The
same entries give the same bytes.
"""

import hashlib
import json
import zipfile
import zlib
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from standex.model.calibration import Origin
from standex.model.errors import DataFileError, StandexError
from standex.sensing.laser.library import LibraryEntry, LibraryKind, SpectralLibrary

FORMAT = "standex-spectral-library-1"
SUFFIX = ".speclib"
_INDEX, _AXIS, _INTENSITY = "library.json", "axis.f64", "intensity.f64"
_MAX_INDEX_BYTES = 2**26
_MAX_VALUES = 2**26
_MAX_ENTRIES = 2**17
_DATE = (1980, 1, 1, 0, 0, 0)  # of the members of the zip: a file does not depend on its hour

_Text = Annotated[str, Field(min_length=1, max_length=4000)]
_Width = Annotated[float, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Entry(_Strict):
    """What the index says of one entry."""

    name: _Text
    item_class: _Text
    provenance: _Text
    licence: _Text
    origin: Annotated[Origin, Field(strict=False)]
    laser_nm: _Width
    resolution_per_cm: _Width
    n_samples: Annotated[int, Field(ge=4, le=2**20)]


class _Index(_Strict):
    """The keys of ``library.json``, in their order."""

    format: Literal["standex-spectral-library-1"]
    library_id: _Text
    kind: LibraryKind
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    entries: Annotated[list[_Entry], Field(min_length=1, max_length=_MAX_ENTRIES)]


def shipped_libraries() -> tuple[str, ...]:
    """Return the names of the libraries that come with the package."""
    folder = resources.files("standex") / "libraries"
    if not folder.is_dir():
        return ()
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


def load_library(name_or_path: str | Path) -> SpectralLibrary:
    """Return a shipped library by its name, or one from a file.

    A site's own library, however restricted, stays where the site keeps it: it is named by path.

    Args:
        name_or_path: a name of ``shipped_libraries()``, or a path.

    Raises:
        DataFileError: it is not there, or damaged, or not a library.
    """
    where = f"library {name_or_path}"
    try:
        if str(name_or_path) in shipped_libraries():
            shipped = resources.files("standex") / "libraries" / f"{name_or_path}{SUFFIX}"
            with resources.as_file(shipped) as path:
                return _read(path, where)
        return _read(Path(name_or_path), where)
    except FileNotFoundError:
        names = ", ".join(shipped_libraries()) or "none"
        raise DataFileError(f"{where}: there is no such file; shipped: {names}") from None
    # What the standard library finds wrong in a zip file comes up as any of these.
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError,
            RuntimeError, KeyError, ValueError, OverflowError, zlib.error) as error:  # fmt: skip
        raise DataFileError(
            f"{where}: is no spectral library, or damaged ({error}); "
            "fetch it again, or make one with standex library build"
        ) from error


def is_library(path: Path) -> bool:
    """Whether a file is a zip archive; spectra are none."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except (OSError, ValueError):
        return False


def save_library(library: SpectralLibrary, path: Path) -> None:
    """Write a library; the same library gives the same bytes.

    Raises:
        StandexError: it cannot be written there.
    """
    axis = np.concatenate([entry.axis_per_cm for entry in library.entries]).astype("<f8").tobytes()
    values = [entry.intensity for entry in library.entries]
    intensity = np.concatenate(values).astype("<f8").tobytes()
    entries = [
        {
            "name": entry.name,
            "item_class": entry.item_class,
            "provenance": entry.provenance,
            "licence": entry.licence,
            "origin": entry.origin.value,
            "laser_nm": float(entry.laser_nm),
            "resolution_per_cm": float(entry.resolution_per_cm),
            "n_samples": len(entry.axis_per_cm),
        }
        for entry in library.entries
    ]
    index: dict[str, Any] = {
        "format": FORMAT,
        "library_id": library.library_id,
        "kind": library.kind,
        "sha256": _digest(axis, intensity),
        "entries": entries,
    }
    text = json.dumps(index, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in ((_INDEX, text.encode()), (_AXIS, axis), (_INTENSITY, intensity)):
                member = zipfile.ZipInfo(name, _DATE)
                member.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(member, data)
    except OSError as error:
        raise StandexError(
            f"library {path}: cannot be written ({error.strerror}); choose another folder"
        ) from error


def _read(path: Path, where: str) -> SpectralLibrary:
    with zipfile.ZipFile(path) as archive:
        index = _index(_member(archive, _INDEX, limit=_MAX_INDEX_BYTES), where)
        n_samples = [entry.n_samples for entry in index.entries]
        total = sum(n_samples)
        if total > _MAX_VALUES:
            raise DataFileError(f"{where}: claims {total} samples, at most {_MAX_VALUES}; damaged")
        axis = _member(archive, _AXIS, limit=8 * total)
        intensity = _member(archive, _INTENSITY, limit=8 * total)
    if len(axis) != 8 * total or len(intensity) != 8 * total:
        raise DataFileError(f"{where}: the index names {total} samples, there are others; damaged")
    if _digest(axis, intensity) != index.sha256:
        raise DataFileError(
            f"{where}: the numbers are not those that the index was made for; fetch it again"
        )
    ends = np.cumsum(n_samples)[:-1]
    axes = np.split(np.frombuffer(axis, "<f8").astype(np.float64), ends)
    values = np.split(np.frombuffer(intensity, "<f8").astype(np.float64), ends)
    try:
        return SpectralLibrary(
            library_id=index.library_id,
            kind=index.kind,
            entries=tuple(
                LibraryEntry(**entry.model_dump(exclude={"n_samples"}), axis_per_cm=x, intensity=y)
                for entry, x, y in zip(index.entries, axes, values, strict=True)
            ),
        )
    except ValueError as error:
        raise DataFileError(f"{where} cannot be used: {error}") from error


def _member(archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """Return a member of the archive, unpacked to at most ``limit`` bytes and one."""
    with archive.open(name) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ValueError(f"{name} unpacks to more than {limit} bytes")
    return data


def _index(data: bytes, where: str) -> _Index:
    try:
        return _Index.model_validate_json(data)
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'index'}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)[:10]
        ]
        raise DataFileError("\n".join([f"{where} cannot be used:", *problems])) from None


def _digest(axis: bytes, intensity: bytes) -> str:
    return hashlib.sha256(axis + intensity).hexdigest()
