import argparse
import json
from pathlib import Path

import pytest

from standex.edges.commands import trial_make
from standex.edges.trial_files import open_truth, read_trial
from standex.model.errors import DataFileError, StandexError


def arguments(add, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add(parser)
    parser.set_defaults(json=True, debug=False)
    return parser.parse_args(words)


def make(*words: str) -> argparse.Namespace:
    return arguments(trial_make.add_make_arguments, *words)


@pytest.mark.slow
def test_recordings_are_made_and_their_truth_is_sealed(tmp_path, capsys) -> None:
    args = make("rome", "--recordings", "2", "--people", "8", "--out", str(tmp_path / "t"))
    assert trial_make.run_make(args) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["is_simulated"]
    trial = read_trial(Path(told["public"]), is_whole=True)
    truth, table = open_truth(Path(told["sealed"]), trial)
    assert len(truth.item_class) == told["passages"] == 16
    assert 0 < truth.is_threat.sum() < 16
    assert trial.table.origin == "simulated"
    assert len({*table.about["seeds"]}) == 2
    public = b"".join(p.read_bytes() for p in Path(told["public"]).rglob("*") if p.is_file())
    for seed in table.about["seeds"]:
        assert seed.encode() not in public


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere",), "no site"),
        (("rome", "--people", "1000"), "people wanted"),
        (("rome", "--people", "1", "--recordings", "1"), "no draw had passages with and without"),
        (("rome", "--recording", "none"), "no recording named"),
    ],
)
def test_what_cannot_be_made_is_said(tmp_path, words, said) -> None:
    with pytest.raises(StandexError, match=said):
        trial_make.run_make(make(*words, "--out", str(tmp_path / "t")))


def test_a_count_is_one_or_more(capsys) -> None:
    with pytest.raises(SystemExit):
        make("rome", "--people", "0", "--out", "x")
    assert "must be 1 or more" in capsys.readouterr().err


def test_a_list_that_gives_the_truth_away_is_refused(tmp_path) -> None:
    path = tmp_path / "both.csv"
    path.write_text("passage_id,item_class\np1,nothing\np2,threat_metal\n", "utf-8")
    args = arguments(
        trial_make.add_commit_arguments,
        *(str(path), "--passages", str(path), "--out", str(tmp_path / "t")),
    )
    with pytest.raises(DataFileError, match="it would be published"):
        trial_make.run_commit(args)
