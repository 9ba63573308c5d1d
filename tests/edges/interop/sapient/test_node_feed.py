"""One node's reports as records: scans, silence that means something, and troubles."""

from itertools import pairwise

import numpy as np
import pytest

from standex.edges.intake import ARRIVED
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.generated.task_ack_pb2 import TaskAck
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.node_feed import NOWHERE_S, NodeFeed
from standex.edges.interop.sapient.places import Places
from standex.edges.interop.sapient.technology import build
from standex.model.hints import no_hints
from standex.model.observation import HealthReason, HealthState, Positions
from standex.model.site import Site

T0, MS = 1_760_000_000_000_000_000, 1_000_000


@pytest.fixture
def feed(site: Site, anchor: Anchor, words) -> NodeFeed:
    spec = site.sensors[0]
    feed = NodeFeed(
        spec,
        Places(
            anchor=anchor, site_from_node=spec.site_from_sensor, sigma_m=0.3, are_errors_m=False
        ),
    )
    assert feed.troubles(T0)["radar-0"].reason is HealthReason.DISCONNECTED
    feed.registered(words.registration().registration, now_utc_ns=T0)
    assert feed.troubles(T0)["radar-0"].reason is HealthReason.STARTING
    feed.status(words.status().status_report, now_utc_ns=T0)
    assert feed.troubles(T0) == {}
    return feed


def give(feed: NodeFeed, words, t_utc_ns: int, now_utc_ns: int | None = None):
    return feed.detection(
        words.detection(t_utc_ns=t_utc_ns).detection_report,
        t_utc_ns=t_utc_ns,
        now_utc_ns=t_utc_ns if now_utc_ns is None else now_utc_ns,
    )


def test_detections_of_one_time_are_one_record(feed: NodeFeed, words) -> None:
    at = T0 + 100 * MS
    assert give(feed, words, at) == give(feed, words, at) == ()
    assert feed.tick(at + 5 * MS) == ()  # more may come
    (record,) = feed.tick(at + 21 * MS)
    assert record.t_utc_ns == at
    assert len(record.arrays["p_person"]) == 2
    assert bool(record.arrays["is_detecting"])
    assert feed.tick(at + 30 * MS) == ()


def test_a_record_says_when_the_first_of_it_came(feed: NodeFeed, words) -> None:
    at = T0 + 100 * MS
    give(feed, words, at, at + 3 * MS)
    give(feed, words, at, at + 9 * MS)
    (record,) = feed.tick(at + 50 * MS)
    assert int(record.arrays[ARRIVED]) == at + 3 * MS
    (quiet,) = feed.tick(at + 1000 * MS)
    # The time of this one is the station's own.
    assert int(quiet.arrays[ARRIVED]) == 0
    assert quiet.t_utc_ns < at + 1000 * MS


def test_a_scan_that_comes_in_drops_is_waited_for(feed: NodeFeed, words) -> None:
    n_whole = 0
    for scan in range(1, 11):
        at = T0 + 1000 * MS * scan
        give(feed, words, at)
        records = [*feed.tick(at + 30 * MS)]
        give(feed, words, at, at + 30 * MS)  # the line is slow: the second half
        records += feed.tick(at + 300 * MS)
        n_whole += [len(one.arrays["p_person"]) for one in records] == [2]
    assert n_whole == 9
    assert feed.counts.n_late == 1


def test_the_next_scan_ends_the_one_before(feed: NodeFeed, words) -> None:
    give(feed, words, T0 + 100 * MS)
    (record,) = give(feed, words, T0 + 200 * MS)
    assert record.t_utc_ns == T0 + 100 * MS
    (later,) = feed.tick(T0 + 300 * MS)
    assert (record.sequence, later.sequence) == (0, 1)


def test_silence_of_a_node_that_works_is_told_as_nobody(feed: NodeFeed, words) -> None:
    records = []
    for step in range(100):
        now = T0 + step * 20 * MS
        if step % 50 == 0:
            feed.status(words.status().status_report, now_utc_ns=now)
        records += feed.tick(now)
    times = [record.t_utc_ns for record in records]
    assert 18 <= len(records) <= 21  # two seconds at 10 Hz
    assert all(a < b for a, b in pairwise(times))
    assert all(record.arrays["position_site_m"].shape == (0, 2) for record in records)
    # It is said of a time at which a detection would have arrived by now.
    assert times[-1] <= T0 + 99 * 20 * MS - 100 * MS


def test_a_node_that_has_fallen_silent_sees_nothing_it_is_not_said_to_see_nobody(
    feed: NodeFeed,
) -> None:
    for step in range(400):
        last = feed.tick(T0 + step * 20 * MS)
    assert last == ()
    trouble = feed.troubles(T0 + 8_000 * MS)["radar-0"]
    assert trouble.state is HealthState.FAILED
    assert "said nothing for 2.5 s" in trouble.message


def test_late_ones_are_counted_and_left_out(feed: NodeFeed, words) -> None:
    give(feed, words, T0 + 200 * MS)
    feed.tick(T0 + 300 * MS)
    assert give(feed, words, T0 + 100 * MS, T0 + 310 * MS) == ()
    assert feed.counts.n_late == 1


@pytest.mark.parametrize(
    ("is_held_up", "reason"), [(True, HealthReason.SHEDDING), (False, HealthReason.CLOCK)]
)
def test_scans_that_cannot_be_taken_for_their_time_are_missing_and_not_nobody(
    feed: NodeFeed, words, is_held_up, reason
) -> None:
    give(feed, words, T0)
    (first,) = feed.tick(T0 + 100 * MS)
    said = []
    for step in range(20):
        now = T0 + (1_000 + 100 * step) * MS
        for _ in range(3):  # three of one scan
            feed.missed(now - 950 * MS, now_utc_ns=now, is_held_up=is_held_up)
        said += feed.tick(now + 20 * MS)
    assert said == []  # its people are there, though nobody can say where
    assert feed.counts.n_missed == 20
    feed.missed(T0, now_utc_ns=now, is_held_up=is_held_up)  # has been taken: somebody repeats it
    give(feed, words, now + 100 * MS)
    (last,) = feed.tick(now + 200 * MS)
    assert last.sequence - first.sequence == 21
    trouble = feed.troubles(now + 200 * MS)["radar-0"]
    assert trouble.reason is reason
    # With a wrong clock nothing of it counts; what is only held up shows that it is at work.
    assert trouble.state is (HealthState.DEGRADED if is_held_up else HealthState.FAILED)
    feed.status(words.status().status_report, now_utc_ns=now)
    assert feed.troubles(now + round(NOWHERE_S * 1000 + 1) * MS) == {}


@pytest.mark.parametrize(
    ("system", "state"),
    [
        (StatusReport.SYSTEM_WARNING, HealthState.DEGRADED),
        (StatusReport.SYSTEM_ERROR, HealthState.FAILED),
        (StatusReport.SYSTEM_GOODBYE, HealthState.FAILED),
        (StatusReport.SYSTEM_UNSPECIFIED, HealthState.FAILED),
    ],
)
def test_what_a_node_says_of_itself(feed: NodeFeed, words, system, state) -> None:
    report = words.status(system=system).status_report
    report.status.add(
        status_level=StatusReport.STATUS_LEVEL_ERROR_STATUS,
        status_type=StatusReport.STATUS_TYPE_INTERNAL_FAULT,
        status_value="fan\x1b[31m",
    )
    feed.status(report, now_utc_ns=T0)
    said = feed.troubles(T0)["radar-0"]
    assert said.state is state
    assert "\x1b" not in said.message
    if system == StatusReport.SYSTEM_ERROR:
        assert "internal_fault fan" in said.message
    if state is HealthState.FAILED:
        assert all(feed.tick(T0 + step * 100 * MS) == () for step in range(20))


def test_a_node_that_does_not_detect_covers_nothing(feed: NodeFeed, words) -> None:
    report = words.status().status_report
    report.status.add(status_type=StatusReport.STATUS_TYPE_NOT_DETECTING)
    feed.status(report, now_utc_ns=T0)
    assert feed.troubles(T0)["radar-0"].reason is HealthReason.OBSCURED
    assert all(feed.tick(T0 + step * 100 * MS) == () for step in range(20))


def test_the_field_of_view_that_it_states(feed: NodeFeed, words) -> None:
    report = words.status().status_report
    cone = report.field_of_view.range_bearing
    cone.range, cone.horizontal_extent, cone.coordinate_system, cone.datum = 10.0, 90.0, 1, 4
    feed.status(report, now_utc_ns=T0)
    (record,) = feed.tick(T0 + 400 * MS)
    assert len(record.arrays["outline_site_m"]) == 17


def test_tasks_there_and_back(feed: NodeFeed, words) -> None:
    done, refused = ulid(T0), ulid(T0)
    feed.asked(done, "task-1")
    feed.asked(refused, "task-2")
    message = words.detection(t_utc_ns=T0 + 100 * MS)
    message.detection_report.task_id = done
    feed.detection(message.detection_report, t_utc_ns=T0 + 100 * MS, now_utc_ns=T0 + 100 * MS)
    answer = TaskAck(task_id=refused, task_status=TaskAck.TASK_STATUS_REJECTED)
    feed.task_answered(answer)
    feed.task_answered(TaskAck(task_id=done, task_status=TaskAck.TASK_STATUS_ACCEPTED))
    (record,) = feed.tick(T0 + 200 * MS)
    assert record.arrays["task"].tolist() == ["task-1"]
    assert record.arrays["not_done"].tolist() == ["task-2"]


def test_places_that_cannot_be_used_are_told_for_a_while(feed: NodeFeed, words) -> None:
    message = words.detection(t_utc_ns=T0 + 100 * MS)
    message.detection_report.location.y = -41.9
    feed.detection(message.detection_report, t_utc_ns=T0 + 100 * MS, now_utc_ns=T0 + 100 * MS)
    feed.tick(T0 + 200 * MS)
    assert "swapped" in feed.troubles(T0 + 300 * MS)["radar-0"].message
    assert feed.troubles(T0 + round((NOWHERE_S + 1) * 1e9)) == {}
    assert feed.counts.n_nowhere == 1


def test_a_flood_within_one_scan_is_cut(feed: NodeFeed, words, monkeypatch) -> None:
    monkeypatch.setattr("standex.edges.interop.sapient.node_feed.MOST_DETECTIONS", 3)
    for _ in range(5):
        give(feed, words, T0 + 100 * MS)
    (record,) = feed.tick(T0 + 200 * MS)
    assert len(record.arrays["p_person"]) == 3
    assert feed.counts.n_flood == 2


def test_gone(feed: NodeFeed) -> None:
    feed.gone("its connection has ended")
    assert feed.tick(T0 + 500 * MS) == ()
    assert feed.troubles(T0)["radar-0"].message == "its connection has ended"


def test_records_are_read_by_the_technology(feed: NodeFeed, site: Site, words) -> None:
    give(feed, words, T0 + 100 * MS)
    (record,) = feed.tick(T0 + 200 * MS)
    technology = build(site.sensors[0], site, None)
    _, said = technology.perceive(technology.start(), record, no_hints(T0))
    (positions,) = (one for one in said if isinstance(one, Positions))
    np.testing.assert_allclose(positions.position_site_m, [[3.0, 4.0]], atol=1e-6)
