"""How a running station is doing, in the text form of Prometheus.

Sensors and outcomes are labels; people are counted and nothing else: no number of anybody, no
place, no time of a passage.

References:
    Prometheus text exposition format 0.0.4; naming by the Prometheus and OpenMetrics practices
    (base units, ``_total`` for what only grows).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, final

from standex.edges.interop.outbox import OutboxCounts
from standex.edges.live_status import LiveStatus, SensorStatus
from standex.model.errors import StandexError
from standex.model.observation import HealthState
from standex.model.picture import Outcome, PassageKind

if TYPE_CHECKING:
    from prometheus_client.core import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATES = tuple(state.value for state in HealthState)


def metrics_text(status: LiveStatus, *, outputs: Mapping[str, OutboxCounts] | None = None) -> bytes:
    """Return the station at this moment, to be served under ``CONTENT_TYPE``.

    Args:
        status: of the running station.
        outputs: how sending to others goes, by the name of the sink.

    Raises:
        StandexError: the package is missing.
    """
    try:
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415
    except ImportError as error:
        raise StandexError(
            "metrics need the package prometheus-client: pip install 'standex[metrics]'"
        ) from error
    registry = CollectorRegistry()  # of its own: what others register is theirs
    registry.register(_Collector(status, outputs or {}))
    return generate_latest(registry)


@final
class _Collector:
    """Makes the families; satisfies what a registry asks of a collector."""

    def __init__(self, status: LiveStatus, outputs: Mapping[str, OutboxCounts]) -> None:
        self._status = status
        self._outputs = outputs

    def describe(self) -> Iterable["Metric"]:
        """Return nothing: nobody else registers here."""
        return ()

    def collect(self) -> Iterable["Metric"]:
        """Yield every family."""
        yield from self._station()
        yield from self._sensors()
        yield from self._sinks()

    def _station(self) -> Iterable["Metric"]:
        from prometheus_client.core import (  # noqa: PLC0415
            CounterMetricFamily,
            GaugeMetricFamily,
            InfoMetricFamily,
        )

        status = self._status
        yield InfoMetricFamily(
            "standex_station",
            "What runs",
            value={
                "site": status.site.site_id,
                "exercise": str(status.site.exercise).lower(),
                "simulated": str(status.is_simulated).lower(),
            },
        )
        for name, text, value in (
            ("uptime_seconds", "Since the start", (status.t_utc_ns - status.started_utc_ns) * 1e-9),
            ("picture_age_seconds", "Age of the newest position", status.age_s),
            ("lag_seconds", "From a record's time to the picture with it", status.lag_s),
            ("update_p50_seconds", "Median time of one step", status.update_p50_ms * 1e-3),
            ("update_p95_seconds", "Time of one step, 95 %", status.update_p95_ms * 1e-3),
            ("alerts_now", "Alerts of people who are here", self._n_alarmed()),
        ):
            yield GaugeMetricFamily(f"standex_{name}", text, value=value)
        people = GaugeMetricFamily("standex_followed", "Who is followed now", labels=["kind"])
        for kind in PassageKind:
            people.add_metric([kind.value], self._n_followed(kind))
        yield people
        for name, text, value in (
            ("alerts", "Alerts raised", status.picture.n_alerts),
            ("updates", "Steps of the station", status.n_updates),
            ("dropped_batches", "Batches that the station refused", status.n_dropped_batches),
            ("unknown_records", "Records of unknown sensors", sum(status.unknown.values())),
        ):
            yield CounterMetricFamily(f"standex_{name}", text, value=value)
        passages = CounterMetricFamily("standex_passages", "Passages ended", labels=["outcome"])
        for outcome in Outcome:
            if outcome is not Outcome.PENDING:
                passages.add_metric([outcome.value], status.n_closed.get(outcome, 0))
        yield passages

    def _sensors(self) -> Iterable["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

        labels = ["sensor", "technology"]
        health = GaugeMetricFamily(
            "standex_sensor_state", "1 for the state that it is in", labels=[*labels, "state"]
        )
        rate = GaugeMetricFamily(
            "standex_sensor_rate_hertz", "Records made sense of", labels=labels
        )
        nominal = GaugeMetricFamily("standex_sensor_nominal_hertz", "As surveyed", labels=labels)
        age = GaugeMetricFamily(
            "standex_sensor_age_seconds", "Age of the newest record", labels=labels
        )
        records = CounterMetricFamily(
            "standex_sensor_records", "What became of its records", labels=[*labels, "what"]
        )
        for sensor in self._status.sensors:
            named = [sensor.sensor_id, sensor.technology]
            state = HealthState.FAILED if sensor.health is None else sensor.health.state
            for one in _STATES:
                health.add_metric([*named, one], float(one == state.value))
            rate.add_metric(named, sensor.rate_hz)
            nominal.add_metric(named, sensor.nominal_hz)
            age.add_metric(named, sensor.age_s)
            for what, value in _counted(sensor).items():
                records.add_metric([*named, what], value)
        yield from (health, rate, nominal, age, records)

    def _sinks(self) -> Iterable["Metric"]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily  # noqa: PLC0415

        messages = CounterMetricFamily(
            "standex_output_messages", "What became of them", labels=["output", "what"]
        )
        waiting = GaugeMetricFamily(
            "standex_output_waiting", "Not sent yet", labels=["output", "urgent"]
        )
        up = GaugeMetricFamily("standex_output_up", "0 while sending fails", labels=["output"])
        for name, counts in self._outputs.items():
            for what, value in (
                ("sent", counts.n_sent),
                ("dropped", counts.n_dropped),
                ("undeliverable", counts.n_undeliverable),
                ("failures", counts.n_failures),
            ):
                messages.add_metric([name, what], value)
            waiting.add_metric([name, "false"], counts.n_waiting)
            waiting.add_metric([name, "true"], counts.n_waiting_urgent)
            up.add_metric([name], float(not counts.problem))
        yield from (messages, waiting, up)

    def _n_alarmed(self) -> int:
        passages = self._status.picture.passages.values()
        return sum(passage.verdict.outcome is Outcome.ALARM for passage in passages)

    def _n_followed(self, kind: PassageKind) -> int:
        return sum(passage.kind is kind for passage in self._status.picture.passages.values())


def _counted(sensor: SensorStatus) -> dict[str, int]:
    return {
        "accepted": sensor.n_records,
        "shed": sensor.n_shed,
        "lost": sensor.n_lost,
        "refused": sensor.n_refused,
        "error": sensor.n_errors,
    }
