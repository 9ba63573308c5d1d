"""``standex evaluate tracking``: how well people are followed, on crowds that were recorded.

The people and their ways are recorded; the position sensor is simulated: independent noise of
0.15 m per axis, 90 % of the people reported a scan, 0.02 false positions per m2 and scan, ten
scans a second, over the rectangle that the people stay inside. Where people were annotated less
often than five times a second, the truth between is a cubic spline. Figures: OSPA, GOSPA (order 2,
cut-off 1 m), CLEAR-MOT, IDF1 (gate 0.6 m) and HOTA by TrackEval, switches per person and minute,
and on whom the evidence of a synthetic sensor landed that looks at people at random. Errors of
scans have block-bootstrap intervals in time, figures of whole runs Student's over draws of the
sensor, landing a bootstrap over carriers. The first two seconds do not count.
"""

import argparse
import csv
import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.tracking_scenario import Scenario, read_scenario
from standex.edges.tracking_sets import SET_NAMES, RecordedSet, chosen_sets, load_set
from standex.evaluation.tracking_intervals import Figure
from standex.evaluation.tracking_run import tracking_run
from standex.evaluation.tracking_sensor import VirtualSensor, floor_of, is_splined, truth_of
from standex.evaluation.tracking_table import CrowdFigures, crowd_figures
from standex.model.errors import DataFileError, StandexError
from standex.model.ports import Tracker
from standex.tracking.tracker import CrowdTracker

HELP = "how well people are followed, with intervals (recorded people, simulated sensors)"
ORIGIN = "recorded people under simulated sensors"
SYNTHETIC = "synthetic people under simulated sensors"
RATE_HZ = 10.0
FIRST_SEED = 4_000_001  # far from all development
COLUMNS = {
    "gospa_m": "GOSPA m", "ospa_m": "OSPA m", "missed_per_scan": "missed/scan",
    "false_per_scan": "false/scan", "mota": "MOTA", "idf1": "IDF1", "hota": "HOTA",
    "switches_per_person_minute": "switches/person/min",
}  # fmt: skip
LANDING = {"on_carrier": "on carrier", "on_others": "on others", "stranded": "on ended tracks"}
WAY_WORDS = {"row": "looks that came with a position", "footprint": "looks by their footprint"}
PICTURES = ("tracking-gospa.png", "tracking-landing.png")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--sets", nargs="+", metavar="SET",
                        help=f"only these; there are {', '.join(SET_NAMES)}")  # fmt: skip
    parser.add_argument(
        "--data", type=Path, help="folder of recorded data; default: the one STANDEX_DATA names"
    )
    parser.add_argument("--scenario", type=Path, nargs="+", metavar="IN.npz",
                        help="synthetic crowds instead of recorded ones")  # fmt: skip
    parser.add_argument("--seeds", type=natural, default=5, help="draws of the sensor")
    parser.add_argument("--seconds", type=natural, metavar="S", help="at most so much of each set")
    parser.add_argument("--cost", type=Path, metavar="FILE",
                        help="draw lines that benchmarks/bench_tracking.py printed")  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")


def run(args: argparse.Namespace) -> int:
    """Follow the people of each set, state the figures, draw them."""
    if args.seeds < 1:
        raise StandexError(f"--seeds {args.seeds}: at least one draw of the sensor is needed")
    costs = _costs(args.cost) if args.cost else {}
    _make(args.out)
    tracker = CrowdTracker()
    document: dict[str, Any] = {"origin": ORIGIN, "sets": {}, "left_out": {}}
    done: dict[str, CrowdFigures] = {}
    if args.scenario:
        document["origin"] = SYNTHETIC
        for path in args.scenario:
            scenario = read_scenario(path)
            done[scenario.name] = _of_scenario(tracker, scenario)
            document["sets"][scenario.name] = {"file": str(path), **_told(done[scenario.name])}
    else:
        data = args.data or (Path(os.environ["STANDEX_DATA"]) if _named() else None)
        names = tuple(args.sets) if args.sets else None
        sets, document["left_out"] = chosen_sets(names, data)
        document |= {"sensor": _sensor_told(), "seeds_from": FIRST_SEED}
        with progress(args) as bar:
            task = bar.add_task("draws", total=len(sets) * args.seeds)
            for one in sets:
                done[one.name], about = _of_set(tracker, one, data, args, lambda: bar.advance(task))
                document["sets"][one.name] = {**about, **_told(done[one.name])}
    problem = _draw(done, costs, args.out, document)
    _write(done, document, args.out)
    say(args, document, *_lines(done, document, args.out))
    if problem:
        raise problem  # last, so that nothing is lost by it
    return 0


def _named() -> bool:
    return bool(os.environ.get("STANDEX_DATA"))


def _of_set(
    tracker: Tracker,
    one: RecordedSet,
    data: Path | None,
    args: argparse.Namespace,
    advance: Any,
) -> tuple[CrowdFigures, dict[str, Any]]:
    trajectories = load_set(one, data)
    lasts = [s for s in (one.lasts_s, args.seconds) if s is not None]
    truth = truth_of(
        trajectories, rate_hz=RATE_HZ, from_s=one.from_s, lasts_s=min(lasts) if lasts else None
    )
    floor, sensor = floor_of(truth), VirtualSensor()
    runs = []
    for seed in range(FIRST_SEED, FIRST_SEED + args.seeds):
        rng = np.random.default_rng([seed, *one.name.encode()])
        scans = sensor.scans(truth, floor, rng=rng)
        try:
            runs.append(tracking_run(tracker, truth, scans, rng=rng))
        except ValueError as error:
            raise StandexError(
                f"set {one.name}: no figure ({error}); give it more --seconds"
            ) from error
        advance()
    about = {
        "title": one.title,
        "floor_m": (floor.max_site_m - floor.min_site_m).tolist(),
        "splined": is_splined(trajectories),
        "terms": one.terms,
    }
    return crowd_figures(runs, step_s=1 / RATE_HZ, rng=np.random.default_rng(0)), about


def _of_scenario(tracker: Tracker, scenario: Scenario) -> CrowdFigures:
    """Return the figures of a file; its one draw of the sensor has no interval over draws."""
    rng = np.random.default_rng(FIRST_SEED)
    try:
        found = tracking_run(tracker, scenario.truth, scenario.scans, rng=rng)
    except ValueError as error:
        raise DataFileError(f"{scenario.name}: no figure can be made of it ({error})") from error
    step_s = float(np.median(np.diff(scenario.truth.t_utc_ns))) * 1e-9
    return crowd_figures([found], step_s=step_s, rng=np.random.default_rng(0))


def _sensor_told() -> dict[str, float]:
    sensor = VirtualSensor()
    return {
        "sigma_m": sensor.sigma_m,
        "p_detect": sensor.p_detect,
        "clutter_per_m2": sensor.clutter_per_m2,
        "rate_hz": RATE_HZ,
    }


def _told(one: CrowdFigures) -> dict[str, Any]:
    """Return the figures of a set, for machines."""
    return {
        "draws": one.n_runs,
        "scans": one.n_scans,
        "people_per_scan": one.people_per_scan,
        "figures": {name: _figure(figure) for name, figure in one.figures.items()},
        "gospa_parts_m2_per_person": dict(
            zip(("localisation", "missed", "false"), one.parts_m2, strict=True)
        ),
        "landing": {
            way: {name: _figure(figure) for name, figure in shares.items()}
            for way, shares in one.landing.items()
        },
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": _finite(figure.value),
        "low": _finite(figure.low),
        "high": _finite(figure.high),
        "interval": figure.interval,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _lines(done: dict[str, CrowdFigures], document: dict[str, Any], out: Path) -> list[str]:
    """Return the figures, for people."""
    lines = [f"{document['origin'].upper()}: value (95 % interval)"]
    rows = [["set", "people/scan", *COLUMNS.values()]]
    for name, one in done.items():
        cells = [_cell(one.figures.get(column)) for column in COLUMNS]
        rows.append([name, f"{one.people_per_scan:.0f}", *cells])
    lines += _aligned(rows)
    for way, words in WAY_WORDS.items():
        lines.append(f"share of carriers' log-likelihood ratio, {words}:")
        rows = [["set", *LANDING.values()]]
        for name, one in done.items():
            shares = one.landing.get(way, {})  # pyright: ignore[reportCallIssue, reportArgumentType]
            rows.append([name, *(_cell(shares.get(part)) for part in LANDING)])
        lines += _aligned(rows)
    splined = [name for name, one in document["sets"].items() if one.get("splined")]
    if splined:
        lines.append(f"truth between annotations is a cubic spline: {', '.join(splined)}")
    lines += [
        f"{name}: {one['terms']}" for name, one in document["sets"].items() if one.get("terms")
    ]
    lines += [f"left out: {name}: {why}" for name, why in document["left_out"].items()]
    lines.append(f"figures in {out / 'tracking.json'} and {out / 'tracking.csv'}")
    return lines


def _cell(figure: Figure | None) -> str:
    if figure is None or not math.isfinite(figure.value):
        return "-"
    if not math.isfinite(figure.low):
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _draw(
    done: dict[str, CrowdFigures],
    costs: dict[str, list[tuple[int, float]]],
    out: Path,
    document: dict[str, Any],
) -> StandexError | None:
    """Draw the pictures; return what was wrong."""
    title = f"{document['origin'][0].upper()}{document['origin'][1:]}"
    document["pictures"] = []
    try:
        # Here and not above: it draws with matplotlib, an optional extra, and says so when missing.
        from standex.edges.report.figure_tracking import (  # noqa: PLC0415
            draw_cost,
            draw_gospa,
            draw_landing,
        )

        gospa, landing = (out / name for name in PICTURES)
        draw_gospa({name: one.parts_m2 for name, one in done.items()}, gospa, title=title)
        document["pictures"].append(str(gospa))
        looked = {name: one.landing["row"] for name, one in done.items() if "row" in one.landing}
        if looked:
            words = f"{title}: on whom evidence landed"
            draw_landing(looked, landing, title=words)
            document["pictures"].append(str(landing))
        if costs:
            draw_cost(costs, out / "tracking-cost.png", title="Synthetic crowds, one core")
            document["pictures"].append(str(out / "tracking-cost.png"))
    except StandexError as error:
        return error
    return None


def _costs(path: Path) -> dict[str, list[tuple[int, float]]]:
    """Return people and ms a scan of each tracker, from lines of JSON."""
    try:
        costs: dict[str, list[tuple[int, float]]] = {}
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                one = json.loads(line)
                costs.setdefault(str(one["tracker"]), []).append(
                    (int(one["n"]), float(one["ms_median"]))
                )
    except OSError as error:
        raise DataFileError(f"--cost {path}: cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataFileError(
            f"--cost {path}: a line is not one that bench_tracking.py prints ({error})"
        ) from error
    return costs


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StandexError(
            f"{out}: cannot be made ({error.strerror}); choose another --out"
        ) from error


def _write(done: dict[str, CrowdFigures], document: dict[str, Any], out: Path) -> None:
    try:
        text = json.dumps(document, indent=1, allow_nan=False) + "\n"
        (out / "tracking.json").write_text(text, "utf-8")
        with (out / "tracking.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["origin", "set", "figure", "value", "low", "high", "interval"])
            for name, one in done.items():
                table.writerows(
                    [document["origin"], name, told, figure.value, figure.low, figure.high,
                     figure.interval] for told, figure in _all(one)
                )  # fmt: skip
    except OSError as error:
        raise StandexError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from error


def _all(one: CrowdFigures) -> Iterable[tuple[str, Figure]]:
    yield from one.figures.items()
    for way, shares in one.landing.items():
        for name, figure in shares.items():
            yield f"landing_{way}_{name}", figure
