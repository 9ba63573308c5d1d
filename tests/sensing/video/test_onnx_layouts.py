import numpy as np
import pytest

from standex.model.errors import StandexError
from standex.sensing.video.onnx_layouts import Layout, decoded, layout_of

SIZE = (64, 96)
ANCHORS = 8 * 12 + 4 * 6 + 2 * 3
INPUTS = {"images": ["images"], "detr": ["images", "orig_target_sizes"]}
SHAPES = [
    ({"output0": (1, 84, ANCHORS)}, "images", Layout.YOLO_V8),
    ({"output0": (1, 5, ANCHORS)}, "images", Layout.YOLO_V8),
    ({"output0": (1, 300, 6)}, "images", Layout.YOLO_END_TO_END),
    ({"output0": (1, 3 * ANCHORS, 85)}, "images", Layout.YOLO_V5),
    ({"output0": (1, 3 * ANCHORS, 6)}, "images", Layout.YOLO_V5),
    ({"output": (1, ANCHORS, 85)}, "images", Layout.YOLOX),
    ({"labels": (1, 300), "boxes": (1, 300, 4), "scores": (1, 300)}, "detr", Layout.RT_DETR),
    ({"dets": (1, 300, 4), "labels": (1, 300, 91)}, "images", Layout.RF_DETR),
    ({"dets": (1, 300, 4), "labels": (1, 300, 4)}, "images", Layout.RF_DETR),
    ({"graph2": (17, 7)}, "images", Layout.YOLO_NAS_FLAT),
]


@pytest.mark.parametrize(("outputs", "inputs", "layout"), SHAPES)
def test_families_are_told_apart(outputs, inputs, layout) -> None:
    assert layout_of(outputs, inputs=INPUTS[inputs], size_px=SIZE) is layout
    assert layout_of(outputs, inputs=INPUTS[inputs], size_px=SIZE, given=layout) is layout


def test_an_unknown_layout_says_what_was_found_and_what_is_known() -> None:
    with pytest.raises(StandexError) as told:
        layout_of({"heat": (1, 80, 128, 128)}, inputs=["x"], size_px=SIZE)
    for part in ("heat [1, 80, 128, 128]", "unknown layout", "64 x 96", *Layout, "format"):
        assert part in str(told.value)


def test_a_format_overrules_but_must_fit() -> None:
    either = {"output0": (1, 200, 6)}
    assert layout_of(either, inputs=["x"], size_px=SIZE, given="yolov5") is Layout.YOLO_V5
    with pytest.raises(StandexError, match=r"'rf-detr' wants outputs dets .* has output0"):
        layout_of(either, inputs=["x"], size_px=SIZE, given="rf-detr")
    with pytest.raises(StandexError, match="format 'yolo99' is unknown; there are yolov8"):
        layout_of(either, inputs=["x"], size_px=SIZE, given="yolo99")


def test_rows_that_are_no_numbers_are_no_people() -> None:
    table = np.zeros((1, 5, 6))
    table[0, :, :] = [1, 2, 11, 22, 0.9, 0]
    table[0, 0, 4] = np.nan
    table[0, 1, 0] = np.inf
    table[0, 2, 2] = 1.0  # no width
    corner, score = decoded(
        Layout.YOLO_END_TO_END, {"o": table}, row=0, person_class=0, size_px=SIZE
    )
    np.testing.assert_array_equal(corner, [[1, 2, 11, 22]] * 2)
    np.testing.assert_array_equal(score, [0.9, 0.9])


def test_raw_and_decoded_rows_of_yolox_say_the_same() -> None:
    raw = np.zeros((1, ANCHORS, 6))
    raw[0, :, :4] = np.random.default_rng(0).normal(0, 0.5, (ANCHORS, 4)) + (0, 0, 1, 1)
    raw[0, :, 4:] = 0.8
    ways = []
    for stride in (8, 16, 32):
        y, x = np.mgrid[0 : SIZE[0] // stride, 0 : SIZE[1] // stride]
        ways.append(np.column_stack([x.ravel(), y.ravel(), np.full(x.size, stride)]))
    grid = np.concatenate(ways)
    done = raw.copy()
    done[0, :, :2] = (raw[0, :, :2] + grid[:, :2]) * grid[:, 2:]
    done[0, :, 2:4] = np.exp(raw[0, :, 2:4]) * grid[:, 2:]
    one, other = (
        decoded(Layout.YOLOX, {"o": rows}, row=0, person_class=0, size_px=SIZE)
        for rows in (raw, done)
    )
    np.testing.assert_allclose(one[0], other[0])
    np.testing.assert_allclose(one[1], np.full(ANCHORS, 0.64))
