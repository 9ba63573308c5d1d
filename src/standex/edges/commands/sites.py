"""``standex sites``: the sites that come with the package."""

import argparse

from standex.edges.commands.console import say
from standex.edges.settings import load_site, shipped_sites


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command: none."""
    del parser


def run(args: argparse.Namespace) -> int:
    """List the sites."""
    sites = [load_site(name) for name in shipped_sites()]
    document = {
        "sites": [
            {
                "name": site.site_id,
                "title": site.title,
                "exercise": site.exercise,
                "sensors": [spec.sensor_id for spec in site.sensors],
            }
            for site in sites
        ]
    }
    lines = [
        f"{site.site_id:<12} {site.title}{' [EXERCISE]' if site.exercise else ''}; "
        f"sensors: {', '.join(spec.sensor_id for spec in site.sensors)}"
        for site in sites
    ]
    say(args, document, *lines)
    return 0
