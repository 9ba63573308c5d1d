import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.exercises.shown import ShownExercise
from standex.edges.health_codes import health_parts
from standex.edges.incidents.incident import Rules
from standex.edges.incidents.station_events import opened
from standex.edges.service.trouble_codes import Trouble
from standex.edges.web.picture_message import (
    STATES,
    health_message,
    number,
    people_columns,
    picture_message,
    standing,
    to_text,
)
from standex.model.picture import Joined, NextLine, Outcome
from standex.model.zones import ZONES


@pytest.fixture
def status(service):
    return service.state["status"]


def test_everybody_is_a_row_of_columns(status, made) -> None:
    incident = opened(made.alert(), Rules())
    message = picture_message(status, incidents=[incident], now_utc_ns=made.T0 + made.S)
    people = message["people"]
    assert {len(column) for column in people.values()} == {2}
    assert [STATES[code] for code in people["state"]] == ["alarm", "pending"]
    assert people["spread_m"] == [0.1, 0.1]
    (card,) = message["cards"]
    assert (card["seconds_in_reach"], card["seen_s_ago"]) == (5.0, 1.0)
    assert json.loads(to_text(message)) == message


def test_who_may_not_see_incidents_sees_no_alarm_anywhere(status, made) -> None:
    status = replace(status, n_closed={Outcome.ALARM: 3})
    text = to_text(picture_message(status, incidents=None, now_utc_ns=made.T0))
    assert json.loads(text)["people"]["state"] == [0, 0]
    assert "alarm" not in text
    assert "p_threat" not in text


def test_lost_data_never_looks_like_all_clear(status, made) -> None:
    message = picture_message(status, incidents=[], now_utc_ns=made.T0)
    assert message["is_stale"]
    assert message["age_s"] is None
    full = Trouble(part="walk test", words="no walk test was made yet")
    health = health_message(None, site=status.site, troubles=[full], now_utc_ns=made.T0)
    assert not health["is_watching"]
    assert health["troubles"] == [
        {
            "part": "walk_test",
            "text": "no walk test was made yet",
            "text_parts": [{"code": "walk_none", "values": {}}],
        }
    ]


def test_the_message_of_a_sensor_is_told_by_codes_where_its_sentence_is_known(status, made) -> None:
    (sensor, *_) = health_message(status, site=status.site, troubles=(), now_utc_ns=made.T0)[
        "sensors"
    ]
    assert sensor["message_parts"] == health_parts(sensor["message"])
    silent = replace(status, sensors=(replace(status.sensors[0], health=None),))
    told = health_message(silent, site=status.site, troubles=(), now_utc_ns=made.T0)["sensors"][0]
    assert [one["code"] for one in told["message_parts"]] == ["nothing_heard"]


def test_who_goes_by_a_later_number_is_shown_once(made, site) -> None:
    earlier = made.passage(site, 1)
    joined = Joined(
        track_id=1,
        p_same=0.9,
        entries=(),
        covered=np.zeros(len(ZONES)),
        own_covered=np.zeros(len(ZONES)),
    )
    later = made.passage(site, 2, joined=joined)
    columns = people_columns(made.picture([earlier, later]), site, shows_alarms=True)
    assert columns["track_id"] == [2]


def test_nobody_makes_empty_columns(made, site) -> None:
    assert people_columns(made.picture(), site, shows_alarms=True)["x_m"] == []


def test_what_is_no_number_is_left_out(made, site, helpers) -> None:
    line = NextLine(
        line_id="exit", not_before_s=1.0, earliest_s=2.0, median_s=np.inf, latest_s=np.inf
    )
    status = helpers.status_of(made.picture([made.passage(site, next_line=line)]), site)
    incident = opened(made.alert(), Rules())
    (card,) = picture_message(status, incidents=[incident], now_utc_ns=made.T0)["cards"]
    assert (card["next_line"], card["next_line_s"]) == ("exit", None)
    assert number(float("nan")) is None


def test_only_a_change_of_state_is_news(status, made) -> None:
    def at(one, t_utc_ns):
        return standing(health_message(one, site=one.site, troubles=(), now_utc_ns=t_utc_ns))

    assert at(status, made.T0) == at(replace(status, n_updates=99), made.T0 + made.S)
    worse = replace(status.sensors[0], health=None)
    assert at(status, made.T0) != at(replace(status, sensors=(worse,)), made.T0)


def shown(made, site, **more) -> ShownExercise:
    picture = made.picture([made.passage(site, 511)])
    return ShownExercise(exercise_id="e-1", exercise="two", picture=picture, **more)


def test_an_exercise_is_among_the_real_people_and_marked_for_who_may_know(
    status, made, site
) -> None:
    drill = replace(opened(made.alert(511), Rules()), exercise="e-1")
    told = {
        knows: picture_message(
            status,
            incidents=[drill],
            now_utc_ns=made.T0,
            exercise=shown(made, site),
            knows_exercises=knows,
        )
        for knows in (True, False)
    }
    assert told[True]["exercise"]["track_ids"] == [511]
    assert told[False]["exercise"] is None
    assert "e-1" not in to_text(told[False])
    assert told[True]["people"] == told[False]["people"]
    assert told[True]["people"]["track_id"] == [1, 2, 511]
    assert {len(column) for column in told[True]["people"].values()} == {3}
    (card,) = told[False]["cards"]
    assert card["vx_m_per_s"] is not None  # from the passage of the shadow


def test_nothing_of_an_exercise_is_counted(status, made, site) -> None:
    messages = [
        picture_message(status, incidents=[], now_utc_ns=made.T0, exercise=one)
        for one in (None, shown(made, site))
    ]
    for name in ("n_closed", "n_updates", "is_stale", "age_s", "t_utc_ms"):
        assert messages[0][name] == messages[1][name]
