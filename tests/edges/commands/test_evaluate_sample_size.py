import json

import pytest

from standex.edges.cli import main


def test_numbers_are_told_to_people_and_machines(capsys):
    assert main(["evaluate", "sample-size", "--rate", "0.05", "--half-width", "0.01"]) == 0
    out = capsys.readouterr().out
    assert "2,181 passages: 0.05 seen gives" in out
    assert "2,167 passages" in out
    assert main(["evaluate", "sample-size", "--at-least", "0.99", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["passages_without_a_miss"] == 299


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "give --half-width, or --at-least"),
        (["--half-width", "1e-8"], "needs more than"),
        (["--half-width", "2"], "must be inside (0, 1)"),
        (["--rate", "1.2", "--half-width", "0.1"], "must be inside 0..1"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(capsys, words, said):
    assert main(["evaluate", "sample-size", *words]) == 2
    assert said in capsys.readouterr().err
