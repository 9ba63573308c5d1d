"""The folder with the evidence bundles: written whole or not at all, gone when their time is over.

A bundle is one file, ``ALERT_ID.zip``. It is written beside, flushed to the disk, and put in place
in one step; whoever is killed meanwhile leaves the old bundle or none. When its time is over it is
replaced by a note of what it was, the deletion is proven in the audit, and the note goes, too; a
note that is found at the start is proven then.
"""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, final

from standex.edges.audit.chain import canonical
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.audit.keys import SigningKey
from standex.edges.evidence.bundle import (
    Bundle,
    EvidenceError,
    Manifest,
    Stage,
    as_manifest_file,
    manifest_hash,
    media_type,
    pack,
    read_bundle,
    read_manifest,
)

Prove = Callable[[AuditEntry], object]
"""Writes one entry of the audit; what it raises means that it was not written."""

LONGEST_S = 72 * 3600.0
_SUFFIX, _PART, _NOTE = ".zip", ".part", ".expired"
_ALERT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """A bundle that was deleted because its time was over."""

    alert_id: str
    manifest_sha256: str
    expires_utc_ns: int


class NoBundleError(EvidenceError):
    """There is no such bundle, or not any more."""


@final
class EvidenceShelf:
    """All bundles of a site, from any thread."""

    def __init__(
        self,
        folder: Path,
        *,
        prove: Prove,
        key: SigningKey | None = None,
        keep_s: float = LONGEST_S,
        is_owner: bool = True,
    ) -> None:
        """Use a folder; make it where there is none.

        Args:
            folder: of nothing else.
            prove: told of each bundle that is written, looked at or deleted.
            key: that bundles are signed with.
            keep_s: how long a bundle that cannot be read stays; others say it themselves.
            is_owner: whether nobody else writes there; then what a killed writer left is removed.

        Raises:
            EvidenceError: the folder cannot be made or read.
        """
        self.folder = folder
        self._prove, self._key, self._keep_s = prove, key, keep_s
        self._lock = threading.RLock()
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for partial in folder.glob(f".*{_PART}") if is_owner else ():
                partial.unlink(missing_ok=True)
        except OSError as error:
            raise EvidenceError(f"cannot use the folder {folder}: {error.strerror}") from error

    def write(self, manifest: Manifest, contents: Mapping[str, bytes]) -> Manifest:
        """Put a bundle on the shelf, in place of its first version, and have it proven.

        A whole bundle stays as it is: the same alert written again changes nothing.

        Args:
            manifest: without files, key and what it replaces: these are filled in.
            contents: of the other files, by name.

        Returns:
            The manifest of the bundle that is there now.

        Raises:
            EvidenceError: it cannot be written, or another alarm has that id.
        """
        with self._lock:
            path = self._path(manifest.alert_id)
            replaces = ""
            if (found := self._found(path)) is not None:
                earlier, text = found
                if earlier.t_alert_utc_ns != manifest.t_alert_utc_ns:
                    raise EvidenceError(
                        f"{path} is of another alarm with the same id, of "
                        f"{earlier.t_alert_utc_ns}: ids must not be used again"
                    )
                if earlier.stage == Stage.WHOLE or manifest.stage == Stage.FIRST:
                    self._say_written(earlier, text)
                    return earlier
                replaces = manifest_hash(text)
            manifest = replace(
                manifest,
                replaces=replaces,
                key_id=self._key.key_id if self._key else "",
                files=tuple(as_manifest_file(name, data) for name, data in contents.items()),
            )
            _put(path, pack(manifest, contents, key=self._key))
            self._say_written(manifest, canonical(asdict(manifest)).encode())
            return manifest

    def all(self) -> tuple[Manifest, ...]:
        """Return what every bundle is about, by alarm; one that cannot be read is left out."""
        return tuple(self._manifests())

    def read(self, alert_id: str) -> Bundle:
        """Return a bundle. Who asks, and why, is for the caller to write into the audit first.

        Raises:
            NoBundleError: there is none.
            EvidenceError: it cannot be read.
        """
        path = self._path(alert_id)
        if not path.exists():
            raise NoBundleError(f"nothing is kept of the alarm {alert_id}, or not any more")
        return read_bundle(path)

    def of(self, alert_id: str, /) -> dict[str, Any]:
        """Return the manifest of a bundle as plain data; see ``read``."""
        return asdict(self.read(alert_id).manifest)

    def content(self, alert_id: str, name: str, /) -> tuple[bytes, str]:
        """Return one file of a bundle and its media type; see ``read``."""
        contents = self.read(alert_id).contents
        if name not in contents:
            raise NoBundleError(f"the bundle of the alarm {alert_id} has no {name}")
        return contents[name], media_type(name)

    def look(self, alert_id: str, entry: AuditEntry) -> Bundle:
        """Return a bundle once it is in the audit who looks, and why.

        Raises:
            NoBundleError: there is none; that somebody tried is in the audit all the same.
            EvidenceError: it cannot be read.
        """
        self._prove(replace(entry, of_what=alert_id))
        return self.read(alert_id)

    def delete_expired(self, *, now_utc_ns: int) -> tuple[Gone, ...]:
        """Delete the bundles whose time is over, and have each deletion proven.

        Raises:
            EvidenceError: one could not be deleted; the others were.
        """
        gone: list[Gone] = []
        failed: list[OSError] = []
        with self._lock:
            for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
                try:
                    one = self._gone(path)
                    if one.expires_utc_ns <= now_utc_ns:
                        self._leave_note(path, one)
                except OSError as error:
                    failed.append(error)
            for note, one in self._notes():
                self._prove_gone(one, now_utc_ns)
                note.unlink(missing_ok=True)
                gone.append(one)
        if failed:
            raise EvidenceError(
                f"{len(failed)} bundles whose time is over cannot be deleted from {self.folder}: "
                f"{failed[0].strerror}"
            )
        return tuple(gone)

    def _path(self, alert_id: str) -> Path:
        if not _ALERT_ID.fullmatch(alert_id):
            raise NoBundleError(f"no alarm is called {alert_id!r:.140}")
        return self.folder / f"{alert_id}{_SUFFIX}"

    def _manifests(self) -> Iterator[Manifest]:
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            if (found := self._found(path)) is not None:
                yield found[0]

    def _found(self, path: Path) -> tuple[Manifest, bytes] | None:
        """Return the manifest in a file; None where there is none, or none that can be read."""
        try:
            return read_manifest(path)
        except EvidenceError:
            return None  # said by ``standex evidence verify``

    def _gone(self, path: Path) -> Gone:
        """Return what will be said of a bundle when it is gone."""
        alert_id = path.name.removesuffix(_SUFFIX)
        if (found := self._found(path)) is None:
            expires_utc_ns = path.stat().st_mtime_ns + round(self._keep_s * 1e9)
            return Gone(alert_id=alert_id, manifest_sha256="", expires_utc_ns=expires_utc_ns)
        manifest, text = found
        sha256 = manifest_hash(text)
        return Gone(
            alert_id=alert_id, manifest_sha256=sha256, expires_utc_ns=manifest.expires_utc_ns
        )

    def _say_written(self, manifest: Manifest, text: bytes) -> None:
        self._prove(
            AuditEntry(
                t_utc_ns=manifest.written_utc_ns,
                who="service",
                role="",
                what=What.EVIDENCE_WRITTEN,
                of_what=manifest.alert_id,
                why="an alarm was raised",
                request_id=f"evidence-{manifest_hash(text)[:40]}",
                body={
                    "stage": manifest.stage,
                    "manifest_sha256": manifest_hash(text),
                    "expires_utc_ns": manifest.expires_utc_ns,
                },
            )
        )

    def _leave_note(self, path: Path, gone: Gone) -> None:
        note = path.with_name(path.name.removesuffix(_SUFFIX) + _NOTE)
        _write(note, canonical(asdict(gone)).encode())
        path.unlink()
        _sync_folder(self.folder)

    def _notes(self) -> Iterator[tuple[Path, Gone]]:
        for note in sorted(self.folder.glob(f"*{_NOTE}")):
            try:
                gone = Gone(**json.loads(note.read_bytes()))
            except (OSError, ValueError, TypeError):
                continue
            # Killed between the two: the bundle is still there, and goes now.
            note.with_name(note.name.removesuffix(_NOTE) + _SUFFIX).unlink(missing_ok=True)
            yield note, gone

    def _prove_gone(self, gone: Gone, now_utc_ns: int) -> None:
        self._prove(
            AuditEntry(
                t_utc_ns=now_utc_ns,
                who="service",
                role="",
                what=What.DATA_DELETED,
                of_what=gone.alert_id,
                why="its time was over",
                request_id=f"evidence-gone-{gone.manifest_sha256[:40] or gone.expires_utc_ns}",
                body=asdict(gone),
            )
        )


def _put(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}{_PART}")
    try:
        _write(partial, data)
        partial.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise EvidenceError(
            f"cannot write the evidence bundle {path}: {error.strerror}; make room"
        ) from error


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
