"""``standex evaluate chain``: the hand-over chain of the Rome trial, on a simulated crowd.

Everybody is marked at the Init line by a command, and the mark goes where the station's joins take
it: through the 2D cameras, over the gap at the Re-ID line, through the 3D cameras to the Exit line.
Parts fail as often as published (2D 2 %, 3D 0.3 %, command 0.5 % of passages), each by itself, on
top of the cameras' own misses, hidings and clutter. Published, of 586 people of a real trial:
97.4 % shown right, 97.6 % handed over right. The figures here are of simulated people, and no joins
are switched on and off on the very same run.
"""

import argparse
import csv
import json
import math
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from standex.edges.commands.console import progress, say
from standex.edges.commands.twin_arguments import natural
from standex.edges.many_runs import START_UTC_NS
from standex.edges.plugins import build_instruments, build_technologies
from standex.edges.settings import parse_crowd, parse_site, site_text
from standex.evaluation.chain import ChainChunk, chain_chunk
from standex.evaluation.chain_clothing import BETWEEN, NOISE
from standex.evaluation.chain_failures import P_2D, P_3D, P_COMMAND, P_RE_ID
from standex.evaluation.chain_figures import GOAL, PUBLISHED, ChainFigures, figures_of
from standex.evaluation.chain_lines import chain_of
from standex.evaluation.chain_score import Cause
from standex.evaluation.rates import Rate
from standex.model.errors import StandexError
from standex.station import Station
from standex.tracking.hand_over import JointHandOver
from standex.tracking.reunion import Reunion
from standex.twin.crowd.plan import CrowdPlan
from standex.twin.crowd.simulate import simulate_crowd

HELP = "the right person shown and handed over along the Rome chain, with intervals (simulated)"

FIRST_SEED = 7_000_001  # far from all development
CHUNK_S = 1800.0
MARGIN_S = 10.0
PASSAGES = 5860


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One crowd.

    Attributes:
        site_toml: text of the site file.
        where: the file, for messages.
        seed: of everything drawn.
        duration_s: people come in so long.
        has_clothing: whether cameras report clothing.
    """

    site_toml: str
    where: str
    seed: int
    duration_s: float
    has_clothing: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--site", default="rome", help="site with an Init, Re-ID and Exit line")
    parser.add_argument("--passages", type=natural, default=PASSAGES,
                        help="whole passages from the Init to the Exit line, at least")  # fmt: skip
    parser.add_argument("--clothing", action="store_true",
                        help="cameras report clothing descriptors, too (assumed ones)")  # fmt: skip
    parser.add_argument("--seed", type=natural, default=FIRST_SEED, help="of the first crowd")
    parser.add_argument("--jobs", type=natural, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("out/evaluate"), help="folder of results")


def run(args: argparse.Namespace) -> int:
    """Walk crowds through the chain, state the figures, and what the errors were."""
    if args.passages < 1:
        raise StandexError(f"--passages {args.passages}: at least one is needed")
    text = site_text(args.site)
    plan = _plan(text, args.site)
    chain_of(parse_site(text, where=args.site))
    _make(args.out)
    duration_s = min(CHUNK_S, MARGIN_S + 3600.0 * args.passages / _people_per_hour(plan))
    chunks: list[ChainChunk] = []
    with progress(args) as bar:
        task = bar.add_task("passages", total=args.passages)
        while (missing := args.passages - _count(chunks)) > 0:
            each = duration_s * _people_per_hour(plan) / 3600.0
            n = max(1, math.floor(missing / each))
            first = args.seed + len(chunks)
            jobs = [
                Job(
                    site_toml=text,
                    where=args.site,
                    seed=first + k,
                    duration_s=duration_s,
                    has_clothing=args.clothing,
                )
                for k in range(n)
            ]
            for chunk in run_jobs(jobs, processes=args.jobs):
                chunks.append(chunk)
                bar.update(task, completed=min(_count(chunks), args.passages))
    chunks.sort(key=lambda chunk: chunk.seed)
    figures = figures_of(chunks)
    document = _told(figures, chunks, args)
    _write(document, figures, args.out)
    say(args, document, *_lines(figures, chunks, args))
    return 0


def run_jobs(jobs: list[Job], *, processes: int) -> Iterator[ChainChunk]:
    """Yield what came of each crowd as it finishes; each depends on its own seed alone.

    Raises:
        StandexError: a process was killed.
    """
    if processes <= 1 or len(jobs) == 1:
        yield from map(run_job, jobs)
        return
    # Child processes must start with one BLAS thread each: set before they import NumPy.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    context = multiprocessing.get_context("spawn")
    strangers = set(multiprocessing.active_children())
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_die_of_ctrl_c) as pool:
        try:
            for done in as_completed([pool.submit(run_job, job) for job in jobs]):
                yield done.result()
        except BrokenProcessPool as error:
            raise StandexError(
                "a process that walked a crowd was killed, perhaps for want of memory; run again "
                "with fewer --jobs"
            ) from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - strangers:
                child.terminate()
            raise


def run_job(job: Job) -> ChainChunk:
    """Return what came of one crowd."""
    site = parse_site(job.site_toml, where=job.where)
    plan = _plan(job.site_toml, job.where)
    with threadpool_limits(limits=1):
        crowd = simulate_crowd(plan, duration_s=job.duration_s, seed=job.seed)
        station = Station.of(site, build_technologies(site, {}), {})
        # The descriptors of this evaluation are assumed ones, and so is how much they say.
        model = Reunion(descriptor_within=NOISE, descriptor_between=BETWEEN)
        station = replace(station, hand_over=JointHandOver(site=site, model=model))
        instruments = build_instruments(site, job.seed)
        return chain_chunk(
            station, instruments, crowd, start_utc_ns=START_UTC_NS, has_clothing=job.has_clothing
        )


def _die_of_ctrl_c() -> None:
    """Let Ctrl-C end a child at once; its parent says what there is to say."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _plan(text: str, where: str) -> CrowdPlan:
    plan = parse_crowd(text, where=where)
    if plan is None:
        raise StandexError(f"site {where} has no [crowd] table: nobody walks there; try rome")
    return plan


def _people_per_hour(plan: CrowdPlan) -> float:
    """Return how many people come in an hour, for the first time and again."""
    fresh = sum(flow.people_per_hour for flow in plan.flows)
    return fresh / (1 - min(plan.returns.share, 0.9))


def _count(chunks: list[ChainChunk]) -> int:
    return sum(len(chunk.outcomes) for chunk in chunks)


def _told(
    figures: ChainFigures, chunks: list[ChainChunk], args: argparse.Namespace
) -> dict[str, Any]:
    """Return the figures, for machines."""
    return {
        "origin": "simulated",
        "site": str(args.site),
        "has_clothing": bool(args.clothing),
        "passages": figures.n_passages,
        "no_whole_passages": figures.n_other,
        "seeds": [chunk.seed for chunk in chunks],
        "simulated_s": sum(chunk.simulated_s for chunk in chunks),
        "part_success_fixed": {"2d": P_2D, "re_id": P_RE_ID, "3d": P_3D, "command": P_COMMAND},
        "published_of_586_people": PUBLISHED,
        "goal_of_lower_bounds": GOAL,
        "reaches_goal": figures.reaches_goal,
        "rates": [{"name": one.name, **_rate(one)} for one in _rates(figures)],
        "mean_share_of_time_shown_right": figures.mean_share_shown,
        "mean_share_of_time_shown_right_no_joins": figures.mean_share_shown_without_joins,
        "joins": asdict(figures.joins),
        "errors": {str(cause): n for cause, n in figures.causes.items()},
        "errors_no_joins": {str(cause): n for cause, n in figures.causes_without_joins.items()},
        "wrong_passages": [
            {
                "seed": chunk.seed,
                "visit": one.visit,
                "after_s": round(one.error_s, 2),
                "cause": str(one.cause),
                "shown": one.is_shown,
                "handed_over": one.is_handed_over,
                "failed": list(one.failed),
                "n_in_party": one.n_in_party,
                "track_numbers": list(one.numbers),
            }
            for chunk in chunks
            for one in chunk.outcomes
            if one.cause is not Cause.NONE
        ],
    }


def _rates(figures: ChainFigures) -> tuple[Rate, ...]:
    return (
        figures.shown,
        figures.handed_over,
        figures.shown_without_joins,
        figures.handed_over_without_joins,
        *figures.parts,
        *figures.arrivals,
    )


def _rate(one: Rate) -> dict[str, Any]:
    value = one.value if one.n else None
    return {"k": one.k, "n": one.n, "value": value, "low": one.low, "high": one.high}


def _lines(figures: ChainFigures, chunks: list[ChainChunk], args: argparse.Namespace) -> list[str]:
    """Return the figures, for people."""
    reached = "reached" if figures.reaches_goal else "MISSED"
    joins = figures.joins
    lines = [
        f"SIMULATED: {figures.n_passages} whole passages from the Init to the Exit line of "
        f"{args.site} ({figures.n_other} visits were none), seeds {chunks[0].seed} to "
        f"{chunks[-1].seed}, {sum(chunk.simulated_s for chunk in chunks) / 3600:.1f} h",
        "cameras report positions and assumed clothing descriptors"
        if args.clothing
        else "cameras report positions alone, no clothing",
        f"parts fail as published: 2D {P_2D:.1%}, Re-ID {P_RE_ID:.1%}, 3D {P_3D:.1%}, command "
        f"{P_COMMAND:.1%} succeed; the published whole is of 586 people of a real trial",
        "",
        *_table(
            [
                ["simulated", "right", "of", "share", "95 % interval", "published", "no joins"],
                _row(figures.shown, figures.shown_without_joins, PUBLISHED["shown"]),
                _row(figures.handed_over, figures.handed_over_without_joins,
                     PUBLISHED["handed_over"]),
                ["time shown right", "", "", f"{figures.mean_share_shown:.4f}", "", "",
                 f"{figures.mean_share_shown_without_joins:.4f}"],
            ]
        ),
        f"goal: both lower bounds above {GOAL}: {reached}",
        "",
        "simulated errors, by what happened (one cause a passage):",
    ]  # fmt: skip
    causes = dict.fromkeys([*figures.causes, *figures.causes_without_joins])
    rows = [["error", "count", "no joins"]]
    rows += [
        [str(cause), str(figures.causes.get(cause, 0)),
         str(figures.causes_without_joins.get(cause, 0))]
        for cause in causes
    ]  # fmt: skip
    lines += _table(rows)
    lines += ["", "simulated, in parts:", *(f"  {one}" for one in figures.parts)]
    n_known = joins.n_right + joins.n_right_return + joins.n_wrong
    lines += [
        f"  final joins: {joins.n_right} right, {joins.n_right_return} right of people come back, "
        f"{joins.n_wrong} wrong, {joins.n_nobody} of tracks of nobody; the station expected "
        f"{joins.p_same:.0f} of {n_known} to be right",
        "simulated, arrival at the next line:",
        *(f"  {one}" for one in figures.arrivals),
        "",
        f"figures in {args.out / 'chain.json'} and {args.out / 'chain.csv'}",
    ]
    return lines


def _row(one: Rate, without: Rate, published: float) -> list[str]:
    return [
        one.name, str(one.k), str(one.n), f"{one.value:.4f}", f"{one.low:.4f} to {one.high:.4f}",
        f"{published:.3f}", f"{without.value:.4f}",
    ]  # fmt: skip


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StandexError(
            f"{out}: cannot be made ({error.strerror}); choose another --out"
        ) from error


def _write(document: dict[str, Any], figures: ChainFigures, out: Path) -> None:
    try:
        text = json.dumps(document, indent=1, allow_nan=False) + "\n"
        (out / "chain.json").write_text(text, "utf-8")
        with (out / "chain.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(["origin", "figure", "k", "n", "value", "low", "high"])
            table.writerows(
                ["simulated", one.name, one.k, one.n, one.value if one.n else "", one.low, one.high]
                for one in _rates(figures)
            )
            table.writerows(
                ["simulated", f"error: {cause}", n, figures.n_passages, "", "", ""]
                for cause, n in figures.causes.items()
            )
    except OSError as error:
        raise StandexError(
            f"{out}: cannot be written ({error.strerror}); choose another --out"
        ) from error
