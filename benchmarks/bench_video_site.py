"""Can a site of cameras be followed in real time? Frames/s of each stage, one JSON line a case.

    OPENBLAS_NUM_THREADS=1 python benchmarks/bench_video_site.py [--video FILE] [--seconds 20]

Cases: 7 cameras at 2 frames/s from pixels, and 4 cameras at 10 frames/s whose boxes are given as
ONVIF metadata. Every camera shows the same video (default: the shipped clip), shifted in time, and
has a floor of its own beside the others, so that people are not merged: the tracker follows all of
them. Each stage runs alone on one core and is timed by the processor's time; ``cores_needed`` is
what all frames of all cameras take of a second, ``is_real_time`` whether two cores are enough.
"""

import argparse
import json
import time
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from itertools import islice

import numpy as np

from standex.edges.settings import load_site
from standex.edges.video.onvif import OnvifCamera, boxes_of
from standex.edges.video.opened import VideoInput, opened
from standex.model.observation import Positions
from standex.model.record import Record
from standex.sensing.video.camera import Camera
from standex.sensing.video.clothing import Clothing
from standex.sensing.video.hog_people import GatedHog
from standex.station import Station

APART_M = 20.0
SHIFT_FRAMES = 97
T0_NS = 1_700_000_000 * 10**9


class Stages:
    """Adds up processor time by stage."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}
        self.n: dict[str, int] = {}

    @contextmanager
    def __call__(self, name: str, *, n: int = 1):
        began = time.process_time()
        yield
        self.spent_s[name] = self.spent_s.get(name, 0.0) + time.process_time() - began
        self.n[name] = self.n.get(name, 0) + n

    def frames_per_s(self) -> dict[str, float]:
        return {name: round(self.n[name] / max(s, 1e-9), 1) for name, s in self.spent_s.items()}


def camera_of(settings) -> Camera:
    return Camera(
        width_px=int(settings["width_px"]),
        height_px=int(settings["height_px"]),
        matrix=np.array(settings["matrix"]).reshape(3, 3),
        distortion=np.array(settings["distortion"]),
        rotation=np.array(settings["rotation"]).reshape(3, 3),
        translation_m=np.array(settings["translation_m"]),
    )


def site_of(n_cameras: int, *, rate_hz: float):
    """Return the stand's site with a row of such cameras, each with a floor of its own."""
    site = load_site("stand")
    (spec,) = site.sensors
    sensors = tuple(
        replace(spec, sensor_id=f"cam-{number}", rate_hz=rate_hz) for number in range(n_cameras)
    )
    level = site.levels[0]
    wide = replace(
        level,
        max_site_m=level.max_site_m + [APART_M * n_cameras, 0.0],
        wall_site_m=np.zeros((0, 2, 2)),
    )
    return replace(site, sensors=sensors, levels=(wide,)), camera_of(spec.settings)


def positions(camera: Camera, corner_px, score, *, number: int, t_utc_ns: int, descriptor):
    foot_px = np.column_stack([(corner_px[:, 0] + corner_px[:, 2]) / 2, corner_px[:, 3]])
    floor = camera.to_floor(foot_px, np.full((len(foot_px), 2), 5.0))
    rows = floor.is_on_floor
    return Positions(
        sensor_id=f"cam-{number}",
        t_utc_ns=t_utc_ns,
        level_id="floor",
        position_site_m=floor.position_m[rows] + [APART_M * number, 0.0],
        covariance_site_m2=floor.covariance_m2[rows],
        existence=np.clip(score[rows], 0.05, 0.95),
        descriptor=descriptor[rows],
        clutter_per_m2=0.01,
    )


def track(station: Station, scans, stages: Stages) -> int:
    """Put all scans through the station in order of time; return how many people were confirmed."""
    picture, most = station.start(T0_NS), 0
    for scan in sorted(scans, key=lambda one: (one.t_utc_ns, one.sensor_id)):
        with stages("track"):
            picture, _, _ = station.update(picture, (scan,))
        most = max(most, int(picture.tracks.is_confirmed.sum()))
    return most


def from_pixels(path: str, *, n_cameras: int, rate_hz: float, seconds: float) -> dict:
    site, camera = site_of(n_cameras, rate_hz=rate_hz)
    station, stages, scans = Station.of(site, {}, {}), Stages(), []
    clothing, n_boxes = Clothing(secret=1), 0
    for number in range(n_cameras):
        detector = GatedHog(rate_hz=rate_hz, view=camera, largest_share=0.98)
        state = detector.start()
        with opened(VideoInput(sensor_id="cam", url=path)) as frames:
            iterator = islice(frames, number * SHIFT_FRAMES, None)
            stride, taken = max(round(10 / rate_hz), 1), 0
            while taken < seconds * rate_hz:
                # A stream of 10 frames/s is decoded whole; only what is wanted is worked on.
                with stages("decode", n=stride):
                    some = list(islice(iterator, stride))
                if not some:
                    break
                with stages("colours"):
                    image = some[0].image()
                with stages("detect"):
                    state, boxes = detector.detect(state, image)
                t_utc_ns = T0_NS + round((taken + number / n_cameras) / rate_hz * 1e9)
                with stages("clothes"):
                    descriptor = clothing.describe(image, boxes, t_utc_ns=t_utc_ns)
                with stages("floor"):
                    scans.append(
                        positions(
                            camera,
                            boxes.corner_px,
                            boxes.score,
                            number=number,
                            t_utc_ns=t_utc_ns,
                            descriptor=descriptor,
                        )
                    )
                taken, n_boxes = taken + 1, n_boxes + len(boxes.score)
    most = track(station, scans, stages)
    return result("from pixels", stages, scans, n_cameras, rate_hz, n_boxes, most,
                  weight={"decode": max(round(10 / rate_hz), 1)})  # fmt: skip


def given_boxes(*, n_cameras: int, rate_hz: float, seconds: float, n_people: int) -> dict:
    site, camera = site_of(n_cameras, rate_hz=rate_hz)
    station, stages, scans = Station.of(site, {}, {}), Stages(), []
    rng = np.random.default_rng(1)
    known = OnvifCamera(
        sensor_id="cam", frame_width_px=camera.width_px, frame_height_px=camera.height_px
    )
    n_boxes = 0
    for number in range(n_cameras):
        start = rng.uniform([-1.2, 2.0], [1.2, 3.0], (n_people, 2))
        speed = rng.uniform(-0.15, 0.15, (n_people, 2))
        for step in range(int(seconds * rate_hz)):
            t_utc_ns = T0_NS + round((step + number / n_cameras) / rate_hz * 1e9)
            document = metadata(camera, start + speed * step / rate_hz, t_utc_ns, rng)
            with stages("metadata"):
                (record,) = boxes_of(document, known, first_sequence=step)
            assert isinstance(record, Record)
            corner, score = record.arrays["corner_px"], record.arrays["score"]
            with stages("floor"):
                scans.append(
                    positions(
                        camera,
                        corner,
                        score,
                        number=number,
                        t_utc_ns=t_utc_ns,
                        descriptor=np.zeros((len(score), 0)),
                    )
                )
            n_boxes += len(score)
    most = track(station, scans, stages)
    return result("boxes given", stages, scans, n_cameras, rate_hz, n_boxes, most, weight={})


def metadata(camera: Camera, place_m, t_utc_ns: int, rng) -> bytes:
    foot, _ = camera.to_picture(place_m)
    head, _ = camera.project(np.column_stack([place_m, np.full(len(place_m), 1.7)]))
    foot = foot + rng.normal(0, 3, foot.shape)
    things = []
    for f, h in zip(foot, head, strict=True):
        half = 0.18 * (f[1] - h[1])
        left, right = (np.clip([f[0] - half, f[0] + half], 0, camera.width_px)
                       / camera.width_px * 2 - 1)  # fmt: skip
        top, bottom = 1 - np.clip([h[1], f[1]], 0, camera.height_px) / camera.height_px * 2
        things.append(
            '<tt:Object ObjectId="1"><tt:Appearance><tt:Shape><tt:BoundingBox '
            f'left="{left:.4f}" top="{top:.4f}" right="{right:.4f}" bottom="{bottom:.4f}"/>'
            '</tt:Shape><tt:Class><tt:Type Likelihood="0.9">Human</tt:Type></tt:Class>'
            "</tt:Appearance></tt:Object>"
        )
    second = (t_utc_ns - T0_NS) * 1e-9
    return (
        '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema"><tt:VideoAnalytics>'
        f'<tt:Frame UtcTime="2026-01-31T12:{int(second // 60):02d}:{second % 60:06.3f}Z">'
        f"{''.join(things)}</tt:Frame></tt:VideoAnalytics></tt:MetadataStream>"
    ).encode()


def result(case, stages, scans, n_cameras, rate_hz, n_boxes, most, *, weight) -> dict:
    per_frame_s = {
        name: stages.spent_s[name] / stages.n[name] * weight.get(name, 1) for name in stages.n
    }
    cores = sum(per_frame_s.values()) * n_cameras * rate_hz
    return {
        "bench": "video_site",
        "case": case,
        "n_cameras": n_cameras,
        "rate_hz": rate_hz,
        "n_frames": len(scans),
        "people_per_frame": round(n_boxes / max(len(scans), 1), 2),
        "most_tracks": most,
        "frames_per_s_and_core": stages.frames_per_s(),
        "cores_needed": round(cores, 3),
        "is_real_time": bool(cores < 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", help="a file of 768 x 432; default: the shipped clip")
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    shipped = resources.files("standex").joinpath("recordings", "one_by_one_768x432.mp4")
    path = args.video or str(shipped)
    print(json.dumps(from_pixels(path, n_cameras=7, rate_hz=2.0, seconds=args.seconds)))
    print(json.dumps(from_pixels(path, n_cameras=1, rate_hz=10.0, seconds=args.seconds)))
    for n_people in (5, 25):
        case = given_boxes(n_cameras=4, rate_hz=10.0, seconds=args.seconds, n_people=n_people)
        print(json.dumps(case))


if __name__ == "__main__":
    main()
