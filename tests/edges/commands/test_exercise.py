"""The command makes exercises in the folder of a service, and lists what can be begun."""

import json

import pytest

from standex.edges.cli import main
from standex.edges.commands import exercise as command
from standex.edges.exercises.exercise_file import Exercise, ExerciseFileError
from standex.edges.exercises.make import MadeExercise

CONFIG = """
[[sources]]
name = "people"
kind = "twin"
settings = { people = "corridor" }
[exercises]
folder = "drills"
"""


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "service.toml"
    path.write_text(CONFIG)
    return path


def test_all_kinds_are_made_in_the_folder_that_the_service_names(
    config, tmp_path, monkeypatch, capsys
) -> None:
    asked = []

    def made(folder, kind, **more):
        asked.append((folder, kind.exercise, more["seed"], more["may_replace"]))
        told = Exercise(
            exercise=kind.exercise,
            site_id="metro",
            site_digest="",
            calibrations=(),
            recording_sha256="",
            duration_s=9.0,
            seed=4,
            made_utc_ns=1,
            software_version="",
            injected=(),
        )
        return MadeExercise(folder=folder, exercise=told, n_noticed=1, n_false=0)

    monkeypatch.setattr(command, "make_exercise", made)
    assert (
        main(["exercise", "make", "metro", "--config", str(config), "--seed", "4", "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert said["origin"] == "simulated"
    kinds = [kind.exercise for kind in command.KINDS]
    assert [one["exercise"] for one in said["made"]] == kinds
    assert asked == [(tmp_path / "drills", kind, 4, False) for kind in kinds]
    assert main(["exercise", "make", "metro", "--config", str(config), "--kind", kinds[1]]) == 0
    assert "SIMULATED" in capsys.readouterr().out
    assert [one[1] for one in asked[len(kinds) :]] == [kinds[1]]


def test_what_cannot_be_made_is_told_in_words(config, monkeypatch, capsys) -> None:
    def refuses(*_, **__):
        raise ExerciseFileError("it is there already")

    monkeypatch.setattr(command, "make_exercise", refuses)
    assert main(["exercise", "make", "metro", "--config", str(config)]) == 2
    assert "there already" in capsys.readouterr().err


def test_a_list_says_what_is_there_and_what_is_wrong_with_it(config, tmp_path, capsys) -> None:
    assert main(["exercise", "list", "metro", "--config", str(config)]) == 0
    assert "holds none" in capsys.readouterr().out
    broken = tmp_path / "drills" / "broken"
    broken.mkdir(parents=True)
    (broken / "exercise.json").write_text("{")
    assert main(["exercise", "list", "metro", "--config", str(config), "--json"]) == 1
    (one,) = json.loads(capsys.readouterr().out)["exercises"]
    assert one["exercise"] == "broken"
    assert "cannot be read" in one["problem"]
