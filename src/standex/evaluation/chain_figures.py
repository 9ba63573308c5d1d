"""Figures of the hand-over chain, with denominators, intervals and the errors behind them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from standex.evaluation.chain import ChainChunk
from standex.evaluation.chain_joins import JoinTally
from standex.evaluation.chain_score import AHEAD_M, Arrival, Cause, PassageOutcome, causes_of
from standex.evaluation.rates import Rate, rate

PUBLISHED = {"shown": 0.974, "handed_over": 0.976}  # of 586 people of a real trial
GOAL = 0.976
SPACING_S = 2.0  # of the trial's trigger line
STEADY = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFigures:
    """What is stated of a number of chunks.

    Attributes:
        n_passages: whole ones, from Init to Exit: the denominator.
        n_other: visits that were none.
        shown: right, once re-identified behind the Re-ID line.
        handed_over: right, at the Exit line.
        shown_without_joins: of the same passages, with joins switched off.
        handed_over_without_joins: the same.
        mean_share_shown: of the time from the mark to the Exit line.
        mean_share_shown_without_joins: the same.
        parts: further rates, by name.
        arrivals: held by the predicted interval, by line and distance.
        joins: final ones.
        causes: of errors, with joins.
        causes_without_joins: of errors, without.
    """

    n_passages: int
    n_other: int
    shown: Rate
    handed_over: Rate
    shown_without_joins: Rate
    handed_over_without_joins: Rate
    mean_share_shown: float
    mean_share_shown_without_joins: float
    parts: tuple[Rate, ...]
    arrivals: tuple[Rate, ...]
    joins: JoinTally
    causes: dict[Cause, int]
    causes_without_joins: dict[Cause, int]

    @property
    def reaches_goal(self) -> bool:
        """Return whether both lower bounds lie above the goal."""
        return min(self.shown.low, self.handed_over.low) > GOAL


def figures_of(chunks: Sequence[ChainChunk]) -> ChainFigures:
    """Return the figures of all chunks together.

    Clopper-Pearson intervals take passages as independent. Swaps within a group come in pairs, so
    they are somewhat too narrow where swaps are many.

    Raises:
        ValueError: there is no passage.
    """
    everybody = [one for chunk in chunks for one in chunk.outcomes]
    without = [one for chunk in chunks for one in chunk.without_joins]
    if not everybody:
        raise ValueError("no whole passage: there is nothing to state")
    joins = sum((chunk.joins for chunk in chunks), JoinTally())
    headway_s = np.concatenate([chunk.headway_s for chunk in chunks])
    return ChainFigures(
        n_passages=len(everybody),
        n_other=sum(chunk.n_other for chunk in chunks),
        shown=_share("shown right", everybody, lambda one: one.is_shown),
        handed_over=_share("handed over right", everybody, lambda one: one.is_handed_over),
        shown_without_joins=_share("shown right, no joins", without, lambda one: one.is_shown),
        handed_over_without_joins=_share(
            "handed over right, no joins", without, lambda one: one.is_handed_over
        ),
        mean_share_shown=float(np.mean([one.share_shown for one in everybody])),
        mean_share_shown_without_joins=float(np.mean([one.share_shown for one in without])),
        parts=(*_parts(everybody), *_of_joins(joins), _close(headway_s)),
        arrivals=tuple(_arrivals(everybody)),
        joins=joins,
        causes=dict(causes_of(tuple(everybody))),
        causes_without_joins=dict(causes_of(tuple(without))),
    )


def _share(
    name: str, some: Iterable[PassageOutcome], is_so: Callable[[PassageOutcome], bool]
) -> Rate:
    found = [is_so(one) for one in some]
    return rate(name, sum(found), len(found))


def _parts(everybody: list[PassageOutcome]) -> tuple[Rate, ...]:
    def handed(name: str, which: Callable[[PassageOutcome], bool]) -> Rate:
        some = [one for one in everybody if which(one)]
        return _share(f"handed over right, {name}", some, lambda one: one.is_handed_over)

    return (
        _share("shown right at the very Re-ID line, where nobody looks", everybody,
               lambda one: one.is_shown_at_line),
        _share(f"shown right for {100 * STEADY:.0f} % of the time and more", everybody,
               lambda one: one.share_shown >= STEADY),
        _share("shown and handed over right", everybody,
               lambda one: one.is_shown and one.is_handed_over),
        handed("no part failed", lambda one: not any(one.failed)),
        handed("2D failed", lambda one: one.failed[0]),
        handed("3D failed", lambda one: one.failed[1]),
        handed("command came late", lambda one: one.failed[2]),
        handed("alone", lambda one: one.n_in_party == 1),
        handed("in a group", lambda one: one.n_in_party > 1),
        handed("here before", lambda one: one.is_return),
        _share("under more than one track number", everybody, lambda one: one.n_numbers > 1),
    )  # fmt: skip


def _of_joins(joins: JoinTally) -> tuple[Rate, ...]:
    n = joins.n_right + joins.n_right_return + joins.n_wrong
    return (
        rate("joins that were wrong", joins.n_wrong, n),
        rate(
            "returns recognised", joins.n_right_return, max(joins.n_returns, joins.n_right_return)
        ),
        rate("returns taken for another person", joins.n_returns_wrong, joins.n_returns),
    )


def _close(headway_s: np.ndarray) -> Rate:
    n_close = int((headway_s <= SPACING_S).sum())
    return rate(f"spacing at the Init line of {SPACING_S:g} s or less", n_close, len(headway_s))


def _arrivals(everybody: list[PassageOutcome]) -> Iterable[Rate]:
    for line, words in (("re_id", "Re-ID"), ("exit", "Exit")):
        for ahead_m in AHEAD_M:
            found: list[Arrival] = [
                arrival
                for one in everybody
                for arrival in one.arrivals
                if arrival.line == line and arrival.ahead_m == ahead_m
            ]
            given = [arrival for arrival in found if arrival.has_interval]
            where = f"{words} line, {ahead_m:g} m ahead"
            yield rate(f"90 % interval held, {where}", sum(a.is_held for a in given), len(given))
            yield rate(f"interval given, {where}", len(given), len(found))
