"""What all commands share in talking: results on stdout, everything else on stderr."""

import argparse
import json
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


def say(args: argparse.Namespace, document: Mapping[str, Any], *lines: str) -> None:
    """Print a result: one JSON document for machines, or lines for people."""
    if args.json:
        json.dump(document, sys.stdout, indent=1, allow_nan=False, default=str)
        sys.stdout.write("\n")
        return
    console = Console()
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def note(line: str) -> None:
    """Say on stderr what is no result."""
    Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def progress(args: argparse.Namespace) -> Generator[Progress]:
    """Show progress on stderr, and only to people."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
    )
    silent = args.json or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=silent) as bar:
        yield bar
