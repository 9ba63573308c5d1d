"""``standex demo``: the reference site live, on people who were really recorded."""

import argparse

from standex.edges.commands.run import twin_session
from standex.edges.commands.session import add_output_arguments, conduct
from standex.edges.commands.twin_arguments import add_twin_arguments
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped

HELP = "the reference site live in the terminal, on people who were really recorded"
SITE = "metro"
RECORDING = "corridor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    add_twin_arguments(parser)
    add_output_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the demo."""
    session = twin_session(
        args,
        name="demo",
        site=load_site(SITE),
        site_toml=site_text(SITE),
        trajectories=load_shipped(RECORDING),
    )
    return conduct(session, args)
