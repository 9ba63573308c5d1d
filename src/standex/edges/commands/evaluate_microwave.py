"""``standex evaluate microwave``: detection against false alarms of imaging panels, simulated.

Walks people of the twin through a gate of imaging panels, one by one, with known truth: some seeds
that only teach, others to state figures on, each scored by a calibration that has not seen it
(the teaching passages and four fifths of the others). Rates are per passage, for one generic
reference object (200 cm2, 30 mm, permittivity 2.6 to 3.2), pooled over people, zones and clothes,
with Clopper-Pearson intervals. What is finished is kept: the same command goes on where it was
stopped.
"""

import argparse
import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from standex import __version__
from standex.edges.calibrations import save_calibration
from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.panel_runs import (
    AT_X_M,
    PANELS,
    Key,
    Lane,
    Results,
    run_passages,
    stored_passages,
)
from standex.edges.settings import site_text
from standex.evaluation.panel_passages import Passage, PassageScores
from standex.evaluation.panel_scores import (
    CLASSES,
    FACTORS,
    MUST_NOT_ALARM,
    REFERENCE,
    Factor,
    calibration_of,
    curve_of,
    held_back_llr,
    pd_by,
    rates_at,
)
from standex.evaluation.rates import Rate
from standex.evaluation.roc import RocPoint, at_pfa
from standex.model.calibration import Calibration
from standex.model.errors import StandexError
from standex.twin.wardrobe import THINGS, Thing

HELP = "detection against false alarms, with intervals (simulated)"
TRAINING_SEED, FIRST_SEED = 2_000_001, 3_000_001  # far from each other and from all development
WANTED_PFA = 0.01
LEAST_PER_CLASS = 10  # passages that a calibration needs
N_STACKED = {"small": 0, "ref": 2}
NAMES = {
    ("small", "one"): "one panel",
    ("small", "two"): "two panels, one on each side",
    ("ref", "one"): "two panels on one side",
    ("ref", "two"): "four panels, two on each side",
}
STAYS = (
    "Figures by one factor are of few passages, and they stay with whoever made them: they are "
    "not for publication."
)
OF_THE_TWIN = "Rates are of the twin: no statement about any device or place."
# Shares of the passages that the figures are stated on, and of those that calibrate.
STATED: tuple[tuple[Thing | None, float], ...] = (
    (None, 0.485), ("reference", 0.325), ("telephone", 0.04), ("keys", 0.04), ("metal_plate", 0.03),
    ("wallet", 0.027), ("bottle", 0.027), ("book", 0.026),
)  # fmt: skip
CALIBRATING: tuple[tuple[Thing | None, float], ...] = (
    (None, 0.30), ("reference", 0.20), ("telephone", 0.10), ("keys", 0.10), ("metal_plate", 0.09),
    ("wallet", 0.07), ("bottle", 0.07), ("book", 0.07),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stated:
    """What passages say about one array.

    Attributes:
        passages: that the figures are stated on.
        calibration: made on others.
        llr: of each passage.
        curve: of detection against false alarms.
        point: of it, at the wanted PFA.
        rates: there.
    """

    passages: tuple[PassageScores, ...]
    calibration: Calibration
    llr: Float[np.ndarray, " n"]
    curve: tuple[RocPoint, ...]
    point: RocPoint
    rates: tuple[Rate, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--site", default="gate", help="shipped site or a site file, one gate")
    parser.add_argument("--passages", type=natural, default=620, help="that figures are stated on")
    parser.add_argument("--training", type=natural, default=180, help="that calibrate")
    parser.add_argument("--array", choices=tuple(N_STACKED), default="small",
                        help="one panel a side, or two above each other")  # fmt: skip
    parser.add_argument(
        "--stored", action="store_true", help="figures of the stored passages; walk nobody"
    )
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")
    parser.add_argument("--by", choices=FACTORS, metavar="FACTOR",
                        help=f"only tell the detection by one factor ({', '.join(FACTORS)}), of "
                        "passages already walked; nothing is written")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Walk, calibrate on one part, state figures on the other, draw the curve."""
    training = planned(args.training, CALIBRATING, TRAINING_SEED)
    stated = planned(args.passages, STATED, FIRST_SEED)
    _refuse_too_few(training, stated)
    lane = Lane(
        site_toml=site_text(args.site), where=str(args.site), n_stacked=N_STACKED[args.array]
    )
    store = args.out / f"passages-{args.array}.jsonl"
    if args.stored:
        stored = stored_passages(store, lane)
        training, stated = (
            [one for one in plan if (one.seed, one.thing) in stored] for plan in (training, stated)
        )
        _refuse_too_few(training, stated)
    if args.by:
        return _tell_by(args.by, lane, store, training, stated, args)
    done: list[Results] = []
    with progress(args) as bar:
        task = bar.add_task("passages", total=len(training) + len(stated))
        for results in run_passages(lane, training + stated, store=store, processes=args.jobs):
            done.append(results)
            bar.advance(task)
    of_arrays = {name: _stated(name, done, training, args) for name in PANELS}
    for name, of_array in of_arrays.items():
        save_calibration(
            of_array.calibration, args.out / f"imaging-panels-{args.array}-{name}.json"
        )
    document, lines = _told(of_arrays, training, stated, args)
    problem = _draw(of_arrays, args.out / f"roc-{args.array}.png", len(stated), args)
    document["picture"] = None if problem else str(args.out / f"roc-{args.array}.png")
    figures = args.out / f"figures-{args.array}.json"
    _write(figures, document)
    where = "no picture" if problem else f"curve in {document['picture']}"
    say(
        args,
        document,
        *lines,
        f"{where}; figures in {figures}, calibrations beside it",
        OF_THE_TWIN,
    )
    if problem:
        raise problem  # last, so that nothing is lost by it
    return 0


def planned(
    n: int, shares: tuple[tuple[Thing | None, float], ...], first_seed: int
) -> list[Passage]:
    """Return n passages with things in their shares, mixed, each with its own seed.

    Args:
        n: of passages.
        shares: of the things; what rounding leaves goes to the first.
        first_seed: of the passages, which count on from it.
    """
    counts = [round(share * n) for _, share in shares]
    counts[0] += n - sum(counts)
    things = [thing for (thing, _), k in zip(shares, counts, strict=True) for _ in range(max(k, 0))]
    order = np.random.default_rng(0).permutation(len(things))
    return [Passage(seed=first_seed + k, thing=things[row]) for k, row in enumerate(order)]


def _refuse_too_few(training: Sequence[Passage], stated: Sequence[Passage]) -> None:
    """Refuse before hours are spent on what no figure could be made of."""
    counts = Counter(
        "nothing" if one.thing is None else THINGS[one.thing].item_class for one in training
    )
    few = min(CLASSES, key=lambda name: counts[name])
    if counts[few] < LEAST_PER_CLASS:
        raise StandexError(
            f"--training {len(training)}: only {counts[few]} passages would be of class {few!r}; "
            f"at least {LEAST_PER_CLASS} are needed: walk more people (--training)"
        )
    things = {one.thing for one in stated}
    if REFERENCE not in things or not things & set(MUST_NOT_ALARM):
        raise StandexError(
            f"--passages {len(stated)}: passages with the reference object and passages that must "
            "not alarm are needed: walk more people (--passages)"
        )


def _stated(
    name: str, done: Iterable[Results], training: Sequence[Passage], args: argparse.Namespace
) -> Stated:
    """Calibrate one array on all passages; state figures on those that do not only teach.

    The figures are by calibrations that have not seen the passage they score.

    Raises:
        StandexError: there are too few passages of a kind.
    """
    seeds = {passage.seed for passage in training}
    passages = sorted((results[name] for results in done), key=lambda one: one.seed)
    known = [one for one in passages if one.seed in seeds]
    held = tuple(one for one in passages if one.seed not in seeds)
    try:
        calibration = calibration_of(
            [*known, *held],
            name=f"imaging-panels-{args.array}-{name}",
            provenance=(
                f"twin of site {args.site}, array {args.array}, {NAMES[args.array, name]}, "
                f"{len(known)} passages from seed {TRAINING_SEED} and {len(held)} from seed "
                f"{FIRST_SEED}, standex {__version__}"
            ),
            made_utc_ns=SystemClock().utc_ns(),
        )
    except ValueError as error:
        raise StandexError(f"no calibration: {error}; walk more people (--training)") from error
    llr = held_back_llr(held, known, rng=np.random.default_rng(0))
    try:
        curve = curve_of(held, llr)
    except ValueError as error:
        raise StandexError(f"no curve: {error}; walk more people (--passages)") from error
    point = at_pfa(curve, WANTED_PFA)
    return Stated(
        passages=held,
        calibration=calibration,
        llr=llr,
        curve=curve,
        point=point,
        rates=rates_at(held, llr, point.threshold),
    )


def _told(
    of_arrays: dict[str, Stated],
    training: Sequence[Passage],
    stated: Sequence[Passage],
    args: argparse.Namespace,
) -> tuple[dict[str, Any], list[str]]:
    """Return the figures, for machines and for people."""
    document: dict[str, Any] = {
        "origin": "simulated",
        "site": str(args.site),
        "array": args.array,
        "sweeps_at_x_m": AT_X_M,
        "passages": len(stated),
        "from_seed": FIRST_SEED,
        "training": len(training),
        "training_from_seed": TRAINING_SEED,
        "wanted_pfa_per_passage": WANTED_PFA,
        "panels": {},
    }
    lines = [
        f"SIMULATED: {len(stated)} passages through {args.site}, array {args.array}, seeds from "
        f"{FIRST_SEED}; each scored by a calibration of {len(training)} others and of four fifths "
        "of these, which has not seen it"
    ]
    for name, one in of_arrays.items():
        point = one.point
        document["panels"][name] = {
            "name": NAMES[args.array, name],
            "threshold_llr": point.threshold if np.isfinite(point.threshold) else None,
            "cllr": one.calibration.cllr,
            "pfa_clean_and_benign_metal": _rate(point.pfa_per_passage),
            "rates": [{"name": rate.name, **_rate(rate)} for rate in one.rates],
        }
        lines += [
            f"{NAMES[args.array, name]}, where the curve of these passages has a PFA of at most "
            f"{WANTED_PFA} against clean and benign-metal ones together:",
            *(f"  {rate}" for rate in one.rates),
        ]
    return document, lines


def _tell_by(
    factor: Factor,
    lane: Lane,
    store: Path,
    training: Sequence[Passage],
    stated: Sequence[Passage],
    args: argparse.Namespace,
) -> int:
    """Tell the detection by one factor, of what is in the store; write nothing."""
    stored = stored_passages(store, lane)
    wanted: list[Key] = [(one.seed, one.thing) for one in (*training, *stated)]
    done = [stored[key] for key in wanted if key in stored]
    if not done:
        raise StandexError(
            f"{store}: holds none of the {len(wanted)} passages; walk them first, without --by"
        )
    document: dict[str, Any] = {
        "origin": "simulated",
        "site": str(args.site),
        "array": args.array,
        "by": factor,
        "note": STAYS,
        "panels": {},
    }
    lines = [
        f"SIMULATED: {len(done)} of {len(wanted)} passages through {args.site}, array {args.array}"
    ]
    for name in PANELS:
        one = _stated(name, done, training, args)
        rates = pd_by(one.passages, one.llr, one.point.threshold, factor=factor)
        document["panels"][name] = [{"name": rate.name, **_rate(rate)} for rate in rates]
        lines += [f"{NAMES[args.array, name]}, by {factor}:", *(f"  {rate}" for rate in rates)]
    say(args, document, *lines, STAYS, OF_THE_TWIN)
    return 0


def _draw(
    of_arrays: dict[str, Stated], path: Path, n: int, args: argparse.Namespace
) -> StandexError | None:
    """Draw the curves; return what was wrong."""
    try:
        # Here and not above: it draws with matplotlib, an optional extra, and says so when missing.
        from standex.edges.report.figure_roc import draw_roc  # noqa: PLC0415

        draw_roc(
            {NAMES[args.array, name]: one.curve for name, one in of_arrays.items()},
            path,
            title=f"Imaging panels, array {args.array}, {n} passages",
            marked_pfa_per_passage=WANTED_PFA,
        )
    except StandexError as error:
        return error
    return None


def _write(path: Path, document: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(
            f"{path}: cannot be written ({error.strerror}); choose another --out"
        ) from error


def _rate(rate: Rate) -> dict[str, Any]:
    return {"k": rate.k, "n": rate.n, "value": rate.value, "low": rate.low, "high": rate.high}
