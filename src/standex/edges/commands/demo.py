"""``standex demo``: a reference site live, on people who were really recorded or a crowd.

With the console in the browser and the plan in this terminal, until Ctrl-C; nothing is kept. With
--terminal, --lab, --out, --json or --video it is a run in the terminal alone, which leaves a
recording and a report.
"""

import argparse
from contextlib import ExitStack

from standex.edges.clock import SystemClock
from standex.edges.commands.console import note
from standex.edges.commands.crowd_people import add_crowd_arguments, crowd_plan
from standex.edges.commands.demo_console import ConsoleDemo, run_console, why_no_console
from standex.edges.commands.demo_site import with_priors
from standex.edges.commands.run import live_crowd, twin_session
from standex.edges.commands.session import Session, add_output_arguments, conduct
from standex.edges.commands.twin_arguments import add_twin_arguments
from standex.edges.settings import load_site, parse_site, site_text
from standex.edges.trajectories.shipped import load_shipped
from standex.edges.video.opened import VideoInput
from standex.edges.video.shipped import shipped_video
from standex.edges.video.video_source import VideoSource
from standex.model.errors import StandexError
from standex.model.site import SensorSpec, Site

SITE = "metro"
RECORDING = "corridor"
VIDEO_SITE = "stand"
VIDEO = "one-by-one"
CAMERA = "camera"
# Not the exercise's tenth of each: less than one alarm a minute is what an operator can work on.
SHARES = {"threat_dielectric": 0.02, "threat_metal": 0.02}
SEED = 152  # somebody of the first ten carries something, so that nobody waits long for an alarm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument(
        "site",
        nargs="?",
        help=f"shipped site or a site file; default: {SITE}, with --video {VIDEO_SITE}",
    )
    parser.add_argument(
        "--video",
        action="store_true",
        help="a camera that somebody really recorded, from its pixels to tracks; nobody is "
        "screened there, and no picture is shown or stored",
    )
    parser.add_argument(
        "--terminal", action="store_true", help="no console: a run in this terminal alone"
    )
    add_crowd_arguments(parser)
    add_twin_arguments(parser)
    parser.set_defaults(seed=SEED)
    add_output_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run the demo: the site's crowd where it has one, or else the recorded corridor; or a video.

    Raises:
        StandexError: what was asked for cannot be had.
    """
    if args.video:
        return _run_video(args)
    name = args.site or SITE
    if not (args.terminal or args.lab or args.json or args.out):
        problem = why_no_console()
        if not problem:
            return run_console(_console_demo(args, name), args)
        note(problem)
    crowd = live_crowd(args, name, recording=None)
    session = twin_session(
        args,
        name="demo",
        site=load_site(name),
        site_toml=site_text(name),
        trajectories=crowd or load_shipped(RECORDING),
    )
    return conduct(session, args)


def _console_demo(args: argparse.Namespace, name: str) -> ConsoleDemo:
    text, shares = site_text(name), SHARES if name == SITE else {}
    text = with_priors(text, shares)
    return ConsoleDemo(
        site=parse_site(text, where=name),
        site_name=name,
        site_toml=text,
        is_crowd=crowd_plan(args, name, recording=None) is not None,
        recording=RECORDING,
        shares=shares,
    )


def _run_video(args: argparse.Namespace) -> int:
    if args.fault:
        raise StandexError("--fault is for the twin; the camera of --video was really recorded")
    if args.lab:
        raise StandexError(
            "--lab keeps raw data, which with --video would be pictures of people; leave it out"
        )
    name = args.site or VIDEO_SITE
    site, clock = load_site(name), SystemClock()
    camera = camera_of(site)
    with ExitStack() as stack:
        _, path = stack.enter_context(shipped_video(VIDEO))
        video = VideoInput(sensor_id=camera.sensor_id, url=str(path), rate_hz=camera.rate_hz)
        source = VideoSource([video], clock=clock, duration_s=args.duration)
        session = Session(
            name="demo-video",
            site=site,
            site_toml=site_text(name),
            source=source,
            clock=clock,
            is_simulated=False,
            begin=source.begin,
        )
        return conduct(session, args)


def camera_of(site: Site) -> SensorSpec:
    """Return the one camera of a site that reads pictures.

    Raises:
        StandexError: the site has none, or more.
    """
    cameras = [spec for spec in site.sensors if spec.technology == CAMERA]
    if len(cameras) != 1:
        raise StandexError(
            f"site {site.site_id} has {len(cameras)} sensors of the technology {CAMERA!r}; the "
            "recorded video is of one"
        )
    return cameras[0]
