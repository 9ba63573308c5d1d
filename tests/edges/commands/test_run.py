import json

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.truth_file import entering_after


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no site 'nowhere'"),
        (["metro"], "--trajectories; shipped are corridor"),
        (["metro", "--crowd"], "no [crowd] table"),
        (["metro", "--source", "lab-recording"], "lab-recording FILE"),
        (["metro", "--source", "tape"], "--source tape: must be"),
        (["metro", "--trajectories", "none.txt"], "none.txt"),
        (["metro", "--trajectories", "corridor", "--fault", "x"], "--fault x"),
    ],
)
def test_what_is_missing_is_said(
    words: list[str], said: str, capsys, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["run", *words]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_first_person_enters_after_the_room_was_learnt():
    recorded = load_shipped("corridor")
    led = entering_after(recorded, 2.0)
    assert led.frame.min() == 50  # 25 frames a second
    np.testing.assert_array_equal(np.diff(led.frame), np.diff(recorded.frame))
    assert led.duration_s == recorded.duration_s


@pytest.mark.slow
def test_a_site_with_a_crowd_runs_on_it(tmp_path, capsys) -> None:
    words = ["run", "rome", "--duration", "3", "--json", "--out", str(tmp_path)]
    assert main(words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_simulated"]
    assert document["n_updates"] > 10
