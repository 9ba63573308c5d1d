"""JSON from outside: small, flat enough, with finite numbers and every key once."""

import json
import math
from collections.abc import Iterable
from typing import Any, cast

MOST_DEEP = 8
LARGEST_INT = 2**63 - 1


def parse_object(payload: bytes, *, most_bytes: int) -> dict[str, Any]:
    """Return the JSON object in ``payload``.

    Raises:
        ValueError: it is too large, no strict JSON object, nested too deep, has a key twice, or a
            number that no 64-bit type holds.
    """
    if len(payload) > most_bytes:
        raise ValueError(f"{len(payload)} bytes, {most_bytes} are allowed")
    # Brackets inside texts count too: nobody sends eight of them in a name.
    if _depth(payload) > MOST_DEEP:
        raise ValueError(f"nested deeper than {MOST_DEEP} levels")
    try:
        data = json.loads(
            payload.decode("utf-8"),
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded,
            object_pairs_hook=_each_once,
        )
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at character {error.pos}") from None
    if not isinstance(data, dict):
        raise ValueError("a JSON object is wanted")  # noqa: TRY004 - what was sent is wrong
    return cast("dict[str, Any]", data)


def only_keys(data: Iterable[str], allowed: Iterable[str]) -> None:
    """Refuse keys that nobody reads: a misspelt one must not pass for one left out.

    Raises:
        ValueError: there are such.
    """
    unknown = sorted(set(data) - set(allowed))
    if unknown:
        named = ", ".join(_short(name) for name in unknown[:5])
        raise ValueError(f"unknown keys {named}; there are {', '.join(sorted(allowed))}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _depth(payload: bytes) -> int:
    deepest = depth = 0
    for part in payload.replace(b"{", b"[").replace(b"}", b"]").split(b"["):
        deepest = max(deepest, depth)
        depth += 1 - part.count(b"]")
    return deepest


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{_short(text)} is not finite")
    return value


def _bounded(text: str) -> int:
    if len(text) > 20 or abs(value := int(text)) > LARGEST_INT:
        raise ValueError(f"{_short(text)} does not fit into 64 bits")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a key comes twice")
    return out
