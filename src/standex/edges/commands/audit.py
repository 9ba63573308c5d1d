"""``standex audit``: verify who did what, look at it, sign it, take it along.

``key`` makes the key that heads, seals and evidence are signed with. ``verify`` goes through a log
or an export and finds every row that was edited, deleted, inserted or moved, and an end that was
cut off; it needs the public key and a copy of the heads that whoever could cut the log cannot
write. ``seal`` deletes rows whose time is over; the signed seal stays.
"""

import argparse
import getpass
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from standex.edges.audit.contract import AuditEntry, AuditError, AuditLog, What
from standex.edges.audit.export import ExportedLog, export
from standex.edges.audit.heads import copy_head, copy_path, read_copies, sign_head
from standex.edges.audit.keys import PRIVATE_NAME, PUBLIC_NAME, make_key, read_key, read_public_keys
from standex.edges.audit.open_audit import open_audit
from standex.edges.audit.sealing import seal_expired
from standex.edges.audit.verify import Readable, Verification, verify
from standex.edges.clock import SystemClock
from standex.edges.commands.console import say

PASSWORD = "STANDEX_AUDIT_PASSWORD"  # noqa: S105 - the name of a variable
_DAY_S = 86_400
_Parser = argparse.ArgumentParser


def add_arguments(parser: _Parser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = {
        "key": "make the key that is signed with",
        "verify": "go through a log or an export; exit code 1 when anything is wrong",
        "show": "the last rows, newest first",
        "sign": "sign where the log ends now, and copy that",
        "export": "write the whole log to a text file",
        "seal": "delete rows whose time is over, and leave a signed seal",
    }
    parts = {name: actions.add_parser(name, help=text) for name, text in words.items()}
    parts["key"].add_argument("folder", type=Path, help="new files audit.key and audit.pub")
    for name, part in parts.items():
        if name != "key":
            part.add_argument("log", help="address (sqlite:///..., postgresql://...), or a file")
        if name in ("sign", "export", "seal"):
            part.add_argument("--key", type=Path, required=name != "export", help="to sign with")
        for flag in ("--json", "--debug"):
            part.add_argument(
                flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )
    _add_verify(parts["verify"])
    _add_show(parts["show"])
    parts["sign"].add_argument("--copy", nargs="+", default=[], help="places to copy it to")
    parts["export"].add_argument("--out", type=Path, required=True, help="file to write (*.jsonl)")
    parts["export"].add_argument("--why", default="", help="said in the log")
    parts["seal"].add_argument(
        "--keep-days", type=float, required=True, help="rows younger than that stay"
    )


def _add_verify(part: _Parser) -> None:
    part.add_argument("--public-key", nargs="+", type=Path, default=[], help="trusted keys")
    part.add_argument("--heads", nargs="+", default=[], help="copies of the heads, elsewhere")
    part.add_argument(
        "--newest-head-hours", type=float, help="the newest signed head must not be older"
    )


def _add_show(part: _Parser) -> None:
    part.add_argument("-n", type=int, default=20, help="how many rows")
    part.add_argument("--who", default="", help="of this account or sensor only")
    part.add_argument(
        "--what", default="", choices=["", *What], metavar="WHAT", help="of this kind"
    )
    part.add_argument("--of", default="", help="of this alert, sensor or account only")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for; exit code 1 when a log is not whole."""
    if args.action == "key":
        return _key(args)
    path = Path(args.log)
    if args.action == "verify" and ":" not in args.log and _is_export(path):
        return _verify(args, ExportedLog(path))
    act: Callable[[argparse.Namespace, AuditLog], int] = {
        "verify": _verify,
        "show": _show,
        "sign": _sign,
        "export": _export,
        "seal": _seal,
    }[args.action]
    url = args.log if ":" in args.log else f"sqlite:{path}"
    reads = args.action in ("verify", "show")
    log = open_audit(url, password=os.environ.get(PASSWORD, ""), read_only=reads)
    try:
        return act(args, log)
    finally:
        log.close()


def _is_export(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(1) == b"{"
    except OSError as error:
        raise AuditError(f"cannot read {path}: {error.strerror}") from error


def _key(args: argparse.Namespace) -> int:
    key = make_key(args.folder)
    private, public = args.folder / PRIVATE_NAME, args.folder / PUBLIC_NAME
    say(
        args,
        {"key_id": key.key_id, "private": str(private), "public": str(public)},
        f"key {key.key_id}: private half {private} (keep it), public half {public}",
        "give the public half to whoever verifies, before anything is signed",
    )
    return 0


def _verify(args: argparse.Namespace, log: Readable) -> int:
    keys = read_public_keys(args.public_key) if args.public_key else None
    heads, n_bad_lines = read_copies(args.heads)
    oldest_utc_ns = 0
    if args.newest_head_hours is not None:
        oldest_utc_ns = SystemClock().utc_ns() - round(args.newest_head_hours * 3600e9)
    result = verify(
        log,
        keys=keys,
        copies=heads,
        n_bad_lines=n_bad_lines,
        newest_head_after_utc_ns=oldest_utc_ns,
    )
    document = {"log": args.log, "is_whole": result.is_whole, **asdict(result)}
    say(args, document, *_lines(result, n_copies=len(args.heads)))
    return 0 if result.is_whole else 1


def _lines(result: Verification, *, n_copies: int) -> list[str]:
    first = f"{result.n_rows} rows"
    if result.n_rows:
        first += f", number {result.first_seq} to {result.last_seq}"
    if result.n_sealed:
        first += f"; {result.n_sealed} older ones were deleted under a seal"
    lines = [first]
    if not result.are_signatures_checked:
        lines.append("signatures were not checked: give --public-key")
    else:
        lines.append(
            f"{result.n_heads} signed heads, the last at row {result.signed_seq}; if the "
            f"{result.n_unsigned} rows after it were cut off, nobody could tell"
        )
    if not n_copies:
        lines.append("an end that was cut off together with its heads is found only with --heads")
    lines += [f"{one.fault.value.upper():<10} {one.text}" for one in result.findings]
    lines.append("whole: nothing was changed" if result.is_whole else "NOT WHOLE")
    return lines


def _show(args: argparse.Namespace, log: AuditLog) -> int:
    rows = log.newest(limit=args.n, who=args.who, what=args.what, of_what=args.of)
    lines = [
        f"{row.seq:>7} {_time(row.t_utc_ns)} {row.who:<16} {row.what:<26} {row.of_what} {row.why}"
        for row in rows
    ]
    say(args, {"rows": [asdict(row) for row in rows]}, *map(_visible, lines))
    return 0


def _sign(args: argparse.Namespace, log: AuditLog) -> int:
    head = sign_head(log, read_key(args.key), t_utc_ns=SystemClock().utc_ns())
    log.keep_head(head)
    paths = [copy_path(place) for place in args.copy]
    for path in paths:
        copy_head(head, path)
    say(
        args,
        {"head": asdict(head), "copies": [str(path) for path in paths]},
        f"signed at row {head.seq}; copied to {', '.join(map(str, paths)) or 'nowhere'}",
    )
    return 0


def _export(args: argparse.Namespace, log: AuditLog) -> int:
    key = read_key(args.key) if args.key else None
    t_utc_ns = SystemClock().utc_ns()
    log.append([_entry(What.AUDIT_EXPORTED, str(args.out), args.why, t_utc_ns)])
    n_rows = export(log, args.out, key=key, t_utc_ns=t_utc_ns)
    say(
        args,
        {"path": str(args.out), "n_rows": n_rows, "is_signed": key is not None},
        f"{n_rows} rows in {args.out}; verify it with: standex audit verify {args.out}",
    )
    return 0


def _seal(args: argparse.Namespace, log: AuditLog) -> int:
    key, t_utc_ns = read_key(args.key), SystemClock().utc_ns()
    keep_s = round(args.keep_days * _DAY_S)
    if keep_s <= 0:
        raise AuditError("--keep-days must be above 0")
    seal = seal_expired(log, key, t_utc_ns=t_utc_ns, keep_s=keep_s, who=_user())
    document: dict[str, Any] = {"seal": asdict(seal) if seal else None}
    if seal is None:
        say(args, document, "no row is old enough")
    else:
        say(args, document, f"rows {seal.first_seq} to {seal.last_seq} deleted; their seal stays")
    return 0


def _entry(what: What, of_what: str, why: str, t_utc_ns: int) -> AuditEntry:
    return AuditEntry(
        t_utc_ns=t_utc_ns,
        who=_user(),
        role="console",
        what=what,
        of_what=of_what[-250:],
        why=why,
        request_id=f"{what}-{t_utc_ns}-{os.getpid()}",
    )


def _user() -> str:
    """Return who may read the service's files, as the system calls them."""
    try:
        return f"console:{getpass.getuser()}"
    except (KeyError, OSError):
        return f"console:{os.getuid()}"


def _time(t_utc_ns: int) -> str:
    return datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _visible(line: str) -> str:
    """Return a line without characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in line)
