from itertools import pairwise

import pytest

from standex.edges.incidents.incident import Priority, Rules


def test_priorities_rise_one_by_one_and_stop_at_the_highest() -> None:
    assert [one.raised for one in Priority] == [Priority.MEDIUM, Priority.HIGH, Priority.HIGH]
    assert all(a.rank < b.rank for a, b in pairwise(Priority))


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.1, Priority.LOW),
        (0.5, Priority.MEDIUM),
        (0.9, Priority.HIGH),
        (float("nan"), Priority.HIGH),
    ],
)
def test_what_is_no_number_is_urgent(p, expected) -> None:
    assert Rules().priority_of(p) is expected


@pytest.mark.parametrize(
    "wrong", [{"medium_from_p": 0.95}, {"kept_s": 73 * 3600.0}, {"calm_n": 11}, {"kept_s": 0.0}]
)
def test_rules_that_contradict_themselves_or_the_law_are_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"wanted|kept_s"):
        Rules(**wrong)
