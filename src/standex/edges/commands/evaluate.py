"""``standex evaluate microwave``: detection against false alarms of imaging panels, simulated.

Walks people of the twin through a gate of imaging panels, one by one, with known truth: some seeds to
calibrate on, others to state figures on. Rates are per passage, for one generic reference object
(200 cm2, 30 mm, permittivity 2.6 to 3.2), pooled over people, zones and clothes, with
Clopper-Pearson intervals. What is finished is kept: the same command goes on where it was stopped.
"""

import argparse
import os
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from standex import __version__
from standex.edges.calibrations import save_calibration
from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.panel_runs import AT_X_M, PANELS, Lane, run_passages
from standex.edges.settings import site_text
from standex.evaluation.panel_passages import Passage, PassageScores
from standex.evaluation.panel_scores import calibration_of, llr_of, rates_at
from standex.evaluation.roc import RocPoint, at_pfa, roc
from standex.model.calibration import Calibration
from standex.model.errors import StandexError
from standex.twin.wardrobe import Thing

HELP = "detection against false alarms, with intervals (simulated)"
TRAINING_SEED, FIRST_SEED = 2_000_001, 3_000_001  # far from each other and from all development
WANTED_PFA = 0.01
# Shares of the passages that the figures are stated on, and of those that calibrate.
STATED: tuple[tuple[Thing | None, float], ...] = (
    (None, 0.485), ("reference", 0.325), ("telephone", 0.04), ("keys", 0.04), ("metal_plate", 0.03),
    ("wallet", 0.027), ("bottle", 0.027), ("book", 0.026),
)  # fmt: skip
CALIBRATING: tuple[tuple[Thing | None, float], ...] = (
    (None, 0.30), ("reference", 0.20), ("telephone", 0.10), ("keys", 0.10), ("metal_plate", 0.09),
    ("wallet", 0.07), ("bottle", 0.07), ("book", 0.07),
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("what", choices=("microwave",), help="what is evaluated")
    parser.add_argument("--site", default="gate", help="shipped site or a site file, one gate")
    parser.add_argument("--passages", type=natural, default=620, help="that figures are stated on")
    parser.add_argument("--training", type=natural, default=180, help="that calibrate")
    parser.add_argument("--array", choices=("small", "ref"), default="small",
                        help="one panel a side, or two above each other")  # fmt: skip
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")


def run(args: argparse.Namespace) -> int:
    """Walk, calibrate on one part, state figures on the other, draw the curve."""
    lane = Lane(
        site_toml=site_text(args.site),
        where=str(args.site),
        n_stacked={"small": 0, "ref": 2}[args.array],
    )
    training = planned(args.training, CALIBRATING, TRAINING_SEED)
    stated = planned(args.passages, STATED, FIRST_SEED)
    found: dict[str, list[PassageScores]] = {name: [] for name in PANELS}
    with progress(args) as bar:
        task = bar.add_task("passages", total=len(training) + len(stated))
        store = args.out / f"passages-{args.array}.jsonl"
        for done in run_passages(lane, training + stated, store=store, processes=args.jobs):
            for name, one in done.items():
                found[name].append(one)
            bar.advance(task)
    seeds = {passage.seed for passage in training}
    document: dict[str, Any] = {
        "origin": "simulated",
        "site": str(args.site),
        "array": args.array,
        "sweeps_at_x_m": AT_X_M,
        "panels": {},
    }
    lines = [
        f"SIMULATED: {len(stated)} passages through {args.site}, array {args.array}, seeds from "
        f"{FIRST_SEED}; calibrated on {len(training)} others"
    ]
    curves: dict[str, tuple[RocPoint, ...]] = {}
    for name, passages in found.items():
        passages.sort(key=lambda one: one.seed)
        known = [one for one in passages if one.seed in seeds]
        held = [one for one in passages if one.seed not in seeds]
        calibration = _calibrated(known, name, args)
        save_calibration(calibration, args.out / f"imaging-panels-{args.array}-{name}.json")
        llr = llr_of(held, calibration)
        things = np.array([one.thing or "nothing" for one in held])
        must_not = np.isin(things, ["nothing", "telephone", "keys"])
        curve = roc(llr[things == "reference"], llr[must_not])
        curves[f"{name} panel{'s' if name == 'two' else ''}"] = curve
        point = at_pfa(curve, WANTED_PFA)
        rates = rates_at(held, llr, point.threshold)
        document["panels"][name] = {
            "threshold_llr": point.threshold if np.isfinite(point.threshold) else None,
            "cllr": calibration.cllr,
            "pfa_clean_and_benign_metal": _rate(point.pfa_per_passage),
            "rates": [{"name": r.name, **_rate(r)} for r in rates],
        }
        lines += [
            f"{name} panel{'s' if name == 'two' else ''} (a side each), at PFA of at most "
            f"{WANTED_PFA} against clean and benign-metal passages together:",
            *(f"  {r}" for r in rates),
        ]
    # The picture needs an extra that the rest does without.
    draw_roc = import_module("standex.edges.report.figure_roc").draw_roc
    picture = args.out / f"roc-{args.array}.png"
    draw_roc(curves, picture, title=f"Imaging panels, array {args.array}, {len(stated)} passages")
    document["picture"] = str(picture)
    lines.append(f"curve in {picture}; calibrations beside it")
    lines.append("Rates are of the twin: no statement about any device or place.")
    say(args, document, *lines)
    return 0


def planned(
    n: int, shares: tuple[tuple[Thing | None, float], ...], first_seed: int
) -> list[Passage]:
    """Return n passages with things in their shares, mixed, each with its own seed."""
    counts = [round(share * n) for _, share in shares]
    counts[0] += n - sum(counts)
    things = [thing for (thing, _), k in zip(shares, counts, strict=True) for _ in range(max(k, 0))]
    order = np.random.default_rng(0).permutation(len(things))
    return [Passage(seed=first_seed + k, thing=things[row]) for k, row in enumerate(order)]


def _calibrated(
    passages: list[PassageScores], name: str, args: argparse.Namespace
) -> Calibration:
    try:
        return calibration_of(
            passages,
            name=f"imaging-panels-{args.array}-{name}",
            provenance=(
                f"twin of site {args.site}, array {args.array}, {name} panel(s), {len(passages)} "
                f"passages from seed {TRAINING_SEED}, standex {__version__}"
            ),
            made_utc_ns=SystemClock().utc_ns(),
        )
    except ValueError as error:
        raise StandexError(f"no calibration: {error}; walk more people (--training)") from error


def _rate(rate: Any) -> dict[str, Any]:
    return {"k": rate.k, "n": rate.n, "value": rate.value, "low": rate.low, "high": rate.high}
