import pytest

from standex.edges.live_status import RunCounts, SensorCounts
from standex.model.picture import Outcome
from standex.testing.examples import T_UTC_NS, example_events, example_passage, example_picture

S = 10**9


def test_rates_are_of_the_last_seconds(fakes) -> None:
    counts = SensorCounts()
    for n in range(100):  # ten a second for ten seconds
        counts.done(n * S // 10, now_utc_ns=n * S // 10 + S // 100)
    status = counts.status(
        sensor_id="a",
        technology="t",
        nominal_hz=10.0,
        health=None,
        now_utc_ns=10 * S,
        started_utc_ns=0,
    )
    assert abs(status.rate_hz - 10) < 0.5
    assert abs(status.age_s - 0.1) < 1e-9
    assert abs(counts.recent_lag_s(now_utc_ns=10 * S) - 0.01) < 1e-9
    assert not status.is_stale


def test_a_sensor_never_heard_is_stale_and_so_is_a_plan_without_positions(fakes) -> None:
    site = fakes.site()
    counts = RunCounts(site, started_utc_ns=T_UTC_NS, is_simulated=True)
    picture = fakes.station().start(T_UTC_NS)
    status = counts.status(picture, unknown={}, now_utc_ns=T_UTC_NS)
    assert status.is_stale
    assert all(sensor.is_stale for sensor in status.sensors)
    assert status.screened_share is None


def test_the_plan_ages(fakes) -> None:
    site = fakes.site()
    counts = RunCounts(site, started_utc_ns=T_UTC_NS - S, is_simulated=True)
    picture = example_picture(site, example_passage(site, track_id=1, position_site_m=(1, 1)))
    assert not counts.status(picture, unknown={}, now_utc_ns=T_UTC_NS + S).is_stale
    assert counts.status(picture, unknown={}, now_utc_ns=T_UTC_NS + 2 * S).is_stale


def test_ended_passages_are_counted_by_outcome(fakes) -> None:
    site = fakes.site()
    counts = RunCounts(site, started_utc_ns=T_UTC_NS, is_simulated=False)
    counts.updated(example_events(site), took_s=0.002)
    status = counts.status(example_picture(site), unknown={"x": 1}, now_utc_ns=T_UTC_NS)
    assert status.n_closed == {Outcome.NOT_SCREENED: 1}
    assert status.screened_share == 0
    assert len(status.alerts) == 1
    assert abs(status.update_p50_ms - 2) < 1e-9


def test_the_lag_is_the_worst_of_the_last_seconds() -> None:
    counts, second = SensorCounts(), 10**9
    for at_s, lag_s in ((0.0, 0.9), (1.0, 0.2), (1.5, 0.4), (2.0, 0.1)):
        now = round((100 + at_s) * second)
        counts.done(now - round(lag_s * second), now_utc_ns=now)
    at = [counts.recent_lag_s(now_utc_ns=round((100 + s) * second)) for s in (2.0, 3.5, 4.8, 9.0)]
    assert at == pytest.approx([0.9, 0.4, 0.1, 0.0])
