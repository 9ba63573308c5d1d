import csv
import json
import re
import sys

import numpy as np
import pytest

from standex.edges.cli import main
from standex.edges.commands import evaluate_tracking
from standex.edges.tracking_sets import chosen_sets
from standex.evaluation.tracking_intervals import Figure

FIGURES = {
    "gospa_m", "ospa_m", "rmse_m", "missed_per_scan", "false_per_scan", "mota", "idf1", "hota",
    "switches", "switches_per_person_minute", "people", "tracks",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _alone(monkeypatch, request) -> None:
    """Whatever data this machine has: only what ships is there, unless a test asks for more."""
    if request.node.get_closest_marker("data") is None:
        monkeypatch.delenv("STANDEX_DATA", raising=False)


@pytest.fixture
def library() -> None:
    pytest.importorskip("trackeval", reason="the optional package trackeval is not installed")


def go(tmp_path, *words: str) -> int:
    return main(["evaluate", "tracking", "--out", str(tmp_path / "out"), *words])


def test_help_says_what_is_recorded_and_what_is_not(capsys) -> None:
    assert main(["evaluate", "tracking", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in ("crowds that were recorded", "sensor is simulated", "0.15 m", "90 %",
                  "cubic spline", "block-bootstrap", "--scenario IN.npz"):  # fmt: skip
        assert words in said


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_figures_tables_and_pictures(tmp_path, capsys) -> None:
    words = ("--sets", "lyon-square-1a", "corridor", "--seeds", "2", "--seconds", "6")
    assert go(tmp_path, *words, "--json") == 0
    out, err = capsys.readouterr()
    assert not err
    document = json.loads(out)
    assert document["origin"] == "recorded people under simulated sensors"
    assert document["sensor"] == {
        "sigma_m": 0.15, "p_detect": 0.9, "clutter_per_m2": 0.02, "rate_hz": 10.0
    }  # fmt: skip
    assert set(document["sets"]) == {"lyon-square-1a", "corridor"}
    folder = tmp_path / "out"
    assert json.loads((folder / "tracking.json").read_text()) == document
    assert document["pictures"] == [
        str(folder / "tracking-gospa.png"), str(folder / "tracking-landing.png")
    ]  # fmt: skip
    square = document["sets"]["lyon-square-1a"]
    assert set(square["figures"]) == FIGURES
    assert (square["draws"], square["scans"], square["splined"]) == (2, 41, False)
    assert square["figures"]["mota"]["interval"] == "Student, over 2 draws"
    assert square["figures"]["mota"]["low"] < square["figures"]["mota"]["value"]
    assert sum(square["gospa_parts_m2_per_person"].values()) > 0
    with (folder / "tracking.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["origin"] for row in rows} == {document["origin"]}
    told = {row["figure"]: row for row in rows if row["set"] == "lyon-square-1a"}
    assert {*FIGURES, "landing_row_on_carrier", "landing_footprint_on_others"} <= set(told)
    assert float(told["gospa_m"]["value"]) == square["figures"]["gospa_m"]["value"]

    # The same again, for people, and the same figures.
    assert go(tmp_path, *words) == 0
    out, err = capsys.readouterr()
    assert out.startswith("RECORDED PEOPLE UNDER SIMULATED SENSORS: value (95 % interval)")
    assert "share of carriers' log-likelihood ratio" in out
    assert f"{square['figures']['gospa_m']['value']:.3f}" in out
    again = json.loads((folder / "tracking.json").read_text())
    assert again["sets"] == document["sets"]


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_what_is_left_out_is_said(tmp_path, capsys, monkeypatch) -> None:
    absent = {"campus-square": "its file is not there"}
    found = chosen_sets(("lyon-square-1a",), None)[0], absent
    monkeypatch.setattr(evaluate_tracking, "chosen_sets", lambda names, data: found)
    assert go(tmp_path, "--seeds", "1", "--seconds", "4") == 0
    assert "left out: campus-square: its file is not there" in capsys.readouterr().out


@pytest.fixture
def crowd_file(tmp_path, rng):
    """Write a synthetic crowd: five people who stand 4 m apart, for 5 s."""
    truth = np.stack([np.arange(5) * 4.0 + 2, np.full(5, 2.0)], axis=1)
    z = np.concatenate([truth + rng.normal(0, 0.1, truth.shape) for _ in range(50)])
    bounds = np.arange(51) * 5
    path = tmp_path / "crowd5.npz"
    meta = {"n": 5, "width": 20, "height": 4, "sigma": 0.1, "pd": 0.99, "clutter": 0.001}
    np.savez(
        path, meta=json.dumps(meta), scan_t=np.arange(50) / 10, z_ptr=bounds, z=z,
        z_src=np.tile(np.arange(5), 50), truth_ptr=bounds, truth_id=np.tile(np.arange(5), 50),
        truth_x=np.tile(np.concatenate([truth, np.zeros((5, 2))], axis=1), (50, 1)),
    )  # fmt: skip
    return path


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_synthetic_crowd_and_costs(tmp_path, capsys, crowd_file) -> None:
    costs = tmp_path / "costs.jsonl"
    costs.write_text('{"tracker": "a", "n": 50, "ms_median": 0.1}\n\n'
                     '{"tracker": "a", "n": 200, "ms_median": 0.3}\n')  # fmt: skip
    words = ("--scenario", str(crowd_file), "--cost", str(costs), "--json")
    assert go(tmp_path, *words) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["origin"] == "synthetic people under simulated sensors"
    crowd = document["sets"]["crowd5"]
    assert crowd["figures"]["mota"]["value"] == 1
    assert crowd["figures"]["mota"]["low"] is None
    assert crowd["figures"]["gospa_m"]["value"] < 0.4
    assert crowd["people_per_scan"] == 5
    assert len(document["pictures"]) >= 2
    assert (tmp_path / "out" / "tracking-cost.png").stat().st_size > 5000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--sets", "moon"], "no set 'moon'; there are"),
        (["--sets", "campus-square"], "no folder of data is named (--data, or STANDEX_DATA)"),
        (["--sets", "campus-square", "--data", "{tmp_path}"], "obsmat.txt is not there"),
        (["--seeds", "0"], "at least one draw"),
        (["--cost", "{tmp_path}/none"], "cannot be read"),
        (["--cost", "{tmp_path}/file"], "a line is not one that bench_tracking.py prints"),
        (["--scenario", "{tmp_path}/none.npz"], "there is no such file"),
        (["--out", "{tmp_path}/file/below"], "choose another --out"),
        (["--sets", "lyon-square-1a", "--seconds", "1", "--seeds", "1"], "give it more --seconds"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(tmp_path, capsys, words, said: str) -> None:
    (tmp_path / "file").write_text("no JSON")
    assert go(tmp_path, *(word.format(tmp_path=tmp_path) for word in words)) == 2
    out, err = capsys.readouterr()
    assert said in err
    assert err.count("\n") == 1
    assert not out


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_without_matplotlib_the_figures_are_told_all_the_same(
    tmp_path, capsys, monkeypatch
) -> None:
    for name in list(sys.modules):
        if name.startswith("standex.edges.report.") and ("figure" in name or "canvas" in name):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    words = ("--sets", "lyon-square-1a", "--seeds", "1", "--seconds", "4", "--json")
    assert go(tmp_path, *words) == 2
    out, err = capsys.readouterr()
    assert re.search(r"matplotlib.*pip install 'standex\[report\]'", err)
    document = json.loads(out)
    assert document["pictures"] == []
    assert json.loads((tmp_path / "out" / "tracking.json").read_text()) == document


def test_without_the_library_it_says_what_to_install(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "trackeval", None)
    monkeypatch.delitem(sys.modules, "trackeval.metrics", raising=False)
    words = ("--sets", "lyon-square-1a", "--seeds", "1", "--seconds", "3")
    assert go(tmp_path, *words) == 2
    assert "pip install 'standex[evaluation]'" in capsys.readouterr().err


def test_a_cell_says_what_is_known() -> None:
    cell = evaluate_tracking._cell
    assert cell(None) == cell(Figure(value=np.nan, low=0, high=1, interval="")) == "-"
    assert cell(Figure(value=1.5, low=np.nan, high=np.nan, interval="")) == "1.500"
    assert cell(Figure(value=1.5, low=1, high=2, interval="")) == "1.500 (1.000 to 2.000)"


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_a_recorded_set_from_the_folder_of_data(tmp_path, capsys, data_dir) -> None:
    words = ("--sets", "campus-square", "--data", str(data_dir), "--seeds", "1", "--seconds", "6")
    assert go(tmp_path, *words, "--json") == 0
    one = json.loads(capsys.readouterr().out)["sets"]["campus-square"]
    assert one["splined"]
    assert "Crowds by Example" in one["terms"]
    assert one["figures"]["mota"]["value"] > 0.5
