"""Curves and pictures of looks as files of a bundle: numbers, for whoever examines an alarm.

``curves-NNN.json`` goes with entry NNN of the ledger, counted from 0: a spectrum with its fit, or
what an inlet drew over time. ``patches.json`` holds the pictures on the generic figure as numbers.
Neither holds anything of the shape of a person.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from standex.edges.evidence.heard import HeardLook
from standex.edges.incidents.explain import excess_of
from standex.edges.recording.codec import to_bytes
from standex.model.curves import Axis, Curves
from standex.model.errors import StandexError
from standex.model.picture import Passage
from standex.model.ports import Explaining

CURVES_FORM, PATCHES_FORM = "standex.curves.1", "standex.patches.1"
PATCHES = "patches.json"
MAX_CURVES = 24
MAX_PATCHES = 48
_DIGITS = 6


def curves_files(
    looks: Mapping[int, HeardLook], explaining: Mapping[str, Explaining]
) -> dict[str, bytes]:
    """Return the files of the looks that can be explained, the last ones.

    A look that cannot be explained any more is left out: the rest of the evidence is still kept.

    Args:
        looks: by number of their entry in the ledger.
        explaining: technologies by sensor.
    """
    files: dict[str, bytes] = {}
    for number in sorted(looks)[-MAX_CURVES:]:
        one = looks[number]
        try:
            curves = explaining[one.evidence.sensor_id].explained(one.heard, one.evidence)
        except (StandexError, ValueError, ArithmeticError, np.linalg.LinAlgError):
            continue
        if curves is not None:
            document = curves_document(curves, sensor_id=one.evidence.sensor_id)
            files[f"curves-{number:03d}.json"] = to_bytes(document)
    return files


def curves_document(curves: Curves, *, sensor_id: str) -> dict[str, Any]:
    """Return curves as plain data; values have six digits, None where there is none."""
    return {
        "form": CURVES_FORM,
        "kind": curves.kind.value,
        "sensor_id": sensor_id,
        "t_utc_ms": curves.t_utc_ns // 1_000_000,
        "substance": curves.substance,
        "figures": {name: _short(value) for name, value in curves.figures.items()},
        "x": {**_axis(curves.x_axis), "values": _values(curves.x)},
        "curves": [
            {
                "role": one.role.value,
                "channel": one.channel,
                **_axis(one.y),
                "values": _values(one.values),
            }
            for one in curves.curves
        ],
        "marks": [{"kind": one.kind.value, "at": _short(one.at)} for one in curves.marks],
    }


def patches_file(passage: Passage) -> dict[str, bytes]:
    """Return the pictures of a passage as numbers in one file, the last ones; none where none is.

    They are the same that ``look-NNN.png`` show in gray, on the generic figure.
    """
    patches = [
        {
            "entry": number,
            "sensor_id": entry.sensor_id,
            "look_id": entry.look_id,
            "t_utc_ms": entry.t_utc_ns // 1_000_000,
            "zone": None if entry.zone is None else entry.zone.value,
            "caption": patch.caption,
            "across_m": _values(patch.across_m),
            "height_m": _values(patch.height_m),
            "values": [_values(row) for row in patch.values],
            "excess": excess_of(patch),
        }
        for number, entry in enumerate(passage.entries)
        if (patch := entry.patch) is not None and patch.values.size
    ][-MAX_PATCHES:]
    if not patches:
        return {}
    return {PATCHES: to_bytes({"form": PATCHES_FORM, "patches": patches})}


def _axis(axis: Axis) -> dict[str, str]:
    return {"quantity": axis.quantity.value, "unit": axis.unit}


def _values(values: np.ndarray) -> list[float | None]:
    return [_short(value) for value in values.tolist()]


def _short(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return float(f"{value:.{_DIGITS}g}")
