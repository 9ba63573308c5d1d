from pathlib import Path

import numpy as np
import pytest

from standex.edges.tracking_sets import SET_NAMES, SETS, chosen_sets, load_set
from standex.evaluation.tracking_sensor import floor_of, is_splined, truth_of
from standex.model.errors import StandexError

SHIPPED = ("lyon-square-1a", "lyon-square-2a", "corridor")


def test_shipped_sets_are_always_there() -> None:
    sets, absent = chosen_sets(None, None)
    assert tuple(one.name for one in sets) == SHIPPED
    assert set(absent) == set(SET_NAMES) - {*SHIPPED}
    assert all("STANDEX_DATA" in why for why in absent.values())


def test_an_empty_folder_has_none_of_the_others(tmp_path) -> None:
    sets, absent = chosen_sets(None, tmp_path)
    assert len(sets) == 3
    assert all("is not there" in why for why in absent.values())
    folder = tmp_path / "trajectories" / "ucy" / "zara01"
    folder.mkdir(parents=True)
    (folder / "obsmat.txt").write_text("")
    assert [one.name for one in chosen_sets(None, tmp_path)[0]] == [*SHIPPED, "shopping-street"]


def test_what_is_asked_for_must_be_there(tmp_path) -> None:
    (one,), absent = chosen_sets(("corridor",), None)
    assert one.name == "corridor"
    assert not absent
    with pytest.raises(StandexError, match=r"no set 'moon'; there are lyon-square-1a"):
        chosen_sets(("moon",), None)
    with pytest.raises(StandexError, match=r"set campus-square: no folder of data is named"):
        chosen_sets(("campus-square",), None)
    with pytest.raises(StandexError, match=r"set campus-square: .*obsmat.txt is not there"):
        chosen_sets(("corridor", "campus-square"), tmp_path)
    with pytest.raises(StandexError, match="no folder of data is named"):
        load_set(SETS[-1], None)


@pytest.mark.slow
def test_a_shipped_set_is_loaded() -> None:
    (one,), _ = chosen_sets(("lyon-square-1a",), None)
    recording = load_set(one, None)
    assert len(recording.people) == 85
    assert not is_splined(recording)
    truth = truth_of(recording, from_s=one.from_s, lasts_s=one.lasts_s)
    assert len(truth.t_utc_ns) == 99
    assert floor_of(truth).area_m2 < 80


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.parametrize("one", [one for one in SETS if one.path], ids=lambda one: one.name)
def test_recorded_sets_are_people_who_walk(data_dir: Path, one) -> None:
    """Whatever the format, the truth is of people: not running, on a floor of a size.

    The floor of the concourse was fitted by hand: far from the camera its people are too fast.
    """
    recording = load_set(one, data_dir)
    truth = truth_of(recording, from_s=one.from_s, lasts_s=one.lasts_s)
    order = np.lexsort((truth.scan, truth.who))
    near = (np.diff(truth.who[order]) == 0) & (np.diff(truth.scan[order]) == 1)
    step_m = np.hypot(*np.diff(truth.position_site_m[order], axis=0)[near].T)
    assert np.quantile(step_m, 0.999) < (0.9 if one.homography else 0.45)
    assert 0.005 < np.median(step_m) < 0.16
    assert 30 < floor_of(truth).area_m2 < 3500
    assert is_splined(recording) == (one.frame_rate_hz is not None)
