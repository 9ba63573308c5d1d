"""``standex privacy report``: what is kept of people, where, how long, and who else is told.

Material for a site's data protection impact assessment, from the service file and from what is
really there: the store is asked, files are counted with their ages, schemas are walked for fields
that could tell who somebody is.
"""

import argparse
from pathlib import Path

from standex.edges.clock import SystemClock
from standex.edges.commands.console import say
from standex.edges.privacy.of_service import service_report
from standex.edges.privacy.page import as_html, as_markdown
from standex.edges.privacy.schemas import known_fields
from standex.edges.service.config import ServiceConfig, load_config, secret_path
from standex.edges.settings import load_site
from standex.edges.store.contract import Contents
from standex.edges.store.open_store import open_store
from standex.model.errors import StandexError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    part = actions.add_parser("report", help="of a service; exit code 1 when something is wrong")
    part.add_argument("site", help="name of a shipped site, or path of a site file")
    part.add_argument("--config", type=Path, default=Path("service.toml"), help="the service file")
    part.add_argument("--out", type=Path, help="file to write (*.html or *.md) instead")
    for flag in ("--json", "--debug"):
        part.add_argument(
            flag, action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )


def run(args: argparse.Namespace) -> int:
    """Report; exit code 1 when something is not as it must be."""
    site = load_site(args.site)
    config = load_config(args.config, site)
    clock = SystemClock()
    report = service_report(
        config,
        site,
        contents=_contents(config, clock),
        known=tuple(known_fields()),
        t_utc_ns=clock.utc_ns(),
    )
    text = as_markdown(report)
    if args.out is not None:
        _write(args.out, as_html(report) if args.out.suffix == ".html" else text)
        last = f"{len(report.findings)} findings; the report is in {args.out}"
        say(args, {**report.document(), "path": str(args.out)}, *report.findings, last)
    else:
        say(args, report.document(), text)
    return 1 if report.findings else 0


def _contents(config: ServiceConfig, clock: SystemClock) -> tuple[Contents, ...]:
    """Return what is in the store; nothing where there is none yet."""
    url, named = config.table.store.url, config.table.store.password_file
    if url.startswith("sqlite:"):
        name = url.removeprefix("sqlite:")
        name = "/" + name.lstrip("/") if name.startswith("/") else name
        path = config.place(name)
        if not path.exists():
            return ()
        url = f"sqlite://{path.resolve()}"
    password = secret_path(named, config) if named else None
    store = open_store(url, clock=clock, create=False, password_file=password)
    try:
        return store.contents()
    finally:
        store.close()


def _write(path: Path, text: str) -> None:
    partial = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError as error:
        raise StandexError(f"the report {path} cannot be written: {error.strerror}") from error
