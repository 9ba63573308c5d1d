"""``standex simulate``: stands here for its place among the commands."""

import argparse

from standex.model.errors import StandexError

HELP = "not available yet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    del parser


def run(args: argparse.Namespace) -> int:
    """Refuse."""
    del args
    raise StandexError("standex simulate is not available in this version")
