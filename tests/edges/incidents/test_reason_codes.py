"""Every sentence that a built-in sensor says has a code: whoever changes one is told here."""

import inspect
import re
from types import SimpleNamespace

import numpy as np
import pytest

from standex.edges.incidents.reason_codes import CODES, reason_parts
from standex.model.zones import ZONES, BodyZone
from standex.sensing.laser.burst_look import BurstLook
from standex.sensing.microwave import evidence as line
from standex.sensing.microwave import panel_bag, panel_evidence
from standex.sensing.microwave.layer_fit import Hypothesis
from standex.sensing.microwave.layer_looks import in_words as fit_words
from standex.sensing.surrogate.technology import in_words as surrogate_words

CLASSES = ("nothing", "threat_metal", "threat_dielectric")


def codes(reason: str) -> list[str]:
    return [one["code"] for one in reason_parts(reason)]


def speaking_for(item_class: str) -> np.ndarray:
    return np.array([float(name == item_class) for name in CLASSES])


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("item_class", "code"),
    [("nothing", "nothing"), ("threat_metal", "line_metal"), ("threat_dielectric", "line_layer")],
)
def test_the_body_line(zone: BodyZone, item_class: str, code: str) -> None:
    said = line.in_words(
        np.linspace(-20, 3, len(line.FEATURES) + 1), zone, speaking_for(item_class), CLASSES
    )
    (part,) = reason_parts(said)
    assert part["code"] == code
    assert part["values"]["zone"] == zone.value


@pytest.mark.parametrize(
    ("item_class", "layer", "wanted"),
    [
        ("nothing", "", ["nothing"]),
        ("threat_metal", "", ["surface_metal"]),
        ("threat_dielectric", "", ["surface_layer"]),
        (
            "threat_dielectric",
            "as a layer 20 to 31 mm thick, permittivity 2.1 to 3.9 (90 %)",
            ["surface_layer", "thick_layer"],
        ),
    ],
)
def test_the_body_surface(item_class: str, layer: str, wanted: list[str]) -> None:
    score = np.full(len(panel_evidence.SCORES), -3.2)
    said = panel_evidence.in_words(
        score, BodyZone.WAIST, speaking_for(item_class), CLASSES, layer=layer
    )
    assert codes(said) == wanted


@pytest.mark.parametrize(
    ("leading", "is_explained", "code"),
    [
        ("nothing", True, "nothing"),
        ("threat_metal", True, "fit_metal"),
        (Hypothesis.RAISED_SKIN, True, "fit_skin"),
        ("threat_dielectric", False, "fit_unmeasured"),
        ("threat_dielectric", True, "fit_layer"),
    ],
)
def test_layers(leading: str, is_explained: bool, code: str) -> None:
    fit = SimpleNamespace(
        is_explained=is_explained,
        thickness_interval_m=(0.02, 0.04),
        permittivity_interval=(2.0, 4.0),
        level=0.9,
    )
    seen = SimpleNamespace(zone=BodyZone.TORSO_FRONT, oddest=SimpleNamespace(fit=fit))
    # The checks of types at run time would want a fit of a real echo.
    plain = inspect.unwrap(fit_words)
    assert codes(plain(seen, leading=leading)) == [code]


def test_the_bag() -> None:
    names = panel_bag.SCORES
    none = np.zeros(len(names))
    assert codes(panel_bag.in_words(none)) == ["bag_nothing", "not_calibrated"]
    some = np.array([1e-3 if name.endswith("m3") else 0.03 if name.endswith(("_m", "_m2")) else 9.0
                     for name in names])  # fmt: skip
    wanted = ["bag_seen", "bag_dark", "bag_only", "not_calibrated"]
    assert codes(panel_bag.in_words(some)) == wanted


@pytest.mark.parametrize(
    ("z", "inflation", "wanted"),
    [
        (1.0, 1.0, ["laser_nothing"]),
        (1.0, 2.0, ["laser_nothing", "laser_cloth"]),
        (20.0, 1.0, ["laser_named"]),
    ],
)
@pytest.mark.parametrize("n_shots", [1, 3])
def test_the_laser(z: float, inflation: float, wanted: list[str], n_shots: int) -> None:
    look = SimpleNamespace(
        z=np.array([z]),
        inflation=inflation,
        best=SimpleNamespace(
            row=np.array([0]),
            amplitude_counts=np.array([1.23e5]),
            amplitude_sigma_counts=np.array([24.0]),
        ),
        targets=SimpleNamespace(names=("simulant-a",), item_classes=("threat_dielectric",)),
    )
    parts = reason_parts(inspect.unwrap(BurstLook.in_words)(look, n_shots))
    assert [one["code"] for one in parts] == wanted
    assert parts[0]["values"]["shots"] == str(n_shots)
    if wanted == ["laser_named"]:
        assert parts[0]["values"]["class"] == "threat_dielectric"


@pytest.mark.parametrize(
    ("item_class", "code"),
    [
        ("nothing", "surrogate_nothing"),
        ("threat_metal", "surrogate_metal"),
        ("threat_dielectric", "surrogate_layer"),
    ],
)
def test_surrogates(item_class: str, code: str) -> None:
    assert codes(surrogate_words("torso_front", speaking_for(item_class), CLASSES)) == [code]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("prior alone (0 looks)", ["prior_alone", "looks"]),
        ("waist: nothing stands out from the body line (1 look)", ["nothing", "looks"]),
        ("air at the inlet is most like simulant-a", ["air_like"]),
        (
            "air at the inlet is most like simulant-a, which speaks for threat metal (2 looks)",
            ["air_speaks", "looks"],
        ),
        (
            "person 12 set it down (87%); nobody who may have is within 3 m",
            ["set_down_by", "left_alone"],
        ),
        ("nobody known; nobody who may have is within 3 m", ["set_down", "left_alone"]),
    ],
)
def test_what_the_station_adds(said: str, wanted: list[str]) -> None:
    assert codes(said) == wanted


def test_values_are_those_of_the_sentence() -> None:
    said = "torso front: dielectric anomaly: 26 to 57 mm, permittivity 2.7 to 4.2 (90 %) (5 looks)"
    first, second = reason_parts(said)
    assert first["values"] == {
        "zone": "torso_front", "thin": "26", "thick": "57", "low": "2.7", "high": "4.2",
        "level": "90",
    }  # fmt: skip
    assert second["values"] == {"n": "5"}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "a laboratory's own words",
        "waist: nothing stands out from the body line, and more",
        "waist: strong echo before the body line (oops dB), metal-like",
    ],
)
def test_what_is_not_known_is_left_to_its_own_words(said: str) -> None:
    assert reason_parts(said) == []


def test_every_code_is_named_once_and_plainly() -> None:
    assert len(set(CODES)) == len(CODES)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in CODES)
