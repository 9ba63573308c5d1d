"""OpenCV's FileStorage, YAML and XML: named matrices, numbers and lists, and nothing else of it.

Read here and not by OpenCV: its reader stops the process on some damaged files, and it is an
optional extra.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from jaxtyping import Float

from standex.edges.trajectories.text_file import excerpt, read_start
from standex.model.errors import DataFileError

MAX_BYTES = 2**20  # a calibration is a few kilobytes
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_KEY = re.compile(r"^(\s*)([A-Za-z_]\w*)\s*:\s*(.*)$")

MATRIX = ("camera_matrix", "cameraMatrix", "Camera_Matrix", "intrinsic_matrix", "K", "M1", "mtx")
LENS = (
    "distortion_coefficients", "Distortion_Coefficients", "distCoeffs", "dist_coeffs", "D", "D1",
    "dist",
)  # fmt: skip
TURN = ("rvec", "rotation_vector", "R", "rotation_matrix", "rotation")
SHIFT = ("tvec", "translation_vector", "T", "t", "translation")
WIDTH = ("image_width", "image_Width", "width")
HEIGHT = ("image_height", "image_Height", "height")


def text_of(path: Path) -> str:
    """Return the text of a calibration file.

    Raises:
        DataFileError: it cannot be read, is empty, too large, or no text.
    """
    content = read_start(path, size=MAX_BYTES + 1)
    if not content.strip():
        raise DataFileError(f"{path}: the file is empty")
    if len(content) > MAX_BYTES:
        raise DataFileError(f"{path}: more than {MAX_BYTES} bytes: no calibration of a camera")
    if b"\0" in content:
        raise DataFileError(f"{path}: holds binary data, text was expected")
    return content.decode("utf-8-sig", errors="replace")


def xml_of(path: Path, text: str) -> ElementTree.Element:
    """Return the root of an XML file, which may not define entities.

    Raises:
        DataFileError: it is not XML, or it has a document type.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise DataFileError(f"{path}: has a document type; calibrations have none: remove it")
    try:
        return ElementTree.fromstring(text.strip())  # noqa: S314  (entities are refused above)
    except ElementTree.ParseError as error:
        raise DataFileError(f"{path}: not valid XML ({error})") from error


def read_storage(path: Path) -> dict[str, Float[np.ndarray, "..."]]:
    """Return the numbers, lists and matrices at the top of a FileStorage, by name.

    Raises:
        DataFileError: it cannot be read, or a matrix is not whole.
    """
    text = text_of(path)
    if text.lstrip().startswith("<"):
        found = _from_xml(path, xml_of(path, text))
    else:
        found = _from_yaml(path, text)
    if not found:
        raise DataFileError(
            f"{path}: no named numbers in it (it begins {excerpt(text.strip())}); OpenCV's "
            "FileStorage in YAML or XML was expected"
        )
    return found


def first_of(
    found: Mapping[str, Float[np.ndarray, "..."]], names: Iterable[str]
) -> Float[np.ndarray, "..."] | None:
    """Return what has the first of these names that is there."""
    return next((found[name] for name in names if name in found), None)


def rotation_of(path: Path, turn: Float[np.ndarray, "..."]) -> Float[np.ndarray, "3 3"]:
    """Return a rotation, from itself or from a rotation vector (Rodrigues).

    Raises:
        DataFileError: it is neither.
    """
    if turn.size == 9:
        left, size, right = np.linalg.svd(turn.reshape(3, 3))
        # Numbers in files are rounded: the nearest rotation is meant.
        if np.abs(size - 1).max() > 1e-3:
            raise DataFileError(f"{path}: its rotation is none, its scales are {size.tolist()}")
        return left @ right
    if turn.size != 3:
        raise DataFileError(f"{path}: a rotation has 3 or 9 numbers, got {turn.size}")
    vector = turn.reshape(3)
    angle = float(np.linalg.norm(vector))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = vector / angle
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * skew + (1 - np.cos(angle)) * skew @ skew


def _from_xml(path: Path, root: ElementTree.Element) -> dict[str, Float[np.ndarray, "..."]]:
    found: dict[str, np.ndarray] = {}
    for one in root:
        name, data = one.tag, one.find("data")
        if data is not None:
            shape = tuple(int(_one_number(path, name, one.findtext(k))) for k in ("rows", "cols"))
            found[name] = _matrix(path, name, data.text or "", shape)
        elif not len(one) and re.search(r"\d", one.text or ""):
            values = _numbers(one.text or "")
            if values is not None:
                found[name] = values if len(values) > 1 else values.reshape(())
    return found


def _from_yaml(path: Path, text: str) -> dict[str, Float[np.ndarray, "..."]]:
    """Return the keys without indentation; those of a matrix below them are indented."""
    blocks: list[tuple[str, str]] = []
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            continue
        key = _KEY.match(line)
        if key and not key[1]:
            blocks.append((key[2], key[3] + "\n"))
        elif blocks:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + line + "\n")
    found: dict[str, np.ndarray] = {}
    for name, block in blocks:
        data = re.search(r"data:\s*\[([^\]]*)\]?", block)
        if data:
            shape = tuple(
                int(
                    _one_number(
                        path, name, m[1] if (m := re.search(rf"{k}:\s*(\S+)", block)) else ""
                    )
                )
                for k in ("rows", "cols")
            )
            found[name] = _matrix(path, name, data[1], shape)
            continue
        values = _numbers(block.strip().strip("[]"))
        if values is not None and len(values):
            found[name] = values if len(values) > 1 else values.reshape(())
    return found


def _one_number(path: Path, name: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        raise DataFileError(f"{path}: {name} has rows or cols of {text!r}") from None
    if not 1 <= value <= 10_000:
        raise DataFileError(f"{path}: {name} has rows or cols of {text!r}")
    return value


def _matrix(
    path: Path, name: str, text: str, shape: tuple[int, ...]
) -> Float[np.ndarray, "rows cols"]:
    values = _numbers(text)
    if values is None or len(values) != shape[0] * shape[1]:
        n = "something else than numbers" if values is None else f"{len(values)} numbers"
        raise DataFileError(f"{path}: {name} should be {shape[0]} x {shape[1]}, it holds {n}")
    if not np.isfinite(values).all():
        raise DataFileError(f"{path}: {name} has numbers that are not finite")
    return values.reshape(shape[0], shape[1])


def _numbers(text: str) -> Float[np.ndarray, " n"] | None:
    fields = text.replace(",", " ").split()
    if not all(re.fullmatch(_NUMBER, field) for field in fields):
        return None
    return np.array([float(field) for field in fields])
