"""People by a model that the user brings, in the ONNX format.

No model comes with the package: many are under licences that bind whoever ships them. The layout
of the outputs is found by running the model once on an empty picture (``onnx_layouts``); boxes that
overlap are suppressed here where the model leaves them.
"""

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, final

import numpy as np
from jaxtyping import Float, UInt8

from standex.model.errors import StandexError
from standex.sensing.video.boxes import (
    Boxes,
    FootNoise,
    single_people,
    strongest,
)
from standex.sensing.video.feet import ACROSS, DOWN, DOWN_HIDDEN
from standex.sensing.video.onnx_layouts import (
    FITS,
    OVERLAPS_LEFT,
    Fit,
    Layout,
    decoded,
    layout_of,
    n_classes,
)
from standex.sensing.video.opencv import opencv

USUAL_SIZE_PX = 640
MOST_SIZE_PX = 4096
PAD_GREY = 114
TILE_OVERLAP = 0.2  # of the next tile
MOST_TILES = 64
COCO_SPARSE = 91  # classes of a model with the numbers of COCO's papers: a person is 1, not 0
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(uint8)": np.uint8}
# As of published Faster R-CNN boxes.
LEARNED_FOOT_NOISE = FootNoise(across=ACROSS, down=DOWN, down_hidden=DOWN_HIDDEN)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OnnxPeople:
    """A detector made of a model; satisfies ``Detector``. Make it by ``onnx_people``.

    Attributes:
        model: content of the file.
        layout: of its outputs.
        size_px: height and width of its input.
        person_class: number of the class of people.
        min_score: lower ones are left out.
        max_overlap: of two people, where the model leaves overlaps.
        tiles: columns and rows that a frame is cut into, overlapping; small people need it.
        n_threads: that the model may use.
        foot_noise: of the foot points of its boxes.
    """

    model: bytes = field(repr=False)
    layout: Layout
    size_px: tuple[int, int]
    person_class: int
    min_score: float
    max_overlap: float
    tiles: tuple[int, int]
    n_threads: int
    foot_noise: FootNoise = LEARNED_FOOT_NOISE

    def start(self) -> None:
        """Return the state before the first frame: there is none."""
        return

    def detect(self, state: None, image: UInt8[np.ndarray, "h w 3"], /) -> tuple[None, Boxes]:
        """Return the people in a frame, in its pixels, strongest first.

        Raises:
            StandexError: the model fails.
        """
        del state
        height, width = image.shape[:2]
        windows = _tiles(self.tiles, width_px=width, height_px=height)
        session = _session(self.model, self.n_threads)
        fit = FITS[self.layout]
        fitted = [
            fitted_picture(image[y1:y2, x1:x2], self.size_px, fit) for x1, y1, x2, y2 in windows
        ]
        corners: list[np.ndarray] = []
        scores: list[np.ndarray] = []
        runs = _run(session, [one.pixels for one in fitted], self.size_px)
        for window, one, (outputs, row) in zip(windows, fitted, runs, strict=True):
            corner, score = decoded(
                self.layout, outputs, row=row, person_class=self.person_class, size_px=self.size_px
            )
            good = score >= self.min_score
            corners.append(one.back(corner[good]) + np.tile(window[:2], 2))
            scores.append(score[good])
        corner = np.clip(np.concatenate(corners), 0, [width, height, width, height])
        score = np.concatenate(scores)
        rows = np.flatnonzero((corner[:, 2:] > corner[:, :2]).all(axis=1))
        if self.layout in OVERLAPS_LEFT or len(windows) > 1:
            rows = rows[strongest(corner[rows], score[rows], max_overlap=self.max_overlap)]
        else:
            rows = rows[np.argsort(-score[rows], kind="stable")]
        return None, single_people(corner[rows], score[rows])


def onnx_people(
    model: bytes,
    *,
    layout: str = "",
    person_class: int | None = None,
    size_px: int | None = None,
    min_score: float = 0.3,
    max_overlap: float = 0.6,
    tiles: tuple[int, int] = (1, 1),
    n_threads: int = 1,
) -> OnnxPeople:
    """Return the detector of a model.

    Args:
        model: content of an ONNX file.
        layout: ``format`` of the settings; found by names and shapes if empty.
        person_class: number of the class of people; by the model's ``names`` if None, else 0, or 1
            where the model has COCO's sparse numbers.
        size_px: side of the square input, for a model that takes any; by its ``imgsz`` if None.
        min_score: inside (0, 1); it should be low: the tracker weighs what is left.
        max_overlap: intersection over union of two people.
        tiles: columns and rows.
        n_threads: of the model.

    Raises:
        StandexError: onnxruntime is not installed, the file is no model that it can read, or the
            model is of an unknown layout, or without a class of people; the message says what was
            found.
        ValueError: a number is outside its range.
    """
    _refuse_numbers(min_score, max_overlap, tiles, n_threads)
    session = _session(model, n_threads)
    about = _metadata(session)
    size = _size(session, about, size_px)
    grey = np.zeros((3, *size), dtype=np.uint8)
    outputs, _ = next(iter(_run(session, [grey], size)))
    shapes = {name: tuple(int(n) for n in value.shape) for name, value in outputs.items()}
    found = layout_of(
        shapes, inputs=[one.name for one in session.get_inputs()], size_px=size, given=layout
    )
    return OnnxPeople(
        model=model,
        layout=found,
        size_px=size,
        person_class=_person_class(about, found, shapes, person_class),
        min_score=min_score,
        max_overlap=max_overlap,
        tiles=tiles,
        n_threads=n_threads,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """A picture as a model wants it, and the way back.

    Attributes:
        pixels: channel, row, column.
        scale: pixels of the input per pixel of the picture, across and down.
        offset_px: of the picture in the input, across and down.
    """

    pixels: np.ndarray
    scale: tuple[float, float]
    offset_px: tuple[int, int]

    def back(self, corner_px: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n 4"]:
        """Return corners in pixels of the picture."""
        return (corner_px - np.tile(self.offset_px, 2)) / np.tile(self.scale, 2)


def fitted_picture(image: UInt8[np.ndarray, "h w 3"], size_px: tuple[int, int], fit: Fit) -> Fitted:
    """Return a picture scaled, padded and coloured as a family wants it."""
    cv2 = opencv()
    height, width = image.shape[:2]
    across, down = size_px[1] / width, size_px[0] / height
    if fit.is_letterbox:
        across = down = min(across, down)
    new = (max(round(width * across), 1), max(round(height * down), 1))
    way = cv2.INTER_AREA if across < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(image, new, interpolation=way)
    spare = size_px[1] - new[0], size_px[0] - new[1]
    left, top = (spare[0] // 2, spare[1] // 2) if fit.is_centred else (0, 0)
    canvas = np.full((*size_px, 3), PAD_GREY, dtype=np.uint8)
    canvas[top : top + new[1], left : left + new[0]] = scaled
    if fit.is_rgb:
        canvas = canvas[..., ::-1]
    pixels = canvas.transpose(2, 0, 1)
    if fit.divisor != 1 or any(fit.mean):
        mean, std = (np.array(v, dtype=np.float32)[:, None, None] for v in (fit.mean, fit.std))
        pixels = (pixels.astype(np.float32) / np.float32(fit.divisor) - mean) / std
    return Fitted(
        pixels=np.ascontiguousarray(pixels),
        scale=(new[0] / width, new[1] / height),
        offset_px=(left, top),
    )


def _refuse_numbers(
    min_score: float, max_overlap: float, tiles: tuple[int, int], n_threads: int
) -> None:
    if not 0 < min_score < 1:
        raise ValueError(f"min_score must be inside (0, 1), got {min_score}")
    if not 0 <= max_overlap <= 1:
        raise ValueError(f"max_overlap must be inside [0, 1], got {max_overlap}")
    if min(tiles) < 1 or tiles[0] * tiles[1] > MOST_TILES:
        raise ValueError(f"tiles must be 1 or more each, at most {MOST_TILES} in all, got {tiles}")
    if n_threads < 1:
        raise ValueError(f"n_threads must be at least 1, got {n_threads}")


@lru_cache(maxsize=4)
def _session(model: bytes, n_threads: int) -> Any:
    try:
        runtime: Any = importlib.import_module("onnxruntime")
    except ImportError as error:
        raise StandexError(
            f"a model of one's own needs onnxruntime: import failed ({error}); install the extra: "
            "pip install 'standex[onnx]'"
        ) from error
    if not model:
        raise StandexError("the model file is empty")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what goes wrong is raised
    try:
        return runtime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise StandexError(
            f"the model ({len(model)} bytes) cannot be read as ONNX: {_short(error)}; is the file "
            "whole, and of an IR version that this onnxruntime reads?"
        ) from error


def _metadata(session: Any) -> dict[str, str]:
    return dict(session.get_modelmeta().custom_metadata_map)


def _size(session: Any, about: Mapping[str, str], wanted_px: int | None) -> tuple[int, int]:
    """Return height and width of the input: fixed, asked for, as the model says, or usual."""
    picture = session.get_inputs()[0]
    shape = list(picture.shape)
    if len(shape) != 4 or picture.type not in TYPES:
        raise StandexError(
            f"the model's first input {picture.name!r} is {picture.type} {shape}; a picture "
            f"[batch, 3, height, width] of {', '.join(TYPES)} is wanted"
        )
    if shape[1] not in (3, None) and not isinstance(shape[1], str):
        raise StandexError(f"the model's input has {shape[1]} channels, 3 are wanted: {shape}")
    said = _literal(about.get("imgsz", ""))
    pair = [said, said] if isinstance(said, int) else said
    usual = [USUAL_SIZE_PX] * 2
    if isinstance(pair, list | tuple) and [type(n) for n in pair] == [int, int]:
        usual = list(pair)
    if wanted_px is not None:
        usual = [wanted_px] * 2
    size = [
        fixed if isinstance(fixed, int) and fixed > 0 else free
        for fixed, free in zip(shape[2:], usual, strict=True)
    ]
    if not all(32 <= n <= MOST_SIZE_PX for n in size):
        raise StandexError(f"the model's input of {size} pixels must be 32 to {MOST_SIZE_PX} each")
    return int(size[0]), int(size[1])


def _person_class(
    about: Mapping[str, str],
    layout: Layout,
    shapes: Mapping[str, tuple[int, ...]],
    wanted: int | None,
) -> int:
    known = n_classes(layout, shapes)
    if wanted is not None:
        found = wanted
    else:
        found = _by_name(about)
        if found is None:
            found = _by_number(layout, known)
    if found < 0 or (known is not None and found >= known):
        raise StandexError(f"person_class {found} is outside the model's {known} classes")
    return found


def _by_name(about: Mapping[str, str]) -> int | None:
    names = _literal(about.get("names", ""))
    if isinstance(names, list | tuple):
        names = dict(enumerate(names))
    if not isinstance(names, dict):
        return None
    for number, name in names.items():
        if str(name).lower() in ("person", "people", "pedestrian") and isinstance(number, int):
            return number
    raise StandexError(
        f"the model knows no person: its names are {', '.join(map(str, names.values()))[:300]}; "
        "say person_class"
    )


def _by_number(layout: Layout, known: int | None) -> int:
    if layout is not Layout.RF_DETR:
        return 0
    if known in (COCO_SPARSE, COCO_SPARSE - 1):
        return 1
    raise StandexError(
        f"the model has {known} classes and no names: say person_class (models trained on COCO's "
        "sparse numbers have 1, those with numbers from 0 on may have 0)"
    )


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _tiles(
    tiles: tuple[int, int], *, width_px: int, height_px: int
) -> list[tuple[int, int, int, int]]:
    """Return windows that cover the picture; each reaches into the next ones."""

    def cuts(n: int, length: int) -> list[tuple[int, int]]:
        step = length / n
        more = TILE_OVERLAP * step if n > 1 else 0.0
        return [
            (max(int(k * step - more), 0), min(int(np.ceil((k + 1) * step + more)), length))
            for k in range(n)
        ]

    return [
        (x1, y1, x2, y2)
        for y1, y2 in cuts(tiles[1], height_px)
        for x1, x2 in cuts(tiles[0], width_px)
    ]


def _run(
    session: Any, pictures: list[np.ndarray], size_px: tuple[int, int]
) -> Iterator[tuple[dict[str, np.ndarray], int]]:
    """Yield outputs and the row of each picture; together where the model takes any number."""
    taken = session.get_inputs()
    names = [one.name for one in session.get_outputs()]
    is_free = not isinstance(taken[0].shape[0], int)
    batches = [pictures] if is_free else [[one] for one in pictures]
    for batch in batches:
        fed: dict[str, np.ndarray] = {taken[0].name: np.stack(batch).astype(TYPES[taken[0].type])}
        for other in taken[1:]:
            if other.name != "orig_target_sizes":
                raise StandexError(
                    f"the model wants an input {other.name!r} that nothing is known about"
                )
            # As if the frame had the size of the input: then it does not matter which side of the
            # picture a model takes to be named first, as long as the input is square.
            fed[other.name] = np.array([size_px[::-1]] * len(batch), dtype=np.int64)
        try:
            values = session.run(names, fed)
        except Exception as error:
            raise StandexError(f"the model failed on a picture: {_short(error)}") from error
        outputs = dict(zip(names, values, strict=True))
        for row in range(len(batch)):
            yield outputs, row


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
