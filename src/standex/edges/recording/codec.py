"""Values of the model to JSON and back, exactly, driven by the type hints of their dataclasses.

A value that was encoded and decoded is the same value, bit for bit:

* a float goes through its shortest decimal form, which is unique in IEEE 754 double; the three
  floats that JSON does not know are the strings ``NaN``, ``Infinity`` and ``-Infinity`` (the one
  place where a message leaves its schema);
* arrays are the subject of ``arrays.py``;
* a dataclass carries its name under ``type``; a field that is None is left out;
* a mapping with other keys than texts is a list of pairs, a tuple of several types an object.

The schemas keep to what viewers of MCAP files accept: each object lists its ``properties``, no
type is a list of types, no array holds arrays; a union lists the properties of all its members,
and says under ``anyOf`` what is really meant.
"""

import dataclasses
import inspect
import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from standex.edges.recording.arrays import ARRAY_SCHEMA, decode_array, encode_array

Schema = dict[str, Any]

_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Coding:
    """Both ways of one type, and what its JSON looks like."""

    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]
    schema: Schema
    is_optional: bool = False


def encode(value: Any) -> dict[str, Any]:
    """Return a dataclass of the model as a JSON object.

    Raises:
        ValueError: it holds something that has no exact form (an array of objects).
        TypeError: it is not a dataclass, or has a field of a type unknown here.
    """
    return _dataclass_coding(type(value)).encode(value)


def decode(hint: Any, data: Any) -> Any:
    """Return the value of type ``hint`` (a class or a union) that ``data`` was made from.

    Raises:
        ValueError: ``data`` is no such value; says which field.
    """
    return _coding(hint).decode(data)


def json_schema(hint: Any) -> Schema:
    """Return the JSON Schema of what ``encode`` makes of a value of type ``hint``.

    Raises:
        TypeError: no exact JSON form is known for it, or it holds values of its own type.
    """
    try:
        return _coding(hint).schema
    except RecursionError as error:
        raise TypeError(f"{hint} holds values of its own type: no JSON form is known") from error


def to_bytes(data: Mapping[str, Any]) -> bytes:
    """Return strict JSON, the same bytes for the same data."""
    return json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def from_bytes(text: bytes) -> Any:
    """Return the data in strict JSON.

    Raises:
        ValueError: it is not strict JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("lists or objects nested without end") from None


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


@cache
def _coding(hint: Any) -> _Coding:
    if hint in _SCALARS:
        return _SCALARS[hint]
    if hint is np.ndarray or getattr(hint, "array_type", None) is np.ndarray:
        return _array_coding(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        words = [str(member.value) for member in hint]
        return _Coding(encode=str, decode=hint, schema={"type": "string", "enum": words})
    if dataclasses.is_dataclass(hint):
        return _dataclass_coding(cast("type", hint))
    return _generic_coding(hint, get_origin(hint), get_args(hint))


def _generic_coding(hint: Any, origin: Any, args: tuple[Any, ...]) -> _Coding:
    if origin in (Union, types.UnionType):
        return _union_coding(args)
    if origin is tuple and args[1:] == (...,):
        return _tuple_coding(_coding(args[0]))
    if origin is tuple and args:
        return _several_coding(tuple(_coding(arg) for arg in args))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        value = _coding(args[1])
        return _mapping_coding(value) if args[0] is str else _pairs_coding(_coding(args[0]), value)
    raise TypeError(f"no exact JSON form is known for {hint}")


@cache
def _dataclass_coding(cls: type) -> _Coding:
    if not dataclasses.is_dataclass(cls):
        raise TypeError(f"{cls.__name__} is not a dataclass")
    hints = get_type_hints(cls)
    fields = {field.name: _coding(hints[field.name]) for field in dataclasses.fields(cls)}
    schema: Schema = {
        "type": "object",
        "title": f"standex.{cls.__name__}",
        "description": (inspect.getdoc(cls) or "").split("\n", 1)[0],
        "properties": {"type": {"type": "string", "enum": [cls.__name__]}}
        | {name: coding.schema for name, coding in fields.items()},
        "required": ["type"] + [name for name, coding in fields.items() if not coding.is_optional],
    }
    return _Coding(
        encode=partial(_encode_fields, cls, fields),
        decode=partial(_decode_fields, cls, fields),
        schema=schema,
    )


def _encode_fields(cls: type, fields: Mapping[str, _Coding], value: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"type": cls.__name__}
    for name, coding in fields.items():
        if (item := getattr(value, name)) is not None:
            out[name] = coding.encode(item)
    return out


def _decode_fields(cls: type, fields: Mapping[str, _Coding], data: Any) -> Any:
    if _expect(data, dict).get("type") != cls.__name__:
        raise _wrong(f"an object of type {cls.__name__}", data)
    values: dict[str, Any] = {}
    for name, coding in fields.items():
        if name in data:
            try:
                values[name] = coding.decode(data[name])
            except ValueError as error:
                raise ValueError(f"{cls.__name__}.{name}: {error}") from error
        elif coding.is_optional:
            values[name] = None
    try:
        return cls(**values)  # a field that an older file does not have takes its default
    except TypeError as error:
        raise ValueError(f"{cls.__name__} lacks a field: {error}") from error


def _union_coding(members: tuple[Any, ...]) -> _Coding:
    is_optional = types.NoneType in members
    members = tuple(member for member in members if member is not types.NoneType)
    if len(members) == 1:
        return dataclasses.replace(_coding(members[0]), is_optional=is_optional)
    by_name = {member.__name__: _dataclass_coding(member) for member in members}

    def decode_tagged(data: Any) -> Any:
        tag = _expect(data, dict).get("type")
        if tag not in by_name:
            raise _wrong(" or ".join(by_name), data)
        return by_name[tag].decode(data)

    properties: Schema = {}
    for coding in by_name.values():
        properties |= coding.schema["properties"]
    properties["type"] = {"type": "string", "enum": list(by_name)}
    return _Coding(
        encode=lambda value: by_name[type(value).__name__].encode(value),
        decode=decode_tagged,
        schema={
            "type": "object",
            "properties": properties,
            "required": ["type"],
            "anyOf": [coding.schema for coding in by_name.values()],
        },
        is_optional=is_optional,
    )


def _tuple_coding(item: _Coding) -> _Coding:
    def decode_items(data: Any) -> tuple[Any, ...]:
        return tuple(item.decode(entry) for entry in _expect(data, list))

    return _Coding(
        encode=lambda value: [item.encode(entry) for entry in value],
        decode=decode_items,
        schema={"type": "array", "items": item.schema},
    )


def _mapping_coding(item: _Coding) -> _Coding:
    def decode_items(data: Any) -> dict[str, Any]:
        return {key: item.decode(entry) for key, entry in _expect(data, dict).items()}

    return _Coding(
        encode=lambda value: {str(key): item.encode(entry) for key, entry in value.items()},
        decode=decode_items,
        schema={"type": "object", "properties": {}, "additionalProperties": item.schema},
    )


def _pairs_coding(key: _Coding, item: _Coding) -> _Coding:
    """Code a mapping whose keys are no texts: JSON knows no others."""

    def decode_pairs(data: Any) -> dict[Any, Any]:
        pairs = [_expect(entry, dict) for entry in _expect(data, list)]
        if any(entry.keys() != {"key", "value"} for entry in pairs):
            raise _wrong("pairs of key and value", data)
        return {key.decode(entry["key"]): item.decode(entry["value"]) for entry in pairs}

    return _Coding(
        encode=lambda value: [
            {"key": key.encode(name), "value": item.encode(entry)} for name, entry in value.items()
        ],
        decode=decode_pairs,
        schema={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": key.schema, "value": item.schema},
                "required": ["key", "value"],
            },
        },
    )


def _several_coding(items: tuple[_Coding, ...]) -> _Coding:
    """Code a tuple of so many entries, each of its own type."""
    names = [str(index) for index in range(len(items))]

    def decode_several(data: Any) -> tuple[Any, ...]:
        if list(_expect(data, dict)) != names:
            raise _wrong(f"an object with {len(names)} entries", data)
        return tuple(item.decode(data[name]) for name, item in zip(names, items, strict=True))

    return _Coding(
        encode=lambda value: {
            name: item.encode(entry) for name, item, entry in zip(names, items, value, strict=True)
        },
        decode=decode_several,
        schema={
            "type": "object",
            "properties": {name: item.schema for name, item in zip(names, items, strict=True)},
            "required": names,
        },
    )


def _array_coding(hint: Any) -> _Coding:
    def decode_checked(data: Any) -> np.ndarray:
        array = decode_array(data)
        if not isinstance(array, hint):
            raise _wrong(hint.__name__, f"{array.dtype}{list(array.shape)}")
        return array

    return _Coding(encode=encode_array, decode=decode_checked, schema=ARRAY_SCHEMA)


def _encode_float(value: float) -> float | str:
    number = float(value)
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _decode_float(data: Any) -> float:
    if isinstance(data, str) and data in _NON_FINITE:
        return _NON_FINITE[data]
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise _wrong("a number", data)
    return float(data)


def _decode_int(data: Any) -> int:
    if isinstance(data, bool):
        raise _wrong("an integer", data)
    return _expect(data, int)


_SCALARS: dict[Any, _Coding] = {
    float: _Coding(encode=_encode_float, decode=_decode_float, schema={"type": "number"}),
    int: _Coding(encode=int, decode=_decode_int, schema={"type": "integer"}),
    bool: _Coding(encode=bool, decode=lambda d: _expect(d, bool), schema={"type": "boolean"}),
    str: _Coding(encode=str, decode=lambda d: _expect(d, str), schema={"type": "string"}),
}


def _expect(data: Any, kind: type) -> Any:
    if not isinstance(data, kind):
        raise _wrong(kind.__name__, data)
    return data


def _wrong(expected: str, data: Any) -> ValueError:
    text = repr(data)
    return ValueError(f"expected {expected}, got {text if len(text) <= 60 else text[:57] + '...'}")
