"""A run with an alarm leaves one bundle, first of the alarm, then of the whole passage."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.evidence import keeper as keeper_module
from standex.edges.evidence.bundle import EvidenceError
from standex.edges.evidence.keeper import EvidenceKeeper, EvidenceRule
from standex.edges.evidence.shelf import EvidenceShelf
from standex.model.curves import Axis, Curves, CurvesKind, Quantity
from standex.model.ports import Sink
from standex.model.record import Record


@pytest.fixture
def rule() -> EvidenceRule:
    return EvidenceRule(
        site_id="demo",
        site_toml="site_id = 'demo'\n",
        software_version="0.1.0",
        is_simulated=True,
        keep_s=3600.0,
        ring_s=4.0,
        after_s=0.0,
    )


@pytest.fixture
def new_keeper(new_shelf: Callable, rule: EvidenceRule, scene) -> Callable:
    def make(shelf: EvidenceShelf | None = None, **changes: object) -> EvidenceKeeper:
        return EvidenceKeeper(
            shelf or new_shelf(), rule=replace(rule, **changes), clock=SimulatedClock(scene.T0)
        )

    return make


def until(is_true: Callable[[], bool]) -> None:
    waiting = threading.Event()
    for _ in range(500):
        if is_true():
            return
        waiting.wait(0.01)
    raise AssertionError


def walk(keeper: EvidenceKeeper, scene, seconds: range, *, alarm: int = 5, end: int = 9) -> None:
    """Two people walk, one look a second; the alarm and the end of the passage come in between."""
    for second in seconds:
        entries = [scene.entry(f"look-{n}") for n in range(second + 1)]
        passage = scene.passage(*entries, alert_id="demo-000001" if second >= alarm else "")
        inside = (passage,) if second < end else ()
        events = ()
        if second == alarm:
            events = (scene.alert(second=alarm),)
        if second == end:
            events = (scene.closed(second=end),)
        seen = (scene.positions(second), scene.evidence(f"look-{second}", second))
        keeper.publish(scene.T0 + second * scene.SECOND_NS, (*seen, scene.coverage()), events)
        keeper.step(scene.picture(second, *inside), events)


def test_it_is_a_sink(new_keeper: Callable) -> None:
    with new_keeper() as keeper:
        assert isinstance(keeper, Sink)


def test_an_alarm_leaves_a_first_and_then_a_whole_bundle(
    new_keeper: Callable, new_shelf: Callable, scene, key
) -> None:
    shelf = new_shelf()
    with new_keeper(shelf) as keeper:
        walk(keeper, scene, range(5))
        assert shelf.all() == ()
        walk(keeper, scene, range(5, 6))
        until(lambda: len(shelf.all()) == 1)
        first = shelf.read("demo-000001")
        assert first.manifest.stage == "first"
        assert first.manifest.n_steps == 5, "the ring is 4 s long"
        walk(keeper, scene, range(6, 12))
        until(lambda: shelf.all()[0].stage == "whole")
    bundle = shelf.read("demo-000001")
    assert bundle.problems(key.public()) == ()
    manifest = bundle.manifest
    assert manifest.n_steps == 9
    assert manifest.first_utc_ns == scene.T0 + scene.SECOND_NS
    assert manifest.last_utc_ns == scene.T0 + 9 * scene.SECOND_NS
    assert manifest.expires_utc_ns == scene.T0 + 3605 * scene.SECOND_NS
    assert manifest.calibrations == {"mw-1": "cal-3"}
    assert manifest.is_simulated
    names = {"alert.json", "ledger.json", "clip.mcap", "site.toml"}
    assert names <= set(bundle.contents)
    assert b'"look-8"' in bundle.contents["ledger.json"]
    assert "look-008.png" in bundle.contents
    assert keeper.problem == ""


def test_pictures_are_left_out_where_they_are_not_wanted(
    new_keeper: Callable, new_shelf: Callable, scene
) -> None:
    shelf = new_shelf()
    with new_keeper(shelf, has_pictures=False) as keeper:
        walk(keeper, scene, range(12))
    assert not [name for name in shelf.read("demo-000001").contents if name.endswith(".png")]


class Explains:
    """Says of each look from which state it came; fails for one."""

    def start(self):
        return None

    def perceive(self, state, record, hints, /):
        return state, ()

    def explained(self, heard, look, /):
        assert threading.current_thread().name == "evidence", "never in the station's way"
        if look.look_id == "look-3":
            raise ValueError("cannot be explained")
        return Curves(
            kind=CurvesKind.GAS_ARRAY,
            t_utc_ns=look.t_utc_ns,
            substance=heard.state,
            figures={},
            x_axis=Axis(quantity=Quantity.TIME, unit="s"),
            x=np.zeros(1),
            curves=(),
        )


def hear(keeper: EvidenceKeeper, scene, seconds: range) -> None:
    for second in seconds:
        t_utc_ns = scene.T0 + second * scene.SECOND_NS
        record = Record(sensor_id="mw-1", t_utc_ns=t_utc_ns, kind="", sequence=second, arrays={})
        keeper.heard(f"state-{second}", record, (scene.evidence(f"look-{second}", second),))
        walk(keeper, scene, range(second, second + 1))


@pytest.mark.parametrize("has_curves", [True, False])
def test_curves_are_of_the_looks_in_the_ledger_and_signed_with_the_rest(
    new_shelf, rule, scene, key, has_curves: bool
) -> None:
    shelf, rule = new_shelf(), replace(rule, has_curves=has_curves)
    clock = SimulatedClock(scene.T0)
    with EvidenceKeeper(shelf, rule=rule, clock=clock, technologies={"mw-1": Explains()}) as keeper:
        hear(keeper, scene, range(12))
    bundle = shelf.read("demo-000001")
    names = [name for name in bundle.contents if name.startswith("curves-")]
    assert names == (
        [f"curves-{n:03d}.json" for n in (0, 1, 2, 4, 5, 6, 7, 8)] if has_curves else []
    )
    assert bundle.problems(key.public()) == ()
    for name in names:
        number = int(name[7:10])
        assert json.loads(bundle.contents[name])["substance"] == f"state-{number}"
        changed = {**bundle.contents, name: b"{}"}
        assert replace(bundle, contents=changed).problems(key.public()) == (
            f"{name} is not what was written",
        )


def test_what_only_the_first_bundle_could_have_stays_in_the_whole_one(
    new_shelf, rule, scene
) -> None:
    shelf, clock = new_shelf(), SimulatedClock(scene.T0)
    with EvidenceKeeper(shelf, rule=rule, clock=clock, technologies={"mw-1": Explains()}) as keeper:
        hear(keeper, scene, range(6))
        until(lambda: len(shelf.all()) == 1)
        keeper._open.clear()  # as if it had been killed here
    assert "curves-005.json" in shelf.read("demo-000001").contents
    with EvidenceKeeper(shelf, rule=rule, clock=clock) as keeper:
        walk(keeper, scene, range(12))
    whole = shelf.read("demo-000001")
    assert whole.manifest.stage == "whole"
    assert json.loads(whole.contents["curves-005.json"])["substance"] == "state-5"


def test_nobody_without_an_alarm_is_kept(new_keeper, new_shelf, scene, tmp_path) -> None:
    with new_keeper(new_shelf()) as keeper:
        walk(keeper, scene, range(12), alarm=99)
    assert list((tmp_path / "evidence").iterdir()) == []


def test_a_passage_that_does_not_end_is_whole_after_a_while(new_keeper, new_shelf, scene) -> None:
    shelf = new_shelf()
    with new_keeper(shelf, open_s=3.0) as keeper:
        walk(keeper, scene, range(12), end=99)
        until(lambda: [one.stage for one in shelf.all()] == ["whole"])


@pytest.mark.slow
def test_who_is_found_again_goes_on_in_the_same_bundle(new_keeper, new_shelf, scene) -> None:
    shelf = new_shelf()
    with new_keeper(shelf, after_s=3.0) as keeper:
        walk(keeper, scene, range(7))
        walk(keeper, scene, range(7, 9), end=7)
        walk(keeper, scene, range(9, 12), end=99)
        walk(keeper, scene, range(12, 15), end=12)
        assert [one.stage for one in shelf.all()] in ([], ["first"])
        walk(keeper, scene, range(15, 16), end=12)
        until(lambda: [one.stage for one in shelf.all()] == ["whole"])
    assert b'"look-11"' in shelf.read("demo-000001").contents["ledger.json"]


def test_what_is_open_at_the_end_is_written(new_keeper, new_shelf, scene) -> None:
    shelf = new_shelf()
    with new_keeper(shelf) as keeper:
        walk(keeper, scene, range(7))
    assert [one.stage for one in shelf.all()] == ["whole"]
    keeper.close()


def test_what_cannot_be_written_is_told_and_tried_again(
    new_keeper, new_shelf, scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "_RETRY_S", 0.01)
    shelf = new_shelf()
    write = shelf.write
    is_full = threading.Event()
    is_full.set()

    def full(manifest, contents):
        if is_full.is_set():
            raise EvidenceError("make room")
        return write(manifest, contents)

    monkeypatch.setattr(shelf, "write", full)
    with new_keeper(shelf) as keeper:
        walk(keeper, scene, range(7))
        until(lambda: "make room" in keeper.problem)
        is_full.clear()
        until(lambda: len(shelf.all()) == 1 and keeper.problem == "")


@pytest.mark.slow
def test_one_that_cannot_be_made_does_not_stop_the_next(
    new_keeper, new_shelf, scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = new_shelf()
    with new_keeper(shelf) as keeper:
        with monkeypatch.context() as patch:
            patch.setattr(keeper_module, "of_person", lambda *_: 1 / 0)
            walk(keeper, scene, range(6))
            until(lambda: "ZeroDivisionError" in keeper.problem)
        walk(keeper, scene, range(6, 12))
        until(lambda: len(shelf.all()) == 1)


def test_an_alert_without_a_passage_is_not_an_error(new_keeper, new_shelf, scene) -> None:
    shelf = new_shelf()
    with new_keeper(shelf) as keeper:
        keeper.step(scene.picture(0), (scene.alert(),))
    assert shelf.all() == ()
