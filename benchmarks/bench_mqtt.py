"""Records a second over a broker of its own, from a device to the iterator of a source.

    python benchmarks/bench_mqtt.py [--seconds 10]

Two rates: as fast as the parser goes (no broker), and through mosquitto on this machine, with the
device, the broker and the source sharing the cores.
"""

import argparse
import json
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from standex.edges.clock import SystemClock
from standex.edges.interop.mqtt_link import MqttSettings, connect, disconnect, make_client
from standex.edges.interop.mqtt_messages import parse_record
from standex.edges.interop.mqtt_source import MqttSource

TOPIC = "standex/v1/bench/sensors/cam/record"


def payload(number: int, n_people: int = 10) -> bytes:
    places = [[1.0 + k, 0.5 * k] for k in range(n_people)]
    arrays = {"position_sensor_m": places, "sigma_m": [0.1] * n_people, "score": [0.9] * n_people}
    document = {
        "time_utc_ns": time.time_ns(),
        "sequence": number,
        "kind": "video.floor_positions",
        "arrays": arrays,
    }
    return json.dumps(document).encode()


def parse_rate_hz(seconds: float) -> float:
    message, n, began = payload(0), 0, time.process_time()
    while time.process_time() - began < seconds:
        for _ in range(100):
            parse_record(message, sensor_id="cam", next_sequence=0, most_bytes=100_000)
        n += 100
    return n / (time.process_time() - began)


def broker_rate_hz(seconds: float, rate_hz: float) -> tuple[float, list[float], int]:
    with socket.socket() as probe, tempfile.TemporaryDirectory() as folder:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        config = Path(folder) / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert program, "apt-get install mosquitto"
        broker = subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        settings = MqttSettings(host="127.0.0.1", port=port, is_plain=True)
        source = MqttSource(settings, site_id="bench", sensors=("cam",), clock=SystemClock())
        late_s: list[float] = []

        def read() -> None:
            late_s.extend((time.time_ns() - one.t_utc_ns) * 1e-9 for one in source.records())

        thread = threading.Thread(target=read)
        thread.start()
        device = make_client(settings)
        device.max_inflight_messages_set(200)
        connect(device, settings)
        while source.troubles() or not device.is_connected():
            time.sleep(0.01)
        began, number = time.monotonic(), 0
        while time.monotonic() - began < seconds:
            device.publish(TOPIC, payload(number), qos=1)
            number += 1
            if rate_hz:
                time.sleep(max(0.0, began + number / rate_hz - time.monotonic()))
            elif number - len(late_s) > 50:  # a device that waits for its acknowledgements
                time.sleep(0.001)
        time.sleep(1.0)
        took_s = time.monotonic() - began - 1.0
        n_dropped = source.counts()["cam"].n_dropped
        source.close()
        thread.join()
        disconnect(device)
        broker.kill()
        broker.wait()
        return len(late_s) / took_s, sorted(late_s), n_dropped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    seconds = parser.parse_args().seconds
    print(f"parsed, 10 people each: {parse_rate_hz(seconds / 3):8.0f} records a CPU second")
    for asked_hz, name in ((0.0, "as fast as it goes"), (500.0, "500 records/s asked")):
        rate_hz, late_s, n_dropped = broker_rate_hz(seconds, asked_hz)
        p50, p99 = (late_s[int(share * (len(late_s) - 1))] * 1e3 for share in (0.5, 0.99))
        print(
            f"through mosquitto, QoS 1, {name}: {rate_hz:.0f} records/s, {n_dropped} dropped; "
            f"device to source {p50:.1f} ms median, {p99:.1f} ms p99"
        )


if __name__ == "__main__":
    main()
