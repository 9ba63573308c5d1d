"""The scorer on cases made by hand: right, swapped, lost, joined, joined wrongly."""

import numpy as np
import pytest

from standex.edges.settings import load_site
from standex.evaluation.chain_carry import NO_LINKS, Links, links_of
from standex.evaluation.chain_failures import Failures
from standex.evaluation.chain_lines import Crossings, chain_of
from standex.evaluation.chain_moments import moments_of
from standex.evaluation.chain_run import ChainLog, Mark, Sample
from standex.evaluation.chain_score import (
    Cause,
    Known,
    PassageOutcome,
    causes_of,
    score,
)
from standex.model.event import PersonRejoined
from standex.twin.scene import PeopleNow

LINES = chain_of(load_site("rome"))
SPEED = 1.25  # 0.125 m a frame: Init at frame 80, Re-ID at 192, Exit at 280
STEP_NS = 10**8
Y_M = (0.0, 1.0)


class TwoAbreast:
    """Visits 1 and 2 walk side by side, 1 m apart, from x = -10 m."""

    def at(self, t_utc_ns: int) -> PeopleNow:
        x_m = -10.0 + SPEED * t_utc_ns * 1e-9
        return PeopleNow(
            t_utc_ns=t_utc_ns,
            person=np.array([1, 2]),
            position_site_m=np.array([[x_m, y] for y in Y_M]),
            velocity_site_m_per_s=np.tile([SPEED, 0.0], (2, 1)),
            heading_rad=np.zeros(2),
            walked_m=np.zeros(2),
            height_m=np.full(2, 1.75),
        )


def shown(frame: int, *tracks: tuple[int, int, int, int]) -> Sample:
    """Return a sample: number, whose place (1 or 2), from frame, to frame."""
    now = TwoAbreast().at(frame * STEP_NS)
    there = sorted((n, whose) for n, whose, first, last in tracks if first <= frame < last)
    n = len(there)
    x_m = now.position_site_m[0, 0]
    next_row = int(np.searchsorted([0.0, 14.0, 25.0], x_m, side="right"))
    left_s = (np.array([0.0, 14.0, 25.0, np.inf])[next_row] - x_m) / SPEED
    return Sample(
        t_utc_ns=frame * STEP_NS,
        track_id=np.array([number for number, _ in there], dtype=np.int64),
        position_site_m=np.array([now.position_site_m[w - 1] for _, w in there]).reshape(-1, 2),
        is_seen=np.ones(n, dtype=bool),
        line=np.full(n, next_row if next_row < 3 else -1),
        arrival_s=np.tile([left_s - 0.5, left_s + 0.5], (n, 1)),
    )


def scored(
    *tracks: tuple[int, int, int, int],
    marks: tuple[int, int] = (11, 12),
    links: Links = NO_LINKS,
    failed_2d: bool = False,
    same_party: bool = True,
) -> tuple[PassageOutcome, ...]:
    unseen_s = np.full((2, 2, 2), np.nan)
    if failed_2d:
        unseen_s[0, 0] = 10.0, 13.0
    visit = np.array([1, 2])
    known = Known(
        crossings=Crossings(
            visit=visit,
            frame=np.tile([80, 192, 280], (2, 1)),
            place_site_m=np.zeros((2, 3, 2)),
            n_other=0,
        ),
        failures=Failures(
            visit=visit,
            unseen_s=unseen_s,
            command_s=np.full(2, 0.15),
            is_lost=np.zeros(2, dtype=bool),
        ),
        areas_s=np.tile([[8.0, 18.0], [20.4, 28.0]], (2, 1, 1)),
        start_utc_ns=0,
        frame_rate_hz=10.0,
        party=np.array([0, 0]) if same_party else np.array([0, 1]),
        is_return=np.array([False, True]),
        lines=LINES[1:],
        line_row=(1, 2),
    )
    log = ChainLog(
        samples=tuple(shown(frame, *tracks) for frame in range(300)),
        marks=tuple(Mark(visit=v, t_utc_ns=82 * STEP_NS, track_id=marks[v - 1]) for v in (1, 2)),
        joins=(),
    )
    return score(moments_of(log, TwoAbreast()), log.marks, links, known)


def joined(t_frame: int, earlier: int, later: int) -> PersonRejoined:
    return PersonRejoined(
        t_utc_ns=t_frame * STEP_NS,
        track_id=later,
        earlier_track_id=earlier,
        p_same=0.9,
        is_final=True,
        reason="made up",
    )


def test_who_is_followed_all_the_way_is_right() -> None:
    for one in scored((11, 1, 0, 300), (12, 2, 0, 300)):
        assert one.is_shown
        assert one.is_shown_at_line
        assert one.is_handed_over
        assert one.share_shown == 1.0
        assert (one.cause, one.n_numbers) == (Cause.NONE, 1)


def test_predicted_arrivals_are_held_against_the_crossing() -> None:
    one, _ = scored((11, 1, 0, 300), (12, 2, 0, 300))
    assert [(a.line, a.ahead_m) for a in one.arrivals] == [
        ("re_id", 7.0), ("re_id", 3.0), ("exit", 7.0), ("exit", 3.0),
    ]  # fmt: skip
    for arrival in one.arrivals:
        assert arrival.is_held
        assert arrival.took_s == pytest.approx(arrival.ahead_m / SPEED, abs=0.11)


@pytest.mark.parametrize(
    ("frame", "same_party", "cause"),
    [(120, True, Cause.SWAP_GROUP), (120, False, Cause.SWAP), (195, True, Cause.SWAP_GAP_GROUP),
     (195, False, Cause.SWAP_GAP)],
)  # fmt: skip
def test_two_numbers_that_change_over_are_two_errors(frame, same_party, cause) -> None:
    tracks = ((11, 1, 0, frame), (11, 2, frame, 300), (12, 2, 0, frame), (12, 1, frame, 300))
    for one in scored(*tracks, same_party=same_party):
        assert not one.is_handed_over
        assert one.cause is cause
        assert one.error_s == pytest.approx(frame / 10 - 0.1)
        assert 0 < one.share_shown < 1


def test_a_swap_while_a_part_failed_is_told_as_such() -> None:
    tracks = ((11, 1, 0, 120), (11, 2, 120, 300), (12, 2, 0, 120), (12, 1, 120, 300))
    assert causes_of(scored(*tracks, failed_2d=True)) == {Cause.SWAP_2D: 2}


def test_who_ends_at_the_gap_and_is_joined_is_right_and_else_lost() -> None:
    tracks = ((11, 1, 0, 190), (13, 1, 206, 300), (12, 2, 0, 300))
    lost, other = scored(*tracks)
    assert (lost.is_shown, lost.is_handed_over, lost.cause) == (False, False, Cause.LOST_GAP)
    assert other.is_handed_over
    found, _ = scored(*tracks, links=links_of([joined(207, 11, 13)]))
    assert (found.is_shown, found.is_handed_over, found.numbers) == (True, True, (11, 13))
    assert not found.is_shown_at_line  # nobody was followed there just then
    assert found.share_shown < 1


def test_who_is_lost_in_sight_or_while_2d_failed_is_told_apart() -> None:
    tracks = ((11, 1, 0, 120), (13, 1, 150, 300), (12, 2, 0, 300))
    assert scored(*tracks)[0].cause is Cause.LOST
    assert scored(*tracks, failed_2d=True)[0].cause is Cause.LOST_2D


def test_a_wrong_join_is_an_error_of_whoever_is_mistaken() -> None:
    tracks = ((11, 1, 0, 190), (12, 2, 0, 190), (13, 2, 206, 300), (14, 1, 206, 300))
    links = links_of([joined(207, 11, 13), joined(208, 12, 14)])
    one, other = scored(*tracks, links=links)
    assert one.cause is other.cause is Cause.WRONG_JOIN
    assert not one.is_shown
    assert not one.is_handed_over


def test_marks_that_went_wrong_are_told_apart() -> None:
    tracks = ((11, 1, 0, 300), (12, 2, 0, 300))
    swapped = scored(*tracks, marks=(12, 11))
    assert causes_of(swapped) == {Cause.MARKED_OTHER: 2}
    nobody, right = scored(*tracks, marks=(0, 12))
    assert (nobody.cause, nobody.is_handed_over) == (Cause.NOT_CONFIRMED, False)
    assert right.is_handed_over


def test_an_error_that_heals_leaves_the_hand_over_right() -> None:
    """Both change over behind the gap, and back."""
    tracks = ((11, 1, 0, 200), (11, 2, 200, 240), (11, 1, 240, 300), (12, 2, 0, 200),
              (12, 1, 200, 240), (12, 2, 240, 300))  # fmt: skip
    for one in scored(*tracks):
        assert (one.is_shown, one.is_handed_over) == (False, True)
        assert one.cause is Cause.SWAP_GAP_GROUP
