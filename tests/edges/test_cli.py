import json
import subprocess
import sys

import pytest

from standex.edges.cli import COMMANDS, main
from standex.model.errors import StandexError


@pytest.mark.parametrize("words", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_every_command_explains_itself(words: list[str], capsys) -> None:
    assert main(words) == 0
    assert "usage: standex" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[], ["nonsense"], ["replay"], ["demo", "--seed", "-1"], ["demo", "--duration", "nan"]]
)
def test_wrong_words_are_one_line_on_stderr(words: list[str], capsys) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("standex")


def test_an_error_is_said_without_a_traceback_unless_asked_for(capsys, tmp_path) -> None:
    words = ["replay", str(tmp_path / "none.mcap")]
    assert main(words) == 2
    err = capsys.readouterr().err
    assert "none.mcap" in err
    assert "Traceback" not in err
    assert main([*words, "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def raising(error):
    def run(args):
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (StandexError("mend it"), 2),
        (BaseExceptionGroup("", [KeyboardInterrupt()]), 130),
        (ExceptionGroup("", [ExceptionGroup("", [StandexError("mend it")])]), 2),
    ],
)
def test_how_a_command_ends_is_its_exit_code(error, code, monkeypatch, capsys) -> None:
    monkeypatch.setattr("standex.edges.commands.sites.run", raising(error))
    assert main(["sites"]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_a_fault_of_ours_keeps_its_traceback(monkeypatch) -> None:
    monkeypatch.setattr("standex.edges.commands.sites.run", raising(RuntimeError("bug")))
    with pytest.raises(RuntimeError, match="bug"):
        main(["sites"])


@pytest.mark.parametrize("name", ["sites", "recordings"])
def test_machines_get_one_document(name: str, capsys) -> None:
    assert main([name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[name]


@pytest.mark.slow
def test_help_and_one_command_load_no_other() -> None:
    code = "import sys; from standex.edges.cli import main; main({!r}); print(*sys.modules)"

    def loaded(words: list[str]) -> list[str]:
        ran = subprocess.run(
            [sys.executable, "-c", code.format(words)], capture_output=True, text=True, check=True
        )
        return ran.stdout.split()

    for_help = loaded(["--help"])
    assert not [name for name in for_help if name.startswith("standex.edges.commands.")]
    assert "numpy" not in for_help
    mine = [name for name in loaded(["sites"]) if name.startswith("standex.edges.commands.")]
    assert "standex.edges.commands.sites" in mine
    assert "standex.edges.commands.serve" not in mine
