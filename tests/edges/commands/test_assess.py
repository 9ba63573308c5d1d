import argparse
import json
import tomllib
from pathlib import Path

import pytest

from standex.edges.commands import assess
from standex.model.errors import StandexError

EXAMPLE = Path(__file__).parents[3] / "docs" / "how-to" / "threat-assessment.toml"


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    assess.add_arguments(parser)
    parser.set_defaults(json=False, debug=False)
    return parser.parse_args([str(EXAMPLE), *words])


@pytest.mark.slow
def test_it_leaves_priors_report_and_data(tmp_path, capsys) -> None:
    args = arguments("--out", str(tmp_path))
    args.json = True
    assert assess.run(args) == 0
    told = json.loads(capsys.readouterr().out)
    assert Path(told["report"]).read_text("utf-8").startswith("<!doctype html>")
    left = json.loads((tmp_path / "assessment.json").read_text("utf-8"))
    assert left["prior_per_person"] == told["prior_per_person"]
    priors = tomllib.loads((tmp_path / "priors.toml").read_text("utf-8"))["items"]
    assert set(priors["prior_per_person"]) == set(left["prior_per_person"])


@pytest.mark.slow
def test_a_person_reads_priors_and_what_they_need(tmp_path, capsys) -> None:
    words = ("--weighting", "equal", "--place", "corridor", "--time", "rush")
    assert assess.run(arguments("--out", str(tmp_path), *words)) == 0
    told = capsys.readouterr().out
    assert "# For people of corridor, rush only." in told
    assert "likelihood ratio of" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--cutoff", "0.99"), "no expert reaches the calibration cutoff"),
        (("--place", "roof"), "unknown place 'roof'"),
        (("--site", "gate"), "unknown item class"),
        (("--site", "nowhere"), "no site 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, words, said) -> None:
    with pytest.raises(StandexError, match=said):
        assess.run(arguments("--out", str(tmp_path), *words))


def test_a_cutoff_is_a_share(capsys) -> None:
    with pytest.raises(SystemExit):
        arguments("--cutoff", "1.5")
    assert "must be from 0 to 1" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_said(tmp_path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(StandexError, match="name another folder"):
        assess.run(arguments("--out", str(tmp_path / "f")))
