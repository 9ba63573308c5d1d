"""``standex calibrate camera``: lens from a chessboard, view of the floor from known points.

Known points are a CSV file ``u_px,v_px,x_m,y_m[,z_m]``: clicked in a frame, measured in the site.
With a lens (--lens, or --boards in the same call) they give the pose; without one, four or five on
the floor give a homography, six or more a camera without distortion. Residuals are told point by
point, and no camera is written where they are bad. The picture has the floor's grid drawn into the
frame: look at it. Take the frame when nobody is there: people in it are not masked.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from standex import __version__
from standex.edges.cameras.camera_json import read_lens, save_lens, save_view
from standex.edges.cameras.checked import checked
from standex.edges.cameras.chessboard import LensFit, lens_from_boards, read_picture
from standex.edges.cameras.grid_picture import with_grid
from standex.edges.cameras.points_file import read_points
from standex.edges.commands.console import say
from standex.edges.video.png import png_bytes
from standex.model.errors import StandexError
from standex.sensing.video.camera import Camera, HomographyCamera
from standex.sensing.video.pose import (
    FEWEST,
    FEWEST_FOCAL,
    KnownPoints,
    fitted_camera,
    fitted_homography,
    fitted_pose,
    residuals_px,
)

WORST_BOARD_PX = 1.0  # of a picture's root mean square
WORST_SHARE = 0.01  # of the picture's width, for a known point
LEAST_IN = 0.5  # of the picture, a side, that the board must have been in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--boards", type=Path, nargs="+", metavar="PICTURE", help="of a chessboard")
    parser.add_argument("--board", default="9x6", help="inner corners of it, across x down")
    parser.add_argument("--square-m", type=float, default=0.025, help="side of its squares")
    parser.add_argument("--points", type=Path, help="known points, CSV u_px,v_px,x_m,y_m[,z_m]")
    parser.add_argument("--lens", type=Path, help="lens or camera file of an earlier call")
    parser.add_argument("--frame", type=Path, help="a frame of the camera, to draw the grid into")
    parser.add_argument("--size", metavar="WxH", help="of the frames, where no file says it")
    parser.add_argument(
        "--max-residual-px", type=float, help="of a known point; default: 1 %% of the width"
    )
    parser.add_argument("--out", type=Path, required=True, help="camera file to write (.json)")


def run(args: argparse.Namespace) -> int:
    """Calibrate, tell the residuals, draw; nothing is written where they are bad."""
    if not args.boards and not args.points:
        raise StandexError("give --boards (pictures of a chessboard), --points (a file), or both")
    document: dict[str, Any] = {}
    lines: list[str] = []
    lens: Camera | None = None
    if args.boards:
        fit = lens_from_boards(args.boards, corners=_pair(args.board, "--board"),
                               square_m=_positive(args.square_m, "--square-m"))  # fmt: skip
        lens = fit.lens
        document["lens"] = _lens_told(fit)
        lines += _lens_lines(fit)
        _refuse_lens(fit)
    elif args.lens:
        lens = read_lens(args.lens)
    if not args.points:
        if lens is not None:
            save_lens(lens, args.out, provenance=_provenance(f"{len(args.boards)} pictures"))
        say(args, document | {"path": str(args.out)}, *lines, f"lens in {args.out}",
            f"now its pose: --lens {args.out} --points FILE")  # fmt: skip
        return 0
    points = read_points(args.points)
    image = None if args.frame is None else read_picture(args.frame)
    view = _view(points, lens, _size(args, lens, image), args.points)
    off = residuals_px(view, points)
    away = np.hypot(*off.T)
    document |= _points_told(view, points, off)
    lines += _points_lines(view, points, off)
    limit = args.max_residual_px or WORST_SHARE * view.width_px
    picture = None
    if image is not None:
        if image.shape[:2] != (view.height_px, view.width_px):
            raise StandexError(
                f"{args.frame}: {image.shape[1]} x {image.shape[0]}, the camera is for "
                f"{view.width_px} x {view.height_px}"
            )
        picture = args.out.with_suffix(".png")
        _write(picture, png_bytes(with_grid(image, view, points, off)))
        lines.append(f"floor grid drawn into {picture}: look whether its lines follow the floor")
        document["picture"] = str(picture)
    if not (away <= limit).all():
        worst = int(np.argmax(np.where(np.isfinite(away), away, np.inf)))
        told = "\n".join(lines)
        raise StandexError(
            f"{told}\n{args.points}: point {worst + 1} is {away[worst]:.1f} px off, at most "
            f"{limit:.1f} are accepted; no camera was written. Check its numbers and the lens, or "
            "leave it out"
        )
    checked(args.points, view)
    save_view(view, args.out, provenance=_provenance(f"{len(points.px)} known points"))
    document["path"] = str(args.out)
    say(args, document, *lines, f"camera in {args.out}")
    return 0


def _view(
    points: KnownPoints, lens: Camera | None, size_px: tuple[int, int], path: Path
) -> Camera | HomographyCamera:
    width_px, height_px = size_px
    try:
        if lens is not None:
            return fitted_pose(points, lens)
        if len(points.px) < FEWEST_FOCAL and points.is_flat:
            return fitted_homography(points, width_px=width_px, height_px=height_px)
        return fitted_camera(points, width_px=width_px, height_px=height_px)
    except ValueError as error:
        raise StandexError(f"{path}: {error}") from error


def _size(
    args: argparse.Namespace, lens: Camera | None, image: np.ndarray | None
) -> tuple[int, int]:
    if lens is not None:
        return lens.width_px, lens.height_px
    if image is not None:
        return int(image.shape[1]), int(image.shape[0])
    if args.size:
        return _pair(args.size, "--size")
    raise StandexError("how large are the camera's pictures? give --frame, --lens or --size WxH")


def _pair(text: str, name: str) -> tuple[int, int]:
    one, _, other = text.lower().partition("x")
    if not (one.isdigit() and other.isdigit() and int(one) > 1 and int(other) > 1):
        raise StandexError(f"{name} {text}: two numbers with x between them, such as 9x6")
    return int(one), int(other)


def _positive(value: float, name: str) -> float:
    if not 0 < value < np.inf:
        raise StandexError(f"{name} must be above 0, got {value}")
    return value


def _refuse_lens(fit: LensFit) -> None:
    worst = int(np.argmax(fit.rms_px))
    if not (fit.rms_px <= WORST_BOARD_PX).all():
        raise StandexError(
            f"{fit.used[worst]}: corners are {fit.rms_px[worst]:.2f} px off (root mean square), at "
            f"most {WORST_BOARD_PX:g} is accepted; leave it out, or take a flatter board"
        )
    if fit.is_in.min() < LEAST_IN:
        raise StandexError(
            f"the board was in {fit.is_in[0]:.0%} of the width and {fit.is_in[1]:.0%} of the "
            f"height only; the lens outside is not known: take more pictures, in all corners"
        )


def _lens_lines(fit: LensFit) -> list[str]:
    m = fit.lens.matrix
    return [
        *(f"{path}: {rms:.2f} px" for path, rms in zip(fit.used, fit.rms_px, strict=True)),
        *(f"{path}: no board found" for path in fit.unused),
        f"focal length {m[0, 0]:.0f}, {m[1, 1]:.0f} px, principal point {m[0, 2]:.0f}, "
        f"{m[1, 2]:.0f}; distortion {np.array2string(fit.lens.distortion, precision=4)}",
    ]


def _lens_told(fit: LensFit) -> dict[str, Any]:
    return {
        "rms_px": {str(p): float(r) for p, r in zip(fit.used, fit.rms_px, strict=True)},
        "no_board": [str(path) for path in fit.unused],
        "matrix": fit.lens.matrix.tolist(),
        "distortion": fit.lens.distortion.tolist(),
    }


def _points_lines(
    view: Camera | HomographyCamera, points: KnownPoints, off: np.ndarray
) -> list[str]:
    lines = ["point      u px      v px       x m       y m   off px  off on the floor m"]
    floor_m = _floor_off_m(view, points)
    for number, (px, place, away, away_m) in enumerate(
        zip(points.px, points.position_m, np.hypot(*off.T), floor_m, strict=True), start=1
    ):
        told = f"{away_m:19.3f}" if np.isfinite(away_m) else f"{'-':>19}"
        lines.append(
            f"{number:5d} {px[0]:9.1f} {px[1]:9.1f} {place[0]:9.2f} {place[1]:9.2f} "
            f"{away:8.2f} {told}"
        )
    if len(points.px) == FEWEST and isinstance(view, HomographyCamera):
        lines.append("four points fit exactly, right or wrong: give a fifth to know")
    if isinstance(view, Camera):
        x, y, z = view.position_m
        lines.append(f"the camera hangs at x {x:.2f}, y {y:.2f}, {z:.2f} m above the floor")
    return lines


def _points_told(
    view: Camera | HomographyCamera, points: KnownPoints, off: np.ndarray
) -> dict[str, Any]:
    away = np.hypot(*off.T)
    told: dict[str, Any] = {
        "kind": "pinhole" if isinstance(view, Camera) else "homography",
        "residual_px": [float(one) if np.isfinite(one) else None for one in away],
        "residual_m": [
            float(one) if np.isfinite(one) else None for one in _floor_off_m(view, points)
        ],
    }
    if isinstance(view, Camera):
        told["position_m"] = view.position_m.tolist()
    return told


def _floor_off_m(view: Camera | HomographyCamera, points: KnownPoints) -> np.ndarray:
    """Return how far off on the floor the known points on it are."""
    found = view.to_floor(points.px, np.full(points.px.shape, 0.1))
    away = np.hypot(*(found.position_m - points.position_m[:, :2]).T)
    return np.where(found.is_on_floor & (points.position_m[:, 2] == 0), away, np.nan)


def _provenance(what: str) -> str:
    return f"standex {__version__} calibrate camera, {what}"


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StandexError(f"{path}: cannot be written ({error.strerror})") from error
