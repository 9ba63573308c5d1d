"""``standex store``: look after what the service keeps: check, move on, copy, take back.

The address is that of the service's configuration; without one, ``STANDEX_STORE`` is read. The
password of a database comes from a file, never with the address.
"""

import argparse
import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from standex.edges.clock import Clock, SystemClock
from standex.edges.commands.console import say
from standex.edges.report.words import date_and_time
from standex.edges.store.contract import StoreError
from standex.edges.store.open_store import open_store
from standex.edges.store.sql_store import SqlStore

ADDRESS = "STANDEX_STORE"
# Deleting has its turn once in a while; what is overdue for less than this is on its way out.
_LATE_NS = 300 * 10**9


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(
        dest="action", metavar="check|migrate|backup|restore|contents", required=True
    )
    for name, what in (
        ("check", "write, read, and look for damage and for what is overdue"),
        ("migrate", "make a store, or bring an older one to this software"),
        ("backup", "write a copy, taken at one moment, while the service runs"),
        ("restore", "take a copy back into a new store"),
        ("contents", "what is kept, of which class, for how long"),
    ):
        action = actions.add_parser(name, help=what, description=what)
        if name in {"backup", "restore"}:
            action.add_argument("file", type=Path, help="of the copy")
        action.add_argument(
            "--store",
            default=os.environ.get(ADDRESS),
            metavar="ADDRESS",
            help=f"sqlite:///PATH or postgresql://USER@HOST/DATABASE; by default ${ADDRESS}",
        )
        action.add_argument("--password-file", type=Path, help="of the database")
        # Said before or behind the action; without a default here, that of the command stays.
        for flag in ("--json", "--debug"):
            action.add_argument(
                flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for; 1 when something is wrong with what is kept."""
    if not args.store:
        raise StoreError(f"which store? name it with --store, or set {ADDRESS}")
    clock = SystemClock()
    makes = args.action in {"migrate", "restore"}
    store = open_store(
        args.store,
        clock=clock,
        create=makes,
        upgrade=args.action == "migrate",
        password_file=args.password_file,
    )
    with closing(store):
        if args.action == "check":
            return _check(args, store, clock)
        if args.action == "contents":
            return _contents(args, store)
        if args.action == "migrate":
            return _migrated(args, store)
        return _copied(args, store)


def _check(args: argparse.Namespace, store: SqlStore, clock: Clock) -> int:
    store.check()
    faults = store.faults()
    overdue = 0 if faults else store.n_overdue(now_utc_ns=clock.utc_ns() - _LATE_NS)
    document: dict[str, Any] = {
        "store": store.where,
        "version": store.version(),
        "bytes": store.n_bytes(),
        "faults": list(faults),
        "overdue": overdue,
    }
    lines = [f"{store.where}: version {document['version']}, {store.n_bytes() / 1e6:.1f} MB"]
    lines += [f"  damaged: {fault}" for fault in faults]
    if overdue:
        lines.append(f"  {overdue} should be gone by now: is the service running?")
    if not faults and not overdue:
        lines.append("  written to, read, whole")
    say(args, document, *lines)
    return 1 if faults or overdue else 0


def _migrated(args: argparse.Namespace, store: SqlStore) -> int:
    old, new = store.found_version, store.version()
    did = "was new already" if old == new else f"brought from version {old}" if old else "made"
    say(
        args,
        {"store": store.where, "from": old, "to": new},
        f"{store.where}: {did}, version {new} of the tables",
    )
    return 0


def _copied(args: argparse.Namespace, store: SqlStore) -> int:
    document: dict[str, Any] = {"store": store.where, "file": str(args.file)}
    if args.action == "backup":
        store.backup(args.file)
        size_mb = args.file.stat().st_size / 1e6
        lines = (
            f"{args.file}: everything in {store.where}, {size_mb:.2f} MB",
            "  it holds what is to be deleted in time: delete it as well when that time comes",
        )
    else:
        n_left_out = store.restore(args.file)
        document["left_out"] = n_left_out
        lines = (f"{store.where}: everything in {args.file}, {n_left_out} overdue left out",)
    say(args, document, *lines)
    return 0


def _contents(args: argparse.Namespace, store: SqlStore) -> int:
    kept = store.contents()
    if args.json:
        say(args, {"store": store.where, "contents": [asdict(one) for one in kept]})
        return 0
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("place", "class", "how many", "oldest", "newest", "last gone", "fields"):
        table.add_column(heading, justify="right" if heading == "how many" else "left")
    for one in kept:
        table.add_row(
            Text(one.place),
            one.data_class.value,
            str(one.n),
            date_and_time(one.oldest_utc_ns),
            date_and_time(one.newest_utc_ns),
            date_and_time(one.latest_expiry_utc_ns) if one.latest_expiry_utc_ns else "never",
            Text(", ".join(one.keys)),
        )
    Console().print(table if kept else f"nothing is kept in {store.where}", highlight=False)
    return 0
