"""The recordings of a folder, for those who look back; played again in a process of their own."""

import multiprocessing
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, final

from standex.edges.web.replay_digest import Digest, begin_as_a_guest, digest_of, head_of
from standex.edges.web.replay_walks import KnownWalk, walkers_in
from standex.edges.web.service_view import NotThereError, RefusedError

SUFFIX = ".mcap"
KEPT = 3  # recordings in memory, the last ones that somebody looked at
WAIT_S = 2.0
AGAIN_S = 2.0
_Key = tuple[str, int, int]


@final
class RecordingsShelf:
    """Satisfies ``Recordings``; close it when done."""

    def __init__(
        self,
        folder: Path,
        *,
        walks: Callable[[int, int], Sequence[KnownWalk]] = lambda _from, _to: (),
    ) -> None:
        """Show what is in a folder.

        Args:
            folder: of the recordings.
            walks: walk tests that were made between two times; reads the store.
        """
        self._folder = folder
        self._walks = walks
        self._lock = threading.Lock()
        self._pool: Executor | None = None
        self._digests: OrderedDict[_Key, Future[Digest]] = OrderedDict()

    def all(self) -> Sequence[Mapping[str, Any]]:
        """Return what there is, newest first; the length of each is told by its timeline."""
        found: list[dict[str, Any]] = []
        for path in sorted(self._folder.rglob(f"*{SUFFIX}")):
            head = head_of(path)
            if head and path.is_file():
                found.append(
                    {
                        "recording_id": self._id_of(path),
                        "site_id": head.get("site_id", ""),
                        "started_utc_ms": int(head.get("started_utc_ns", "0")) // 1_000_000,
                        "is_simulated": head.get("origin") == "simulated",
                        "n_bytes": path.stat().st_size,
                    }
                )
        return sorted(found, key=lambda one: -one["started_utc_ms"])

    def timeline(self, recording_id: str, /) -> Mapping[str, Any]:
        """Return the marks of one.

        Raises:
            NotThereError: there is no such recording.
            RefusedError: it is being made ready; ask again.
        """
        return self._digest(recording_id).timeline

    def pictures(
        self, recording_id: str, /, *, from_s: float, to_s: float, step_s: float
    ) -> Sequence[Mapping[str, Any]]:
        """Return the picture at each step.

        Raises:
            NotThereError: there is no such recording.
            RefusedError: it is being made ready; ask again.
        """
        return self._digest(recording_id).between(from_s, to_s, step_s)

    def highest(self, recording_id: str, /) -> Mapping[str, Any]:
        """Return the highest posterior of each person, and what who made a walk test carried.

        Raises:
            NotThereError: there is no such recording.
            RefusedError: it is being made ready; ask again.
            StoreError: walk tests cannot be read.
        """
        digest = self._digest(recording_id)
        walks = self._walks(digest.started_utc_ns, digest.ended_utc_ns)
        found = walkers_in(walks, digest.began_utc_ns)
        if not found:
            return digest.highest
        people = [
            {**one, "carried_reference": found[one["track_id"]]}
            if one["track_id"] in found
            else one
            for one in digest.highest["people"]
        ]
        return {**digest.highest, "people": people, "has_walk_tests": True}

    def close(self) -> None:
        """Let go of the process."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._digests.clear()
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _id_of(self, path: Path) -> str:
        # No slash: an id stands in the path of an address.
        return "~".join(path.relative_to(self._folder).with_suffix("").parts)

    def _path_of(self, recording_id: str) -> Path:
        root = self._folder.resolve()
        try:
            path = (root / Path(*recording_id.split("~"))).resolve()
            path = path.with_name(path.name + SUFFIX)
            if path.is_relative_to(root) and path.is_file():
                return path
        except (OSError, ValueError):
            pass
        raise NotThereError(f"there is no recording {recording_id!r}, or not any more")

    def _digest(self, recording_id: str) -> Digest:
        path = self._path_of(recording_id)
        stat = path.stat()
        key = (recording_id, stat.st_mtime_ns, stat.st_size)
        with self._lock:
            # A file that is still written grows faster than it is played: the last one counts.
            if key not in self._digests:
                key = next(
                    (k for k, f in self._digests.items() if k[0] == key[0] and not f.done()), key
                )
            future = self._digests.get(key)
            if future is None:
                future = self._digests[key] = self._started().submit(digest_of, path)
            self._digests.move_to_end(key)
            while len(self._digests) > KEPT:
                self._digests.popitem(last=False)[1].cancel()
        try:
            return future.result(WAIT_S)
        except NotYetError:
            words = "the recording is being made ready; ask again"
            raise RefusedError(words, retry_after_s=AGAIN_S) from None
        except BrokenProcessPool:
            self.close()
            raise RefusedError("it could not be played; ask again", retry_after_s=AGAIN_S) from None

    def _started(self) -> Executor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                max_workers=1,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=begin_as_a_guest,
            )
        return self._pool
