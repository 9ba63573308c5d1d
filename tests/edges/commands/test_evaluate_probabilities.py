import json

import numpy as np
import pytest

from standex.edges.cli import main


def written(path, *, boldness: float = 1.0, seed: int = 5, n: int = 1500) -> str:
    rng = np.random.default_rng(seed)
    is_threat = rng.random(n) < 0.2
    llr = 2 * (2 * is_threat + rng.normal(size=n)) - 2
    p = 1 / (1 + np.exp(-(np.log(0.25) + boldness * llr)))
    people = [
        {"item_class": "threat_metal" if threat else "nothing", "p_max": one, "p_final": one}
        for threat, one in zip(is_threat.tolist(), p.tolist(), strict=True)
    ]
    people.append({"item_class": "nothing", "p_max": 0.0, "p_final": None})
    document = {"origin": "simulated", "seeds": [seed], "people": people}
    path.write_text(json.dumps(document))
    return str(path)


def go(*words: str) -> int:
    return main(["evaluate", "probabilities", *words])


def test_what_is_true_holds_and_what_is_bold_does_not(tmp_path, capsys) -> None:
    true, bold = written(tmp_path / "a.json"), written(tmp_path / "b.json", boldness=2, seed=2)
    assert go(true) == 0
    out = capsys.readouterr().out
    assert out.startswith("SIMULATED. Stated probabilities of a threat, of 1500 people (1 more")
    assert "holds in every bin" in out
    assert go(bold) == 1
    assert "DOES NOT HOLD" in capsys.readouterr().out


def test_machines_get_all_of_it(tmp_path, capsys) -> None:
    picture = tmp_path / "p.png"
    words = ["--json", "--bins", "4", "--by-count", "--out", str(picture)]
    assert go(written(tmp_path / "a.json"), *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["origin"] == "simulated"
    assert len(document["bins"]) == 4
    assert sum(one["n"] for one in document["bins"]) == document["n"] == 1500
    assert picture.stat().st_size > 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{a}", "--bins", "0"], "at least 1 is wanted"),
        ([], "name files of people"),
        (["{a}", "{a}"], "not different passages"),
        (["{empty}"], "no final posterior"),
        (["{none}"], "cannot be read"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, capsys, words, said: str) -> None:
    (tmp_path / "e.json").write_text('{"people": [{"item_class": "nothing", "p_max": 0.1}]}')
    names = {
        "a": written(tmp_path / "a.json", n=30),
        "empty": str(tmp_path / "e.json"),
        "none": str(tmp_path / "none.json"),
    }
    assert go(*[word.format(**names) for word in words]) == 2
    assert said in capsys.readouterr().err
