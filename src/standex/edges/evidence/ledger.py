"""The ledger of one passage as JSON, and its pictures."""

import struct
import zlib
from typing import Any

import numpy as np
from jaxtyping import Float, UInt8

from standex.edges.recording.arrays import encode_array
from standex.edges.recording.codec import encode
from standex.model.observation import Patch
from standex.model.picture import Passage
from standex.model.zones import ZONES

MAX_PICTURES = 24
_PIXELS = 8  # on each side of a cell


def ledger_document(passage: Passage) -> dict[str, Any]:
    """Return what is known about a person and from which looks, as plain data.

    Pictures are not in it. Numbers go through ``standex.edges.recording.codec``: exact.
    """
    joined = passage.joined
    return {
        "track_id": passage.track_id,
        "kind": passage.kind.value,
        "alert_id": passage.alert_id,
        "first_utc_ns": passage.first_utc_ns,
        "last_utc_ns": passage.last_utc_ns,
        "position_site_m": [float(part) for part in passage.position_site_m],
        "is_past_screening": passage.is_past_screening,
        "covered": {
            zone.value: float(share) for zone, share in zip(ZONES, passage.covered, strict=True)
        },
        "verdict": encode(passage.verdict),
        "log_posterior": encode_array(passage.log_posterior),
        "entries": [
            {name: value for name, value in encode(entry).items() if name != "patch"}
            for entry in passage.entries
        ],
        "joined": None
        if joined is None
        else {"track_id": joined.track_id, "p_same": joined.p_same},
    }


def pictures_of(passage: Passage) -> dict[str, bytes]:
    """Return the pictures that go with the looks, the last ones, as PNG files by name.

    The file ``look-004.png`` goes with entry 4 of the ledger, counted from 0.
    """
    shown = [
        (number, entry.patch)
        for number, entry in enumerate(passage.entries)
        if entry.patch is not None and entry.patch.values.size
    ]
    return {f"look-{number:03d}.png": png(gray(patch)) for number, patch in shown[-MAX_PICTURES:]}


def gray(patch: Patch) -> UInt8[np.ndarray, "rows columns"]:
    """Return a picture with its highest row on top: black is least, white most, 0 not seen.

    The figure's left is on the right, as when somebody is faced.
    """
    values: Float[np.ndarray, "nz nu"] = patch.values
    seen = np.isfinite(values)
    low, high = (values[seen].min(), values[seen].max()) if seen.any() else (0.0, 1.0)
    share = (np.where(seen, values, low) - low) / ((high - low) or 1.0)
    cells = np.where(seen, 16 + np.round(239 * share), 0).astype(np.uint8)
    if len(patch.height_m) > 1 and patch.height_m[0] < patch.height_m[-1]:
        cells = cells[::-1]
    return np.kron(cells, np.ones((_PIXELS, _PIXELS), dtype=np.uint8))


def png(cells: UInt8[np.ndarray, "rows columns"]) -> bytes:
    """Return a gray picture as a PNG file.

    References:
        W3C, Portable Network Graphics Specification, third edition.
    """
    rows, columns = cells.shape
    lines = np.hstack((np.zeros((rows, 1), dtype=np.uint8), cells))
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines.tobytes())), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
