from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.report import collector as module
from standex.edges.report.collector import Collector
from standex.edges.report.patches import n_looks_with_patch
from standex.edges.report.summary import RunSummary
from standex.model.event import Alert, PassageClosed
from standex.model.observation import HealthReason, HealthState
from standex.model.picture import Outcome
from standex.model.site import Site
from standex.model.tasking import Task
from standex.testing.examples import example_events, example_passage, example_picture


def test_everybody_who_left_is_there_with_the_final_word(sample: RunSummary) -> None:
    closed = [event for event in sample.events if isinstance(event, PassageClosed)]
    assert len(closed) == len(sample.passages) == sum(sample.n_people.values()) == 12
    for event, passage in zip(closed, sample.passages, strict=True):
        assert passage.track_id == event.track_id
        assert passage.verdict.outcome is event.outcome is not Outcome.PENDING
        assert passage.verdict.p_threat == event.p_threat
        assert len({entry.look_id for entry in passage.entries}) == event.n_looks
    assert not sample.inside


def test_tracks_are_thinned_to_five_a_second(sample: RunSummary) -> None:
    assert len(sample.tracks) == 12
    for line in sample.tracks:
        assert np.diff(line.t_utc_ns).min() >= 200_000_000
        passage = sample.passage(line.track_id)
        assert passage is not None
        assert line.outcome is passage.verdict.outcome


def test_health_is_kept_when_it_changes(sample: RunSummary) -> None:
    by_id = {sensor.sensor_id: sensor for sensor in sample.sensors}
    assert [h.state for h in by_id["cam-entry"].changes] == [
        HealthState.OK, HealthState.DEGRADED, HealthState.OK,
    ]  # fmt: skip
    assert by_id["cam-entry"].changes[1].reason is HealthReason.LOW_FRAME_RATE
    assert by_id["cam-exit"].changes == ()  # never heard of, and not left out
    assert by_id["mw-entry"].p_detect.max() == pytest.approx(0.82)
    assert not by_id["cam-entry"].p_detect.any()
    assert np.diff(by_id["mw-entry"].t_utc_ns).min() >= 10**9


@pytest.mark.slow
def test_pictures_are_kept_of_few(made_up_run: Callable) -> None:
    summary = made_up_run(20).summary()
    with_patch = [p for p in summary.passages if n_looks_with_patch(p)]
    others = [p for p in with_patch if not p.alert_id]
    assert {p.track_id for p in with_patch if p.alert_id} == {a.track_id for a in summary.alerts}
    assert len(others) == module.MAX_OTHERS_WITH_PATCHES
    assert all(p.verdict.outcome is Outcome.NOTHING_FOUND for p in others)
    most = module.MAX_PATCHES_PER_PERSON
    assert all(n_looks_with_patch(p) <= most for p in with_patch)


@pytest.mark.slow
def test_a_live_site_keeps_no_pictures_of_those_nothing_was_found_on(
    site: Site, made_up_run: Callable
) -> None:
    summary = made_up_run(12, site=replace(site, exercise=False)).summary()
    with_patch = [p for p in summary.passages if n_looks_with_patch(p)]
    assert with_patch
    assert all(p.alert_id for p in with_patch)


def test_people_still_inside_are_told_apart(site: Site, made_up_run: Callable) -> None:
    collector = Collector(site)
    for picture, events in made_up_run(6).pictures():
        collector.step(picture, events)
        if any(isinstance(event, Alert) for event in events):
            break
    summary = collector.result()
    assert {p.track_id for p in summary.inside} == set(picture.passages)
    for passage in summary.inside:
        assert (n_looks_with_patch(passage) > 0) == bool(passage.alert_id)


@pytest.mark.slow
def test_bounds_hold_and_what_is_left_out_is_counted(
    monkeypatch: pytest.MonkeyPatch, made_up_run: Callable
) -> None:
    monkeypatch.setattr(module, "MAX_PEOPLE", 5)
    monkeypatch.setattr(module, "MAX_ENTRIES", 20)
    monkeypatch.setattr(module, "MAX_EVENTS", 8)
    monkeypatch.setattr(module, "MAX_HEALTH_CHANGES", 2)
    monkeypatch.setattr(module, "MAX_ALARMED_WITH_PATCHES", 1)
    summary = made_up_run(12).summary()
    assert sum(summary.n_people.values()) == 12
    assert len(summary.passages) == len(summary.tracks) == 5
    assert sum(len(p.entries) for p in summary.passages) <= 20
    assert len(summary.events) == 8
    assert summary.left_out.n_people == 7
    assert summary.left_out.n_ledgers > 0
    assert summary.left_out.n_events > 0
    camera = summary.sensors[1]
    assert len(camera.changes) == 2
    assert camera.changes[-1].state is HealthState.OK  # the last word is the one that holds
    assert summary.left_out.n_health_changes == 1


def test_an_end_without_a_beginning_is_counted_all_the_same(site: Site) -> None:
    collector = Collector(site)
    closed = next(e for e in example_events(site) if isinstance(e, PassageClosed))
    collector.step(example_picture(site), (closed,))
    summary = collector.result()
    assert summary.n_people == {Outcome.NOT_SCREENED: 1}
    assert summary.passages[0].entries == ()
    assert not summary.tracks


def test_nothing_happened(site: Site) -> None:
    summary = Collector(site).result()
    assert summary.n_updates == 0
    assert summary.duration_s == 0
    assert len(summary.sensors) == len(site.sensors)


def test_tasks_fill_at_most_half(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_EVENTS", 10)
    collector = Collector(site)
    picture = example_picture(site, example_passage(site, track_id=1, position_site_m=(1.0, 1.0)))
    events = example_events(site)
    alert, task = events[0], next(event for event in events if isinstance(event, Task))
    collector.step(picture, (task,) * 30 + (alert,))
    summary = collector.result()
    assert summary.n_tasks == 30
    assert len(summary.events) == 6
    assert len(summary.alerts) == 1
