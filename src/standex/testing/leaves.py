"""Values bit for bit: two that should be one, and one that should not have been written to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np


def leaves(value: Any) -> dict[str, object]:
    """Return every number, text and array in a value, by its path.

    Arrays are compared by type, shape and bytes, so two NaNs are the same and 0.0 is not -0.0.
    What is no plain value (a function, an open device) counts by its type only.
    """
    return dict(_walk("", value))


def _walk(path: str, value: Any) -> Iterator[tuple[str, object]]:
    if is_dataclass(value) and not isinstance(value, type):
        yield path, type(value).__qualname__
        for field in fields(value):
            yield from _walk(f"{path}.{field.name}", getattr(value, field.name))
    elif isinstance(value, Mapping):
        entries: Mapping[Any, Any] = value
        yield path, sorted(map(repr, entries))
        for key, entry in entries.items():
            yield from _walk(f"{path}[{key!r}]", entry)
    elif isinstance(value, tuple | list):
        rows: Iterable[Any] = value
        yield path, (type(value).__qualname__, len(value))
        for row, entry in enumerate(rows):
            yield from _walk(f"{path}[{row}]", entry)
    elif hasattr(value, "__dict__") and not callable(value) and not isinstance(value, Enum):
        yield path, type(value).__qualname__
        yield from _walk(path, dict(vars(value)))
    else:
        yield path, _leaf(value)


def _leaf(value: Any) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return str(value.dtype), value.shape, value.tobytes()
    if isinstance(value, float | complex):
        return type(value).__qualname__, repr(value)  # exact, and two NaNs read alike
    if value is None or isinstance(value, str | bytes | int):
        return type(value).__qualname__, value
    return type(value).__qualname__


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> list[str]:
    """Return the paths at which two sets of leaves differ."""
    return [
        path
        for path in {**one, **other}
        if path not in one or path not in other or one[path] != other[path]
    ]


def check_same(one: Any, other: Any, law: str) -> None:
    """Assert that two values are the same, bit for bit."""
    paths = differing(leaves(one), leaves(other))
    assert not paths, f"{law}; these differ: {', '.join(paths[:5])}"


class Untouched:
    """Asserts at its end that nobody wrote to what it was given.

    ``with Untouched(tracks=tracks): tracker(tracks, ...)``
    """

    def __init__(self, **values: Any) -> None:
        self._values = values
        self._before = leaves(values)

    def __enter__(self) -> None:
        """Start watching."""

    def __exit__(self, kind: object, *_: object) -> None:
        """Compare, unless something was raised."""
        if kind is None:
            paths = differing(self._before, leaves(self._values))
            assert not paths, f"inputs must not be written to; changed: {', '.join(paths[:5])}"
