import argparse

import pytest

from standex.edges.cli import main, make_parser
from standex.edges.commands.evaluate import PARTS

NEEDED = {"site": ["metro"], "recordings": ["a.mcap"]}  # what some parts cannot do without
NO_OUT = ("vapour", "sample-size")  # parts that leave no file


def test_help_says_what_there_is(capsys) -> None:
    assert main(["evaluate", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for words in (*PARTS, "simulated", "recorded people"):
        assert words in said


@pytest.mark.parametrize("what", PARTS)
def test_each_part_runs_with_its_own_arguments(monkeypatch, what: str) -> None:
    ran: list[argparse.Namespace] = []
    monkeypatch.setattr(PARTS[what], "run", lambda args: ran.append(args) or 0)
    out = [] if what in NO_OUT else ["--out", "there"]
    assert main(["evaluate", what, *NEEDED.get(what, []), *out]) == 0
    (args,) = ran
    assert args.what == what
    assert not out or str(args.out) == "there"


@pytest.mark.parametrize("what", PARTS)
@pytest.mark.parametrize("flag", ["json", "debug"])
def test_flags_of_all_commands_come_before_or_after(what: str, flag: str) -> None:
    parser = make_parser()
    part = [what, *NEEDED.get(what, [])]
    for words in (["evaluate", f"--{flag}", *part], ["evaluate", *part, f"--{flag}"]):
        assert getattr(parser.parse_args(words), flag)
    assert not getattr(parser.parse_args(["evaluate", *part]), flag)


@pytest.mark.parametrize("words", [[], ["vapour"], ["microwave", "--sets", "corridor"]])
def test_what_is_not_there_is_said_in_a_line(capsys, monkeypatch, words) -> None:
    monkeypatch.delenv("STANDEX_DATA", raising=False)
    assert main(["evaluate", *words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
