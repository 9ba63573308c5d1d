from pathlib import Path

import pytest

from standex.edges.trajectories.stated import agreed_frame_rate_hz, agreed_unit
from standex.model.errors import DataFileError

PATH = Path("walk.txt")


@pytest.mark.parametrize(("in_file", "given"), [("cm", None), (None, "cm"), ("cm", "cm")])
def test_unit_comes_from_whoever_says_it(in_file, given) -> None:
    assert agreed_unit(PATH, in_file=in_file, given=given, looked_for="the head") == "cm"


def test_unknown_unit_names_where_it_was_looked_for_and_the_argument() -> None:
    with pytest.raises(DataFileError, match=r"walk.txt.*looked for the head.*unit='m'"):
        agreed_unit(PATH, in_file=None, given=None, looked_for="the head")


def test_contradicting_unit_names_both_values() -> None:
    with pytest.raises(DataFileError, match=r"'cm'.*unit='m'"):
        agreed_unit(PATH, in_file="cm", given="m", looked_for="the head")


@pytest.mark.parametrize(("in_file", "given"), [(25.0, None), (None, 25.0), (25.0, 25.0)])
def test_frame_rate_comes_from_whoever_says_it(in_file, given) -> None:
    rate_hz = agreed_frame_rate_hz(PATH, in_file=in_file, given=given, looked_for="the head")
    assert rate_hz == 25.0


def test_unknown_frame_rate_names_the_argument() -> None:
    with pytest.raises(DataFileError, match=r"looked for the head.*give frame_rate_hz"):
        agreed_frame_rate_hz(PATH, in_file=None, given=None, looked_for="the head")


def test_contradicting_frame_rate_names_both_values() -> None:
    with pytest.raises(DataFileError, match=r"25 Hz.*frame_rate_hz=16"):
        agreed_frame_rate_hz(PATH, in_file=25.0, given=16.0, looked_for="the head")


@pytest.mark.parametrize("rate_hz", [0.0, -25.0, float("nan"), float("inf")])
def test_impossible_frame_rates_are_refused(rate_hz: float) -> None:
    for said in ({"in_file": rate_hz, "given": None}, {"in_file": None, "given": rate_hz}):
        with pytest.raises(DataFileError, match="must be positive and finite"):
            agreed_frame_rate_hz(PATH, looked_for="the head", **said)
