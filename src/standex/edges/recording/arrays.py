"""Arrays to JSON and back, exactly: every bit, the shape, the type and the layout in memory.

A small, finite, real array is ``{"dtype", "shape", "values"}`` in C order, so that viewers can
plot it; any other is ``{"dtype", "shape", "base64"}``, the bytes of its C order. ``axes`` goes with
an array that does not lie in C order in memory (its axes, outermost first): sums and matrix
products round in the order of memory, so a replay needs the layout too.
"""

import base64
import math
from typing import Any, cast

import numpy as np
from jaxtyping import Shaped

MAX_PLAIN_SIZE = 256
"""Real arrays of up to this many values are written as numbers, larger ones as base64."""

ARRAY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "dtype": {"type": "string"},
        "shape": {"type": "array", "items": {"type": "integer"}},
        "values": {"type": "array", "items": {"type": "number"}},
        "base64": {"type": "string"},
        "axes": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["dtype", "shape"],
}


def encode_array(array: Shaped[np.ndarray, "..."]) -> dict[str, Any]:
    """Return ``array`` as a JSON object.

    Raises:
        ValueError: an array of objects or of records, which has no exact form here.
    """
    kind = array.dtype.kind
    if kind not in "biufcSUmM":
        raise ValueError(f"an array of {array.dtype} has no exact form; use numbers or text")
    out: dict[str, Any] = {"dtype": array.dtype.str, "shape": list(array.shape)}
    is_real = kind in "biu" or (kind == "f" and array.dtype.itemsize <= 8)
    if is_real and array.size <= MAX_PLAIN_SIZE and np.isfinite(array).all():
        out["values"] = (array.astype(np.uint8) if kind == "b" else array).ravel().tolist()
    else:
        out["base64"] = base64.b64encode(array.tobytes()).decode("ascii")
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
        dtype, shape = np.dtype(fields["dtype"]), tuple(fields["shape"])
        if dtype.kind not in "biufcSUmM":
            raise ValueError(f"arrays of {dtype} are not read")
        if "values" in fields:
            array = np.array(fields["values"], dtype=dtype).reshape(shape)
        elif math.prod(shape) == 0:
            array = np.zeros(shape, dtype=dtype)
        else:
            raw = base64.b64decode(fields["base64"], validate=True)
            array = np.frombuffer(raw, dtype=dtype).reshape(shape).copy()
        if "axes" in fields:
            axes = tuple(fields["axes"])
            inner = tuple(sorted(range(len(axes)), key=lambda position: axes[position]))
            array = np.ascontiguousarray(array.transpose(axes)).transpose(inner)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"not an array: {error!r}") from error
    return array
