"""``standex evaluate dependence``: how far a site's sensors err together, for its site file.

Simulated passages with more carriers than usual; every calibrated sensor's looks at a zone of a
person are rated, what was carried there is taken out, and what is left is compared: two looks of
one sensor, and looks of two. What is printed for two sensors goes into the site file
(``[[dependence]]``), and the ledger discounts by it.
"""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.commands.calibrate import CARRIED
from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import exercise_of, natural
from standex.edges.many_runs import Job, run_jobs
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.dependence import EstimatedCorrelation, RatedLooks, between, within
from standex.evaluation.twin_run import LookScores
from standex.model.calibration import Calibration
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.twin.carry import CarryModel

HELP = "how far sensors err together, from simulated passages"
FIRST_SEED = 2_000_001  # far from the seeds of calibrations and of figures


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", nargs="?", default="metro", help="shipped site or a site file")
    parser.add_argument("--runs", type=natural, default=4, help="whole recordings to walk")
    parser.add_argument("--seed", type=natural, default=FIRST_SEED, help="of the first run")
    parser.add_argument("--recording", default="corridor", help="shipped recording to walk")
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, help="file for the tables of the site file")


def run(args: argparse.Namespace) -> int:
    """Walk, compare, tell."""
    site = load_site(args.site)
    calibrations = calibrations_of(site)
    trajectories = load_shipped(args.recording)
    jobs = [
        Job(
            site_toml=site_text(args.site),
            where=str(args.site),
            trajectories=trajectories,
            carry=CarryModel(share=dict.fromkeys(CARRIED, 0.2), residue=exercise_of(site).residue),
            seed=args.seed + k,
        )
        for k in range(args.runs)
    ]
    looks: list[tuple[int, tuple[LookScores, ...]]] = []
    with progress(args) as bar:
        task = bar.add_task("passages with known truth", total=args.runs)
        for done in run_jobs(jobs, processes=args.jobs):
            looks.append((done.seed, done.looks))
            bar.advance(task)
    found, left_out = estimates(
        rated(site, calibrations, sorted(looks, key=lambda one: one[0])),
        rng=np.random.default_rng(0),
    )
    stated = site.correlations()
    tables = [line for one in found if one.between[0] != one.between[1] for line in snippet(one)]
    if args.out is not None:
        _write(args.out, "\n".join(tables) + "\n")
    say(
        args,
        {
            "origin": "simulated",
            "site": str(args.site),
            "seeds": [job.seed for job in jobs],
            "correlations": [
                {
                    "between": list(one.between),
                    "correlation": one.correlation,
                    "low": one.low,
                    "high": one.high,
                    "level": one.level,
                    "n_passages": one.n_passages,
                    "stated": stated.get(frozenset(one.between)),
                }
                for one in found
            ],
            "left_out": left_out,
        },
        f"SIMULATED: errors that looks share, site {site.site_id}, seeds {args.seed} to "
        f"{args.seed + args.runs - 1}",
        *(f"  {one}{_against(one, stated)}" for one in found),
        *(f"  left out: {why}" for why in left_out),
        *tables,
    )
    return 0


def rated(
    site: Site,
    calibrations: Mapping[str, Calibration],
    runs: Sequence[tuple[int, tuple[LookScores, ...]]],
) -> RatedLooks:
    """Return the looks of calibrated sensors with their likelihood ratios.

    Args:
        site: for its sensors.
        calibrations: by the names that sensors use.
        runs: seed and looks of each.

    Raises:
        StandexError: no calibrated sensor looked at anybody.
    """
    threat = ("threat",)
    sensor_id: list[str] = []
    llr: list[float] = []
    keys: list[tuple[int, int, int]] = []
    classes: list[str] = []
    for seed, of_run in runs:
        for one in of_run:
            for row, name in enumerate(one.sensor_id):
                calibration = calibrations.get(site.sensor(name).calibration)
                if calibration is None or calibration.feature_names != one.score_names:
                    continue
                said = calibration.log_likelihood(one.score[row][None])[0]
                is_threat = np.array([n.startswith(threat) for n in calibration.class_names])
                sensor_id.append(name)
                llr.append(
                    float(np.log(np.exp(said[is_threat]).mean() / np.exp(said[~is_threat]).mean()))
                )
                keys.append((seed, int(one.person[row]), int(one.zone[row])))
                classes.append(one.item_class[row])
    if not keys:
        raise StandexError(
            f"no calibrated sensor of site {site.site_id} looked at anybody; calibrate first, or "
            "walk more people (--runs)"
        )
    _, passage = np.unique(np.array(keys), axis=0, return_inverse=True)
    names = sorted(set(classes))
    return RatedLooks(
        sensor_id=tuple(sensor_id),
        llr=np.array(llr),
        passage=passage.reshape(-1),
        class_row=np.array([names.index(name) for name in classes]),
    )


def estimates(
    looks: RatedLooks, *, rng: np.random.Generator
) -> tuple[list[EstimatedCorrelation], list[str]]:
    """Return all correlations that can be estimated, and why the others cannot.

    Args:
        looks: with their ratios.
        rng: draws the resamples.
    """
    sensors = sorted(set(looks.sensor_id))
    found: list[EstimatedCorrelation] = []
    left_out: list[str] = []
    own: dict[str, float] = {}
    for name in sensors:
        try:
            one = within(looks, name, rng=rng)
        except ValueError as error:
            left_out.append(str(error))
            continue
        own[name] = one.correlation
        found.append(one)
    for first, second in combinations(sensors, 2):
        try:
            found.append(between(looks, first, second, own=own, rng=rng))
        except ValueError as error:
            left_out.append(str(error))
    return found, left_out


def snippet(one: EstimatedCorrelation) -> list[str]:
    """Return the table for the site file, where two sensors err together at all."""
    if not one.low > 0:
        return []
    reason = (
        f"simulated passages: {100 * one.level:.0f} % interval {one.low:.2f} to {one.high:.2f}, "
        f"{one.n_passages} zones; say what they share"
    )
    first, second = (json.dumps(name) for name in one.between)
    return [
        "",
        "[[dependence]]",
        f"between = [{first}, {second}]",
        f"correlation = {one.correlation:.2f}",
        f"reason = {json.dumps(reason)}",
    ]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(
            f"--out {path}: cannot be written ({error.strerror}); choose another"
        ) from error


def _against(one: EstimatedCorrelation, stated: Mapping[frozenset[str], float]) -> str:
    if one.between[0] == one.between[1]:
        return ""
    said: Any = stated.get(frozenset(one.between), 0.0)
    return f"; the site states {said:.2f}"
