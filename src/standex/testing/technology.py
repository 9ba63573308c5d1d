"""The law of a technology: raw record in, usable observations out, nothing else changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from standex.model.errors import RecordError
from standex.model.hints import Hints
from standex.model.observation import Evidence
from standex.model.ports import Technology
from standex.model.record import Record
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_observations


def check_technology(
    technology: Technology,
    records: Sequence[Record],
    hints: Hints,
    *,
    n_classes: int,
    may_lack: Collection[str] = (),
    may_lose: Collection[str] = (),
) -> None:
    """Assert what the station needs of a technology.

    * Observations are usable (:func:`check_observations`), and no look is told twice.
    * State in, state out: the same record from the same state says the same, bit for bit, and
      neither state, record nor hints are written to.
    * A record with an array missing, or with one NaN anywhere, is refused with RecordError: a NaN
      compares False with every threshold, and False here means "nothing there".

    Args:
        technology: of one sensor.
        records: of that sensor, in order, good ones; together with no empty array that matters.
        hints: as the picture would give them.
        n_classes: item classes of the site.
        may_lack: arrays that a record need not have.
        may_lose: arrays in which single samples may be lost, as a camera loses channels: what is
            said with a NaN in them must be usable, too.
    """
    assert isinstance(technology, Technology), f"{type(technology).__name__} is no Technology"
    assert records, "a technology is checked on at least one record"
    state = technology.start()
    check_same(state, technology.start(), "every start must be the same")
    told: set[tuple[str, object]] = set()
    states: list[Any] = []
    for record in records:
        states.append(state)
        with Untouched(state=state, record=record, hints=hints):
            after, observations = technology.perceive(state, record, hints)
            again = technology.perceive(state, record, hints)
        check_same(
            (after, observations), again, "the same record and state must say the same again"
        )
        check_observations(observations, sensor_id=record.sensor_id, n_classes=n_classes)
        looks = [(one.look_id, one.zone) for one in observations if isinstance(one, Evidence)]
        assert told.isdisjoint(looks), f"looks told twice: {told.intersection(looks)}"
        told |= set(looks)
        state = after
    for name in sorted({name for record in records for name in record.arrays}):
        steps = list(zip(states, records, strict=True))
        _check_refusals(
            technology, steps, hints, name, may_lack=name in may_lack, may_lose=name in may_lose
        )
        if name in may_lose:
            state, record = steps[-1]
            spoilt = replace(record, arrays={**record.arrays, name: _spoilt(record.arrays[name])})
            _, observations = technology.perceive(state, spoilt, hints)
            check_observations(observations, sensor_id=record.sensor_id, n_classes=n_classes)


def _spoilt(array: np.ndarray) -> np.ndarray:
    spoilt = array.copy()
    spoilt.flat[array.size // 2] = np.nan
    return spoilt


def _check_refusals(
    technology: Technology,
    steps: Sequence[tuple[Any, Record]],
    hints: Hints,
    name: str,
    *,
    may_lack: bool,
    may_lose: bool,
) -> None:
    """Assert that a record is refused without array ``name``, or with a NaN in it."""
    having = [step for step in steps if name in step[1].arrays]
    state, record = having[-1]
    rest = {other: array for other, array in record.arrays.items() if other != name}
    if not may_lack:
        _check_refused(technology, state, record, rest, hints, f"array {name!r} is missing")
    if may_lose:
        return
    for state, record in reversed(having):
        array = record.arrays[name]
        if array.size and np.issubdtype(array.dtype, np.inexact):
            arrays = {**record.arrays, name: _spoilt(array)}
            _check_refused(technology, state, record, arrays, hints, f"a NaN is in {name!r}")
            return


def _check_refused(
    technology: Technology,
    state: Any,
    record: Record,
    arrays: Mapping[str, np.ndarray],
    hints: Hints,
    why: str,
) -> None:
    refusal: Exception | None = None
    with Untouched(state=state):
        try:
            technology.perceive(state, replace(record, arrays=arrays), hints)
        except Exception as error:  # noqa: BLE001 - whatever comes is judged below
            refusal = error
    assert refusal is not None, f"{why}: the record must be refused with RecordError"
    assert isinstance(refusal, RecordError), (
        f"{why}: RecordError expected, got {type(refusal).__name__}: {refusal}"
    )
    assert str(refusal), f"{why}: the RecordError must say what is wrong"
