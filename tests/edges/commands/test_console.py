import argparse
import json

from standex.edges.commands.console import progress, say


def test_people_get_lines_and_machines_one_document(capsys) -> None:
    say(argparse.Namespace(json=False), {"a": 1}, "one [line]", "two")
    assert capsys.readouterr().out == "one [line]\ntwo\n"
    say(argparse.Namespace(json=True), {"a": 1}, "one")
    assert json.loads(capsys.readouterr().out) == {"a": 1}


def test_progress_is_not_for_machines(capsys) -> None:
    with progress(argparse.Namespace(json=True)) as bar:
        bar.add_task("work", total=1)
    assert capsys.readouterr() == ("", "")
