import json

import pytest

from standex.edges.cli import main


def test_without_data_it_says_where_to_get_it(monkeypatch, capsys) -> None:
    monkeypatch.delenv("STANDEX_DATA", raising=False)
    assert main(["evaluate", "people"]) != 0
    assert "--data, or STANDEX_DATA" in capsys.readouterr().err


def test_a_folder_without_the_video_is_named(tmp_path, capsys) -> None:
    assert main(["evaluate", "people", "--data", str(tmp_path)]) != 0
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.data
@pytest.mark.slow
def test_the_figures_of_the_default_detector_hold(data_dir, tmp_path, capsys) -> None:
    pytest.importorskip("trackeval")
    out = tmp_path / "out"
    words = ["evaluate", "people", "--data", str(data_dir), "--out", str(out)]
    assert main([*words, "--frames", "50"]) == 2
    assert "--frames 50" in capsys.readouterr().err
    # The first part of the video; the figures in RESULTS.md are of all of it.
    assert main([*words, "--frames", "60"]) == 0
    document = json.loads((out / "people.json").read_text("utf-8"))
    for name in ("standex", "standex, not calibrated"):
        half = document["found"][name]["overlap_0.5"]
        assert half["recall"]["value"] >= 0.70
        assert half["precision"]["value"] >= 0.78
    assert document["walking_m_per_s"]["annotated"] == pytest.approx(1.38, abs=0.15)
    assert document["walking_m_per_s"]["standex"] == pytest.approx(
        document["walking_m_per_s"]["annotated"], abs=0.15
    )
    ours, theirs = (document["followed"][name] for name in ("standex", "faster_rcnn"))
    assert ours["mota"] > 0.5
    assert theirs["mota"] > 0.5
    assert "MOTA" in capsys.readouterr().out
