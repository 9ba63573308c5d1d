"""What a run on the twin can be told: seed, length, faults."""

import argparse
import re
from collections.abc import Sequence
from typing import cast, get_args

from standex.model.errors import StandexError
from standex.model.site import Site
from standex.twin.carry import EXERCISE, TRACE_EXERCISE, CarryModel
from standex.twin.faults import Fault, FaultKind

TRACE_TECHNOLOGIES = ("laser-raman", "gas-array", "ion-mobility")

_FAULT = re.compile(r"^(?P<sensor>.+):(?P<kind>[a-z]+):(?P<from_s>[\d.]+)-(?P<to_s>[\d.]+)$")


def add_twin_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the twin."""
    parser.add_argument("--seed", type=natural, default=1, help="who carries what, and all noise")
    parser.add_argument(
        "--duration", type=positive, metavar="S", help="seconds; default: until all have left"
    )
    kinds = ", ".join(get_args(FaultKind))
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SENSOR:KIND:FROM-TO",
        help=f"let a sensor fail from..to seconds; kinds: {kinds}; may be given several times",
    )


def natural(text: str) -> int:
    """Return a number from 0 on."""
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"must not be negative, got {value}")
    return value


def positive(text: str) -> float:
    """Return a positive number."""
    value = float(text)
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"must be positive, got {text}")
    return value


def faults_of(texts: Sequence[str], site: Site) -> dict[str, tuple[Fault, ...]]:
    """Return the faults that were asked for, by sensor.

    Raises:
        StandexError: one cannot be understood, or is for a sensor that the site does not have.
    """
    faults: dict[str, tuple[Fault, ...]] = {}
    for text in texts:
        found = _FAULT.match(text)
        kinds = get_args(FaultKind)
        if found is None or found["kind"] not in kinds:
            raise StandexError(
                f"--fault {text}: must be SENSOR:KIND:FROM-TO, such as "
                f"{site.sensors[0].sensor_id}:{kinds[0]}:10-20; kinds are {', '.join(kinds)}"
            )
        try:
            site.sensor(found["sensor"])
            from_s, to_s = float(found["from_s"]), float(found["to_s"])
        except (KeyError, ValueError) as error:
            raise StandexError(f"--fault {text}: {error.args[0]}") from None
        if not from_s < to_s:
            raise StandexError(f"--fault {text}: it ends before it begins")
        fault = Fault(kind=cast("FaultKind", found["kind"]), from_s=from_s, to_s=to_s)
        faults[found["sensor"]] = (*faults.get(found["sensor"], ()), fault)
    return faults


def exercise_of(site: Site) -> CarryModel:
    """Return who carries what in the exercise: with residues, where a sensor could read them."""
    has_trace = any(spec.technology in TRACE_TECHNOLOGIES for spec in site.sensors)
    return TRACE_EXERCISE if has_trace else EXERCISE
