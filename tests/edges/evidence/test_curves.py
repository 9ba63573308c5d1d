"""Curves and pictures as files; and that nothing of anybody's shape is in them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.evidence.curves import (
    CURVES_FORM,
    MAX_CURVES,
    PATCHES_FORM,
    curves_document,
    curves_files,
    patches_file,
)
from standex.edges.evidence.heard import HeardLook
from standex.model.curves import (
    Axis,
    Curve,
    CurveRole,
    Curves,
    CurvesKind,
    Heard,
    Mark,
    MarkKind,
    Quantity,
)
from standex.model.errors import RecordError
from standex.model.observation import PathExcess
from standex.model.record import Record


def curves(n: int = 3) -> Curves:
    return Curves(
        kind=CurvesKind.RAMAN,
        t_utc_ns=1_700_000_000_123_456_789,
        substance="simulant-a",
        figures={"z": 12.3456789, "amplitude_counts": np.inf},
        x_axis=Axis(quantity=Quantity.RAMAN_SHIFT, unit="1/cm"),
        x=np.arange(n, dtype=np.float64),
        curves=(
            Curve(
                role=CurveRole.MEASURED,
                y=Axis(quantity=Quantity.COUNTS),
                values=np.append(np.nan, np.full(n - 1, 1 / 3)),
            ),
        ),
        marks=(Mark(kind=MarkKind.LINE, at=1.0),),
    )


class Explains:
    def __init__(self, answer) -> None:
        self.answer, self.asked = answer, []

    def explained(self, heard, look, /):
        self.asked.append((heard.state, look.look_id))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def looks(scene):
    return {
        n: HeardLook(
            evidence=scene.evidence(f"look-{n}", n),
            heard=Heard(
                state=n,
                record=Record(sensor_id="mw-1", t_utc_ns=0, kind="", sequence=n, arrays={}),
            ),
        )
        for n in range(30)
    }


def test_what_is_no_number_is_none_and_digits_are_few() -> None:
    document = curves_document(curves(), sensor_id="laser")
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["form"] == CURVES_FORM
    assert document["figures"] == {"z": 12.3457, "amplitude_counts": None}
    assert document["curves"][0]["values"] == [None, 0.333333, 0.333333]
    assert document["x"] == {"quantity": "raman_shift", "unit": "1/cm", "values": [0.0, 1.0, 2.0]}
    assert document["marks"] == [{"kind": "line", "at": 1.0}]
    assert document["t_utc_ms"] == 1_700_000_000_123


def test_each_file_is_called_after_its_entry_and_the_last_are_kept(looks) -> None:
    laser = Explains(curves())
    files = curves_files(looks, {"mw-1": laser})
    first = 30 - MAX_CURVES
    assert list(files) == [f"curves-{n:03d}.json" for n in range(first, 30)]
    assert laser.asked[0] == (first, f"look-{first}")


@pytest.mark.parametrize(
    "answer", [None, RecordError("cut off"), ValueError("no"), ZeroDivisionError()]
)
def test_a_look_that_cannot_be_explained_is_left_out(looks, answer) -> None:
    assert curves_files(looks, {"mw-1": Explains(answer)}) == {}


def test_curves_of_another_length_than_their_axis_are_refused() -> None:
    with pytest.raises(ValueError, match="measured"):
        replace(curves(), x=np.arange(4.0))
    with pytest.raises(ValueError, match="bad"):
        replace(curves(), x=np.array([0.0, np.nan, 2.0]))


def test_pictures_are_kept_as_numbers_beside_the_gray_ones(scene) -> None:
    passage = scene.passage(scene.entry("a", patch=None), scene.entry("b"))
    (data,) = patches_file(passage).values()
    document = json.loads(data)
    assert document["form"] == PATCHES_FORM
    (patch,) = document["patches"]
    assert (patch["entry"], patch["look_id"], patch["zone"]) == (1, "b", "waist")
    assert patch["values"] == [[0.0, 1.0, None], [2.0, 4.0, 3.0]]
    assert patches_file(scene.passage(scene.entry("a", patch=None))) == {}


def test_path_excess_is_kept_with_its_picture_in_millimetres(scene) -> None:
    excess = PathExcess(
        excess_m=np.array([[0.0214567, np.nan, np.nan], [-0.0003, 0.0, 0.001]]),
        sigma_m=np.array([[0.006, np.nan, np.nan], [0.0015, 0.0015, 0.0015]]),
    )
    entry = scene.entry("b", patch=replace(scene.PATCH, excess=excess))
    (data,) = patches_file(scene.passage(entry)).values()
    (patch,) = json.loads(data)["patches"]
    assert patch["excess"]["excess_mm"] == [[21.46, None, None], [-0.3, 0.0, 1.0]]
    assert patch["excess"]["sigma_mm"] == [[6.0, None, None], [1.5, 1.5, 1.5]]
    (data,) = patches_file(scene.passage(scene.entry("b"))).values()
    assert json.loads(data)["patches"][0]["excess"] is None


def test_files_hold_nothing_that_a_shape_could_be_in(scene) -> None:
    """What may be in them is listed here: whoever adds a field must say why it shows nobody."""
    document = curves_document(curves(), sensor_id="laser")
    assert set(document) == {
        "form", "kind", "sensor_id", "t_utc_ms", "substance", "figures", "x", "curves", "marks",
    }  # fmt: skip
    assert {key for one in document["curves"] for key in one} == {
        "role", "channel", "quantity", "unit", "values",
    }  # fmt: skip
    # Axes are of instruments: none is a place on or about a body.
    assert not {one.value for one in Quantity} & {"across", "height", "depth", "position", "range"}
    (data,) = patches_file(scene.passage(scene.entry("b"))).values()
    (patch,) = json.loads(data)["patches"]
    # Path excess is of what is worn: it is taken against the body around the same place.
    assert set(patch) == {
        "entry", "sensor_id", "look_id", "t_utc_ms", "zone", "caption", "across_m", "height_m",
        "values", "excess",
    }  # fmt: skip
