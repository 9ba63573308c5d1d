"""Feet to floor: microseconds a foot point, beside OpenCV; one JSON line a case.

    python benchmarks/bench_video_floor.py [--repeat N]

OpenCV undistorts and carries through the homography of the floor; it gives no covariance.
"""

import argparse
import json
import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from standex.model.site import Level
from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.feet import feet_of
from standex.sensing.video.floor import field_of_view, places_on, storeys_of

LENS = {"none": np.zeros(0), "barrel": np.array([-0.43, 0.61, 0.008, 0.0019, -0.69])}


def camera_with(lens: np.ndarray) -> Camera:
    c, s = np.cos(0.5), np.sin(0.5)
    rotation = np.array([[1.0, 0, 0], [0, -s, -c], [0, c, -s]])
    return Camera(
        width_px=1920, height_px=1080,
        matrix=np.array([[1743.0, 0, 934], [0, 1735, 444], [0, 0, 1]]),
        distortion=lens, rotation=rotation, translation_m=-rotation @ np.array([0, 0, 4.0]),
    )  # fmt: skip


def best_s(call: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def by_opencv(px: np.ndarray, camera: Camera) -> np.ndarray:
    floor = np.linalg.inv(np.column_stack([camera.rotation[:, :2], camera.translation_m]))
    flat = cv2.undistortPoints(px[:, None], camera.matrix, camera.distortion)
    return cv2.perspectiveTransform(flat, floor)[:, 0]


def flattened(camera: Camera) -> HomographyCamera:
    seen = camera.matrix @ np.column_stack([camera.rotation[:, :2], camera.translation_m])
    return HomographyCamera.seeing(
        np.linalg.inv(seen), width_px=camera.width_px, height_px=camera.height_px
    )


def one_frame(camera: Camera, level: Level, corner_px: np.ndarray) -> None:
    feet = feet_of(corner_px, height_px=camera.height_px)
    places_on(storeys_of(camera, level), feet.foot_px, feet.sigma_px)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=20)
    repeat = parser.parse_args().repeat
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    for n in (20, 1000):
        px = np.column_stack([rng.uniform(100, 1800, n), rng.uniform(500, 1000, n)])
        sigma = np.full((n, 2), 5.0)
        for name, lens in LENS.items():
            camera = camera_with(lens)
            away = by_opencv(px, camera) - camera.to_floor(px, sigma).position_m
            line = {
                "case": "to_floor",
                "lens": name,
                "n": n,
                "us_per_point": 1e6 * best_s(partial(camera.to_floor, px, sigma), repeat) / n,
                "opencv_us_per_point": 1e6 * best_s(partial(by_opencv, px, camera), repeat) / n,
                "largest_difference_m": float(np.hypot(*away.T).max()),
            }
            print(json.dumps(line))
        flat = flattened(camera_with(LENS["none"]))
        took = best_s(partial(flat.to_floor, px, sigma), repeat)
        line = {"case": "to_floor", "lens": "homography", "n": n, "us_per_point": 1e6 * took / n}
        print(json.dumps(line))
    camera = camera_with(LENS["barrel"])
    level = Level(
        level_id="a",
        min_site_m=np.array([-25.0, 0]),
        max_site_m=np.array([25.0, 50]),
        wall_site_m=rng.uniform(-20, 20, (50, 2, 2)),
    )
    corner = np.column_stack([rng.uniform(0, 1800, 30), rng.uniform(300, 800, 30)])
    corner = np.column_stack([corner, corner + (60, 170)])
    took = best_s(partial(one_frame, camera, level, corner), repeat)
    print(json.dumps({"case": "frame of 30 boxes, 50 walls", "ms": 1e3 * took}))
    took = best_s(partial(field_of_view, camera, level, p_detect=0.9), 3)
    print(json.dumps({"case": "coverage of 50 x 50 m, 50 walls", "ms": 1e3 * took}))


if __name__ == "__main__":
    main()
