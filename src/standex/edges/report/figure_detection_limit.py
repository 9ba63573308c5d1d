"""Picture of a limit of detection: responses over mass, the line, and where it is detected."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from standex.edges.report.canvas import LIGHT, new_figure, quiet
from standex.evaluation.detection_limit import DetectionLimit
from standex.model.errors import StandexError

POINTS = 200


def draw_detection_limit(
    sets: Mapping[str, tuple[np.ndarray, np.ndarray, DetectionLimit]],
    path: Path,
    *,
    mass_name: str,
    is_simulated: bool,
) -> None:
    """Draw responses, mean with the bounds of 80 % of them, critical value and limit.

    Args:
        sets: masses, responses and limit, by name.
        path: of the picture; its ending says the format.
        mass_name: with its unit, for the axis.
        is_simulated: whether the measurements are of the twin.

    Raises:
        ValueError: there is no set.
        StandexError: the picture cannot be written.
    """
    if not sets:
        raise ValueError("nothing to draw: at least one set is needed")
    figure = new_figure(4.6 * len(sets), 3.8, LIGHT)
    row = np.atleast_1d(figure.subplots(1, len(sets)))
    for axes, (name, (mass, response, one)) in zip(row, sets.items(), strict=True):
        quiet(axes, LIGHT)
        x = np.linspace(0, float(mass.max()), POINTS)
        middle = one.intercept + one.slope * x
        reach = 1.2816 * (one.sigma_blank + one.sigma_slope * x)
        axes.fill_between(
            x, middle - reach, middle + reach, color=LIGHT.sensors[0], alpha=0.18, lw=0
        )
        axes.plot(x, middle, color=LIGHT.sensors[0], linewidth=1.5)
        axes.plot(mass, response, "o", color=LIGHT.ink, markersize=2.5, alpha=0.6)
        axes.axhline(one.critical_value, color=LIGHT.sensors[1], linestyle="--", linewidth=1.2)
        axes.axvline(one.mass, color=LIGHT.sensors[3], linewidth=1.2)
        if np.isfinite(one.mass_upper):
            axes.axvspan(one.mass, one.mass_upper, color=LIGHT.sensors[3], alpha=0.12, lw=0)
        axes.set_xlabel(mass_name)
        axes.set_ylabel("response (dashed: critical value)")
        upper = f"{one.mass_upper:.3g}" if np.isfinite(one.mass_upper) else "none"
        axes.set_title(
            f"{name + ': ' if name else ''}LOD{100 * one.probability:.0f} {one.mass:.3g}, upper "
            f"{upper}",
            loc="left",
            fontsize=9,
            color=LIGHT.ink,
        )
    if is_simulated:
        figure.suptitle("SIMULATED", x=0.01, ha="left", fontsize=10, color=LIGHT.ink)
    try:
        figure.savefig(path, dpi=130, facecolor="auto")
    except OSError as error:
        raise StandexError(
            f"{path}: the picture cannot be written ({error.strerror}); choose another --out"
        ) from error
