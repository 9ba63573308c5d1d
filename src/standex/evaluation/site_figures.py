"""The figures of a site from its runs: every rate with its interval and its denominator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from jaxtyping import Bool, Float

from standex.evaluation.alarm_load import AlarmLoad, PerHour, alarm_load, per_hour
from standex.evaluation.rates import Rate, rate
from standex.evaluation.roc import RocPoint, at_pfa, roc
from standex.evaluation.score import PersonOutcome, rates_of
from standex.evaluation.score_looks import AssociationCounts
from standex.evaluation.times import TimeQuantile, time_quantile
from standex.evaluation.twin_run import TwinRun
from standex.model.picture import Outcome

QUANTILES = (0.5, 0.9)
ODDS_LIMIT = 1e-12  # posteriors are kept so far from 0 and 1 that their odds are finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What figures are stated at.

    Attributes:
        pfa_per_passage: at which PD is stated.
        prior: P(a person carries a threat) at a real place.
        people_per_hour: at a real place; None for as many as passed in the runs.
        operators: who answer alarms.
        is_at_end: whether curves judge everybody once, by their posterior when screening is over,
            rather than at every moment, by their largest.
    """

    pfa_per_passage: float = 0.01
    prior: float = 1e-4
    people_per_hour: float | None = None
    operators: int = 1
    is_at_end: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteFigures:
    """All figures of one system on its runs.

    Attributes:
        outcomes: of everybody, in order of seed and number.
        curve: detection against false alarms when the alarm threshold moves; empty where nobody
            carried a threat or everybody did.
        at_stated: its point at the stated PFA; None where there is no curve.
        pd: at the site's own threshold, of all who carried a threat.
        pfa: there, of all who carried none.
        rates: there, by class of what was carried.
        association: how many looks and alerts went to the right person.
        times: from view to alert, from entering to alert, left in reach.
        alarms_per_hour: as counted, with the shares of carriers of the exercise.
        people_per_hour: as counted.
        load: at the site's own threshold, the stated prior and flow; None without a curve
            or where the flow is not known.
        n_tasks_done: looks that were asked for and taken, by sensor.
        hours: simulated or recorded.
    """

    outcomes: tuple[PersonOutcome, ...]
    curve: tuple[RocPoint, ...]
    at_stated: RocPoint | None
    pd: Rate
    pfa: Rate
    rates: tuple[Rate, ...]
    association: tuple[Rate, ...]
    times: tuple[TimeQuantile, ...]
    alarms_per_hour: PerHour
    people_per_hour: float
    load: AlarmLoad | None
    n_tasks_done: Mapping[str, int]
    hours: float


def site_figures(runs: Sequence[TwinRun], stated: Stated) -> SiteFigures:
    """Return the figures of runs of one system.

    Raises:
        ValueError: there is no run, or none lasted.
    """
    if not runs:
        raise ValueError("no run to make figures of: at least one is needed")
    ordered = sorted(runs, key=lambda one: one.seed)
    outcomes = tuple(outcome for one in ordered for outcome in one.outcomes)
    hours = sum(one.duration_s for one in ordered) / 3600
    carries = carries_threat(outcomes)
    alarmed = np.array([one.outcome is Outcome.ALARM for one in outcomes], dtype=bool)
    score = scores_of(outcomes, is_at_end=stated.is_at_end)
    curve = roc(score[carries], score[~carries]) if carries.any() and not carries.all() else ()
    pd = rate("PD per passage", int(alarmed[carries].sum()), int(carries.sum()))
    pfa = rate("PFA per passage", int(alarmed[~carries].sum()), int((~carries).sum()))
    flow = flow_of(ordered)
    stated_flow = flow if stated.people_per_hour is None else stated.people_per_hour
    return SiteFigures(
        outcomes=outcomes,
        curve=curve,
        at_stated=at_pfa(curve, stated.pfa_per_passage) if curve else None,
        pd=pd,
        pfa=pfa,
        rates=(*rates_of(outcomes), *_asked_for(outcomes)),
        association=_association(ordered),
        times=_times(outcomes),
        alarms_per_hour=per_hour(
            "alarms per hour of the exercise", sum(one.n_alerts for one in ordered), hours
        ),
        people_per_hour=flow,
        load=alarm_load(
            pd,
            pfa,
            prior=stated.prior,
            people_per_hour=stated_flow,
            operators=stated.operators,
        )
        if curve and not np.isnan(stated_flow)
        else None,
        n_tasks_done=_summed([one.n_tasks_done for one in ordered]),
        hours=hours,
    )


def carries_threat(outcomes: Sequence[PersonOutcome]) -> Bool[np.ndarray, " n"]:
    """Return who carried a threat."""
    return np.array([one.item_class.startswith("threat") for one in outcomes], dtype=bool)


def scores_of(
    outcomes: Sequence[PersonOutcome], *, is_at_end: bool = False
) -> Float[np.ndarray, " n"]:
    """Return the log odds of the largest posterior of each; minus infinity of who had no look.

    Somebody without a look keeps the prior, however low the threshold: they were not screened.

    Args:
        outcomes: of people.
        is_at_end: the last posterior in place of the largest.
    """
    p = np.array([one.p_final if is_at_end else one.p_max for one in outcomes])
    p = np.nan_to_num(p, nan=0.0)  # followed by nobody
    looked_at = np.array([one.n_looks > 0 for one in outcomes], dtype=bool) & (p > 0)
    kept = np.clip(p, ODDS_LIMIT, 1 - ODDS_LIMIT)
    return np.where(looked_at, np.log(kept) - np.log1p(-kept), -np.inf)


def flow_of(runs: Sequence[TwinRun]) -> float:
    """Return how many people came in per hour, between the first and the last of each run.

    NaN where no run has two who were seen to come in at different times.
    """
    people, hours = 0, 0.0
    for one in runs:
        entered_s = [o.entered_s for o in one.outcomes if not np.isnan(o.entered_s)]
        if len(entered_s) > 1:
            people += len(entered_s) - 1
            hours += (max(entered_s) - min(entered_s)) / 3600
    return people / hours if hours > 0 else float("nan")


def rates_by_factor(outcomes: Sequence[PersonOutcome]) -> dict[str, tuple[Rate, ...]]:
    """Return PD, PFA and share not screened by each coarse group of people.

    They are of few passages each, and not for publication: they stay with whoever made them.
    """
    names = list(dict.fromkeys(name for one in outcomes for name in one.factors))
    return {
        name: tuple(
            figure
            for group in sorted({one.factors[name] for one in outcomes if name in one.factors})
            for figure in _of_group(
                f"{name}: {group}", [one for one in outcomes if one.factors.get(name) == group]
            )
        )
        for name in sorted(names)
    }


def _of_group(name: str, group: list[PersonOutcome]) -> tuple[Rate, ...]:
    carries = carries_threat(group)
    alarmed = np.array([one.outcome is Outcome.ALARM for one in group], dtype=bool)
    unseen = sum(one.outcome is Outcome.NOT_SCREENED for one in group)
    return (
        rate(f"{name}, PD per passage", int(alarmed[carries].sum()), int(carries.sum())),
        rate(f"{name}, PFA per passage", int(alarmed[~carries].sum()), int((~carries).sum())),
        rate(f"{name}, not screened", unseen, len(group)),
    )


def _asked_for(outcomes: Sequence[PersonOutcome]) -> tuple[Rate, ...]:
    """Return the share of alarms that came while the person could still be reached."""
    alerted = [one for one in outcomes if not np.isnan(one.seconds_in_reach)]
    known = [one for one in alerted if one.seconds_in_reach >= 0]
    in_time = sum(one.seconds_in_reach >= 2.0 for one in known)
    return (rate("alerts with 2 s or more left in reach", in_time, len(known)),)


def _association(runs: Sequence[TwinRun]) -> tuple[Rate, ...]:
    total: AssociationCounts = reduce(add, (one.association for one in runs))
    alerts = sum(one.n_alerts for one in runs)
    stray = sum(one.n_stray_alerts for one in runs)
    people = [outcome for one in runs for outcome in one.outcomes]
    followed = [one for one in people if one.n_tracks > 0]
    kept = sum(one.n_tracks == 1 for one in followed)
    return (
        rate("looks that went to the right person", total.n_looks_right, total.n_looks),
        rate("alerts at the right person", total.n_alerts_right, total.n_alerts),
        rate("alerts with nobody near", stray, alerts),
        rate("people under one number all the way", kept, len(followed)),
    )


def _times(outcomes: Sequence[PersonOutcome]) -> tuple[TimeQuantile, ...]:
    true = [one for one in outcomes if one.item_class.startswith("threat")]
    left = [one.seconds_in_reach for one in outcomes if one.seconds_in_reach >= 0]
    return tuple(
        time_quantile(name, times_s, quantile)
        for name, times_s in (
            ("object in view to alert", [one.in_view_to_alert_s for one in true]),
            ("entering to alert", [one.alert_s for one in outcomes]),
            ("left in reach at the alert", left),
        )
        for quantile in (*QUANTILES, 0.1)
        # Late is bad for the first two, early for the last.
        if quantile == 0.5 or (quantile == 0.1) == name.startswith("left")
    )


def _summed(counts: Sequence[Mapping[str, int]]) -> dict[str, int]:
    names = sorted({name for one in counts for name in one})
    return {name: sum(one.get(name, 0) for one in counts) for name in names}
