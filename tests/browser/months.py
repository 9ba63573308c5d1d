"""Months of walk tests and of shifts in the store of a service that has not started yet.

One sensor finds the reference object as it always did. The other began to miss it some days ago,
and to say less of everybody who passes.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from standex.edges.clock import SystemClock
from standex.edges.recording.codec import encode
from standex.edges.service.sensor_says import SensorSay
from standex.edges.service.shift_tally import COLLECTION as SHIFTS
from standex.edges.service.shift_tally import SensorTally, ShiftTally
from standex.edges.service.walk_desk import COLLECTION as WALKS
from standex.edges.service.walk_test import Walk, WalkResult, WalkTest
from standex.edges.store.contract import DataClass, Document
from standex.edges.store.sqlite_store import open_sqlite
from standex.model.zones import BodyZone

STEADY, WEAKER = "cam-exit", "cam-entry"
DAY_NS = 86_400 * 10**9
SHIFT_NS = DAY_NS // 3
BAD_DAYS = 7
N_WITH, N_WITHOUT = 3, 2
PEOPLE = 80


def write_months(folder: Path, *, days: int, calibration_id: str, seed: int = 3) -> None:
    """Write a test and a shift every eight hours of so many days up to now."""
    rng = np.random.default_rng(seed)
    clock = SystemClock()
    now = clock.utc_ns() // SHIFT_NS * SHIFT_NS
    folder.mkdir(parents=True, exist_ok=True)
    store = open_sqlite(folder / "store.db", clock=clock)
    try:
        for t_utc_ns in range(now - days * DAY_NS, now - SHIFT_NS // 2, SHIFT_NS):
            is_bad = t_utc_ns > now - BAD_DAYS * DAY_NS
            test = _test(rng, t_utc_ns + SHIFT_NS // 4, calibration_id, is_bad=is_bad)
            shift = ShiftTally(
                from_utc_ns=t_utc_ns,
                sensors=tuple(_tallies(rng, calibration_id, is_bad=is_bad)),
            )
            for collection, name, value in (
                (WALKS, test.walk_test_id, test),
                (SHIFTS, f"shift-{t_utc_ns // 10**9}", shift),
            ):
                _put(store, collection, name, value)
    finally:
        store.close()


def write_walks(folder: Path, kinds: Mapping[int, bool], *, for_ns: int) -> None:
    """Write a walk test of before: when each walk was begun, and whether it was with the object."""
    store = open_sqlite(folder / "store.db", clock=SystemClock())
    begun_utc_ns = min(kinds)
    test = _made(
        begun_utc_ns,
        (
            Walk(
                has_object=has_object,
                from_utc_ns=t_utc_ns,
                to_utc_ns=t_utc_ns + for_ns,
                result=WalkResult.RIGHT,
            )
            for t_utc_ns, has_object in kinds.items()
        ),
    )
    try:
        _put(store, WALKS, test.walk_test_id, test)
    finally:
        store.close()


def _put(store, collection: str, name: str, value: WalkTest | ShiftTally) -> None:
    store.put(
        Document(
            collection=collection,
            document_id=name,
            data_class=DataClass.OPERATION,
            expires_utc_ns=SystemClock().utc_ns() + 365 * DAY_NS,
            version=0,
            body=encode(value),
        )
    )


def _test(rng, begun_utc_ns: int, calibration_id: str, *, is_bad: bool) -> WalkTest:
    kinds = rng.permutation([True] * N_WITH + [False] * N_WITHOUT)
    walks = (
        _walk(rng, begun_utc_ns + k * 60 * 10**9, bool(has), calibration_id, is_bad=is_bad)
        for k, has in enumerate(kinds)
    )
    return _made(begun_utc_ns, walks)


def _made(begun_utc_ns: int, walks: Iterable[Walk]) -> WalkTest:
    return WalkTest(
        walk_test_id=f"walk-{begun_utc_ns // 10**6}",
        site_id="survey",
        by="anna",
        reference_object="wax slab 12 mm",
        zone=BodyZone.TORSO_FRONT,
        begun_utc_ns=begun_utc_ns,
        ended_utc_ns=begun_utc_ns + 300 * 10**9,
        walks=tuple(walks),
    )


def _walk(rng, t_utc_ns: int, has_object: bool, calibration_id: str, *, is_bad: bool) -> Walk:
    p_right = {STEADY: 0.95, WEAKER: 0.4 if is_bad and has_object else 0.95}
    is_right = {name: bool(rng.random() < p) for name, p in p_right.items()}
    speaks = {name: right is has_object for name, right in is_right.items()}
    alarms = any(speaks.values()) if has_object else all(speaks.values())
    odds = rng.normal(3.5 if alarms else -3.0, 0.6)
    wrong = WalkResult.MISSED if has_object else WalkResult.FALSE_ALARM
    return Walk(
        has_object=has_object,
        from_utc_ns=t_utc_ns,
        to_utc_ns=t_utc_ns + 40 * 10**9,
        result=WalkResult.RIGHT if alarms is has_object else wrong,
        p_threat=float(1 / (1 + np.exp(-odds))),
        p_alarm=0.5,
        sensors=tuple(
            SensorSay(
                sensor_id=name,
                calibration_id=calibration_id,
                has_looked=True,
                log_factor=2.0 if says else -2.0,
            )
            for name, says in speaks.items()
        ),
    )


def _tallies(rng, calibration_id: str, *, is_bad: bool) -> Iterator[SensorTally]:
    for name in (STEADY, WEAKER):
        middle = -1.0 + rng.normal(0, 0.15) - (0.7 if is_bad and name == WEAKER else 0.0)
        tally = SensorTally(sensor_id=name, calibration_id=calibration_id)
        for said in rng.normal(middle, 1.0, PEOPLE):
            tally = tally.with_one(float(said))
        yield tally
