"""The report of an evaluation: one page to print, its pictures, and the data behind each."""

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from standex.edges.report.evaluated import Evaluated, Row, needed_rows, tables_of
from standex.edges.report.words import count
from standex.evaluation.alarm_load import (
    FLOOD_PER_10_MIN,
    PEAK_PER_MIN,
    SOURCE,
    STEADY_PER_10_MIN,
    Expected,
)
from standex.evaluation.compare_runs import Comparison
from standex.evaluation.paired import PairedTest
from standex.evaluation.rates import Rate
from standex.evaluation.times import TimeQuantile
from standex.model.errors import StandexError

TEMPLATE = "evaluation.html.j2"
NO_FALSE_ALARM = (
    " No false alarm was seen in these passages: what is expected leaves them out, and only the "
    "intervals say how many there may be."
)
DATA = {"curves": "roc", "posteriors": "people", "times": "people", "priors": "priors",
        "comparisons": "comparisons"}  # fmt: skip


def write_evaluation(found: Evaluated, folder: Path) -> tuple[Path, ...]:
    """Write tables (CSV, JSON), the manifest, pictures (SVG) and the report into a folder.

    Tables and manifest come first: they need no optional package.

    Returns:
        What was written, the report last.

    Raises:
        StandexError: something cannot be written, or an optional package is missing; the tables
            are written then.
    """
    tables = tables_of(found)
    written = [_write(folder / f"{name}.csv", _csv(rows)) for name, rows in tables.items() if rows]
    document = {"origin": found.origin, "title": found.title, "tables": tables}
    written.append(_write(folder / "figures.json", _json(document)))
    written.append(_write(folder / "manifest.json", _json(found.manifest)))
    pictures = _pictures(found)
    written += [_write(folder / f"{name}.svg", svg) for name, (svg, _) in pictures.items()]
    page = render_evaluation(found, {name: uri for name, (_, uri) in pictures.items()})
    written.append(_write(folder / "report.html", page))
    return tuple(written)


def render_evaluation(found: Evaluated, uris: Mapping[str, str]) -> str:
    """Return the text of the page.

    Args:
        found: what was found.
        uris: of the pictures, by name.

    Raises:
        StandexError: an optional package is missing.
    """
    try:
        import jinja2  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise StandexError(
            "reports need the package jinja2; install it with pip install 'standex[report]'"
        ) from error
    source = (resources.files("standex.edges.report") / TEMPLATE).read_text("utf-8")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    pictures = {name: {"uri": uri, "data": DATA[name]} for name, uri in uris.items()}
    return environment.from_string(source).render(pictures=pictures, **_content(found))


def share(value: float) -> str:
    """Return a share for people, with as many digits as it takes to be read."""
    if math.isnan(value):
        return "not known"
    if 0 < value < 0.0005:
        return f"{100 * value:.2g} %"
    return f"{100 * value:.1f} %"


def interval(low: float, high: float) -> str:
    """Return an interval of shares."""
    return f"{share(low)} to {share(high)}"


def probability(value: float) -> str:
    """Return a probability for people, never a bare 0 or 100 %, with digits where it is small."""
    if math.isnan(value):
        return "not known"
    if value > 0.999:
        return "above 99.9 %"
    return "below 0.0001 %" if value < 1e-6 else f"{100 * value:.2g} %"


def number(value: float) -> str:
    """Return a number for people, three digits."""
    if math.isnan(value):
        return "not known"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _content(found: Evaluated) -> dict[str, Any]:
    first = found.first
    names = [one.name for one in found.systems]
    drawn = [one.name for one in found.systems if one.figures.curve]
    left_out = len(drawn) - 4
    return {
        "title": found.title,
        "is_simulated": found.is_simulated,
        "origin": found.origin,
        "who": found.who,
        "first": names[0],
        "tiles": _tiles(found),
        "has_curve": bool(first.curve),
        "stated_words": _stated_words(found),
        "left_out_words": f"{count(left_out, 'more system is', 'more systems are')} in the data."
        if left_out > 0
        else "",
        "rates": [_rate(one) for one in first.rates],
        "association": [_rate(one) for one in first.association],
        "times": [_time(one) for one in first.times],
        "load": _load(found),
        "comparisons": [row for one in found.comparisons for row in _compared(one)],
        "comparison_words": [words for one in found.comparisons if (words := _gone(one))],
        "systems": [
            {
                "name": one.name,
                "pd": _short(one.figures.pd),
                "pfa": _short(one.figures.pfa),
                "tasks": ", ".join(f"{n} {s}" for s, n in one.figures.n_tasks_done.items()) or "0",
            }
            for one in found.systems
        ],
        "by_factor": [_rate(one) for rates in found.by_factor.values() for one in rates],
        "needed": [
            {
                "statement": row["statement"],
                "exact": f"{row['clopper_pearson']:,}",
                "wilson": "" if row["wilson"] is None else f"{row['wilson']:,}",
            }
            for row in needed_rows()
        ],
        "command": found.manifest["command"],
        "made_of": [
            (name, value if isinstance(value, str) else json.dumps(value))
            for name, value in found.manifest.items()
            if name not in ("command", "site_files")
        ],
    }


def _tiles(found: Evaluated) -> list[dict[str, str]]:
    first, stated = found.first, found.stated
    hourly, point = first.alarms_per_hour, first.at_stated
    unseen = next(one for one in first.rates if one.name.startswith("not screened"))
    tiles = [
        _tile(first.pd, f"{first.pd.name}, site's threshold"),
        _tile(first.pfa, f"{first.pfa.name}, site's threshold"),
        _tile(unseen, "not screened"),
    ]
    if point is not None:
        tiles.append(_tile(point.pd_per_passage, f"PD at a PFA of {stated.pfa_per_passage:g}"))
    tiles.append(
        {
            "value": number(first.people_per_hour),
            "words": "people per hour came in",
            "interval": f"{len(first.outcomes)} people in {60 * first.hours:.1f} min",
        }
    )
    tiles.append(
        {
            "value": number(hourly.value),
            "words": "alarms per hour of this exercise",
            "interval": f"{hourly.k} alarms; {number(hourly.low)} to {number(hourly.high)}",
        }
    )
    return tiles


def _tile(one: Rate, words: str) -> dict[str, str]:
    if not one.n:
        return {"value": "no cases", "words": words, "interval": ""}
    return {
        "value": share(one.value),
        "words": words,
        "interval": f"{one.k} of {one.n}; {interval(one.low, one.high)}",
    }


def _stated_words(found: Evaluated) -> str:
    point = found.first.at_stated
    if point is None:
        return ""
    pd, pfa = point.pd_per_passage, point.pfa_per_passage
    n_false = count(pfa.k, "false alarm", "false alarms")
    return (
        f"Where the curve of these very passages has a PFA of at most "
        f"{found.stated.pfa_per_passage:g}, "
        f"{share(pd.value)} of those with a threat would be detected ({pd.k} of {pd.n}; "
        f"{interval(pd.low, pd.high)}), with {n_false} in {pfa.n} passages "
        f"({interval(pfa.low, pfa.high)}). The threshold is chosen on the passages it is stated on."
        + (
            f" So few passages show no PFA between 0 and {1 / pfa.n:.2g}: this is the PD without "
            "any false alarm."
            if found.stated.pfa_per_passage * pfa.n < 1
            else ""
        )
    )


def _rate(one: Rate) -> dict[str, str]:
    return {
        "name": one.name,
        "share": share(one.value) if one.n else "no cases",
        "cases": f"{one.k} of {one.n}",
        "interval": interval(one.low, one.high) if one.n else "",
    }


def _short(one: Rate) -> str:
    return f"{share(one.value)} ({one.k} of {one.n})" if one.n else "no cases"


def _time(one: TimeQuantile) -> dict[str, str]:
    low, high = (f"{end:.1f}" if abs(end) < float("inf") else "" for end in (one.low_s, one.high_s))
    words = f"{low} to {high}" if low and high else f"from {low}" if low else f"up to {high}"
    return {
        "name": one.name,
        "quantile": "median" if one.quantile == 0.5 else f"{100 * one.quantile:g} %",
        "value": f"{one.value_s:.1f}" if one.n else "no cases",
        "n": str(one.n),
        "interval": words if low or high else "too few",
    }


def _load(found: Evaluated) -> dict[str, Any] | None:
    load = found.first.load
    if load is None:
        return None
    operators = count(load.operators, "operator", "operators")

    def row(name: str, one: Expected, target: str, *, is_share: bool) -> dict[str, str]:
        words = probability if is_share else number
        return {
            "name": name,
            "value": words(one.value),
            "interval": f"{words(one.low)} to {words(one.high)}",
            "target": target,
        }

    steady = 6 * STEADY_PER_10_MIN
    verdict = "met" if load.meets_steady else "not shown to be met"
    return {
        "at": f"prior {load.prior:g}",
        "words": (
            f"At a stated prior of {load.prior:g} (one in {1 / load.prior:,.0f} carries a threat), "
            f"{number(load.people_per_hour)} people per hour and {operators}: "
            f"one alarm in ten minutes for each operator is {verdict}."
            + (NO_FALSE_ALARM if not found.first.pfa.k else "")
        )
        if load.prior > 0
        else "At a prior of 0 every alarm is false.",
        "rows": [
            row("P(threat carried | alarm)", load.ppv, "", is_share=True)
            | ({} if found.first.pfa.k else {"value": "not known"}),
            row("alarms per hour", load.alarms_per_hour, "", is_share=False),
            row("alarms per operator-hour", load.alarms_per_operator_hour,
                f"at most {steady:g}", is_share=False),
            row(f"P(more than {FLOOD_PER_10_MIN} alarms in 10 min)", load.p_flood,
                "flood: never", is_share=True),
            row(f"P(more than {PEAK_PER_MIN} alarms in a minute)", load.p_peak,
                "peak: never", is_share=True),
        ],
        "source": SOURCE,
    }  # fmt: skip


def _compared(one: Comparison) -> list[dict[str, str]]:
    tests = [("own thresholds", one.detected)]
    if one.detected_at_pfa is not None:
        tests.append((f"PFA {one.pfa_per_passage:g}", one.detected_at_pfa))
    return [_tested(one.name, at, test) for at, test in tests]


def _tested(against: str, at: str, one: PairedTest) -> dict[str, str]:
    points = [100 * x for x in (one.difference, one.difference_low, one.difference_high)]
    return {
        "against": against,
        "at": at,
        "here": f"{one.n_second} of {one.n}",
        "there": f"{one.n_first} of {one.n}",
        "difference": f"{points[0]:+.1f} points ({points[1]:+.1f} to {points[2]:+.1f})"
        if one.n
        else "no cases",
        "only": f"{one.only_second} / {one.only_first}",
        "p": f"{one.p_value:.2g}",
    }


def _gone(one: Comparison) -> str:
    gone = one.gone
    if gone is None or not gone.misses_other:
        return ""
    return (
        f"Against {one.name}, both at a PFA of {one.pfa_per_passage:g}: {gone.misses} misses in "
        f"place of {gone.misses_other}, {share(gone.share_gone)} of them gone "
        f"({interval(gone.low, gone.high)})."
    )


def _pictures(found: Evaluated) -> dict[str, tuple[str, str]]:
    """Return each picture as SVG text and as a data URI."""
    # Here and not above: it draws with matplotlib, an optional extra, and says so when missing.
    from standex.edges.report import figure_evaluation as draw  # noqa: PLC0415
    from standex.edges.report.canvas import data_uri, svg_text  # noqa: PLC0415

    figures = {"times": draw.draw_times(found)}
    if found.first.curve:
        figures |= {"curves": draw.draw_curves(found), "posteriors": draw.draw_posteriors(found)}
        figures["priors"] = draw.draw_priors(found)
    if found.comparisons:
        figures["comparisons"] = draw.draw_comparisons(found)
    return {name: (svg_text(one), data_uri(one)) for name, one in figures.items()}


def _csv(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    table = csv.DictWriter(text, names, restval="", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _json(data: Any) -> str:
    return json.dumps(data, indent=1, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> Path:
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise StandexError(
            f"{path}: cannot be written ({error.strerror}); choose another --out"
        ) from error
    return path
