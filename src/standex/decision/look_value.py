"""What another look is worth: by how much it lowers the expected cost of the decision.

A look is taken for one of two outcomes here, as a plan needs no more: it shows a threat with
``p_detect`` where there is one, and with ``p_false`` where there is none. The decision afterwards
is the cheaper of asking for a check and not asking; the operating point's ``p_alarm`` is the ratio
of their costs, so a check for nothing costs ``p_alarm`` and a miss ``1 - p_alarm``.

References:
    Howard, IEEE Transactions on Systems Science and Cybernetics 2 (1966) 22 (value of information).
"""

from dataclasses import dataclass
from itertools import product
from typing import final

MAX_LOOKS = 8  # at one person in one plan; the sum below doubles with each


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LookPower:
    """How a look separates threats from nothing, as a plan sees it.

    Attributes:
        p_detect: P(shows a threat that is there).
        p_false: P(shows one that is not).
    """

    p_detect: float
    p_false: float


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One look that could be planned.

    Attributes:
        sensor: row of the sensor.
        person: row of the person.
        power: of the look.
        from_s: earliest time of the look, from now.
        to_s: latest.
        dwell_s: for how long it occupies the sensor.
        bonus: worth of its covering what is not covered, whatever it shows.
    """

    sensor: int
    person: int
    power: LookPower
    from_s: float
    to_s: float
    dwell_s: float
    bonus: float = 0.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A candidate and when it shall look.

    Attributes:
        candidate: row of the candidate.
        at_s: from now.
    """

    candidate: int
    at_s: float


def expected_cost(p_threat: float, powers: tuple[LookPower, ...], *, p_alarm: float) -> float:
    """Return the expected cost of the decision after looks at one person.

    The sum over all outcomes of the looks of the cheaper decision's cost: it never grows with
    another look.

    Args:
        p_threat: before them.
        powers: of the looks, independent given the truth.
        p_alarm: of the operating point.

    Raises:
        ValueError: more looks than a plan may hold.
    """
    if len(powers) > MAX_LOOKS:
        raise ValueError(f"{len(powers)} looks at one person, a plan holds {MAX_LOOKS}")
    cost = 0.0
    for shows in product((True, False), repeat=len(powers)):
        threat, nothing = p_threat, 1 - p_threat
        for is_shown, power in zip(shows, powers, strict=True):
            threat *= power.p_detect if is_shown else 1 - power.p_detect
            nothing *= power.p_false if is_shown else 1 - power.p_false
        cost += min((1 - p_alarm) * threat, p_alarm * nothing)
    return cost


def plan_worth(
    candidates: tuple[Candidate, ...],
    chosen: tuple[int, ...],
    p_threat: tuple[float, ...],
    *,
    p_alarm: float,
) -> float:
    """Return by how much a plan lowers the expected cost, bonuses included.

    Args:
        candidates: all of them.
        chosen: rows of those in the plan.
        p_threat: of each person now.
        p_alarm: of the operating point.
    """
    of_person: dict[int, list[LookPower]] = {}
    for row in chosen:
        one = candidates[row]
        of_person.setdefault(one.person, []).append(one.power)
    drop = sum(
        expected_cost(p_threat[person], (), p_alarm=p_alarm)
        - expected_cost(p_threat[person], tuple(powers), p_alarm=p_alarm)
        for person, powers in of_person.items()
    )
    return drop + sum(candidates[row].bonus for row in chosen)
