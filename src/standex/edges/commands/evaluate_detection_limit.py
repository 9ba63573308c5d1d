"""``standex evaluate detection-limit``: LOD90 after the definition of ASTM E2677, from a table.

The table is a CSV file with a header: ``mass`` (or a name that begins with ``mass`` or
``loading``, which may say the unit), ``response``, and ``range_m`` where there are several ranges.
Blanks have mass 0. Where the measurements come from the twin, say so with ``--simulated``.
"""

import argparse
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.commands.console import say
from standex.evaluation.detection_limit import DetectionLimit, detection_limit
from standex.evaluation.rates import Rate
from standex.model.errors import DataFileError, StandexError

HELP = "limit of detection of a table of measurements"
MAX_ROWS = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("file", nargs="?", type=Path, help="CSV file of mass and response")
    parser.add_argument("--probability", type=float, default=0.9, help="of detection at the limit")
    parser.add_argument("--confidence", type=float, default=0.9, help="of the statement")
    parser.add_argument("--floor", type=float, help="lowest response that the instrument gives")
    parser.add_argument("--critical", type=float, help="alarm threshold, where it is fixed")
    parser.add_argument("--simulated", action="store_true", help="the measurements are of the twin")
    parser.add_argument("--out", type=Path, help="picture to draw")


def run(args: argparse.Namespace) -> int:
    """Read, estimate, tell."""
    if args.file is None:
        raise StandexError("name a CSV file with the columns mass and response")
    for name in ("probability", "confidence"):
        if not 0.5 < getattr(args, name) < 1:
            raise StandexError(f"--{name} {getattr(args, name)} must be inside (0.5, 1)")
    mass_name, columns = read_table(args.file)
    range_m = columns.get("range_m")
    groups: dict[str, np.ndarray] = {"": np.ones(len(columns["mass"]), dtype=bool)}
    if range_m is not None:
        groups = {f"{at:g} m": range_m == at for at in np.unique(range_m)}
    limits: dict[str, DetectionLimit] = {}
    for name, rows in groups.items():
        try:
            limits[name] = detection_limit(
                columns["mass"][rows],
                columns["response"][rows],
                probability=args.probability,
                confidence=args.confidence,
                floor=args.floor,
                critical_value=args.critical,
            )
        except StandexError as error:
            where = f"{args.file}, {name}" if name else str(args.file)
            raise StandexError(f"{where}: {error}") from error
    if args.out is not None:
        # Pictures need a package that the figures do not.
        from standex.edges.report.figure_detection_limit import (  # noqa: PLC0415
            draw_detection_limit,
        )

        draw_detection_limit(
            {name: (columns["mass"][rows], columns["response"][rows], limits[name])
             for name, rows in groups.items()},
            args.out,
            mass_name=mass_name,
            is_simulated=args.simulated,
        )  # fmt: skip
    word = "SIMULATED. " if args.simulated else ""
    lines = [line for name, one in limits.items() for line in _lines(word, name, one, mass_name)]
    say(
        args,
        {
            "origin": "simulated" if args.simulated else "as the file says",
            "mass": mass_name,
            "limits": {name or "all": _document(one) for name, one in limits.items()},
        },
        *lines,
    )
    return 0


def read_table(path: Path) -> tuple[str, Mapping[str, np.ndarray]]:
    """Return the name of the mass column as written, and the columns by their short names.

    Raises:
        DataFileError: it cannot be read, a column is missing, or a value is no finite number.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            header = [name.strip() for name in next(rows, [])]
            named = {_short(name): k for k, name in enumerate(header)}
            if "mass" not in named or "response" not in named:
                raise DataFileError(
                    f"{path}: the header is {header}; columns mass (or loading) and response are "
                    "wanted"
                )
            wanted = {k: named[k] for k in ("mass", "response", "range_m") if k in named}
            values: dict[str, list[float]] = {name: [] for name in wanted}
            for number, row in enumerate(rows, start=2):
                if not any(cell.strip() for cell in row):
                    continue
                if number > MAX_ROWS:
                    raise DataFileError(f"{path}: more than {MAX_ROWS} rows; split the file")
                for name, column in wanted.items():
                    values[name].append(_number(path, number, row, column))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataFileError(f"{path}: cannot be read as CSV ({error})") from error
    return header[named["mass"]], {name: np.array(own) for name, own in values.items()}


def _short(name: str) -> str:
    low = name.lower()
    return "mass" if low.startswith(("mass", "loading")) else low


def _number(path: Path, number: int, row: list[str], column: int) -> float:
    text = row[column].strip() if column < len(row) else ""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise DataFileError(f"{path}, line {number}: {text!r} is no finite number")
    return value


def _lines(word: str, where: str, one: DetectionLimit, mass_name: str) -> list[str]:
    upper = f"{one.mass_upper:.3g}" if np.isfinite(one.mass_upper) else "none"
    name = f"LOD{100 * one.probability:.0f}"
    told = "given" if one.critical_is_given else "upper tolerance limit of the blanks"
    return [
        f"{word}{name}{', ' + where if where else ''}: {one.mass:.3g} ({mass_name}), upper "
        f"{100 * one.confidence:.0f} % limit {upper}; {one.n_measurements} measurements",
        f"  critical value {one.critical_value:.4g} ({told})",
        *(f"  {level}" for level in one.levels),
        *(f"  note: {note}" for note in one.notes),
    ]


def _document(one: DetectionLimit) -> dict[str, Any]:
    return {
        "probability": one.probability,
        "confidence": one.confidence,
        "critical_value": one.critical_value,
        "critical_is_given": one.critical_is_given,
        "mass": one.mass,
        "mass_upper": one.mass_upper if np.isfinite(one.mass_upper) else None,
        "intercept": one.intercept,
        "slope": one.slope,
        "sigma_blank": one.sigma_blank,
        "sigma_slope": one.sigma_slope,
        "n_measurements": one.n_measurements,
        "levels": [_rate(level) for level in one.levels],
        "notes": list(one.notes),
    }


def _rate(one: Rate) -> dict[str, Any]:
    return {"name": one.name, "k": one.k, "n": one.n, "low": one.low, "high": one.high}
