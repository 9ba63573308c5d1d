import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.commands.evaluate_detection_limit import read_table
from standex.model.errors import DataFileError


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(3)
    rows = ["range_m,loading_ug_per_cm2,response"]
    for range_m in (2.0, 6.0):
        for load in (0.0, 50.0, 100.0, 200.0):
            values = rng.normal(10 + load / range_m, 4 + load / 50, 15)
            rows += [f"{range_m:g},{load:g},{value:.4f}" for value in values]
    (tmp_path / "t.csv").write_text("\n".join(rows) + "\n\n")
    return tmp_path / "t.csv"


@pytest.mark.slow
def test_each_range_has_its_limit(table: Path, tmp_path: Path, capsys) -> None:
    picture = tmp_path / "lod.png"
    words = ["evaluate", "detection-limit", str(table), "--simulated", "--out", str(picture)]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert said.count("SIMULATED. LOD90, ") == 2
    assert "(loading_ug_per_cm2), upper 90 % limit" in said
    assert "PFA of blanks" in said
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    near, far = document["limits"]["2 m"], document["limits"]["6 m"]
    assert near["mass"] < far["mass"] < far["mass_upper"]
    assert document["origin"] == "simulated"
    assert [level["n"] for level in near["levels"]] == [15] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns mass"),
        ("a,b\n1,2\n", "columns mass"),
        ("mass,response\n0,x\n", "line 2: 'x' is no finite number"),
        ("mass,response\n0\n", "line 2: '' is no finite number"),
        ("mass,response\n0,nan\n", "line 2: 'nan' is no finite number"),
        ("mass,response\n", "no process blanks"),
        ("mass,response\n0,1\n1,2\n", "2 levels"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path: Path, capsys, text: str, said: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert main(["evaluate", "detection-limit", str(path)]) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert not out


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "name a CSV file"), (["none.csv"], "none.csv"), (["x", "--confidence", "2"], "inside")],
)
def test_wrong_words_are_told(capsys, words, said: str) -> None:
    assert main(["evaluate", "detection-limit", *words]) == 2
    assert said in capsys.readouterr().err


def test_names_may_say_units(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("\ufeffMass_ug,Response,other\n0, 1.5,x\n")
    name, columns = read_table(path)
    assert name == "Mass_ug"
    assert columns["mass"].tolist() == [0]
    assert columns["response"].tolist() == [1.5]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataFileError, match="cannot be read as CSV"):
        read_table(path)
