"""The pictures of an evaluation: made to be printed, told apart without colour."""

import numpy as np
from scipy.special import ndtri

from standex.edges.report.canvas import LIGHT, Axes, Figure, new_figure, quiet
from standex.edges.report.evaluated import Evaluated, System, prior_rows
from standex.evaluation.alarm_load import STEADY_PER_10_MIN
from standex.evaluation.paired import PairedTest
from standex.evaluation.roc import RocPoint
from standex.evaluation.site_figures import carries_threat
from standex.model.picture import Outcome

STYLES = ("-", "--", "-.", ":")
MOST_CURVES = 4  # more of them cannot be told apart on paper
LOAD_TARGET = 6 * STEADY_PER_10_MIN  # alarms per operator-hour
DET_TICKS = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)


def draw_curves(found: Evaluated) -> Figure:
    """Draw detection against false alarms, on two pairs of axes: ROC and DET."""
    figure = new_figure(9.6, 4.4, LIGHT)
    roc_axes, det_axes = figure.subplots(1, 2)
    systems = [one for one in found.systems if one.figures.curve][:MOST_CURVES]
    n_other = max((one.figures.pfa.n for one in systems), default=1)
    for axes in (roc_axes, det_axes):
        quiet(axes, LIGHT)
        axes.grid(visible=True, color=LIGHT.faint, linewidth=0.4, alpha=0.6)
        axes.set_axisbelow(True)
    for k, one in enumerate(systems):
        _roc(roc_axes, one, k, has_band=k == 0, zero=_zero(n_other))
        _det(det_axes, one, k, has_band=k == 0)
    _mark(roc_axes, found, zero=_zero(n_other))
    zero = _zero(n_other)
    roc_axes.set_xscale("log")
    roc_axes.set_xlim(zero / 1.6, 1.05)
    roc_axes.set_ylim(0, 1.02)
    decades = [10.0**k for k in range(int(np.ceil(np.log10(1 / n_other) - 1e-9)), 1)]
    roc_axes.set_xticks([zero, *decades], ["0", *(f"{one:g}" for one in decades)])
    roc_axes.minorticks_off()
    roc_axes.axvline(found.stated.pfa_per_passage, color=LIGHT.ink, linewidth=0.8, linestyle=":")
    first = found.first
    roc_axes.set_xlabel(f"PFA per passage, no threat carried (n = {first.pfa.n})")
    roc_axes.set_ylabel(f"PD per passage, threat carried (n = {first.pd.n})")
    ticks = ndtri(np.array(DET_TICKS)).tolist()
    words = [f"{100 * tick:g} %" for tick in DET_TICKS]
    det_axes.set_xticks(ticks, words)
    det_axes.set_yticks(ticks, words)
    det_axes.set_xlim(ticks[0] - 0.1, ticks[-1] + 0.1)
    det_axes.set_ylim(ticks[0] - 0.1, ticks[-1] + 0.1)
    det_axes.set_xlabel("PFA per passage (normal deviate scale)")
    det_axes.set_ylabel("missed, of those who carried a threat")
    _title(roc_axes, found, "ROC. Band and bars: 95 % intervals")
    _title(det_axes, found, "DET")
    if systems:
        roc_axes.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    return figure


def draw_posteriors(found: Evaluated) -> Figure:
    """Draw which share of people reach a posterior: those with a threat, and those without."""
    figure = new_figure(6.4, 3.6, LIGHT)
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    outcomes = found.first.outcomes
    carries = carries_threat(outcomes)
    # Who had no look has the prior, which is no sign of anything.
    p = np.array([one.p_max if one.n_looks else 0.0 for one in outcomes])
    for k, (rows, name) in enumerate(((carries, "threat carried"), (~carries, "none carried"))):
        if not rows.any():
            continue
        x = np.sort(p[rows])
        share = 1 - np.arange(len(x)) / len(x)
        axes.step(
            np.concatenate([[0], x, [1]]),
            np.concatenate([[1], share, [0]]),
            where="pre",
            color=LIGHT.sensors[k],
            linestyle=STYLES[k],
            label=f"{name} (n = {len(x)})",
        )
    axes.axvline(found.p_alarm, color=LIGHT.ink, linewidth=0.8, linestyle=":")
    axes.annotate(
        f"check requested from {found.p_alarm:g}",
        (found.p_alarm, 1.0), xytext=(4, -8), textcoords="offset points", fontsize=8,
        color=LIGHT.ink,
    )  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("largest posterior P(threat) of the passage")
    axes.set_ylabel("share of people who reach it")
    _title(axes, found, "Largest posterior")
    axes.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    return figure


def draw_times(found: Evaluated) -> Figure:
    """Draw how soon alerts came, and how long people were still in reach then."""
    figure = new_figure(6.4, 3.6, LIGHT)
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    outcomes = found.first.outcomes
    threat = [one for one in outcomes if one.item_class.startswith("threat")]
    kinds = (
        ("object in view to alert", [one.in_view_to_alert_s for one in threat]),
        ("entering to alert", [one.alert_s for one in outcomes]),
        ("left in reach at the alert", [one.seconds_in_reach for one in outcomes]),
    )
    for k, (name, times) in enumerate(kinds):
        known = np.sort([t for t in times if not np.isnan(t) and (k < 2 or t >= 0)])
        if not len(known):
            continue
        axes.step(
            np.concatenate([[min(0.0, known[0])], known]),
            np.arange(len(known) + 1) / len(known),
            where="post",
            color=LIGHT.sensors[k],
            linestyle=STYLES[k],
            label=f"{name} (n = {len(known)})",
        )
    axes.set_ylim(0, 1.03)
    axes.set_xlabel("seconds")
    axes.set_ylabel("share of alerts, at most so long")
    _title(axes, found, "Times of alerts")
    if axes.lines:
        axes.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    return figure


def draw_priors(found: Evaluated) -> Figure:
    """Draw what the rates mean at other priors: how many alarms are right, and how many come."""
    figure = new_figure(9.6, 3.6, LIGHT)
    axes = figure.subplots(1, 2)
    rows = prior_rows(found.first, found.stated)
    prior = [row["prior"] for row in rows]
    for one, name in zip(axes, ("ppv", "alarms_per_operator_hour"), strict=True):
        quiet(one, LIGHT)
        value, low, high = (
            np.array([np.nan if row[f"{name}{end}"] is None else row[f"{name}{end}"]
                      for row in rows], dtype=float)
            for end in ("", "_low", "_high")
        )  # fmt: skip
        one.fill_between(prior, low, high, color=LIGHT.sensors[0], alpha=0.16, linewidth=0)
        if found.first.pfa.k:  # without a false alarm only the band is known
            one.plot(prior, value, color=LIGHT.sensors[0])
        one.axvline(found.stated.prior, color=LIGHT.ink, linewidth=0.8, linestyle=":")
        one.set_xscale("log")
        one.set_xlabel("prior: share of people who carry a threat")
        one.grid(visible=True, color=LIGHT.faint, linewidth=0.4, alpha=0.6)
        one.set_axisbelow(True)
        if np.nanmax(high, initial=0) > 0:
            one.set_yscale("log")
            least = np.nanmin(low[low > 0]) if (low > 0).any() else 1e-6
            reached = [np.nanmax(high)] + ([LOAD_TARGET] if name != "ppv" else [])
            one.set_ylim(min(least, *reached) / 2, 2 * max(reached))
    axes[0].set_ylabel("P(threat | alarm)")
    axes[1].set_ylabel("alarms per operator-hour")
    axes[1].axhline(LOAD_TARGET, color=LIGHT.outcome[Outcome.ALARM], linewidth=1, linestyle="--")
    axes[1].annotate(
        f"target: at most {LOAD_TARGET:g}",
        (axes[1].get_xlim()[0], LOAD_TARGET),
        xytext=(4, 3),
        textcoords="offset points",
        fontsize=8,
        color=LIGHT.ink,
    )
    _title(axes[0], found, "Alarms that are right. Band: 95 %")
    _title(axes[1], found, "Load of staff. Band: 95 %")
    return figure


def draw_comparisons(found: Evaluated) -> Figure:
    """Draw how much more the first system detects than each other one, on the same people."""
    n = max(len(found.comparisons), 1)
    figure = new_figure(7.6, 1.3 + 0.62 * n, LIGHT)
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    for row, one in enumerate(found.comparisons):
        _forest(axes, row - 0.14, one.detected, 0, "own thresholds" if row == 0 else None)
        if one.detected_at_pfa is not None:
            name = f"both at PFA {one.pfa_per_passage:g}" if row == 0 else None
            _forest(axes, row + 0.14, one.detected_at_pfa, 1, name)
    axes.axvline(0, color=LIGHT.ink, linewidth=0.8)
    axes.set_yticks(range(len(found.comparisons)), [one.name for one in found.comparisons])
    axes.set_ylim(len(found.comparisons) - 0.4, -0.6)
    axes.set_xlabel(f"PD of {found.systems[0].name} less PD of the other, same people (bars: 95 %)")
    axes.grid(visible=True, axis="x", color=LIGHT.faint, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    _title(axes, found, "What each part is worth")
    if any(one.detected.n for one in found.comparisons):
        axes.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    return figure


def _forest(axes: Axes, y: float, one: PairedTest, k: int, name: str | None) -> None:
    if not one.n:
        return
    axes.errorbar(
        [one.difference],
        [y],
        xerr=[[one.difference - one.difference_low], [one.difference_high - one.difference]],
        fmt="os"[k],
        color=LIGHT.sensors[k],
        markersize=5,
        capsize=3,
        elinewidth=1.2,
        label=name,
    )


def _zero(n_other: int) -> float:
    return 1 / (3 * n_other)


def _steps(curve: tuple[RocPoint, ...]) -> list[RocPoint]:
    """Return the last of the points with as many false alarms: it has the most detections."""
    return list({point.pfa_per_passage.k: point for point in curve}.values())


def _roc(axes: Axes, system: System, k: int, *, has_band: bool, zero: float) -> None:
    best = _steps(system.figures.curve)
    x = [point.pfa_per_passage.value or zero for point in best]
    pd = [point.pd_per_passage for point in best]
    axes.step(
        x,
        [one.value for one in pd],
        where="post",
        color=LIGHT.sensors[k],
        linestyle=STYLES[k],
        linewidth=1.8 if k == 0 else 1.3,
        label=system.name,
        zorder=4 - 0.1 * k,
    )
    if has_band:
        axes.fill_between(
            x,
            [one.low for one in pd],
            [one.high for one in pd],
            step="post",
            color=LIGHT.sensors[k],
            alpha=0.16,
            linewidth=0,
        )


def _det(axes: Axes, system: System, k: int, *, has_band: bool) -> None:
    best = _steps(system.figures.curve)

    def deviate(shares: list[float]) -> np.ndarray:
        return ndtri(np.clip(shares, 1e-4, 1 - 1e-4))

    x = deviate([point.pfa_per_passage.value for point in best])
    axes.step(
        x,
        deviate([1 - point.pd_per_passage.value for point in best]),
        where="post",
        color=LIGHT.sensors[k],
        linestyle=STYLES[k],
        linewidth=1.8 if k == 0 else 1.3,
    )
    if has_band:
        axes.fill_between(
            x,
            deviate([1 - point.pd_per_passage.high for point in best]),
            deviate([1 - point.pd_per_passage.low for point in best]),
            step="post",
            color=LIGHT.sensors[k],
            alpha=0.16,
            linewidth=0,
        )


def _mark(axes: Axes, found: Evaluated, *, zero: float) -> None:
    """Mark where the site's own threshold is, with both intervals."""
    pd, pfa = found.first.pd, found.first.pfa
    if not pd.n or not pfa.n:
        return
    here = pfa.value or zero
    axes.errorbar(
        [here],
        [pd.value],
        xerr=[[max(here - max(pfa.low, zero), 0)], [pfa.high - here]],
        yerr=[[pd.value - pd.low], [pd.high - pd.value]],
        fmt="o",
        color=LIGHT.ink,
        markersize=5,
        capsize=3,
        elinewidth=1,
        zorder=5,
        label="site's threshold",
    )


def _title(axes: Axes, found: Evaluated, words: str) -> None:
    axes.set_title(f"{found.origin.upper()}. {words}", loc="left", fontsize=9, color=LIGHT.ink)
