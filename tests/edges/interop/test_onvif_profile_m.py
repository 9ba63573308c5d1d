import json
import re

from standex.edges.interop.event_json import Sender
from standex.edges.interop.onvif_profile_m import onvif_messages
from standex.model.event import Alert, HealthChanged, Task, ThingLeft, VerdictChanged
from standex.testing.examples import example_events

SENDER = Sender(site_id="hall", is_exercise=True, is_simulated=False)
# ABNF of the core specification: TopicPrefix "/" PayloadPrefix "/" LocalTopic [ "/&" Source ]
TOPIC = re.compile(
    r"gate-1/onvif-ej/(?:[A-Za-z]+|tns:[a-z]+)(?:/(?:[A-Za-z]+|tns:[a-z]+))*/&[^#+]+"
)


def test_topics_and_payloads_have_the_form_of_the_specification(fakes) -> None:
    translate = onvif_messages(SENDER, prefix="gate-1")
    for event in example_events(fakes.site()):
        message = translate(event)
        if not isinstance(event, Alert | ThingLeft | VerdictChanged | HealthChanged):
            assert message is None
            continue
        assert message is not None
        assert TOPIC.fullmatch(message.topic), message.topic
        document = json.loads(message.payload)
        assert list(document) == ["UtcTime", "Source", "Data"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document["UtcTime"])
        values = [*document["Source"].values(), *document["Data"].values()]
        assert all(isinstance(value, str) for value in values)
        assert document["Data"]["Exercise"] == "true"
        source = message.topic.partition("/&")[2]
        assert source == "/".join(document["Source"].values())
        assert message.is_urgent is isinstance(event, Alert | ThingLeft)


def test_tasks_and_orders_stay_in_the_house(fakes) -> None:
    translate = onvif_messages(SENDER, prefix="gate-1")
    assert all(translate(e) is None for e in example_events(fakes.site()) if isinstance(e, Task))
