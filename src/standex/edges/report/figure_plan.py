"""The plan: walls, lines, sensors and everybody's way, to scale."""

import numpy as np
from jaxtyping import Float

from standex.edges.report.canvas import Axes, Figure, Palette, new_figure, quiet
from standex.edges.report.summary import RunSummary
from standex.edges.report.words import OUTCOME_WORDS
from standex.model.picture import Outcome
from standex.model.site import Level, Line, LineRole, SensorSpec

# Drawn in this order: what matters most lies on top.
TRACK_STYLES: dict[Outcome, tuple[str | tuple[int, tuple[float, ...]], float]] = {
    Outcome.NOTHING_FOUND: ("-", 0.6),
    Outcome.PENDING: (":", 1.3),
    Outcome.NOT_SCREENED: ((0, (5, 2)), 1.1),
    Outcome.ALARM: ("-", 1.9),
}
LINE_WORDS = {
    LineRole.INIT: "followed from here",
    LineRole.REID: "followed on from here",
    LineRole.SCREENED: "screened from here",
    LineRole.EXIT: "exit",
}
MARK_GAP_M = 0.42
WIDTH_IN = 9.0


def draw_plan(summary: RunSummary, palette: Palette) -> Figure:
    """Draw the first level to scale; alerts carry the numbers of the table of alerts."""
    level = summary.site.levels[0]
    low, high = _extent(level)
    size = high - low
    height_in = float(np.clip(WIDTH_IN * size[1] / size[0] + 1.0, 3.0, 11.0))
    figure = new_figure(WIDTH_IN, height_in, palette)
    axes = figure.add_subplot()
    quiet(axes, palette)
    axes.set_aspect("equal")
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_xlabel("x, metres east")
    axes.set_ylabel("y, metres north")
    for wall in level.wall_site_m:
        axes.plot(wall[:, 0], wall[:, 1], color=palette.ink, lw=3.0, solid_capstyle="butt")
    _draw_tracks(axes, summary, palette)
    for line in summary.site.lines:
        if line.level_id == level.level_id:
            _draw_line(axes, line, palette)
    for spec in summary.site.sensors:
        if spec.level_id == level.level_id:
            _draw_sensor(axes, spec, palette)
    _draw_alerts(axes, summary, palette)
    return figure


def _extent(level: Level) -> tuple[Float[np.ndarray, " 2"], Float[np.ndarray, " 2"]]:
    corners = np.concatenate(
        [[level.min_site_m, level.max_site_m], level.wall_site_m.reshape(-1, 2)]
    )
    return corners.min(axis=0) - 0.5, corners.max(axis=0) + 0.5


def _draw_tracks(axes: Axes, summary: RunSummary, palette: Palette) -> None:
    for outcome, (style, width) in TRACK_STYLES.items():
        lines = [line for line in summary.tracks if line.outcome is outcome]
        if not lines:
            continue
        gap = np.full((1, 2), np.nan)  # one path for all, the pen lifted between people
        way = np.concatenate([part for line in lines for part in (line.position_site_m, gap)])
        axes.plot(
            way[:, 0],
            way[:, 1],
            color=palette.outcome[outcome],
            linestyle=style,
            lw=width,
            alpha=0.75 if outcome is Outcome.NOTHING_FOUND else 1.0,
            label=f"{OUTCOME_WORDS[outcome]} ({len(lines)})",
        )
    if summary.tracks:
        axes.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1.0),
            ncols=4,
            frameon=False,
            fontsize=9,
            labelcolor=palette.ink,
            handlelength=3.2,
        )


def _draw_line(axes: Axes, line: Line, palette: Palette) -> None:
    both = np.stack([line.from_site_m, line.to_site_m])
    axes.plot(both[:, 0], both[:, 1], color=palette.ink, lw=1.0, linestyle=(0, (8, 2, 1.5, 2)))
    along = line.to_site_m - line.from_site_m
    forward = np.array([along[1], -along[0]]) / np.hypot(*along)
    end = both[np.argmax(both[:, 1])]
    axes.annotate(
        "",
        xy=tuple(end + 0.55 * forward - [0, 0.25]),
        xytext=tuple(end - [0, 0.25]),
        arrowprops={"arrowstyle": "->", "color": palette.ink, "lw": 1.0},
    )
    axes.annotate(
        LINE_WORDS[line.role],
        xy=tuple(end),
        xytext=(0, 4),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=8,
        color=palette.ink,
    )


def _draw_sensor(axes: Axes, spec: SensorSpec, palette: Palette) -> None:
    place = spec.site_from_sensor.translation_m[:2]
    ahead = spec.site_from_sensor.rotation[:2, 0]
    left = np.array([-ahead[1], ahead[0]])
    shape = np.stack([place + 0.3 * ahead, place - 0.12 * ahead + 0.18 * left])
    corner = place - 0.12 * ahead - 0.18 * left
    axes.fill(
        [*shape[:, 0], corner[0]],
        [*shape[:, 1], corner[1]],
        facecolor=palette.ink,
        edgecolor=palette.paper,
        lw=0.8,
        zorder=5,
    )
    low, high = axes.get_ylim()
    below = place[1] > (low + high) / 2
    axes.annotate(
        spec.sensor_id,
        xy=tuple(place),
        xytext=(0, -11 if below else 9),
        textcoords="offset points",
        ha="center",
        va="top" if below else "bottom",
        fontsize=8.5,
        fontweight="bold",
        color=palette.ink,
        zorder=6,
        bbox={"boxstyle": "round,pad=0.15", "fc": palette.paper, "ec": "none", "alpha": 0.85},
    )


def _draw_alerts(axes: Axes, summary: RunSummary, palette: Palette) -> None:
    level_id = summary.site.levels[0].level_id
    numbered = [
        (number, alert.position_site_m)
        for number, alert in enumerate(summary.alerts, start=1)
        if alert.level_id == level_id
    ]
    if not numbered:
        return
    colour = palette.outcome[Outcome.ALARM]
    at_m = np.array([position for _, position in numbered])
    for (number, place), mark in zip(numbered, spread(at_m, gap_m=MARK_GAP_M), strict=True):
        axes.plot(*place, marker="o", ms=3.5, color=colour, mec=palette.paper, mew=0.6, zorder=7)
        axes.plot(*zip(place, mark, strict=True), color=colour, lw=0.6, zorder=7)
        axes.annotate(
            str(number),
            xy=tuple(mark),
            ha="center",
            va="center",
            fontsize=7.5,
            fontweight="bold",
            color=colour,
            zorder=8,
            bbox={"boxstyle": "circle,pad=0.25", "fc": palette.paper, "ec": colour, "lw": 1.1},
        )


def spread(
    place_m: Float[np.ndarray, "n 2"], *, gap_m: float, n_rounds: int = 200
) -> Float[np.ndarray, "n 2"]:
    """Return places for labels near their points, pushed apart until they stop touching.

    Points on the very same spot are first set a hair apart, in a fixed order.

    Args:
        place_m: where the labels belong.
        gap_m: wanted distance between any two.
        n_rounds: given up after that many.
    """
    turn = np.arange(len(place_m)) * 2.399963  # golden angle: no two in the same direction
    mark = place_m + 0.02 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for _ in range(n_rounds):
        away = mark[:, None] - mark[None, :]
        distance = np.hypot(away[..., 0], away[..., 1])
        np.fill_diagonal(distance, np.inf)
        overlap = np.maximum(gap_m - distance, 0.0)
        if not overlap.any():
            break
        push = away * (0.5 * overlap / np.maximum(distance, 1e-6))[..., None]
        mark = mark + push.sum(axis=1)
    return mark
