"""Detection messages a second through one SAPIENT node, on one core.

A process of its own plays a sensor that sends scans of N detections, 12.5 scans a second, which is
the most that the standard's validators let through. What is counted is the processor time that this
process needs for a message, from bytes on the socket to the record of the whole scan in the
station's hands, validation of every field included.

    python benchmarks/bench_sapient.py [--detections 600] [--seconds 8]
"""

import argparse
import json
import multiprocessing
import socket
import threading
import time

import numpy as np

from standex.edges.clock import SystemClock
from standex.edges.interop.anchor import Anchor
from standex.edges.interop.sapient.framing import framed
from standex.edges.interop.sapient.generated.location_pb2 import (
    LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M,
    LOCATION_DATUM_WGS84_E,
)
from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage
from standex.edges.interop.sapient.generated.status_report_pb2 import StatusReport
from standex.edges.interop.sapient.ids import ulid
from standex.edges.interop.sapient.messages import new_message
from standex.edges.interop.sapient.own_node import OwnNode
from standex.edges.interop.sapient.sapient_source import Address, SapientSource
from standex.model.frames import RigidTransform
from standex.model.items import ItemClasses
from standex.model.site import Level, OperatingPoint, SensorSpec, Site
from standex.model.zones import ZONES, BodyZone

NODE = "a8654cdf-4328-47de-81fa-c495589e30c9"
OWN = "6f582b41-6c88-481c-bb0f-6021a1739f57"
SCAN_S = 0.08


def site() -> Site:
    spec = SensorSpec(
        sensor_id="radar",
        technology="sapient",
        instrument="floor-positions",
        level_id="hall",
        site_from_sensor=RigidTransform.from_pose(position_m=(0.0, 0.0, 3.0), yaw_rad=0.0),
        rate_hz=12.5,
        settings={
            "node_id": NODE,
            "gives": ["positions"],
            "range_m": 100.0,
            "half_angle_deg": 180.0,
            "person_classes": ["Human"],
        },
        instrument_settings={},
    )
    hall = Level(
        level_id="hall",
        min_site_m=np.array([0.0, 0.0]),
        max_site_m=np.array([60.0, 40.0]),
        wall_site_m=np.zeros((0, 2, 2)),
    )
    return Site(
        site_id="bench",
        title="benchmark",
        exercise=True,
        levels=(hall,),
        lines=(),
        sensors=(spec,),
        items=ItemClasses(),
        zone_share=np.full(len(ZONES), 1 / len(ZONES)),
        operating_point=OperatingPoint(
            p_alarm=0.5, min_coverage=0.5, wanted_zones=(BodyZone.TORSO_FRONT,)
        ),
        lag_s=0.5,
    )


ANCHOR = Anchor.from_degrees(latitude_deg=41.9, longitude_deg=12.5, height_m=60.0)


def play(port: int, n_detections: int, seconds: float) -> None:
    """Be a sensor."""
    line = socket.create_connection(("127.0.0.1", port))
    threading.Thread(target=_drain, args=(line,), daemon=True).start()
    own = OwnNode(node_id=NODE, name="radar", site=site(), anchor=ANCHOR)
    line.sendall(framed(own.registration(time.time_ns()).SerializeToString()))
    status = new_message(node_id=NODE, t_utc_ns=time.time_ns())
    status.status_report.report_id = ulid(time.time_ns())
    status.status_report.system = StatusReport.SYSTEM_OK
    status.status_report.info = StatusReport.INFO_NEW
    status.status_report.mode = "watch"
    line.sendall(framed(status.SerializeToString()))
    messages = detections(n_detections)
    begun_ns = time.time_ns()
    for scan in range(round(seconds / SCAN_S)):
        at_ns = begun_ns + round(scan * SCAN_S * 1e9)
        time.sleep(max(0.0, (at_ns - time.time_ns()) * 1e-9))
        parts: list[bytes] = []
        for number, message in enumerate(messages):
            message.timestamp.seconds, message.timestamp.nanos = divmod(at_ns, 1_000_000_000)
            message.detection_report.report_id = f"01H{scan:011d}{number:012d}"
            parts.append(framed(message.SerializeToString()))
        line.sendall(b"".join(parts))
    time.sleep(0.3)
    line.close()


def detections(n: int) -> list[SapientMessage]:
    """Return detections with all that a good sensor says."""
    messages: list[SapientMessage] = []
    rng = np.random.default_rng(1)
    for latitude, longitude in rng.normal(0, 1e-4, size=(n, 2)) + (41.9, 12.5):
        message = new_message(node_id=NODE, t_utc_ns=0)
        report = message.detection_report
        report.object_id = ulid(time.time_ns())
        report.detection_confidence = 0.9
        report.location.x, report.location.y, report.location.z = longitude, latitude, 60.0
        report.location.x_error = report.location.y_error = 1e-6
        report.location.coordinate_system = LOCATION_COORDINATE_SYSTEM_LAT_LNG_DEG_M
        report.location.datum = LOCATION_DATUM_WGS84_E
        kind = report.classification.add(type="Human", confidence=0.9)
        kind.sub_class.add(type="Pedestrian", confidence=0.8, level=1)
        report.object_info.add(type="snr_db", value="17.5", error=0.5)
        report.enu_velocity.east_rate, report.enu_velocity.north_rate = 1.0, 0.2
        messages.append(message)
    return messages


def _drain(line: socket.socket) -> None:
    try:
        while line.recv(65536):
            pass
    except OSError:
        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--detections", type=int, default=600, help="in a scan")
    parser.add_argument("--seconds", type=float, default=8.0)
    args = parser.parse_args()
    own = OwnNode(node_id=OWN, name="bench", site=site(), anchor=ANCHOR)
    clock = SystemClock()
    refused: list[str] = []
    source = SapientSource(
        own,
        clock=clock,
        listen=Address(host="127.0.0.1", port=0),
        on_refusal=lambda refusal: refused.append(refusal.reason),
    )
    source.start()
    context = multiprocessing.get_context("spawn")
    sensor = context.Process(target=play, args=(source.port, args.detections, args.seconds))
    sensor.start()
    n_records = n_seen = 0
    ages_s: list[float] = []
    first_s = last_s = cpu_s = cpu_end_s = 0.0
    # A sensor that dies must not leave this waiting.
    at_last = threading.Timer(args.seconds + 15, source.close)
    at_last.start()
    for record in source.records():
        n_here = len(record.arrays["p_person"])
        if n_here:
            if not n_seen:
                cpu_s, first_s = time.process_time(), time.perf_counter()
            last_s, cpu_end_s = time.perf_counter(), time.process_time()
            n_records, n_seen = n_records + 1, n_seen + n_here
            ages_s.append((clock.utc_ns() - record.t_utc_ns) * 1e-9)
        elif n_seen and time.perf_counter() - last_s > 0.25:
            break
    sensor.join()
    at_last.cancel()
    source.close()
    counts = source.counts()["radar"]
    after_first = n_seen - n_seen // max(n_records, 1)
    print(
        json.dumps(
            {
                "sent": args.detections * round(args.seconds / SCAN_S),
                "taken": counts.n_detections,
                "in_records": n_seen,
                "late": counts.n_late,
                "refused": source.n_refused,
                "refused_first": refused[:2],
                "offered_per_s": args.detections / SCAN_S,
                "taken_per_s": round(after_first / max(last_s - first_s, 1e-9)),
                "cpu_us_per_message": round((cpu_end_s - cpu_s) / max(after_first, 1) * 1e6, 1),
                "per_s_of_one_core": round(after_first / max(cpu_end_s - cpu_s, 1e-9)),
                "age_of_scan_s_median_p99": [
                    round(float(q), 3) for q in np.quantile(ages_s or [0.0], [0.5, 0.99])
                ],
            }
        )
    )


if __name__ == "__main__":
    main()
