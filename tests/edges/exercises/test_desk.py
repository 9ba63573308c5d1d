"""Exercises as people run them: begun, worked on, scored, kept, and told when they are over."""

import time

import numpy as np
import pytest

from standex.edges.exercises.desk import COLLECTION, orders_through
from standex.edges.incidents.actions import Act, Action
from standex.edges.incidents.incident import Disposition, State
from standex.edges.web.service_view import NotThereError, RefusedError
from standex.model.event import Alert, Order, OrderKind

WAIT_S = 300.0


def until(look):
    end = time.monotonic() + WAIT_S
    while not (seen := look()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return seen


def worked(bench):
    """Let the desk of incidents take in what has come; return those of exercises."""
    bench.incidents.step()
    return [one for one in bench.incidents.incidents() if one.exercise]


def newest(bench):
    return bench.desk.all()[0]


@pytest.mark.slow
def test_an_exercise_from_its_beginning_to_its_score(bench) -> None:
    here = bench(after_s=600.0)
    begun = here.desk.begin("one-of-two", by="sup")
    assert begun["is_running"]
    assert [one["outcome"] for one in begun["injected"]] == ["to_come", "to_come"]
    with pytest.raises(RefusedError, match="under way"):
        here.desk.begin("one-of-two", by="other")

    (incident,) = until(lambda: worked(here))
    assert incident.exercise == begun["exercise_id"]
    assert not incident.is_exercise_over
    assert here.desk.shown().picture is not None
    for act in (Act.ACKNOWLEDGE, Act.ACCEPT):
        action = Action(
            act=act, by="op", t_utc_ns=here.clock.utc_ns(), request_id=f"op:{act.value}"
        )
        here.incidents.act(incident.incident_id, action, note=lambda _: None)
    until(lambda: newest(here)["injected"][1]["outcome"] == "right")
    assert newest(here)["injected"][0]["outcome"] == "accepted"

    ended = here.desk.end(begun["exercise_id"], by="sup")
    assert (ended["end"], ended["ended_by"], ended["is_running"]) == ("ended", "sup", False)
    score = ended["score"]
    assert (score["n_threats"], score["n_accepted"], score["n_false"]) == (1, 1, 0)
    (closed,) = worked(here)
    assert (closed.state, closed.disposition) == (State.CLOSED, Disposition.DRILL)
    assert closed.is_exercise_over
    assert "that was an exercise" in closed.history[-1].text
    assert not here.desk.shown().is_running  # everybody is told
    ((what, of_what, why, body),) = here.told
    assert (what.value, of_what, why) == ("exercise_ended", begun["exercise_id"], "ended")
    assert body["score"]["n_accepted"] == 1
    with pytest.raises(NotThereError):
        here.desk.end(begun["exercise_id"], by="sup")
    # As after a restart: it is in the store.
    assert here.another().all()[0] == ended


@pytest.mark.slow
def test_it_ends_by_itself_and_another_can_be_begun(bench) -> None:
    here = bench()
    here.desk.begin("unseen", by="sup")
    until(lambda: not newest(here)["is_running"])
    assert newest(here)["end"] == "over"
    assert newest(here)["injected"][0]["outcome"] == "missed"
    assert worked(here) == []
    here.desk.begin("unseen", by="sup")
    assert newest(here)["is_running"]
    assert len(here.desk.all()) == 2


@pytest.mark.slow
def test_the_stop_button_ends_it_even_where_the_station_does_not_answer(bench) -> None:
    here = bench(after_s=600.0)
    here.desk.begin("one-of-two", by="sup")
    given = []

    def give(order):
        given.append(order)
        raise RefusedError("the station does not answer")

    for kind in (OrderKind.DISARM, OrderKind.STOP):
        order = Order(t_utc_ns=here.clock.utc_ns(), kind=kind, sensor_id="", by="op", why="")
        with pytest.raises(RefusedError):
            orders_through(here.desk, give)(order)
        assert newest(here)["is_running"] is (kind is OrderKind.DISARM)
    assert [one.kind for one in given] == [OrderKind.DISARM, OrderKind.STOP]
    assert (newest(here)["end"], newest(here)["ended_by"]) == ("stopped", "op")


@pytest.mark.slow
def test_a_shadow_that_dies_ends_the_exercise_alone_and_is_a_trouble(bench) -> None:
    here = bench(play=print)
    here.desk.begin("one-of-two", by="sup")
    until(lambda: not newest(here)["is_running"])
    assert newest(here)["end"] == "broken_off"
    assert "its process has ended" in here.desk.problem
    assert [one["outcome"] for one in newest(here)["injected"]] == ["not_run", "not_run"]


@pytest.mark.slow
def test_what_ran_when_the_service_went_away_is_told_as_broken_off(bench) -> None:
    here = bench(after_s=600.0)
    begun = here.desk.begin("one-of-two", by="sup")
    until(lambda: worked(here))
    document = until(
        lambda: next(
            (one for one in here.store.find(COLLECTION) if one.body["results"][0]["incident_id"]),
            None,
        )
    )
    here.desk.close()
    # As a power cut would have left it.
    key = (COLLECTION, begun["exercise_id"])
    here.store.documents[key] = document
    after = here.another()
    after.recover()
    again = after.all()[0]
    assert (again["end"], again["detail"]) == ("broken_off", "the service was gone while it ran")
    assert again["injected"][0]["outcome"] == "noticed"
    assert all(one.is_exercise_over for one in worked(here))
    assert not after.shown().is_running


def test_incidents_that_an_exercise_left_open_are_closed_at_the_start(bench) -> None:
    here = bench()
    alert = Alert(
        alert_id="survey-x1-000101",
        t_utc_ns=here.clock.utc_ns(),
        track_id=7,
        level_id="concourse",
        position_site_m=np.zeros(2),
        zone=None,
        p_threat=0.8,
        prior=0.1,
        coverage=0.5,
        seconds_in_reach=3.0,
        sensors=(),
        reason="",
    )
    here.incidents.offer(here.status.picture, (alert,), exercise="exercise-1")
    here.incidents.step()
    here.desk.recover()
    (one,) = worked(here)
    assert one.is_exercise_over
    assert one.state is State.CLOSED


def test_what_is_not_there_or_not_of_this_site_is_refused(bench, tmp_path) -> None:
    here = bench()
    with pytest.raises(RefusedError, match="there is no exercise"):
        here.desk.begin("nope", by="sup")
    here.status = None
    with pytest.raises(RefusedError, match="no picture yet"):
        here.desk.begin("unseen", by="sup")
    assert here.desk.all() == []
    assert here.desk.shown() is None


def test_what_can_be_begun_is_listed_with_what_it_is(bench) -> None:
    first, second = bench().desk.known()
    assert (first["exercise"], first["n_people"], first["n_carrying"]) == ("one-of-two", 2, 1)
    assert (second["exercise"], second["n_carrying"], second["problem"]) == ("unseen", 1, "")
