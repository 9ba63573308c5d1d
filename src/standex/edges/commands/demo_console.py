"""The demo as a service with the console: on this computer alone, in a folder that goes with it."""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, final

from rich.console import Console

from standex.edges.aside import AsideView
from standex.edges.clock import Clock, SteadyClock
from standex.edges.commands.console import say
from standex.edges.commands.demo_people import every_nth, in_rounds, write_ways
from standex.edges.live_status import LiveStatus
from standex.edges.terminal import LineView, View, choose_view
from standex.edges.trajectories.shipped import load_shipped
from standex.model.site import Site

# What `pip install standex[service]` brings.
PACKAGES = ("argon2", "cryptography", "fastapi", "httpx", "uvicorn", "websockets")
EVERY_NTH = 6  # of the recorded people: so few that two cores keep up with all sensors
N_ROUNDS = 24  # half an hour of them; then the twin begins anew
WAYS = "people.txt"
CONFIG = "service.toml"
LINK_S = 12 * 3600.0
SHOW_EVERY_S = 0.125
SERVING = "serving "
FIRST, SECOND = "demo", "second"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ConsoleDemo:
    """What is shown.

    Attributes:
        site: where.
        site_name: shipped site or path of a file.
        site_toml: the same as text.
        is_crowd: whether the simulated crowd of the site walks, instead of recorded people.
        recording: shipped recording that they are taken from.
        shares: P(class) per person who walks, where it is not that of the exercise.
    """

    site: Site
    site_name: str
    site_toml: str
    is_crowd: bool
    recording: str
    shares: Mapping[str, float]


def why_no_console() -> str:
    """Return why the demo cannot show the console here, with what to do; or nothing."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        return (
            f"no console: {', '.join(missing)} is not installed; "
            "pip install 'standex[service]' brings it"
        )
    # Only now: its module needs those packages.
    from standex.edges.web.console_files import packaged_console  # noqa: PLC0415

    if packaged_console() is None:
        return "no console: it is not built; `make console` builds it (Node 20 or later)"
    return ""


def run_console(demo: ConsoleDemo, args: argparse.Namespace) -> int:
    """Run the demo until it is stopped, and leave nothing behind.

    Raises:
        StandexError: it cannot be started.
    """
    # A second way to end it must clean up as the first does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="standex-demo-", ignore_cleanup_errors=True) as folder:
        return _run_in(Path(folder), demo, args)


def service_file(demo: ConsoleDemo, args: argparse.Namespace) -> str:
    """Return the text of the service file of a demo."""
    settings: dict[str, Any] = {
        "people": None if demo.is_crowd else WAYS,
        "people_per_hour": args.people_per_hour if demo.is_crowd else None,
        "duration_s": args.duration,
        "seed": args.seed,
        "faults": args.fault,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items() if value is not None]
    shares = [f"{name} = {share}" for name, share in demo.shares.items()]
    return "\n".join(
        [
            "[[sources]]",
            'name = "twin"',
            'kind = "twin"',
            f'on_end = "{"restart" if args.duration is None else "stop"}"',
            "[sources.settings]",
            *lines,
            *(["[sources.settings.shares]", *shares] if shares else []),
            "[web]",
            "port = 0",
            # The look back in time is part of what is shown: its files must not be long in coming.
            "[recording]",
            "minutes_per_file = 2.0",
            "[access]",
            "idle_minutes = 720.0",
            "",
        ]
    )


@final
class Shown:
    """Shows a station a few times a second; a service tells how it is far more often."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._view: View | None = None
        self._next_utc_ns = 0

    def begin(self, view: View) -> None:
        """Show it from now on."""
        self._view = view

    def show(self, status: LiveStatus) -> None:
        """Show how it is now, unless that was just done."""
        now = self._clock.utc_ns()
        if self._view is not None and now >= self._next_utc_ns:
            self._next_utc_ns = now + round(SHOW_EVERY_S * 1e9)
            self._view.show(status)


def _run_in(folder: Path, demo: ConsoleDemo, args: argparse.Namespace) -> int:
    # Packages that a station in the terminal does without.
    from standex.edges.commands.session import summary  # noqa: PLC0415
    from standex.edges.service.around import Setup  # noqa: PLC0415
    from standex.edges.service.config import load_config  # noqa: PLC0415
    from standex.edges.service.station_service import StationService  # noqa: PLC0415

    console, clock = Console(), SteadyClock()
    shown = Shown(clock)
    (folder / CONFIG).write_text(service_file(demo, args), "utf-8")
    if not demo.is_crowd:
        ways = every_nth(load_shipped(demo.recording), EVERY_NTH)
        write_ways(in_rounds(ways, N_ROUNDS), folder / WAYS)
    config = load_config(folder / CONFIG, demo.site)
    tokens = _tokens(config, demo.site, clock)

    with ExitStack() as stack:

        def tell(line: str) -> None:
            # The one line that is for whoever sits here; the rest is of the service's log.
            if line.startswith(SERVING):
                head = address_lines(line.removeprefix(SERVING), tokens)
                view = choose_view(console, plain=args.plain, head=head)
                if isinstance(view, LineView) or not console.is_terminal:
                    _print(console, head)
                shown.begin(stack.enter_context(AsideView(view)))
                _open(f"{line.removeprefix(SERVING)}#link={tokens[FIRST]}")

        _print(console, ("starting; a few seconds, the first time more: it compiles",))
        setup = Setup(
            config=config,
            site=demo.site,
            site_name=demo.site_name,
            site_toml=demo.site_toml,
            clock=clock,
            say=tell,
            show=shown.show,
        )
        with StationService(setup) as service:
            status = service.run()
    document = summary(status)
    shed = sum(one["n_shed"] + one["n_lost"] for one in document["sensors"].values())
    say(
        args,
        document,
        f"SIMULATED: {document['duration_s']:.0f} s, {document['n_alerts']} alarms, {shed} records "
        "shed; nothing of it was kept",
    )
    return 0


def _tokens(config: Any, site: Site, clock: Clock) -> dict[str, str]:
    """Make the accounts of a demo; return the token that each comes in by, once."""
    from standex.edges.access.accounts import Accounts  # noqa: PLC0415
    from standex.edges.access.one_time_links import OneTimeLinks  # noqa: PLC0415
    from standex.edges.access.roles import Role  # noqa: PLC0415
    from standex.edges.service.kept import open_kept  # noqa: PLC0415

    with ExitStack() as stack:
        store = open_kept(config, stack, clock=clock).store
        accounts, links = Accounts(store, clock=clock), OneTimeLinks(store, clock=clock)
        accounts.add(FIRST, roles={site.site_id: frozenset(Role)})
        accounts.add(SECOND, roles={site.site_id: {Role.OPERATOR, Role.SUPERVISOR}})
        return {name: links.make(name, lifetime_s=LINK_S) for name in (FIRST, SECOND)}


def address_lines(url: str, tokens: Mapping[str, str]) -> tuple[str, ...]:
    """Return what whoever started the demo must know to come in."""
    return (
        f"console      {url}",
        f"sign in      {url}#link={tokens[FIRST]}",
        f"second seat  {url}#link={tokens[SECOND]}",
        "each link works once; the second is for another browser: a responder, or the second "
        "person of what takes two",
        "SIMULATED people with simulated sensors; Ctrl-C ends it, and nothing is kept",
    )


def _print(console: Console, lines: tuple[str, ...]) -> None:
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _open(url: str) -> None:
    """Open the console where somebody could see it; whatever goes wrong, the link is printed."""
    is_seen = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if not is_seen or not sys.stdout.isatty():
        return

    def begin() -> None:
        with suppress(webbrowser.Error, OSError):
            webbrowser.open(url)

    # Some browsers do not return before they are closed.
    threading.Thread(target=begin, name="browser", daemon=True).start()
