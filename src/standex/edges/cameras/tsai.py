"""Tsai's camera model in XML, as the PETS data sets have it.

R = Rz Ry Rx from rx, ry, rz; T in mm, world to camera; fx = focal sx / dpx, fy = focal / dpy; the
lens acts on the distorted place on the sensor, in mm: X_u = X_d (1 + kappa1 r_d^2).

References:
    Tsai, IEEE J. Robotics and Automation 3 (1987) 323.
"""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from standex.edges.cameras.checked import checked_camera
from standex.edges.cameras.opencv_storage import text_of, xml_of
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera

GEOMETRY = ("width", "height", "dpx", "dpy")
INTRINSIC = ("focal", "kappa1", "cx", "cy", "sx")
EXTRINSIC = ("tx", "ty", "tz", "rx", "ry", "rz")
WORST_LENS_PX = 0.1  # by which the lens in OpenCV's form may be off inside the picture


def read_tsai(path: Path) -> Camera:
    """Return the camera of a Tsai file; its lens is put into OpenCV's form.

    Raises:
        DataFileError: something is missing or no number, or it is no camera that looks at a floor.
    """
    root = xml_of(path, text_of(path))
    n: dict[str, float] = {}
    for tag, names in (("Geometry", GEOMETRY), ("Intrinsic", INTRINSIC), ("Extrinsic", EXTRINSIC)):
        element = root.find(tag)
        for name in names:
            text = None if element is None else element.get(name)
            try:
                n[name] = float(text or "")
            except ValueError:
                raise DataFileError(
                    f"{path}: {tag} {name} is {text!r}, a number was expected"
                ) from None
    if not (n["focal"] > 0 and n["dpx"] > 0 and n["dpy"] > 0 and n["sx"] > 0):
        raise DataFileError(f"{path}: focal, dpx, dpy and sx must be positive")
    fx, fy = n["focal"] * n["sx"] / n["dpx"], n["focal"] / n["dpy"]
    corners = np.array([[0.0, 0.0], [n["width"], 0], [0, n["height"]], [n["width"], n["height"]]])
    farthest = np.hypot(*((corners - (n["cx"], n["cy"])) / (fx, fy)).T).max()
    lens, off = _opencv_lens(n["kappa1"] * n["focal"] ** 2, float(farthest))
    if off * max(fx, fy) > WORST_LENS_PX:
        raise DataFileError(f"{path}: kappa1 {n['kappa1']} is too strong for OpenCV's lens")
    return checked_camera(
        path,
        size_px=(int(n["width"]), int(n["height"])),
        matrix=np.array([[fx, 0, n["cx"]], [0, fy, n["cy"]], [0, 0, 1]]),
        distortion=lens,
        rotation=_turn(2, n["rz"]) @ _turn(1, n["ry"]) @ _turn(0, n["rx"]),
        translation_m=np.array([n["tx"], n["ty"], n["tz"]]) / 1000,
    )


def _turn(axis: int, angle_rad: float) -> Float[np.ndarray, "3 3"]:
    """Return the rotation about one axis."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    turn = np.eye(3)
    one, other = (axis + 1) % 3, (axis + 2) % 3
    turn[one, one] = turn[other, other] = c
    turn[one, other], turn[other, one] = -s, s
    return turn


def _opencv_lens(kappa: float, farthest: float) -> tuple[Float[np.ndarray, " 8"], float]:
    """Return k1 to k6 that undo x_u = x_d (1 + kappa r_d^2), and the largest error.

    Args:
        kappa: in tangents.
        farthest: largest r_d in the picture.
    """
    r_d = np.linspace(0, farthest, 400)[1:]
    r_u = r_d * (1 + kappa * r_d**2)
    powers = np.stack([r_u**2, r_u**4, r_u**6], axis=1)
    # r_d (1 + k4 r_u^2 + ...) = r_u (1 + k1 r_u^2 + ...), linear in k.
    sides = np.column_stack([r_u[:, None] * powers, -r_d[:, None] * powers])
    k = np.linalg.lstsq(sides, r_d - r_u, rcond=1e-10)[0]
    back = r_u * (1 + powers @ k[:3]) / (1 + powers @ k[3:])
    k1, k2, k3, k4, k5, k6 = k.tolist()
    return np.array([k1, k2, 0.0, 0.0, k3, k4, k5, k6]), float(np.abs(back - r_d).max())
