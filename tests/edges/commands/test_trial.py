import argparse
import json
from pathlib import Path

import pytest

from standex.edges.commands import trial
from standex.model.errors import DataFileError, StandexError


def run(*words: str, capsys=None):
    parser = argparse.ArgumentParser()
    trial.add_arguments(parser)
    args = parser.parse_args([*words, "--json"])
    assert trial.run(args) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def made(tmp_path, capsys) -> tuple[str, str]:
    passages, truth = tmp_path / "passages.csv", tmp_path / "truth.csv"
    ids = [f"p{k}" for k in range(12)]
    passages.write_text("passage_id\n" + "\n".join(ids) + "\n", "utf-8")
    carried = ("nothing", "threat_metal", "benign_metal")
    rows = [f"{name},{carried[k % 3]}" for k, name in enumerate(ids)]
    truth.write_text("passage_id,item_class\n" + "\n".join(rows) + "\n", "utf-8")
    told = run(
        "commit",
        str(truth),
        "--passages",
        str(passages),
        "--out",
        str(tmp_path / "t"),
        capsys=capsys,
    )
    assert told["passages"] == 12
    assert not told["is_simulated"]
    return told["public"], told["sealed"]


def answers(path: Path, scores: list[float]) -> str:
    rows = [
        f"p{k},{score},{'alarm' if score > 0 else 'nothing_found'}"
        for k, score in enumerate(scores)
    ]
    path.write_text("passage_id,score,decision\n" + "\n".join(rows) + "\n", "utf-8")
    return str(path)


GOOD = [1.0 if k % 3 == 1 else -1.0 - k for k in range(12)]
BAD = [float(k - 5) for k in range(12)]


@pytest.mark.slow
def test_a_trial_from_sealing_to_the_report(tmp_path, capsys, made) -> None:
    public, sealed = made
    good, bad = answers(tmp_path / "good.csv", GOOD), answers(tmp_path / "bad.csv", BAD)
    checked = run("check", public, good, capsys=capsys)
    assert checked["has"] == ["scores", "decisions"]
    opened = run("open", public, sealed, capsys=capsys)
    assert opened["carried"] == {"nothing": 4, "threat_metal": 4, "benign_metal": 4}
    out = str(tmp_path / "out")
    scored = run("score", public, sealed, good, bad, "--out", out, capsys=capsys)
    first, second = scored["submissions"]
    assert first["area"]["value"] == 1.0
    assert (first["decided"][0]["k"], first["decided"][1]["k"]) == (4, 0)
    assert second["area"]["value"] < 0.6
    assert first["sha256"] == checked["sha256"]
    assert len(scored["comparisons"]) == 1
    page = Path(scored["report"]).read_text("utf-8")
    assert scored["commitment_sha256"] in page
    assert first["sha256"] in page
    assert "SIMULATED" not in page
    rows = (tmp_path / "out" / "passages.csv").read_text("utf-8").splitlines()
    assert rows[1].startswith("p0,nothing,-1.0,0,")
    assert json.loads((tmp_path / "out" / "scores.json").read_text("utf-8"))["passages"] == 12


def test_no_figure_comes_of_a_truth_that_does_not_match(tmp_path, capsys, made) -> None:
    public, sealed = made
    path = Path(sealed)
    path.write_text(path.read_text("utf-8").replace("threat_metal", "nothing", 2), "utf-8")
    good, out = answers(tmp_path / "good.csv", GOOD), tmp_path / "out"
    with pytest.raises(DataFileError, match="not the truth that was committed to"):
        run("score", public, sealed, good, "--out", str(out), capsys=capsys)
    assert not out.exists()


def test_an_institute_has_one_submission(tmp_path, capsys, made) -> None:
    public, sealed = made
    good = answers(tmp_path / "good.csv", GOOD)
    with pytest.raises(DataFileError, match="two submissions of good"):
        run("score", public, sealed, good, good, capsys=capsys)


def test_every_part_explains_itself() -> None:
    assert set(trial.PARTS) == {"make", "commit", "check", "score", "open"}
    assert all(part.help for part in trial.PARTS.values())
    assert issubclass(DataFileError, StandexError)
