"""What of a picture outlives its process: enough that nobody half-way through is forgotten.

A checkpoint is written every second in the place of the last one, whole or not at all. It holds
where people are and what is known of them; it holds no picture of a body and no descriptor of
clothes (those may not lie on a disk), no health and no coverage (who was there before must say
anew what it sees), no arming (a laser must be armed anew) and nothing that only helps late scans.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.edges.recording.codec import decode, encode, from_bytes, to_bytes
from standex.edges.service.atomic_file import write_atomically
from standex.fusion.drift import thinned
from standex.model.errors import StandexError
from standex.model.hand_over import HandOverState, Seen
from standex.model.picture import LedgerEntry, Passage, Picture
from standex.model.site import OperatingPoint
from standex.model.tasking import Tasking
from standex.model.tracks import Modes, Snapshot, Tracks

CHECKPOINT = "picture.checkpoint"
FORMAT = 1
MOST_BYTES = 256 * 1024 * 1024
_SOME_BYTES = 4096
_LEVEL = 1
_COMMA, _END = zlib.compress(b","), zlib.compress(b"]}")
HISTORY_STEP_S = 0.5  # after a restart only air that drifts still asks where people were


class CheckpointError(StandexError):
    """A checkpoint cannot be written or read."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptTracks:
    """``Tracks`` without the memory for late scans and without descriptors."""

    t_utc_ns: int
    track_id: Int[np.ndarray, " n"]
    mean: Float[np.ndarray, "n 4"]
    covariance: Float[np.ndarray, "n 4 4"]
    existence: Float[np.ndarray, " n"]
    is_confirmed: Bool[np.ndarray, " n"]
    last_seen_utc_ns: Int[np.ndarray, " n"]
    next_track_id: int
    n_descriptor: int
    p_object: Float[np.ndarray, " n"]
    modes: Modes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """A picture as it is kept, and when.

    Attributes:
        format: of the file.
        software_version: that wrote it.
        site_id: where.
        site_digest: of the site file; a picture of another survey means nothing here.
        written_utc_ns: when.
        is_clean: whether the service ended in good order with it.
        t_utc_ns: see ``Picture``, as all that follow.
        tracks: same.
        history: same, a step every half second.
        passages: same.
        n_alerts: same.
        hand_over: same.
        left: same.
        tasking: same, with nothing armed.
        operating_point: same.
    """

    format: int
    software_version: str
    site_id: str
    site_digest: str
    written_utc_ns: int
    is_clean: bool
    t_utc_ns: int
    tracks: KeptTracks
    history: tuple[Snapshot, ...]
    passages: Mapping[int, Passage]
    n_alerts: int
    hand_over: HandOverState
    left: Mapping[int, Passage]
    tasking: Tasking
    operating_point: OperatingPoint | None = None

    def picture(self) -> Picture:
        """Return the picture to go on with."""
        kept = self.tracks
        names = (name for name in KeptTracks.__slots__ if name != "n_descriptor")
        known: dict[str, Any] = {name: getattr(kept, name) for name in names}
        unknown = np.full((len(kept.track_id), kept.n_descriptor), np.nan)
        return Picture(
            t_utc_ns=self.t_utc_ns,
            tracks=Tracks(**known, descriptor=unknown),
            history=self.history,
            passages=self.passages,
            health={},
            coverage={},
            n_alerts=self.n_alerts,
            hand_over=self.hand_over,
            left=self.left,
            tasking=self.tasking,
            operating_point=self.operating_point,
        )


def checkpoint_of(
    picture: Picture,
    *,
    site_id: str,
    site_digest: str,
    software_version: str,
    written_utc_ns: int,
    is_clean: bool = False,
) -> Checkpoint:
    """Return what is kept of a picture; see the module."""
    tracks = picture.tracks
    names = (name for name in KeptTracks.__slots__ if name != "n_descriptor")
    kept: dict[str, Any] = {name: getattr(tracks, name) for name in names}
    hand_over = picture.hand_over
    return Checkpoint(
        format=FORMAT,
        software_version=software_version,
        site_id=site_id,
        site_digest=site_digest,
        written_utc_ns=written_utc_ns,
        is_clean=is_clean,
        t_utc_ns=picture.t_utc_ns,
        tracks=KeptTracks(**kept, n_descriptor=tracks.descriptor.shape[1]),
        history=tuple(thinned(picture.history, step_s=HISTORY_STEP_S)),
        passages=picture.passages,
        n_alerts=picture.n_alerts,
        hand_over=replace(
            hand_over,
            followed=_undressed(hand_over.followed),
            departed=replace(hand_over.departed, last=_undressed(hand_over.departed.last)),
            newcomers=_undressed(hand_over.newcomers),
        ),
        left=picture.left,
        tasking=replace(picture.tasking, armed={}),
        operating_point=picture.operating_point,
    )


@final
class CheckpointFile:
    """One checkpoint on the disk."""

    def __init__(self, path: Path) -> None:
        """Keep it at ``path``."""
        self.path = path
        self._entries: dict[int, tuple[LedgerEntry, bytes]] = {}
        self._left: dict[int, tuple[Passage, bytes]] = {}

    def write(self, checkpoint: Checkpoint) -> int:
        """Write a checkpoint in the place of the last one; return its size in bytes.

        Raises:
            CheckpointError: it could not be written; the last one is there still.
        """
        body = b"".join(self._pieces(checkpoint))
        content = zlib.crc32(body).to_bytes(4, "little") + body
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # Its age is held against the service's clock, not against the system's.
            write_atomically(self.path, content, t_utc_ns=checkpoint.written_utc_ns)
        except OSError as error:
            raise CheckpointError(
                f"cannot write {self.path}: {error.strerror}; if the service ends now, people who "
                "are on their way count as not screened. Make room"
            ) from error
        return len(content)

    def read(self) -> Checkpoint | None:
        """Return the last checkpoint, or None where there is none.

        Raises:
            CheckpointError: there is one and it cannot be used.
        """
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"cannot read {self.path}: {error.strerror}") from error
        try:
            checkpoint: Checkpoint = decode(Checkpoint, from_bytes(_unpacked(content)))
        except (ValueError, TypeError, zlib.error) as error:
            raise CheckpointError(f"the checkpoint {self.path} cannot be used: {error}") from error
        if checkpoint.format != FORMAT:
            raise CheckpointError(
                f"the checkpoint {self.path} has format {checkpoint.format}, this software reads "
                f"{FORMAT}: written by standex {checkpoint.software_version}"
            )
        return checkpoint

    def _pieces(self, checkpoint: Checkpoint) -> Iterator[bytes]:
        """Yield ``to_bytes(encode(checkpoint))``, members in another order, compressed in pieces.

        Most of it are ledgers. An entry never changes, and nothing of who has left does: each is
        made into text once. In one go it would stop every other thread for as long as it takes.
        """
        entries, self._entries = self._entries, {}
        left, self._left = self._left, {}

        def text(entry: LedgerEntry) -> bytes:
            known = entries.get(id(entry))
            return to_bytes(encode(_bare(entry))) if known is None else known[1]

        def kept_text(entry: LedgerEntry) -> bytes:
            made = text(entry)
            self._entries[id(entry)] = (entry, made)
            return made

        def left_piece(who: int, passage: Passage) -> bytes:
            known = left.get(id(passage))
            made = zlib.compress(_pair(who, passage, text), _LEVEL) if known is None else known[1]
            self._left[id(passage)] = (passage, made)
            return made

        rest = encode(replace(checkpoint, passages={}, left={}))
        del rest["passages"], rest["left"]
        here = b",".join(_pair(who, one, kept_text) for who, one in checkpoint.passages.items())
        head = b'%s,"passages":[%s],"left":[' % (to_bytes(rest)[:-1], here)
        yield zlib.compress(head, _LEVEL)
        for row, (who, passage) in enumerate(checkpoint.left.items()):
            if row:
                yield _COMMA
            yield left_piece(who, passage)
        yield _END

    def remove(self) -> None:
        """Delete it, with the places of people in it."""
        self.path.unlink(missing_ok=True)


def _pair(who: int, passage: Passage, text: Callable[[LedgerEntry], bytes]) -> bytes:
    """Return what is kept of one person, without any picture of a body."""
    joined = passage.joined
    if joined is not None:
        joined = replace(joined, entries=tuple(map(_bare, joined.entries)))
    rest = encode(replace(passage, entries=(), joined=joined))
    del rest["entries"]
    entries = b",".join(map(text, passage.entries))
    return b'{"key":%d,"value":%s,"entries":[%s]}}' % (who, to_bytes(rest)[:-1], entries)


def _unpacked(content: bytes) -> bytes:
    """Return the text of a file; what was cut or changed is a ``ValueError``."""
    if zlib.crc32(content[4:]) != int.from_bytes(content[:4], "little"):
        raise ValueError("its checksum is wrong")
    body, text, at = memoryview(content)[4:], bytearray(), 0
    while at < len(body) or not at:
        inflate = zlib.decompressobj()
        while not inflate.eof:
            some = body[at : at + _SOME_BYTES]
            text += inflate.decompress(some, MOST_BYTES + 1 - len(text))
            if not some or len(text) > MOST_BYTES:
                raise ValueError(f"it is cut off or holds over {MOST_BYTES >> 20} MiB")
            at += len(some) - len(inflate.unused_data)
    return bytes(text)


def _undressed(seen: Seen) -> Seen:
    return replace(seen, descriptor=np.full_like(seen.descriptor, np.nan))


def _bare(entry: LedgerEntry) -> LedgerEntry:
    return entry if entry.patch is None else replace(entry, patch=None)
