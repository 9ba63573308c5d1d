"""Systems above that vanish without a word: told, waited for by nobody, and told all afterwards."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("paho.mqtt", reason="paho-mqtt is not installed")
pytest.importorskip("google.protobuf", reason="protobuf is not installed")

from neighbours import loaded
from standex.edges.interop.event_json import Sender
from standex.edges.interop.mqtt_link import MqttSettings
from standex.edges.interop.mqtt_sink import MqttSink
from standex.edges.interop.outbox import N_ORDINARY
from standex.edges.settings import parse_site
from standex.model.event import Alert
from standex.testing.examples import example_events, example_picture

HERE = Path(__file__).parent
proxies = loaded("reliability/fault_proxy.py")
of_interop = loaded("edges/interop/conftest.py")
TOLD_WITHIN_S = 10.0  # about 4 s where nothing else runs
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
SITE = parse_site((HERE.parent / "edges" / "survey.toml").read_text(), where="survey")


def until(true, *, for_s: float = 60.0) -> float:
    """Return after how many seconds it came true."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < for_s, "it did not come to pass"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.skipif(of_interop.MOSQUITTO is None, reason="mosquitto is not installed")
def test_a_broker_behind_a_hole_is_told_and_gets_every_alarm_afterwards(tmp_path) -> None:
    broker = of_interop.Broker(tmp_path).start()
    try:
        with proxies.FaultProxy(broker.port) as proxy:
            settings = MqttSettings(host="127.0.0.1", port=proxy.port, is_plain=True)
            sender = Sender(site_id="hall", is_exercise=True, is_simulated=True)
            sink = MqttSink(settings, sender=sender)
            try:
                vanish_and_come_back(sink, proxy)
            finally:
                sink.close()
    finally:
        broker.kill()


def vanish_and_come_back(sink: MqttSink, proxy) -> None:
    alarms = tuple(one for one in example_events(SITE) if isinstance(one, Alert))
    people = example_picture(SITE)
    sink.publish(1, (), alarms)
    until(lambda: sink.counts().n_sent == len(alarms) and not sink.counts().problem)
    proxy.faults.is_black_hole = True
    assert until(lambda: sink.counts().problem) < TOLD_WITHIN_S
    assert "127.0.0.1" in sink.counts().problem or "broker" in sink.counts().problem
    # Nobody waits, what is ordinary makes room and is counted, what is urgent stays.
    for n in range(3 * N_ORDINARY):
        sink.people(replace(people, t_utc_ns=n * 10**9), ())
    n_urgent = 20
    for _ in range(n_urgent):
        sink.publish(1, (), alarms)
    counts = sink.counts()
    assert counts.n_waiting <= N_ORDINARY
    assert counts.n_dropped >= 2 * N_ORDINARY - 10
    assert counts.n_waiting_urgent == n_urgent * len(alarms)
    proxy.faults.is_black_hole = False
    proxy.reset()
    until(lambda: not sink.counts().n_waiting_urgent and not sink.counts().problem)
    assert sink.counts().n_undeliverable == 0


@pytest.mark.slow
@pytest.mark.skipif(not IS_ROOT, reason="a network namespace of its own needs root")
@pytest.mark.skipif(
    shutil.which("unshare") is None or shutil.which("ip") is None, reason="no unshare or ip"
)
def test_packets_that_vanish_on_the_way_to_a_node_above_are_noticed_at_both_ends() -> None:
    command = ["unshare", "--net", sys.executable, str(HERE / "hole_in_network.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if "unshare" in done.stderr and "not permitted" in done.stderr:
        pytest.skip("no network namespaces here")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(f"{told}\n")
    assert told["below_s"] < TOLD_WITHIN_S
    assert told["above_s"] < TOLD_WITHIN_S
    assert told["problem"]
    assert told["n_connections"] >= 2
    assert told["longest_heard_s"] < 1.0, "the watch has waited for the line"
