"""The blocks of a file, up to the damage."""

import struct
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import lz4.frame
import pytest
import zstandard
from mcap.opcode import Opcode
from mcap.records import Message, Metadata

from standex.edges.recording import framing
from standex.edges.recording.framing import Block, DamageError, blocks, messages, parse
from standex.model.errors import RecordingError


@pytest.fixture
def path(tmp_path: Path, examples: Any, new_writer: Any) -> Path:
    with new_writer(tmp_path / "a.mcap", flush_interval_s=0.1) as writer:
        for number in range(8):
            writer.publish(*examples.step(number))
    return tmp_path / "a.mcap"


def test_blocks_fill_the_file(path: Path) -> None:
    found = list(blocks(path))
    ends = [8, *(block.end_byte for block in found)]
    lengths = [after - before for before, after in pairwise(ends)]
    assert lengths == [9 + len(block.body) for block in found]
    assert ends[-1] + 8 == path.stat().st_size
    assert found[0].opcode == Opcode.HEADER
    assert found[-1].opcode == Opcode.FOOTER


def test_parse_gives_what_is_in_a_block(path: Path) -> None:
    entries = [entry for block in blocks(path) for entry in parse(block)]
    assert [entry.name for entry in entries if isinstance(entry, Metadata)] == ["standex"]
    said = [entry.data for entry in entries if isinstance(entry, Message)]
    listed = messages(path, end_byte=path.stat().st_size)
    assert said == [message.data for _, message in listed]


def test_messages_stop_at_the_end_byte(path: Path) -> None:
    chunks = [block.end_byte for block in blocks(path) if block.opcode == Opcode.CHUNK]
    assert len(chunks) > 2
    counts = [len(list(messages(path, end_byte=end))) for end in (0, 8, *chunks)]
    assert counts[:2] == [0, 0]
    assert counts == sorted(counts)
    assert counts[-1] > counts[-2] > counts[2] > 0


def test_a_flipped_bit_in_a_chunk_is_damage(path: Path) -> None:
    chunk = next(block for block in blocks(path) if block.opcode == Opcode.CHUNK)
    for at in range(50, len(chunk.body), 97):
        body = bytearray(chunk.body)
        body[at] ^= 4
        with pytest.raises(DamageError, match="chunk before byte"):
            parse(Block(opcode=chunk.opcode, body=bytes(body), end_byte=chunk.end_byte))


def packed_chunk(content: bytes, *, claims: int, how: str) -> Block:
    data = {"zstd": zstandard.compress, "lz4": lz4.frame.compress}[how](content)
    name = how.encode()
    body = struct.pack("<QQQII", 0, 0, claims, 0, len(name)) + name
    return Block(opcode=Opcode.CHUNK, body=body + struct.pack("<Q", len(data)) + data, end_byte=1)


@pytest.mark.parametrize("how", ["zstd", "lz4"])
def test_a_chunk_that_unpacks_to_more_than_it_claims_is_damage(how) -> None:
    """Some kilobytes could ask for gigabytes: no more is unpacked than the chunk says it holds."""
    content = bytes(64 << 20)
    block = packed_chunk(content, claims=1000, how=how)
    tracemalloc.start()
    try:
        with pytest.raises(DamageError, match="claims"):
            parse(block)
        assert tracemalloc.get_traced_memory()[1] < len(content) / 4
    finally:
        tracemalloc.stop()
    with pytest.raises(DamageError, match="allowed"):
        parse(packed_chunk(content, claims=framing.MOST_CHUNK_BYTES + 1, how=how))
    small = packed_chunk(b"", claims=0, how=how)
    assert parse(small) == ()


def test_a_length_beyond_the_file_is_damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[9:17] = b"\xff" * 8  # length of the first block
    path.write_bytes(data)
    with pytest.raises(DamageError, match="ends within the block at byte 8"):
        list(blocks(path))


def test_a_file_that_changed_in_between_is_an_error(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(RecordingError, match=r"changed while it was read.*open it again"):
        list(messages(path, end_byte=10_000))
