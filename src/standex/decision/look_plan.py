"""Which looks to take, and when: the plan that lowers the expected cost most.

Each sensor looks at one person at a time; each look has a window in which the person is where the
sensor reaches. Small cases are solved exactly, by depth-first search that gives up branches which
cannot win any more; beyond them the plan is built greedily, by worth per time of the sensor.
"""

from standex.decision.look_value import (
    MAX_LOOKS,
    Candidate,
    Planned,
    expected_cost,
    plan_worth,
)

MAX_EXACT = 7
LEAST = 1e-12  # differences below are rounding


def plan_looks(
    candidates: tuple[Candidate, ...], p_threat: tuple[float, ...], *, p_alarm: float
) -> tuple[Planned, ...]:
    """Return the looks to take, in order of time.

    Args:
        candidates: looks that are possible.
        p_threat: of each person now.
        p_alarm: of the operating point.

    Raises:
        ValueError: a window ends before it begins, or a dwell is not positive.
    """
    for one in candidates:
        if not (one.from_s <= one.to_s and one.dwell_s > 0):
            raise ValueError(f"window from {one.from_s} to {one.to_s} s, dwell {one.dwell_s} s")
    if len(candidates) <= MAX_EXACT:
        return exact_plan(candidates, p_threat, p_alarm=p_alarm)
    return greedy_plan(candidates, p_threat, p_alarm=p_alarm)


def exact_plan(
    candidates: tuple[Candidate, ...], p_threat: tuple[float, ...], *, p_alarm: float
) -> tuple[Planned, ...]:
    """Return the best plan of all: every order of every subset that fits its windows.

    Starting each look as early as its window and its sensor allow loses nothing: an order that
    fits at all fits so.
    """
    best: tuple[float, tuple[Planned, ...]] = (0.0, ())

    def extend(plan: tuple[Planned, ...], free_s: dict[int, float], left: tuple[int, ...]) -> None:
        nonlocal best
        chosen = tuple(one.candidate for one in plan)
        worth = plan_worth(candidates, chosen, p_threat, p_alarm=p_alarm)
        if worth > best[0] + LEAST:
            best = (worth, plan)
        # Looks are worth more together than alone where one does not change the decision and two
        # do; but no plan is worth more than all looks that are left, as cost never grows with one.
        if _bound(candidates, (*chosen, *left), p_threat, p_alarm=p_alarm) <= best[0] + LEAST:
            return
        for row in left:
            one = candidates[row]
            n_of_person = sum(candidates[k].person == one.person for k in chosen)
            at_s = max(one.from_s, free_s.get(one.sensor, one.from_s))
            if at_s > one.to_s or n_of_person >= MAX_LOOKS:
                continue
            then = {**free_s, one.sensor: at_s + one.dwell_s}
            rest = tuple(k for k in left if k != row)
            extend((*plan, Planned(candidate=row, at_s=at_s)), then, rest)

    alone = [
        plan_worth(candidates, (row,), p_threat, p_alarm=p_alarm) for row in range(len(candidates))
    ]
    extend((), {}, tuple(sorted(range(len(candidates)), key=lambda row: -alone[row])))
    return tuple(sorted(best[1], key=lambda one: (one.at_s, one.candidate)))


def greedy_plan(
    candidates: tuple[Candidate, ...], p_threat: tuple[float, ...], *, p_alarm: float
) -> tuple[Planned, ...]:
    """Return a plan built step by step, each the one that adds most per time of its sensors.

    A step is one look, or all that are possible at one person: one alone may be worth nothing
    where together they would change the decision.
    """
    plan: list[Planned] = []
    worth = 0.0
    while True:
        taken = {one.candidate for one in plan}
        left = [row for row in range(len(candidates)) if row not in taken]
        people = sorted({candidates[row].person for row in left})
        steps = [(row,) for row in left]
        steps += [tuple(k for k in left if candidates[k].person == who) for who in people]
        best: tuple[float, float, list[Planned]] = (0.0, worth, [])
        for step in steps:
            added = _fitting(candidates, plan, step)
            if not added:
                continue
            chosen = tuple(one.candidate for one in (*plan, *added))
            then = plan_worth(candidates, chosen, p_threat, p_alarm=p_alarm)
            rate = (then - worth) / sum(candidates[one.candidate].dwell_s for one in added)
            if then - worth > LEAST and rate > best[0]:
                best = (rate, then, added)
        if not best[2]:
            return tuple(sorted(plan, key=lambda one: (one.at_s, one.candidate)))
        plan += best[2]
        worth = best[1]


def _bound(
    candidates: tuple[Candidate, ...],
    rows: tuple[int, ...],
    p_threat: tuple[float, ...],
    *,
    p_alarm: float,
) -> float:
    """Return what no plan of these candidates is worth more than."""
    n_of: dict[int, int] = {}
    for row in rows:
        n_of[candidates[row].person] = n_of.get(candidates[row].person, 0) + 1
    weighed = tuple(row for row in rows if n_of[candidates[row].person] <= MAX_LOOKS)
    worth = plan_worth(candidates, weighed, p_threat, p_alarm=p_alarm)
    for person, n in n_of.items():
        if n > MAX_LOOKS:  # as if the truth were seen
            worth += expected_cost(p_threat[person], (), p_alarm=p_alarm)
            worth += sum(candidates[k].bonus for k in rows if candidates[k].person == person)
    return worth


def _fitting(
    candidates: tuple[Candidate, ...], plan: list[Planned], step: tuple[int, ...]
) -> list[Planned]:
    """Return those looks of a step that fit beside the plan, each as early as it can be."""
    added: list[Planned] = []
    for row in sorted(step, key=lambda k: (candidates[k].to_s, k)):
        person = candidates[row].person
        n_of_person = sum(candidates[one.candidate].person == person for one in (*plan, *added))
        at_s = _first_gap(candidates, [*plan, *added], row)
        if at_s is not None and n_of_person < MAX_LOOKS:
            added.append(Planned(candidate=row, at_s=at_s))
    return added


def _first_gap(candidates: tuple[Candidate, ...], plan: list[Planned], row: int) -> float | None:
    """Return the earliest time in its window at which a candidate's sensor is free, or None."""
    one = candidates[row]
    taken = sorted(
        (at.at_s, at.at_s + candidates[at.candidate].dwell_s)
        for at in plan
        if candidates[at.candidate].sensor == one.sensor
    )
    at_s = one.from_s
    for from_s, to_s in taken:
        if at_s + one.dwell_s <= from_s:
            break
        at_s = max(at_s, to_s)
    return at_s if at_s <= one.to_s else None
