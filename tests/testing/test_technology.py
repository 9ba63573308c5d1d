from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.hints import Hints, no_hints
from standex.model.observation import Health, HealthReason, HealthState, Observation
from standex.model.record import Record
from standex.testing.technology import check_technology

Step = Callable[[Any, Record], tuple[Any, tuple[Observation, ...]]]


@dataclass(frozen=True)
class Fake:
    step: Step
    state: Any = 0

    def start(self) -> Any:
        return self.state

    def perceive(self, state: Any, record: Record, hints: Hints, /):
        if not {"level", "gain"} <= set(record.arrays):
            raise RecordError("an array is missing")
        if not all(np.isfinite(array).all() for array in record.arrays.values()):
            raise RecordError("not finite")
        return self.step(state, record)


RECORDS = [
    Record(
        sensor_id="s",
        t_utc_ns=10**18 + row,
        kind="test",
        sequence=row,
        arrays={"level": np.array([1.0, 2.0]), "gain": np.array([3])},
    )
    for row in range(3)
]


def fine(state: Any, record: Record) -> tuple[Any, tuple[Observation, ...]]:
    health = Health(
        sensor_id=record.sensor_id,
        t_utc_ns=record.t_utc_ns,
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )
    return state + 1, (health,)


def check(technology: Any) -> None:
    check_technology(technology, RECORDS, no_hints(10**18), n_classes=6)


def test_a_good_one_passes() -> None:
    check(Fake(fine))


def writes(state: Any, record: Record):
    record.arrays["level"][0] += 1
    return fine(state, record)


def changes_its_state(state: list[int], record: Record):
    state.append(1)
    return state, fine(0, record)[1]


def speaks_for_others(state: Any, record: Record):
    return fine(state, replace(record, sensor_id="other"))


def by_chance() -> Step:
    rng = np.random.default_rng(1)

    def step(state: Any, record: Record):
        return rng.random(), fine(0, record)[1]

    return step


@pytest.mark.parametrize(
    ("technology", "says"),
    [
        (Fake(writes), "inputs must not be written to"),
        (Fake(changes_its_state, []), "inputs must not be written to"),
        (Fake(speaks_for_others), "of sensor 'other'"),
        (Fake(by_chance()), "same again"),
    ],
)
def test_a_bad_one_is_caught(technology: Fake, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(technology)


@dataclass(frozen=True)
class Careless:
    """Refuses what ``refuses`` names, with ``error``."""

    refuses: str
    error: type[Exception] = RecordError

    def start(self) -> int:
        return 0

    def perceive(self, state: int, record: Record, hints: Hints, /):
        if "missing" in self.refuses and len(record.arrays) < 2:
            raise self.error("an array is missing")
        if "nan" in self.refuses and np.isnan(record.arrays["level"]).any():
            raise self.error("not finite")
        return fine(state, record)


@pytest.mark.parametrize(
    ("technology", "says"),
    [
        (Careless("nan"), "KeyError|'gain' is missing: the record must be refused"),
        (Careless("missing"), "a NaN is in 'level': the record must be refused"),
        (Careless("nan and missing", ValueError), "RecordError expected, got ValueError"),
        (Careless("nan and missing", lambda *_: RecordError()), "must say what is wrong"),
    ],
)
def test_bad_records_must_be_refused(technology: Careless, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(technology)


def test_something_else_is_no_technology() -> None:
    with pytest.raises((AssertionError, TypeError)):
        check(object())
