"""The command ``standex``: which command, and how errors are told."""

import argparse
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from standex import __version__
from standex.model.errors import StandexError

COMMANDS = (
    "demo",
    "run",
    "replay",
    "simulate",
    "calibrate",
    "calibrate-camera",
    "calibrate-spectrometer",
    "calibrations",
    "operating-point",
    "evaluate",
    "assess",
    "trial",
    "doctor",
    "sites",
    "recordings",
    "library",
    "surrogate",
    "accounts",
    "audit",
    "evidence",
    "privacy",
    "store",
    "sensor",
    "sapient",
    "api",
    "serve",
)
FAILED, INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, and where to read more."""

    def error(self, message: str) -> NoReturn:
        self.exit(FAILED, f"{self.prog}: {message}; see {self.prog} --help\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = _Parser(
        prog="standex",
        description="Stand-off detection of explosives on people who walk through public places.",
    )
    parser.add_argument("--version", action="version", version=f"standex {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in COMMANDS:
        module = import_module(f"standex.edges.commands.{name.replace('-', '_')}")
        command = commands.add_parser(name, help=module.HELP, description=module.__doc__)
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
        args = make_parser().parse_args(_joined(sys.argv[1:] if argv is None else argv))
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
