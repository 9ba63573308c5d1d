"""What viewers draw by themselves."""

import dataclasses
from typing import Any

import numpy as np

from standex.edges.recording.foxglove import LOG_SCHEMA, SCENE_SCHEMA, alert_log, scene_update
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.tracks import no_tracks

T_UTC_NS = 1_760_000_000_500_000_001


def picture(outcomes: tuple[Outcome, ...], *, is_confirmed: bool = True) -> Picture:
    n = len(outcomes)
    tracks = dataclasses.replace(
        no_tracks(T_UTC_NS),
        track_id=np.arange(1, n + 1),
        mean=np.tile(np.array([2.0, 3.0, 1.0, 0.0]), (n, 1)),
        covariance=np.tile(np.eye(4), (n, 1, 1)),
        existence=np.ones(n),
        is_confirmed=np.full(n, is_confirmed),
        last_seen_utc_ns=np.full(n, T_UTC_NS),
        descriptor=np.zeros((n, 0)),
        p_object=np.zeros(n),
    )
    passages = {
        row + 1: Passage(
            track_id=row + 1,
            first_utc_ns=0,
            last_utc_ns=0,
            position_site_m=np.zeros(2),
            velocity_site_m_per_s=np.zeros(2),
            is_past_screening=False,
            covered=np.zeros(7),
            entries=(),
            log_posterior=np.zeros((7, 6)),
            verdict=Verdict(outcome=outcome, p_threat=0.0, zone=None, coverage=0.0, reason=""),
        )
        for row, outcome in enumerate(outcomes)
    }
    return Picture(
        t_utc_ns=T_UTC_NS,
        tracks=tracks,
        history=(),
        passages=passages,
        health={},
        coverage={},
        n_alerts=0,
    )


def test_people_stand_on_the_floor_where_they_are(check_schema: Any) -> None:
    scene = scene_update(picture(tuple(Outcome)))
    check_schema(scene, SCENE_SCHEMA)
    assert [entity["id"] for entity in scene["entities"]] == [f"person-{n}" for n in (1, 2, 3, 4)]
    for entity in scene["entities"]:
        (cylinder,) = entity["cylinders"]
        place = cylinder["pose"]["position"]
        assert (place["x"], place["y"]) == (2.0, 3.0)
        assert place["z"] - cylinder["size"]["z"] / 2 == 0.0
        assert entity["timestamp"] == {"sec": 1_760_000_000, "nsec": 500_000_001}


def test_each_outcome_has_its_colour_and_none_is_green() -> None:
    entities = scene_update(picture(tuple(Outcome)))["entities"]
    colors = [entity["cylinders"][0]["color"] for entity in entities]
    assert len({tuple(color.values()) for color in colors}) == len(Outcome)
    assert not any(color["g"] > max(color["r"], color["b"]) for color in colors)


def test_only_confirmed_people_are_drawn() -> None:
    assert scene_update(picture((Outcome.PENDING,), is_confirmed=False))["entities"] == []
    without_passage = dataclasses.replace(picture((Outcome.PENDING,)), passages={})
    assert scene_update(without_passage)["entities"] == []


def test_an_alert_reads_as_a_sentence(examples: Any, check_schema: Any) -> None:
    log = alert_log(examples.alert())
    check_schema(log, LOG_SCHEMA)
    assert log["message"] == (
        "check person 7 at x 3.2 m, y 0.5 m at the waist: "
        "p 0.910 (prior 2e-06, coverage 0.80); metal at the waist"
    )
    nowhere = dataclasses.replace(examples.alert(), zone=None)
    assert "y 0.5 m: p 0.910" in alert_log(nowhere)["message"]


def test_an_alert_of_the_twin_says_so(examples: Any) -> None:
    alert = examples.alert()
    assert alert_log(alert, is_simulated=True)["message"].startswith("SIMULATED: check person")
    assert "SIMULATED" not in alert_log(alert, is_simulated=False)["message"]
