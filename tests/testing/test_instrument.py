from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from standex.model.record import Record
from standex.testing.instrument import check_instrument


@dataclass
class Scene:
    place_m: np.ndarray = field(default_factory=lambda: np.zeros(3))


@dataclass
class Thermometer:
    fault: str = ""
    rate_hz: float = 5.0
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        rng = self.rng if self.fault == "remembers" else np.random.default_rng([1, sequence])
        record = Record(
            sensor_id="t",
            t_utc_ns=t_utc_ns,
            kind="temperature",
            sequence=sequence,
            arrays={"level_k": rng.normal(300.0, 1.0, size=2)},
        )
        match self.fault:
            case "writes":
                scene.place_m += 1.0
            case "dead":
                return None
            case "other":
                return replace(record, sensor_id="u")
            case "counts":
                return replace(record, sequence=sequence + 1)
            case "late":
                return replace(record, t_utc_ns=t_utc_ns + 10**9)
            case "nan":
                return replace(record, arrays={"level_k": np.array([np.nan])})
            case "text":
                return replace(record, arrays={"level_k": np.array([b"warm"])})
            case "layout":
                return replace(record, arrays={f"level_{sequence}_k": np.zeros(1)})
            case "empty":
                return replace(record, arrays={})
        return record


def check(instrument: Any) -> None:
    check_instrument(instrument, Scene(), sensor_id="t")


def test_a_good_one_passes() -> None:
    check(Thermometer())


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("remembers", "what was asked before"),
        ("writes", "inputs must not be written to"),
        ("dead", "is the device dead"),
        ("other", "record of 'u'"),
        ("counts", "has number 1"),
        ("late", "ns off"),
        ("nan", "must be finite"),
        ("text", "is of type"),
        ("layout", "one layout"),
        ("empty", "must hold something"),
    ],
)
def test_a_bad_one_is_caught(fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(Thermometer(fault))


def test_the_rate_is_positive() -> None:
    with pytest.raises(AssertionError, match="rate_hz"):
        check(Thermometer(rate_hz=0.0))
