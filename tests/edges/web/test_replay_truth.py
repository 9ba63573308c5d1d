import json
from dataclasses import replace

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.edges.trial_files import PassageTable, write_trial
from standex.edges.web.replay_truth import DamagedTruthError, truth_beside
from standex.model.tracks import no_tracks
from standex.station import Station

S = 10**9
START = 1_800_000_000 * S
ITEM = {"person": 2, "item_class": "threat_metal", "zone": "waist"}
WAYS = "# framerate: 10 fps\n# id frame x/m y/m z/m\n" + "".join(
    f"{person} {frame} {4 - frame / 10} {person} 1.7\n" for person in (1, 2) for frame in range(60)
)


@pytest.fixture(scope="module")
def site():
    return load_site("metro")


def write(folder, name: str, **data) -> None:
    (folder / "ways.txt").write_text(WAYS)
    (folder / name).write_text(json.dumps({"items": [ITEM], "ways": "ways.txt", **data}))


def followed(site, truth, y_m: float, *, for_s: float = 4.0) -> dict:
    """Hold somebody who walks along with the truth against it."""
    picture = Station.of(site, {}, {}).start(START)
    for k in range(round(for_s * 10)):
        tracks = replace(
            no_tracks(START + k * S // 10),
            track_id=np.array([7]),
            mean=np.array([[4 - k / 10, y_m, -1.0, 0.0]]),
            covariance=np.eye(4)[None],
            existence=np.ones(1),
            is_confirmed=np.ones(1, dtype=bool),
            last_seen_utc_ns=np.array([START]),
            descriptor=np.zeros((1, 0)),
            p_object=np.zeros(1),
        )
        truth.take(replace(picture, t_utc_ns=tracks.t_utc_ns, tracks=tracks))
    return truth.of(7)


@pytest.mark.parametrize("name", ["run.truth.json", "truth.json"])
def test_who_walks_where_the_truth_does_carried_what_it_says(tmp_path, site, name) -> None:
    write(tmp_path, name)
    truth = truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START)
    assert truth is not None
    assert followed(site, truth, 2.1) == {"carried": "threat_metal", "is_threat": True}


def test_who_carried_nothing_carried_nothing(tmp_path, site) -> None:
    write(tmp_path, "truth.json")
    truth = truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START)
    assert truth is not None
    assert followed(site, truth, 0.9) == {"carried": "nothing", "is_threat": False}


def test_of_whoever_was_near_nobody_or_only_once_nothing_is_said(tmp_path, site) -> None:
    write(tmp_path, "truth.json")
    for y_m, for_s in ((9.0, 4.0), (2.0, 0.3)):
        truth = truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START)
        assert truth is not None
        assert followed(site, truth, y_m, for_s=for_s) == {}
        assert truth.of(8) == {}


def test_ways_with_a_time_of_their_own_are_held_at_that_time(tmp_path, site) -> None:
    write(tmp_path, "truth.json", ways_start_utc_ns=START - 2 * S)
    truth = truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START)
    assert truth is not None
    assert followed(site, truth, 2.0) == {}  # by then that person was two metres further on


def test_without_a_truth_nothing_is_known(tmp_path, site) -> None:
    assert truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START) is None


@pytest.mark.parametrize("text", ["{}", "{", "[1]", '{"items": [], "ways": "gone.txt"}'])
def test_a_damaged_truth_is_not_taken_for_none(tmp_path, site, text) -> None:
    (tmp_path / "truth.json").write_text(text)
    with pytest.raises(DamagedTruthError) as damaged:
        truth_beside(tmp_path / "run.mcap", site, started_utc_ns=START)
    assert str(damaged.value)
    assert str(tmp_path) not in str(damaged.value)  # a page is told why, and not where


def test_of_a_sealed_trial_not_even_that_it_is_there_is_told(tmp_path, site) -> None:
    _, sealed = write_trial(
        tmp_path / "trial",
        title="a trial",
        origin="simulated",
        site_id=site.site_id,
        classes=("nothing", "threat_metal"),
        passages=[{"passage_id": "p1"}, {"passage_id": "p2"}],
        truth=[
            PassageTable(passage_id="p1", item_class="threat_metal"),
            PassageTable(passage_id="p2", item_class="nothing"),
        ],
    )
    recording = sealed.with_name("run.mcap")
    assert truth_beside(recording, site, started_utc_ns=START) is None
