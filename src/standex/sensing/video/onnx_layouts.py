"""What the outputs of detector models mean: families told apart by names and shapes, and decoded.

Each family wants its picture in another way, too: colours, range, and how it is made to fit.

References:
    Output rows of Ultralytics, RF-DETR, D-FINE and YOLO-NAS as their makers document them; YOLOX
    as in its own ONNX example (raw rows, strides 8, 16, 32, blue green red, not normalised).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from jaxtyping import Float

from standex.model.errors import StandexError

STRIDES = (8, 16, 32)
MOST_END_TO_END = 1000  # rows of a model that has suppressed overlaps itself
RAW_LOG_LIMIT = 15.0  # exp of it is larger than any picture: then YOLOX rows are decoded already


class Layout(StrEnum):
    """The families that are known, by the word that ``format`` takes."""

    YOLO_V8 = "yolov8"  # v8, 11 and 12: [1, 4 + classes, anchors]
    YOLO_END_TO_END = "yolo26"  # YOLO26, or exported with nms: [1, rows, 6]
    YOLO_V5 = "yolov5"  # v5 and v7: [1, 3 anchors, 5 + classes]
    YOLOX = "yolox"  # [1, anchors, 5 + classes]
    RT_DETR = "rt-detr"  # also D-FINE and DEIM: labels, boxes, scores
    RF_DETR = "rf-detr"  # dets, labels
    YOLO_NAS_FLAT = "yolo-nas-flat"  # [rows, 7]


SHAPES = {
    Layout.YOLO_V8: "one output [1, 4 + classes, anchors]",
    Layout.YOLO_END_TO_END: "one output [1, up to 1000 rows, 6]",
    Layout.YOLO_V5: "one output [1, 3 x anchors, 5 + classes]",
    Layout.YOLOX: "one output [1, anchors, 5 + classes]",
    Layout.RT_DETR: "outputs labels, boxes [.., 4], scores; inputs images, orig_target_sizes",
    Layout.RF_DETR: "outputs dets [1, queries, 4], labels [1, queries, classes]",
    Layout.YOLO_NAS_FLAT: "one output [rows, 7]",
}
OVERLAPS_LEFT = (Layout.YOLO_V8, Layout.YOLO_V5, Layout.YOLOX)  # non-maximum suppression is ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How a family wants its picture.

    Attributes:
        is_rgb: red first; else blue first.
        divisor: of grey levels 0 to 255.
        mean: taken off after the division, per channel.
        std: divided by after that.
        is_letterbox: keeps the ratio of the sides and pads with grey; else both are stretched.
        is_centred: the padding is on both sides; else to the right and below.
    """

    is_rgb: bool = True
    divisor: float = 255.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    is_letterbox: bool = True
    is_centred: bool = True


FITS: Mapping[Layout, Fit] = {
    Layout.YOLO_V8: Fit(),
    Layout.YOLO_END_TO_END: Fit(),
    Layout.YOLO_V5: Fit(),
    Layout.YOLOX: Fit(is_rgb=False, divisor=1.0, is_centred=False),
    Layout.RT_DETR: Fit(is_letterbox=False),
    Layout.RF_DETR: Fit(mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), is_letterbox=False),
    Layout.YOLO_NAS_FLAT: Fit(divisor=1.0, is_centred=False),
}


def layout_of(
    outputs: Mapping[str, tuple[int, ...]],
    *,
    inputs: Sequence[str],
    size_px: tuple[int, int],
    given: str = "",
) -> Layout:
    """Return the family that a model's outputs belong to.

    Args:
        outputs: shape of each output, for one picture.
        inputs: names of the inputs.
        size_px: height and width that it was run at.
        given: ``format`` of the settings; it overrules names, and must fit the shapes.

    Raises:
        StandexError: nothing known fits, more than one thing does, or ``given`` is unknown or
            does not fit; the message says what was found and what is known.
    """
    fitting = [one for one in Layout if _fits(one, outputs, inputs, size_px)]
    if given:
        if given not in set(Layout):
            raise StandexError(f"format {given!r} is unknown; there are {', '.join(Layout)}")
        if not _has_shape(Layout(given), outputs):
            raise StandexError(
                f"format {given!r} wants {SHAPES[Layout(given)]}; the model has {_told(outputs)}"
            )
        return Layout(given)
    if len(fitting) == 1:
        return fitting[0]
    known = "; ".join(f"{name}: {shape}" for name, shape in SHAPES.items())
    fault = f"may be {' or '.join(fitting)}" if fitting else "is of an unknown layout"
    raise StandexError(
        f"the model {fault}: run at {size_px[0]} x {size_px[1]} it has {_told(outputs)} and the "
        f"inputs {', '.join(inputs)}. Known are {known}. Say which by format"
    )


def decoded(
    layout: Layout,
    outputs: Mapping[str, np.ndarray],
    *,
    row: int,
    person_class: int,
    size_px: tuple[int, int],
) -> tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, " n"]]:
    """Return corners in pixels of the model's input, and P(person) by the model's own lights.

    Rows that are not finite are left out: a NaN must not become a person.

    Args:
        layout: see ``layout_of``.
        outputs: by name, as the model gave them.
        row: which picture of the batch.
        person_class: number of the class of people.
        size_px: height and width of the input.
    """
    if layout is Layout.RT_DETR:
        corner, score = _labelled(outputs, row, person_class)
    elif layout is Layout.RF_DETR:
        corner, score = _queries(outputs, row, person_class, size_px)
    else:
        table = np.asarray(next(iter(outputs.values())), dtype=np.float64)
        if layout is Layout.YOLO_NAS_FLAT:
            mine = table[(table[:, 0] == row) & (table[:, 6] == person_class)]
            corner, score = mine[:, 1:5], mine[:, 5]
        elif layout is Layout.YOLO_END_TO_END:
            mine = table[row][table[row][:, 5] == person_class]
            corner, score = mine[:, :4], mine[:, 4]
        elif layout is Layout.YOLO_V8:
            corner, score = _corners(table[row][:4].T), table[row][4 + person_class]
        else:
            rows = table[row] if layout is Layout.YOLO_V5 else _gridded(table[row], size_px)
            corner, score = _corners(rows[:, :4]), rows[:, 4] * rows[:, 5 + person_class]
    good = np.isfinite(corner).all(axis=1) & np.isfinite(score)
    good &= (corner[:, 2:] > corner[:, :2]).all(axis=1)
    return corner[good], np.clip(score[good], 0.0, 1.0)


def n_classes(layout: Layout, outputs: Mapping[str, tuple[int, ...]]) -> int | None:
    """Return how many classes the scores of a model are for; None where the shapes do not say."""
    if layout is Layout.RF_DETR:
        return outputs["labels"][-1]
    shape = next(iter(outputs.values()))
    if layout is Layout.YOLO_V8:
        return shape[1] - 4
    return shape[2] - 5 if layout in (Layout.YOLO_V5, Layout.YOLOX) else None


def _fits(
    layout: Layout,
    outputs: Mapping[str, tuple[int, ...]],
    inputs: Sequence[str],
    size_px: tuple[int, int],
) -> bool:
    if not _has_shape(layout, outputs):
        return False
    if layout is Layout.RT_DETR:
        return "orig_target_sizes" in inputs
    rows, last = (*next(iter(outputs.values())), 0)[1:3]
    anchors = sum((size_px[0] // s) * (size_px[1] // s) for s in STRIDES)
    wanted = {
        Layout.YOLO_V8: last == anchors,
        Layout.YOLO_END_TO_END: rows <= MOST_END_TO_END and rows not in (anchors, 3 * anchors),
        Layout.YOLO_V5: rows == 3 * anchors,
        Layout.YOLOX: rows == anchors,
    }
    return wanted.get(layout, True)


def _has_shape(layout: Layout, outputs: Mapping[str, tuple[int, ...]]) -> bool:
    """Return whether outputs can be read as a layout at all."""
    if layout is Layout.RT_DETR:
        return {"labels", "boxes", "scores"} <= set(outputs) and outputs["boxes"][-1:] == (4,)
    if layout is Layout.RF_DETR:
        return (
            {"dets", "labels"} <= set(outputs)
            and len(outputs["dets"]) == len(outputs["labels"]) == 3
            and outputs["dets"][2] == 4
        )
    shape: tuple[int, ...] = next(iter(outputs.values()), ()) or (0,)
    if len(outputs) != 1 or len(shape) != (2 if layout is Layout.YOLO_NAS_FLAT else 3):
        return False
    wanted = {
        Layout.YOLO_NAS_FLAT: shape[-1] == 7,
        Layout.YOLO_V8: shape[1] >= 5,
        Layout.YOLO_END_TO_END: shape[-1] == 6,
    }
    return wanted.get(layout, shape[-1] >= 6)


def _labelled(
    outputs: Mapping[str, np.ndarray], row: int, person_class: int
) -> tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, " n"]]:
    label, box, score = (np.asarray(outputs[name][row]) for name in ("labels", "boxes", "scores"))
    mine = label.ravel() == person_class
    return box.astype(np.float64)[mine], score.astype(np.float64).ravel()[mine]


def _queries(
    outputs: Mapping[str, np.ndarray], row: int, person_class: int, size_px: tuple[int, int]
) -> tuple[Float[np.ndarray, "n 4"], Float[np.ndarray, " n"]]:
    box = np.asarray(outputs["dets"][row], dtype=np.float64)
    logit = np.asarray(outputs["labels"][row], dtype=np.float64)[:, person_class]
    height, width = size_px
    score = 1 / (1 + np.exp(-np.clip(logit, -60, 60)))
    return _corners(box) * np.array([width, height, width, height]), np.where(
        np.isfinite(logit), score, np.nan
    )


def _gridded(rows: Float[np.ndarray, "n k"], size_px: tuple[int, int]) -> Float[np.ndarray, "n k"]:
    """Return YOLOX rows in pixels, if they are not already."""
    if not len(rows) or np.nanmax(rows[:, 2:4]) > RAW_LOG_LIMIT:
        return rows
    at: list[np.ndarray] = []
    for stride in STRIDES:
        y, x = np.mgrid[0 : size_px[0] // stride, 0 : size_px[1] // stride]
        at.append(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, stride)]))
    grid = np.concatenate(at).astype(np.float64)
    place = (rows[:, :2] + grid[:, :2]) * grid[:, 2:]
    return np.hstack([place, np.exp(rows[:, 2:4]) * grid[:, 2:], rows[:, 4:]])


def _corners(centred: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, "n 4"]:
    half = centred[:, 2:] / 2
    return np.hstack([centred[:, :2] - half, centred[:, :2] + half])


def _told(outputs: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {list(shape)}" for name, shape in outputs.items()) or "no output"
