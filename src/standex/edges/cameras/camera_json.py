"""Cameras as JSON files of this software's own; nothing half understood.

Every key must be there and no other may be: a camera that is misread puts people elsewhere.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from standex.edges.cameras.checked import checked_camera, checked_homography
from standex.edges.cameras.opencv_storage import text_of
from standex.model.errors import DataFileError
from standex.sensing.video.camera import Camera, FloorView, HomographyCamera

FORMAT = "standex-camera-1"

_Size = Annotated[int, Field(ge=1, le=100_000)]
_Row3 = Annotated[list[float], Field(min_length=3, max_length=3)]
_Matrix3 = Annotated[list[_Row3], Field(min_length=3, max_length=3)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    format: Literal["standex-camera-1"]
    provenance: Annotated[str, Field(min_length=1)]
    width_px: _Size
    height_px: _Size


class _Lens(_File):
    """A lens and a sensor without a pose."""

    kind: Literal["lens"]
    matrix: _Matrix3
    distortion: Annotated[list[float], Field(max_length=12)]


class _Pinhole(_File):
    """A camera with its pose in the level's frame."""

    kind: Literal["pinhole"]
    matrix: _Matrix3
    distortion: Annotated[list[float], Field(max_length=12)]
    rotation: _Matrix3
    translation_m: _Row3


class _Homography(_File):
    """A picture of a floor."""

    kind: Literal["homography"]
    floor_from_picture: _Matrix3
    foot_m: Annotated[list[float], Field(min_length=2, max_length=2)] | None


_ANY: TypeAdapter[Any] = TypeAdapter(
    Annotated[_Lens | _Pinhole | _Homography, Field(discriminator="kind")]
)


def read_camera_json(path: Path) -> FloorView:
    """Return the view of a file.

    Raises:
        DataFileError: it cannot be read, a key is missing, unknown or impossible, it is a lens
            without a pose, or it has no floor where feet would be.
    """
    file = _read(path)
    if isinstance(file, _Lens):
        raise DataFileError(
            f"{path}: a lens without a pose; add it with known points: standex calibrate camera "
            f"--lens {path.name} --points FILE"
        )
    size_px = (file.width_px, file.height_px)
    if isinstance(file, _Homography):
        return checked_homography(
            path,
            size_px=size_px,
            floor_from_picture=np.array(file.floor_from_picture),
            foot_m=None if file.foot_m is None else np.array(file.foot_m),
        )
    return checked_camera(
        path,
        size_px=size_px,
        matrix=np.array(file.matrix),
        distortion=np.array(file.distortion, dtype=float),
        rotation=np.array(file.rotation),
        translation_m=np.array(file.translation_m),
    )


def read_lens(path: Path) -> Camera:
    """Return a camera of which only the lens counts, from a lens or a camera.

    Raises:
        DataFileError: it cannot be read, or is a homography.
    """
    file = _read(path)
    if isinstance(file, _Homography):
        raise DataFileError(f"{path}: a homography has no lens")
    try:
        return Camera(
            width_px=file.width_px,
            height_px=file.height_px,
            matrix=np.array(file.matrix),
            distortion=np.array(file.distortion, dtype=float),
            rotation=np.eye(3),
            translation_m=np.zeros(3),
        )
    except ValueError as error:
        raise DataFileError(f"{path}: no camera: {error}") from error


def save_view(view: FloorView, path: Path, *, provenance: str) -> None:
    """Write a camera or a homography.

    Raises:
        DataFileError: it is another view, or cannot be written there.
    """
    head = {
        "format": FORMAT,
        "provenance": provenance,
        "width_px": view.width_px,
        "height_px": view.height_px,
    }
    if isinstance(view, Camera):
        names = ("matrix", "distortion", "rotation", "translation_m")
        body: dict[str, Any] = {name: getattr(view, name).tolist() for name in names}
        _write(path, {**head, "kind": "pinhole", **body})
    elif isinstance(view, HomographyCamera):
        foot_m = None if view.foot_m is None else view.foot_m.tolist()
        matrix = view.floor_from_picture.tolist()
        _write(path, {**head, "kind": "homography", "floor_from_picture": matrix, "foot_m": foot_m})
    else:
        raise DataFileError(f"{path}: a {type(view).__name__} cannot be written")


def save_lens(camera: Camera, path: Path, *, provenance: str) -> None:
    """Write a lens without a pose.

    Raises:
        DataFileError: it cannot be written there.
    """
    _write(
        path,
        {
            "format": FORMAT,
            "provenance": provenance,
            "width_px": camera.width_px,
            "height_px": camera.height_px,
            "kind": "lens",
            "matrix": camera.matrix.tolist(),
            "distortion": camera.distortion.tolist(),
        },
    )


def _read(path: Path) -> _Lens | _Pinhole | _Homography:
    text = text_of(path)
    try:
        return _ANY.validate_python(json.loads(text))
    except ValidationError as error:
        problems = [
            f"  - {'.'.join(str(part) for part in one['loc']) or 'file'}: {one['msg']}"
            for one in error.errors(include_url=False)
        ]
        raise DataFileError("\n".join([f"camera {path} cannot be used:", *problems])) from None
    except (ValueError, RecursionError) as error:
        raise DataFileError(f"{path}: cannot be read as JSON ({error})") from error


def _write(path: Path, data: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", "utf-8")
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be written ({error}); choose another") from error
