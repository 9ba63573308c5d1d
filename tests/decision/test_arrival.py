from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from standex.decision.arrival import LONGEST_S, Pace, forward, next_lines, time_to_reach
from standex.model.picture import NextLine
from standex.model.site import Line, LineRole
from standex.model.tracks import Modes, Tracks, no_tracks

PACE = Pace()
SURELY = np.tile(1e-12 * np.eye(2), (1, 1, 1))


def line(line_id: str, x_m: float) -> Line:
    """Return a line from north to south: forward is west."""
    return Line(
        line_id=line_id,
        role=LineRole.REID,
        level_id="ground",
        from_site_m=np.array([x_m, 4.0]),
        to_site_m=np.array([x_m, 0.0]),
    )


LINES = (line("second", -4.0), line("first", 0.0))


def people(*rows, sigma_m=0.1, sigma_m_per_s=0.1, standing=None) -> Tracks:
    n = len(rows)
    mean = np.array(rows, dtype=float).reshape(n, 4)
    variance = [sigma_m**2, sigma_m**2, sigma_m_per_s**2, sigma_m_per_s**2]
    covariance = np.tile(np.diag(variance), (n, 1, 1))
    modes = None
    if standing is not None:
        modes = Modes(
            mean=np.repeat(mean[:, None], 2, axis=1),
            covariance=np.repeat(covariance[:, None], 2, axis=1),
            probability=np.tile([1 - standing, standing], (n, 1)),
        )
    return replace(
        no_tracks(0),
        track_id=np.arange(1, n + 1),
        mean=mean,
        covariance=covariance,
        existence=np.ones(n),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.zeros(n, dtype=np.int64),
        descriptor=np.zeros((n, 0)),
        p_object=np.zeros(n),
        modes=modes,
    )


def ahead(tracks: Tracks, lines=LINES) -> list[NextLine | None]:
    return next_lines(tracks, np.arange(len(tracks.track_id)), lines, pace=PACE)


def test_distance_over_speed_where_all_is_known() -> None:
    steady = Pace(wander_m_per_s=1e-6)
    for ahead_m, speed in ((1.0, 1.0), (9.0, 1.5), (30.0, 0.4)):
        times = time_to_reach(np.array([ahead_m]), np.array([speed]), SURELY, pace=steady)
        np.testing.assert_allclose(times[:, 0], ahead_m / speed, rtol=1e-3)


@given(st.floats(0.1, 40), st.floats(-2, 2), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_the_quantiles_ascend(ahead_m, speed, sigma_m, sigma_m_per_s) -> None:
    spread = np.diag([sigma_m**2, sigma_m_per_s**2])[None]
    early, middle, late = time_to_reach(np.array([ahead_m]), np.array([speed]), spread, pace=PACE)[
        :, 0
    ]
    assert 0 < early <= middle <= late
    assert late == np.inf or late <= LONGEST_S


@given(st.floats(0.5, 20), st.floats(0.3, 2), st.floats(0.01, 0.3))
def test_the_less_is_known_the_wider(ahead_m, speed, sigma) -> None:
    def width(scale: float) -> np.ndarray:
        spread = np.diag([(scale * sigma) ** 2, (scale * 0.1) ** 2])[None]
        early, _, late = time_to_reach(np.array([ahead_m]), np.array([speed]), spread, pace=PACE)
        return late - early if np.isfinite(late) else np.full(1, np.inf)

    assert width(2.0) >= width(1.0)


@pytest.mark.slow
@pytest.mark.parametrize("ahead_m", [2.0, 10.0, 25.0])
def test_the_interval_holds_on_simulated_walkers(ahead_m, rng: np.random.Generator) -> None:
    """Walkers whose speed varies, known to within errors; nine of ten arrive inside."""
    n, dt_s = 1500, 0.02
    sigma_m, sigma_m_per_s = 0.12, 0.15
    speed = np.clip(rng.normal(1.3, 0.2, size=n), 0.6, None)
    fade = np.exp(-dt_s / PACE.wander_s)
    place, deviation = np.zeros(n), np.zeros(n)
    arrived_s = np.full(n, np.inf)
    for step in range(1, 6000):
        place += dt_s * (speed + deviation)
        kick = PACE.wander_m_per_s * np.sqrt(1 - fade**2) * rng.standard_normal(n)
        deviation = fade * deviation + kick
        arrived_s = np.where((place >= ahead_m) & ~np.isfinite(arrived_s), step * dt_s, arrived_s)
        if np.isfinite(arrived_s).all():
            break
    told_m = ahead_m + sigma_m * rng.standard_normal(n)
    told_m_per_s = speed + sigma_m_per_s * rng.standard_normal(n)
    spread = np.tile(np.diag([sigma_m**2, sigma_m_per_s**2]), (n, 1, 1))
    early, middle, late = time_to_reach(told_m, told_m_per_s, spread, pace=PACE)
    for quantile, share in ((early, 0.05), (middle, 0.5), (late, 0.95)):
        low, high = binom.interval(1 - 1e-4, n, share)
        # First passage is a little earlier than being beyond: 2 % of the walkers are allowed.
        assert low - 0.02 * n <= (arrived_s <= quantile).sum() <= high + 0.02 * n


def test_the_first_line_ahead_counts() -> None:
    before, between, behind, away = ahead(
        people((3, 2, -1, 0), (-1, 2, -1, 0), (-5, 2, -1, 0), (3, 2, 1, 0))
    )
    assert before is not None
    assert between is not None
    assert (before.line_id, between.line_id) == ("first", "second")
    assert before.median_s == pytest.approx(3.0, rel=0.05)
    assert behind is None
    assert away is None
    assert ahead(people((3, 2, -1, 0)), lines=()) == [None]
    assert ahead(people()) == []


def test_nobody_is_there_before_a_runner() -> None:
    (there,) = ahead(people((6, 2, -1.5, 0), sigma_m_per_s=0.5))
    assert there is not None
    assert there.not_before_s == pytest.approx(6 / PACE.fastest_m_per_s)
    assert there.not_before_s <= there.earliest_s < there.median_s < there.latest_s


@pytest.mark.parametrize(
    "tracks",
    [people((3, 2, 0, 0)), people((3, 2, 0.02, 0.03)), people((3, 2, -1, 0), standing=0.7)],
)
def test_who_stands_is_expected_never_and_could_come(tracks) -> None:
    (there,) = ahead(tracks)
    assert there is not None
    assert there.line_id == "first"
    assert (there.earliest_s, there.median_s, there.latest_s) == (np.inf,) * 3
    assert there.not_before_s == 1.0


def test_who_rather_walks_than_stands_is_expected() -> None:
    (there,) = ahead(people((3, 2, -1, 0), standing=0.3))
    assert there is not None
    assert np.isfinite(there.latest_s)


def test_turning_the_site_changes_no_time() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    four = np.kron(np.eye(2), turn)
    tracks = people((6, 2, -1.2, 0.1), sigma_m=0.2, sigma_m_per_s=0.2)
    turned = replace(
        tracks, mean=tracks.mean @ four.T, covariance=four @ tracks.covariance @ four.T
    )
    lines = tuple(
        replace(one, from_site_m=turn @ one.from_site_m, to_site_m=turn @ one.to_site_m)
        for one in LINES
    )
    (one,), (other,) = ahead(tracks), ahead(turned, lines)
    assert one is not None
    assert other is not None
    assert other.median_s == pytest.approx(one.median_s, rel=1e-6)
    assert other.latest_s == pytest.approx(one.latest_s, rel=1e-6)


def test_forward_is_to_the_right() -> None:
    np.testing.assert_allclose(forward(LINES[0]), [-1, 0])


@pytest.mark.parametrize("change", [{"wander_s": 0}, {"fastest_m_per_s": np.inf}])
def test_a_pace_that_means_nothing_is_refused(change) -> None:
    (name,) = change
    with pytest.raises(ValueError, match=name):
        Pace(**change)
