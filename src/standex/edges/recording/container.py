"""An MCAP file in the making: JSON messages in chunks that are written whole or not at all."""

import contextlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, cast, final

from mcap.writer import CompressionType, Writer

from standex.edges.recording.codec import Schema, to_bytes
from standex.model.errors import RecordingError

_UNLIMITED = 2**62  # chunks end where the caller says, never within what belongs together


@final
class Container:
    """A new MCAP file.

    What was flushed lies with the operating system: it survives the end of the process, though
    not a loss of power. Chunks are packed with LZ4, which every reader of MCAP knows.

    Attributes:
        pending_bytes: size of the messages in the chunk that is not written yet.
    """

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            RecordingError: it exists, or cannot be created.
        """
        self.pending_bytes = 0
        self._output = _Output(_create(path))
        self._good_bytes = 0
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, int] = {}
        self._mcap = Writer(
            cast("IO[bytes]", self._output),
            chunk_size=_UNLIMITED,
            compression=CompressionType.LZ4,
        )

    def start(
        self,
        *,
        t_utc_ns: int,
        metadata_name: str,
        metadata: Mapping[str, str],
        attachment_name: str,
        attachment: bytes,
    ) -> None:
        """Write what the file is about.

        Raises:
            OSError: it cannot be written.
        """
        stamp = log_time(t_utc_ns)
        self._mcap.start()
        self._mcap.add_metadata(metadata_name, dict(metadata))
        self._mcap.add_attachment(stamp, stamp, attachment_name, "text/plain", attachment)
        self._good_bytes = self._output.tell()

    def add(
        self,
        topic: str,
        *,
        t_utc_ns: int,
        message: Mapping[str, Any],
        schema: Schema,
        sequence: int = 0,
    ) -> None:
        """Add a message to the chunk; nothing is written yet.

        The first message of a topic fixes its schema, which goes by its title.
        """
        if topic not in self._channels:
            schema_name = schema["title"]
            if schema_name not in self._schemas:
                self._schemas[schema_name] = self._mcap.register_schema(
                    schema_name, "jsonschema", to_bytes(schema)
                )
            self._channels[topic] = self._mcap.register_channel(
                topic, "json", self._schemas[schema_name]
            )
        data = to_bytes(message)
        stamp = log_time(t_utc_ns)
        self._mcap.add_message(
            self._channels[topic], stamp, data, publish_time=stamp, sequence=sequence % 2**32
        )
        self.pending_bytes += len(data)

    def flush(self) -> None:
        """Write the chunk.

        Raises:
            OSError: it could not be written; nothing of it is left in the file, which can only
                be abandoned now.
        """
        self._whole(self._mcap.flush)
        self.pending_bytes = 0

    def finish(self) -> None:
        """Write the index and close the file.

        Raises:
            OSError: the index could not be written; everything flushed before is still there.
        """
        try:
            self._whole(self._mcap.finish)
        finally:
            self._output.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        self._output.close()

    def _whole(self, write: Callable[[], None]) -> None:
        try:
            write()
        except OSError:
            self._output.cut(self._good_bytes)
            raise
        self._good_bytes = self._output.tell()


def log_time(t_utc_ns: int) -> int:
    """Return the time as MCAP can hold it; the message itself has it exactly."""
    return min(max(t_utc_ns, 0), 2**63 - 1)


def open_new(path: Path) -> io.FileIO:
    """Open a file that does not exist yet, for writing without a buffer."""
    return path.open("xb", buffering=0)


def _create(path: Path) -> io.FileIO:
    try:
        return open_new(path)
    except FileExistsError as error:
        raise RecordingError(
            f"{path} exists; recordings are never overwritten: choose another name"
        ) from error
    except OSError as error:
        raise RecordingError(
            f"cannot create the recording {path}: {error.strerror}; "
            "choose a folder that exists and can be written to"
        ) from error


@final
class _Output:
    """The file as the MCAP writer wants it: no write is left half done in silence."""

    def __init__(self, file: io.FileIO) -> None:
        self._file = file
        self._n_bytes = 0

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        self._n_bytes += len(data)
        return len(data)

    def tell(self) -> int:
        return self._n_bytes

    def flush(self) -> None:
        """Nothing is held back."""

    def cut(self, n_bytes: int) -> None:
        # Best effort: a reader copes with a torn end as well.
        with contextlib.suppress(OSError):
            self._file.truncate(n_bytes)

    def close(self) -> None:
        self._file.close()
