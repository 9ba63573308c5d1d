import argparse

import pytest

from standex.edges.commands import trial_score


def test_the_pfa_is_a_probability(capsys) -> None:
    parser = argparse.ArgumentParser()
    trial_score.add_score_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["public", "truth.json", "a.csv", "--pfa", "2"])
    assert "must be inside (0, 1)" in capsys.readouterr().err


def test_a_score_needs_a_submission(capsys) -> None:
    parser = argparse.ArgumentParser()
    trial_score.add_score_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["public", "truth.json"])
    assert "submissions" in capsys.readouterr().err
