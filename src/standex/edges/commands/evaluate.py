"""``standex evaluate``: figures with their intervals.

``standex evaluate microwave`` states detection against false alarms of imaging panels, simulated.
``standex evaluate tracking`` follows recorded people under simulated position sensors.
``standex evaluate chain`` hands simulated people over along the chain of the Rome trial.
"""

import argparse

from standex.edges.commands import evaluate_chain, evaluate_microwave, evaluate_tracking

HELP = "figures with intervals: microwave, chain (simulated), tracking (recorded people)"
PARTS = {
    "microwave": evaluate_microwave,
    "tracking": evaluate_tracking,
    "chain": evaluate_chain,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be evaluated, each with its own arguments."""
    parts = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    for name, module in PARTS.items():
        part = parts.add_parser(name, help=module.HELP, description=module.__doc__)
        module.add_arguments(part)
        # The command has these two before WHAT; here they may follow it, and set nothing if absent.
        part.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="one JSON document on stdout",
        )
        part.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help="tracebacks with errors"
        )


def run(args: argparse.Namespace) -> int:
    """Run the part that was asked for."""
    return PARTS[args.what].run(args)
