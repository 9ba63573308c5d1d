"""``standex evaluate``: figures with their intervals.

``standex evaluate microwave`` states detection against false alarms of imaging panels, simulated.
``standex evaluate tracking`` follows recorded people under simulated position sensors.
``standex evaluate cameras`` puts recorded people on the floor by seven overlapping cameras.
``standex evaluate people`` finds people in a recorded video and follows them on the floor.
``standex evaluate chain`` hands simulated people over along the chain of the Rome trial.
``standex evaluate detection-limit`` states LOD90 of a table of measurements.
``standex evaluate vapour`` scores gas arrays on sessions later than those they were taught on.
``standex evaluate probabilities`` holds stated probabilities against the truth of passages.
``standex evaluate dependence`` estimates how far a site's sensors err together, simulated.
``standex evaluate site`` holds whole sites of the twin against the truth, and leaves a report.
``standex evaluate recordings`` holds recordings against the truth about them.
``standex evaluate sample-size`` says how many passages a statement needs.
"""

import argparse

from standex.edges.commands import (
    evaluate_cameras,
    evaluate_chain,
    evaluate_dependence,
    evaluate_detection_limit,
    evaluate_microwave,
    evaluate_people,
    evaluate_probabilities,
    evaluate_recordings,
    evaluate_sample_size,
    evaluate_site,
    evaluate_tracking,
    evaluate_vapour,
)

PARTS = {
    "microwave": evaluate_microwave,
    "tracking": evaluate_tracking,
    "chain": evaluate_chain,
    "cameras": evaluate_cameras,
    "people": evaluate_people,
    "detection-limit": evaluate_detection_limit,
    "vapour": evaluate_vapour,
    "probabilities": evaluate_probabilities,
    "dependence": evaluate_dependence,
    "site": evaluate_site,
    "recordings": evaluate_recordings,
    "sample-size": evaluate_sample_size,
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
