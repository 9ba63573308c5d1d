import json
import math

import pytest

from standex.edges.interop.event_json import Sender
from standex.edges.interop.mqtt_link import MqttSettings, connect, disconnect, make_client
from standex.edges.interop.mqtt_sink import MqttSink, json_bytes, standex_messages
from standex.model.event import Alert
from standex.testing import check_sink
from standex.testing.examples import example_events, example_passage, example_picture

SENDER = Sender(site_id="hall", is_exercise=True, is_simulated=True)


class Listener:
    """Somebody else at the broker."""

    def __init__(self, port: int) -> None:
        settings = MqttSettings(host="127.0.0.1", port=port, is_plain=True)
        self.got: list = []
        self.client = make_client(settings)
        self.client.on_message = lambda *args: self.got.append(args[2])
        self.client.on_connect = lambda *args: args[0].subscribe("#", 1)
        self.ready = False
        self.client.on_subscribe = lambda *_: setattr(self, "ready", True)
        connect(self.client, settings)

    def documents(self, topic: str) -> list:
        return [json.loads(m.payload) for m in self.got if m.topic == topic]

    def close(self) -> None:
        disconnect(self.client)


@pytest.fixture
def listener(broker, waits):
    made = Listener(broker.port)
    waits(lambda: made.ready)
    yield made
    made.close()


@pytest.fixture
def make_sink(broker):
    made = []

    def make(**changes):
        settings = MqttSettings(host="127.0.0.1", port=broker.port, is_plain=True)
        sink = MqttSink(settings, sender=SENDER, **changes)
        made.append(sink)
        return sink

    yield make
    for sink in made:
        sink.close()


@pytest.mark.slow
def test_everything_that_concerns_others_arrives(make_sink, listener, fakes, waits) -> None:
    site, sink = fakes.site(), make_sink()
    check_sink(sink, site=site)
    waits(lambda: listener.documents("standex/v1/hall/alerts"))
    (alert,) = listener.documents("standex/v1/hall/alerts")
    assert alert["alert_id"] == "alert-1"
    assert alert["exercise"] is True
    waits(lambda: listener.documents("standex/v1/hall/passages"))
    waits(lambda: listener.documents(f"standex/v1/hall/sensors/{site.sensors[0].sensor_id}/health"))
    assert listener.documents("standex/v1/hall/things")
    assert not listener.documents("standex/v1/hall/people"), "only where it is switched on"
    sink.people(
        example_picture(site, example_passage(site, track_id=1, position_site_m=(0, 1))), ()
    )
    waits(lambda: listener.documents("standex/v1/hall/people"))


@pytest.mark.slow
def test_health_is_kept_for_who_comes_later_and_the_service_says_goodbye(
    make_sink, broker, fakes, waits
) -> None:
    site, sink = fakes.site(), make_sink()
    sink.publish(0, (), example_events(site))
    waits(lambda: sink.counts().n_waiting == 0 == sink.counts().n_waiting_urgent)
    late = Listener(broker.port)
    waits(lambda: late.documents("standex/v1/hall/service"))
    assert late.documents("standex/v1/hall/service")[-1]["state"] == "running"
    assert [m.topic for m in late.got if m.topic.endswith("/health")]
    assert not late.documents("standex/v1/hall/alerts"), "an alert is news, once"
    assert sink.close()
    waits(lambda: late.documents("standex/v1/hall/service")[-1]["state"] == "stopped")
    late.close()


@pytest.mark.slow
def test_no_alert_is_lost_while_the_broker_is_away(make_sink, broker, fakes, waits) -> None:
    sink = make_sink()
    (alert,) = (e for e in example_events(fakes.site()) if isinstance(e, Alert))
    sink.publish(0, (), (alert,))
    waits(lambda: sink.counts().n_sent == 1)
    broker.kill()
    waits(lambda: "no broker" in sink.counts().problem)
    for _ in range(5):
        sink.publish(0, (), (alert,))  # does not wait
    assert sink.counts().n_waiting_urgent >= 1
    broker.start()
    listener = Listener(broker.port)
    waits(lambda: sink.counts().n_sent == 6, timeout_s=20)
    waits(lambda: len(listener.documents("standex/v1/hall/alerts")) >= 1)
    listener.close()


def test_numbers_that_json_does_not_know_are_null() -> None:
    document = {"a": math.inf, "b": [math.nan, 1.0], "c": {"d": -math.inf}}
    assert json.loads(json_bytes(document)) == {"a": None, "b": [None, 1.0], "c": {"d": None}}


def test_alerts_are_urgent_and_health_is_retained(fakes) -> None:
    translate = standex_messages(SENDER)
    messages = [m for e in example_events(fakes.site()) if (m := translate(e))]
    by_topic = {message.topic.rpartition("/")[2]: message for message in messages}
    assert by_topic["alerts"].is_urgent
    assert by_topic["alerts"].qos == 1
    assert by_topic["things"].is_urgent
    assert by_topic["health"].is_retained
    assert not by_topic["passages"].is_urgent
    assert not any(message.is_retained for message in messages if "health" not in message.topic)
