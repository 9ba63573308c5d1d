"""The picture of a blind trial: every laboratory's detection against false alarms."""

from collections.abc import Sequence

from standex.edges.report.canvas import Figure, Palette, new_figure, quiet
from standex.evaluation.trial_scores import SubmissionFigures

STYLES = ("-", "--", "-.", ":")
MARKERS = "osD^vP"


def draw_trial(figures: Sequence[SubmissionFigures], palette: Palette) -> Figure:
    """Return the curves, with the point at which each laboratory decided and its intervals."""
    figure = new_figure(7.2, 5.2, palette)
    axes = figure.add_subplot()
    quiet(axes, palette)
    axes.plot([0, 1], [0, 1], color=palette.faint, lw=0.8, zorder=0)
    for k, one in enumerate(figures):
        colour = palette.sensors[k % len(palette.sensors)]
        style = STYLES[(k // len(palette.sensors) + k) % len(STYLES)]
        if one.curve:
            x = [point.pfa_per_passage.value for point in one.curve]
            y = [point.pd_per_passage.value for point in one.curve]
            axes.step(x, y, style, where="post", color=colour, lw=1.6, label=one.institute)
        if one.decided:
            pd, pfa = one.decided[:2]
            axes.errorbar(
                pfa.value,
                pd.value,
                xerr=[[pfa.value - pfa.low], [pfa.high - pfa.value]],
                yerr=[[pd.value - pd.low], [pd.high - pd.value]],
                fmt=MARKERS[k % len(MARKERS)],
                color=colour,
                markersize=7,
                capsize=3,
                elinewidth=1,
                label=f"{one.institute}, as decided",
            )
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("PFA per passage, no threat item carried")
    axes.set_ylabel("PD per passage, threat item carried")
    axes.grid(visible=True, color=palette.faint, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    axes.legend(
        loc="lower right",
        fontsize=8,
        facecolor=palette.paper,
        edgecolor=palette.faint,
        labelcolor=palette.ink,
    )
    return figure
