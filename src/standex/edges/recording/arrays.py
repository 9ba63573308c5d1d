"""Arrays to JSON and back, exactly: every bit, the shape, the type and the layout in memory.

A small, finite, real array is ``{"dtype", "shape", "values"}`` in C order, so that viewers can
plot it; any other is ``{"dtype", "shape", "base64"}``, the bytes of its C order. Of a large array
that is mostly one value, ``fill`` holds the bytes of that value, ``at`` those of the places (32-bit
numbers in C order) that hold another, and ``base64`` what they hold: a sensor's coverage is mostly
zero, and comes with every scan. ``axes`` goes with an array that does not lie in C order in memory
(its axes, outermost first): sums and matrix products round in the order of memory, so a replay
needs the layout too.
"""

import base64
import math
import re
import weakref
from typing import Any, cast

import numpy as np
from jaxtyping import Shaped

MAX_PLAIN_SIZE = 256
"""Real arrays of up to this many values are written as numbers, larger ones as base64."""
MAX_FILLED_BYTES = 2**28
"""Arrays of one value and few others are read up to this size."""

_PLACE = np.dtype("<u4")
_UNIT = r"\[[1-9]?\d{0,3}(?:[afpnum]?s|[mhDWMY])\]"
_DTYPE = re.compile(rf"[<>|=]?(?:[biufc]\d{{1,2}}|[SU]\d{{1,5}}|[mM]8(?:{_UNIT})?)")
_FIXED: dict[int, tuple[weakref.ref[Any], dict[str, Any]]] = {}
"""Of arrays that cannot be written to, while they are there."""

ARRAY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "dtype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer"}},
        "values": {"type": "array", "items": {"type": "number"}},
        "base64": {"type": "string"},
        "fill": {"type": "string"},
        "at": {"type": "string"},
        "axes": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["dtype", "shape"],
}


def encode_array(array: Shaped[np.ndarray, "..."]) -> dict[str, Any]:
    """Return ``array`` as a JSON object.

    Raises:
        ValueError: an array of objects or of records, which has no exact form here.
    """
    # What cannot change is the same text every time; a sensor's view comes with each of its scans.
    is_fixed = not array.flags.writeable and array.base is None and array.size > MAX_PLAIN_SIZE
    if not is_fixed:
        return _encoded(array)
    known = _FIXED.get(id(array))
    if known is not None and known[0]() is array:
        return dict(known[1])
    out = _encoded(array)
    key = id(array)
    _FIXED[key] = (weakref.ref(array, lambda _: _FIXED.pop(key, None)), out)
    return dict(out)


def _encoded(array: Shaped[np.ndarray, "..."]) -> dict[str, Any]:
    kind = array.dtype.kind
    if kind not in "biufcSUmM":
        raise ValueError(f"an array of {array.dtype} has no exact form; use numbers or text")
    out: dict[str, Any] = {"dtype": array.dtype.str, "shape": list(array.shape)}
    is_real = kind in "biu" or (kind == "f" and array.dtype.itemsize <= 8)
    values = _plain(array) if is_real and array.size <= MAX_PLAIN_SIZE else None
    if values is not None:
        out["values"] = values
    elif (sparse := _mostly_one_value(array)) is not None:
        out |= sparse
    else:
        out["base64"] = _text(array)
    if not array.flags.c_contiguous:
        axes = sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))
        if axes != list(range(array.ndim)):
            out["axes"] = axes
    return out


def decode_array(data: Any) -> Shaped[np.ndarray, "..."]:
    """Return the array that ``data`` was made from; it may be written to, as the first one.

    Raises:
        ValueError: ``data`` is no such object, or its parts contradict each other.
    """
    try:
        fields = cast("dict[str, Any]", data)  # anything else has no such keys: TypeError
        dtype, shape = _dtype(fields["dtype"]), tuple(fields["shape"])
        if "values" in fields and dtype.kind in "biuf":
            array = np.array(fields["values"], dtype=dtype).reshape(shape)
        elif math.prod(shape) == 0:
            array = np.zeros(shape, dtype=dtype)
        elif "fill" in fields:
            array = _from_one_value(fields, dtype, shape)
        else:
            array = _values(fields["base64"], dtype).reshape(shape).copy()
        if "axes" in fields:
            axes = tuple(fields["axes"])
            inner = tuple(sorted(range(len(axes)), key=lambda position: axes[position]))
            array = np.ascontiguousarray(array.transpose(axes)).transpose(inner)
    except (KeyError, TypeError, OverflowError, IndexError) as error:
        raise ValueError(f"not an array: {error!r}") from error
    return array


def _dtype(name: Any) -> np.dtype[Any]:
    """Return a type of items by its name; NumPy takes whole little languages for one."""
    if not isinstance(name, str) or _DTYPE.fullmatch(name) is None:
        raise ValueError(f"arrays of {str(name)[:40]!r} are not read")
    return np.dtype(name)


def _plain(array: Shaped[np.ndarray, "..."]) -> list[Any] | None:
    """Return the values of a real array in C order, or None where one is not finite."""
    values = (array.astype(np.uint8) if array.dtype.kind == "b" else array).ravel().tolist()
    return values if array.dtype.kind != "f" or all(map(math.isfinite, values)) else None


def _mostly_one_value(array: Shaped[np.ndarray, "..."]) -> dict[str, Any] | None:
    """Return a large array in short, or None where that would not be shorter.

    Two values are one where all their bits are: -0.0 is not 0.0.
    """
    size = array.dtype.itemsize
    if array.size <= MAX_PLAIN_SIZE or array.nbytes > MAX_FILLED_BYTES or size not in (1, 2, 4, 8):
        return None
    flat = np.ascontiguousarray(array).reshape(-1)
    bits = flat.view(f"u{size}")
    others = np.flatnonzero(bits != bits[0])
    if len(others) * (_PLACE.itemsize + size) * 2 > flat.nbytes:
        return None
    out = {"fill": _text(flat[:1])}
    if len(others):
        out |= {"at": _text(others.astype(_PLACE)), "base64": _text(flat[others])}
    return out


def _from_one_value(
    fields: dict[str, Any], dtype: np.dtype[Any], shape: tuple[int, ...]
) -> Shaped[np.ndarray, "..."]:
    # A few bytes may stand for many: not for more than a computer has.
    if not 0 <= math.prod(shape) * dtype.itemsize <= MAX_FILLED_BYTES:
        raise ValueError(f"an array of {list(shape)} values of one kind is not read")
    bits = np.dtype(f"u{dtype.itemsize}")
    flat = np.empty(math.prod(shape), dtype=bits)
    flat[:] = _values(fields["fill"], bits)[0]
    if "at" in fields:
        flat[_values(fields["at"], _PLACE)] = _values(fields["base64"], bits)
    return flat.view(dtype).reshape(shape)


def _text(array: Shaped[np.ndarray, "..."]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")


def _values(text: str, dtype: np.dtype[Any]) -> Shaped[np.ndarray, " n"]:
    return np.frombuffer(base64.b64decode(text, validate=True), dtype=dtype)
