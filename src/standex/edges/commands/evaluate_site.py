"""``standex evaluate site``: people walk through a site of the twin, truth against output.

States detection against false alarms (ROC, DET), rates at the site's own threshold, who was not
screened, whether looks and alerts went to the right person, how soon alerts came, and what staff
would have to answer at a stated prior; each rate with its interval and its denominator. With
``--ablate`` the same people walk again with one thing taken away, and with more sites through
those; differences have a paired test. Leaves a report to print, the data behind each picture, and
how to make it all again. What is finished is kept: the same command goes on where it was stopped.
"""

import argparse
import math
import os
import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from standex.edges.commands.console import progress, say
from standex.edges.commands.crowd_people import add_crowd_arguments, crowd_plan, walk_passages
from standex.edges.commands.evaluation_arguments import (
    OF_THE_TWIN,
    add_stated_arguments,
    manifest_of,
    stated_of,
    stated_words,
    summary_lines,
)
from standex.edges.commands.replay import inside_01
from standex.edges.commands.simulate import RECORDING
from standex.edges.commands.twin_arguments import exercise_of, natural
from standex.edges.report.evaluated import Evaluated, System, tables_of
from standex.edges.report.evaluation_page import write_evaluation
from standex.edges.settings import site_text
from standex.edges.site_runs import SiteJob, Variant, run_site_jobs
from standex.edges.trajectories.shipped import load_shipped
from standex.evaluation.compare_runs import compare
from standex.evaluation.site_figures import rates_by_factor, site_figures
from standex.evaluation.twin_run import TwinRun
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.model.trajectories import Trajectories

HELP = "truth against output of whole sites: report with intervals (simulated)"
FIRST_SEED = 8_000_001  # far from all development
STORE = "runs.jsonl"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("sites", nargs="+", metavar="SITE",
                        help="shipped or a site file; more are held against the first")  # fmt: skip
    parser.add_argument("--passages", type=natural, default=300, help="at least so many people")
    parser.add_argument("--seed", type=natural, default=FIRST_SEED, help="of the first run")
    parser.add_argument(
        "--recording", help=f"shipped recording to walk; default without a crowd: {RECORDING}"
    )
    add_crowd_arguments(parser)
    parser.add_argument("--without", nargs="+", default=[], metavar="SENSOR",
                        help="leave out of the first site, throughout")  # fmt: skip
    parser.add_argument("--ablate", nargs="+", default=[], metavar="WHAT",
                        help="take away one thing at a time: cueing, calibration, a sensor, a "
                        "technology; 'sensors' for each technology in turn, 'single' for each "
                        "technology alone ('NAME alone' for one), 'chance:0.4' for tasked "
                        "sensors that look at 40 %% of people, whoever they are")  # fmt: skip
    parser.add_argument("--looks-from", type=inside_01, metavar="P",
                        help="tasked sensors look only at whose posterior is so high")  # fmt: skip
    parser.add_argument("--surrogate", default="", metavar="BANK",
                        help="costly sensors as surrogates, from a bank of scores")  # fmt: skip
    parser.add_argument("--p-alarm", type=inside_01, metavar="P",
                        help="alarm threshold; default: the site's")  # fmt: skip
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    add_stated_arguments(parser, out=Path("out/evaluate-site"))


def run(args: argparse.Namespace) -> int:
    """Walk whoever has not walked yet, state the figures, and write the report."""
    if args.passages < 1:
        raise StandexError(f"--passages {args.passages}: at least one is needed")
    stated = stated_of(args)
    first = Variant(
        name=args.sites[0] + (f" less {', '.join(sorted(args.without))}" if args.without else ""),
        site_toml=site_text(args.sites[0]),
        where=args.sites[0],
        without=tuple(sorted(args.without)),
        p_alarm=args.p_alarm,
        bank=args.surrogate,
        looks_from=args.looks_from or 0.0,
    )
    site = first.site()
    variants = variants_of(first, args.ablate)
    for name in dict.fromkeys(args.sites[1:]):
        if name == args.sites[0]:
            raise StandexError(f"site {name} is named twice: there is nothing to compare")
        other = Variant(
            name=name,
            site_toml=site_text(name),
            where=name,
            p_alarm=args.p_alarm,
            bank=args.surrogate,
            looks_from=args.looks_from or 0.0,
        )
        variants.append(other)
    for one in variants:
        one.site()  # refuse before hours are spent
    walks, who = _people(args)
    carry = exercise_of(site)
    jobs = [
        SiteJob(variant=variant, trajectories=trajectories, carry=carry, seed=args.seed + k)
        for k, trajectories in enumerate(walks)
        for variant in variants
    ]
    runs: dict[str, list[TwinRun]] = {one.name: [] for one in variants}
    with progress(args) as bar:
        task = bar.add_task("runs", total=len(jobs))
        for (name, _), done in run_site_jobs(jobs, store=args.out / STORE, processes=args.jobs):
            runs[name].append(done)
            bar.advance(task)
    systems = tuple(
        System(name=name, runs=tuple(some), figures=site_figures(some, stated))
        for name, some in runs.items()
    )
    found = Evaluated(
        title=f"Evaluation of site {site.site_id}",
        is_simulated=True,
        who=_told(args, len(systems[0].figures.outcomes), len(walks), who),
        stated=stated,
        p_alarm=site.operating_point.p_alarm,
        systems=systems,
        comparisons=tuple(
            compare(
                other.name,
                systems[0].runs,
                other.runs,
                pfa_per_passage=args.pfa,
                is_at_end=args.at_end,
            )
            for other in systems[1:]
        ),
        by_factor=rates_by_factor(systems[0].figures.outcomes) if args.by_factor else {},
        manifest=manifest_of(
            command_of(args),
            site_files={name: site_text(name) for name in args.sites},
            about={
                "people": walks[0].name,
                "seeds": [args.seed + k for k in range(len(walks))],
                "systems": [one.name for one in systems],
            },
        ),
    )
    return tell(args, found, OF_THE_TWIN)


def tell(args: argparse.Namespace, found: Evaluated, caveat: str) -> int:
    """Write what was found and say where it is; figures are told even without the report."""
    problem: StandexError | None = None
    report: str | None = None
    try:
        report = str(write_evaluation(found, args.out)[-1])
    except StandexError as error:
        problem = error
    document: dict[str, Any] = {
        "origin": found.origin,
        "title": found.title,
        "report": report,
        "tables": tables_of(found),
        "manifest": found.manifest,
    }
    where = f"report in {report}, data beside it" if report else "no report"
    say(args, document, *summary_lines(found), where, caveat)
    if problem:
        raise problem  # last, so that nothing is lost by it
    return 0


def variants_of(first: Variant, ablate: Sequence[str]) -> list[Variant]:
    """Return the site whole, and with each of the things taken away in turn.

    Raises:
        StandexError: there is no such thing to take away.
    """
    site = first.site()
    variants = [first]
    technologies = evidence_of(site)
    for what in ablate:
        match what:
            case "sensors":
                variants += [_without(first, name, ids) for name, ids in technologies.items()]
            case "single":
                variants += [_alone(first, name, technologies) for name in technologies]
            case "cueing":
                variants.append(_uncued(first, "without cueing", 1.0))
            case chance if chance.startswith("chance:"):
                share = _share(chance.removeprefix("chance:"))
                variants.append(_uncued(first, f"without cueing, {share:.0%} looked at", share))
            case "calibration":
                name = "votes in place of likelihoods"
                variants.append(replace(first, name=name, has_likelihoods=False))
            case alone if alone.removesuffix(" alone") in technologies and alone.endswith(" alone"):
                variants.append(_alone(first, alone.removesuffix(" alone"), technologies))
            case _:
                ids = technologies.get(what, [s for s in _ids(site) if s == what])
                if not ids:
                    raise StandexError(
                        f"--ablate {what}: site {site.site_id} has the technologies "
                        f"{', '.join(technologies)} and the sensors {', '.join(_ids(site))}; "
                        "otherwise 'sensors', 'single', 'cueing' or 'calibration'"
                    )
                variants.append(_without(first, what, ids))
    return list({one.name: one for one in variants}.values())


def evidence_of(site: Site) -> dict[str, list[str]]:
    """Return the sensors that say something of what people carry, by technology."""
    found: dict[str, list[str]] = {}
    for spec in site.sensors:
        if spec.calibration:
            found.setdefault(spec.technology, []).append(spec.sensor_id)
    return found


def command_of(args: argparse.Namespace) -> list[str]:
    """Return the command that makes this again, as it is typed."""
    words = ["standex", "evaluate", "site", *map(shlex.quote, args.sites)]
    words += ["--passages", str(args.passages), "--seed", str(args.seed)]
    if args.recording:
        words += ["--recording", shlex.quote(args.recording)]
    if args.crowd:
        words += ["--crowd"]
    if args.people_per_hour is not None:
        words += ["--people-per-hour", f"{args.people_per_hour:g}"]
    if args.p_alarm is not None:
        words += ["--p-alarm", f"{args.p_alarm:g}"]
    if args.looks_from is not None:
        words += ["--looks-from", f"{args.looks_from:g}"]
    if args.surrogate:
        words += ["--surrogate", shlex.quote(args.surrogate)]
    for name, values in (("--without", args.without), ("--ablate", args.ablate)):
        words += [name, *map(shlex.quote, values)] if values else []
    return [*words, *stated_words(args), "--out", shlex.quote(str(args.out))]


def _people(args: argparse.Namespace) -> tuple[list[Trajectories], str]:
    """Return who walks in each run, and whose ways these are."""
    plan = crowd_plan(args, args.sites[0], recording=args.recording)
    if plan is not None:
        crowds = walk_passages(plan, n_passages=args.passages, seed=args.seed)
        return [one.trajectories for one in crowds], "a simulated crowd (nobody was recorded)"
    trajectories = load_shipped(args.recording or RECORDING)
    n_runs = max(1, math.ceil(args.passages / len(trajectories.people)))
    return [trajectories] * n_runs, f"real recorded ways (recording {trajectories.name})"


def _told(args: argparse.Namespace, n_passages: int, n_runs: int, who: str) -> str:
    seeds = f"seeds {args.seed} to {args.seed + n_runs - 1}" if n_runs > 1 else f"seed {args.seed}"
    left_out = f"; left out throughout: {', '.join(sorted(args.without))}" if args.without else ""
    threshold = "" if args.p_alarm is None else f"; checks requested from {args.p_alarm:g} on"
    looks = "" if args.looks_from is None else f"; looks by task from {args.looks_from:g} on"
    level = f"; costly sensors are SURROGATES of bank {args.surrogate}" if args.surrogate else ""
    return f"{n_passages} passages of {who}, {seeds}{left_out}{threshold}{looks}{level}"


def _ids(site: Site) -> list[str]:
    return [spec.sensor_id for spec in site.sensors]


def _uncued(first: Variant, name: str, share: float) -> Variant:
    return replace(first, name=name, has_cueing=False, looks_from=0.0, look_share=share)


def _share(text: str) -> float:
    try:
        return inside_01(text)
    except (ValueError, argparse.ArgumentTypeError):
        raise StandexError(
            f"--ablate chance:{text}: a share of people is needed, such as chance:0.4"
        ) from None


def _without(first: Variant, name: str, sensor_ids: Sequence[str]) -> Variant:
    left_out = tuple(sorted({*first.without, *sensor_ids}))
    return replace(first, name=f"without {name}", without=left_out)


def _alone(first: Variant, name: str, technologies: dict[str, list[str]]) -> Variant:
    others = [i for other, ids in technologies.items() if other != name for i in ids]
    left_out = tuple(sorted({*first.without, *others}))
    # Alone, nothing could cue it.
    return replace(first, name=f"{name} alone", without=left_out, looks_from=0.0)
