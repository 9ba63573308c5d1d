"""The life of an incident: walks through it by chance never leave the table, or lose a line."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from standex.edges.incidents.actions import (
    MAX_HISTORY,
    NEEDS_WORDS,
    WHEN,
    Act,
    Action,
    acted,
    possible,
)
from standex.edges.incidents.incident import (
    ActionRefusedError,
    Disposition,
    Priority,
    Reach,
    Rules,
    State,
)
from standex.edges.incidents.station_events import opened

RULES = Rules()


@pytest.fixture
def incident(made):
    return opened(made.alert(), RULES)


def do(incident, act, *, by="anna", n=1, text="because", **more):
    t_utc_ns = incident.changed_utc_ns + 10**9
    action = Action(act=act, by=by, t_utc_ns=t_utc_ns, request_id=f"r{n}", text=text, **more)
    return acted(incident, action, RULES)


def close(incident, **more):
    return do(incident, Act.CLOSE, disposition=Disposition.BENIGN, **more)


def test_the_way_from_new_to_closed(incident) -> None:
    states = [incident.state]
    for n, act in enumerate((Act.ACKNOWLEDGE, Act.ACCEPT, Act.REACHED, Act.NOTHING_FOUND)):
        incident = do(incident, act, n=n)
        states.append(incident.state)
    incident = close(incident, n=9)
    assert [*states, incident.state] == [
        State.NEW,
        State.ACKNOWLEDGED,
        State.IN_PROGRESS,
        State.IN_PROGRESS,
        State.RESOLVED,
        State.CLOSED,
    ]
    assert incident.disposition is Disposition.BENIGN
    assert [line.what for line in incident.history] == [
        "alarm", "acknowledge", "accept", "reached", "nothing_found", "close",
    ]  # fmt: skip
    assert incident.owner == incident.responder == "anna"


def test_the_same_request_is_done_once(incident) -> None:
    once = do(incident, Act.ACKNOWLEDGE)
    assert do(once, Act.ACKNOWLEDGE) is once
    with pytest.raises(ActionRefusedError, match="is acknowledged"):
        do(once, Act.ACKNOWLEDGE, n=2)


def test_acknowledging_stops_the_escalation(incident) -> None:
    assert incident.escalate_utc_ns > 0
    assert do(incident, Act.ACKNOWLEDGE).escalate_utc_ns == 0


def test_a_dismissal_needs_a_reason_and_is_never_of_a_threat(incident) -> None:
    with pytest.raises(ActionRefusedError, match="say why"):
        do(incident, Act.DISMISS, text=" ", disposition=Disposition.BENIGN)
    with pytest.raises(ActionRefusedError, match="what it was"):
        do(incident, Act.DISMISS)
    with pytest.raises(ActionRefusedError, match="not dismissed"):
        do(incident, Act.DISMISS, disposition=Disposition.THREAT)
    gone = do(incident, Act.DISMISS, disposition=Disposition.SYSTEM_FAULT)
    assert not gone.is_open
    again = do(gone, Act.REOPEN, n=2)
    assert (again.state, again.disposition, again.owner) == (State.IN_PROGRESS, None, "anna")


def test_what_is_anothers_is_taken_before_it_is_handed_over(incident) -> None:
    mine = do(incident, Act.TAKE)
    with pytest.raises(ActionRefusedError, match="take it first"):
        do(mine, Act.HAND_OVER, by="ben", to="carl", n=2)
    offered = do(mine, Act.HAND_OVER, to="ben", n=2)
    assert (offered.owner, offered.offered_to) == ("anna", "ben")
    taken = do(offered, Act.TAKE, by="ben", n=3)
    assert (taken.owner, taken.offered_to) == ("ben", "")
    with pytest.raises(ActionRefusedError, match="to whom"):
        do(taken, Act.HAND_OVER, by="ben", n=4)


def test_one_responder_is_on_the_way_and_may_lose_them(incident) -> None:
    on_way = do(incident, Act.ACCEPT)
    with pytest.raises(ActionRefusedError, match="on the way already"):
        do(on_way, Act.ACCEPT, by="ben", n=2)
    lost = do(on_way, Act.LOST, n=3)
    assert (lost.reach, lost.responder) == (Reach.LOST, "")
    assert do(lost, Act.ACCEPT, by="ben", n=4).responder == "ben"


def test_shelving_has_an_end(incident) -> None:
    start = incident.changed_utc_ns + 10**9
    for until in (start, start + round((RULES.longest_shelved_s + 1) * 1e9)):
        with pytest.raises(ActionRefusedError, match="can be shelved"):
            do(incident, Act.SHELVE, until_utc_ns=until)
    shelved = do(incident, Act.SHELVE, until_utc_ns=start + 60 * 10**9)
    assert shelved.is_shelved
    assert Act.SHELVE not in possible(shelved)
    assert not do(shelved, Act.UNSHELVE, n=2).is_shelved


def test_finding_something_is_of_the_highest_priority_soon(incident) -> None:
    low = replace(incident, priority=Priority.MEDIUM)
    assert do(do(low, Act.ACCEPT), Act.FOUND, n=2).priority is Priority.HIGH


def test_an_action_says_who_and_which(incident) -> None:
    with pytest.raises(ValueError, match="who"):
        acted(incident, Action(act=Act.TAKE, by="", t_utc_ns=1, request_id="r"), RULES)
    with pytest.raises(ActionRefusedError, match="at most"):
        do(incident, Act.NOTE, text="x" * 2001)


def test_a_long_history_keeps_its_beginning_and_its_end(incident) -> None:
    for n in range(MAX_HISTORY + 20):
        incident = do(incident, Act.NOTE, n=n, text=str(n))
    assert len(incident.history) == MAX_HISTORY
    assert incident.history[0].what == "alarm"
    assert incident.history[-1].text == str(MAX_HISTORY + 19)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.tuples(st.sampled_from(Act), st.sampled_from("ab")), max_size=25))
def test_no_walk_leaves_the_table(made, walk) -> None:
    incident = opened(made.alert(), RULES)
    for n, (act, by) in enumerate(walk):
        more = {
            "to": "c" if act is Act.HAND_OVER else "",
            "until_utc_ns": incident.changed_utc_ns + 61 * 10**9,
            "disposition": Disposition.DRILL if act in (Act.CLOSE, Act.DISMISS) else None,
        }
        is_possible = act in possible(incident)
        try:
            after = do(incident, act, by=by, n=n, **more)
        except ActionRefusedError:
            continue
        assert is_possible
        assert incident.state in WHEN[act]
        assert after.version == incident.version + 1
        assert len(after.history) == len(incident.history) + 1
        assert (after.disposition is not None) == (after.state is State.CLOSED)
        assert after.is_open or not after.is_shelved
        incident = after


def test_every_act_stands_in_the_table() -> None:
    assert set(WHEN) == set(Act)
    assert set(Act) >= NEEDS_WORDS


def test_an_exercise_that_is_over_is_not_opened_again(made) -> None:
    one = replace(opened(made.alert(), Rules()), state=State.CLOSED, exercise="exercise-1")
    assert Act.REOPEN in possible(one)
    assert Act.REOPEN not in possible(replace(one, is_exercise_over=True))
