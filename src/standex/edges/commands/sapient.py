"""``standex sapient``: bring up a node that speaks SAPIENT: listen to it, talk to it, check it."""

import argparse
import asyncio
import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from standex.edges.clock import SystemClock
from standex.edges.commands.console import say
from standex.model.errors import DataFileError

if TYPE_CHECKING:
    from standex.edges.interop.sapient.generated.sapient_message_pb2 import SapientMessage

DEFAULT_PORT = 5020
FOUND = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listening = actions.add_parser("listen", help="take every node, and print what it says")
    listening.add_argument("--host", default="127.0.0.1")
    listening.add_argument("--port", type=int, default=DEFAULT_PORT)
    listening.add_argument("--seconds", type=float, help="end after so long; else with Ctrl-C")
    sending = actions.add_parser("send", help="send messages of a file, and print the answers")
    sending.add_argument("file", type=Path, help="JSON: one message, a list, or one a line")
    sending.add_argument("--host", default="127.0.0.1")
    sending.add_argument("--port", type=int, default=DEFAULT_PORT)
    sending.add_argument("--gap", type=float, default=0.1, metavar="S", help="between messages")
    sending.add_argument("--wait", type=float, default=1.0, metavar="S", help="for answers")
    sending.add_argument(
        "--as-recorded", action="store_true", help="leave the times of the messages as they are"
    )
    checking = actions.add_parser("check", help="hold messages of a file against the standard")
    checking.add_argument("file", type=Path, help="JSON: one message, a list, or one a line")
    for action in (listening, sending, checking):
        action.add_argument("--json", action="store_true", help="one JSON document on stdout")
        action.add_argument("--debug", action="store_true", help="tracebacks with errors")


def run(args: argparse.Namespace) -> int:
    """Listen, send or check."""
    if args.action == "check":
        return _check(args)
    # Here, so that the other commands do without the package that this needs.
    from standex.edges.interop.sapient.listening import listen, send  # noqa: PLC0415
    from standex.edges.interop.sapient.sapient_source import Address  # noqa: PLC0415

    where, clock = Address(host=args.host, port=args.port), SystemClock()
    own_id = str(uuid.uuid4())
    if args.action == "listen":
        asyncio.run(
            listen(
                where,
                own_id=own_id,
                clock=clock,
                show=_show,
                seconds=args.seconds,
                on_open=lambda port: sys.stderr.write(f"listening on {args.host}:{port}\n"),
            )
        )
        return 0
    messages = tuple(message for _, message in _messages(args.file))
    asyncio.run(
        send(
            where,
            messages,
            own_id=own_id,
            clock=clock,
            show=_show,
            gap_s=args.gap,
            wait_s=args.wait,
            is_restamped=not args.as_recorded,
        )
    )
    return 0


def _check(args: argparse.Namespace) -> int:
    from standex.edges.interop.sapient.messages import kind_of  # noqa: PLC0415
    from standex.edges.interop.sapient.validation import problems_of  # noqa: PLC0415

    rows = [
        {"message": number, "kind": kind_of(message), "problems": list(problems_of(message))}
        for number, message in _messages(args.file)
    ]
    lines = [f"{row['message']}: {row['kind'] or 'no content'}: {problem}"
             for row in rows for problem in cast("list[str]", row["problems"])]  # fmt: skip
    n_bad = sum(bool(row["problems"]) for row in rows)
    say(args, {"messages": rows}, *lines, f"{len(rows)} messages, {n_bad} with problems")
    return FOUND if n_bad else 0


def _messages(path: Path) -> list[tuple[int, "SapientMessage"]]:
    """Return the messages of a file, with their numbers from 1.

    Raises:
        DataFileError: the file cannot be read, or is no JSON.
        SapientError: something in it is no message.
    """
    from standex.edges.interop.sapient.messages import from_json  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFileError(f"{path} cannot be read: {error}") from error
    try:
        whole: Any = json.loads(text)
        documents = cast("Sequence[Any]", whole if isinstance(whole, list) else [whole])
    except json.JSONDecodeError:
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except json.JSONDecodeError as error:
            raise DataFileError(f"{path} is neither JSON nor JSON by lines: {error}") from error
    return [
        (number, from_json(json.dumps(document.get("message", document))))
        if isinstance(document, dict)
        else (number, from_json(json.dumps(document)))
        for number, document in enumerate(documents, start=1)
    ]


def _show(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()
