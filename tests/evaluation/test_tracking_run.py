import numpy as np
import pytest

from standex.evaluation.tracking_looks import LookSensor
from standex.evaluation.tracking_run import follow, tracking_run
from standex.evaluation.tracking_sensor import Floor, VirtualSensor
from standex.model.ports import Tracker

HALL = Floor(min_site_m=np.zeros(2), max_site_m=np.array([9.0, 9.0]))
EASY = VirtualSensor(sigma_m=0.05, p_detect=1.0, clutter_per_m2=0.0)


@pytest.fixture
def four(scans_of):
    place = {1: (1.0, 1.0), 2: (7.0, 1.0), 3: (1.0, 7.0), 4: (7.0, 7.0)}
    return scans_of([place] * 60)


def test_each_scan_comes_once_with_its_coverage(four, scripted, rng) -> None:
    scans, seen = EASY.scans(four, HALL, rng=rng), []
    script = scripted(four)

    def tracker(tracks, positions, coverage, /):
        seen.append((tracks.t_utc_ns, positions.t_utc_ns, coverage["virtual"].t_utc_ns))
        return script(tracks, positions, coverage)

    assert isinstance(tracker, Tracker)
    assert len(list(follow(tracker, scans))) == 60
    t = four.t_utc_ns.tolist()
    assert seen == list(zip([0, *t[:-1]], t, t, strict=True))


@pytest.mark.slow
def test_a_tracker_that_knows_the_truth(four, scripted, rng) -> None:
    """Who is right in each scan has no error, and everything of the carriers is on them."""
    pytest.importorskip("trackeval", reason="the optional package trackeval is not installed")
    scans = EASY.scans(four, HALL, rng=rng)
    sensor = LookSensor(looks_per_person_s=3.0, carrier_share=0.999)
    found = tracking_run(scripted(four), four, scans, rng=rng, look_sensor=sensor)
    values = found.figures.values()
    assert values["gospa_m"] == values["switches"] == 0
    assert values["mota"] == values["idf1"] == 1
    assert len(found.figures.errors.n_found) == 40  # the first two seconds are left out
    row, footprint = (found.landing[way].shares(rng=rng) for way in ("row", "footprint"))
    assert row["on_carrier"].value == pytest.approx(1)
    assert footprint["on_carrier"].value == pytest.approx(1, abs=0.01)
    for shares in (row, footprint):
        assert shares["on_others"].value == shares["from_others"].value == 0


def test_no_longer_than_the_warm_up_is_refused(four, scripted, rng) -> None:
    short = four.cut(0, 15)
    with pytest.raises(ValueError, match="skip must be inside"):
        tracking_run(scripted(short), short, EASY.scans(short, HALL, rng=rng), rng=rng)
