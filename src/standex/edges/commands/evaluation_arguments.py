"""What evaluations of whole systems can be told, and how they are told again."""

import argparse
import hashlib
import math
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from standex import __version__
from standex.edges.commands.replay import inside_01
from standex.edges.commands.twin_arguments import natural, positive
from standex.edges.report.evaluated import Evaluated
from standex.evaluation.site_figures import Stated
from standex.model.errors import StandexError

OF_THE_TWIN = "Rates are of the twin: no statement about any device or place."
OF_RECORDINGS = (
    "Rates are of these recordings alone: no statement about other people, things or places."
)
LOOKS_STOP = (
    "  Tasks follow the threshold of the run (nobody is looked at again after their alarm), so a "
    "curve tells what the same looks say at other thresholds: to judge cueing at another "
    "threshold, run at it (--p-alarm)."
)
STAYS = (
    "Figures by group are of few passages, and they stay with whoever made them: they are not for "
    "publication."
)


def add_stated_arguments(parser: argparse.ArgumentParser, *, out: Path) -> None:
    """Add what figures are stated at, and where they go."""
    parser.add_argument("--pfa", type=inside_01, default=0.01, metavar="P",
                        help="PFA per passage at which PD is stated (default 0.01)")  # fmt: skip
    parser.add_argument("--at-end", action="store_true",
                        help="curves judge everybody once, when screening is over, rather than "
                        "at every moment")  # fmt: skip
    parser.add_argument("--prior", type=inside_01, default=1e-4, metavar="P",
                        help="share of people who carry a threat at a real place, for the share "
                        "of alarms that are right (default 1e-4)")  # fmt: skip
    parser.add_argument("--flow", type=positive, metavar="N",
                        help="people per hour at a real place; default: as counted")  # fmt: skip
    parser.add_argument("--operators", type=natural, default=1, help="who answer alarms")
    parser.add_argument("--by-factor", action="store_true",
                        help="also by coarse groups of people; these stay with you")  # fmt: skip
    parser.add_argument("--out", type=Path, default=out, help="folder of results")


def stated_of(args: argparse.Namespace) -> Stated:
    """Return what figures are stated at.

    Raises:
        StandexError: nobody answers alarms.
    """
    if args.operators < 1:
        raise StandexError("--operators 0: somebody must answer the alarms")
    return Stated(
        pfa_per_passage=args.pfa,
        prior=args.prior,
        people_per_hour=args.flow,
        operators=args.operators,
        is_at_end=args.at_end,
    )


def stated_words(args: argparse.Namespace) -> list[str]:
    """Return the options that say what figures are stated at, as they are typed."""
    words = ["--pfa", f"{args.pfa:g}", "--prior", f"{args.prior:g}"]
    words += ["--operators", str(args.operators)]
    if args.flow is not None:
        words += ["--flow", f"{args.flow:g}"]
    words += ["--at-end"] if args.at_end else []
    return [*words, *(["--by-factor"] if args.by_factor else [])]


def manifest_of(
    words: Sequence[str], *, site_files: Mapping[str, str], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Return how an evaluation is made again.

    Args:
        words: of the command.
        site_files: text by name.
        about: more: seeds, people, input files.
    """
    return {
        "command": " ".join(words),
        "software": f"standex {__version__}",
        **about,
        "site_sha256": {name: sha256_of(text.encode()) for name, text in site_files.items()},
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("numpy", "scipy")},
        "site_files": dict(site_files),
    }


def sha256_of(content: bytes) -> str:
    """Return the digest of a file's content."""
    return hashlib.sha256(content).hexdigest()


def seconds_words(low_s: float, high_s: float) -> str:
    """Return an interval of times; an end that so few cannot bound is left out."""
    low, high = (f"{end:.1f} s" if math.isfinite(end) else "" for end in (low_s, high_s))
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else f"up to {high}" if high else "too few for an interval"


def summary_lines(found: Evaluated) -> list[str]:
    """Return the figures, for people at a terminal."""
    first, load, hourly = found.first, found.first.load, found.first.alarms_per_hour
    lines = [f"{found.origin.upper()}: {found.who}"]
    lines += [f"  {one}" for one in (first.pd, first.pfa, *first.rates, *first.association)]
    if first.at_stated is not None:
        lines.append(
            f"  at a PFA of at most {found.stated.pfa_per_passage:g} of the curve"
            f"{', judged at the end' if found.stated.is_at_end else ''}: "
            f"{first.at_stated.pd_per_passage}"
        )
    lines += [
        f"  {one.name}, {'median' if one.quantile == 0.5 else f'{one.quantile:.0%}'}: "
        f"{one.value_s:.1f} s (of {one.n}; {seconds_words(one.low_s, one.high_s)})"
        for one in first.times
        if one.n
    ]
    lines += [
        f"  {first.people_per_hour:.0f} people per hour came in",
        f"  {hourly.name}: {hourly.value:.0f} ({hourly.k} in {60 * hourly.hours:.1f} min; "
        f"{hourly.low:.0f} to {hourly.high:.0f})",
    ]
    if load is not None:
        each = load.alarms_per_operator_hour
        lines += [
            f"  at a prior of {load.prior:g}: P(threat | alarm) "
            f"{f'{load.ppv.value:.2g}' if first.pfa.k else 'not known, no false alarm seen'} "
            f"({load.ppv.low:.2g} to {load.ppv.high:.2g})",
            f"  alarms per operator-hour there, {load.people_per_hour:.0f} people per hour: "
            f"{each.value:.1f} ({each.low:.1f} to {each.high:.1f}); target at most 6",
        ]
    for one in found.comparisons:
        tests = [("own thresholds", one.detected), ("own thresholds", one.false)]
        if one.detected_at_pfa is not None:
            tests.append((f"PFA {one.pfa_per_passage:g} of each curve", one.detected_at_pfa))
        lines += [
            f"  against {one.name}, {at}, {test.name}: {test.n_second} in place of {test.n_first} "
            f"of {test.n}, only here {test.only_second}, only there {test.only_first}, "
            f"McNemar p = {test.p_value:.2g}"
            for at, test in tests
        ]
        if one.gone is not None and one.gone.misses_other:
            lines.append(
                f"  against {one.name}, PFA {one.pfa_per_passage:g} of each curve: of its "
                f"{one.gone.misses_other} misses {one.gone.share_gone:.0%} gone "
                f"({one.gone.low:.0%} to {one.gone.high:.0%})"
            )
    lines += [
        f"  {one.name}: {n} looks by task of {sensor_id}, "
        f"{n / len(one.figures.outcomes):.2f} a person"
        for one in found.systems
        for sensor_id, n in one.figures.n_tasks_done.items()
    ]
    if found.comparisons:
        lines.append(LOOKS_STOP)
    for rates in found.by_factor.values():
        lines += [f"  {one}" for one in rates]
    if found.by_factor:
        lines.append(STAYS)
    return lines
