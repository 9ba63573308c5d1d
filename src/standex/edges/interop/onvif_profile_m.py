"""Events in the words of ONVIF: JSON over MQTT, as video management systems subscribe to it.

Topic ``PREFIX/onvif-ej/TOPIC/&SOURCE`` and payload ``{"UtcTime", "Source", "Data"}``. ONVIF has no
topic for what is meant here, so they are under a name space of our own (``tns:standex``), which is
what the specification asks of vendors; values are texts, as in ONVIF's SimpleItem.

References:
    ONVIF Core Specification, "Event Broker": topic structure and JSON event payload;
    ONVIF Profile M, event handling over MQTT.
"""

from collections.abc import Mapping

from standex.edges.interop.event_json import Sender, utc_text
from standex.edges.interop.mqtt_link import topic_word
from standex.edges.interop.mqtt_sink import MqttMessage, Translates, json_bytes
from standex.model.event import Alert, Event, HealthChanged, ThingLeft, VerdictChanged
from standex.model.observation import HealthState

CHECK_REQUESTED = "RuleEngine/tns:standex/CheckRequested"
THING_LEFT = "RuleEngine/tns:standex/ThingLeft"
OUTCOME = "RuleEngine/tns:standex/Outcome"
SENSOR_FAILURE = "Device/HardwareFailure/tns:standex/SensorFailure"


def onvif_messages(sender: Sender, *, prefix: str) -> Translates:
    """Return what makes ONVIF events of ours.

    Args:
        sender: who speaks.
        prefix: first word of the topics, unique to this station at the broker.

    Raises:
        MqttError: the prefix or the site's name cannot be part of a topic.
    """
    base = f"{topic_word(prefix)}/onvif-ej"
    site = topic_word(sender.site_id)
    meant = {
        "Exercise": _truth(sender.is_exercise),
        "Simulated": _truth(sender.is_simulated),
    }

    def message(
        topic: str,
        t_utc_ns: int,
        source: Mapping[str, str],
        data: Mapping[str, str],
        *,
        urgent: bool,
    ) -> MqttMessage:
        values = "/".join(_word(value) for value in source.values())
        document = {
            "UtcTime": utc_text(t_utc_ns),
            "Source": dict(source),
            "Data": {**data, **meant},
        }
        return MqttMessage(
            topic=f"{base}/{topic}/&{values}",
            payload=json_bytes(document),
            qos=1,
            is_retained=topic == SENSOR_FAILURE,
            is_urgent=urgent,
        )

    def translate(event: Event) -> MqttMessage | None:
        match event:
            case Alert():
                return message(
                    CHECK_REQUESTED,
                    event.t_utc_ns,
                    {"Site": site, "Level": event.level_id},
                    {
                        "AlertId": event.alert_id,
                        "ObjectId": str(event.track_id),
                        **_place(event),
                        "Zone": "" if event.zone is None else event.zone.value,
                        "Likelihood": f"{event.p_threat:.4f}",
                        "Reason": event.reason,
                    },
                    urgent=True,
                )
            case ThingLeft():
                return message(
                    THING_LEFT,
                    event.t_utc_ns,
                    {"Site": site, "Level": event.level_id},
                    {
                        "AlertId": event.alert_id,
                        "ObjectId": str(event.track_id),
                        **_place(event),
                        "Likelihood": f"{event.p_threat:.4f}",
                        "Reason": event.reason,
                    },
                    urgent=True,
                )
            case VerdictChanged():
                return message(
                    OUTCOME,
                    event.t_utc_ns,
                    {"Site": site},
                    {"ObjectId": str(event.track_id), "Outcome": event.after.value},
                    urgent=False,
                )
            case HealthChanged():
                failed = event.after.state is not HealthState.OK
                return message(
                    SENSOR_FAILURE,
                    event.t_utc_ns,
                    {"Token": event.after.sensor_id},
                    {"Failed": _truth(failed), "Reason": event.after.message},
                    urgent=False,
                )
            case _:
                return None

    return translate


def _place(event: Alert | ThingLeft) -> dict[str, str]:
    x_m, y_m = event.position_site_m
    return {"X": f"{x_m:.2f}", "Y": f"{y_m:.2f}"}


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _word(value: str) -> str:
    """Return a value as one level of a topic: what means something there is left out."""
    return "".join(c for c in value if c not in "/+#" and ord(c) >= 32)[:200] or "-"
