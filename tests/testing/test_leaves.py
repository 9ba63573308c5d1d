from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest

from standex.model.hints import no_hints
from standex.testing.leaves import Untouched, check_same, differing, leaves


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Box:
    inside: object


class Plain:
    def __init__(self, inside: object) -> None:
        self.inside = inside


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 2), (1, 1.0), (1, True), ("a", "b"), (None, 0), (0.0, -0.0), ((1,), [1]),
        ((1,), (1, 1)),
        ({"a": 1}, {"a": 2}), ({"a": 1}, {"b": 1}), ({}, {"a": 1}), ([Box(1)], [Box(2)]),
        (np.zeros(2), np.zeros(3)), (np.zeros(2), np.zeros(2, dtype=np.float32)),
        (np.zeros(4), np.zeros((2, 2))), (np.array([0.0]), np.array([-0.0])),
        (Plain(np.zeros(1)), Plain(np.ones(1))), (Box(1), Plain(1)), (1j, -1j),
        (0.1 + 0.2, 0.3), (Colour.RED, 1),
    ],
)  # fmt: skip
def test_what_differs_is_seen(one: object, other: object) -> None:
    assert differing(leaves(one), leaves(other))
    with pytest.raises(AssertionError, match="law of the house"):
        check_same(one, other, "law of the house")


@pytest.mark.parametrize("make", [
    lambda: float("nan"), lambda: np.array([np.nan, 1.0]), lambda: no_hints(3), lambda: Colour.RED,
    lambda: {"b": [1, (2.0, "x")], "a": {"c": None}}, lambda: Plain({"x": 1j}), lambda: print,
])  # fmt: skip
def test_what_is_made_alike_is_the_same(make) -> None:
    check_same(make(), make(), "the same")


def test_the_path_is_told() -> None:
    one, other = {"a": [Box(np.zeros(2))]}, {"a": [Box(np.ones(2))]}
    assert differing(leaves(one), leaves(other)) == ["['a'][0].inside"]


def test_writing_to_what_was_given_is_seen() -> None:
    values = np.zeros(3)
    with pytest.raises(AssertionError, match=r"changed: .*hints"), Untouched(hints={"x": values}):
        values[1] = 1.0


def test_what_was_raised_inside_is_not_hidden() -> None:
    values = np.zeros(3)
    with pytest.raises(KeyError), Untouched(values=values):
        values[dict[str, int]()["row"]] = 1.0
