import numpy as np
import pytest

from standex.evaluation.tracking_landing import joined, landing_of
from standex.evaluation.tracking_looks import Looks, LookSensor, attach, ledger_fuser
from standex.evaluation.tracking_scans import Whereabouts
from standex.evaluation.tracking_sensor import VirtualSensor

LLR = 2.0
A, B = (2.0, 2.0), (7.0, 7.0)
CARRIER = np.array([1])


@pytest.fixture
def land(scans_of, scripted):
    """Return where looks land: one of ``LLR`` at each of ``people`` in each scan."""

    def run(truth: Whereabouts, script: list, people: list[int]):
        sensor, report = VirtualSensor(), scans_of(script)
        at = [
            (scan, person, row, truth.at(scan)[1][row])
            for scan in range(len(truth.t_utc_ns))
            for row, person in enumerate(truth.at(scan)[0].tolist())
            if person in people
        ]
        looks = Looks(
            scan=np.array([one[0] for one in at]),
            person=np.array([one[1] for one in at]),
            llr=np.full(len(at), LLR),
            position_site_m=np.array([one[3] for one in at]),
            row=np.array([one[2] for one in at]),
        )
        tracker, passages = scripted(report), {}
        for scan, t_utc_ns in enumerate(truth.t_utc_ns.tolist()):
            update = tracker(None, sensor.positions(truth.at(scan)[1], t_utc_ns), {})
            passages = attach(
                passages, update, looks, scan=scan, way="row",
                sensor=LookSensor(), fuser=ledger_fuser(),
            )  # fmt: skip
        return landing_of(passages, looks, CARRIER, way="row", truth=truth, report=report)

    return run


def parts(landing) -> dict[str, float]:
    names = ("drawn", "on_carrier", "on_others", "stranded", "from_others")
    return {name: float(getattr(landing, name).sum()) for name in names}


def test_a_perfect_tracker_lands_everything(scans_of, land) -> None:
    truth = scans_of([{1: A, 2: B}] * 10)
    found = land(truth, [{11: A, 12: B}] * 10, [1])
    assert found.person.tolist() == [1]
    assert parts(found) == pytest.approx(
        {"drawn": 20, "on_carrier": 20, "on_others": 0, "stranded": 0, "from_others": 0}
    )


def test_a_new_number_strands_what_was_known(scans_of, land) -> None:
    truth = scans_of([{1: A, 2: B}] * 10)
    found = land(truth, [{11: A, 12: B}] * 6 + [{13: A, 12: B}] * 4, [1])
    assert parts(found) == pytest.approx(
        {"drawn": 20, "on_carrier": 8, "on_others": 0, "stranded": 12, "from_others": 0}
    )


def test_swapped_numbers_put_it_on_the_other(scans_of, land) -> None:
    """What was known of each is the other's now, and the carrier has what was said of the other."""
    truth = scans_of([{1: A, 2: B}] * 10)
    found = land(truth, [{11: A, 12: B}] * 6 + [{12: A, 11: B}] * 4, [1, 2])
    assert parts(found) == pytest.approx(
        {"drawn": 20, "on_carrier": 8, "on_others": 12, "stranded": 0, "from_others": 12}
    )


def test_what_happens_after_the_carrier_has_left_is_not_theirs(scans_of, land) -> None:
    """Their track jumps to somebody else afterwards: at the end of their way it was on them."""
    truth = scans_of([{1: A, 2: B}] * 6 + [{2: B}] * 4)
    found = land(truth, [{11: A, 12: B}] * 6 + [{11: B}] * 4, [1])
    assert parts(found)["on_carrier"] == pytest.approx(12)
    assert parts(found)["on_others"] == 0


def test_a_carrier_lost_before_the_end_has_nothing(scans_of, land) -> None:
    """Twelve scans unseen are more than the second that is looked back."""
    truth = scans_of([{1: A, 2: B}] * 20)
    found = land(truth, [{11: A, 12: B}] * 8 + [{12: B}] * 12, [1])
    assert parts(found) == pytest.approx(
        {"drawn": 40, "on_carrier": 0, "on_others": 0, "stranded": 16, "from_others": 0}
    )
    found = land(truth, [{11: A, 12: B}] * 12 + [{12: B}] * 8, [1])
    assert parts(found)["on_carrier"] == pytest.approx(24)


def test_nobody_near_is_nobodys(scans_of, land) -> None:
    """A track of nobody that takes the looks: they are stranded, whoever it was."""
    truth = scans_of([{1: A, 2: B}] * 10)
    off = (A[0] + 0.8, A[1])  # near enough to take the row, too far to be the person
    found = land(truth, [{11: off, 12: B}] * 10, [1])
    assert parts(found) == pytest.approx(
        {"drawn": 20, "on_carrier": 0, "on_others": 0, "stranded": 20, "from_others": 0}
    )


def test_shares_are_of_what_was_drawn(scans_of, land, rng) -> None:
    truth = scans_of([{1: A, 2: B}] * 10)
    one = land(truth, [{11: A, 12: B}] * 10, [1])
    other = land(truth, [{11: A, 12: B}] * 5 + [{13: A, 12: B}] * 5, [1])
    both = joined([one, other])
    assert both.person.tolist() == [1, 1]
    shares = both.shares(rng=rng)
    assert shares["on_carrier"].value == pytest.approx(0.75)
    assert shares["stranded"].value == pytest.approx(0.25)
    assert shares["on_carrier"].low == pytest.approx(0.5)
    assert shares["on_carrier"].high == pytest.approx(1.0)


def test_no_look_at_a_carrier_has_no_share(scans_of, land, rng) -> None:
    truth = scans_of([{1: A, 2: B}] * 3)
    found = land(truth, [{11: A, 12: B}] * 3, [2])
    assert not len(found.person)
    with pytest.raises(ValueError, match="no case"):
        found.shares(rng=rng)
