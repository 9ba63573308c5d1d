"""The picture of opinions side by side: who said from where to where, and what became of it."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from standex.edges.report.canvas import Axes, Figure, Palette, new_figure, quiet

ROW_IN, HEAD_IN = 0.235, 0.95
TITLE_LETTERS = 58


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """One line of a panel.

    Attributes:
        name: beside it.
        low: lower end.
        median: drawn as a stroke.
        high: upper end.
        mean: drawn as a ring; None for none.
        is_pool: whether it is of all together, and drawn strongly.
        is_silent: whether its weight is 0.
    """

    name: str
    low: float
    median: float
    high: float
    mean: float | None = None
    is_pool: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RangePanel:
    """Opinions on one number.

    Attributes:
        title: what is asked.
        rows: from above.
        is_log: whether the scale is logarithmic; what is 0 then lies at the left edge.
        truth: drawn across; None where nobody knows.
    """

    title: str
    rows: tuple[RangeRow, ...]
    is_log: bool
    truth: float | None = None


def draw_ranges(
    panels: Sequence[RangePanel], palette: Palette, *, n_columns: int, x_label: str = ""
) -> Figure:
    """Return the panels in a grid, rows of one expert at one height in each.

    Raises:
        ValueError: there is no panel.
    """
    if not panels:
        raise ValueError("no panel to draw: at least one is needed")
    n_rows = math.ceil(len(panels) / n_columns)
    most = max(len(panel.rows) for panel in panels)
    figure = new_figure(9.2, n_rows * (HEAD_IN + ROW_IN * most), palette)
    grid = figure.subplots(n_rows, n_columns, squeeze=False)
    for k, axes in enumerate(grid.flat):
        if k >= len(panels):
            axes.set_visible(False)
            continue
        _draw_panel(axes, panels[k], palette, has_names=k % n_columns == 0)
        if x_label and k >= len(panels) - n_columns:
            axes.set_xlabel(x_label)
    return figure


def _draw_panel(axes: Axes, panel: RangePanel, palette: Palette, *, has_names: bool) -> None:
    quiet(axes, palette)
    if panel.is_log:
        axes.set_xscale("log")
        axes.xaxis.set_minor_formatter("")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    shown = [value for row in panel.rows for value in (row.low, row.median, row.high, row.mean)]
    known = [value for value in (*shown, panel.truth) if value is not None and math.isfinite(value)]
    left = _left_end(known, is_log=panel.is_log)
    for y, row in enumerate(panel.rows):
        low, median, high = (max(v, left) for v in (row.low, row.median, row.high))
        colour = palette.sensors[0] if row.is_pool else palette.ink
        line_style = ":" if row.is_silent else "-"
        width = 4.0 if row.is_pool else 1.6
        if high > low:
            axes.plot(
                [low, high], [y, y], line_style, color=colour, lw=width, solid_capstyle="butt"
            )
            axes.plot([median], [y], "|", color=colour, markersize=11, markeredgewidth=2)
        else:
            axes.plot([left], [y], "x", color=colour, markersize=5)
        if row.mean is not None and row.mean > left:
            axes.plot([row.mean], [y], "o", mfc=palette.paper, mec=colour, markersize=5, zorder=4)
    if panel.truth is not None:
        alarm = next(iter(palette.outcome.values()))
        axes.axvline(panel.truth, color=alarm, lw=1.2, ls="--", zorder=0)
    axes.set_ylim(len(panel.rows) - 0.4, -0.6)
    axes.set_yticks(range(len(panel.rows)), [row.name if has_names else "" for row in panel.rows])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="x", color=palette.faint, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    title = textwrap.fill(panel.title, TITLE_LETTERS)
    axes.set_title(title, loc="left", fontsize=9, color=palette.ink)


def _left_end(known: Sequence[float], *, is_log: bool) -> float:
    if not is_log:
        return -math.inf
    positive = [value for value in known if value > 0]
    return min(positive) / 1.5 if positive else 1e-12
