import numpy as np
import pytest
from scipy.stats import binom

from standex.evaluation.tracking_looks import (
    ITEMS,
    Looks,
    LookSensor,
    attach,
    landed,
    ledger_fuser,
    looked,
)
from standex.evaluation.tracking_sensor import Floor, VirtualSensor

HALL = Floor(min_site_m=np.zeros(2), max_site_m=np.array([9.0, 9.0]))
TWO = {1: (2.0, 2.0), 2: (7.0, 7.0)}


@pytest.fixture
def made(scans_of, rng):
    """Return two people in 20 scans, all of them seen, and a maker of looks at them."""
    truth = scans_of([TWO] * 20)
    scans = VirtualSensor(sigma_m=0.05, p_detect=1.0).scans(truth, HALL, rng=rng)

    def make(scan, person, llr, row):
        place = np.array([TWO[one] for one in person], dtype=float).reshape(-1, 2)
        return Looks(
            scan=np.array(scan),
            person=np.array(person),
            llr=np.array(llr, dtype=float),
            position_site_m=place,
            row=np.array(row),
        )

    return truth, scans, make


def taken(tracker, scans, looks, way, sensor=None):
    passages = {}
    for scan, positions in enumerate(scans.positions):
        update = tracker(None, positions, {})
        passages = attach(
            passages,
            update,
            looks,
            scan=scan,
            way=way,
            sensor=sensor or LookSensor(),
            fuser=ledger_fuser(),
        )
    return passages


def test_everybody_is_hit_as_often_as_stated(scans_of, rng) -> None:
    crowd = {k: (k % 30, k // 30) for k in range(300)}
    truth = scans_of([crowd] * 50)
    scans = VirtualSensor(p_detect=0.5).scans(truth, HALL, rng=rng)
    sensor = LookSensor(looks_per_person_s=0.5, carrier_share=0.3)
    carriers = sensor.carriers(truth, rng=rng)
    looks = sensor.looks(truth, scans, carriers, skip=10, rng=rng)
    low, high = binom.interval(1 - 1e-6, 300, 0.3)
    assert low <= len(carriers) <= high
    low, high = binom.interval(1 - 1e-6, 300 * 40, 0.05)
    assert low <= len(looks.scan) <= high
    assert looks.scan.min() >= 10
    assert (np.diff(looks.scan) >= 0).all()
    for k in range(len(looks.scan)):
        source = scans.source[looks.scan[k]]
        if looks.row[k] < 0:
            assert looks.person[k] not in source
        else:
            assert source[looks.row[k]] == looks.person[k]
    has_row = looked(looks, "row")
    assert abs(has_row.mean() - 0.5) < 0.15
    assert looked(looks, "footprint").all()


def test_its_ratio_means_what_it_says(scans_of, rng) -> None:
    """A likelihood ratio is its own: among others, exp(llr) has mean one."""
    truth = scans_of([{k: (k, 0) for k in range(2000)}] * 2, step_s=1.0)
    scans = VirtualSensor().scans(truth, HALL, rng=rng)
    sensor = LookSensor(looks_per_person_s=1.0, mean_llr=0.5)
    carriers = sensor.carriers(truth, rng=rng)
    looks = sensor.looks(truth, scans, carriers, skip=0, rng=rng)
    theirs = np.isin(looks.person, carriers)
    assert looks.llr[theirs].mean() == pytest.approx(0.5, abs=0.15)
    assert looks.llr[~theirs].var() == pytest.approx(1.0, rel=0.15)
    assert np.exp(looks.llr[~theirs]).mean() == pytest.approx(1.0, abs=0.2)
    assert np.exp(-looks.llr[theirs]).mean() == pytest.approx(1.0, abs=0.3)


def test_a_look_that_is_surely_theirs_lands_whole(made, scripted, scans_of) -> None:
    _, scans, make = made
    row = int(np.flatnonzero(scans.source[4] == 1)[0])
    looks = make([4], [1], [2.5], [row])
    tracker = scripted(scans_of([{11: TWO[1], 12: TWO[2]}] * 20))
    passages = taken(tracker, scans, looks, "row")
    assert list(landed(passages)) == [(0, 11, pytest.approx(2.5))]
    assert set(passages) == {11, 12}
    (entry,) = passages[11].entries
    assert entry.sensor_id == "virtual"
    assert entry.counts
    p_threat, _ = ITEMS.p_threat(passages[11].log_posterior)
    assert p_threat > ITEMS.p_threat(passages[12].log_posterior)[0]


def test_without_a_position_only_the_footprint_attaches(made, scripted, scans_of) -> None:
    """Five metres from anybody else, a footprint is as good as whole: clutter takes the rest."""
    _, scans, make = made
    looks = make([4], [1], [2.5], [-1])
    tracker = scripted(scans_of([{11: TWO[1], 12: TWO[2]}] * 20))
    assert not list(landed(taken(tracker, scans, looks, "row")))
    ((look, track, llr),) = landed(taken(tracker, scans, looks, "footprint"))
    assert (look, track) == (0, 11)
    sensor = LookSensor()
    density = 1 / (2 * np.pi * (sensor.sigma_m**2 + 1e-4))
    b = density / (density + sensor.clutter_per_m2)
    assert llr == pytest.approx(np.log(1 + b * (np.exp(2.5) - 1)))


def test_a_footprint_between_two_says_less_of_each(made, scripted, scans_of) -> None:
    """Two tracks at one place share a look: about half a weight each, and both are told."""
    _, scans, make = made
    looks = make([4], [1], [4.0], [-1])
    tracker = scripted(scans_of([{11: TWO[1], 12: (2.0, 2.0)}] * 20))
    found = list(landed(taken(tracker, scans, looks, "footprint")))
    assert [track for _, track, _ in found] == [11, 12]
    for _, _, llr in found:
        assert llr == pytest.approx(np.log(1 + 0.5 * (np.exp(4.0) - 1)), abs=0.1)
        assert llr < 4


def test_a_look_at_nobody_followed_lands_nowhere(made, scripted, scans_of) -> None:
    _, scans, make = made
    looks = make([4], [1], [2.5], [-1])
    passages = taken(scripted(scans_of([{12: TWO[2]}] * 20)), scans, looks, "footprint")
    assert not list(landed(passages))
