import json

import numpy as np
import pytest

from standex.edges.commands.session import write_truth
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.truth_file import EMPTY_S, entering_after, read_truth
from standex.model.errors import StandexError
from standex.model.zones import BodyZone
from standex.twin.carry import TRACE_EXERCISE, draw_truth

ITEM = {"person": 2, "item_class": "threat_metal", "zone": "waist"}
WAYS = "# framerate: 10 fps\n# id frame x/m y/m z/m\n" + "".join(
    f"{person} {frame} {4 - frame / 10} {person} 1.7\n" for person in (1, 2) for frame in range(30)
)


def write(tmp_path, **data):
    (tmp_path / "ways.txt").write_text(WAYS)
    path = tmp_path / "truth.json"
    path.write_text(json.dumps({"items": [ITEM], "ways": "ways.txt", **data}))
    return path


def test_what_the_twin_leaves_is_read_as_it_was(tmp_path):
    recorded = load_shipped("corridor")
    truth = draw_truth(recorded.people, TRACE_EXERCISE, seed=3)
    path = tmp_path / "truth.json"
    write_truth(path, truth, {"site": "metro", "trajectories": "corridor"})
    known = read_truth(path)
    assert known.truth == truth
    assert known.is_simulated
    assert known.start_utc_ns is None
    first_s = known.trajectories.frame.min() / known.trajectories.frame_rate_hz
    assert first_s == pytest.approx(EMPTY_S, abs=0.5 / recorded.frame_rate_hz)


def test_a_truth_by_hand_names_its_ways(tmp_path):
    known = read_truth(write(tmp_path, ways_start_utc_ns=5, factors={"1": {"bag": "yes"}}))
    assert not known.is_simulated
    assert known.start_utc_ns == 5
    assert known.trajectories.people.tolist() == [1, 2]
    assert known.trajectories.frame.min() == 0
    assert known.truth.items[0].zone is BodyZone.WAIST
    assert known.factors == {1: {"bag": "yes"}}


def test_other_ways_can_be_given(tmp_path):
    path = write(tmp_path, ways="gone.txt", first_enters_s=1.0)
    known = read_truth(path, ways=tmp_path / "ways.txt")
    assert known.trajectories.frame.min() == 10


def test_people_who_are_not_there_are_refused(tmp_path):
    stranger = {**ITEM, "person": 77}
    with pytest.raises(StandexError, match=r"truth\.json: the truth names 1 people .*: 77; it has"):
        read_truth(write(tmp_path, items=[ITEM, stranger]))
    with pytest.raises(StandexError, match="factors of person 9, who is not in the recording"):
        read_truth(write(tmp_path, factors={"9": {"bag": "no"}}))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"itmes": []}, "itmes: Extra inputs"),
        ({"items": [{**ITEM, "zone": "hat"}]}, "items.0.zone"),
        ({"items": [{**ITEM, "colour": "red"}]}, "items.0.colour"),
        ({"items": [{**ITEM, "width_m": -1}]}, "items.0.width_m"),
        ({"items": [ITEM, ITEM]}, "person 2 is listed with more than one item"),
        ({"ways": ""}, "names no trajectories: where people were is not known"),
        ({"ways": "", "trajectories": "crowd"}, "'crowd', which do not come with the package"),
    ],
)
def test_what_is_no_truth_is_refused(tmp_path, data, words):
    with pytest.raises(StandexError, match=words):
        read_truth(write(tmp_path, **data))


def test_a_missing_or_broken_file_is_refused(tmp_path):
    with pytest.raises(StandexError, match="there is no such truth file"):
        read_truth(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(StandexError, match="cannot be read as JSON"):
        read_truth(tmp_path / "bad.json")


def test_ways_enter_later_and_nobody_enters_never(fakes):
    people = fakes.people(2)
    later = entering_after(people, 3.0)
    assert later.frame.min() / later.frame_rate_hz == pytest.approx(3.0)
    np.testing.assert_array_equal(np.diff(later.frame), np.diff(people.frame))
