"""``standex api``: the description of the API, for people who write clients."""

import argparse
import json
from pathlib import Path

from standex.edges.commands.console import say
from standex.edges.web.api_text import openapi_of_everything
from standex.edges.web.typescript import typescript_of
from standex.model.errors import StandexError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("what", choices=("openapi", "types"), help="OpenAPI 3.1, or TypeScript")
    parser.add_argument("--out", type=Path, help="file to write (default: stdout)")


def run(args: argparse.Namespace) -> int:
    """Write it."""
    openapi = openapi_of_everything()
    text = (
        typescript_of(openapi)
        if args.what == "types"
        else json.dumps(openapi, indent=1, sort_keys=True) + "\n"
    )
    if args.out is None:
        say(args, {"text": text} if args.what == "types" else openapi, text.rstrip("\n"))
        return 0
    try:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(text, "utf-8")
    except OSError as error:
        raise StandexError(f"cannot write {args.out}: {error.strerror}") from error
    say(args, {"file": str(args.out)}, f"wrote {args.out}")
    return 0
