import threading
from dataclasses import replace

import pytest

from standex.edges.incidents.actions import Act, Action
from standex.edges.incidents.desk import IncidentDesk
from standex.edges.incidents.incident import ActionRefusedError, Disposition, Reach, State
from standex.edges.recording.codec import encode
from standex.edges.store.contract import DataClass, Entry, StoreError

ONE = "survey-000001"


def action(act=Act.ACKNOWLEDGE, *, key="k1", made, **more):
    return Action(act=act, by="anna", t_utc_ns=made.T0 + 1, request_id=f"anna:{key}", **more)


def noted(_) -> None:
    """Keep it in no audit."""


def feed(desk, made, site, *events, passages=True) -> None:
    desk.offer(made.picture([made.passage(site)] if passages else []), events)
    desk.step()


def test_an_alarm_is_told_and_kept_with_its_ledger(desk, made, site, store) -> None:
    told = []
    stop = desk.subscribe(told.append)
    feed(desk, made, site, made.alert())
    assert [one.incident_id for one in told[0].incidents] == [ONE]
    assert told[0].overview.order == (ONE,)
    assert store.get("incidents", ONE) is not None
    assert store.get("ledgers", ONE).body["steps"]
    assert desk.why(ONE)["how_sure"]
    assert desk.patches(ONE) == []
    stop()
    feed(desk, made, site, made.alert(2))
    assert len(told) == 1


def test_an_alarm_is_told_even_when_nothing_can_be_kept(desk, made, site, store) -> None:
    told = []
    desk.subscribe(told.append)
    store.error = "disk full"
    feed(desk, made, site, made.alert())
    assert told
    assert "disk full" in desk.problem
    store.error = None
    desk.step()
    assert desk.problem == ""
    assert store.get("incidents", ONE) is not None


def test_what_cannot_be_kept_or_noted_is_not_done(desk, made, site, store) -> None:
    feed(desk, made, site, made.alert())
    store.error = "disk full"
    with pytest.raises(StoreError):
        desk.act(ONE, action(made=made), note=noted)
    store.error = None

    def refuse(_) -> None:
        raise StoreError("the audit is full")

    with pytest.raises(StoreError, match="audit"):
        desk.act(ONE, action(made=made), note=refuse)
    assert desk.get(ONE).state is State.NEW
    assert desk.act(ONE, action(made=made), note=noted).state is State.ACKNOWLEDGED


def test_the_same_request_is_noted_and_done_once(desk, made, site, store) -> None:
    feed(desk, made, site, made.alert())
    notes = []
    first = desk.act(ONE, action(made=made), note=notes.append)
    again = desk.act(ONE, action(made=made), note=notes.append)
    assert first is again
    assert len(notes) == 1
    assert sum(one.entry.kind == "acknowledge" for one in store.entries.values()) == 1


def test_what_cannot_be_done_is_not_noted(desk, made, site) -> None:
    feed(desk, made, site, made.alert())
    notes = []
    with pytest.raises(ActionRefusedError):
        desk.act(ONE, action(Act.REACHED, made=made), note=notes.append)
    with pytest.raises(KeyError):
        desk.act("nobody", action(made=made), note=notes.append)
    assert notes == []


def test_a_new_desk_goes_on_where_the_last_one_ended(desk, made, site, store, clock) -> None:
    feed(desk, made, site, made.alert())
    desk.act(ONE, action(made=made), note=noted)
    later = IncidentDesk(site, store=store, clock=clock)
    later.recover()
    assert later.incidents() == desk.incidents()
    assert later.why(ONE)["steps"]
    later.act(ONE, action(Act.TAKE, key="k2", made=made), note=noted)
    assert store.get("incidents", ONE).version == 3


def test_an_alarm_that_was_logged_and_not_filed_is_opened(made, site, store, clock) -> None:
    entry = Entry(
        entry_id="e1",
        stream="events",
        kind="alert",
        key=ONE,
        t_utc_ns=made.T0,
        data_class=DataClass.ALARM,
        expires_utc_ns=made.T0 + made.S,
        body=encode(made.alert()),
    )
    store.append([entry])
    desk = IncidentDesk(site, store=store, clock=clock)
    desk.recover()
    assert [one.incident_id for one in desk.incidents()] == [ONE]
    assert store.get("incidents", ONE) is not None


def test_a_write_that_was_not_answered_is_not_doubled(desk, made, site, store) -> None:
    feed(desk, made, site, made.alert())
    put_with = store.put_with

    def kept_and_cut_off(document, entries, /):
        put_with(document, entries)
        store.put_with = put_with
        raise StoreError("the connection broke")

    store.put_with = kept_and_cut_off
    with pytest.raises(StoreError):
        desk.act(ONE, action(made=made), note=noted)
    assert desk.act(ONE, action(made=made), note=noted).state is State.ACKNOWLEDGED
    assert sum(one.entry.kind == "acknowledge" for one in store.entries.values()) == 1


def test_incidents_go_when_their_time_is_over(desk, made, site, clock) -> None:
    feed(desk, made, site, made.alert())
    told = []
    desk.subscribe(told.append)
    clock.advance(72 * 3600)
    desk.step()
    assert desk.incidents() == ()
    assert told[-1].gone == (ONE,)
    assert desk.patches(ONE) == []


def test_the_ledger_outlives_the_passage(desk, made, site, clock) -> None:
    feed(desk, made, site, made.alert())
    clock.advance(1.0)
    feed(desk, made, site, made.closed(), passages=False)
    assert desk.get(ONE).reach is Reach.GONE
    clock.advance(400.0)
    desk.step()
    assert desk.why(ONE)["steps"]


def test_a_slow_disk_delays_no_alarm(desk, made, site, store) -> None:
    told, slow = threading.Event(), threading.Event()
    put_with = store.put_with

    def waiting(document, entries, /):
        slow.wait(5.0)
        return put_with(document, entries)

    store.put_with = waiting
    desk.subscribe(lambda _: told.set())
    desk.start()
    desk.offer(made.picture([made.passage(site)]), (made.alert(),))
    try:
        assert told.wait(2.0)
        assert desk.get(ONE) is not None  # nor does it keep anybody from looking
    finally:
        slow.set()
        desk.close()
    assert store.get("incidents", ONE) is not None


def test_a_store_that_hangs_delays_no_later_alarm(desk, made, site, store) -> None:
    asked, answers = threading.Event(), threading.Event()
    put_with = store.put_with

    def hanging(document, entries, /):
        asked.set()
        answers.wait(20)
        return put_with(document, entries)

    store.put_with = hanging
    told, second = [], threading.Event()

    def hear(change) -> None:
        told.extend(one.incident_id for one in change.incidents)
        if len(set(told)) == 2:
            second.set()

    desk.subscribe(hear)
    desk.start()
    try:
        desk.offer(made.picture([made.passage(site)]), (made.alert(),))
        assert asked.wait(20)
        desk.offer(made.picture([]), (made.alert(2),))
        assert second.wait(20), "an alarm waits behind a store that does not answer"
    finally:
        answers.set()
        desk.close()
    assert {ONE, told[-1]} <= {one.document_id for one in store.find("incidents")}


def test_people_and_the_station_may_speak_at_once(desk, made, site, store) -> None:
    desk.start()
    for n in range(1, 41):
        desk.offer(made.picture([made.passage(site, n)]), (made.alert(n),))
    threads = [
        threading.Thread(target=_work, args=(desk, made, f"survey-{n:06d}")) for n in range(1, 41)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.close()
    assert all(one.owner == "anna" for one in desk.incidents())
    later = IncidentDesk(site, store=store, clock=desk._clock)
    later.recover()
    assert {one.incident_id: one for one in later.incidents()} == {
        one.incident_id: one for one in desk.incidents()
    }


def _work(desk, made, name) -> None:
    waiting = threading.Event()
    while desk.get(name) is None:
        waiting.wait(0.01)
    for n, act in enumerate((Act.ACKNOWLEDGE, Act.TAKE)):
        desk.act(name, action(act, key=f"{name}-{n}", made=made), note=noted)


def test_an_exercise_is_marked_and_its_people_are_not_lost_from_the_real_picture(
    desk, made, site
) -> None:
    feed(desk, made, site, made.alert())
    drill = "survey-x1-000101"
    shadow = made.passage(site, 9, alert=True)
    picture = made.picture([replace(shadow, alert_id=drill)])
    desk.offer(picture, (made.alert(9, alert_id=drill),), exercise="exercise-1")
    desk.step()
    assert [desk.get(name).exercise for name in (ONE, drill)] == ["", "exercise-1"]
    later = replace(made.picture([made.passage(site)]), t_utc_ns=made.T0 + 60 * made.S)
    desk.offer(later, ())
    desk.step()
    assert desk.get(drill).reach is Reach.FOLLOWED
    assert desk.get(ONE).reach is Reach.LOST


def test_an_exercise_that_is_over_is_closed_as_a_drill_and_everybody_is_told(
    desk, made, site, store
) -> None:
    feed(desk, made, site, made.alert())
    told = []
    desk.subscribe(told.append)
    for number in (101, 102):
        alert = made.alert(number, alert_id=f"survey-x1-{number:06d}")
        desk.offer(made.picture(), (alert,), exercise="exercise-1")
    desk.end_exercise("exercise-1", text="that was an exercise")
    drills = [one for one in desk.incidents() if one.exercise]
    assert [one.state for one in drills] == [State.CLOSED, State.CLOSED]
    assert all(one.is_exercise_over for one in drills)
    assert {one.disposition for one in drills} == {Disposition.DRILL}
    assert desk.get(ONE).state is State.NEW
    assert {one.incident_id for one in told[-1].incidents} == {o.incident_id for o in drills}
    assert store.get("incidents", drills[0].incident_id).body["is_exercise_over"]
    closing = [e for e in store.read("incidents") if e.entry.kind == "exercise_over"]
    assert [one.entry.body["exercise"] for one in closing] == ["exercise-1"] * 2
