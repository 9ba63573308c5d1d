"""The two kinds of identifiers of the standard: UUID version 4 for nodes, ULID for all else."""

import re
import secrets
from hashlib import sha256

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80

is_ulid = _ULID.fullmatch
is_uuid4 = _UUID4.fullmatch


def ulid(t_utc_ns: int) -> str:
    """Return a new identifier that sorts by time and cannot be guessed."""
    return ulid_of(t_utc_ns, secrets.token_bytes(_RANDOM_BITS // 8))


def named_ulid(t_utc_ns: int, name: str) -> str:
    """Return the identifier of a thing of ours: the same whenever it is asked for."""
    return ulid_of(t_utc_ns, sha256(name.encode()).digest()[: _RANDOM_BITS // 8])


def ulid_of(t_utc_ns: int, tail: bytes) -> str:
    """Return the identifier made of a time, by the millisecond, and ten bytes.

    Raises:
        ValueError: there are not ten bytes, or the time is before 1970 or after 10889.
    """
    t_ms = t_utc_ns // 1_000_000
    if len(tail) * 8 != _RANDOM_BITS or not 0 <= t_ms < 1 << 48:
        raise ValueError(f"a ULID needs ten bytes and a time from 1970 on, got {tail!r}, {t_ms} ms")
    value = t_ms << _RANDOM_BITS | int.from_bytes(tail)
    return "".join(_CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))
