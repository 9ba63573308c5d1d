"""The command ``standex``: which command, and how errors are told."""

import argparse
import sys
import traceback
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import NoReturn

from standex import __version__
from standex.model.errors import StandexError

COMMANDS = {
    "demo": "the reference site live, console and terminal, on people who were really recorded",
    "run": "a site live, on the twin or on the raw records of a lab recording",
    "replay": (
        "a recording once more, as it was (exit code 1 if it differs) or with other thresholds"
    ),
    "simulate": "many simulated passages through a site: rates with intervals",
    "calibrate": "make a calibration from simulated passages",
    "calibrate-camera": (
        "the lens of a camera from a chessboard, its view of the floor from known points"
    ),
    "calibrate-spectrometer": (
        "make a calibration of a spectrometer from lamp, silicon and polystyrene"
    ),
    "calibrations": "calibrations: which there are, what they rest on, whether they fit",
    "operating-point": "alarm threshold from costs or a budget of false alarms, with its evidence",
    "evaluate": (
        "figures with intervals: microwave, chain (simulated), tracking, cameras, people (recorded "
        "people), vapour (recorded gases), detection-limit (a table), site (simulated), recordings "
        "(with truth), sample-size"
    ),
    "assess": "a joint threat assessment: opinions of experts as priors of a site, with a report",
    "trial": "blind trials: recordings with sealed truth, and submissions scored against it",
    "doctor": "what is installed here, how fast it is, and what is missing",
    "sites": "the sites that come with the package",
    "recordings": "the recordings of real people that come with the package",
    "library": "look at measured spectra and spectral libraries, make libraries",
    "surrogate": "stand-ins for costly sensors, made from runs at raw level and held against them",
    "accounts": "who may sign in, as what; certificates and tokens of sensors",
    "audit": "who did what: verify, show, sign, export and seal the audit log",
    "evidence": "what is kept of alarmed passages: list, verify, export",
    "privacy": "what is kept of people, where and how long; who else is told",
    "store": "look after what the service keeps: check, migrate, backup, restore, contents",
    "sensor": "start a sensor of your own, and check whether it holds",
    "sapient": "bring up a SAPIENT node: listen to it, talk to it, check its messages",
    "api": "the description of the service's API: OpenAPI, or types for a TypeScript client",
    "exercise": "simulated passages for training: made for a service, begun in its console",
    "serve": "a site day and night: sources, store, audit, access, API",
}
"""Each command and what it is for, said here so that help loads nothing."""
FAILED, INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read more."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message}; see {self.prog} --help\n")


def make_parser(only: Collection[str] | None = None) -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Args:
        only: commands whose arguments are wanted; their modules alone are loaded. None for all.
    """
    parser = _Parser(
        prog="standex",
        description="Stand-off detection of explosives on people who walk through public places.",
    )
    parser.add_argument("--version", action="version", version=f"standex {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, told in COMMANDS.items():
        if only is not None and name not in only:
            commands.add_parser(name, help=told)
            continue
        module = import_module(f"standex.edges.commands.{name.replace('-', '_')}")
        command = commands.add_parser(name, help=told, description=module.__doc__)
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="one JSON document on stdout")
        command.add_argument("--debug", action="store_true", help="tracebacks with errors")
        command.set_defaults(run=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns:
        0; 1 where a command found what it looked for (a difference, a problem); 2 for an error
        that the caller can mend, told in words on stderr; 130 after Ctrl-C.
    """
    try:
        words = _joined(sys.argv[1:] if argv is None else argv)
        # No option before the command takes a value: the first other word is the command.
        args = make_parser([word for word in words if word in COMMANDS][:1]).parse_args(words)
    except SystemExit as request:
        return request.code if isinstance(request.code, int) else FAILED
    try:
        return args.run(args)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has gone: nothing is left to say, and nobody to say it to
        return FAILED
    except BaseExceptionGroup as group:
        return _told(group, args)
    except StandexError as error:
        return _told(error, args)


def _joined(argv: Sequence[str]) -> list[str]:
    """Return the words with ``calibrate camera`` as ``calibrate-camera``, and others like it."""
    words = list(argv)
    if "-".join(words[:2]) in COMMANDS:
        words[:2] = ["-".join(words[:2])]
    return words


def _told(error: BaseException, args: argparse.Namespace) -> int:
    """Say an error and return the exit code; groups of one kind are unpacked."""
    cause: BaseException = error
    while isinstance(cause, BaseExceptionGroup) and len(cause.exceptions) == 1:
        cause = cause.exceptions[0]
    if isinstance(cause, KeyboardInterrupt):
        return INTERRUPTED
    if not isinstance(cause, StandexError):
        raise error
    if args.debug:
        traceback.print_exception(cause)
    sys.stderr.write(f"standex: {cause}\n")
    return FAILED
