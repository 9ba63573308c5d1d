"""Two systems on the same seeds: the same people with the same things, paired one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from standex.evaluation.paired import MissesGone, PairedTest, misses_gone, paired_test
from standex.evaluation.roc import at_pfa, roc
from standex.evaluation.score import PersonOutcome
from standex.evaluation.site_figures import carries_threat, scores_of
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError
from standex.model.picture import Outcome

SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One system held against another.

    Attributes:
        name: of the other system.
        detected: both at their own thresholds: whose threat was alarmed about.
        false: there: who was alarmed about with none.
        detected_at_pfa: both at the stated PFA of their own curves; None without curves.
        gone: of the other's misses, at the stated PFA, how many the system does not have.
        pfa_per_passage: stated.
    """

    name: str
    detected: PairedTest
    false: PairedTest
    detected_at_pfa: PairedTest | None
    gone: MissesGone | None
    pfa_per_passage: float


def compare(
    name: str,
    system: Sequence[TwinRun],
    other: Sequence[TwinRun],
    *,
    pfa_per_passage: float,
    is_at_end: bool = False,
) -> Comparison:
    """Return how a system and another one did on the same people.

    Thresholds for the stated PFA are taken from the passages that are compared, for both systems
    alike: a difference of few passages may be theirs.

    Args:
        name: of the other system.
        system: in question; its answers are the second of each pair.
        other: on the same seeds; its answers are the first.
        pfa_per_passage: at which both are compared, too.
        is_at_end: whether there everybody is judged by their last posterior, not their largest.

    Raises:
        StandexError: the runs are not of the same people with the same things.
    """
    pairs = paired(system, other)
    mine, theirs = [one for one, _ in pairs], [one for _, one in pairs]
    rng = np.random.default_rng(SEED)
    carries = carries_threat(mine)
    alarmed, alarmed_other = (
        np.array([one.outcome is Outcome.ALARM for one in some], dtype=bool)
        for some in (mine, theirs)
    )
    detected = paired_test("alarm, threat carried", alarmed_other[carries], alarmed[carries],
                           rng=rng)  # fmt: skip
    false = paired_test("alarm, no threat carried", alarmed_other[~carries], alarmed[~carries],
                        rng=rng)  # fmt: skip
    at_stated, gone = None, None
    if carries.any() and not carries.all():
        above, above_other = (
            _above(some, carries, pfa_per_passage, is_at_end=is_at_end)[carries]
            for some in (mine, theirs)
        )
        at_stated = paired_test("alarm, threat carried", above_other, above, rng=rng)
        gone = misses_gone(above, above_other, rng=rng)
    return Comparison(
        name=name,
        detected=detected,
        false=false,
        detected_at_pfa=at_stated,
        gone=gone,
        pfa_per_passage=pfa_per_passage,
    )


def paired(
    system: Sequence[TwinRun], other: Sequence[TwinRun]
) -> list[tuple[PersonOutcome, PersonOutcome]]:
    """Return the same people under both, in order of seed and number.

    Raises:
        StandexError: the runs are not of the same people with the same things.
    """
    mine, theirs = (
        {(run.seed, one.person): one for run in runs for one in run.outcomes}
        for runs in (system, other)
    )
    if mine.keys() != theirs.keys():
        seeds, seeds_other = ({seed for seed, _ in one} for one in (mine, theirs))
        raise StandexError(
            f"runs of {len(mine)} and of {len(theirs)} people, seeds {sorted(seeds)} and "
            f"{sorted(seeds_other)}: only the same people of the same seeds can be compared"
        )
    other_things = [key for key, one in mine.items() if theirs[key].item_class != one.item_class]
    if other_things:
        seed, person = other_things[0]
        raise StandexError(
            f"person {person} of seed {seed} carried {mine[other_things[0]].item_class} in one run "
            f"and {theirs[other_things[0]].item_class} in the other: only the same exercise can be "
            "compared"
        )
    return [(mine[key], theirs[key]) for key in sorted(mine)]


def _above(
    outcomes: Sequence[PersonOutcome],
    carries: np.ndarray,
    pfa_per_passage: float,
    *,
    is_at_end: bool,
) -> np.ndarray:
    score = scores_of(outcomes, is_at_end=is_at_end)
    point = at_pfa(roc(score[carries], score[~carries]), pfa_per_passage)
    return score >= point.threshold
