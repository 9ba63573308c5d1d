"""``standex evidence``: the bundles of alarmed passages: list, verify, take along, make again.

Whoever reads a bundle of a running service is written into its audit log first: ``export`` needs
``--audit``. A bundle that was taken along is verified with ``verify`` and the public key, anywhere.
"""

import argparse
import getpass
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from standex import __version__
from standex.edges.audit.contract import AuditEntry, What
from standex.edges.audit.keys import read_key, read_public_keys
from standex.edges.audit.open_audit import open_audit
from standex.edges.clock import SystemClock
from standex.edges.commands.audit import PASSWORD
from standex.edges.commands.console import say
from standex.edges.evidence.bundle import EvidenceError, manifest_hash, read_bundle, unpack
from standex.edges.evidence.from_recording import keep_from_recording
from standex.edges.evidence.keeper import EvidenceRule
from standex.edges.evidence.shelf import LONGEST_S, EvidenceShelf, Prove

_HOUR_S = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    words = {
        "list": "the bundles in a folder, and until when they stay",
        "verify": "whether bundles are what was written; exit code 1 when one is not",
        "export": "take a bundle along, as a folder; said in the audit log",
        "make": "bundles of the alarms in a recording, where a stopped service left none",
    }
    parts = {name: actions.add_parser(name, help=text) for name, text in words.items()}
    parts["list"].add_argument("folder", type=Path, help="of the bundles")
    parts["verify"].add_argument("bundles", nargs="+", type=Path, help="files or folders")
    parts["verify"].add_argument("--public-key", nargs="+", type=Path, default=[], help="trusted")
    parts["export"].add_argument("folder", type=Path, help="of the bundles")
    parts["export"].add_argument("alert", help="id of the alarm")
    parts["export"].add_argument("--out", type=Path, required=True, help="folder to write")
    parts["export"].add_argument("--why", required=True, help="said in the audit log")
    parts["make"].add_argument("recording", type=Path, help="a recording (*.mcap)")
    parts["make"].add_argument("--folder", type=Path, required=True, help="of the bundles")
    parts["make"].add_argument("--key", type=Path, help="to sign with")
    parts["make"].add_argument("--keep-hours", type=float, default=72.0, help="from the alarm on")
    for name in ("export", "make"):
        parts[name].add_argument("--audit", required=True, help="address of the audit log")
    for part in parts.values():
        for flag in ("--json", "--debug"):
            part.add_argument(
                flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
            )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for; exit code 1 when a bundle is not what was written."""
    act: Callable[[argparse.Namespace], int] = {
        "list": _list,
        "verify": _verify,
        "export": _export,
        "make": _make,
    }[args.action]
    return act(args)


def _list(args: argparse.Namespace) -> int:
    shelf = _shelf(args.folder, _nothing)
    manifests = shelf.all()
    lines = [
        f"{one.alert_id:<24} {_time(one.t_alert_utc_ns)}  until {_time(one.expires_utc_ns)}  "
        f"{one.stage:<5} {len(one.files)} files{'  SIMULATED' if one.is_simulated else ''}"
        for one in manifests
    ]
    document = {"folder": str(args.folder), "bundles": [asdict(one) for one in manifests]}
    say(args, document, *(lines or ["no bundles"]))
    return 0


def _verify(args: argparse.Namespace) -> int:
    keys = read_public_keys(args.public_key) if args.public_key else None
    results: list[dict[str, object]] = []
    lines: list[str] = []
    for path in args.bundles:
        try:
            bundle = read_bundle(path)
            problems = list(bundle.problems(keys))
            about = manifest_hash(bundle.manifest_bytes)
        except EvidenceError as error:
            problems, about = [str(error)], ""
        results.append(
            {
                "path": str(path),
                "is_whole": not problems,
                "manifest_sha256": about,
                "is_signature_checked": keys is not None,
                "problems": problems,
            }
        )
        lines.append(f"{path}: {'NOT what was written' if problems else 'whole'}")
        lines += [f"  {problem}" for problem in problems]
    if keys is None:
        lines.append("signatures were not checked: give --public-key")
    is_whole = all(result["is_whole"] for result in results)
    say(args, {"is_whole": is_whole, "bundles": results}, *lines)
    return 0 if is_whole else 1


def _export(args: argparse.Namespace) -> int:
    with _audit(args.audit) as prove:
        bundle = _shelf(args.folder, prove).look(
            args.alert, _entry(What.EVIDENCE_EXPORTED, args.alert, args.why)
        )
        unpack(bundle, args.out)
    files = len(bundle.contents)
    document = {"path": str(args.out), "n_files": files}
    say(args, document, f"{files} files in {args.out}; standex evidence verify {args.out}")
    return 0


def _make(args: argparse.Namespace) -> int:
    key = read_key(args.key) if args.key else None
    keep_s = args.keep_hours * _HOUR_S
    if not 0 < keep_s <= LONGEST_S:
        raise EvidenceError(f"--keep-hours must be above 0 and at most {LONGEST_S / _HOUR_S:.0f}")
    rule = EvidenceRule(
        site_id="", site_toml="", software_version=__version__, is_simulated=False, keep_s=keep_s
    )
    with _audit(args.audit) as prove:
        shelf = EvidenceShelf(args.folder, prove=prove, key=key, is_owner=False)
        alarms = keep_from_recording(args.recording, shelf, rule=rule, clock=SystemClock())
    document = {"alarms": list(alarms), "folder": str(args.folder)}
    say(args, document, f"{len(alarms)} alarms; their bundles are in {args.folder}")
    return 0


@contextmanager
def _audit(url: str) -> Generator[Prove]:
    log = open_audit(url if ":" in url else f"sqlite:{url}", password=os.environ.get(PASSWORD, ""))
    try:
        yield lambda entry: log.append([entry])
    finally:
        log.close()


def _shelf(folder: Path, prove: Prove) -> EvidenceShelf:
    if not folder.is_dir():
        raise EvidenceError(f"there is no folder {folder}")
    return EvidenceShelf(folder, prove=prove, is_owner=False)


def _nothing(_: AuditEntry) -> None:
    """Prove nothing: nothing is read but what the bundles are called."""


def _entry(what: What, of_what: str, why: str) -> AuditEntry:
    t_utc_ns = SystemClock().utc_ns()
    return AuditEntry(
        t_utc_ns=t_utc_ns,
        who=f"console:{getpass.getuser()}",
        role="console",
        what=what,
        of_what=of_what,
        why=why,
        request_id=f"{what}-{t_utc_ns}-{os.getpid()}",
    )


def _time(t_utc_ns: int) -> str:
    return datetime.fromtimestamp(t_utc_ns * 1e-9, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
