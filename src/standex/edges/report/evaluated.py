"""What an evaluation found, as tables: the data behind each picture and each line of the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit

from standex.evaluation.alarm_load import Expected, alarm_load
from standex.evaluation.compare_runs import Comparison
from standex.evaluation.paired import MissesGone, PairedTest
from standex.evaluation.rates import Rate
from standex.evaluation.roc import RocPoint
from standex.evaluation.sample_size import passages_for_half_width, passages_without_a_miss
from standex.evaluation.site_figures import SiteFigures, Stated
from standex.evaluation.twin_run import TwinRun

PRIORS = tuple(10.0**power for power in np.arange(-6, -0.5, 0.25).tolist())
WANTED = ((0.01, 0.005), (0.05, 0.02), (0.05, 0.01), (0.5, 0.1), (0.5, 0.05), (0.9, 0.05),
          (0.95, 0.02), (0.99, 0.005))  # fmt: skip
WITHOUT_A_MISS = (0.9, 0.95, 0.99)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class System:
    """One system that was evaluated.

    Attributes:
        name: of the site or of what was taken away.
        runs: of it.
        figures: of the runs.
    """

    name: str
    runs: tuple[TwinRun, ...]
    figures: SiteFigures


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evaluated:
    """All that an evaluation found.

    Attributes:
        title: of the report.
        is_simulated: whether anything of it comes from the twin.
        who: whose passages, in words.
        stated: what figures are stated at.
        p_alarm: threshold of the first system.
        systems: the one in question first.
        comparisons: of the first with each other one.
        by_factor: rates by coarse groups of people; empty where they were not asked for.
        manifest: how all this is made again.
    """

    title: str
    is_simulated: bool
    who: str
    stated: Stated
    p_alarm: float
    systems: tuple[System, ...]
    comparisons: tuple[Comparison, ...]
    by_factor: Mapping[str, tuple[Rate, ...]]
    manifest: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """Return the word that goes with every figure."""
        return "simulated" if self.is_simulated else "recorded"

    @property
    def first(self) -> SiteFigures:
        """Return the figures of the system in question."""
        return self.systems[0].figures


def tables_of(found: Evaluated) -> dict[str, list[Row]]:
    """Return the data by the name of its file; each row says where it comes from."""
    tables = {
        "rates": [row for one in found.systems for row in _rates(one, found.stated)],
        "roc": [row for one in found.systems for row in roc_rows(one.name, one.figures.curve)],
        "people": [row for one in found.systems for row in _people(one)],
        "times": [row for one in found.systems for row in _times(one)],
        "load": [row for one in found.systems for row in _load(one)],
        "priors": prior_rows(found.first, found.stated),
        "comparisons": [row for one in found.comparisons for row in _comparison(one)],
        "passages-needed": needed_rows(),
    }
    if found.by_factor:
        tables["by-factor"] = [
            {"system": found.systems[0].name, "factor": name, **rate_row(one)}
            for name, rates in found.by_factor.items()
            for one in rates
        ]
    plain = {"passages-needed"}  # arithmetic, of no system
    return {
        name: rows if name in plain else [{"origin": found.origin, **row} for row in rows]
        for name, rows in tables.items()
    }


def rate_row(one: Rate) -> Row:
    """Return a rate with its denominator and its interval."""
    return {
        "figure": one.name,
        "k": one.k,
        "n": one.n,
        "value": one.value if one.n else None,
        "low": one.low,
        "high": one.high,
        "level": one.level,
    }


def roc_rows(system: str, curve: tuple[RocPoint, ...]) -> list[Row]:
    """Return a curve; of several points with as many of both, the first."""
    rows: list[Row] = []
    for point in curve:
        pd, pfa = point.pd_per_passage, point.pfa_per_passage
        rows.append(
            {
                "system": system,
                "threshold_posterior": float(expit(point.threshold)),
                "pd_per_passage": pd.value,
                "pd_k": pd.k,
                "pd_n": pd.n,
                "pd_low": pd.low,
                "pd_high": pd.high,
                "pfa_per_passage": pfa.value,
                "pfa_k": pfa.k,
                "pfa_n": pfa.n,
                "pfa_low": pfa.low,
                "pfa_high": pfa.high,
            }
        )
    return rows


def prior_rows(figures: SiteFigures, stated: Stated) -> list[Row]:
    """Return what the first system would mean to staff, over many priors."""
    if figures.load is None:
        return []
    rows: list[Row] = []
    for prior in sorted({*PRIORS, stated.prior}):
        load = alarm_load(
            figures.pd,
            figures.pfa,
            prior=prior,
            people_per_hour=figures.load.people_per_hour,
            operators=stated.operators,
        )
        rows.append(
            {
                "prior": prior,
                "people_per_hour": _known(load.people_per_hour),
                **_expected("ppv", load.ppv),
                **_expected("alarms_per_operator_hour", load.alarms_per_operator_hour),
            }
        )
    return rows


def needed_rows() -> list[Row]:
    """Return how many passages some statements need."""
    rows: list[Row] = [
        {
            "statement": f"{share:.0%} seen, both ends of a 95 % interval within "
            f"{100 * half_width:g} points",
            "clopper_pearson": passages_for_half_width(share, half_width),
            "wilson": passages_for_half_width(share, half_width, method="wilson"),
        }
        for share, half_width in WANTED
    ]
    return rows + [
        {
            "statement": f"at least {share:.0%} with 95 % confidence, not one miss",
            "clopper_pearson": passages_without_a_miss(share),
            "wilson": None,
        }
        for share in WITHOUT_A_MISS
    ]


def _rates(system: System, stated: Stated) -> list[Row]:
    figures, point = system.figures, system.figures.at_stated
    rates = [(figures.pd, "threat carried, site's threshold"),
             (figures.pfa, "no threat carried, site's threshold")]  # fmt: skip
    if point is not None:
        at = f"threshold of the curve at PFA {stated.pfa_per_passage:g}"
        rates += [(point.pd_per_passage, f"threat carried, {at}"),
                  (point.pfa_per_passage, f"no threat carried, {at}")]  # fmt: skip
    rates += [(one, "site's threshold") for one in figures.rates]
    rates += [(one, "association") for one in figures.association]
    return [{"system": system.name, "of": of, **rate_row(one)} for one, of in rates]


def _people(system: System) -> list[Row]:
    return [
        {
            "system": system.name,
            "seed": run.seed,
            "person": one.person,
            "item_class": one.item_class,
            "outcome": one.outcome.value,
            "p_max": one.p_max,
            "p_last": _known(one.p_threat),
            "p_final": _known(one.p_final),
            "n_looks": one.n_looks,
            "n_tracks": one.n_tracks,
            "in_view_to_alert_s": _known(one.in_view_to_alert_s),
            "entering_to_alert_s": _known(one.alert_s),
            "left_in_reach_s": _known(one.seconds_in_reach),
        }
        for run in sorted(system.runs, key=lambda run: run.seed)
        for one in run.outcomes
    ]


def _times(system: System) -> list[Row]:
    return [
        {
            "system": system.name,
            "figure": one.name,
            "quantile": one.quantile,
            "n": one.n,
            "value_s": _known(one.value_s),
            "low_s": _known(one.low_s),
            "high_s": _known(one.high_s),
            "level": one.level,
        }
        for one in system.figures.times
    ]


def _load(system: System) -> list[Row]:
    figures, hourly = system.figures, system.figures.alarms_per_hour
    row: Row = {
        "system": system.name,
        "hours": figures.hours,
        "people_per_hour_counted": _known(figures.people_per_hour),
        "alarms_counted": hourly.k,
        "alarms_per_hour_of_exercise": hourly.value,
        "alarms_per_hour_of_exercise_low": hourly.low,
        "alarms_per_hour_of_exercise_high": hourly.high,
        "tasks_done": sum(figures.n_tasks_done.values()),
    }
    if figures.load is not None:
        load = figures.load
        row |= {
            "prior": load.prior,
            "people_per_hour": _known(load.people_per_hour),
            "operators": load.operators,
            **_expected("ppv", load.ppv),
            **_expected("alarms_per_hour", load.alarms_per_hour),
            **_expected("alarms_per_operator_hour", load.alarms_per_operator_hour),
            **_expected("p_flood", load.p_flood),
            **_expected("p_peak", load.p_peak),
            "meets_steady": load.meets_steady,
        }
    return [row]


def _comparison(one: Comparison) -> list[Row]:
    rows = [_test(one.name, "own thresholds", one.detected),
            _test(one.name, "own thresholds", one.false)]  # fmt: skip
    if one.detected_at_pfa is not None:
        at = f"PFA {one.pfa_per_passage:g} of each curve"
        rows.append(_test(one.name, at, one.detected_at_pfa) | _gone(one.gone))
    return rows


def _test(against: str, at: str, one: PairedTest) -> Row:
    return {
        "against": against,
        "at": at,
        "figure": one.name,
        "n": one.n,
        "first_system": one.n_second,
        "against_it": one.n_first,
        "only_first_system": one.only_second,
        "only_against_it": one.only_first,
        "difference": _known(one.difference),
        "difference_low": _known(one.difference_low),
        "difference_high": _known(one.difference_high),
        "mcnemar_exact_p": one.p_value,
    }


def _gone(gone: MissesGone | None) -> Row:
    if gone is None:
        return {}
    return {
        "misses_gone": _known(gone.share_gone),
        "misses_gone_low": _known(gone.low),
        "misses_gone_high": _known(gone.high),
    }


def _expected(name: str, one: Expected) -> Row:
    return {
        name: _known(one.value),
        f"{name}_low": _known(one.low),
        f"{name}_high": _known(one.high),
    }


def _known(value: float) -> float | None:
    """Return a number, or None where there is none: JSON has no word for it."""
    return float(value) if np.isfinite(value) else None
