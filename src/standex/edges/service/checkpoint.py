"""What of a picture outlives its process: enough that nobody half-way through is forgotten.

A checkpoint is written every second in the place of the last one, whole or not at all. It holds
where people are and what is known of them; it holds no picture of a body and no descriptor of
clothes (those may not lie on a disk), no health and no coverage (who was there before must say
anew what it sees), no arming (a laser must be armed anew) and nothing that only helps late scans.
"""

import zlib
from collections.abc import Mapping
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
        passages={who: _without_patches(one) for who, one in picture.passages.items()},
        n_alerts=picture.n_alerts,
        hand_over=replace(
            hand_over,
            followed=_undressed(hand_over.followed),
            departed=replace(hand_over.departed, last=_undressed(hand_over.departed.last)),
            newcomers=_undressed(hand_over.newcomers),
        ),
        left={who: _without_patches(one) for who, one in picture.left.items()},
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

    def write(self, checkpoint: Checkpoint) -> int:
        """Write a checkpoint in the place of the last one; return its size in bytes.

        Raises:
            CheckpointError: it could not be written; the last one is there still.
        """
        body = zlib.compress(self._text(checkpoint), 1)
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

    def _text(self, checkpoint: Checkpoint) -> bytes:
        """Return ``to_bytes(encode(checkpoint))``, with members in another order.

        Most of it are ledgers, and an entry of a ledger never changes: each is made into text once.
        In one go the whole would stop every other thread for as long as it takes.
        """
        before, self._entries = self._entries, {}

        def entry_text(entry: LedgerEntry) -> bytes:
            known = before.get(id(entry))
            text = known[1] if known is not None else to_bytes(encode(entry))
            self._entries[id(entry)] = (entry, text)
            return text

        def pairs(passages: Mapping[int, Passage]) -> bytes:
            return b"[%s]" % b",".join(map(pair, passages.items()))

        def pair(item: tuple[int, Passage]) -> bytes:
            who, passage = item
            bare = encode(replace(passage, entries=()))
            del bare["entries"]
            entries = b",".join(map(entry_text, passage.entries))
            return b'{"key":%d,"value":%s,"entries":[%s]}}' % (who, to_bytes(bare)[:-1], entries)

        rest = encode(replace(checkpoint, passages={}, left={}))
        del rest["passages"], rest["left"]
        return b'%s,"passages":%s,"left":%s}' % (
            to_bytes(rest)[:-1], pairs(checkpoint.passages), pairs(checkpoint.left),
        )  # fmt: skip

    def remove(self) -> None:
        """Delete it, with the places of people in it."""
        self.path.unlink(missing_ok=True)


def _unpacked(content: bytes) -> bytes:
    """Return the text of a file; what was cut or changed is a ``ValueError``."""
    if zlib.crc32(content[4:]) != int.from_bytes(content[:4], "little"):
        raise ValueError("its checksum is wrong")
    inflate = zlib.decompressobj()
    text = inflate.decompress(content[4:], MOST_BYTES)
    if not inflate.eof:
        raise ValueError(f"it is cut off or holds over {MOST_BYTES >> 20} MiB")
    return text


def _undressed(seen: Seen) -> Seen:
    return replace(seen, descriptor=np.full_like(seen.descriptor, np.nan))


def _without_patches(passage: Passage) -> Passage:
    joined = passage.joined
    if joined is not None:
        joined = replace(joined, entries=_bare(joined.entries))
    return replace(passage, entries=_bare(passage.entries), joined=joined)


def _bare(entries: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
    return tuple(replace(one, patch=None) if one.patch is not None else one for one in entries)
