from dataclasses import fields, is_dataclass, replace

import numpy as np
import pytest

from standex.model.observation import HealthReason
from standex.model.ports import Tracker
from standex.model.tracks import Tracks, no_tracks
from standex.tracking import settle_kernel, step_kernel
from standex.tracking.compiled import AVAILABLE
from standex.tracking.motion import combined
from standex.tracking.tracker import CrowdTracker

TRACKER = CrowdTracker()
NUMPY = CrowdTracker(kernel="numpy")


def follow(
    scans, coverage, tracks: Tracks | None = None, tracker: CrowdTracker = TRACKER
) -> Tracks:
    tracks = no_tracks(0) if tracks is None else tracks
    for one in scans:
        tracks = tracker(tracks, one, coverage).tracks
    return tracks


@pytest.fixture
def seen(scan, rng):
    """Return a scan of people where they are, but for a centimetre."""

    def make(place_site_m, **changed):
        place = np.asarray(place_site_m, dtype=float).reshape(-1, 2)
        return scan(place + rng.normal(0, 0.01, place.shape), **changed)

    return make


@pytest.fixture
def covered(look):
    return {"camera": look()}


@pytest.fixture
def pair(seen, covered) -> Tracks:
    """Two confirmed people, 4 m apart, at 0.9 s."""
    return follow([seen([[3, 5], [7, 5]], t_s=k / 10) for k in range(10)], covered)


def assert_same(one: object, other: object) -> None:
    """Assert that two values are equal, bit for bit, with all that is in them."""
    if is_dataclass(one):
        assert type(one) is type(other)
        for field in fields(one):
            assert_same(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, tuple):
        assert isinstance(other, tuple)
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    elif isinstance(one, dict):
        assert isinstance(other, dict)
        assert one.keys() == other.keys()
        for key, value in one.items():
            assert_same(value, other[key])
    else:
        np.testing.assert_array_equal(one, other)


def weights(association, n_tracks: int = 2) -> np.ndarray:
    """Return the weights of all rows with the first tracks."""
    dense = np.zeros((len(association.nobody), n_tracks))
    for row in range(len(dense)):
        track_id, weight = association.of_row(row)
        dense[row, track_id - 1] = weight
    return dense


def test_is_a_tracker() -> None:
    assert isinstance(TRACKER, Tracker)


@pytest.mark.parametrize("clutter_per_m2", [0.0, 0.02, 0.05])
def test_third_detection_confirms(seen, covered, clutter_per_m2: float) -> None:
    tracks, confirmed = no_tracks(0), []
    for k in range(4):
        one = seen([[5, 5]], t_s=k / 10, clutter_per_m2=clutter_per_m2)
        tracks = TRACKER(tracks, one, covered).tracks
        confirmed.append(bool(tracks.is_confirmed[0]))
    assert confirmed == [False, False, True, True]
    np.testing.assert_array_equal(tracks.track_id, [1])
    assert tracks.next_track_id == 2


def test_much_clutter_takes_longer(seen, covered) -> None:
    walk = [seen([[5, 5]], t_s=k / 10, clutter_per_m2=0.5) for k in range(8)]
    assert not follow(walk[:3], covered).is_confirmed[0]
    assert follow(walk, covered).is_confirmed[0]


def test_what_the_sensor_doubts_takes_longer(seen, covered) -> None:
    doubted = [seen([[5, 5]], t_s=k / 10, existence=0.3) for k in range(4)]
    assert not follow(doubted[:3], covered).is_confirmed[0]
    assert follow(doubted, covered).is_confirmed[0]


def test_association_sums_to_one_and_names_people(pair: Tracks, scan, covered) -> None:
    update = TRACKER(pair, scan([[7, 5], [3.1, 5], [9, 9]], t_s=1.0), covered)
    association = update.association
    weight = weights(association)
    np.testing.assert_allclose(weight.sum(axis=1) + association.nobody, 1, rtol=1e-12)
    np.testing.assert_allclose(weight, [[0, 1], [1, 0], [0, 0]], atol=0.01)
    assert (association.sensor_id, association.t_utc_ns) == ("camera", 1_000_000_000)
    np.testing.assert_array_equal(update.tracks.track_id, [1, 2, 3])
    np.testing.assert_array_equal(update.tracks.is_confirmed, [True, True, False])


def test_a_second_row_on_a_person_is_half_a_newcomer(pair: Tracks, scan, covered) -> None:
    update = TRACKER(pair, scan([[2.9, 5], [3.1, 5], [7, 5]], t_s=1.0), covered)
    np.testing.assert_allclose(weights(update.association)[:2, 0], 0.5, atol=0.03)
    np.testing.assert_allclose(
        update.tracks.existence[2:], 0.5 * TRACKER.birth_existence, rtol=0.05
    )


def copied(value: object) -> object:
    """Return a value with arrays of its own."""
    if is_dataclass(value):
        return replace(value, **{f.name: copied(getattr(value, f.name)) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(map(copied, value))
    if isinstance(value, dict):
        return {key: copied(one) for key, one in value.items()}
    return value.copy() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("kernel", ["numpy", "auto"])
@pytest.mark.parametrize("t_s", [1.0, 0.75])
def test_same_input_same_output_and_input_untouched(
    pair: Tracks, scan, covered, rng, kernel, t_s: float
) -> None:
    tracker = CrowdTracker(kernel=kernel)
    one = scan(rng.uniform(0, 10, (40, 2)), t_s=t_s)
    before = copied(pair)
    first, second = tracker(pair, one, covered), tracker(pair, one, covered)
    assert_same(first, second)
    assert_same(pair, before)


def test_states_are_those_of_the_modes(pair: Tracks, scan, covered) -> None:
    tracks = follow([scan([[3.05, 5], [9, 9]], t_s=1.0)], covered, pair)
    assert tracks.modes is not None
    mean, covariance = combined(tracks.modes)
    np.testing.assert_allclose(tracks.mean, mean, atol=1e-12)
    np.testing.assert_allclose(tracks.covariance, covariance, atol=1e-12)


def test_gone_where_somebody_looked(pair: Tracks, scan, covered) -> None:
    empty = [scan([], t_s=1 + k / 10) for k in range(6)]
    assert len(follow(empty[:1], covered, pair).track_id) == 2
    assert len(follow(empty, covered, pair).track_id) == 0


@pytest.mark.parametrize("other", ["no coverage", "elsewhere", "other level", "other sensor"])
def test_not_gone_where_nobody_looked(pair: Tracks, scan, look, other: str) -> None:
    coverage = {
        "no coverage": {},
        "elsewhere": {"camera": look(low_site_m=(100, 100), high_site_m=(110, 110))},
        "other level": {"camera": look(level_id="first")},
        "other sensor": {"radar": look(sensor_id="radar")},
    }[other]
    empty = [scan([], t_s=1 + k / 10) for k in range(20)]
    kept = follow(empty, coverage, pair)
    assert kept.is_confirmed.all()
    np.testing.assert_array_equal(kept.track_id, [1, 2])
    np.testing.assert_allclose(kept.existence, pair.existence * 0.97**2, rtol=1e-6)
    longer = [scan([], t_s=3 + k) for k in range(4)]
    assert len(follow(longer, coverage, kept).track_id) == 0


def test_a_dead_sensor_makes_nobody_disappear(pair: Tracks, scan, look) -> None:
    coverage = {"camera": look(), "radar": look(p_report=0.0, sensor_id="radar")}
    silent = [scan([], t_s=1 + k / 10, sensor_id="radar") for k in range(20)]
    np.testing.assert_array_equal(follow(silent, coverage, pair).track_id, [1, 2])


def test_seen_just_outside_of_coverage_is_still_the_same(seen, look) -> None:
    coverage = {"camera": look(high_site_m=(5, 10))}
    walk = [seen([[4 + 0.13 * k, 5]], t_s=k / 10) for k in range(20)]
    tracks = follow(walk, coverage)
    np.testing.assert_array_equal(tracks.track_id, [1])


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [2, 10, 30])
def test_one_number_at_any_usual_rate(scan, look, rng, rate_hz: int) -> None:
    coverage = {"camera": look(high_site_m=(60, 12))}
    tracks, numbers = no_tracks(0), set()
    for k in range(20 * rate_hz):
        place = [1.3 * k / rate_hz, 5] + rng.normal(0, 0.15, 2)
        tracks = TRACKER(tracks, scan(place, t_s=k / rate_hz), coverage).tracks
        numbers |= set(tracks.track_id[tracks.is_confirmed].tolist())
    assert len(numbers) == 1


def test_who_comes_out_of_the_shadow_has_the_old_number(pair: Tracks, scan, seen, look) -> None:
    shadow = {"camera": look(p_report=0.0)}
    lost = follow([scan([], t_s=4.5)], shadow, pair)
    back = [seen([[3.5, 5.5]], t_s=4.6 + k / 10) for k in range(3)]
    first = TRACKER(lost, back[0], shadow)
    np.testing.assert_array_equal(first.tracks.track_id, [1, 2, 3])
    assert first.association.nobody[0] == 1
    third = follow(back[:2], shadow, lost)
    update = TRACKER(third, back[2], shadow)
    np.testing.assert_array_equal(update.tracks.track_id[update.tracks.is_confirmed], [1, 2])
    assert 3 not in update.tracks.track_id
    np.testing.assert_allclose(update.tracks.mean[0, :2], [3.5, 5.5], atol=0.05)
    np.testing.assert_array_equal(update.association.pair_track_id, [1])
    assert update.association.pair_weight[0] > 0.8


def test_two_sensors_share_people(seen, look) -> None:
    coverage = {"a": look(sensor_id="a"), "b": look(sensor_id="b", p_report=0.6)}
    scans = [
        seen([[2 + 0.065 * k, 5]], t_s=k / 20, sensor_id="ab"[k % 2], sigma_m=0.1 + 0.2 * (k % 2))
        for k in range(40)
    ]
    tracks = follow(scans, coverage)
    np.testing.assert_array_equal(tracks.track_id, [1])
    np.testing.assert_allclose(tracks.mean[0, 2], 1.3, atol=0.05)


def test_a_late_scan_is_put_in_its_place(pair: Tracks, seen, scan, covered) -> None:
    scans = [seen([[3, 5], [7, 5]], t_s=0.95 + k / 10) for k in range(4)]
    late = scan([[3.2, 5.1]], t_s=1.0)
    update = TRACKER(follow(scans, covered, pair), late, covered)
    in_order = follow([scans[0], late, *scans[1:]], covered, pair)
    assert update.tracks.t_utc_ns == 1_250_000_000
    assert update.association.t_utc_ns == late.t_utc_ns
    assert_same(replace(update.tracks, memory=pair.memory), replace(in_order, memory=pair.memory))
    at_once = TRACKER(follow(scans[:1], covered, pair), late, covered)
    assert_same(update.association, at_once.association)
    assert update.problems == update.over == ()


def test_who_begins_in_a_late_scan_has_a_number_nobody_had(pair: Tracks, seen, covered) -> None:
    both, east, west = [[3, 5], [7, 5]], [[1, 1]], [[9, 9]]
    tracks = follow([seen([*both, *east, *west], t_s=1.0)], covered, pair)
    np.testing.assert_array_equal(tracks.track_id, [1, 2, 3, 4])
    # The late scan saw the fourth first: they begin then, and another has their old number never.
    tracks = follow([seen([*both, *west], t_s=0.95)], covered, tracks)
    np.testing.assert_array_equal(tracks.track_id, [1, 2, 3, 5])
    np.testing.assert_allclose(tracks.mean[2:, :2], [[1, 1], [9, 9]], atol=0.1)
    assert tracks.next_track_id == 6
    more = [seen([*both, *east, *west], t_s=1.1 + k / 10) for k in range(2)]
    tracks = follow(more, covered, tracks)
    np.testing.assert_array_equal(tracks.track_id, [1, 2, 3, 5])
    assert tracks.is_confirmed.all()


def test_a_scan_that_is_too_old_changes_nobody_and_is_told(pair: Tracks, scan, covered) -> None:
    update = TRACKER(pair, scan([[3, 5]], t_s=0.3), covered)
    (told,) = update.problems
    assert told.reason is HealthReason.CLOCK
    assert "camera is 0.6 s behind the others" in told.message
    assert_same(replace(update.tracks, memory=pair.memory), pair)
    np.testing.assert_array_equal(update.association.nobody, [1])


@pytest.mark.parametrize("clutter_per_m2", [np.nan, -0.1, np.inf])
def test_refuses_clutter_that_is_none(scan, covered, clutter_per_m2: float) -> None:
    with pytest.raises(ValueError, match="clutter_per_m2 of camera"):
        TRACKER(no_tracks(0), scan([[1, 2]], clutter_per_m2=clutter_per_m2), covered)


def test_refuses_columns_of_different_length(scan, covered) -> None:
    one = scan([[1, 2], [3, 4]])
    for name in ("existence", "covariance_site_m2", "descriptor"):
        short = {name: getattr(one, name)[:1]}
        with pytest.raises((ValueError, TypeError), match=r"2 places|existence|n"):
            TRACKER(no_tracks(0), replace(one, **short), covered)


def test_clothes_and_things_go_with_people(seen, covered) -> None:
    coat = np.array([[1.0, 0.0], [0.0, 1.0]])
    tracks = no_tracks(0)
    for k in range(30):
        one = seen([[3, 5], [7, 5]], t_s=k / 10)
        dressed = replace(one, descriptor=coat, p_object=np.array([0.0, 0.9]))
        tracks = TRACKER(tracks, dressed, covered).tracks
    np.testing.assert_allclose(tracks.descriptor, coat, atol=0.01)
    np.testing.assert_allclose(tracks.p_object, [0, 0.9], atol=0.05)


def test_whoever_walks_out_of_the_area_has_gone(seen, look) -> None:
    here = CrowdTracker(area_site_m=np.array([[0.0, 0.0], [6.0, 10.0]]))
    walk = [seen([[5 + 0.15 * k, 5]], t_s=k / 10) for k in range(6)]
    silent = [seen([], t_s=0.6 + k / 10) for k in range(40)]
    np.testing.assert_array_equal(follow(walk, {}, tracker=here).is_present, [True, False])
    np.testing.assert_array_equal(follow(walk + silent[:30], {}).is_present, [True])
    assert len(follow(walk + silent[:30], {}, tracker=here).track_id) == 0


@pytest.mark.skipif(not AVAILABLE, reason="needs Numba")
@pytest.mark.slow
def test_the_loops_are_compiled_once_whatever_the_arrays(seen, look) -> None:
    tracker = CrowdTracker(kernel="compiled", gate=4, lost_std_m=1)  # pyright: ignore
    tracker.warm_up()
    before = (len(step_kernel._step.signatures), len(settle_kernel._settle.signatures))
    coverage = look(cell_m=1.0)
    tracks = no_tracks(0)
    for k in range(12):
        one = seen([[3, 5], [7, 5], [1, 1]][: k % 4], t_s=k / 10)
        wide = np.pad(one.position_site_m, ((0, 0), (0, 1)))
        for place in (one.position_site_m, wide[:, :2]):
            place.flags.writeable = k % 2 == 0
            odd = replace(one, position_site_m=place, t_utc_ns=one.t_utc_ns + k)
            tracks = tracker(tracks, odd, {"camera": coverage} if k % 3 else {}).tracks
    after = (len(step_kernel._step.signatures), len(settle_kernel._settle.signatures))
    assert after == before


@pytest.mark.parametrize(
    "setting",
    [{"gate": 0.0}, {"sharpness": np.nan}, {"birth_existence": 0.96},
     {"end_existence": 0.2}, {"p_survive_per_s": 1.01}, {"max_lag_s": -1.0},
     {"min_p_report": 1.0}, {"max_tentative": 0}, {"max_unseen_s": np.inf},
     {"max_pairs_per_track": 0}, {"max_offset_m": 0.0},
     {"wall_site_m": np.full((1, 2, 2), np.nan)}, {"area_site_m": np.zeros((2, 2))}],
)  # fmt: skip
def test_refuses_settings_that_mean_nothing(setting) -> None:
    with pytest.raises(ValueError, match=next(iter(setting))):
        CrowdTracker(**setting)


def test_refuses_a_kernel_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("standex.tracking.compiled.AVAILABLE", False)
    with pytest.raises(ValueError, match=r"standex\[tracking\]"):
        CrowdTracker(kernel="compiled")
    assert not CrowdTracker().is_compiled
    assert not NUMPY.is_compiled
