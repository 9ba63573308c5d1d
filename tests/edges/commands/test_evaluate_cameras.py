import json
from pathlib import Path

import pytest

from standex.edges.cli import main


@pytest.mark.data
@pytest.mark.slow
def test_states_figures(data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("trackeval")
    words = ["evaluate", "cameras", "--data", str(data_dir), "--seeds", "1", "--frames", "30"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert "SIMULATED DETECTOR ERRORS" in told
    assert "camera frames a second" in told
    document = json.loads((tmp_path / "cameras.json").read_text())
    assert document["frames"] == 30
    measured = document["errors"]["as measured"]["figures"]
    assert measured["error_median_m"]["value"] < 0.25
    assert (
        document["errors"]["places exact"]["figures"]["moda"]["value"] > measured["moda"]["value"]
    )


def test_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STANDEX_DATA", raising=False)
    assert main(["evaluate", "cameras"]) == 2
    assert "give --data, or set STANDEX_DATA" in capsys.readouterr().err
    assert main(["evaluate", "cameras", "--data", str(tmp_path)]) == 2
    assert "boxes.csv.gz" in capsys.readouterr().err
    assert main(["evaluate", "cameras", "--data", str(tmp_path), "--seeds", "0"]) == 2
    assert "--seeds 0" in capsys.readouterr().err
