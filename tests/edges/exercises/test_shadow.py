"""The shadow plays what was recorded, now, under numbers of its own, and remembers nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from standex.edges.exercises.shadow import ShadowPlan, first_numbers, shadow_steps, slim
from standex.edges.recording.reader import Recording
from standex.model.event import Alert, PassageClosed
from standex.model.tracks import no_tracks

NOW = 1_790_000_000 * 10**9


@pytest.fixture(scope="module")
def played(folder, recorded):
    """Return plan, and every step of it."""
    recording = Recording.open(folder / "one-of-two" / "recording.mcap")
    first_track_id, n_alerts = first_numbers(None, now_utc_ns=NOW)
    plan = ShadowPlan(
        site=replace(recorded.SITE, site_id="survey-x1"),
        calibrations=recorded.CALIBRATIONS,
        operating_point=None,
        recording=recording.path,
        first_track_id=first_track_id,
        n_alerts=n_alerts,
    )
    return plan, recording, list(shadow_steps(plan, recording, start_utc_ns=NOW))


def events_of(steps) -> list:
    return [event for _, _, events in steps for event in events]


def test_it_says_what_was_said_when_it_was_recorded(played) -> None:
    _, recording, steps = played
    said = events_of(steps)
    before = [event for _, event in recording.events()]
    assert [type(one) for one in said] == [type(one) for one in before]
    shift = NOW - recording.started_utc_ns
    assert [one.t_utc_ns for one in said] == [one.t_utc_ns + shift for one in before]
    alert, was = (next(e for e in events if isinstance(e, Alert)) for events in (said, before))
    assert alert.p_threat == was.p_threat
    np.testing.assert_array_equal(alert.position_site_m, was.position_site_m)


def test_its_numbers_are_never_those_of_real_people(played) -> None:
    plan, _, steps = played
    said = events_of(steps)
    closed = [one for one in said if isinstance(one, PassageClosed)]
    assert len(closed) == 2
    assert all(one.track_id >= plan.first_track_id > 10**12 for one in closed)
    (alert,) = [one for one in said if isinstance(one, Alert)]
    assert alert.alert_id.startswith("survey-x1-")


def test_numbers_end_like_those_of_the_people_who_come_next(recorded) -> None:
    real = no_tracks(NOW)
    picture = replace(played_picture(recorded), tracks=replace(real, next_track_id=31), n_alerts=7)
    first_track_id, n_alerts = first_numbers(picture, now_utc_ns=NOW)
    assert first_track_id % 10_000 == 531
    assert n_alerts == 107
    later, _ = first_numbers(picture, now_utc_ns=NOW + 10**9)
    assert later > first_track_id + 9_000  # two exercises never share a number


def played_picture(recorded):
    from standex.station import Station  # noqa: PLC0415

    return Station.of(recorded.SITE, {}, recorded.CALIBRATIONS).start(NOW)


def test_what_is_sent_has_everybody_and_nothing_of_the_past(played) -> None:
    _, _, steps = played
    fullest = max((picture for _, picture, _ in steps), key=lambda one: len(one.passages))
    sent = slim(fullest)
    assert sent.passages == fullest.passages
    assert sent.history == ()
    assert not sent.coverage
    np.testing.assert_array_equal(sent.tracks.mean, fullest.tracks.mean)


def test_each_step_waits_for_its_time(played) -> None:
    _, _, steps = played
    times = [t_utc_ns for t_utc_ns, _, _ in steps]
    assert times == sorted(times)
    assert times[0] >= NOW
