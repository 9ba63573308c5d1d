from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.incidents.incident import Priority, Rules, State
from standex.edges.incidents.overview import overview
from standex.edges.incidents.station_events import opened

RULES = Rules()


def some(made, n, **changes):
    return [
        replace(opened(made.alert(i, t_utc_ns=made.T0 + i), RULES), **changes)
        for i in range(1, n + 1)
    ]


def at(made, incidents, *, after_s=1.0, was_flood=False):
    now = made.T0 + round(after_s * 1e9)
    return overview(incidents, now_utc_ns=now, rules=RULES, was_flood=was_flood)


def test_the_most_urgent_come_first_then_unacknowledged_then_oldest(made) -> None:
    a, b, c, d = some(made, 4)
    a = replace(a, state=State.ACKNOWLEDGED)
    d = replace(d, priority=Priority.HIGH)
    found = at(made, [a, b, c, d])
    assert found.order == tuple(one.incident_id for one in (d, b, c, a))
    assert not found.is_flood


def test_closed_shelved_and_doubled_ones_are_not_in_the_list(made) -> None:
    a, b, c, d = some(made, 4)
    b = replace(b, state=State.CLOSED)
    c = replace(c, shelved_until_utc_ns=made.T0 + 10**12)
    d = replace(d, same_as=a.incident_id)
    found = at(made, [a, b, c, d])
    assert found.order == (a.incident_id,)
    assert found.shelved == (c.incident_id,)


def test_a_flood_begins_above_ten_and_ends_below_five(made) -> None:
    assert not at(made, some(made, 10)).is_flood
    assert at(made, some(made, 11)).is_flood
    assert at(made, some(made, 5), was_flood=True).is_flood
    assert not at(made, some(made, 4), was_flood=True).is_flood
    assert not at(made, some(made, 11), after_s=700.0, was_flood=True).is_flood


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(priorities=st.lists(st.sampled_from(Priority), min_size=11, max_size=40))
def test_no_group_hides_a_higher_one(made, priorities) -> None:
    incidents = [
        replace(one, priority=priority)
        for one, priority in zip(some(made, len(priorities)), priorities, strict=True)
    ]
    found = at(made, incidents)
    by_id = {one.incident_id: one for one in incidents}
    grouped = [name for group in found.groups for name in group.incident_ids]
    assert found.is_flood
    assert len(grouped) == len(set(grouped))
    assert all(by_id[name].priority is not Priority.HIGH for name in grouped)
    assert all(by_id[n].priority is g.priority for g in found.groups for n in g.incident_ids)
    ranks = [by_id[name].priority.rank for name in found.order]
    assert ranks == sorted(ranks, reverse=True)
    assert len(found.order) == len(incidents)


def test_an_exercise_comes_after_everything_real_and_makes_no_flood(made) -> None:
    real, drill = some(made, 2)
    drill = replace(drill, priority=Priority.HIGH, exercise="exercise-1")
    real = replace(real, priority=Priority.LOW, state=State.ACKNOWLEDGED)
    assert at(made, [drill, real]).order == (real.incident_id, drill.incident_id)
    many = [replace(one, exercise="exercise-1") for one in some(made, 20)]
    found = at(made, many)
    assert (found.is_flood, found.n_recent) == (False, 0)
    assert len(found.order) == 20
    low = [replace(one, priority=Priority.LOW) for one in some(made, 12)]
    drills = [replace(one, exercise="e") for one in low[:3]]
    flood = at(made, [*drills, *low[3:]], was_flood=True)
    assert {name for group in flood.groups for name in group.incident_ids} == {
        one.incident_id for one in low[3:]
    }
