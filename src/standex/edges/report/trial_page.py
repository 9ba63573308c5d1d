"""The report of a blind trial, once it is opened."""

import math
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from standex.edges.trial_files import Trial
from standex.evaluation.paired import PairedTest
from standex.evaluation.rates import Rate
from standex.evaluation.trial import TrialTruth
from standex.evaluation.trial_scores import Area, Comparison, SubmissionFigures
from standex.model.errors import StandexError

TEMPLATE = "trial.html.j2"


def write_trial_page(
    path: Path,
    *,
    trial: Trial,
    truth: TrialTruth,
    figures: Sequence[SubmissionFigures],
    comparisons: Sequence[Comparison],
    hashes: Mapping[str, str],
    pfa_per_passage: float,
) -> Path:
    """Write the report of a trial as one HTML file.

    Args:
        path: the file; an older one is replaced.
        trial: public side.
        truth: opened.
        figures: of each submission.
        comparisons: of each two.
        hashes: SHA-256 of each submission, by institute.
        pfa_per_passage: at which detection is stated.

    Returns:
        The path written.

    Raises:
        StandexError: an optional package is missing, or the file cannot be written.
    """
    try:
        import jinja2  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            "reports need the package jinja2; install it with pip install 'standex[report]'"
        ) from error
    # Here and not above: they need matplotlib, an optional extra, and say so when it is missing.
    from standex.edges.report.canvas import DARK, LIGHT, data_uri  # noqa: PLC0415
    from standex.edges.report.figure_trial import draw_trial  # noqa: PLC0415

    folder = resources.files("standex.edges.report")
    # One look for all reports: the style is that of the report of a run.
    run_page = (folder / "page.html.j2").read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    html = environment.from_string((folder / TEMPLATE).read_text("utf-8")).render(
        style=run_page.partition("<style>")[2].partition("</style>")[0],
        trial=trial.table,
        n=len(truth.item_class),
        n_threat=int(truth.is_threat.sum()),
        drawn={
            "light": data_uri(draw_trial(figures, LIGHT)),
            "dark": data_uri(draw_trial(figures, DARK)),
        },
        pfa=f"{pfa_per_passage:g}",
        rows=[_row(one) for one in figures],
        classes=_class_rows(figures),
        pairs=[_pair(one) for one in comparisons],
        hashes=hashes,
    )
    try:
        path.write_text(html, "utf-8")
    except OSError as error:
        raise StandexError(
            f"{path}: the report cannot be written ({error}); choose a writable folder"
        ) from error
    return path


def rate_words(one: Rate) -> str:
    """Return a rate with its interval and its count."""
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f}; {one.k} of {one.n})"


def area_words(one: Area | None) -> str:
    """Return an area with its interval."""
    if one is None:
        return "no scores"
    if math.isnan(one.low):
        return f"{one.value:.3f} (no interval: too few passages, or all in order)"
    return f"{one.value:.3f} ({one.low:.3f} to {one.high:.3f})"


def p_words(p: float | None) -> str:
    """Return a p value."""
    if p is None:
        return ""
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def paired_words(one: PairedTest | None) -> str:
    """Return a paired test in words."""
    if one is None:
        return "no decisions"
    return f"{one.n_first} and {one.n_second} of {one.n}; p {p_words(one.p_value)}"


def _row(one: SubmissionFigures) -> dict[str, str]:
    pd, pfa = one.decided[:2] if one.decided else (None, None)
    return {
        "institute": one.institute,
        "area": area_words(one.area),
        "at_pfa": "no scores" if one.at_pfa is None else rate_words(one.at_pfa.pd_per_passage),
        "pd": "no decisions" if pd is None else rate_words(pd),
        "pfa": "no decisions" if pfa is None else rate_words(pfa),
        "not_screened": f"{one.not_screened.k} of {one.not_screened.n}",
        "cllr": "" if one.cllr_bits is None else f"{one.cllr_bits:.2f}",
    }


def _class_rows(figures: Sequence[SubmissionFigures]) -> list[tuple[str, list[str]]]:
    """Return alarms by what was carried: a row per class, a cell per institute that decided."""
    decided = [one for one in figures if one.decided]
    if not decided:
        return []
    names = [rate.name.removeprefix("alarms per passage, ") for rate in decided[0].decided[2:]]
    cells = [[rate_words(one.decided[2 + k]) for one in decided] for k in range(len(names))]
    return [("", [one.institute for one in decided]), *zip(names, cells, strict=True)]


def _pair(one: Comparison) -> dict[str, Any]:
    return {
        "names": f"{one.first} : {one.second}",
        "area": area_words(one.area_difference),
        "area_p": p_words(one.area_p_value),
        "detections": paired_words(one.detections),
        "false_alarms": paired_words(one.false_alarms),
        "adjusted": p_words(one.smallest_adjusted_p),
    }
