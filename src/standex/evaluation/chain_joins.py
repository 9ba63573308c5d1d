"""Whether joins were right: behind gaps, and of people who came back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from standex.evaluation.chain_moments import SHOWN_M, Moment
from standex.model.event import PersonRejoined

N_VOTES = 5  # moments at a track's end or begin that say whose it was


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Whose a track was when it began, and when it was last seen; 0 for nobody.

    Attributes:
        first: visit at its beginning.
        last: visit at its end.
        first_utc_ns: when it was first shown.
    """

    first: int
    last: int
    first_utc_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinTally:
    """Final joins of a run, by what they were, and what became of returns.

    Attributes:
        n_right: the same person on the same visit.
        n_right_return: the same person, come back.
        n_wrong: two different people.
        n_nobody: one of the two tracks was nobody's.
        p_same: sum of the probabilities that the station gave to right and wrong ones.
        n_returns: visits of people who had been here before, and were followed.
        n_returns_wrong: of these, begun under a join with another person.
    """

    n_right: int = 0
    n_right_return: int = 0
    n_wrong: int = 0
    n_nobody: int = 0
    p_same: float = 0.0
    n_returns: int = 0
    n_returns_wrong: int = 0

    def __add__(self, other: "JoinTally") -> "JoinTally":
        return JoinTally(
            n_right=self.n_right + other.n_right,
            n_right_return=self.n_right_return + other.n_right_return,
            n_wrong=self.n_wrong + other.n_wrong,
            n_nobody=self.n_nobody + other.n_nobody,
            p_same=self.p_same + other.p_same,
            n_returns=self.n_returns + other.n_returns,
            n_returns_wrong=self.n_returns_wrong + other.n_returns_wrong,
        )


def ends_of(moments: Iterable[Moment]) -> dict[int, Ends]:
    """Return whose each track was at its two ends: the nearest person, by a vote of moments."""
    first: dict[int, list[int]] = {}
    last: dict[int, list[int]] = {}
    began: dict[int, int] = {}
    for moment in moments:
        for row, number in enumerate(moment.sample.track_id.tolist()):
            began.setdefault(number, moment.sample.t_utc_ns)
            person, away_m = moment.nearest_person(row)
            whose = person if away_m < SHOWN_M else 0
            votes = first.setdefault(number, [])
            if len(votes) < N_VOTES:
                votes.append(whose)
            if moment.sample.is_seen[row]:
                last.setdefault(number, []).append(whose)
                del last[number][:-N_VOTES]
    return {
        number: Ends(
            first=_most(first[number]),
            last=_most(last.get(number, first[number])),
            first_utc_ns=began[number],
        )
        for number in began
    }


def tally_joins(
    joins: Iterable[PersonRejoined],
    ends: dict[int, Ends],
    *,
    person: Int[np.ndarray, " visits"],
    first_visits: Int[np.ndarray, " returns"],
) -> JoinTally:
    """Return what final joins were.

    Args:
        joins: as the station said them.
        ends: whose each track was.
        person: of each visit, from number 1.
        first_visits: numbers of the visits of people who had been here before.
    """
    final = {one.track_id: one for one in joins if one.is_final and one.earlier_track_id}
    total = JoinTally()
    for number, join in final.items():
        earlier, later = ends.get(join.earlier_track_id), ends.get(number)
        if earlier is None or later is None or not (earlier.last and later.first):
            total += JoinTally(n_nobody=1)
        elif earlier.last == later.first:
            total += JoinTally(n_right=1, p_same=join.p_same)
        elif person[earlier.last - 1] == person[later.first - 1]:
            total += JoinTally(n_right_return=1, p_same=join.p_same)
        else:
            total += JoinTally(n_wrong=1, p_same=join.p_same)
    begun: dict[int, tuple[int, int]] = {}
    for number, end in ends.items():
        if end.first and (end.first_utc_ns, number) < begun.get(end.first, (2**62, 0)):
            begun[end.first] = (end.first_utc_ns, number)
    for visit in first_visits.tolist():
        if visit not in begun:
            continue
        join = final.get(begun[visit][1])
        earlier = ends.get(join.earlier_track_id) if join is not None else None
        wrong = earlier is not None and person[max(earlier.last, 1) - 1] != person[visit - 1]
        total += JoinTally(n_returns=1, n_returns_wrong=int(wrong))
    return total


def _most(votes: list[int]) -> int:
    return Counter(votes).most_common(1)[0][0] if votes else 0
