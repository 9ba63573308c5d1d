"""Only what was made for this very site, is simulated and unchanged can be begun."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.exercises.exercise_file import (
    TRUTH,
    ExerciseFileError,
    ExerciseShelf,
    read_exercise,
    write_exercise,
)


@pytest.fixture
def copy(folder, tmp_path) -> Path:
    """Return a folder with one exercise, to be changed."""
    shutil.copytree(folder / "unseen", tmp_path / "unseen")
    return tmp_path


def shelf(folder, recorded, **more) -> ExerciseShelf:
    settings = {
        "site_id": recorded.SITE.site_id,
        "site_toml": recorded.SITE_TOML,
        "calibrations": tuple(recorded.CALIBRATIONS),
    }
    return ExerciseShelf(folder, **(settings | more))


def test_what_was_made_here_can_be_begun(folder, recorded) -> None:
    shown = shelf(folder, recorded).all()
    assert [(name, problem) for name, _, problem in shown] == [("one-of-two", ""), ("unseen", "")]
    one, recording = shelf(folder, recorded).opened("one-of-two")
    assert (len(one.injected), one.n_carrying) == (2, 1)
    assert recording.n_records == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"site_id": "elsewhere"}, "of site survey, this is elsewhere"),
        ({"site_toml": "another"}, "the site file has changed"),
        ({"calibrations": ("newer",)}, "calibrations have changed"),
    ],
)
def test_what_was_made_for_another_site_is_listed_with_why_not_and_refused(
    folder, recorded, more, words
) -> None:
    other = shelf(folder, recorded, **more)
    assert all(words in problem for _, _, problem in other.all())
    with pytest.raises(ExerciseFileError, match=words):
        other.opened("unseen")


def test_a_recording_that_was_changed_is_refused(copy, recorded) -> None:
    with (copy / "unseen" / "recording.mcap").open("ab") as file:
        file.write(b"more")
    with pytest.raises(ExerciseFileError, match="not the one that it was made with"):
        shelf(copy, recorded).opened("unseen")


def test_people_who_really_walked_somewhere_are_nobodys_exercise(tmp_path, recorded) -> None:
    recorded.record_exercise(tmp_path, "real", speed_m_per_s=8.0, is_simulated=False)
    with pytest.raises(ExerciseFileError, match="measured"):
        shelf(tmp_path, recorded).opened("real")


@pytest.mark.parametrize("name", ["nope", "../unseen", ""])
def test_what_is_not_in_the_folder_is_not_there(folder, recorded, name) -> None:
    with pytest.raises(ExerciseFileError, match="there is no exercise"):
        shelf(folder, recorded).opened(name)


def test_a_folder_that_is_not_there_holds_none(tmp_path, recorded) -> None:
    assert shelf(tmp_path / "none", recorded).all() == ()


@pytest.mark.parametrize("text", ["{", "[]", '{"exercise": 3}', "\xff"])
def test_a_truth_that_cannot_be_read_is_told(copy, recorded, text) -> None:
    (copy / "unseen" / TRUTH).write_bytes(text.encode("latin1"))
    ((_, one, problem),) = shelf(copy, recorded).all()
    assert one is None
    assert "cannot be read" in problem


def test_a_truth_of_another_name_or_with_a_broken_way_is_refused(copy) -> None:
    one = read_exercise(copy / "unseen")
    write_exercise(copy / "unseen", replace(one, exercise="other"))
    with pytest.raises(ExerciseFileError, match="not of 'unseen'"):
        read_exercise(copy / "unseen")
    way = replace(one.injected[0], t_s=np.full_like(one.injected[0].t_s, np.nan))
    write_exercise(copy / "unseen", replace(one, injected=(way,)))
    with pytest.raises(ExerciseFileError, match="way of person"):
        read_exercise(copy / "unseen")


def test_the_nearest_is_who_is_there_then(folder) -> None:
    one = read_exercise(folder / "one-of-two")
    first, second = one.injected
    t_s = float(second.t_s[5])
    place = second.at(t_s)
    assert place is not None
    assert one.nearest(place, t_s) == second.person
    assert one.nearest(place + 5.0, t_s) is None
    assert first.at(-1.0) is None
    assert one.nearest(place, float(second.t_s[-1]) + 1.0) is None
