"""The command on a small set of its own, and on the real one."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from standex.edges.commands import evaluate_vapour
from standex.edges.commands.evaluate_vapour import LATER, TEST, TRANSFER, WITHIN
from standex.edges.vapour_files.smellnet import COLUMNS
from standex.model.errors import StandexError


def go(*words: str) -> int:
    parser = argparse.ArgumentParser()
    evaluate_vapour.add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return evaluate_vapour.run(parser.parse_args(words))


@pytest.fixture
def folder(tmp_path: Path, rng: np.random.Generator) -> Path:
    """Write a set of three foods that drifts between its sessions."""
    foods = {"almond": "online_nuts", "cumin": "online_spices", "cloves": "online_spices"}
    pattern = {food: rng.uniform(2, 6, 12) for food in foods}
    drift = rng.uniform(-2, 2, 12)
    for food, later in foods.items():
        for part, runs, shift in (
            ("offline_training", 3, 0.0), ("offline_testing", 1, 0.0), (later, 2, 1.0)
        ):  # fmt: skip
            for run in range(runs):
                level = pattern[food] + shift * drift + 0.1 * rng.standard_normal(12)
                rows = np.exp(level + 0.01 * rng.standard_normal((30, 12)))
                path = tmp_path / part / food / f"{food}.{run}.csv"
                path.parent.mkdir(parents=True, exist_ok=True)
                lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows.tolist())]
                path.write_text("\n".join(lines))
    return tmp_path


def test_a_table_for_people_and_a_document_for_machines(folder, capsys) -> None:
    assert go(str(folder), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["origin"] == "measured"
    assert document["counts"] == {"training": 9, "test": 3, "later": 6, "substances": 3}
    for kind in ("pattern", "level"):
        sessions = document["features"][kind]
        assert list(sessions) == [WITHIN, TEST, LATER, TRANSFER]
        assert sessions[WITHIN]["accuracy"]["n"] == 9
        assert sessions[WITHIN]["accuracy"]["value"] > sessions[LATER]["accuracy"]["value"] - 0.01
    assert go(str(folder), "--features", "level") == 0
    out = capsys.readouterr().out
    assert "Only the later session counts" in out
    assert LATER in out
    assert "features: pattern" not in out


def test_without_a_folder_it_says_what_to_name(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("STANDEX_DATA", raising=False)
    with pytest.raises(StandexError, match="no folder is named"):
        go()
    monkeypatch.setenv("STANDEX_DATA", str(tmp_path))
    with pytest.raises(StandexError, match="no recordings"):
        go()


@pytest.mark.data
@pytest.mark.slow
def test_the_real_set_is_harder_weeks_later(data_dir: Path, capsys) -> None:
    folder = data_dir / "enose" / "smellnet"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there")
    assert go(str(folder), "--json") == 0
    for sessions in json.loads(capsys.readouterr().out)["features"].values():
        within, later = sessions[WITHIN], sessions[LATER]
        assert within["accuracy"]["low"] > later["accuracy"]["high"]
        assert later["accuracy"]["low"] > 1 / 18  # and yet it is no chance
        assert within["cllr_bits"]["high"] < later["cllr_bits"]["low"]
        assert later["auc"]["low"] > 0.5
