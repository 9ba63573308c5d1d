"""``standex demo``: a reference site live, on people who were really recorded or a crowd."""

import argparse

from standex.edges.commands.crowd_people import add_crowd_arguments
from standex.edges.commands.run import live_crowd, twin_session
from standex.edges.commands.session import add_output_arguments, conduct
from standex.edges.commands.twin_arguments import add_twin_arguments
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.shipped import load_shipped

HELP = "the reference site live in the terminal, on people who were really recorded"
SITE = "metro"
RECORDING = "corridor"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "site", nargs="?", default=SITE, help=f"shipped site or a site file; default: {SITE}"
    )
    add_crowd_arguments(parser)
    add_twin_arguments(parser)
    add_output_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the demo: the site's crowd where it has one, or else the recorded corridor."""
    crowd = live_crowd(args, args.site, recording=None)
    session = twin_session(
        args,
        name="demo",
        site=load_site(args.site),
        site_toml=site_text(args.site),
        trajectories=crowd or load_shipped(RECORDING),
    )
    return conduct(session, args)
