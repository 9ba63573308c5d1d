"""The blocks of an MCAP file, as far as they are whole.

Goes through the file from its start and needs no index, so a file whose writer was killed reads
like any other, up to the damage.
"""

import io
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import lz4.frame
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Chunk, McapRecord, Message, Metadata
from mcap.stream_reader import breakup_chunk
from mcap.writer import MCAP0_MAGIC

from standex.model.errors import RecordingError

MOST_CHUNK_BYTES = 256 << 20
_HEAD = struct.Struct("<BQ")


class DamageError(Exception):
    """The file is not whole from here on."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """One block of an MCAP file.

    Attributes:
        opcode: its kind.
        body: its bytes.
        end_byte: where the next block starts.
    """

    opcode: int
    body: bytes
    end_byte: int


def blocks(path: Path) -> Iterator[Block]:
    """Yield the blocks of a file in order; a file that ends well ends with its footer.

    Raises:
        RecordingError: the file cannot be read, is empty, or is no MCAP file.
        DamageError: the next block is not whole, or the footer is missing.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            _check_magic(file.read(len(MCAP0_MAGIC)), path)
            while True:
                at = file.tell()
                head = file.read(_HEAD.size)
                if not head:
                    raise DamageError(f"the file ends at byte {at}, before its index")
                if len(head) < _HEAD.size:
                    raise DamageError(f"the file ends within the block at byte {at}")
                opcode, length = _HEAD.unpack(head)
                # Compared before reading: a torn length may ask for more than there is memory.
                if length > size - file.tell():
                    raise DamageError(f"the file ends within the block at byte {at}")
                yield Block(opcode=opcode, body=file.read(length), end_byte=file.tell())
                if opcode == Opcode.FOOTER:
                    if file.read(len(MCAP0_MAGIC) + 1) != MCAP0_MAGIC:
                        raise DamageError("the end mark of the file is missing")
                    return
    except OSError as error:
        raise RecordingError(
            f"cannot read the recording {path}: {error.strerror}; check the name and the rights"
        ) from error


def parse(block: Block) -> tuple[McapRecord, ...]:
    """Return what a block holds: the records of a chunk, one metadata or attachment, or nothing.

    Raises:
        DamageError: it does not hold what it says, or a checksum is wrong.
    """
    stream = ReadDataStream(io.BytesIO(block.body))
    try:
        if block.opcode == Opcode.CHUNK:
            return tuple(breakup_chunk(_unpacked(Chunk.read(stream)), validate_crc=True))
        if block.opcode == Opcode.METADATA:
            return (Metadata.read(stream),)
        if block.opcode == Opcode.ATTACHMENT:
            return (Attachment.read(stream),)
    # RuntimeError is what LZ4 raises; ValueError covers checksums and text that is no UTF-8.
    except (
        McapError,
        ValueError,
        RuntimeError,
        struct.error,
        OverflowError,
        zstandard.ZstdError,
    ) as error:
        kind = Opcode(block.opcode).name.lower()
        raise DamageError(
            f"the {kind} before byte {block.end_byte} is damaged ({error})"
        ) from error
    return ()


def _unpacked(chunk: Chunk) -> Chunk:
    """Return a chunk with its content uncompressed, of which no more is unpacked than it claims.

    Raises:
        ValueError: it claims too much, or holds more than it claims.
    """
    n_bytes = chunk.uncompressed_size
    if n_bytes > MOST_CHUNK_BYTES:
        raise ValueError(f"a chunk claims {n_bytes} bytes, {MOST_CHUNK_BYTES} are allowed")
    if chunk.compression == "zstd":
        with zstandard.ZstdDecompressor().stream_reader(chunk.data) as packed:
            data = packed.read(n_bytes + 1)
    elif chunk.compression == "lz4":
        data = lz4.frame.LZ4FrameDecompressor().decompress(chunk.data, n_bytes + 1)
    else:
        data = chunk.data
    if len(data) != n_bytes:
        raise ValueError(f"a chunk does not hold the {n_bytes} bytes that it claims")
    return replace(chunk, compression="", data=data)


def messages(path: Path, *, end_byte: int) -> Iterator[tuple[str, Message]]:
    """Yield topic and message in the order of the file, up to ``end_byte``.

    Raises:
        RecordingError: the file is no longer what it was when ``end_byte`` was found.
    """
    topics: dict[int, str] = {}
    if end_byte <= len(MCAP0_MAGIC):
        return
    try:
        for block in blocks(path):
            for record in parse(block):
                if isinstance(record, Channel):
                    topics[record.id] = record.topic
                elif isinstance(record, Message):
                    yield topics.get(record.channel_id, ""), record
            if block.end_byte >= end_byte:
                return
    except DamageError as error:
        raise RecordingError(f"{path} changed while it was read: {error}; open it again") from error


def _check_magic(start: bytes, path: Path) -> None:
    if not start:
        raise RecordingError(f"{path} is empty: nothing was recorded; use another file")
    if start != MCAP0_MAGIC:
        raise RecordingError(
            f"{path} is no MCAP file: it starts with {start!r}; name a recording made by standex"
        )
