from importlib import resources

import numpy as np
import pytest

from standex.edges.trajectories.assemble import median_speeds_m_per_s
from standex.edges.trajectories.shipped import load_shipped, shipped_names, shipped_recordings
from standex.model.errors import DataFileError


@pytest.mark.parametrize(
    ("name", "people", "speed_m_per_s"),
    [("corridor", 148, 1.45), ("lyon-square-1a", 85, 0.7), ("lyon-square-2a", 77, 0.6)],
)
def test_people_and_speeds_are_those_of_the_source(
    name: str, people: int, speed_m_per_s: float
) -> None:
    trajectories = load_shipped(name)
    assert trajectories.name == name
    assert len(trajectories.people) == people
    assert np.median(median_speeds_m_per_s(trajectories)) == pytest.approx(speed_m_per_s, rel=0.1)


@pytest.mark.parametrize("recording", shipped_recordings(), ids=lambda recording: recording.name)
def test_index_says_what_the_files_hold(recording) -> None:
    trajectories = load_shipped(recording.name)
    assert len(trajectories.people) == recording.people
    assert trajectories.duration_s == pytest.approx(recording.duration_s, abs=0.5)
    assert np.all((trajectories.height_m > 1) & (trajectories.height_m < 2.2))
    assert "MIT" in recording.licence
    assert all("doi" in text for text in recording.citation)


def test_every_shipped_file_is_in_the_index_and_nothing_else() -> None:
    folder = resources.files("standex").joinpath("recordings")
    files = {file.name for file in folder.iterdir() if file.name.endswith(".gz")}
    assert files == {recording.file for recording in shipped_recordings()}
    assert len(set(shipped_names())) == len(shipped_names())


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(DataFileError, match=r"'lyon'.*corridor, lyon-square-1a, lyon-square-2a"):
        load_shipped("lyon")
