import json

import pytest

from standex.edges.cli import main


@pytest.mark.slow
def test_the_demo_leaves_a_recording_that_replays_the_same(tmp_path, capsys) -> None:
    assert main(["demo", "--duration", "2", "--json", "--lab", "--out", str(tmp_path)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["is_simulated"]
    assert document["n_updates"] > 20
    assert document["recording_problem"] == ""
    assert (tmp_path / "truth.json").exists()
    assert main(["replay", document["recording"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["is_identical"]
    # Its raw records go through the station once more.
    out = ["--json", "--out", str(tmp_path / "again")]
    source = ["run", "metro", "--source", "lab-recording", document["recording"]]
    assert main([*source, *out]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["is_simulated"]
    assert again["sensors"]["cam-entry"]["n_records"] > 15
    # The folder holds a recording now: it is not written over.
    assert main(["demo", "--duration", "1", "--json", "--out", str(tmp_path)]) == 2
    assert "recording.mcap" in capsys.readouterr().err
