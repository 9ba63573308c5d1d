"""An evidence bundle: one ZIP file, or a folder, with a signed list of what is in it.

==================  ===========================================================================
file                holds
==================  ===========================================================================
``manifest.json``   of what, by what, until when, and SHA-256 and length of every other file
``manifest.sig``    Ed25519 over the bytes of ``manifest.json``, hexadecimal
``alert.json``      the alert, as it was said
``ledger.json``     every look at this person, its weight, and the verdict
``clip.mcap``       what sensors said of this person alone, as a recording
``site.toml``       the site description that the station ran with
``look-*.png``      pictures on a generic figure, where they are kept
``patches.json``    the same as numbers
``curves-*.json``   spectra and traces of looks with what explains them, where they are kept
``crop-*.png``      the person as a camera saw them, masked, where the site keeps that
==================  ===========================================================================
"""

import hashlib
import io
import json
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, final

from standex.edges.audit.chain import canonical
from standex.edges.audit.keys import PublicKeys, SigningKey
from standex.model.errors import StandexError

FORM = "standex.evidence.1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MAX_FILES, MAX_BYTES = 64, 256 * 1024 * 1024
_MAX_MANIFEST = 256 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MEDIA = {
    ".json": "application/json",
    ".mcap": "application/vnd.mcap",
    ".png": "image/png",
    ".toml": "application/toml",
}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (
    OSError, zipfile.BadZipFile, ValueError, KeyError, NotImplementedError, RuntimeError, EOFError,
    zlib.error, struct.error,
)  # fmt: skip
_EPOCH = (1980, 1, 1, 0, 0, 0)


class EvidenceError(StandexError):
    """A bundle cannot be written or read."""


class Stage(StrEnum):
    """How much of the passage is in a bundle.

    Attributes:
        FIRST: up to the alarm.
        WHOLE: up to the end of the passage.
    """

    FIRST = "first"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFile:
    """One file of a bundle."""

    name: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle is about.

    Attributes:
        form: of the bundle; a later one is refused.
        alert_id: one per person and passage.
        stage: how much of the passage is in it.
        site_id: where.
        is_simulated: whether the sensors were those of the twin.
        t_alert_utc_ns: when the alarm was raised.
        first_utc_ns: of the clip.
        last_utc_ns: of the clip.
        n_steps: in the clip.
        written_utc_ns: when the bundle was written.
        expires_utc_ns: when it must be gone.
        software_version: that wrote it.
        calibrations: behind the likelihoods, by sensor.
        replaces: SHA-256 of the manifest before, or empty.
        key_id: of the key that it is signed with, or empty.
        files: everything else in the bundle.
    """

    form: str
    alert_id: str
    stage: str
    site_id: str
    is_simulated: bool
    t_alert_utc_ns: int
    first_utc_ns: int
    last_utc_ns: int
    n_steps: int
    written_utc_ns: int
    expires_utc_ns: int
    software_version: str
    calibrations: Mapping[str, str]
    replaces: str
    key_id: str
    files: tuple[BundleFile, ...]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bundle:
    """A bundle as it was read; nothing of it is checked yet but its form.

    Attributes:
        manifest: what it says of itself.
        manifest_bytes: the same, as signed.
        signature: hexadecimal, or empty.
        contents: of the other files, by name.
    """

    manifest: Manifest
    manifest_bytes: bytes
    signature: str
    contents: Mapping[str, bytes]

    def problems(self, keys: PublicKeys | None) -> tuple[str, ...]:
        """Return what is wrong with it, in words; nothing when it is what was written.

        Args:
            keys: that are trusted; None to check the contents only.
        """
        return tuple(self._problems(keys))

    def _problems(self, keys: PublicKeys | None) -> Iterator[str]:
        manifest = self.manifest
        if keys is not None and not keys.is_signed(
            self.manifest_bytes, key_id=manifest.key_id, signature=self.signature
        ):
            named = manifest.key_id or "none"
            yield f"{MANIFEST} is not signed by a trusted key (it names {named})"
        listed = {file.name: file for file in manifest.files}
        if len(listed) != len(manifest.files):
            yield f"{MANIFEST} names a file twice"
        for name in sorted(set(listed) | set(self.contents)):
            file, data = listed.get(name), self.contents.get(name)
            if file is None:
                yield f"{name} was added"
            elif data is None:
                yield f"{name} is missing"
            elif (len(data), _sha256(data)) != (file.n_bytes, file.sha256):
                yield f"{name} is not what was written"


def as_manifest_file(name: str, data: bytes) -> BundleFile:
    """Return the entry of a file in the list.

    Raises:
        ValueError: the name is none that every system can keep.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"a file of a bundle cannot be called {name!r}")
    return BundleFile(name=name, n_bytes=len(data), sha256=_sha256(data))


def pack(manifest: Manifest, contents: Mapping[str, bytes], *, key: SigningKey | None) -> bytes:
    """Return a bundle as a ZIP file; the same for the same."""
    text = canonical(asdict(manifest)).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {MANIFEST: text}
        if key is not None:
            members[SIGNATURE] = key.sign(text).encode()
        for name, data in {**members, **contents}.items():
            member = zipfile.ZipInfo(name, _EPOCH)
            member.external_attr = 0o600 << 16
            archive.writestr(member, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def manifest_hash(manifest_bytes: bytes) -> str:
    """Return what a manifest is called elsewhere."""
    return _sha256(manifest_bytes)


def media_type(name: str) -> str:
    """Return of which kind a file is."""
    return _MEDIA.get(Path(name).suffix, "application/octet-stream")


def read_bundle(path: Path) -> Bundle:
    """Read a bundle, a file or a folder, from wherever it comes.

    Raises:
        EvidenceError: it cannot be read, is no bundle, or is larger than any may be.
    """
    try:
        members = dict(_folder(path) if path.is_dir() else _archive(path))
    except _UNREADABLE as error:
        raise EvidenceError(f"{path} cannot be read as an evidence bundle: {error}") from error
    return _bundle(members, where=str(path))


def read_manifest(path: Path) -> tuple[Manifest, bytes]:
    """Return the manifest in a ZIP file, as a value and as it stands there; nothing is checked.

    Raises:
        EvidenceError: it cannot be read, or is no bundle.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            text = _read_member(archive, MANIFEST, at_most=_MAX_MANIFEST)
    except _UNREADABLE as error:
        raise EvidenceError(f"{path} cannot be read as an evidence bundle: {error}") from error
    return parse_manifest(text, where=str(path)), text


def parse_manifest(text: bytes, *, where: str) -> Manifest:
    """Return a manifest.

    Raises:
        EvidenceError: it is none, or of a later form.
    """
    try:
        data: dict[str, Any] = json.loads(text)
        if data["form"] != FORM:
            raise EvidenceError(f"{where}: the bundle has the form {data['form']!r:.60}")
        data["files"] = tuple(BundleFile(**file) for file in data["files"])
        manifest = Manifest(**data)
        _check_types(manifest)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EvidenceError(f"{where}: {MANIFEST} is not as it must be ({error})") from error
    return manifest


def unpack(bundle: Bundle, folder: Path) -> None:
    """Write a bundle as a folder that is not there yet: whole or not at all.

    Raises:
        EvidenceError: it cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        if folder.exists():
            raise FileExistsError(17, "it exists")
        partial.mkdir(parents=True)
        written = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.encode()}
        for name, data in {**written, **bundle.contents}.items():
            as_manifest_file(name, data)  # a name that leads out of the folder is none
            with (partial / name).open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        partial.rename(folder)
    except (OSError, ValueError) as error:
        raise EvidenceError(f"cannot write the bundle to {folder}: {error}") from error


def _check_types(manifest: Manifest) -> None:
    if {type(one) for one in dict(manifest.calibrations).values()} - {str}:
        raise ValueError("calibrations are not called by strings")
    for value in (manifest, *manifest.files):
        for field in fields(value):
            if (
                field.type in (str, int, bool)
                and type(getattr(value, field.name)) is not field.type
            ):
                raise ValueError(f"{field.name} is {getattr(value, field.name)!r:.60}")


def _bundle(members: dict[str, bytes], *, where: str) -> Bundle:
    if MANIFEST not in members:
        raise EvidenceError(f"{where} has no {MANIFEST}: it is no evidence bundle")
    text = members.pop(MANIFEST)
    signature = members.pop(SIGNATURE, b"").decode("ascii", errors="replace").strip()
    return Bundle(
        manifest=parse_manifest(text, where=where),
        manifest_bytes=text,
        signature=signature,
        contents=members,
    )


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    n_bytes = 0
    for file in sorted(path.iterdir()):
        n_bytes += file.stat().st_size
        if not file.is_file() or file.is_symlink() or n_bytes > MAX_BYTES:
            raise ValueError(f"{file.name} is no plain file, or there is too much of them")
        yield file.name, file.read_bytes()


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if len(names) > MAX_FILES or len(set(names)) != len(names):
            raise ValueError("it has too many files, or one twice")
        left = MAX_BYTES
        for name in names:
            if not _NAME.fullmatch(name):
                raise ValueError(f"it has a file {name!r:.60}")
            data = _read_member(archive, name, at_most=left)
            left -= len(data)
            yield name, data


def _read_member(archive: zipfile.ZipFile, name: str, *, at_most: int) -> bytes:
    if archive.getinfo(name).compress_type not in _METHODS:
        raise ValueError(f"{name} is packed in a way that is not used here")
    # What a header says of a length is not believed: no more than this is unpacked.
    with archive.open(name) as file:
        data = file.read(at_most + 1)
    if len(data) > at_most:
        raise ValueError(f"{name} is larger than anything in a bundle may be")
    return data


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
