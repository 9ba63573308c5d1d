import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.people_file import joined, judged_by, read_people
from standex.edges.settings import load_site
from standex.model.errors import DataFileError

ROWS = [
    {"item_class": "nothing", "p_max": 0.2, "p_final": 0.1, "outcome": "nothing_found"},
    {"item_class": "threat_metal", "p_max": 0.9, "p_final": None},
]


def written(path: Path, people=ROWS, **more) -> Path:
    path.write_text(json.dumps({"people": people, **more}))
    return path


def test_people_are_read_and_what_is_not_known_is_none(tmp_path) -> None:
    one = read_people(written(tmp_path / "a.json", origin="simulated", seeds=[3, 4]))
    assert one.people.item_class == ("nothing", "threat_metal")
    np.testing.assert_array_equal(one.people.p_max, [0.2, 0.9])
    np.testing.assert_array_equal(one.people.p_final, [0.1, np.nan])
    assert (one.origin, one.seeds, one.judged_by) == ("simulated", (3, 4), None)


def test_tables_of_several_systems_want_one_named(tmp_path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("system,item_class,p_max,p_final\nwhole,nothing,0.1,0.05\nalone,nothing,0.7,\n")
    with pytest.raises(DataFileError, match=r"several systems \(alone, whole\); name one"):
        read_people(path)
    with pytest.raises(DataFileError, match="no system 'x'; it has alone, whole"):
        read_people(path, system="x")
    alone = read_people(path, system="alone")
    assert alone.people.p_max.tolist() == [0.7]
    assert np.isnan(alone.people.p_final).all()


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], "no people in it"),
        ("many", "no people in it"),
        ([{"item_class": "nothing"}], "person 1: item_class and p_max are needed"),
        ([ROWS[0], {"p_max": 0.1}], "person 2: item_class"),
        ([{"item_class": "nothing", "p_max": 1.2}], "p_max is 1.2; a probability"),
        ([{"item_class": "nothing", "p_max": "often"}], "'often'"),
        ([{"item_class": "nothing", "p_max": float("nan")}], "p_max is nan"),
        ([{"item_class": "nothing", "p_max": 0.1, "p_final": -1}], "p_final is -1"),
        ([["nothing", 0.1]], "person 1"),
    ],
)
def test_what_is_not_whole_is_refused(tmp_path, people, words: str) -> None:
    with pytest.raises(DataFileError, match=words):
        read_people(written(tmp_path / "a.json", people))


def test_what_is_no_file_or_no_json_is_refused(tmp_path) -> None:
    with pytest.raises(DataFileError, match="cannot be read"):
        read_people(tmp_path / "none.json")
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(DataFileError, match="cannot be read"):
        read_people(tmp_path / "a.json")
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(DataFileError, match="not a JSON object"):
        read_people(tmp_path / "a.json")


def test_files_are_joined_where_they_are_alike_and_apart(tmp_path) -> None:
    def read(name: str, **more):
        return read_people(written(tmp_path / name, **more))

    a = read("a.json", seeds=[1], judged_by={"site_id": "s"})
    b = read("b.json", seeds=[2], judged_by={"site_id": "s"})
    assert len(joined([a, b]).item_class) == 4
    with pytest.raises(DataFileError, match="are one file"):
        joined([a, a])
    with pytest.raises(DataFileError, match="both have seeds 1"):
        joined([a, read("c.json", seeds=[1, 9])])
    with pytest.raises(DataFileError, match=r"judged differently .site_id: t and s"):
        joined([a, read("d.json", seeds=[5], judged_by={"site_id": "t"})])
    with pytest.raises(DataFileError, match="no file"):
        joined([])


def test_what_people_are_judged_by_is_plain_and_whole() -> None:
    said = judged_by(load_site("metro"))
    assert json.loads(json.dumps(said)) == said
    assert said["prior_per_person"]["threat_metal"] == 0.1
    assert "microwave-pillars-sim" in said["calibrations"]
