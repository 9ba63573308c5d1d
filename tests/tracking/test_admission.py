from dataclasses import replace

import numpy as np
import pytest

from standex.model.observation import HealthReason, HealthState
from standex.model.tracks import SensorMemory, TakenScan, TrackMemory, no_tracks
from standex.tracking.admission import (
    AGREE,
    BURST,
    FEW_ROWS,
    FROZEN,
    N_BURSTS,
    admit,
    bad_rows,
    contradicted,
    misaligned,
    remembered,
    same_places,
    usable_rows,
    wrong_clock,
)

SECOND_NS = 10**9
BAD = [
    [[1, 2], [2, 1]], [[-1, 0], [0, -1]], [[0, 0], [0, 1]], [[1, 1], [1, 1]], [[1, 0.5], [0, 1]],
    [[np.nan, 0], [0, 1]], [[1, np.nan], [np.nan, 1]], [[np.inf, 0], [0, 1]],
    [[np.inf, 0], [0, 0]], [[np.inf, np.inf], [np.inf, np.inf]], [[1, 0], [0, -np.inf]],
    [[1e300, 0], [0, 1e300]], [[1e200, 1e200], [1e200, 1e200]], [[1e40, 0], [0, 1e40]],
]  # fmt: skip


def knowing(*scans, **changed) -> TrackMemory:
    """Return what is remembered when each of these was its sensor's last one."""
    sensors = {
        one.sensor_id: SensorMemory(
            last_scan=one,
            n_repeats=0,
            n_bursts=0,
            offset_site_m=np.zeros(2),
            offset_covariance_site_m2=0.09 * np.eye(2),
            sure_track_id=np.zeros(0, dtype=np.int64),
            problem=None,
        )
        for one in scans
    }
    return replace(TrackMemory(), sensors=sensors, **changed)


def admitted(memory, one, t_s: float = 1.0):
    return admit(memory, one, t_utc_ns=round(t_s * SECOND_NS), max_lag_s=0.5, max_ahead_s=5.0)


def crowd_of(scan, rng, n: int, t_s: float, sensor_id: str = "camera"):
    return scan(rng.uniform(0, 10, (n, 2)), t_s=t_s, sensor_id=sensor_id)


@pytest.mark.parametrize(
    ("t_s", "taken"), [(1.0, True), (0.5, True), (0.49, False), (6.0, True), (6.01, False)]
)
def test_a_scan_of_about_this_time_is_taken(scan, rng, t_s: float, taken: bool) -> None:
    memory = knowing(crowd_of(scan, rng, 3, 1.0))
    assert admitted(memory, crowd_of(scan, rng, 3, t_s)).is_taken == taken


def test_the_first_scan_is_of_any_time_and_size(scan, rng) -> None:
    assert admitted(TrackMemory(), crowd_of(scan, rng, 10_000, 1e6)).is_taken


@pytest.mark.parametrize("off_s", [3600.0, -3600.0])
def test_another_time_is_believed_when_enough_agree(scan, rng, off_s: float) -> None:
    memory = knowing(crowd_of(scan, rng, 3, 1.0))
    for k in range(AGREE):
        admission = admitted(memory, crowd_of(scan, rng, 3, 1.0 + off_s + k))
        memory = admission.memory
        assert admission.is_taken == admission.restarts == (k == AGREE - 1)
        told = admission.problem is not None and admission.problem.reason is HealthReason.CLOCK
        # Time ahead may be silence; time gone by may not.
        assert told == (off_s < 0 and k < AGREE - 1)
    assert memory.waiting == ()
    assert memory.recent == ()


def test_times_that_do_not_agree_are_not_believed(scan, rng) -> None:
    memory = knowing(crowd_of(scan, rng, 3, 1.0))
    for k in range(20):
        admission = admitted(memory, crowd_of(scan, rng, 3, 1e4 * (k + 1) ** 2))
        memory = admission.memory
        assert not admission.is_taken
    assert len(memory.waiting) <= AGREE


def test_a_scan_of_the_right_time_says_whose_clock_is_wrong(scan, rng) -> None:
    camera, radar = crowd_of(scan, rng, 3, 1.0), crowd_of(scan, rng, 3, 1.0, "radar")
    memory = knowing(camera, radar)
    memory = admitted(memory, crowd_of(scan, rng, 3, 3601.0, "radar")).memory
    right = crowd_of(scan, rng, 3, 1.1)
    admission = admitted(memory, right)
    assert admission.is_taken
    assert admission.memory.waiting == ()
    memory, told = contradicted(admission.memory, memory.waiting, right)
    assert [(one.sensor_id, one.reason) for one in told] == [("radar", HealthReason.CLOCK)]
    assert "3.6e+03 s ahead of the others" in told[0].message
    # Told once.
    assert contradicted(memory, (crowd_of(scan, rng, 3, 3602.0, "radar"),), right)[1] == ()
    # A sensor does not contradict itself.
    assert contradicted(memory, (crowd_of(scan, rng, 3, 3602.0),), right)[1] == ()


def test_a_fast_sensor_in_another_time_ends_nobody_whom_a_slow_one_sees(scan, rng) -> None:
    # Six scans of the wrong one come between two of the right one.
    memory = knowing(crowd_of(scan, rng, 3, 1.0), crowd_of(scan, rng, 3, 1.0, "radar"))
    for k in range(60):
        t_s = 1.0 + k / 30
        admission = admitted(memory, crowd_of(scan, rng, 3, t_s + 3600, "radar"), t_s)
        assert not admission.is_taken
        memory = admission.memory
        if k % 6 == 5:
            admission = admitted(memory, crowd_of(scan, rng, 3, t_s), t_s)
            assert admission.is_taken
            memory = admission.memory


def test_a_time_is_believed_once_the_others_are_silent_for_long(scan, rng) -> None:
    memory = knowing(crowd_of(scan, rng, 3, 1.0), crowd_of(scan, rng, 3, 1.0, "radar"))
    taken = []
    for k in range(300):
        admission = admitted(memory, crowd_of(scan, rng, 3, 3601 + k / 30, "radar"))
        memory = admission.memory
        taken.append(admission.is_taken)
        if admission.is_taken:
            break
    assert 0.5 * 30 <= len(taken) <= 10 * 30
    # Or when they are there, too.
    memory = knowing(crowd_of(scan, rng, 3, 1.0), crowd_of(scan, rng, 3, 1.0, "radar"))
    for k in range(AGREE):
        admission = admitted(memory, crowd_of(scan, rng, 3, 3601 + k, ("camera", "radar")[k % 2]))
        memory = admission.memory
    assert admission.is_taken


def test_back_in_time_sensors_are_known_as_of_then(scan, rng) -> None:
    memory = knowing(crowd_of(scan, rng, 3, 1e4), crowd_of(scan, rng, 3, 1e4, "radar"))
    for k in range(AGREE):
        one = crowd_of(scan, rng, 3, 1.0 + 2 * k, "radar")
        admission = admitted(memory, one, 1e4)
        memory = admission.memory
    assert admission.restarts
    for sensor in memory.sensors.values():
        assert sensor.last_scan.t_utc_ns <= one.t_utc_ns


def test_a_scan_that_came_already_is_ignored(scan, rng) -> None:
    last, before = crowd_of(scan, rng, 3, 1.0), crowd_of(scan, rng, 3, 0.9)
    taken = TakenScan(
        before=no_tracks(0), scan=before, coverage=None, begun=np.zeros(3, dtype=np.int64)
    )
    memory = knowing(last, recent=(taken,))
    for again in (last, before, replace(last), replace(before)):
        admission = admitted(memory, again)
        assert not admission.is_taken
        assert admission.problem is None
        assert admission.memory is memory
    assert admitted(memory, crowd_of(scan, rng, 3, 0.9)).is_taken  # of that time, but another
    assert admitted(memory, replace(before, sensor_id="radar")).is_taken


@pytest.mark.parametrize("n", [1, 10, 40])
def test_who_repeats_itself_is_frozen(scan, rng, n: int) -> None:
    first = crowd_of(scan, rng, n, 1.0)
    memory = knowing(first)
    for k in range(1, 40):
        admission = admitted(memory, replace(first, t_utc_ns=first.t_utc_ns + k * 10**8))
        memory = admission.memory
        assert admission.is_taken == (k * n < FROZEN)
        if not admission.is_taken:
            assert admission.problem is not None
            assert admission.problem.state is HealthState.FAILED
            assert "frozen" in admission.problem.message
    assert admitted(memory, crowd_of(scan, rng, n, 5.0)).is_taken


def test_nobody_again_and_again_is_no_repetition(scan) -> None:
    memory = knowing(scan([], t_s=1.0))
    for k in range(1, 30):
        admission = admitted(memory, scan([], t_s=1 + k / 10))
        memory = admission.memory
        assert admission.is_taken


def test_a_burst_is_refused_until_it_is_a_crowd(scan, rng) -> None:
    memory = knowing(crowd_of(scan, rng, 20, 1.0))
    most = FEW_ROWS + BURST * 20
    assert admitted(memory, crowd_of(scan, rng, most, 1.1)).is_taken
    for k in range(N_BURSTS + 1):
        admission = admitted(memory, crowd_of(scan, rng, most + 1, 1.1 + k / 10))
        memory = admission.memory
        assert admission.is_taken == (k == N_BURSTS)
        if k < N_BURSTS:
            assert admission.problem is not None
            assert "301 positions at once after 20" in admission.problem.message


def test_same_places_are_the_same_to_the_last_bit(scan) -> None:
    one = scan([[1, 2], [3, 4]])
    assert same_places(one, replace(one, t_utc_ns=5))
    assert not same_places(one, scan([[1, 2], [3, np.nextafter(4, 5)]]))
    assert not same_places(one, scan([[1, 2]]))


@pytest.mark.parametrize("covariance", BAD)
def test_a_covariance_that_is_none_is_left_out(scan, covariance) -> None:
    one = scan([[1, 2], [3, 4], [5, 6]])
    bad = one.covariance_site_m2.copy()
    bad[1] = covariance
    one = replace(one, covariance_site_m2=bad)
    np.testing.assert_array_equal(usable_rows(one), [True, False, True])
    with_things = replace(one, p_object=np.zeros(3))
    np.testing.assert_array_equal(usable_rows(with_things), [True, False, True])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e300])
def test_a_place_that_is_none_is_left_out(scan, value: float) -> None:
    np.testing.assert_array_equal(usable_rows(scan([[1, 2], [value, 2], [3, value]])), [1, 0, 0])


@pytest.mark.parametrize("value", [np.nan, -0.1, 1.1])
def test_a_probability_that_is_none_is_left_out(scan, value: float) -> None:
    one = scan([[1, 2], [3, 4]])
    wrong = np.array([0.5, value])
    np.testing.assert_array_equal(usable_rows(replace(one, existence=wrong)), [True, False])
    np.testing.assert_array_equal(usable_rows(replace(one, p_object=wrong)), [True, False])


def test_good_rows_are_good(scan, crowd, rng) -> None:
    _, _, heard = crowd(rng)
    one = replace(scan(heard.position_site_m), covariance_site_m2=heard.covariance_site_m2)
    assert usable_rows(one).all()
    assert usable_rows(replace(one, p_object=np.zeros(len(one.existence)))).all()
    assert usable_rows(scan([])).shape == (0,)


@pytest.mark.parametrize("clutter_per_m2", [np.nan, -0.1, np.inf])
def test_refuses_clutter_that_is_none(scan, clutter_per_m2: float) -> None:
    with pytest.raises(ValueError, match="clutter_per_m2 of camera"):
        usable_rows(scan([[1, 2]], clutter_per_m2=clutter_per_m2))


def test_says_which_row_is_bad_and_why(scan) -> None:
    one = scan([[1, 2], [np.nan, 4], [5, np.inf]])
    said = bad_rows(one, usable_rows(one))
    assert (said.state, said.reason) == (HealthState.DEGRADED, HealthReason.DATA_QUALITY)
    assert "2 of 3 positions of camera" in said.message
    assert "row 1 is at [nan,  4.]" in said.message


def test_a_problem_is_told_once_and_its_end_once(scan, rng) -> None:
    one = crowd_of(scan, rng, 3, 1.0)
    problem = wrong_clock(one, 10.0)
    memory, begun, over = remembered(TrackMemory(), one, problem)
    assert (begun, over) == ((problem,), ())
    memory, begun, over = remembered(memory, one, wrong_clock(one, 20.0))
    assert (begun, over) == ((), ())
    other = bad_rows(one, np.array([True, False, True]))
    memory, begun, over = remembered(memory, one, other)
    assert (begun, over) == ((other,), (problem,))
    memory, begun, over = remembered(memory, one, None)
    assert (begun, over) == ((), (other,))
    assert remembered(memory, one, None) == (memory, (), ())
    assert remembered(TrackMemory(), one, None)[0].sensors == {}


def offsets(scan, east_m: float, std_m: float, problem=None):
    memory = knowing(scan([[1, 2]]), scan([[1, 2]], sensor_id="radar"))
    mine = replace(
        memory.sensors["camera"],
        offset_site_m=np.array([east_m, 0.0]),
        offset_covariance_site_m2=std_m**2 * np.eye(2),
        problem=problem,
    )
    other = replace(memory.sensors["radar"], offset_covariance_site_m2=std_m**2 * np.eye(2))
    return {"camera": mine, "radar": other}


def test_misaligned_is_who_is_off_for_certain(scan) -> None:
    one = scan([[1, 2]])
    said = misaligned(one, offsets(scan, 0.3, 0.01), max_offset_m=0.25)
    assert said is not None
    assert said.reason is HealthReason.MISALIGNED
    assert "0.30 m (+0.30 east, +0.00 north" in said.message
    assert misaligned(one, offsets(scan, 0.24, 0.01), max_offset_m=0.25) is None
    assert misaligned(one, offsets(scan, 0.3, 0.1), max_offset_m=0.25) is None
    # Who was told to be off is so until well below the limit.
    assert misaligned(one, offsets(scan, 0.24, 0.01, said), max_offset_m=0.25) is not None
    assert misaligned(one, offsets(scan, 0.05, 0.01, said), max_offset_m=0.25) is None
