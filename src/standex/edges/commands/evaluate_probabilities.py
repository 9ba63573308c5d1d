"""``standex evaluate probabilities``: when it says 1 %, is it 1 %?

Reads people with known truth (``standex simulate SITE --json > RUN.json``) and holds the posterior
that each had at the end against what they carried: ten bins, each with a 99.5 % interval. Exit code
1 where a bin does not hold. Posteriors are true at the site's priors: threats must be as common
among these people.
"""

import argparse
from pathlib import Path
from typing import Any

from standex.edges.commands.console import say
from standex.edges.people_file import joined, read_people
from standex.evaluation.judged_people import StatedProbabilities, stated_probabilities
from standex.evaluation.reliability import BINS, LEVEL
from standex.model.errors import StandexError

HELP = "stated probabilities against the truth of passages"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help="people with their truth")
    parser.add_argument("--system", default="", help="of a table of several systems")
    parser.add_argument("--bins", type=int, default=BINS, help="how many")
    parser.add_argument("--by-count", action="store_true", help="bins of as many people each")
    parser.add_argument("--out", type=Path, help="picture to draw")


def run(args: argparse.Namespace) -> int:
    """Read, count, tell."""
    if args.bins < 1:
        raise StandexError(f"--bins {args.bins}: at least 1 is wanted")
    if not args.runs:
        raise StandexError(
            "name files of people: standex simulate SITE --json > RUN.json writes one"
        )
    files = [read_people(path, system=args.system) for path in args.runs]
    stated = stated_probabilities(joined(files), n_bins=args.bins, is_by_count=args.by_count)
    if not stated.found.n:
        raise StandexError(
            f"{', '.join(map(str, args.runs))}: no final posterior (p_final) of anybody is known"
        )
    is_simulated = any(one.origin != "measured" for one in files)
    if args.out is not None:
        # Pictures need a package that the figures do not.
        from standex.edges.report.figure_calibration import draw_stated  # noqa: PLC0415

        draw_stated(stated, args.out, is_simulated=is_simulated)
    word = "SIMULATED. " if is_simulated else ""
    say(
        args,
        document_of(stated, is_simulated=is_simulated),
        f"{word}Stated probabilities of a threat, of {stated.found.n} people "
        f"({stated.n_unseen} more were followed by no track)",
        *(
            f"  {one.p_stated:.3f} stated, {one.found.value:.3f} found ({one.found.k} of "
            f"{one.found.n}; {100 * LEVEL:.1f} % interval {one.found.low:.3f} to "
            f"{one.found.high:.3f}){'' if one.holds else '  DOES NOT HOLD'}"
            for one in stated.bins
            if one.found.n
        ),
        f"  of all: {stated.p_stated:.3f} stated, {stated.found}",
        "what is stated holds in every bin" if stated.holds else "what is stated does NOT hold",
    )
    return 0 if stated.holds else 1


def document_of(stated: StatedProbabilities, *, is_simulated: bool) -> dict[str, Any]:
    """Return it for machines."""
    return {
        "origin": "simulated" if is_simulated else "measured",
        "holds": stated.holds,
        "p_stated": stated.p_stated,
        "k": stated.found.k,
        "n": stated.found.n,
        "low": stated.found.low,
        "high": stated.found.high,
        "unseen": stated.n_unseen,
        "level": LEVEL,
        "bins": [
            {
                "from": one.low,
                "to": one.high,
                "p_stated": one.p_stated if one.found.n else None,
                "k": one.found.k,
                "n": one.found.n,
                "low": one.found.low,
                "high": one.found.high,
                "holds": one.holds,
            }
            for one in stated.bins
        ],
    }
