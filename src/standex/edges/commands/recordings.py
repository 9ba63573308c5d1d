"""``standex recordings``: the recorded people that come with the package."""

import argparse

from standex.edges.commands.console import say
from standex.edges.trajectories.shipped import shipped_recordings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command: none."""
    del parser


def run(args: argparse.Namespace) -> int:
    """List the recordings, with what must be said when results are published."""
    entries = shipped_recordings()
    document = {
        "recordings": [
            {
                "name": entry.name,
                "title": entry.title,
                "people": entry.people,
                "duration_s": entry.duration_s,
                "licence": entry.licence,
                "citation": list(entry.citation),
            }
            for entry in entries
        ]
    }
    lines: list[str] = []
    for entry in entries:
        lines.append(f"{entry.name:<16} {entry.title}")
        lines.append(f"{'':<16} {entry.people} people, {entry.duration_s:g} s; {entry.licence}")
        lines += [f"{'':<16} cite: {text}" for text in entry.citation]
    say(args, document, *lines)
    return 0
