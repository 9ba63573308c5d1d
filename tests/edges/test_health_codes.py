"""Every sentence that is said of a sensor's health has a code: whoever changes one is told here.

The sentences are read from where they are made, with what stands in them put in, so that one that
is reworded or new is missed by nobody.
"""

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterator

import pytest

from standex.edges import health_codes
from standex.edges.health_codes import health_parts

MAKERS = {
    "standex.edges.live": {"_stand"},
    "standex.edges.intake": {"Admission"},
    "standex.edges.service.guard": {"_stand"},
    "standex.edges.service.contradictions": {"Health"},
    "standex.edges.single_writer": {"stand"},
    "standex.edges.web.picture_message": set(),
    "standex.edges.interop.device_source": set(),
    "standex.edges.interop.mqtt_source": {"_health", "RecordError"},
    "standex.edges.interop.sapient.node_feed": {"_fail"},
    "standex.edges.interop.sapient.technology": {"said"},
    "standex.edges.interop.external_looks": set(),
    "standex.edges.video.video_source": {"_stand", "_mention", "_health"},
    "standex.edges.video.onvif_source": {"_stand"},
    "standex.sensing.video.floor_positions": {"Health"},
    "standex.sensing.video.picture_health": {"_failed", "PictureHealth"},
    "standex.sensing.video.camera_technology": {"Health"},
    "standex.sensing.surrogate.technology": set(),
    "standex.sensing.laser.technology": set(),
    "standex.sensing.laser.shot_quality": {"Finding"},
    "standex.sensing.microwave.technology": {"_health"},
    "standex.sensing.microwave.panel_technology": {"_health"},
    "standex.sensing.vapour.inlet": set(),
    "standex.sensing.vapour.gas_array": set(),
    "standex.sensing.vapour.mobility_sensor": set(),
    "standex.tracking.admission": {"_refused", "_health"},
}
NAMES = frozenset({"message", "sentence", "problem", "problems", "late"})
SAMPLES = (
    "7", "cam-1", "'cal-1'", "dark", "behind", "the stream has ended", "this computer is too slow",
    "the same record came again", "; people are in it, keep the lane clear",
    "0.60 m (+0.50 east, -0.33 north, +- 0.02) from where cam-2 does",
)  # fmt: skip


def codes(message: str) -> list[str]:
    return [one["code"] for one in health_parts(message)]


def is_sentence(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value.count(" ") >= 2
    return isinstance(node, ast.JoinedStr)


def sentences_in(tree: ast.AST, makers: set[str]) -> Iterator[ast.expr]:
    """Return the strings that are given to makers of health, or called its message."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in makers or name == "append":
                given = [*node.args, *(one.value for one in node.keywords)]
                yield from (one for one in _strings(given) if name in makers or _is_tuple(given))
        elif isinstance(node, ast.Assign):
            target = node.targets[0]
            words = {one.id.lower() for one in ast.walk(target) if isinstance(one, ast.Name)}
            if words & NAMES or "nothing_heard" in words:
                yield from _strings([node.value])


def _is_tuple(given: list[ast.expr]) -> bool:
    return any(isinstance(one, ast.Tuple) for one in given)


def _strings(given: list[ast.expr]) -> Iterator[ast.expr]:
    for one in given:
        if is_sentence(one):
            yield one
        elif isinstance(one, ast.Tuple | ast.IfExp | ast.BinOp | ast.BoolOp):
            if isinstance(one, ast.BinOp):
                continue  # put together from pieces; tested by what says it
            parts = [child for child in ast.iter_child_nodes(one) if isinstance(child, ast.expr)]
            yield from _strings(parts)


def rendered(node: ast.expr) -> Iterator[str]:
    """Return what a string may come to, with samples for what stands in it."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
        return
    assert isinstance(node, ast.JoinedStr)
    pieces: list[tuple[str, ...]] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            pieces.append((str(part.value),))
            continue
        assert isinstance(part, ast.FormattedValue)
        spec = "".join(
            str(one.value)
            for one in getattr(part.format_spec, "values", ())
            if isinstance(one, ast.Constant)
        )
        number = 12 if spec in (",", "d") else 0.125 if spec.endswith("%") else 12.25
        pieces.append((format(number, spec),) if spec else SAMPLES)
    yield from ("".join(one) for one in itertools.islice(itertools.product(*pieces), 20_000))


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_said_in_a_module_has_codes(name: str) -> None:
    module = importlib.import_module(name)
    found = list(sentences_in(ast.parse(inspect.getsource(module)), MAKERS[name]))
    found = [one for one in found if any(" " in text for text in rendered(one))]
    assert found, "nothing is said there any more"
    unknown = [
        ast.unparse(one)
        for one in found
        if not any(health_parts(text) for text in rendered(one))
        and not ast.unparse(one).startswith(("f'record {", "f'positions of"))
    ]
    assert unknown == []


def test_what_is_joined_is_told_sentence_by_sentence() -> None:
    said = (
        "the axis descends: read from the other end; 3 of 12 counts are not finite: check the "
        "camera's link"
    )
    assert codes(said) == ["axis_descends", "and_then", "counts_not_finite"]
    assert health_parts(said)[2]["values"] == {"n": "3", "all": "12"}
    # What a sentence of two clauses says is one sentence, not two.
    assert codes("calibration mw-1 has expired; calibrate again") == ["calibration_expired"]


@pytest.mark.parametrize(
    "said",
    [
        "",
        "a laboratory's own words",
        "learning the empty room; and more",
        "learning the empty room; ",
        "learning the empty roomlearning the empty room",
    ],
)
def test_what_is_not_known_is_left_to_its_own_words(said: str) -> None:
    assert health_parts(said) == []


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("source camera: it is being started", ["source_starting"]),
        (
            "source camera: it broke off (OSError: gone); it is started again in 2 s (attempt 3)",
            ["source_broke_off"],
        ),
        ("source camera: it ended; it is started again in 0.5 s (attempt 2)", ["source_over"]),
        ("source camera: it has ended", ["source_has_ended"]),
        ("its connection has ended", ["node_gone"]),
        ("its clock is 0.250 s behind and corrected; set it by NTP or PTP", ["clock_behind"]),
        (
            "its clock is 7.000 s ahead, over 5 s: its records are left out; set it by NTP or PTP",
            ["clock_ahead_out"],
        ),
        (
            "12 of 90 channels lost (12 silent); transmitter 3 lost altogether: check antennas, "
            "cables and switches; the reflector is not seen: clear the way to it, or put it back "
            "and survey it",
            ["channels_lost", "and_then", "reflector_hidden"],
        ),
        (
            "channels 1, 2 are left out: they do not change or are off their scale (2 at its end); "
            "replace them if it stays",
            ["gas_channels_out"],
        ),
        ("learning the empty room; people are in it, keep the lane clear", ["room_not_empty"]),
        ("records are being left out: this computer is too slow (3 so far)", ["shed_slow_n"]),
        ("records are being left out: their numbers never arrived", ["shed_lost"]),
    ],
)
def test_sentences_that_are_put_together_from_pieces(said: str, wanted: list[str]) -> None:
    assert codes(said) == wanted


def test_every_code_is_named_once_and_plainly() -> None:
    assert len(set(health_codes.CODES)) == len(health_codes.CODES)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in health_codes.CODES)
