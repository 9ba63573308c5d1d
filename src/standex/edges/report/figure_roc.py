"""The picture of detection against false alarms, with its intervals."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from standex.edges.report.canvas import LIGHT, Axes, new_figure, quiet
from standex.evaluation.roc import RocPoint, at_pfa
from standex.model.errors import StandexError

STYLES = ("-", "--", "-.", ":")
MARKERS = "osD^"
ZERO_AT = 1 / 3  # of the least PFA that is not zero: where the logarithmic scale shows none


def draw_roc(
    curves: Mapping[str, tuple[RocPoint, ...]],
    path: Path,
    *,
    title: str,
    marked_pfa_per_passage: float = 0.01,
) -> None:
    """Draw PD against PFA per passage, and write the picture.

    Bands are 95 % intervals of PD; a point with both its intervals is the one with the most
    detections at no more false alarms than marked. No false alarm at all has a place of its own,
    left of the scale.

    Args:
        curves: by name; all of the same passages.
        path: of the picture; its ending says the format.
        title: of the picture, after the word ``SIMULATED``.
        marked_pfa_per_passage: of the points that are marked.

    Raises:
        ValueError: there is no curve.
        StandexError: the picture cannot be written.
    """
    if not curves:
        raise ValueError("no curve to draw: at least one is needed")
    first = next(iter(curves.values()))[0]
    n_other, n_target = first.pfa_per_passage.n, first.pd_per_passage.n
    zero = ZERO_AT / n_other
    figure = new_figure(7.2, 4.8, LIGHT)
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    for k, (name, curve) in enumerate(curves.items()):
        _draw_curve(axes, name, curve, k, zero=zero, marked=marked_pfa_per_passage)
    axes.axvline(marked_pfa_per_passage, color=LIGHT.ink, linewidth=0.8, linestyle=":")
    axes.axvspan(zero / 1.6, 1.6 * zero, color=LIGHT.body, lw=0, zorder=0)  # off the scale
    axes.set_xscale("log")
    axes.set_xlim(zero / 1.6, 1.05)
    axes.set_ylim(0, 1.02)
    decades = [10.0**k for k in range(int(np.ceil(np.log10(1 / n_other) - 1e-9)), 1)]
    axes.set_xticks([zero, *decades], ["0", *(f"{decade:g}" for decade in decades)])
    minor = [m * d for d in (decades[0] / 10, *decades) for m in range(2, 10)]
    axes.set_xticks([x for x in minor if 1 / n_other <= x <= 1], minor=True)
    axes.tick_params(which="minor", length=1.5, color=LIGHT.faint)
    axes.set_xlabel(f"PFA per passage, nothing or benign metal carried (n = {n_other})")
    axes.set_ylabel(f"PD per passage, reference object carried (n = {n_target})")
    axes.set_title(f"SIMULATED. {title}", loc="left", fontsize=10, color=LIGHT.ink)
    axes.legend(
        loc="lower right",
        fontsize=8,
        title="bands and bars: 95 % intervals",
        title_fontsize=8,
        edgecolor=LIGHT.faint,
    )
    axes.grid(visible=True, color=LIGHT.faint, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    try:
        figure.savefig(path, dpi=130, facecolor="auto")
    except OSError as error:
        raise StandexError(
            f"{path}: the picture cannot be written ({error.strerror}); choose another --out"
        ) from error


def _draw_curve(
    axes: Axes, name: str, curve: tuple[RocPoint, ...], k: int, *, zero: float, marked: float
) -> None:
    # Of several points with as many false alarms, the last has the most detections.
    best = list({point.pfa_per_passage.k: point for point in curve}.values())
    x = [point.pfa_per_passage.value or zero for point in best] + [1.0]
    pd = [point.pd_per_passage for point in (*best, best[-1])]
    colour, style = LIGHT.sensors[k % len(LIGHT.sensors)], STYLES[k % len(STYLES)]
    axes.step(
        x,
        [one.value for one in pd],
        where="post",
        label=name,
        color=colour,
        linestyle=style,
        linewidth=1.8,
        zorder=3,
    )
    axes.fill_between(
        x,
        [one.low for one in pd],
        [one.high for one in pd],
        step="post",
        color=colour,
        alpha=0.16,
        linewidth=0,
    )
    point = at_pfa(curve, marked)
    at, pfa = point.pd_per_passage, point.pfa_per_passage
    here = pfa.value or zero
    axes.errorbar(
        [here],
        [at.value],
        xerr=[[here - max(pfa.low, zero)], [pfa.high - here]],
        yerr=[[at.value - at.low], [at.high - at.value]],
        fmt=MARKERS[k % len(MARKERS)],
        color=colour,
        markersize=5,
        capsize=3,
        elinewidth=1,
        zorder=4,
    )
