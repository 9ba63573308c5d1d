"""Pictures of a calibration and of stated probabilities: reliability, Tippett, cross-entropy."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from standex.edges.report.canvas import LIGHT, Axes, Figure, new_figure, quiet
from standex.evaluation.calibration_figures import CalibrationEvidence
from standex.evaluation.judged_people import StatedProbabilities
from standex.evaluation.reliability import LEVEL, ReliabilityBin
from standex.model.errors import StandexError

LN10 = float(np.log(10))


def calibration_pictures(
    evidence: CalibrationEvidence, *, is_simulated: bool
) -> Mapping[str, Figure]:
    """Return the pictures of a calibration, by their names: reliability, tippett, cross_entropy.

    Args:
        evidence: of passages held back.
        is_simulated: whether they are of the twin; said in every picture.
    """
    word = "SIMULATED. " if is_simulated else ""
    n = f"{evidence.n_threats} passages with a threat, {evidence.n_others} without"
    figures: dict[str, Figure] = {}
    for name, draw, title in (
        ("reliability", _reliability_of, f"stated at a prior of {evidence.prior:.2f}"),
        ("tippett", _tippett, "Tippett plot"),
        ("cross_entropy", _cross_entropy, "empirical cross-entropy"),
    ):
        figure = new_figure(5.4, 4.2, LIGHT)
        axes = figure.add_subplot()
        quiet(axes, LIGHT)
        draw(axes, evidence)
        axes.set_title(f"{word}{title}\n{n}", loc="left", fontsize=9, color=LIGHT.ink)
        figures[name] = figure
    return figures


def draw_stated(stated: StatedProbabilities, path: Path, *, is_simulated: bool) -> None:
    """Draw stated probabilities against what was found.

    Args:
        stated: of people with known truth.
        path: of the picture; its ending says the format.
        is_simulated: whether they are of the twin.

    Raises:
        StandexError: the picture cannot be written.
    """
    figure = new_figure(5.4, 4.2, LIGHT)
    axes = figure.add_subplot()
    quiet(axes, LIGHT)
    _reliability(axes, stated.bins)
    word = "SIMULATED. " if is_simulated else ""
    axes.set_title(
        f"{word}stated probabilities of a threat, {stated.found.n} people",
        loc="left",
        fontsize=9,
        color=LIGHT.ink,
    )
    save(figure, path)


def save(figure: Figure, path: Path) -> None:
    """Write a picture.

    Raises:
        StandexError: it cannot be written there, or not in the format of its ending.
    """
    try:
        figure.savefig(path, dpi=130, facecolor="auto")
    except (OSError, ValueError) as error:
        raise StandexError(
            f"{path}: the picture cannot be written ({error}); choose another"
        ) from error


def _reliability_of(axes: Axes, evidence: CalibrationEvidence) -> None:
    _reliability(axes, evidence.bins)


def _reliability(axes: Axes, bins: tuple[ReliabilityBin, ...]) -> None:
    axes.plot([0, 1], [0, 1], color=LIGHT.faint, linewidth=1, label="as stated")
    some = [one for one in bins if one.found.n]
    for is_held, marker, words in ((True, "o", "holds"), (False, "X", "does not hold")):
        here = [one for one in some if one.holds is is_held]
        if not here:
            continue
        x, y = [one.p_stated for one in here], [one.found.value for one in here]
        low = [one.found.value - one.found.low for one in here]
        high = [one.found.high - one.found.value for one in here]
        axes.errorbar(
            x,
            y,
            yerr=[low, high],
            fmt=marker,
            color=LIGHT.sensors[0 if is_held else 3],
            markersize=6,
            capsize=3,
            elinewidth=1,
            label=words,
        )
    for one in some:
        axes.annotate(
            str(one.found.n),
            (one.p_stated, one.found.high),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color=LIGHT.ink,
        )
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.08)
    axes.set_xlabel("probability stated, mean of the bin")
    axes.set_ylabel(f"share found (bars: {100 * LEVEL:.1f} % intervals)")
    axes.legend(loc="upper left", fontsize=8, edgecolor=LIGHT.faint)


def _tippett(axes: Axes, evidence: CalibrationEvidence) -> None:
    curves = evidence.curves
    x = curves.llr / LN10
    axes.plot(x, curves.share_of_threats, color=LIGHT.sensors[0], linewidth=1.6, label="threat")
    axes.plot(
        x,
        curves.share_of_others,
        color=LIGHT.sensors[1],
        linewidth=1.6,
        linestyle="--",
        label="no threat",
    )
    axes.axvline(0, color=LIGHT.faint, linewidth=0.8)
    for bound in (evidence.llr_low, evidence.llr_high):
        axes.axvline(bound / LN10, color=LIGHT.sensors[3], linewidth=1, linestyle=":")
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel("log10 likelihood ratio (dotted: as far as the passages support)")
    axes.set_ylabel("share of passages with a larger ratio")
    axes.legend(loc="lower left", fontsize=8, edgecolor=LIGHT.faint)


def _cross_entropy(axes: Axes, evidence: CalibrationEvidence) -> None:
    curves = evidence.curves
    x = curves.log_prior_odds / LN10
    for y, style, k, words in (
        (curves.cross_entropy, "-", 0, "as calibrated"),
        (curves.cross_entropy_best, "--", 1, "best map that keeps the order"),
        (curves.cross_entropy_prior, ":", 2, "prior alone"),
    ):
        axes.plot(x, y, style, color=LIGHT.sensors[k], linewidth=1.6, label=words)
    axes.set_ylim(0, 1.1)
    axes.set_xlabel("log10 prior odds of a threat")
    axes.set_ylabel("empirical cross-entropy, bits")
    axes.legend(loc="upper right", fontsize=8, edgecolor=LIGHT.faint)
