from dataclasses import replace

import pytest

from standex.model.errors import SiteError
from standex.model.site import SensorSpec, Site
from standex.twin.trace_settings import checked

DEFAULTS = {"n": 3, "far_m": 2.0, "noise": 0.1, "shift": 0.0, "is_on": True, "mode": "a"}


@pytest.fixture
def spec(metro: Site):
    def make(**settings) -> SensorSpec:
        return replace(metro.sensor("cam-entry"), instrument_settings=settings)

    return make


def test_what_is_left_out_is_as_usual(spec) -> None:
    s = checked(spec(far_m=5, mode="b"), DEFAULTS, may_be_zero=("shift",))
    assert (s.number("far_m"), s.whole("n"), s.flag("is_on")) == (5.0, 3, True)
    assert s.word("mode", ("a", "b")) == "b"


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"colour": 1}, "unknown colour; known are n, far_m"),
        ({"far_m": 0.0}, "far_m must be finite and > 0, got 0"),
        ({"far_m": float("nan")}, "far_m must be finite"),
        ({"noise": float("inf")}, "noise must be finite and >= 0"),
        ({"noise": -1}, "noise must be finite and >= 0"),
        ({"far_m": True}, "far_m must be a number, got True"),
        ({"far_m": "far"}, "far_m must be a number"),
        ({"is_on": 1}, "is_on must be true or false, got 1"),
        ({"mode": 3}, "mode must be a text, got 3"),
    ],
)
def test_settings_that_mean_nothing_are_refused(spec, setting, match) -> None:
    with pytest.raises(SiteError, match=f"sensor cam-entry: instrument_settings[.:] ?{match}"):
        checked(spec(**setting), DEFAULTS, may_be_zero=("noise", "shift"))


def test_some_may_be_negative_or_nothing(spec) -> None:
    s = checked(
        spec(noise=0.0, shift=-1.0), DEFAULTS, may_be_zero=("noise", "shift"),
        may_be_negative=("shift",),
    )  # fmt: skip
    assert (s.number("noise"), s.number("shift")) == (0.0, -1.0)


def test_words_and_whole_numbers_are_held_to_it(spec) -> None:
    s = checked(spec(n=2.5, mode="c"), DEFAULTS, may_be_zero=("shift",))
    with pytest.raises(SiteError, match=r"n must be a whole number from 1, got 2\.5"):
        s.whole("n")
    with pytest.raises(SiteError, match="mode must be one of a, b, got 'c'"):
        s.word("mode", ("a", "b"))
