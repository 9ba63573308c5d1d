"""Models made on the spot: graphs that give the same boxes whatever they are shown."""

import importlib

import numpy as np
import pytest

from standex.model.errors import StandexError
from standex.sensing.video.boxes import Detector
from standex.sensing.video.onnx_layouts import FITS, Fit, Layout
from standex.sensing.video.onnx_people import fitted_picture, onnx_people

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
SIDE = 64
ANCHORS = 8 * 8 + 4 * 4 + 2 * 2
BOX = np.array([16.0, 8.0, 32.0, 48.0])  # in pixels of the input
CENTRED = np.array([24.0, 28.0, 16.0, 40.0])


def model_of(outputs, *, inputs=("images",), about=None, free=False, kind="FLOAT") -> bytes:
    """Return a model that gives fixed outputs; they hang on the picture only for form's sake."""
    helper, types = onnx.helper, onnx.TensorProto
    shape = ["batch", 3, "h", "w"] if free else [1, 3, SIDE, SIDE]
    taken = [helper.make_tensor_value_info(inputs[0], getattr(types, kind), shape)]
    taken += [helper.make_tensor_value_info(name, types.INT64, [1, 2]) for name in inputs[1:]]
    nodes, constants, given = [], [], []
    nodes.append(helper.make_node("Cast", [inputs[0]], ["as_float"], to=types.FLOAT))
    nodes.append(helper.make_node("ReduceMean", ["as_float"], ["mean"], keepdims=0))
    constants.append(onnx.numpy_helper.from_array(np.zeros((), np.float32), "nought"))
    nodes.append(helper.make_node("Mul", ["mean", "nought"], ["zero"]))
    for name, values in outputs.items():
        value = np.asarray(values)
        as_type = types.INT64 if value.dtype.kind == "i" else types.FLOAT
        constants.append(onnx.numpy_helper.from_array(value.astype(np.float32), f"{name}_is"))
        nodes.append(helper.make_node("Add", [f"{name}_is", "zero"], [f"{name}_sum"]))
        nodes.append(helper.make_node("Cast", [f"{name}_sum"], [name], to=as_type))
        given.append(helper.make_tensor_value_info(name, as_type, value.shape))
    graph = helper.make_graph(nodes, "fixed", taken, given, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    for key, value in (about or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    return model.SerializeToString()


def outputs_of(layout, n_classes=3, person=0, score=0.9):
    """Return outputs of a family that hold one person at BOX, and one thing of another class."""
    thing = (person + 1) % n_classes
    if layout is Layout.YOLO_V8:
        table = np.zeros((1, 4 + n_classes, ANCHORS), np.float32)
        for k in range(3):  # three anchors see the same person
            table[0, :4, k], table[0, 4 + person, k] = CENTRED + k, score - 0.1 * k
        table[0, :4, 9], table[0, 4 + thing, 9] = CENTRED, score
        return {"output0": table}
    if layout in (Layout.YOLO_V5, Layout.YOLOX):
        n = ANCHORS * (3 if layout is Layout.YOLO_V5 else 1)
        table = np.zeros((1, n, 5 + n_classes), np.float32)
        table[0, :, 2:4] = 20
        for k in range(3):
            table[0, k, :4], table[0, k, 4], table[0, k, 5 + person] = (
                CENTRED + k,
                1,
                score - k / 10,
            )
        table[0, 9, :4], table[0, 9, 4], table[0, 9, 5 + thing] = CENTRED, 1, score
        return {"output": table}
    if layout is Layout.YOLO_END_TO_END:
        table = np.zeros((1, 20, 6), np.float32)
        table[0, 0], table[0, 1] = [*BOX, score, person], [*BOX, score, thing]
        return {"output0": table}
    if layout is Layout.RT_DETR:
        return {
            "labels": np.array([[person, thing]]),
            "boxes": np.array([[BOX, BOX]]),
            "scores": np.array([[score, score]]),
        }
    if layout is Layout.RF_DETR:
        logit = np.full((1, 2, n_classes), -9.0)
        logit[0, 0, person] = logit[0, 1, thing] = np.log(score / (1 - score))
        return {"dets": np.array([[CENTRED, CENTRED]]) / SIDE, "labels": logit}
    rows = np.array([[0, *BOX, score, person], [0, *BOX, score, thing]])
    return {"graph2": rows}


def inputs_of(layout):
    return ("images", "orig_target_sizes") if layout is Layout.RT_DETR else ("images",)


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("shape", [(64, 64), (128, 128), (128, 64)])
def test_every_family_gives_the_one_person_in_its_place(layout, shape) -> None:
    model = model_of(outputs_of(layout), inputs=inputs_of(layout))
    detector = onnx_people(model, person_class=0)
    assert isinstance(detector, Detector)
    assert detector.layout is layout
    image = np.zeros((*shape, 3), dtype=np.uint8)
    state, boxes = detector.detect(detector.start(), image)
    assert state is None
    if FITS[layout].is_letterbox:
        ratio = max(shape) / SIDE
        left = (SIDE - shape[1] / ratio) / 2 if FITS[layout].is_centred else 0
        wanted = (BOX - (left, 0, left, 0)) * ratio
    else:
        wanted = BOX * np.array([shape[1], shape[0]] * 2) / SIDE
    wanted = np.clip(wanted, 0, np.array([shape[1], shape[0]] * 2))
    np.testing.assert_allclose(boxes.corner_px, [wanted], atol=1e-3)
    np.testing.assert_allclose(boxes.score, [0.9], rtol=1e-5)


def test_the_class_of_people_is_found_by_name() -> None:
    about = {"names": "{0: 'car', 1: 'Person', 2: 'dog'}", "imgsz": "[64, 64]"}
    detector = onnx_people(model_of(outputs_of(Layout.YOLO_V8, person=1), about=about))
    assert detector.person_class == 1
    about["names"] = "['cat', 'dog', 'cow']"
    with pytest.raises(StandexError, match="knows no person: its names are cat, dog, cow"):
        onnx_people(model_of(outputs_of(Layout.YOLO_V8), about=about))


def test_sparse_numbers_of_coco_and_others_that_must_be_said() -> None:
    sparse = model_of(outputs_of(Layout.RF_DETR, n_classes=91, person=1))
    assert onnx_people(sparse).person_class == 1
    with pytest.raises(StandexError, match="4 classes and no names: say person_class"):
        onnx_people(model_of(outputs_of(Layout.RF_DETR, n_classes=4)))
    with pytest.raises(StandexError, match="person_class 7 is outside the model's 3 classes"):
        onnx_people(model_of(outputs_of(Layout.YOLO_V8)), person_class=7)


def test_a_model_that_takes_any_size_goes_by_what_it_says() -> None:
    model = model_of(outputs_of(Layout.YOLO_V8), about={"imgsz": "[64, 64]"}, free=True)
    assert onnx_people(model).size_px == (64, 64)
    table = outputs_of(Layout.YOLO_END_TO_END)
    assert onnx_people(model_of(table, free=True)).size_px == (640, 640)
    assert onnx_people(model_of(table, free=True), size_px=96).size_px == (96, 96)


def test_bytes_go_in_where_bytes_are_wanted() -> None:
    model = model_of(outputs_of(Layout.YOLO_NAS_FLAT), kind="UINT8")
    _, boxes = onnx_people(model).detect(None, np.zeros((64, 64, 3), dtype=np.uint8))
    assert len(boxes.score) == 1


def test_tiles_find_a_person_in_each_and_join_the_overlap() -> None:
    model = model_of(outputs_of(Layout.YOLO_END_TO_END))
    _, boxes = onnx_people(model, tiles=(2, 1)).detect(None, np.zeros((60, 200, 3), np.uint8))
    assert len(boxes.score) == 2
    assert np.ptp(boxes.foot_px[:, 0]) > 50


def test_nobody_is_cut_off_from_a_crowd() -> None:
    n = 900
    table = np.zeros((1, n, 6), np.float32)
    table[0, :, 0], table[0, :, 1] = np.arange(n) % 60, np.arange(n) // 60
    table[0, :, 2:4] = table[0, :, :2] + 1
    table[0, :, 4] = 0.8
    _, boxes = onnx_people(model_of({"o": table})).detect(None, np.zeros((64, 64, 3), np.uint8))
    assert len(boxes.score) == n


@pytest.mark.parametrize(
    ("model", "match"),
    [
        (b"", "the model file is empty"),
        (b"no model at all", r"\(15 bytes\) cannot be read as ONNX"),
    ],
)
def test_what_is_no_model_is_refused(model, match) -> None:
    with pytest.raises(StandexError, match=match):
        onnx_people(model)


def test_a_truncated_model_is_refused() -> None:
    whole = model_of(outputs_of(Layout.YOLO_V8))
    with pytest.raises(StandexError, match="cannot be read as ONNX"):
        onnx_people(whole[: len(whole) // 2])


def test_an_unknown_layout_and_an_odd_input_are_refused() -> None:
    with pytest.raises(StandexError, match=r"unknown layout.*heat \[1, 2, 8, 8\].*yolov8"):
        onnx_people(model_of({"heat": np.zeros((1, 2, 8, 8))}))
    odd = model_of(outputs_of(Layout.YOLO_V8), inputs=("images", "tokens"))
    with pytest.raises(StandexError, match="wants an input 'tokens'"):
        onnx_people(odd)


def test_a_missing_extra_is_one_clear_error(monkeypatch) -> None:
    real = importlib.import_module

    def absent(name):
        if name == "onnxruntime":
            raise ImportError("No module named 'onnxruntime'")
        return real(name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(StandexError, match=r"needs onnxruntime.*standex\[onnx\]"):
        onnx_people(b"never seen before")


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"min_score": 0.0}, "min_score"),
        ({"max_overlap": 1.5}, "max_overlap"),
        ({"tiles": (0, 1)}, "tiles"),
        ({"n_threads": 0}, "n_threads"),
    ],
)
def test_settings_that_mean_nothing_are_refused(setting, match) -> None:
    with pytest.raises(ValueError, match=match):
        onnx_people(b"x", **setting)


def test_pictures_are_fitted_as_each_family_wants() -> None:
    image = np.zeros((32, 64, 3), dtype=np.uint8)
    image[..., 0] = 200  # blue
    plain = fitted_picture(image, (64, 64), Fit())
    assert plain.pixels.shape == (3, 64, 64)
    np.testing.assert_allclose(plain.pixels[2, 20:40], 200 / 255, rtol=1e-6)
    np.testing.assert_allclose(plain.pixels[:, 0], 114 / 255, rtol=1e-6)
    raw = fitted_picture(image, (64, 64), FITS[Layout.YOLOX])
    assert raw.pixels[0, 10, 10] == 200
    assert raw.pixels[0, 50, 10] == 114
    corner = np.array([[3.0, 4.0, 20.0, 30.0]])
    np.testing.assert_allclose(plain.back(corner * 1.0 + (0, 16, 0, 16)), corner)
