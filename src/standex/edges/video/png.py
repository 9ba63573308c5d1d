"""Frames as PNG, without any library."""

import struct
import zlib

import numpy as np
from jaxtyping import UInt8

_RGB = 2  # colour type


def png_bytes(image: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """Return a frame (blue, green, red) as a PNG file.

    References:
        W3C, Portable Network Graphics Specification, third edition (2025).
    """
    rows, columns = image.shape[:2]
    if not (rows and columns):
        raise ValueError(f"a picture needs at least one pixel, got {rows} x {columns}")
    # Each row begins with its filter: none.
    lines = np.zeros((rows, 1 + 3 * columns), dtype=np.uint8)
    lines[:, 1:] = image[:, :, ::-1].reshape(rows, -1)
    header = struct.pack(">IIBBBBB", columns, rows, 8, _RGB, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"IDAT", zlib.compress(lines.tobytes(), 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
