"""The picture of scenarios: how likely each expert holds them, and how much each should count."""

from collections.abc import Sequence

import numpy as np

from standex.edges.report.canvas import Figure, Palette, new_figure, quiet
from standex.planning.threat import Assessment

MARKERS = "osD^vP*X"


def draw_scenarios(found: Assessment, palette: Palette, names: Sequence[str]) -> Figure:
    """Return P(scenario | an attempt) of each expert beside the weight in an evaluation.

    Args:
        found: the assessment.
        palette: colours.
        names: of the experts, in order.
    """
    given = found.elicitation
    titles = [scenario.title for scenario in given.scenarios]
    rows = np.arange(len(titles))
    figure = new_figure(9.2, 1.5 + 0.42 * len(titles), palette)
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    for axes in (left, right):
        quiet(axes, palette)
        axes.grid(visible=True, axis="x", color=palette.faint, linewidth=0.4, alpha=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
    left.barh(rows, found.p_scenario, height=0.62, color=palette.body, edgecolor=palette.faint)
    for k, (name, said, weight) in enumerate(
        zip(names, given.p_scenario, found.weight, strict=True)
    ):
        spread = rows + 0.4 * (k / max(len(names) - 1, 1) - 0.5)
        left.plot(
            said,
            spread,
            MARKERS[k % len(MARKERS)],
            color=palette.sensors[k % len(palette.sensors)],
            mfc=palette.sensors[k % len(palette.sensors)] if weight > 0 else palette.paper,
            markersize=5,
            label=name if weight > 0 else f"{name}, no weight",
        )
    left.set_yticks(rows, titles)
    left.set_ylim(len(titles) - 0.5, -0.5)
    left.set_xlim(0, None)
    left.set_xlabel("P(scenario | an attempt); bar: pooled")
    left.legend(
        loc="lower right",
        fontsize=8,
        facecolor=palette.paper,
        edgecolor=palette.faint,
        labelcolor=palette.ink,
    )
    right.barh(rows, found.scenario_weight, height=0.62, color=palette.sensors[0])
    right.set_xlim(0, 1)
    for row, share in zip(rows, found.scenario_weight, strict=True):
        right.text(
            share + 0.02, row, f"{100 * share:.0f} %", va="center", fontsize=8, color=palette.ink
        )
    right.set_xlabel("share of the expected consequence")
    return figure
