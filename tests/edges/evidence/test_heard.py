"""Which looks are held, for whom, and for how long."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.evidence.heard import MOST_HELD, HeardLooks
from standex.model.observation import DriftFootprint
from standex.model.record import Record


class Explains:
    """Can show what a look is made of."""

    def start(self):
        return 0

    def perceive(self, state, record, hints, /):
        return state + 1, ()

    def explained(self, heard, look, /):
        return None


class SaysNothing:
    def start(self):
        return 0

    def perceive(self, state, record, hints, /):
        return state, ()


@pytest.fixture
def held() -> HeardLooks:
    return HeardLooks({"mw-1": Explains(), "cam-1": SaysNothing()}, ring_s=3.0)


def record(scene, second: int, sensor_id: str = "mw-1") -> Record:
    return Record(
        sensor_id=sensor_id,
        t_utc_ns=scene.T0 + second * scene.SECOND_NS,
        kind="k",
        sequence=second,
        arrays={},
    )


def test_a_look_is_held_with_the_state_before_its_record(held, scene) -> None:
    one = record(scene, 1)
    held.add("before", one, (scene.positions(1), scene.evidence("look-1", 1)))
    held.add("later", record(scene, 2), (scene.positions(2),))
    (found,) = held.of(scene.passage(scene.entry("other"), scene.entry("look-1"))).items()
    number, look = found
    assert number == 1
    assert (look.heard.state, look.heard.record) == ("before", one)


def test_sensors_that_explain_nothing_are_not_held(held, scene) -> None:
    held.add(0, record(scene, 1, "cam-1"), (scene.evidence("look-1", 1, row=0),))
    entry = scene.entry("look-1", sensor_id="cam-1")
    assert set(held.explaining) == {"mw-1"}
    assert held.of(scene.passage(entry)) == {}


@pytest.mark.parametrize(("attachment", "is_kept"), [(0.9, True), (0.5, True), (0.4, False)])
def test_a_look_that_was_rather_at_somebody_else_is_not_theirs(
    held, scene, attachment: float, is_kept: bool
) -> None:
    held.add(0, record(scene, 1), (scene.evidence("look-1", 1),))
    passage = scene.passage(scene.entry("look-1", attachment=attachment))
    assert (0 in held.of(passage)) is is_kept


@pytest.mark.parametrize(("attachment", "is_kept"), [(0.1, True), (0.01, False)])
def test_air_belongs_to_nobody_alone(held, scene, attachment: float, is_kept: bool) -> None:
    air = DriftFootprint(
        age_s=np.zeros(1),
        x_site_m=np.zeros(1),
        y_site_m=np.zeros(1),
        weight=np.ones((1, 1, 1)),
    )
    held.add(0, record(scene, 1), (replace(scene.evidence("look-1", 1), footprint=air),))
    passage = scene.passage(scene.entry("look-1", attachment=attachment))
    assert (0 in held.of(passage)) is is_kept


def test_a_look_at_whoever_carried_the_bag_before_is_not_theirs(held, scene) -> None:
    held.add(0, record(scene, 1), (scene.evidence("look-1", 1),))
    assert held.of(scene.passage(scene.entry("look-1", carried_from=scene.OTHER))) == {}


def test_old_looks_go_unless_an_alarm_still_needs_them(held, scene) -> None:
    entries = [scene.entry(f"look-{n}") for n in range(9)]
    for n in range(9):
        held.add(n, record(scene, n), (scene.evidence(f"look-{n}", n),))
    now = scene.T0 + 8 * scene.SECOND_NS
    held.forget(now_utc_ns=now, needed_from_utc_ns=scene.T0 + 5 * scene.SECOND_NS)
    assert sorted(held.of(scene.passage(*entries))) == list(range(2, 9))
    held.forget(now_utc_ns=now)
    assert sorted(held.of(scene.passage(*entries))) == list(range(5, 9))


def test_memory_is_bounded_whatever_comes(held, scene) -> None:
    entries = [scene.entry(f"look-{n}") for n in range(2 * MOST_HELD)]
    for n in range(2 * MOST_HELD):
        held.add(n, record(scene, 1), (scene.evidence(f"look-{n}", 1),))
    assert len(held.of(scene.passage(*entries))) == MOST_HELD
