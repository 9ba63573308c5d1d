"""``standex doctor``: what is installed, what it is worth on this computer, what is missing."""

import argparse
from pathlib import Path

from standex.edges.commands.console import say
from standex.edges.doctor import checkup, lines_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder of the recordings")


def run(args: argparse.Namespace) -> int:
    """Look at everything; exit code 1 when something must be mended."""
    document = checkup(args.out)
    say(args, document, *lines_of(document))
    return 1 if document["problems"] else 0
