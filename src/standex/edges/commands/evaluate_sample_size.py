"""``standex evaluate sample-size``: how many passages a statement needs.

Passages of the kind that is counted: with a threat for PD, without one for PFA. The share that
will be seen is not known before; 0.5 needs the most.
"""

import argparse
from typing import Any

from standex.edges.commands.console import say
from standex.edges.commands.replay import inside_01
from standex.evaluation.sample_size import (
    Method,
    interval_of_share,
    passages_for_half_width,
    passages_without_a_miss,
)
from standex.model.errors import StandexError

METHODS: dict[Method, str] = {"clopper-pearson": "exact", "wilson": "Wilson's"}
HELP = "how many passages are needed for a wanted interval"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--rate", type=_share, default=0.5, help="share expected to be seen")
    parser.add_argument("--half-width", type=inside_01, metavar="H",
                        help="both ends of the interval within so much of it")  # fmt: skip
    parser.add_argument("--level", type=inside_01, default=0.95, help="of the interval")
    parser.add_argument("--at-least", type=inside_01, metavar="P",
                        help="or: to show a rate of at least P without one miss")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Tell the number of passages."""
    if args.half_width is None and args.at_least is None:
        raise StandexError("nothing is asked: give --half-width, or --at-least")
    document: dict[str, Any] = {"level": args.level}
    lines: list[str] = []
    if args.half_width is not None:
        document |= {"rate": args.rate, "half_width": args.half_width}
        for method, words in METHODS.items():
            try:
                n = passages_for_half_width(
                    args.rate, args.half_width, level=args.level, method=method
                )
            except ValueError as error:
                raise StandexError(f"--half-width {args.half_width:g}: {error}") from error
            low, high = interval_of_share(args.rate, n, level=args.level, method=method)
            document[method] = {"passages": n, "low": low, "high": high}
            lines.append(
                f"{n:,} passages: {args.rate:g} seen gives {low:.4f} to {high:.4f} "
                f"({words} interval, {100 * args.level:g} %)"
            )
    if args.at_least is not None:
        n = passages_without_a_miss(args.at_least, level=args.level)
        document |= {"at_least": args.at_least, "passages_without_a_miss": n}
        lines.append(
            f"{n:,} passages, all detected, show at least {args.at_least:g} with "
            f"{100 * args.level:g} % confidence (one-sided)"
        )
    say(args, document, *lines)
    return 0


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be inside 0..1, got {text}")
    return value
