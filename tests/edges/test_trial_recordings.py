import numpy as np
import pytest

from standex.edges.recording.reader import Recording
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.trial_recordings import EMPTY_S, record_passages, some_people
from standex.model.errors import StandexError
from standex.twin.carry import EXERCISE

SECRET = 2**127 + 12345


def test_people_come_one_after_another_into_an_empty_room(rng) -> None:
    whole = load_shipped("corridor")
    walk = some_people(whole, 5, rng=rng)
    assert len(walk.people) == 5
    assert walk.frame.min() == round(EMPTY_S * walk.frame_rate_hz)
    entered = {int(p): int(whole.frame[whole.person == p].min()) for p in whole.people}
    in_turn = sorted(entered, key=lambda p: (entered[p], p))
    places = sorted(in_turn.index(int(p)) for p in walk.people)
    assert places[-1] - places[0] == 4


@pytest.mark.parametrize("n", [0, 10**6])
def test_so_many_people_there_are_not(rng, n) -> None:
    with pytest.raises(StandexError, match="people wanted"):
        some_people(load_shipped("corridor"), n, rng=rng)


@pytest.mark.slow
def test_a_recording_has_raw_records_and_nothing_else(tmp_path, rng) -> None:
    walk = some_people(load_shipped("corridor"), 3, rng=rng)
    path = tmp_path / "r01.mcap"
    found = record_passages(
        path,
        site=load_site("rome"),
        site_toml=site_text("rome"),
        walk=walk,
        carry=EXERCISE,
        seed=SECRET,
    )
    recording = Recording.open(path)
    assert recording.origin == "simulated"
    assert recording.is_complete
    assert recording.n_steps == 0
    assert recording.n_records == sum(1 for _ in recording.records()) > 0
    assert list(recording.hints()) == []
    times = [record.t_utc_ns for record in recording.records()]
    assert times == sorted(times)
    assert [one.person for one in found] == walk.people.tolist()
    for one in found:
        assert times[0] < one.public["from_utc_ns"] < one.public["to_utc_ns"] < times[-1]
        assert "person" not in one.public
    assert str(SECRET).encode() not in path.read_bytes()


@pytest.mark.slow
def test_the_seed_alone_makes_it_again(tmp_path) -> None:
    def made(name: str, seed: int) -> list:
        walk = some_people(load_shipped("corridor"), 3, rng=np.random.default_rng(3))
        record_passages(
            tmp_path / name,
            site=load_site("rome"),
            site_toml=site_text("rome"),
            walk=walk,
            carry=EXERCISE,
            seed=seed,
        )
        records = Recording.open(tmp_path / name).records()
        return [{k: v.tolist() for k, v in record.arrays.items()} for record in records]

    assert made("a.mcap", SECRET) == made("b.mcap", SECRET) != made("c.mcap", SECRET + 1)
