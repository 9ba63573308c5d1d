"""The report of a calibration: one page, and the pictures, tables and numbers behind it."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.report.canvas import data_uri
from standex.edges.report.figure_calibration import calibration_pictures, save
from standex.evaluation.calibration_figures import CalibrationEvidence, Figure
from standex.evaluation.reliability import LEVEL, ReliabilityBin
from standex.model.calibration import Calibration, Origin
from standex.model.errors import StandexError

CAPTIONS = {
    "reliability": "Posteriors at the share of threats among these passages, and what was found. "
    "Numbers: passages in the bin.",
    "tippett": "Misleading passages are those of the dashed curve right of zero, and of the full "
    "one left of it.",
    "cross_entropy": "What is left unknown at each prior. Between the full and the dashed curve: "
    "loss of calibration. Above the dotted one, the evidence would do harm.",
}


def write_calibration_report(
    calibration: Calibration, evidence: CalibrationEvidence, folder: Path
) -> Path:
    """Write page, pictures, tables and numbers of a calibration into a folder.

    Args:
        calibration: that was made.
        evidence: of the passages held back.
        folder: is made; older files of the same names are replaced.

    Returns:
        The page.

    Raises:
        StandexError: something cannot be written there.
    """
    is_simulated = calibration.origin is Origin.SIMULATED
    pictures = calibration_pictures(evidence, is_simulated=is_simulated)
    page = folder / "report.html"
    texts = {
        "report.html": page_text(
            calibration, evidence, {name: data_uri(one) for name, one in pictures.items()}
        ),
        "evidence.json": json.dumps(document_of(calibration, evidence), indent=1, allow_nan=False)
        + "\n",
        **tables_of(evidence),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(
            f"--report {folder}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    for name, figure in pictures.items():
        save(figure, folder / f"{name}.png")
    return page


def document_of(calibration: Calibration, evidence: CalibrationEvidence) -> dict[str, Any]:
    """Return all numbers for machines; curves are in the tables."""
    return {
        "calibration_id": calibration.calibration_id,
        "sensor_kind": calibration.sensor_kind,
        "origin": calibration.origin.value,
        "provenance": calibration.provenance,
        "made_utc_ns": calibration.made_utc_ns,
        "expires_utc_ns": calibration.expires_utc_ns,
        "n_threats": evidence.n_threats,
        "n_others": evidence.n_others,
        "passages_per_class": calibration.n_passages_per_class,
        "cllr": _figure(evidence.cllr),
        "min_cllr": _figure(evidence.min_cllr),
        "p_detect": _figure(evidence.p_detect),
        "correlation": calibration.correlation,
        "bound": calibration.bound,
        "supported_llr": [evidence.llr_low, evidence.llr_high],
        "share_beyond_supported": evidence.beyond,
        "prior_of_bins": evidence.prior,
        "level_of_bins": LEVEL,
        "bins": [_bin(one) for one in evidence.bins],
    }


def tables_of(evidence: CalibrationEvidence) -> dict[str, str]:
    """Return the tables behind the pictures as CSV, by the names of their files."""
    curves = evidence.curves
    return {
        "reliability.csv": _csv(
            ("from", "to", "p_stated", "k", "n", "low", "high", "holds"),
            (tuple(_bin(one).values()) for one in evidence.bins),
        ),
        "tippett.csv": _csv(
            ("llr", "share_of_threats_above", "share_of_others_above"),
            zip(curves.llr, curves.share_of_threats, curves.share_of_others, strict=True),
        ),
        "cross_entropy.csv": _csv(
            ("log_prior_odds", "as_calibrated_bits", "best_bits", "prior_alone_bits"),
            zip(
                curves.log_prior_odds,
                curves.cross_entropy,
                curves.cross_entropy_best,
                curves.cross_entropy_prior,
                strict=True,
            ),
        ),
    }


def lines_of(evidence: CalibrationEvidence) -> tuple[str, ...]:
    """Return the evidence in sentences."""
    lost = evidence.cllr.value - evidence.min_cllr.value
    held = sum(one.holds for one in evidence.bins)
    return (
        f"{evidence.cllr}; 1 says nothing",
        f"{evidence.min_cllr}: {lost:.3f} bits are lost by calibration",
        str(evidence.p_detect),
        f"so many passages support ratios from 1/{np.exp(-evidence.llr_low):.3g} to "
        f"{np.exp(evidence.llr_high):.3g} (ELUB); {100 * evidence.beyond:.1f} % of the passages "
        "held back lie beyond",
        f"stated probabilities hold in {held} of {len(evidence.bins)} bins "
        f"({100 * LEVEL:.1f} % intervals)",
    )


def page_text(
    calibration: Calibration, evidence: CalibrationEvidence, images: dict[str, str]
) -> str:
    """Return the page; it needs nothing else to be read or printed.

    Args:
        calibration: that was made.
        evidence: of the passages held back.
        images: the pictures, as data URIs.
    """
    word = "SIMULATED: " if calibration.origin is Origin.SIMULATED else ""
    head = escape(f"{word}calibration {calibration.calibration_id}")
    classes = ", ".join(f"{n} {name}" for name, n in calibration.n_passages_per_class.items())
    facts = (
        f"For scores of kind {calibration.sensor_kind}: {', '.join(calibration.feature_names)}.",
        f"Made from: {calibration.provenance}.",
        f"Zones with a known content: {classes}.",
        *lines_of(evidence),
        "Intervals draw the passages at hand again; they say nothing of another site, season or "
        "device.",
    )
    told = "".join(f"<li>{escape(one)}</li>\n" for one in facts)
    drawn = "".join(
        f'<figure><img src="{images[name]}" alt="{escape(name)}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>\n"
        for name, caption in CAPTIONS.items()
    )
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in _shown(one)) + "</tr>\n"
        for one in evidence.bins
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{head}</title>\n'
        "<style>body{font:15px/1.45 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
        "color:#1c2126}figure{margin:1.5em 0}img{max-width:100%}table{border-collapse:collapse}"
        "td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #b9c0c7}</style>"
        f"</head><body>\n<h1>{head}</h1>\n<ul>\n{told}</ul>\n{drawn}"
        "<table><tr><th>bin</th><th>stated</th><th>found</th><th>interval</th><th></th></tr>\n"
        f"{rows}</table>\n</body></html>\n"
    )


def _shown(one: ReliabilityBin) -> tuple[str, ...]:
    name = f"{one.low:.2f} to {one.high:.2f}"
    if not one.found.n:
        return name, "", "nobody", "", ""
    return (
        name,
        f"{one.p_stated:.3f}",
        f"{one.found.value:.3f} ({one.found.k} of {one.found.n})",
        f"{one.found.low:.3f} to {one.found.high:.3f}",
        "" if one.holds else "does not hold",
    )


def _figure(one: Figure) -> dict[str, Any]:
    return {"value": one.value, "low": one.low, "high": one.high, "level": one.level, "n": one.n}


def _bin(one: ReliabilityBin) -> dict[str, Any]:
    return {
        "from": one.low,
        "to": one.high,
        "p_stated": one.p_stated if one.found.n else None,
        "k": one.found.k,
        "n": one.found.n,
        "low": one.found.low,
        "high": one.found.high,
        "holds": one.holds,
    }


def _csv(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(head)
    table.writerows(["" if cell is None else cell for cell in row] for row in rows)
    return text.getvalue()
