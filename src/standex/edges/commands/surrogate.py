"""``standex surrogate``: stand-ins for costly sensors, made from runs at raw level.

``build`` walks people at raw level and keeps what every chance to look at them came to, as a bank
of scores. ``check`` walks other people at both levels and compares the rates, with intervals. Both
are of the twin: surrogate, simulated.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from standex import __version__
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.look_run_store import (
    FIRST_SEEDS,
    LookJob,
    Purpose,
    banked_sensors,
    run_look_jobs,
)
from standex.edges.score_bank_files import ORIGIN, load_bank, save_bank
from standex.edges.settings import load_site, site_text
from standex.edges.surrogates import KINDS
from standex.evaluation.held_against import Held, counts_of, held
from standex.evaluation.look_runs import LookRun
from standex.evaluation.score_banks import bank_of_runs
from standex.model.errors import StandexError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("action", choices=("build", "check"))
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--runs", type=natural, default=3, help="whole recordings to walk")
    parser.add_argument("--seed", type=natural, help="of the first run; default: far from others")
    parser.add_argument("--recording", default="corridor", help="shipped recording to walk")
    parser.add_argument("--bank", help="for check: shipped bank or a file; default: SITE-sim")
    parser.add_argument(
        "--surrogate-runs", type=natural, default=12, help="for check: at surrogate level"
    )
    parser.add_argument("--store", type=Path, help="JSON lines that keep what was walked")
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the file")


def run(args: argparse.Namespace) -> int:
    """Build a bank, or hold one against the raw level; exit code 1 where a rate differs."""
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StandexError(
            f"--out {args.out}: cannot be written ({error.strerror}); choose another folder"
        ) from error
    return _build(args) if args.action == "build" else _check(args)


def _build(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    if not any(spec.technology in KINDS for spec in site.sensors):
        raise StandexError(
            f"site {site.site_id} has no sensor with a surrogate; there are of {', '.join(KINDS)}"
        )
    runs = _walked(args, "bank", args.runs)
    jobs = _jobs(args, "bank", args.runs)
    first, last = jobs[0].seed, jobs[-1].seed
    try:
        bank = bank_of_runs(
            [(one, job.scene()) for job, one in zip(jobs, runs, strict=True)],
            banked_sensors(jobs[0].site()),
            bank_id=f"{site.site_id}-sim-{first}-{last}",
            provenance=(
                f"twin of site {site.site_id} at raw level, recording {args.recording}, seeds "
                f"{first} to {last}, standex {__version__}; simulated"
            ),
        )
    except ValueError as error:
        raise StandexError(f"the bank cannot be made: {error} (--runs)") from error
    path = args.out / f"{site.site_id}-sim.npz"
    save_bank(bank, path)
    chances = {kind: len(one.person) for kind, one in bank.sensors.items()}
    looks = {kind: int((one.share > 0).any(axis=1).sum()) for kind, one in bank.sensors.items()}
    say(
        args,
        {
            "origin": ORIGIN,
            "bank_id": bank.bank_id,
            "provenance": bank.provenance,
            "path": str(path),
            "people": len(bank.item_class),
            "chances": chances,
            "looks": looks,
        },
        f"SURROGATE, SIMULATED: bank {bank.bank_id} in {path}, {len(bank.item_class)} people",
        *(f"  {kind}: {looks[kind]} looks of {chances[kind]} chances" for kind in chances),
    )
    return 0


def _check(args: argparse.Namespace) -> int:
    bank = args.bank or f"{load_site(args.site).site_id}-sim"
    about = load_bank(bank)
    raw = [o for one in _walked(args, "rates", args.runs) for o in one.outcomes]
    drawn = [
        o for one in _walked(args, "rates", args.surrogate_runs, bank=bank) for o in one.outcomes
    ]
    at_raw, at_surrogate = counts_of(raw), counts_of(drawn)
    try:
        rates = [held(name, at_raw[name], at_surrogate[name]) for name in at_raw]
    except ValueError as error:
        raise StandexError(f"{error}; walk more people (--runs)") from error
    document = _document(args, rates, about.bank_id, raw_passages=len(raw))
    path = args.out / f"{load_site(args.site).site_id}-sim-held.json"
    try:
        path.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    except OSError as error:
        raise StandexError(f"{path}: cannot be written ({error.strerror})") from error
    say(
        args,
        document,
        f"SURROGATE, SIMULATED: bank {about.bank_id} against {len(raw)} passages at raw level, "
        f"{len(drawn)} at surrogate level; in {path}",
        *(f"  {one}" for one in rates),
    )
    return 0 if all(one.agrees for one in rates) else 1


def _document(
    args: argparse.Namespace, rates: Sequence[Held], bank_id: str, *, raw_passages: int
) -> dict[str, object]:
    first = args.seed if args.seed is not None else FIRST_SEEDS["rates"]
    return {
        "origin": ORIGIN,
        "site": str(args.site),
        "recording": args.recording,
        "bank_id": bank_id,
        "raw_seeds": [first, first + args.runs - 1],
        "surrogate_seeds": [first, first + args.surrogate_runs - 1],
        "raw_passages": raw_passages,
        "rates": [
            {
                "name": one.raw.name,
                "raw": asdict(one.raw),
                "surrogate": asdict(one.surrogate),
                "difference_low": one.low,
                "difference_high": one.high,
                "agrees": one.agrees,
            }
            for one in rates
        ],
    }


def _jobs(
    args: argparse.Namespace, purpose: Purpose, n_runs: int, *, bank: str = ""
) -> list[LookJob]:
    first = args.seed if args.seed is not None else FIRST_SEEDS[purpose]
    if n_runs < 1:
        raise StandexError("--runs and --surrogate-runs must be 1 or more")
    return [
        LookJob(
            site_toml=site_text(args.site),
            where=str(args.site),
            recording=args.recording,
            purpose=purpose,
            seed=first + k,
            bank=bank,
        )
        for k in range(n_runs)
    ]


def _walked(
    args: argparse.Namespace, purpose: Purpose, n_runs: int, *, bank: str = ""
) -> list[LookRun]:
    """Return the runs, by seed."""
    jobs = _jobs(args, purpose, n_runs, bank=bank)
    runs: list[LookRun] = []
    with progress(args) as bar:
        level = "surrogate" if bank else "raw"
        task = bar.add_task(f"{n_runs} runs at {level} level", total=n_runs)
        for _, one in run_look_jobs(jobs, store=args.store, processes=args.jobs):
            runs.append(one)
            bar.advance(task)
    return sorted(runs, key=lambda one: one.seed)
