"""Replay through a tiny station that adds up numbers in the order it hears them."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from standex.edges.recording.reader import Recording
from standex.edges.recording.replay import replay, what_if
from standex.model.event import Event, Order, Ordered, OrderKind, VerdictChanged
from standex.model.hints import Hints, no_hints
from standex.model.observation import Evidence, Observation, Positions
from standex.model.picture import Outcome, Picture
from standex.model.site import OperatingPoint
from standex.model.tracks import no_tracks
from standex.model.zones import BodyZone


class Adder:
    """Says the running sum of all it heard whenever it is above a threshold."""

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def start(self, t_utc_ns: int) -> Picture:
        tracks = dataclasses.replace(no_tracks(t_utc_ns), mean=np.zeros((0, 4)))
        return Picture(
            t_utc_ns=t_utc_ns,
            tracks=tracks,
            history=(),
            passages={},
            health={},
            coverage={},
            n_alerts=0,
        )

    def update(
        self, picture: Picture, observations: tuple[Observation, ...], /
    ) -> tuple[Picture, tuple[Event, ...], Hints]:
        total = 1e-17 * picture.n_alerts
        for seen in observations:
            if isinstance(seen, Positions):
                total += float(seen.position_site_m.sum())
            if isinstance(seen, Evidence):
                total += float(seen.log_likelihood.sum()) + seen.log_clutter
        after = dataclasses.replace(picture, n_alerts=picture.n_alerts + 1)
        event = VerdictChanged(
            t_utc_ns=picture.t_utc_ns,
            track_id=picture.n_alerts,
            before=Outcome.PENDING,
            after=Outcome.ALARM,
            p_threat=total,
            coverage=0.0,
            reason="sum",
        )
        is_said = total > self.threshold
        return after, (event,) if is_said else (), no_hints(picture.t_utc_ns)

    def obey(self, picture: Picture, order: Order, /) -> tuple[Picture, tuple[Event, ...]]:
        after = dataclasses.replace(picture, n_alerts=picture.n_alerts + 1000)
        return after, (Ordered(t_utc_ns=order.t_utc_ns, order=order),)


@pytest.fixture
def path(tmp_path: Path, examples: Any, new_writer: Any) -> Path:
    station = Adder(threshold=-15.0)
    picture = station.start(examples.T0)
    with new_writer(tmp_path / "a.mcap", flush_interval_s=0.2) as writer:
        for number in range(30):
            t_utc_ns, observations, _ = examples.step(number)
            picture, events, _ = station.update(picture, observations)
            writer.publish(t_utc_ns, observations, events)
    return tmp_path / "a.mcap"


def test_the_same_station_says_the_same_bit_for_bit(path: Path) -> None:
    seen: list[int] = []
    result = replay(Recording.open(path), Adder(threshold=-15.0), on_step=seen.append)
    assert result.is_identical
    assert result.first_difference == ""
    assert result.n_steps == 30
    assert 0 < len(result.events) < 30
    assert seen == list(range(1, 31))


def test_one_more_event_is_a_difference(path: Path) -> None:
    result = replay(Recording.open(path), Adder(threshold=-100.0))
    assert not result.is_identical
    assert len(result.events) == 30
    assert "step 0 at" in result.first_difference
    assert "0 events were recorded, 1 are made now (VerdictChanged)" in result.first_difference


def test_the_last_bit_is_a_difference(path: Path, examples: Any) -> None:
    class Sloppy(Adder):
        def update(self, picture, observations, /):
            picture, events, hints = super().update(picture, observations)
            bit = tuple(
                dataclasses.replace(event, p_threat=float(np.nextafter(event.p_threat, 9.0)))
                for event in events
            )
            return picture, bit, hints

    result = replay(Recording.open(path), Sloppy(threshold=-15.0))
    assert not result.is_identical
    assert "p_threat of event 0 (VerdictChanged) was -" in result.first_difference


def test_orders_are_taken_again_where_they_were_given(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    station = Adder(threshold=-1e9)
    picture = station.start(examples.T0)
    order = Order(
        t_utc_ns=examples.T0, kind=OrderKind.STOP, sensor_id="", by="supervisor-1", why="drill"
    )
    with new_writer(tmp_path / "b.mcap", flush_interval_s=0.2) as writer:
        for number in range(6):
            t_utc_ns, observations, _ = examples.step(number)
            if number == 3:
                picture, events = station.obey(picture, order)
                observations = ()
            else:
                picture, events, _ = station.update(picture, observations)
            writer.publish(t_utc_ns, observations, events)
    result = replay(Recording.open(tmp_path / "b.mcap"), Adder(threshold=-1e9))
    assert result.is_identical, result.first_difference
    assert next(event for event in result.events if isinstance(event, Ordered)).order == order
    # The order moved the picture: what comes after it counts on from there.
    assert [e.track_id for e in result.events if isinstance(e, VerdictChanged)][-1] > 1000


def test_what_if_does_not_obey_the_threshold_that_was_ordered(
    tmp_path: Path, examples: Any, new_writer: Any
) -> None:
    station = Adder(threshold=-1e9)
    picture = station.start(examples.T0)
    order = Order(
        t_utc_ns=examples.T0,
        kind=OrderKind.SET_OPERATING_POINT,
        sensor_id="",
        by="supervisor-1",
        why="more people",
        operating_point=OperatingPoint(
            p_alarm=0.5, min_coverage=0.1, wanted_zones=(BodyZone.WAIST,)
        ),
        confirmed_by="supervisor-2",
    )
    with new_writer(tmp_path / "p.mcap", flush_interval_s=0.2) as writer:
        _, events = station.obey(picture, order)
        writer.publish(examples.T0, (), events)
    recording = Recording.open(tmp_path / "p.mcap")
    assert [type(e) for e in replay(recording, Adder(threshold=-1e9)).events] == [Ordered]
    assert what_if(recording, Adder(threshold=-1e9)).events == ()


def test_what_if_compares_nothing(path: Path) -> None:
    result = what_if(Recording.open(path), Adder(threshold=-100.0))
    assert (result.n_steps, len(result.events)) == (30, 30)
    assert len(what_if(Recording.open(path), Adder(threshold=100.0)).events) == 0


def test_a_cut_recording_is_identical_as_far_as_it_goes(
    tmp_path: Path, path: Path, examples: Any
) -> None:
    data = path.read_bytes()
    (tmp_path / "cut.mcap").write_bytes(data[: len(data) // 2])
    recording = Recording.open(tmp_path / "cut.mcap")
    assert not recording.is_complete
    result = replay(recording, Adder(threshold=-15.0))
    assert result.is_identical
    assert 0 < result.n_steps == recording.n_steps < 30
