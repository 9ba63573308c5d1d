import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.decision.verdict import decide
from standex.model.picture import Outcome, Verdict
from standex.model.site import OperatingPoint
from standex.model.zones import BodyZone

POINT = OperatingPoint(p_alarm=0.5, min_coverage=0.4, wanted_zones=(BodyZone.WAIST,))


def verdict(p_threat=0.1, coverage=0.9, *, past=True, has_alarmed=False) -> Verdict:
    return decide(
        p_threat=p_threat,
        zone=BodyZone.WAIST,
        coverage=coverage,
        is_past_screening=past,
        has_alarmed=has_alarmed,
        point=POINT,
    )


@pytest.mark.parametrize(
    ("p_threat", "coverage", "past", "outcome"),
    [
        (0.1, 0.9, False, Outcome.PENDING),
        (0.1, 0.9, True, Outcome.NOTHING_FOUND),
        (0.1, 0.4, True, Outcome.NOTHING_FOUND),  # exactly at the limit
        (0.1, math.nextafter(0.4, 0), True, Outcome.NOT_SCREENED),
        (0.1, 0.0, True, Outcome.NOT_SCREENED),
        (0.5, 0.9, False, Outcome.ALARM),  # exactly at the limit
        (math.nextafter(0.5, 0), 0.9, True, Outcome.NOTHING_FOUND),
        (math.nan, 0.9, False, Outcome.NOT_SCREENED),
        (0.1, math.nan, False, Outcome.NOT_SCREENED),
        (math.nan, 0.9, True, Outcome.NOT_SCREENED),
        (0.9, math.nan, True, Outcome.ALARM),
        (0.9, 0.0, True, Outcome.ALARM),  # an alarm needs no coverage
    ],
)
def test_four_outcomes(p_threat, coverage, past, outcome) -> None:
    assert verdict(p_threat, coverage, past=past).outcome is outcome


@given(st.floats(), st.floats(), st.booleans())
def test_doubt_is_never_an_all_clear(p_threat, coverage, past) -> None:
    outcome = verdict(p_threat, coverage, past=past).outcome
    if math.isnan(p_threat + coverage):
        assert outcome in {Outcome.ALARM, Outcome.NOT_SCREENED}
    if past:
        assert outcome is not Outcome.PENDING
    if outcome is Outcome.NOTHING_FOUND:
        assert p_threat < POINT.p_alarm
        assert coverage >= POINT.min_coverage


@given(st.floats(), st.floats(), st.booleans())
def test_an_alarm_stays(p_threat, coverage, past) -> None:
    said = verdict(p_threat, coverage, past=past, has_alarmed=True)
    assert said.outcome is Outcome.ALARM


def test_says_why() -> None:
    assert verdict(0.25, 0.5).reason == "P(threat) 0.250 against 0.500, coverage 0.50 against 0.40"


def test_a_verdict_that_has_not_changed_is_the_same_one() -> None:
    def again(point: OperatingPoint, coverage: float = 0.9) -> Verdict:
        return decide(
            p_threat=0.1,
            zone=BodyZone.WAIST,
            coverage=coverage,
            is_past_screening=True,
            has_alarmed=False,
            point=point,
            before=first,
        )

    first = verdict(0.1, 0.9)
    assert again(POINT) is first
    assert again(POINT, 0.8) == verdict(0.1, 0.8)
    # The words name the thresholds, which may have been changed.
    assert "against 0.20" in again(replace(POINT, min_coverage=0.2)).reason
