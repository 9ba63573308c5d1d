"""Pictures of tracking: what errors are made of, on whom evidence lands, what a person costs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from standex.edges.report.canvas import LIGHT, Axes, Figure, new_figure, quiet
from standex.evaluation.tracking_intervals import Figure as WithInterval
from standex.model.errors import StandexError

PARTS = ("localisation", "missed", "false")
HATCHES = ("", "////", "....")
LANDED = ("on_carrier", "stranded", "on_others")
LANDED_WORDS = {
    "on_carrier": "on the carrier",
    "stranded": "on ended tracks",
    "on_others": "on others",
}
MARKERS = "osD^"


def draw_gospa(
    parts_m2: Mapping[str, tuple[float, float, float]], path: Path, *, title: str
) -> None:
    """Draw what localisation, missed people and false tracks add to the squared GOSPA.

    Args:
        parts_m2: by set, per person who is there; in the order of ``PARTS``.
        path: of the picture; its ending says the format.
        title: of the picture.

    Raises:
        ValueError: there is no set.
        StandexError: the picture cannot be written.
    """
    _refuse_none(parts_m2)
    figure = new_figure(7.2, 1.2 + 0.42 * len(parts_m2), LIGHT)
    axes = _rows(figure, list(parts_m2))
    left = np.zeros(len(parts_m2))
    for k, name in enumerate(PARTS):
        width = np.array([parts[k] for parts in parts_m2.values()])
        axes.barh(
            np.arange(len(width)),
            width,
            left=left,
            height=0.6,
            label=name,
            color=LIGHT.sensors[k],
            alpha=0.8,
            hatch=HATCHES[k],
            edgecolor=LIGHT.paper,
        )
        left += width
    axes.set_xlabel("squared GOSPA per person and scan, m2 (order 2, cut-off 1 m)")
    _finish(figure, axes, path, title)


def draw_landing(
    shares: Mapping[str, Mapping[str, WithInterval]], path: Path, *, title: str
) -> None:
    """Draw on whom carriers' log-likelihood ratios ended, with 95 % intervals.

    Args:
        shares: by set, then by name; those of ``LANDED`` are drawn.
        path: of the picture; its ending says the format.
        title: of the picture.

    Raises:
        ValueError: there is no set.
        StandexError: the picture cannot be written.
    """
    _refuse_none(shares)
    figure = new_figure(7.2, 1.2 + 0.55 * len(shares), LIGHT)
    axes = _rows(figure, list(shares))
    for k, name in enumerate(LANDED):
        rows = [of_set[name] for of_set in shares.values()]
        value = np.array([one.value for one in rows])
        reach = np.array(
            [[one.value - one.low for one in rows], [one.high - one.value for one in rows]]
        )
        axes.errorbar(
            value,
            np.arange(len(rows)) + 0.2 * (k - 1),
            xerr=np.maximum(np.nan_to_num(reach), 0),
            fmt=MARKERS[k],
            label=LANDED_WORDS[name],
            color=LIGHT.sensors[k],
            markersize=5,
            capsize=3,
            elinewidth=1,
        )
    axes.axvline(0, color=LIGHT.ink, linewidth=0.8)
    axes.axvline(1, color=LIGHT.ink, linewidth=0.8, linestyle=":")
    axes.set_xlabel("share of carriers' log-likelihood ratio (bars: 95 %, bootstrap over carriers)")
    _finish(figure, axes, path, title)


def draw_cost(cost: Mapping[str, Sequence[tuple[int, float]]], path: Path, *, title: str) -> None:
    """Draw CPU time a scan against the number of people, and what one person costs.

    Args:
        cost: by tracker: people, and ms a scan.
        path: of the picture; its ending says the format.
        title: of the picture.

    Raises:
        ValueError: there is no tracker.
        StandexError: the picture cannot be written.
    """
    _refuse_none(cost)
    figure = new_figure(7.2, 3.6, LIGHT)
    whole, each = figure.subplots(1, 2)
    for k, (name, points) in enumerate(cost.items()):
        people, ms = np.array(sorted(points), dtype=float).reshape(-1, 2).T
        style = {"color": LIGHT.sensors[k % 4], "marker": MARKERS[k % 4], "markersize": 5}
        whole.plot(people, ms, label=name, linewidth=1.5, **style)
        each.plot(people, 1e3 * ms / people, label=name, linewidth=1.5, **style)
    whole.axhline(100, color=LIGHT.ink, linewidth=0.8, linestyle=":")  # one core at 10 Hz
    for axes, label in (
        (whole, "CPU ms a scan (dotted: one core, 10 Hz)"),
        (each, "CPU µs a person"),
    ):
        quiet(axes, LIGHT)
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("people")
        axes.set_ylabel(label)
        axes.grid(visible=True, color=LIGHT.faint, linewidth=0.4, alpha=0.6)
    _finish(figure, whole, path, title)


def _refuse_none(sets: Mapping[str, object]) -> None:
    if not sets:
        raise ValueError("nothing to draw: at least one set is needed")


def _rows(figure: Figure, names: list[str]) -> Axes:
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    axes.set_yticks(np.arange(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(visible=True, axis="x", color=LIGHT.faint, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    return axes


def _finish(figure: Figure, axes: Axes, path: Path, title: str) -> None:
    axes.legend(loc="best", fontsize=8, edgecolor=LIGHT.faint)
    figure.suptitle(title, x=0.01, ha="left", fontsize=10, color=LIGHT.ink)
    try:
        figure.savefig(path, dpi=130, facecolor="auto")
    except OSError as error:
        raise StandexError(
            f"{path}: the picture cannot be written ({error.strerror}); choose another --out"
        ) from error
