"""``standex serve``: a site day and night, as its service file says; API and console with it."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from standex.edges.aside import AsideLines, AsideView
from standex.edges.calibrations import calibrations_of
from standex.edges.clock import SteadyClock, SystemClock
from standex.edges.commands.console import say
from standex.edges.commands.session import summary
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.plugins import build_technologies
from standex.edges.service.around import Setup
from standex.edges.service.checkpoint import CHECKPOINT
from standex.edges.service.config import ServiceConfig, load_config
from standex.edges.service.housekeeping import Housekeeper
from standex.edges.service.kept import open_kept
from standex.edges.service.sources import make_people
from standex.edges.service.station_service import StationService
from standex.edges.settings import load_site, site_text
from standex.edges.terminal import NoView, choose_view
from standex.model.site import Site


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", help="name of a shipped site, or path of a site file")
    parser.add_argument(
        "--config", type=Path, default=Path("service.toml"), help="the service file"
    )
    parser.add_argument("--check", action="store_true", help="check everything, start nothing")
    parser.add_argument(
        "--tidy", action="store_true", help="delete what is overdue while no service runs"
    )
    parser.add_argument("--watch", action="store_true", help="show the station in this terminal")


def run(args: argparse.Namespace) -> int:
    """Serve a site, or check whether it could be."""
    site, text = load_site(args.site), site_text(args.site)
    config = load_config(args.config, site)
    if args.check:
        check(config, site, args.site)
        lines = [f"{args.config}: nothing is wrong; {len(config.table.sources)} sources"]
        say(args, {"config": str(args.config), "is_usable": True}, *lines)
        return 0
    if args.tidy:
        troubles = tidy(config)
        say(args, {"troubles": list(troubles)}, *(troubles or ("nothing is overdue",)))
        return 1 if troubles else 0
    console = Console(stderr=True)
    is_watched = args.watch and not args.json
    view = AsideView(choose_view(Console(), plain=False) if is_watched else NoView())

    def tell(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    with AsideLines(tell) as lines:
        setup = Setup(
            config=config,
            site=site,
            site_name=args.site,
            site_toml=text,
            clock=SteadyClock(),
            say=lines.say,
            show=view.show,
        )
        with StationService(setup) as service, view:
            status = service.run()
    document = summary(status)
    say(args, document, f"stopped after {document['duration_s']:.0f} s")
    return 0


def check(config: ServiceConfig, site: Site, site_name: str) -> None:
    """Build what can be built without starting anything.

    Raises:
        StandexError: something would stop the start.
    """
    build_technologies(site, calibrations_of(site))
    for source in config.table.sources:
        if source.kind == "twin":
            make_people(config, source, site_name)


def tidy(config: ServiceConfig) -> tuple[str, ...]:
    """Delete what is overdue, once; return what could not be.

    Raises:
        StandexError: store or audit cannot be used.
    """
    clock = SystemClock()
    with ExitStack() as stack:
        kept = open_kept(config, stack, clock=clock)
        shelf = EvidenceShelf(
            config.place(config.table.evidence.folder),
            prove=lambda entry: kept.audit.append((entry,)),
            key=kept.key,
            keep_s=kept.retention.alarm_s,
            is_owner=False,
        )
        keeper = Housekeeper(
            kept,
            clock=clock,
            recordings=config.place(config.table.recording.folder),
            folder=config.folder,
            checkpoint=config.place(CHECKPOINT),
            evidence=lambda now: len(shelf.delete_expired(now_utc_ns=now)),
        )
        keeper.tidy()
        keeper.prove(is_last=True)
        return tuple(keeper.troubles.values())
