import functools
import json
import math
import signal
import socket
import subprocess
import threading
import time

import anyio
import numpy as np
import pytest

from standex.edges.clock import SystemClock
from standex.edges.interop.event_json import Sender
from standex.edges.interop.mqtt_link import MqttSettings, connect, disconnect, make_client
from standex.edges.interop.mqtt_sink import MqttSink
from standex.edges.interop.mqtt_source import MqttSource
from standex.edges.live import run
from standex.edges.live_ports import LiveSource, TellingSource
from standex.edges.perceive_pool import PerceivePool
from standex.edges.plugins import build_technologies
from standex.edges.single_writer import Outputs
from standex.model.observation import HealthReason, HealthState
from standex.model.ports import Tasked
from standex.model.tasking import Task
from standex.station import Station

BASE = "standex/v1/hall/sensors"
CLOCK = SystemClock()


def message(number: int = 0, **changes) -> bytes:
    return json.dumps(
        {
            "time_utc_ns": CLOCK.utc_ns(),
            "sequence": number,
            "kind": "video.floor_positions",
            "arrays": {"position_sensor_m": [[1.0, 2.0]], "sigma_m": [0.1], "score": [0.9]},
        }
        | changes
    ).encode()


class Running:
    """A source that is read in a thread, and a device beside it."""

    def __init__(self, port: int, **settings) -> None:
        self.settings = MqttSettings(host="127.0.0.1", port=port, is_plain=True, **settings)
        self.source = MqttSource(
            self.settings, site_id="hall", sensors=("cam-a", "cam-b"), clock=CLOCK
        )
        self.got: list = []
        self.thread = threading.Thread(target=self._read)
        self.thread.start()
        self.devices: list = []

    def _read(self) -> None:
        for record in self.source.records():
            self.got.append(record)

    def device(self, *, will: str = "", **settings):
        here = MqttSettings(host="127.0.0.1", port=self.settings.port, is_plain=True, **settings)
        client = make_client(here)
        if will:
            client.will_set(will, b'{"state": "failed", "reason": "disconnected"}', 1, retain=True)
        connect(client, here)
        self.devices.append(client)
        return client

    def close(self) -> None:
        self.source.close()
        self.thread.join(5)
        assert not self.thread.is_alive()
        for device in self.devices:
            disconnect(device)


@pytest.fixture
def running(broker, waits):
    made = Running(broker.port)
    waits(lambda: not made.source.troubles())
    yield made
    made.close()


def say(device, topic: str, payload: bytes, *, retain: bool = False) -> None:
    device.publish(topic, payload, 1, retain=retain).wait_for_publish(5)


@pytest.mark.slow
def test_records_come_in_and_only_those_of_the_named_sensors(running, waits) -> None:
    assert isinstance(running.source, LiveSource)
    assert isinstance(running.source, TellingSource)
    assert isinstance(running.source, Tasked)
    device = running.device()
    waits(device.is_connected)
    say(device, f"{BASE}/cam-c/record", message())
    for number in range(5):
        say(device, f"{BASE}/cam-a/record", message(number))
    twice = message()
    say(device, f"{BASE}/cam-b/record", twice)
    say(device, f"{BASE}/cam-b/record", twice)  # as QoS 1 allows
    waits(lambda: running.source.counts()["cam-b"].n_repeated == 1)
    waits(lambda: len(running.got) == 6)
    assert [r.sequence for r in running.got if r.sensor_id == "cam-a"] == [0, 1, 2, 3, 4]
    assert {r.sensor_id for r in running.got} == {"cam-a", "cam-b"}
    assert running.source.counts()["cam-a"].n_records == 5


@pytest.mark.slow
def test_what_does_not_hold_is_refused_and_told_of_that_sensor_alone(running, waits) -> None:
    device = running.device()
    waits(device.is_connected)
    hostile = [b"", b"\xff", b"[" * 10_000, b"{}", message(kind=""), message(time_utc_ns=-1)]
    for payload in hostile:
        say(device, f"{BASE}/cam-a/record", payload)
    say(device, f"{BASE}/cam-b/record", message())
    waits(lambda: running.source.counts()["cam-a"].n_refused == len(hostile))
    waits(lambda: running.got)
    told = running.source.troubles()
    assert set(told) == {"cam-a"}
    assert told["cam-a"].reason is HealthReason.BAD_RECORD
    say(device, f"{BASE}/cam-a/record", message())
    waits(lambda: not running.source.troubles())


@pytest.mark.slow
def test_a_last_will_is_a_failed_sensor_and_ok_takes_it_back(running, waits) -> None:
    device = running.device(will=f"{BASE}/cam-a/status")
    waits(device.is_connected)
    sock = device.socket()
    sock.shutdown(socket.SHUT_RDWR)  # gone without goodbye
    disconnect(device)
    running.devices.remove(device)
    waits(lambda: "cam-a" in running.source.troubles())
    said = running.source.troubles()["cam-a"]
    assert (said.state, said.reason) == (HealthState.FAILED, HealthReason.DISCONNECTED)
    again = running.device()
    waits(again.is_connected)
    say(again, f"{BASE}/cam-a/status", b'{"state": "ok"}', retain=True)
    waits(lambda: not running.source.troubles())
    say(again, f"{BASE}/cam-b/status", b'{"state": "degraded"}', retain=True)
    waits(running.source.troubles)
    say(again, f"{BASE}/cam-b/status", b"", retain=True)
    waits(lambda: not running.source.troubles())


@pytest.mark.slow
def test_a_retained_record_is_of_the_past(broker, waits) -> None:
    first = Running(broker.port)
    try:
        device = first.device()
        waits(device.is_connected)
        say(device, f"{BASE}/cam-a/record", message(), retain=True)
        waits(lambda: not first.source.troubles())
    finally:
        first.close()
    second = Running(broker.port)
    try:
        waits(lambda: second.source.counts()["cam-a"].n_refused == 1)
        assert second.got == []
        assert "retained" in second.source.troubles()["cam-a"].message
    finally:
        second.close()


@pytest.mark.slow
def test_a_broker_that_dies_is_told_and_come_back_to(broker, waits) -> None:
    own = Running(broker.port)
    try:
        waits(lambda: not own.source.troubles())
        broker.kill()
        waits(lambda: set(own.source.troubles()) == {"cam-a", "cam-b"})
        assert "no MQTT broker" in own.source.troubles()["cam-a"].message
        broker.start()
        waits(lambda: not own.source.troubles())
        device = own.device()
        waits(device.is_connected)
        say(device, f"{BASE}/cam-a/record", message())
        waits(lambda: own.got)
    finally:
        own.close()


@pytest.mark.slow
def test_a_task_reaches_its_sensor_and_no_other(running, waits) -> None:
    device, heard = running.device(), []
    device.on_message = lambda *args: heard.append((args[2].topic, json.loads(args[2].payload)))
    waits(device.is_connected)
    device.subscribe(f"{BASE}/+/task", 1)
    task = {
        "task_id": "t-1",
        "t_utc_ns": CLOCK.utc_ns(),
        "track_id": 17,
        "position_site_m": np.array([1.0, 2.0]),
        "t_look_utc_ns": CLOCK.utc_ns() + 10**9,
        "zone": None,
        "reason": "why",
    }
    waits(lambda: running.source.take(Task(sensor_id="cam-a", **task)) or heard)
    running.source.take(Task(sensor_id="not-ours", **task))
    assert {topic for topic, _ in heard} == {f"{BASE}/cam-a/task"}
    assert heard[0][1]["x_site_m"] == 1.0


@pytest.mark.slow
def test_the_brokers_list_binds_a_sensor_to_its_topics(make_broker, tmp_path, waits) -> None:
    """The lines of the how-to: who is cam-a cannot speak for cam-b."""
    acl, passwords = tmp_path / "acl", tmp_path / "passwords"
    acl.write_text(
        "user standex\ntopic readwrite standex/v1/#\n\n"
        "pattern write standex/v1/hall/sensors/%u/record\n"
        "pattern write standex/v1/hall/sensors/%u/status\n"
        "pattern read standex/v1/hall/sensors/%u/task\n"
    )
    passwords.write_text("")
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    for user in ("standex", "cam-a"):
        done = subprocess.run(
            ["mosquitto_passwd", "-b", str(passwords), user, "s3cret"], check=False
        )
        assert done.returncode == 0
    for path in (acl, passwords):
        path.chmod(0o644)
    tmp_path.chmod(0o755)
    broker = make_broker(
        "allow_anonymous false", f"password_file {passwords}", f"acl_file {acl}", "user root"
    )
    own = Running(broker.port, username="standex", password_file=secret)
    try:
        waits(lambda: not own.source.troubles())
        device = own.device(username="cam-a", password_file=secret)
        waits(device.is_connected)
        say(device, f"{BASE}/cam-b/record", message())
        say(device, f"{BASE}/cam-a/record", message())
        waits(lambda: own.got)
        assert {record.sensor_id for record in own.got} == {"cam-a"}
        assert own.source.counts()["cam-b"].n_records == 0
        nobody = own.device()
        threading.Event().wait(0.3)
        assert not nobody.is_connected()
    finally:
        own.close()


@pytest.mark.slow
def test_a_broker_that_answers_no_more_is_seen_within_five_seconds(broker, waits) -> None:
    own = Running(broker.port)
    try:
        waits(lambda: not own.source.troubles())
        broker.process.send_signal(signal.SIGSTOP)
        began = time.monotonic()
        waits(own.source.troubles)
        assert time.monotonic() - began < 5.5
        broker.process.send_signal(signal.SIGCONT)
        waits(lambda: not own.source.troubles())
    finally:
        own.close()


@pytest.mark.slow
def test_a_certificate_is_a_sensor_and_speaks_for_that_one_alone(
    make_broker, certificates, tmp_path, waits
) -> None:
    """TLS both ways: the name in the certificate is the user of the broker's list."""
    acl = tmp_path / "acl"
    acl.write_text(
        "user standex\ntopic readwrite standex/v1/#\n\n"
        "pattern write standex/v1/hall/sensors/%u/record\n"
    )
    tmp_path.chmod(0o755)
    broker = make_broker(
        f"cafile {certificates.ca}",
        f"certfile {certificates.of('127.0.0.1')[0]}",
        f"keyfile {certificates.of('127.0.0.1')[1]}",
        "require_certificate true",
        "use_identity_as_username true",
        f"acl_file {acl}",
        "user root",
    )

    def settings(name: str) -> MqttSettings:
        certificate, key = certificates.of(name)
        return MqttSettings(
            host="127.0.0.1",
            port=broker.port,
            ca_file=certificates.ca,
            certificate_file=certificate,
            key_file=key,
        )

    source = MqttSource(
        settings("standex"), site_id="hall", sensors=("cam-a", "cam-b"), clock=CLOCK
    )
    got: list = []

    def read() -> None:
        got.extend(source.records())

    thread = threading.Thread(target=read)
    thread.start()
    device = make_client(settings("cam-a"))
    connect(device, settings("cam-a"))
    try:
        waits(lambda: not source.troubles())
        waits(device.is_connected)
        say(device, f"{BASE}/cam-b/record", message())
        say(device, f"{BASE}/cam-a/record", message())
        waits(lambda: got)
        assert {record.sensor_id for record in got} == {"cam-a"}
    finally:
        disconnect(device)
        source.close()
        thread.join(5)


@pytest.mark.slow
def test_who_is_seen_over_mqtt_is_on_the_plan_and_told_over_mqtt(broker, fakes, waits) -> None:
    """The way in and the way out at once: a device, a station, somebody else at the broker."""
    site = fakes.site()
    settings = MqttSettings(host="127.0.0.1", port=broker.port, is_plain=True)
    names = [spec.sensor_id for spec in site.sensors]
    source = MqttSource(settings, site_id=site.site_id, sensors=names, clock=CLOCK)
    sender = Sender(site_id=site.site_id, is_exercise=True, is_simulated=False)
    sink = MqttSink(settings, sender=sender)
    heard: list = []
    other = make_client(settings)
    other.on_message = lambda *args: heard.append(json.loads(args[2].payload))
    other.on_connect = lambda *args: args[0].subscribe(f"standex/v1/{site.site_id}/people", 1)
    connect(other, settings)
    is_over = threading.Event()

    def device() -> None:
        waits(other.is_connected)
        number = 0
        while not is_over.wait(1 / site.sensors[0].rate_hz):
            place = [[2.0 + 0.01 * math.sin(number), 0.1]]
            arrays = {"position_sensor_m": place, "sigma_m": [0.05], "score": [0.95]}
            for name in names:
                other.publish(
                    f"standex/v1/{site.site_id}/sensors/{name}/record",
                    message(number, arrays=arrays),
                    qos=1,
                )
            number += 1
            if any(one["people"] for one in heard) or number > 100:
                source.close()
                return

    thread = threading.Thread(target=device)
    thread.start()
    station = Station.of(site, build_technologies(site, {}), {})
    try:
        with PerceivePool(station, heavy=()) as pool:
            status = anyio.run(
                functools.partial(
                    run,
                    station,
                    source,
                    pool=pool,
                    clock=CLOCK,
                    started_utc_ns=CLOCK.utc_ns(),
                    is_simulated=False,
                    outputs=Outputs(sinks=(sink,), listeners=(sink.people,)),
                )
            )
    finally:
        is_over.set()
        thread.join(10)
        sink.close()
        disconnect(other)
    assert any(one["people"] for one in heard)
    assert all(sensor.n_records > 0 for sensor in status.sensors)
    assert not status.unknown
