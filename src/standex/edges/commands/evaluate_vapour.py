"""``standex evaluate vapour``: a gas array on real recordings, weeks after it was trained.

Trains on the training runs of SmellNet (18 foods, 5 recordings of each) and states accuracy, AUC,
Cllr and reliability on recordings of the same session and, beside them, on those of a later
session. Only the later ones count. Temperature, humidity, pressure and altitude are left out: in
this set they tell the day, and the day tells the food. Intervals are over recordings.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.commands.console import say
from standex.edges.vapour_files.smellnet import SmellNet, read_smellnet
from standex.evaluation.rates import Rate
from standex.evaluation.tracking_intervals import Figure
from standex.evaluation.vapour_sessions import (
    FEATURES,
    FOLDS,
    SessionFigures,
    features_of,
    rows_of,
    session_figures,
    standardised,
    trained,
)
from standex.model.errors import StandexError

HELP = "gas arrays on real recordings of a later session, with intervals"
SEED = 5_000_001  # far from all development
WITHIN = "same session, each recording held back"
TEST = "same session, its test runs"
LATER = "LATER session"
TRANSFER = f"LATER session, 1 in {FOLDS} of it spent to standardise"
SHORT = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "folder", type=Path, nargs="?", metavar="FOLDER",
        help="of SmellNet; default: enose/smellnet in the folder that STANDEX_DATA names",
    )  # fmt: skip
    parser.add_argument(
        "--features", choices=FEATURES, nargs="+", default=list(FEATURES),
        help="what of a recording is compared; default: each",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Train, and state figures within the session and on the later one."""
    smells = read_smellnet(_folder(args))
    document: dict[str, Any] = {
        "origin": "measured",
        "data": "SmellNet (Feng et al., arXiv:2506.00239), 18 foods, 8 gas channels",
        "counts": {"training": len(smells.training), "test": len(smells.testing),
                   "later": len(smells.later), "substances": len(smells.names)},
        "chance": {"accuracy": 1 / len(smells.names), "auc": 0.5, "cllr": 1.0},
        "seed": SEED,
        "features": {},
    }  # fmt: skip
    lines = [
        f"MEASURED: {len(smells.names)} foods, trained on {len(smells.training)} recordings; "
        "value (95 % interval, over recordings)",
        "Only the later session counts; the same session shows by how much one would be misled.",
        f"By chance: accuracy {1 / len(smells.names):.3f}, AUC 0.5, Cllr 1 bit (more misleads).",
    ]
    for kind in args.features:
        sessions = _figures(smells, kind)
        document["features"][kind] = {one.name: _told(one) for one in sessions}
        lines += ["", f"features: {kind}", *_table(sessions)]
    say(args, document, *lines)
    return 0


def _folder(args: argparse.Namespace) -> Path:
    if args.folder is not None:
        return args.folder
    data = os.environ.get("STANDEX_DATA")
    if not data:
        raise StandexError("no folder is named (FOLDER, or STANDEX_DATA)")
    return Path(data) / "enose" / "smellnet"


def _figures(smells: SmellNet, kind: str) -> tuple[SessionFigures, ...]:
    group = np.array(smells.is_nut)
    features = {
        part: features_of(recordings, kind)
        for part, recordings in (
            ("training", smells.training),
            ("testing", smells.testing),
            ("later", smells.later),
        )
    }
    substance = {
        "training": rows_of(smells.training, smells.names),
        "testing": rows_of(smells.testing, smells.names),
        "later": rows_of(smells.later, smells.names),
    }
    model, held = trained(features["training"], substance["training"])
    later, truth = features["later"], substance["later"]
    spent = standardised(model, later, truth, rng=np.random.default_rng(SEED))
    scored = (
        (WITHIN, held, substance["training"]),
        (TEST, model.log_likelihood(features["testing"]), substance["testing"]),
        (LATER, model.log_likelihood(later), truth),
        (TRANSFER, spent, truth),
    )
    return tuple(
        session_figures(name, said, true, group=group, rng=np.random.default_rng(SEED))
        for name, said, true in scored
    )


def _told(one: SessionFigures) -> dict[str, Any]:
    return {
        "n": one.n,
        "accuracy": _rate(one.accuracy),
        "group_accuracy": _rate(one.group_accuracy),
        "auc": _figure(one.auc),
        "cllr_bits": _figure(one.cllr),
        "reliability": [
            {"from": b.low, "to": b.high, "stated": b.stated, "right": _rate(b.right)}
            for b in one.reliability
        ],
    }


def _rate(one: Rate) -> dict[str, float]:
    return {"value": one.value, "k": one.k, "n": one.n, "low": one.low, "high": one.high}


def _figure(one: Figure) -> dict[str, float | str | None]:
    low, high = (None if np.isnan(value) else value for value in (one.low, one.high))
    return {"value": one.value, "low": low, "high": high, "interval": one.interval}


def _table(sessions: tuple[SessionFigures, ...]) -> list[str]:
    width = max(len(one.name) for one in sessions)
    lines = [
        f"  {'':{width}}    n  {'accuracy':{SHORT - 8}} {'nut or spice':{SHORT - 8}} "
        f"{'AUC':{SHORT - 8}} Cllr, bits"
    ]
    for one in sessions:
        cells = [
            f"{part.value:.2f} ({part.low:.2f} to {part.high:.2f})"
            for part in (one.accuracy, one.group_accuracy, one.auc, one.cllr)
        ]
        lines.append(
            f"  {one.name:{width}}  {one.n:3}  "
            + " ".join(f"{cell:{SHORT - 8}}" for cell in cells).rstrip()
        )
    lines.append("  where the likeliest food was said to have this probability, it was right:")
    for one in sessions:
        bins = ", ".join(f"{b.stated:.2f}: {b.right.k} of {b.right.n}" for b in one.reliability)
        lines.append(f"  {one.name:{width}}  {bins}")
    return lines
