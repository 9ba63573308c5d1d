from dataclasses import replace

import numpy as np
import pytest

from standex.edges.report.words import (
    clock_time,
    count,
    date_and_time,
    factor_words,
    health_words,
    length_of_time,
    percent,
    reach_words,
    why_not_screened,
)
from standex.model.observation import HealthReason, HealthState
from standex.model.site import Site
from standex.testing.examples import example_passage


@pytest.mark.parametrize(("p", "words"), [
    (0.93, "93 %"), (0.2, "20 %"), (0.004, "0.4 %"), (0.995, "99.5 %"), (0.0, "below 0.1 %"),
    (1.0, "above 99.9 %"), (float("nan"), "not known"),
])  # fmt: skip
def test_a_probability_is_never_said_to_be_nothing_or_all(p: float, words: str) -> None:
    assert percent(p) == words


def test_times() -> None:
    assert clock_time(65_300_000_000, 0) == "1:05.3"
    assert clock_time(59_960_000_000, 0) == "1:00.0"
    assert clock_time(0, 1_500_000_000) == "-0:01.5"
    assert date_and_time(0) == "1970-01-01 00:00:00 UTC"
    assert length_of_time(125) == "2 min 5 s"
    assert length_of_time(59.4) == "59 s"
    assert reach_words(4.44) == "4.4 s"
    assert reach_words(-1) == "not known"


@pytest.mark.parametrize(("log10_factor", "words"), [
    (1.0, "× 10"), (-1.0, "÷ 10"), (0.5, "× 3.2"), (0.001, "neither way"), (9.0, "× over 10 000"),
    (float("nan"), "not known"),
])  # fmt: skip
def test_factors(log10_factor: float, words: str) -> None:
    assert factor_words(log10_factor) == words


def test_nouns_and_health() -> None:
    assert count(1, "look", "looks") == "1 look"
    assert count(0, "look", "looks") == "0 looks"
    assert health_words(HealthState.OK, HealthReason.NONE) == "ok"
    assert health_words(HealthState.FAILED, HealthReason.BAD_RECORD) == "failed: bad record"


def test_why_somebody_was_not_screened(site: Site) -> None:
    unseen = example_passage(site, track_id=1, position_site_m=(0.0, 0.0))
    assert why_not_screened(unseen, site) == "no sensor covered the front of torso"
    partly = example_passage(site, track_id=1, position_site_m=(0.0, 0.0), covered=0.3)
    assert why_not_screened(partly, site) == "the front of torso was covered too little"
    broken = replace(unseen, covered=np.full(len(unseen.covered), np.nan))
    assert "not usable" in why_not_screened(broken, site)
    other = example_passage(site, track_id=1, position_site_m=(0.0, 0.0), covered=0.9)
    assert why_not_screened(other, site) == other.verdict.reason
