"""Recordings of a station that never ends: a new file every few minutes, old ones deleted.

A recording tells where people were, so it goes when its first step is as old as tracks may be. A
full disk ends one file, not the recording: the next one is tried a little later.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import final

from standex.edges.clock import Clock
from standex.edges.recording.writer import RecordingWriter
from standex.model.errors import RecordingError
from standex.model.event import Event
from standex.model.hints import Hints
from standex.model.observation import Observation
from standex.model.picture import Picture
from standex.model.record import Record

AGAIN_S = 5.0


@final
class RotatingRecorder:
    """Satisfies what a running station needs of a recorder; used from its event loop alone.

    Attributes:
        n_files: begun so far.
        n_steps_lost: that are in no file.
        problem: why nothing is recorded now; empty while it is.
    """

    def __init__(
        self,
        folder: Path,
        *,
        begin: Callable[[Path, int], RecordingWriter],
        name: str,
        clock: Clock,
        minutes_per_file: float,
    ) -> None:
        """Record into ``folder``; no file is begun before the first step.

        Args:
            folder: of the files.
            begin: makes the writer of a file that begins at a time.
            name: that the files begin with.
            clock: says when a new one is due.
            minutes_per_file: how long one is.
        """
        self.n_files = self.n_steps_lost = 0
        self.problem = ""
        self._folder = folder
        self._begin = begin
        self._name = name
        self._clock = clock
        self._length_ns = round(minutes_per_file * 60e9)
        self._writer: RecordingWriter | None = None
        self._due_utc_ns = 0
        self._again_utc_ns = 0

    @property
    def path(self) -> Path | None:
        """Return the file that is being written, or None."""
        return self._writer.path if self._writer is not None else None

    def publish(
        self, t_utc_ns: int, observations: tuple[Observation, ...], events: tuple[Event, ...], /
    ) -> None:
        """Keep one step of the station.

        Raises:
            RecordingError: the file could not be written on; it has ended.
        """
        self._turn()
        if self._writer is None:
            self.n_steps_lost += 1
            return
        self._guarded(lambda writer: writer.publish(t_utc_ns, observations, events))

    def record(self, record: Record, /) -> None:
        """Keep a raw record, where the profile allows it."""
        self._guarded(lambda writer: writer.record(record))

    def hints(self, hints: Hints, /) -> None:
        """Keep where the sensors were asked to look."""
        self._guarded(lambda writer: writer.hints(hints))

    def scene(self, picture: Picture, /) -> None:
        """Keep where the people are, for viewers."""
        self._guarded(lambda writer: writer.scene(picture))

    def close(self) -> None:
        """End the file; a second call does nothing.

        Raises:
            RecordingError: it could not be ended in good order.
        """
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
            finally:
                self.n_steps_lost += writer.n_steps_lost

    def _turn(self) -> None:
        """Begin a new file when it is time."""
        now_utc_ns = self._clock.utc_ns()
        if self._writer is not None and now_utc_ns < self._due_utc_ns:
            return
        if self._writer is None and abs(now_utc_ns - self._again_utc_ns) < AGAIN_S * 1e9:
            return
        self._again_utc_ns = now_utc_ns
        self.close()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{self._name}-{now_utc_ns // 10**6}.mcap"
            self._writer = self._begin(path, now_utc_ns)
        except (OSError, RecordingError) as error:
            self.problem = f"nothing is recorded: {error}"
            raise RecordingError(self.problem) from error
        self.problem = ""
        self.n_files += 1
        self._due_utc_ns = now_utc_ns + self._length_ns

    def _guarded(self, write: Callable[[RecordingWriter], None]) -> None:
        writer = self._writer
        if writer is None:
            return
        try:
            write(writer)
        except RecordingError as error:
            self.problem = str(error)
            self._writer = None
            self._again_utc_ns = self._clock.utc_ns()
            with suppress(RecordingError):
                writer.close()
            self.n_steps_lost += writer.n_steps_lost
            raise


def began_utc_ns(path: Path) -> int | None:
    """Return when a recording of this module began, by its name; None for another file."""
    text = path.stem.rpartition("-")[2]
    is_ours = path.suffix == ".mcap" and text.isascii() and text.isdigit() and len(text) == 13
    return int(text) * 10**6 if is_ours else None


def delete_old(folder: Path, *, now_utc_ns: int, keep_s: float) -> Sequence[Path]:
    """Delete the recordings whose first step is too old; return which.

    Raises:
        OSError: one cannot be deleted; the others were.
    """
    gone: list[Path] = []
    problem: OSError | None = None
    for path in sorted(folder.glob("*.mcap")) if folder.is_dir() else ():
        began = began_utc_ns(path)
        if began is None or (now_utc_ns - began) * 1e-9 < keep_s:
            continue
        try:
            path.unlink()
        except OSError as error:
            problem = problem or error
        else:
            gone.append(path)
    if problem is not None:
        raise problem
    return gone
