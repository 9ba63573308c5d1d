from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.decision.passages import (
    crossed,
    follow,
    joined_past_screening,
    new_passage,
    seconds_in_reach,
)
from standex.model.picture import Outcome, Passage, PassageKind
from standex.model.site import Line, LineRole, Site
from standex.model.tracks import Tracks
from standex.testing.examples import T_UTC_NS, example_passage

# North to south at x = 0, so that forward is west.
LINE = Line(
    line_id="l",
    role=LineRole.SCREENED,
    level_id="concourse",
    from_site_m=np.array([0.0, 4.0]),
    to_site_m=np.array([0.0, 0.0]),
)
METRES = st.floats(-20, 20)


def step(before, after) -> bool:
    return bool(crossed(LINE, np.array([before], dtype=float), np.array([after], dtype=float))[0])


@pytest.mark.parametrize(
    ("before", "after", "is_crossed"),
    [
        ((0.1, 2), (-0.1, 2), True),
        ((0.1, 2), (0.0, 2), True),  # on the line is over it
        ((0.0, 2), (-0.1, 2), False),  # and not once more
        ((-0.1, 2), (0.1, 2), False),  # backwards
        ((0.2, 2), (0.1, 2), False),
        ((0.1, 4.4), (-0.1, 4.4), True),  # half a metre to spare
        ((0.1, 4.6), (-0.1, 4.6), False),
        ((0.1, 9), (-0.1, 9), False),
        ((1.0, 5.8), (-1.0, 3.0), True),  # at y = 4.4
        ((0.1, 2.0), (-0.9, 9.0), True),  # at y = 2.7
        ((0.1, 9.0), (-1.0, 2.0), False),  # at y = 8.4
        ((0.1, 0.0), (-3.9, -40.0), False),  # at y = -1
    ],
)
def test_forward_and_between_the_ends(before, after, is_crossed) -> None:
    assert step(before, after) is is_crossed


@given(METRES, METRES, METRES, METRES)
def test_there_and_back_is_crossed_once_at_most(x0, y0, x1, y1) -> None:
    assert not (step((x0, y0), (x1, y1)) and step((x1, y1), (x0, y0)))


@given(st.lists(st.tuples(METRES, METRES, METRES, METRES), max_size=5))
def test_many_steps_are_each_their_own(steps) -> None:
    ends = np.array(steps, dtype=float).reshape(-1, 4)
    together = crossed(LINE, ends[:, :2], ends[:, 2:])
    assert together.tolist() == [step(row[:2], row[2:]) for row in ends]


def tracks(*rows, t_s=0.0, is_confirmed=True, p_object=0.0) -> Tracks:
    n = len(rows)
    t_utc_ns = T_UTC_NS + round(t_s * 1e9)
    return Tracks(
        t_utc_ns=t_utc_ns,
        track_id=np.array([row[0] for row in rows], dtype=np.int64),
        mean=np.array([row[1:] for row in rows], dtype=float).reshape(n, 4),
        covariance=np.tile(0.01 * np.eye(4), (n, 1, 1)),
        existence=np.ones(n),
        is_confirmed=np.full(n, is_confirmed),
        last_seen_utc_ns=np.full(n, t_utc_ns - 1),
        next_track_id=100,
        descriptor=np.zeros((n, 0)),
        p_object=np.full(n, p_object),
    )


def moved(passages, *rows, site: Site, **changes) -> dict[int, Passage]:
    return follow(passages, tracks(*rows, **changes), site=site, log_prior=site.log_prior())


@pytest.fixture(scope="module")
def screened(site: Site) -> Site:
    return replace(site, lines=(LINE,))


def test_the_confirmed_have_passages(screened: Site) -> None:
    assert moved({}, (1, 1, 2, -1, 0), site=screened, is_confirmed=False) == {}
    begun = moved({}, (1, 1, 2, -1, 0.5), (7, 3, 3, 0, 0), site=screened)
    assert set(begun) == {1, 7}
    assert begun[1].verdict.outcome is Outcome.PENDING
    assert begun[1].position_site_m.tolist() == [1, 2]
    assert begun[1].velocity_site_m_per_s.tolist() == [-1, 0.5]
    assert not begun[1].covered.any()
    np.testing.assert_array_equal(begun[1].log_posterior, screened.log_prior())


def test_who_has_no_track_stays_as_they_were(screened: Site) -> None:
    begun = moved({}, (1, 1, 2, -1, 0), (7, 3, 3, 0, 0), site=screened)
    later = moved(begun, (7, 2, 3, 0, 0), site=screened, t_s=1.0)
    assert later[1] is begun[1]
    assert later[7].last_utc_ns == T_UTC_NS + 10**9 - 1
    assert later[7].first_utc_ns == begun[7].first_utc_ns
    assert moved(begun, site=screened) == begun


def test_past_screening_once_over_the_line_and_for_good(screened: Site) -> None:
    passages: dict[int, Passage] = {}
    was_past = []
    for x in (1.0, 0.1, -0.1, 0.3):
        passages = moved(passages, (1, x, 2, -1, 0), (2, x, 9, -1, 0), site=screened)
        was_past.append((passages[1].is_past_screening, passages[2].is_past_screening))
    assert was_past == [(False, False), (False, False), (True, False), (True, False)]


def test_an_exit_line_is_not_a_screening_line(site: Site) -> None:
    other = replace(site, lines=(replace(LINE, role=LineRole.EXIT),))
    passages = moved({}, (1, 0.1, 2, -1, 0), site=other)
    assert not moved(passages, (1, -0.1, 2, -1, 0), site=other)[1].is_past_screening


def in_reach(site: Site, *exits: Line, at=(3.0, 2.0), velocity=(-1.5, 0.4)) -> float:
    passage = replace(
        example_passage(site, track_id=1, position_site_m=at),
        velocity_site_m_per_s=np.array(velocity, dtype=float),
    )
    return seconds_in_reach(passage, replace(site, lines=exits))


EXIT = replace(LINE, role=LineRole.EXIT)


@given(st.floats(0.01, 20), st.floats(0.06, 3), st.floats(-3, 3))
def test_seconds_in_reach_are_distance_over_speed(site, ahead_m, speed, aside) -> None:
    left_s = in_reach(site, EXIT, at=(ahead_m, 2.0), velocity=(-speed, aside))
    assert left_s == pytest.approx(ahead_m / speed, rel=1e-9)


def test_the_nearest_exit_ahead_counts(site: Site) -> None:
    further = replace(EXIT, from_site_m=np.array([-3.0, 4.0]), to_site_m=np.array([-3.0, 0.0]))
    assert in_reach(site, further, EXIT) == in_reach(site, EXIT, further) == pytest.approx(2.0)


@pytest.mark.parametrize(
    "way",
    [
        {"velocity": (1.0, 0.0)},  # backwards
        {"velocity": (0.0, 1.0)},  # along
        {"velocity": (0.0, 0.0)},
        {"at": (-1.0, 2.0)},  # has left
        {"velocity": (np.nan, 0.0)},
    ],
)
def test_not_known_when_no_exit_lies_ahead(site: Site, way) -> None:
    assert in_reach(site, EXIT, **way) == -1.0
    assert in_reach(site, LINE) == -1.0  # a screening line is no exit


def test_somebody_new_is_not_covered(site: Site) -> None:
    passage = new_passage(
        3,
        t_utc_ns=5,
        position_site_m=np.zeros(2),
        velocity_site_m_per_s=np.zeros(2),
        log_prior=site.log_prior(),
    )
    assert (passage.first_utc_ns, passage.last_utc_ns) == (5, 5)
    assert not passage.covered.any()
    assert passage.entries == ()


@pytest.mark.parametrize(
    ("was_past", "from_x", "to_x", "is_past"),
    [
        (False, 1.0, -1.0, True),  # went over the line where nobody looked
        (True, -1.0, -3.0, True),
        (True, -3.0, 5.0, False),  # came back, and is ahead of the sensors again
        (False, 3.0, 1.0, False),
    ],
)
def test_joined_across_the_screening_line(screened, was_past, from_x, to_x, is_past) -> None:
    earlier = example_passage(screened, track_id=1, position_site_m=(from_x, 2.0))
    later = example_passage(screened, track_id=2, position_site_m=(to_x, 2.0))
    earlier = replace(earlier, is_past_screening=was_past)
    assert joined_past_screening(earlier, later, screened) is is_past
    assert joined_past_screening(earlier, replace(later, is_past_screening=True), screened)


def test_the_next_line_is_shown(screened: Site) -> None:
    begun = moved({}, (1, 3, 2, -1.0, 0), (2, 3, 2, 1.0, 0), (3, 3, 2, 0, 0), site=screened)
    there = begun[1].next_line
    assert there is not None
    assert there.line_id == "l"
    assert there.median_s == pytest.approx(3.0, rel=0.05)
    assert begun[2].next_line is None  # walks away
    assert begun[3].next_line is not None
    assert begun[3].next_line.median_s == np.inf


def test_a_thing_is_a_thing_until_it_is_rather_not(screened: Site) -> None:
    passages: dict[int, Passage] = {}
    kinds = []
    for p_object in (0.0, 0.6, 0.3, 0.1):
        passages = moved(passages, (1, 1, 2, 0, 0), site=screened, p_object=p_object)
        kinds.append(passages[1].kind)
    person, thing = PassageKind.PERSON, PassageKind.THING
    assert kinds == [person, thing, thing, person]
    assert moved({}, (1, 1, 2, 0, 0), site=screened, p_object=0.9)[1].next_line is None
