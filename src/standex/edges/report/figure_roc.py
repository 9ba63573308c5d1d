"""The picture of detection against false alarms, with its intervals."""

from collections.abc import Mapping
from pathlib import Path

from standex.edges.report.canvas import LIGHT, new_figure, quiet
from standex.evaluation.roc import RocPoint


def draw_roc(curves: Mapping[str, tuple[RocPoint, ...]], path: Path, *, title: str) -> None:
    """Draw PD against PFA per passage; bands are 95 % intervals of PD."""
    figure = new_figure(7.0, 4.6, LIGHT)
    axes = figure.subplots()
    quiet(axes, LIGHT)
    for name, curve in curves.items():
        least = 0.3 / curve[0].pfa_per_passage.n
        x = [max(point.pfa_per_passage.value, least) for point in curve]
        pd = [point.pd_per_passage for point in curve]
        (line,) = axes.step(x, [one.value for one in pd], where="post", label=name)
        axes.fill_between(
            x, [one.low for one in pd], [one.high for one in pd],
            step="post", alpha=0.2, color=line.get_color(), linewidth=0,
        )  # fmt: skip
    first = next(iter(curves.values()))[0]
    axes.axvline(0.01, color="0.5", linewidth=0.8, linestyle=":")
    axes.set_xscale("log")
    axes.set_ylim(0, 1.01)
    axes.set_xlabel(
        f"PFA per passage, nothing or benign metal carried (n = {first.pfa_per_passage.n})"
    )
    axes.set_ylabel(f"PD per passage, reference object (n = {first.pd_per_passage.n})")
    axes.set_title(f"SIMULATED. {title}", loc="left", fontsize=10)
    axes.legend(loc="lower right")
    axes.grid(visible=True, alpha=0.3)
    figure.savefig(path, dpi=130, facecolor="auto")
