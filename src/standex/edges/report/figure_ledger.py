"""How the odds of one person moved, look by look."""

import numpy as np

from standex.edges.report.canvas import Figure, Palette, new_figure, quiet
from standex.edges.report.story import Step, log10_odds, prior_of
from standex.edges.report.words import percent
from standex.model.picture import Outcome, Passage
from standex.model.site import Site

MARKERS = "osD^vP"
TICKS = (0.00001, 0.0001, 0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999)
MORE_TICKS = (0.005, 0.02, 0.05, 0.2, 0.35, 0.65, 0.8, 0.95, 0.98)  # where the scale is short
SHORT = 3.0  # decades
MARGIN_S = 0.6
MAX_NUMBERED_LOOKS = 30  # more would lie on one another; the table has them all


def draw_ledger(passage: Passage, steps: tuple[Step, ...], site: Site, palette: Palette) -> Figure:
    """Draw the posterior after each look, on a scale even in log odds; steps are numbered."""
    figure = new_figure(5.6, 4.6, palette)
    axes = figure.add_subplot()
    quiet(axes, palette)
    prior, p_alarm = prior_of(site), site.operating_point.p_alarm
    at_s = np.array([(step.t_utc_ns - passage.first_utc_ns) * 1e-9 for step in steps])
    start_s, end_s = 0.0, max((passage.last_utc_ns - passage.first_utc_ns) * 1e-9, 1.0)
    if len(at_s):  # the looks, not the long way before and after them
        start_s, end_s = float(at_s.min()) - MARGIN_S, float(at_s.max()) + MARGIN_S
    odds = np.array([log10_odds(prior), *(log10_odds(step.p_after) for step in steps)])
    axes.step(
        [start_s, *at_s, end_s],
        [*odds, odds[-1]],
        where="post",
        color=palette.ink,
        lw=1.4,
        zorder=2,
    )
    sensors = sorted({step.sensor_id for step in steps})
    for k, sensor_id in enumerate(sensors):
        rows = [row for row, step in enumerate(steps) if step.sensor_id == sensor_id]
        axes.plot(
            at_s[rows],
            odds[1:][rows],
            linestyle="none",
            marker=MARKERS[k % len(MARKERS)],
            ms=5,
            color=palette.sensors[k % len(palette.sensors)],
            label=sensor_id,
            zorder=3,
        )
    said = ""
    for step, x, y, before in zip(steps[:MAX_NUMBERED_LOOKS], at_s, odds[1:], odds, strict=False):
        # The name where another sensor takes over; the number at every look.
        words = str(step.number) if step.sensor_id == said else f"{step.number} {step.sensor_id}"
        said, up = step.sensor_id, y >= before
        axes.annotate(
            words,
            xy=(x, y),
            xytext=(-4, 4) if up else (4, -4),
            textcoords="offset points",
            ha="right" if up else "left",
            va="bottom" if up else "top",
            fontsize=8,
            color=palette.ink,
        )
    for p, words, style, colour in (
        (prior, f"prior {percent(prior)}", (0, (2, 2)), palette.ink),
        (
            p_alarm,
            f"check requested from {percent(p_alarm)}",
            (0, (6, 2)),
            palette.outcome[Outcome.ALARM],
        ),
    ):
        axes.axhline(log10_odds(p), color=colour, lw=1.0, linestyle=style, zorder=1)
        axes.annotate(
            words,
            xy=(1, log10_odds(p)),
            xycoords=("axes fraction", "data"),
            xytext=(-2, 2),
            textcoords="offset points",
            ha="right",
            fontsize=8,
            color=colour,
        )
    low, high = min(odds.min(), log10_odds(p_alarm)), max(odds.max(), log10_odds(p_alarm))
    ticks = sorted((*TICKS, *MORE_TICKS)) if high - low < SHORT else TICKS
    axes.set_yticks([log10_odds(p) for p in ticks], [f"{100 * p:g} %" for p in ticks])
    axes.set_ylim(low - 0.5, high + 0.6)
    axes.set_xlim(start_s, end_s)
    axes.set_ylabel("P(threat), scale even in log odds")
    axes.set_xlabel("seconds since first seen")
    right = axes.secondary_yaxis("right")
    right.set_ylabel("log10 odds", fontsize=9, color=palette.ink)
    right.tick_params(colors=palette.ink, labelsize=8, length=3)
    right.spines["right"].set_color(palette.faint)
    if sensors:
        axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False,
                    fontsize=8.5, labelcolor=palette.ink)  # fmt: skip
    return figure
