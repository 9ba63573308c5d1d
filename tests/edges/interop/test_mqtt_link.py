from pathlib import Path

import pytest

from standex.edges.interop.mqtt_link import (
    MqttError,
    MqttSettings,
    connect,
    disconnect,
    make_client,
    topic_word,
)


def test_without_tls_only_to_this_computer() -> None:
    for host in ("localhost", "127.0.0.1", "::1"):
        assert MqttSettings(host=host, port=1883, is_plain=True).is_plain
    with pytest.raises(MqttError, match="without TLS"):
        MqttSettings(host="broker.example", port=1883, is_plain=True)
    MqttSettings(host="broker.example", port=1883, is_plain=True, allows_plain_network=True)
    with pytest.raises(ValueError, match="port"):
        MqttSettings(host="localhost", port=0)


@pytest.mark.parametrize("name", ["", "a/b", "a+", "#", "a\0b", "x" * 201])
def test_a_name_that_means_something_in_a_topic_is_refused(name: str) -> None:
    with pytest.raises(MqttError):
        topic_word(name)
    assert topic_word("cam-entry") == "cam-entry"


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    missing = tmp_path / "nothing"
    with pytest.raises(MqttError, match="certificate or key"):
        make_client(MqttSettings(host="localhost", ca_file=missing))
    with pytest.raises(MqttError, match="password file"):
        make_client(
            MqttSettings(host="localhost", is_plain=True, username="u", password_file=missing)
        )


def test_the_broker_keeps_what_is_too_large_to_itself(broker, waits) -> None:
    settings = MqttSettings(host="127.0.0.1", port=broker.port, is_plain=True, most_bytes=1000)
    client = make_client(settings)
    got = []
    client.on_message = lambda *args: got.append(len(args[2].payload))
    client.on_connect = lambda *args: args[0].subscribe("t", 1)
    connect(client, settings)
    try:
        waits(client.is_connected)
        sender = make_client(settings)
        connect(sender, settings)
        waits(sender.is_connected)
        while not got:
            sender.publish("t", b"x", qos=1).wait_for_publish(2)
        sender.publish("t", b"x" * 900_000, qos=1).wait_for_publish(2)
        sender.publish("t", b"yy", qos=1).wait_for_publish(2)
        waits(lambda: 2 in got)
        assert max(got) < 1000
        disconnect(sender)
    finally:
        disconnect(client)
