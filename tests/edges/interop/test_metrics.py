import sys

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families

from standex.edges.interop.metrics import metrics_text
from standex.edges.interop.outbox import OutboxCounts
from standex.edges.live_status import RunCounts
from standex.model.errors import StandexError
from standex.testing.examples import T_UTC_NS, example_events, example_passage, example_picture


@pytest.fixture
def status(fakes):
    site = fakes.site()
    counts = RunCounts(site, started_utc_ns=T_UTC_NS - 10**10, is_simulated=True)
    counts.updated(example_events(site), took_s=0.004)
    counts.of[site.sensors[0].sensor_id].n_records = 12
    picture = example_picture(
        site, example_passage(site, track_id=4711, position_site_m=(1.23, 2.34))
    )
    return counts.status(picture, unknown={"stranger": 3}, now_utc_ns=T_UTC_NS + 10**9)


def samples(text: bytes) -> dict:
    families = text_string_to_metric_families(text.decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_prometheus_reads_it(status) -> None:
    got = samples(metrics_text(status))
    site = status.site
    assert got["standex_uptime_seconds",] == pytest.approx(11.0)
    assert got["standex_picture_age_seconds",] == pytest.approx(1.0)
    assert got["standex_update_p50_seconds",] == pytest.approx(0.004)
    assert got["standex_passages_total", ("outcome", "not_screened")] == 1
    assert got["standex_followed", ("kind", "person")] == 1
    assert got["standex_unknown_records_total",] == 3
    first = site.sensors[0]
    named = [("sensor", first.sensor_id), ("technology", first.technology)]
    assert got["standex_sensor_records_total", *named, ("what", "accepted")] == 12
    assert got["standex_sensor_state", *sorted([*named, ("state", "ok")])] == 1
    info = [name for name in got if name[0] == "standex_station_info"]
    assert ("simulated", "true") in info[0]


def test_outputs_are_counted(status) -> None:
    counts = OutboxCounts(
        n_sent=5,
        n_dropped=1,
        n_undeliverable=0,
        n_failures=2,
        n_waiting=3,
        n_waiting_urgent=4,
        problem="away",
    )
    got = samples(metrics_text(status, outputs={"mqtt": counts}))
    assert got["standex_output_messages_total", ("output", "mqtt"), ("what", "sent")] == 5
    assert got["standex_output_waiting", ("output", "mqtt"), ("urgent", "true")] == 4
    assert got["standex_output_up", ("output", "mqtt")] == 0


def test_nobodys_number_or_place_is_in_it(status) -> None:
    text = metrics_text(status).decode()
    for private in ("4711", "1.23", "2.34", "alert-1", "track", "stranger"):
        assert private not in text
    labels = {name for key in samples(metrics_text(status)) for name, _ in key[1:]}
    assert labels == {
        *("site", "exercise", "simulated", "kind", "outcome", "sensor", "technology", "state"),
        *("what",),
    }


def test_two_of_them_do_not_meet(status) -> None:
    assert metrics_text(status) == metrics_text(status)
    assert not np.isnan(list(samples(metrics_text(status)).values())).any()


def test_a_missing_package_is_named(status, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(StandexError, match=r"standex\[metrics\]"):
        metrics_text(status)
