"""What became of each mark: shown at the right person, handed over at the right person, or why not.

A moment is right for somebody if the passage that carries their mark is followed then, and is the
nearest to their true place, within ``SHOWN_M``. Shown right is who is right when their mark has
been seen for ``SETTLED_S`` again behind the Re-ID line; how long that took is in the share of time.
Handed over right asks more: at the Exit line the passage is within ``HANDED_M`` of them, and nobody
else is nearer to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.evaluation.chain_carry import Links
from standex.evaluation.chain_failures import Failures
from standex.evaluation.chain_lines import Crossings
from standex.evaluation.chain_moments import SHOWN_M, Moment
from standex.evaluation.chain_run import Mark

SETTLED_S = 1.0  # seen again for so long behind the Re-ID line: re-identified, rightly or not
AHEAD_M = (7.0, 3.0)


class Cause(StrEnum):
    """Why a passage went wrong."""

    NONE = ""
    NOT_CONFIRMED = "nobody was confirmed yet where the command pointed"
    MARKED_OTHER = "the command marked another person"
    LOST_2D = "lost while the 2D cameras failed, not found again"
    LOST_3D = "lost while the 3D cameras failed, not found again"
    LOST_GAP = "lost at the gap, not found again"
    LOST = "lost in sight of cameras, not found again"
    WRONG_JOIN_2D = "joined with another person after the 2D cameras failed"
    WRONG_JOIN_3D = "joined with another person after the 3D cameras failed"
    WRONG_JOIN = "joined with another person behind the gap"
    SWAP_2D = "taken over by another while the 2D cameras failed"
    SWAP_3D = "taken over by another while the 3D cameras failed"
    SWAP_GAP_GROUP = "swapped within a group at the gap"
    SWAP_GAP = "swapped with a passer-by at the gap"
    SWAP_GROUP = "swapped within a group, in sight"
    SWAP = "swapped with a passer-by, in sight"
    AWAY = "beside the person, and near to nobody else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A predicted arrival at a line, and whether it held.

    Attributes:
        line: ``re_id`` or ``exit``.
        ahead_m: how far ahead the line was, by truth.
        has_interval: False where the station gave none: they stood, or another line came first.
        took_s: from then until they crossed it.
        earliest_s: predicted, 5 %.
        latest_s: predicted, 95 %.
    """

    line: str
    ahead_m: float
    has_interval: bool
    took_s: float
    earliest_s: float
    latest_s: float

    @property
    def is_held(self) -> bool:
        """Return whether the crossing fell into the interval."""
        return self.has_interval and self.earliest_s <= self.took_s <= self.latest_s


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageOutcome:
    """What became of one person's mark on one whole passage.

    Attributes:
        visit: number in the scene.
        n_in_party: they came together with so many, themselves included.
        is_return: whether they had been here before.
        failed: parts that failed for them: 2D, 3D, command.
        is_shown: right when the mark has been seen for ``SETTLED_S`` behind the Re-ID line.
        is_shown_at_line: right at the moment of the crossing alone, in the middle of the gap.
        share_shown: of the time from the mark to the Exit line.
        is_handed_over: right at the Exit line.
        n_numbers: track numbers that the mark went by.
        cause: of the first error, if any.
        error_s: after the scene's start, when it was last right before the error; NaN without.
        numbers: the carriers.
        arrivals: predicted.
    """

    visit: int
    n_in_party: int
    is_return: bool
    failed: tuple[bool, bool, bool]
    is_shown: bool
    is_shown_at_line: bool
    share_shown: float
    is_handed_over: bool
    n_numbers: int
    cause: Cause
    error_s: float
    numbers: tuple[int, ...]
    arrivals: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Known:
    """What is true of the whole passages of a run, one a row.

    Attributes:
        crossings: of the lines.
        failures: of the parts.
        areas_s: from and to in the 2D and the 3D area, after the scene's start.
        start_utc_ns: of the scene.
        frame_rate_hz: of its frames.
        party: of each visit of the scene, from number 1.
        is_return: of each visit, the same.
        lines: Re-ID and Exit.
        line_row: of these in the site's lines.
    """

    crossings: Crossings
    failures: Failures
    areas_s: Float[np.ndarray, "n 2 2"]
    start_utc_ns: int
    frame_rate_hz: float
    party: Int[np.ndarray, " visits"]
    is_return: Bool[np.ndarray, " visits"]
    lines: tuple[Any, Any]
    line_row: tuple[int, int]

    def utc_ns(self, row: int, line: int) -> int:
        """Return when a passage crossed Init, Re-ID or Exit."""
        frame = int(self.crossings.frame[row, line])
        return self.start_utc_ns + round(frame / self.frame_rate_hz * 1e9)


def score(
    moments: tuple[Moment, ...], marks: tuple[Mark, ...], links: Links, known: Known
) -> tuple[PassageOutcome, ...]:
    """Return what became of each whole passage.

    Args:
        moments: in order of time.
        marks: one for each whole passage.
        links: through which marks go on.
        known: the truth.
    """
    t_utc_ns = np.array([moment.sample.t_utc_ns for moment in moments], dtype=np.int64)
    of_visit = {mark.visit: mark for mark in marks}
    return tuple(
        _Trace(moments, t_utc_ns, of_visit.get(int(visit)), links, known, row).outcome()
        for row, visit in enumerate(known.crossings.visit)
    )


class _Trace:
    """One mark, from the command to the Exit line."""

    def __init__(
        self,
        moments: tuple[Moment, ...],
        t_utc_ns: Int[np.ndarray, " moments"],
        mark: Mark | None,
        links: Links,
        known: Known,
        row: int,
    ) -> None:
        self.moments, self.t_utc_ns, self.known, self.row = moments, t_utc_ns, known, row
        self.visit = int(known.crossings.visit[row])
        exit_ns = known.utc_ns(row, 2)
        self.mark = mark
        begin_ns = mark.t_utc_ns if mark is not None else known.utc_ns(row, 0)
        self.first = min(self.at(begin_ns), self.at(exit_ns))
        self.last = self.at(exit_ns)
        number = mark.track_id if mark is not None else 0
        pieces = links.carriers(number, begin_ns) if number else ((begin_ns, 0),)
        since = np.array([piece[0] for piece in pieces], dtype=np.int64)
        held = np.searchsorted(since, t_utc_ns[self.first : self.last + 1], side="right") - 1
        self.carrier = np.array([piece[1] for piece in pieces])[np.maximum(held, 0)]
        self.right = np.array(
            [
                self.moments[self.first + k].is_right(self.visit, int(carrier))
                for k, carrier in enumerate(self.carrier)
            ]
        )

    def at(self, utc_ns: int) -> int:
        """Return the first moment not before a time."""
        return min(int(np.searchsorted(self.t_utc_ns, utc_ns)), len(self.moments) - 1)

    def is_right_at(self, k: int) -> bool:
        """Return whether it is right at a moment of the run."""
        return bool(self.right[k - self.first]) if self.first <= k <= self.last else False

    def outcome(self) -> PassageOutcome:
        """Return what became of it."""
        known, row = self.known, self.row
        line = self.at(known.utc_ns(row, 1))
        settled = self._settled(line)
        carrier = int(self.carrier[-1])
        handed = self.moments[self.last].is_handed_over(self.visit, carrier)
        shown = self.is_right_at(settled)
        cause, error_s = Cause.NONE, float("nan")
        if not (handed and shown):
            cause, error_s = self._cause(self.last if not handed else settled)
        numbers = tuple(dict.fromkeys(self.carrier.tolist()))
        return PassageOutcome(
            visit=self.visit,
            n_in_party=int((known.party == known.party[self.visit - 1]).sum()),
            is_return=bool(known.is_return[self.visit - 1]),
            failed=tuple(known.failures.has_failed[row].tolist()),
            is_shown=shown,
            is_shown_at_line=self.is_right_at(line),
            share_shown=float(self.right.mean()),
            is_handed_over=handed,
            n_numbers=len(numbers),
            cause=cause,
            error_s=error_s,
            numbers=numbers,
            arrivals=tuple(self._arrivals()),
        )

    def _settled(self, line: int) -> int:
        """Return when the mark has been seen for long enough behind the Re-ID line, or the end."""
        since = None
        for k in range(max(line, self.first), self.last + 1):
            sample = self.moments[k].sample
            track_row = self.moments[k].track_row(int(self.carrier[k - self.first]))
            if track_row < 0 or not sample.is_seen[track_row]:
                since = None
            elif since is None:
                since = sample.t_utc_ns
            elif sample.t_utc_ns - since >= round(SETTLED_S * 1e9):
                return k
        return self.last

    def _cause(self, wrong: int) -> tuple[Cause, float]:
        """Return why a moment is wrong: what happened after the last right one."""
        k = wrong - self.first
        before = np.flatnonzero(self.right[: k + 1])
        moment, carrier = self.moments[wrong], int(self.carrier[k])
        last = int(before[-1]) if len(before) else 0
        last_s = (self.t_utc_ns[self.first + last] - self.known.start_utc_ns) * 1e-9
        if self.mark is None or not self.mark.track_id:
            return Cause.NOT_CONFIRMED, float(last_s)
        if not len(before):
            return Cause.MARKED_OTHER, float(last_s)
        track_row = moment.track_row(carrier)
        if track_row < 0:
            return self._lost(float(last_s)), float(last_s)
        other, away_m = moment.nearest_person(track_row)
        if other == self.visit or away_m > SHOWN_M:
            return Cause.AWAY, float(last_s)
        if carrier != self.carrier[last]:
            return self._where(
                float(last_s), None,
                (Cause.WRONG_JOIN_2D, Cause.WRONG_JOIN_3D, Cause.WRONG_JOIN, Cause.WRONG_JOIN),
            ), float(last_s)  # fmt: skip
        party = self.known.party
        if party[other - 1] == party[self.visit - 1]:
            at_gap, in_sight = Cause.SWAP_GAP_GROUP, Cause.SWAP_GROUP
        else:
            at_gap, in_sight = Cause.SWAP_GAP, Cause.SWAP
        causes = (Cause.SWAP_2D, Cause.SWAP_3D, at_gap, in_sight)
        return self._where(float(last_s), other, causes), float(last_s)

    def _lost(self, last_s: float) -> Cause:
        return self._where(last_s, None, (Cause.LOST_2D, Cause.LOST_3D, Cause.LOST_GAP, Cause.LOST))

    def _where(
        self, last_s: float, other: int | None, causes: tuple[Cause, Cause, Cause, Cause]
    ) -> Cause:
        """Return the cause for where it happened: while a part failed, at the gap, or in sight."""
        known = self.known
        rows = [self.row]
        if other is not None:
            rows += np.flatnonzero(known.crossings.visit == other).tolist()
        for row in rows:
            for part in (0, 1):
                from_s, to_s = known.failures.unseen_s[row, part]
                if from_s - 0.5 <= last_s <= to_s + 1.0:
                    return causes[part]
        left_s, came_s = known.areas_s[self.row, 0, 1], known.areas_s[self.row, 1, 0]
        return causes[2] if left_s - 0.5 <= last_s <= came_s + SETTLED_S else causes[3]

    def _arrivals(self) -> list[Arrival]:
        """Return what was predicted while it was right, at set distances ahead of the lines."""
        known, found = self.known, list[Arrival]()
        for k, (name, line, line_row) in enumerate(
            zip(("re_id", "exit"), known.lines, known.line_row, strict=True)
        ):
            crossed_ns = known.utc_ns(self.row, k + 1)
            for ahead_m in AHEAD_M:
                arrival = self._arrival(name, line, line_row, crossed_ns, ahead_m)
                if arrival is not None:
                    found.append(arrival)
        return found

    def _arrival(
        self, name: str, line: Any, line_row: int, crossed_ns: int, ahead_m: float
    ) -> Arrival | None:
        for k in range(self.first, self.last + 1):
            moment = self.moments[k]
            column = moment.row_of(self.visit)
            if moment.sample.t_utc_ns >= crossed_ns or column < 0:
                return None
            if -float(line.beyond_m(moment.position_site_m[[column]])[0]) > ahead_m:
                continue
            if not self.is_right_at(k):
                return None
            row = moment.track_row(int(self.carrier[k - self.first]))
            earliest_s, latest_s = moment.sample.arrival_s[row].tolist()
            is_it = int(moment.sample.line[row]) == line_row
            return Arrival(
                line=name,
                ahead_m=ahead_m,
                has_interval=is_it and bool(np.isfinite(earliest_s)),
                took_s=(crossed_ns - moment.sample.t_utc_ns) * 1e-9,
                earliest_s=earliest_s,
                latest_s=latest_s,
            )
        return None


def causes_of(outcomes: tuple[PassageOutcome, ...]) -> Mapping[Cause, int]:
    """Return how often each error happened, the most frequent first."""
    wrong = [one.cause for one in outcomes if one.cause is not Cause.NONE]
    return dict(sorted(((cause, wrong.count(cause)) for cause in set(wrong)),
                       key=lambda item: (-item[1], item[0])))  # fmt: skip
