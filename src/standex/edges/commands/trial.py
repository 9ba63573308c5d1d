"""``standex trial``: blind trials, in which several laboratories are compared fairly.

``make`` walks simulated people past the sensors of a site and seals what they carried.
``commit`` seals a truth that was written down by hand, of a trial with volunteers.
``check`` tells a laboratory whether its answers are complete; it needs no truth.
``score`` opens the truth and scores all submissions against it. ``open`` only checks the truth.

The commitment is the SHA-256 of the truth file and is published first: the truth can then neither
be known nor be changed until the file is opened.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from standex.edges.commands import trial_make, trial_score


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One thing to do with a trial."""

    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


PARTS = {
    "make": _Part(
        help="recordings of the twin, with sealed truth (simulated)",
        add_arguments=trial_make.add_make_arguments,
        run=trial_make.run_make,
    ),
    "commit": _Part(
        help="seal a truth that was written down, of recordings made elsewhere",
        add_arguments=trial_make.add_commit_arguments,
        run=trial_make.run_commit,
    ),
    "check": _Part(
        help="whether a submission is complete; for laboratories, without the truth",
        add_arguments=trial_score.add_check_arguments,
        run=trial_score.run_check,
    ),
    "score": _Part(
        help="open the truth and score submissions against it",
        add_arguments=trial_score.add_score_arguments,
        run=trial_score.run_score,
    ),
    "open": _Part(
        help="check an opened truth against what was published",
        add_arguments=trial_score.add_open_arguments,
        run=trial_score.run_open,
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be done, each with its own arguments."""
    parts = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, part in PARTS.items():
        one = parts.add_parser(name, help=part.help, description=part.help)
        part.add_arguments(one)
        # The command has these two before WHAT; here they may follow it, and set nothing if absent.
        one.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="one JSON document on stdout",
        )
        one.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="tracebacks with errors"
        )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    return PARTS[args.what].run(args)
