"""``standex simulate``: people walk through a site of the twin, and are scored.

They are the site's simulated crowd where it has one, or else people of a recording.

Rates are per passage, with Clopper-Pearson intervals, and are simulated: they are the twin's, and
no statement about any device or place.
"""

import argparse
import math
import os
from collections import Counter
from typing import Any

import numpy as np

from standex.edges.commands.console import progress, say
from standex.edges.commands.crowd_people import (
    WalkedCrowd,
    add_crowd_arguments,
    crowd_document,
    crowd_line,
    crowd_plan,
    walk_passages,
)
from standex.edges.commands.twin_arguments import exercise_of, natural
from standex.edges.many_runs import Job, run_jobs, without
from standex.edges.people_file import judged_by
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.score import PersonOutcome, rates_of
from standex.evaluation.twin_run import TwinRun

RECORDING = "corridor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--passages", type=natural, default=300, help="at least so many people")
    parser.add_argument("--seed", type=natural, default=1, help="of the first run")
    parser.add_argument(
        "--recording", help=f"shipped recording to walk; default without a crowd: {RECORDING}"
    )
    add_crowd_arguments(parser)
    parser.add_argument("--without", nargs="+", default=[], metavar="SENSOR", help="leave out")
    parser.add_argument(
        "--surrogate", metavar="BANK", help="costly sensors as surrogates, from a bank of scores"
    )
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")


def run(args: argparse.Namespace) -> int:
    """Run as many whole recordings or crowds as it takes, and print the rates."""
    site = without(load_site(args.site), args.without)
    plan = crowd_plan(args, args.site, recording=args.recording)
    crowds: list[WalkedCrowd] = []
    if plan is None:
        trajectories = load_shipped(args.recording or RECORDING)
        n_runs = max(1, math.ceil(args.passages / len(trajectories.people)))
        walks = [trajectories] * n_runs
        who = f"real recorded ways (recording {trajectories.name}"
    else:
        crowds = walk_passages(plan, n_passages=args.passages, seed=args.seed)
        walks = [one.trajectories for one in crowds]
        who = "a simulated crowd (nobody of it was recorded"
    jobs = [
        Job(
            site_toml=site_text(args.site),
            where=str(args.site),
            trajectories=trajectories,
            carry=exercise_of(site),
            seed=args.seed + k,
            without=tuple(args.without),
            bank=args.surrogate or "",
        )
        for k, trajectories in enumerate(walks)
    ]
    n_runs = len(jobs)
    runs: list[TwinRun] = []
    with progress(args) as bar:
        task = bar.add_task(f"{n_runs} runs of {walks[0].name}", total=n_runs)
        for done in run_jobs(jobs, processes=args.jobs):
            runs.append(done)
            bar.advance(task)
    outcomes = tuple(o for one in sorted(runs, key=lambda r: r.seed) for o in one.outcomes)
    document = _document(args, runs, outcomes, is_crowd=plan is not None)
    document["judged_by"] = judged_by(site)
    document["people"] = _people(runs)
    if plan is not None:
        document["crowd"] = crowd_document(plan, crowds)
    counted = ", ".join(f"{n} {name}" for name, n in document["carried"].items())
    say(
        args,
        document,
        f"SIMULATED: site {site.site_id}, {len(outcomes)} passages of {who}, "
        f"seeds {args.seed} to {args.seed + n_runs - 1})",
        *([f"without {', '.join(sorted(args.without))}"] if args.without else []),
        *([crowd_line(document["crowd"])] if plan is not None else []),
        *(["costly sensors are SURROGATES"] if args.surrogate else []),
        f"carried: {counted}",
        *(f"  {one}" for one in rates_of(outcomes)),
        f"  {document['tracks_per_person']:.3f} track numbers per person, "
        f"{document['looks_per_person']:.1f} looks per person, "
        f"{document['stray_alerts']} alerts with nobody near",
        _when(document),
        "Rates are of the twin: no statement about any device or place.",
    )
    return 0


def _people(runs: list[TwinRun]) -> list[dict[str, Any]]:
    """Return one row per passage: what a threshold or a stated probability is judged by."""
    return [
        {
            "seed": one.seed,
            "person": person.person,
            "item_class": person.item_class,
            "outcome": person.outcome.value,
            "p_max": person.p_max,
            "p_final": None if math.isnan(person.p_final) else person.p_final,
            "n_looks": person.n_looks,
        }
        for one in sorted(runs, key=lambda one: one.seed)
        for person in one.outcomes
    ]


def _when(document: dict[str, Any]) -> str:
    if document["alert_s_median"] is None:
        return "  nobody was alarmed about"
    return (
        f"  alert {document['alert_s_median']:.1f} s after entering (median), "
        f"{document['seconds_in_reach_median']:.1f} s left in reach"
    )


def _document(
    args: argparse.Namespace,
    runs: list[TwinRun],
    outcomes: tuple[PersonOutcome, ...],
    *,
    is_crowd: bool,
) -> dict[str, Any]:
    alerted = [o for o in outcomes if not math.isnan(o.alert_s)]
    return {
        "origin": "simulated",
        "site": str(args.site),
        "recording": None if is_crowd else args.recording or RECORDING,
        "without": sorted(args.without),
        "surrogate": args.surrogate,
        "seeds": sorted(one.seed for one in runs),
        "passages": len(outcomes),
        "carried": dict(Counter(o.item_class for o in outcomes)),
        "outcomes": dict(Counter(o.outcome.value for o in outcomes)),
        "rates": [
            {"name": r.name, "k": r.k, "n": r.n, "low": r.low, "high": r.high, "level": r.level}
            for r in rates_of(outcomes)
        ],
        "tracks_per_person": float(np.mean([o.n_tracks for o in outcomes])),
        "looks_per_person": float(np.mean([o.n_looks for o in outcomes])),
        "stray_alerts": sum(one.n_stray_alerts for one in runs),
        "alert_s_median": float(np.median([o.alert_s for o in alerted])) if alerted else None,
        "seconds_in_reach_median": (
            float(np.median([o.seconds_in_reach for o in alerted])) if alerted else None
        ),
    }
