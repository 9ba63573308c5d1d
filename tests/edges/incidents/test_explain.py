import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.incidents.explain import explained, how_sure, missing, patches_of
from standex.model.observation import Patch
from standex.model.tasking import Task
from standex.model.zones import ZONES


def test_the_answer_is_plain_data_with_words_first(made, site) -> None:
    task = Task(
        task_id="t1",
        t_utc_ns=made.T0,
        sensor_id="laser",
        track_id=1,
        position_site_m=np.zeros(2),
        t_look_utc_ns=made.T0 + made.S,
        zone=None,
        reason="most to learn",
    )
    passage = made.passage(site)
    answer = json.loads(
        json.dumps(explained(passage, site, (task, replace(task, track_id=2))), allow_nan=False)
    )
    assert answer["reason"] == "above the threshold"
    assert [one["sensor_id"] for one in answer["cued"]] == ["laser"]
    assert len(answer["coverage"]) == len(ZONES)
    (step,) = answer["steps"]
    assert step["said"][0]["words"].startswith("×")
    assert step["p_after"] > answer["prior"]


@pytest.mark.parametrize(
    ("p", "prior", "words"),
    [
        (0.93, 0.05, "about 93 in 100 such people carry something, if about 1 in 20"),
        (0.999, 0.05, "nearly all"),
        (float("nan"), 0.05, "not known"),
        (0.5, 0.0, "not known"),
    ],
)
def test_how_sure_is_told_with_the_base_rate(p, prior, words) -> None:
    assert words in how_sure(p, prior)


def test_what_is_missing_is_named(made, site) -> None:
    seen = made.passage(site, covered=np.full(len(ZONES), 0.999))
    unseen = made.passage(site, covered=np.zeros(len(ZONES)))
    assert missing(seen, site) == []
    assert len(missing(unseen, site)) == len(site.operating_point.wanted_zones)


def test_pictures_leave_out_what_no_sensor_saw(made, site) -> None:
    passage = made.passage(site)
    patch = Patch(
        caption="m",
        across_m=np.array([0.0, 0.1]),
        height_m=np.array([1.0]),
        values=np.array([[np.nan, 0.5]]),
    )
    entry = replace(passage.entries[0], patch=patch)
    (found,) = patches_of(replace(passage, entries=(entry, passage.entries[0])))
    assert found["values"] == [[None, 0.5]]
