"""What sensors say over MQTT, as JSON: records and states; what is asked of them: tasks.

One record is one JSON object at ``standex/v1/SITE/sensors/SENSOR/record``::

    {"time_utc_ns": 1760000000000000000, "sequence": 17, "kind": "video.floor_positions",
     "arrays": {"position_sensor_m": [[4.0, -1.2]], "sigma_m": [0.1], "score": [0.93]}}

``kind`` says how the arrays are to be read; the technology of the sensor documents it. An array is
a (nested) list of numbers, or, where it is large, ``{"dtype": "<f4", "shape": [2, 3], "base64":
"..."}``. ``sequence`` may be left out: the records are then counted here, and none that is lost on
the way is noticed. The state of a sensor is retained at ``.../status``, and is also the sensor's
last will::

    {"state": "failed", "reason": "disconnected", "message": "gone without goodbye"}
"""

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Any, cast

import numpy as np

from standex.edges.interop.strict_json import only_keys, parse_object
from standex.model.errors import RecordError
from standex.model.observation import Health, HealthReason, HealthState
from standex.model.record import Record
from standex.model.tasking import Task

RECORD_KEYS = ("time_utc_ns", "sequence", "kind", "arrays")
STATUS_KEYS = ("state", "reason", "message", "time_utc_ns")
MOST_ARRAYS = 64
MOST_DIMENSIONS = 6
LONGEST_NAME = 100
LONGEST_MESSAGE = 500
_DTYPES = ("<f4", "<f8", "<c8", "<c16", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8")

# The empty list has lost how wide its rows would have been.
ROW_SHAPES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "video.floor_positions": {"position_sensor_m": (2,)},
    "external.looks": {"place_sensor_m": (2,), "score": (0,)},
}

_ARRAY_SCHEMA: dict[str, Any] = {
    "description": "numbers, nested by axis; or bytes of the C order with type and shape",
    "oneOf": [
        {"type": "number"},
        {"type": "array"},
        {
            "type": "object",
            "properties": {
                "dtype": {"enum": list(_DTYPES)},
                "shape": {"type": "array", "items": {"type": "integer", "minimum": 0}},
                "base64": {"type": "string"},
            },
            "required": ["dtype", "shape", "base64"],
            "additionalProperties": False,
        },
    ],
}

RECORD_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "standex.mqtt.record",
    "description": "One delivery of one sensor; topic standex/v1/SITE/sensors/SENSOR/record, QoS 1",
    "type": "object",
    "properties": {
        "time_utc_ns": {
            "type": "integer",
            "minimum": 0,
            "description": "middle of the dwell, nanoseconds since 1970 UTC, by the device's clock",
        },
        "sequence": {"type": "integer", "minimum": 0, "description": "counts up by one a record"},
        "kind": {"type": "string", "maxLength": LONGEST_NAME},
        "arrays": {
            "type": "object",
            "maxProperties": MOST_ARRAYS,
            "additionalProperties": _ARRAY_SCHEMA,
        },
    },
    "required": ["time_utc_ns", "kind", "arrays"],
    "additionalProperties": False,
}

STATUS_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "standex.mqtt.status",
    "description": "State of a sensor; topic standex/v1/SITE/sensors/SENSOR/status, retained, "
    "QoS 1; also its last will, with state failed",
    "type": "object",
    "properties": {
        "state": {"enum": [state.value for state in HealthState]},
        "reason": {"enum": [reason.value for reason in HealthReason]},
        "message": {"type": "string", "maxLength": LONGEST_MESSAGE},
        "time_utc_ns": {"type": "integer", "minimum": 0},
    },
    "required": ["state"],
    "additionalProperties": False,
}

TASK_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "standex.mqtt.task",
    "description": "A sensor is asked to look; topic standex/v1/SITE/sensors/SENSOR/task, QoS 1",
    "type": "object",
    "properties": {
        "task_id": {"type": "string"},
        "time_utc_ns": {"type": "integer", "description": "when it was asked"},
        "look_utc_ns": {"type": "integer", "description": "when to look"},
        "x_site_m": {"type": "number"},
        "y_site_m": {"type": "number"},
        "zone": {"type": ["string", "null"], "description": "of the body, or null for any"},
    },
    "required": ["task_id", "time_utc_ns", "look_utc_ns", "x_site_m", "y_site_m", "zone"],
    "additionalProperties": False,
}


def parse_record(payload: bytes, *, sensor_id: str, next_sequence: int, most_bytes: int) -> Record:
    """Return the record in a message.

    Args:
        payload: of the message.
        sensor_id: from its topic.
        next_sequence: for a record that brings no number.
        most_bytes: that a message may have.

    Raises:
        RecordError: it is no such record; says why, and what was wanted.
    """
    try:
        data = parse_object(payload, most_bytes=most_bytes)
        only_keys(data, RECORD_KEYS)
        kind = _text(data, "kind", longest=LONGEST_NAME)
        return Record(
            sensor_id=sensor_id,
            t_utc_ns=_count(data, "time_utc_ns"),
            kind=kind,
            sequence=_count(data, "sequence") if "sequence" in data else next_sequence,
            arrays={
                name: _array(name, value, most_bytes, ROW_SHAPES.get(kind, {}).get(name))
                for name, value in _arrays(data).items()
            },
        )
    except ValueError as error:
        raise RecordError(f"a message of {sensor_id} is no record: {error}") from None


def parse_status(payload: bytes, *, sensor_id: str, t_utc_ns: int, most_bytes: int) -> Health:
    """Return the state that a sensor says it is in, as of ``t_utc_ns``, when it was heard.

    Raises:
        RecordError: it is no such message.
    """
    try:
        data = parse_object(payload, most_bytes=most_bytes)
        only_keys(data, STATUS_KEYS)
        state = HealthState(_text(data, "state", longest=LONGEST_NAME))
        default = HealthReason.NONE if state is HealthState.OK else HealthReason.DATA_QUALITY
        reason = _text({"reason": default.value, **data}, "reason", longest=LONGEST_NAME)
        message = str(data.get("message", ""))
        return Health(
            sensor_id=sensor_id,
            t_utc_ns=t_utc_ns,
            state=state,
            reason=HealthReason(reason),
            message="".join(c if c.isprintable() else " " for c in message[:LONGEST_MESSAGE]),
        )
    except ValueError as error:
        raise RecordError(f"a message of {sensor_id} is no status: {error}") from None


def task_document(task: Task) -> dict[str, Any]:
    """Return what a sensor is told of a task: where and when to look, never at whom."""
    return {
        "task_id": task.task_id,
        "time_utc_ns": task.t_utc_ns,
        "look_utc_ns": task.t_look_utc_ns,
        "x_site_m": round(float(task.position_site_m[0]), 3),
        "y_site_m": round(float(task.position_site_m[1]), 3),
        "zone": None if task.zone is None else task.zone.value,
    }


def _arrays(data: Mapping[str, Any]) -> dict[str, Any]:
    arrays = data.get("arrays")
    if not isinstance(arrays, dict) or len(cast("dict[str, Any]", arrays)) > MOST_ARRAYS:
        raise ValueError(f"'arrays' must be an object of up to {MOST_ARRAYS} arrays by name")
    return cast("dict[str, Any]", arrays)


def _text(data: Mapping[str, Any], name: str, *, longest: int) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ValueError(f"{name!r} must be a text of 1 to {longest} characters")
    return value


def _count(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name!r} must be a whole number, 0 or more")
    return value


def _array(name: str, value: Any, most_bytes: int, row_shape: tuple[int, ...] | None) -> np.ndarray:
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError(f"the name of an array must have 1 to {LONGEST_NAME} characters")
    if isinstance(value, dict):
        return _packed(name, cast("dict[str, Any]", value), most_bytes)
    if isinstance(value, str | bool) or value is None:
        raise ValueError(f"array {name!r} must be numbers")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"array {name!r} has rows of different lengths") from None
    if array.dtype.kind not in "iufb":
        if array.size:
            raise ValueError(f"array {name!r} must be numbers")
        array = np.zeros(array.shape)
    if array.shape == (0,):
        return np.zeros((0, *(row_shape or ())))
    if array.ndim > MOST_DIMENSIONS:
        raise ValueError(f"array {name!r} has {array.ndim} axes, {MOST_DIMENSIONS} are allowed")
    return array if array.dtype.kind == "b" else array.astype(np.float64)


def _packed(name: str, value: dict[str, Any], most_bytes: int) -> np.ndarray:
    only_keys(value, ("dtype", "shape", "base64"))
    dtype, shape, text = value.get("dtype"), value.get("shape"), value.get("base64")
    if dtype not in _DTYPES:
        raise ValueError(f"array {name!r}: dtype must be one of {', '.join(_DTYPES)}")
    sizes: list[Any] = cast("list[Any]", shape) if isinstance(shape, list) else [None]
    if len(sizes) > MOST_DIMENSIONS or not all(
        isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= most_bytes for n in sizes
    ):
        raise ValueError(f"array {name!r}: shape must be up to {MOST_DIMENSIONS} whole numbers")
    try:
        raw = base64.b64decode(text if isinstance(text, str) else "?", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"array {name!r}: base64 cannot be decoded") from None
    if math.prod(sizes) * np.dtype(dtype).itemsize != len(raw):
        raise ValueError(f"array {name!r}: {len(raw)} bytes do not make {dtype} of {sizes}")
    array = np.frombuffer(raw, dtype=dtype).reshape(tuple(sizes)).copy()
    if array.dtype.kind in "fc" and not np.isfinite(array).all():
        raise ValueError(f"array {name!r}: not every number is finite")
    return array
