"""``standex run``: a site live, on the twin or on the raw records of a lab recording."""

import argparse
from pathlib import Path
from typing import get_args

from standex.edges.clock import SystemClock
from standex.edges.commands.crowd_people import add_crowd_arguments, crowd_plan, walk_crowd
from standex.edges.commands.session import Session, add_output_arguments, conduct
from standex.edges.commands.twin_arguments import (
    add_twin_arguments,
    exercise_of,
    faults_of,
    positive,
)
from standex.edges.paced_source import PacedSource, ShiftedClock
from standex.edges.perceive_pool import heavy_sensors
from standex.edges.recording.reader import Recording, RecordingSource
from standex.edges.settings import load_site, site_text
from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import load_shipped, shipped_names
from standex.edges.trajectories.stated import Unit
from standex.edges.truth_file import EMPTY_S, entering_after
from standex.edges.twin_source import TwinPlan, TwinSource
from standex.model.errors import StandexError
from standex.model.site import Site
from standex.model.trajectories import Trajectories
from standex.twin.carry import draw_truth

_LEAD_NS = 700_000_000
CROWD_S = 120.0  # people of a crowd come in so long, when nothing is said


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("site", help="name of a shipped site, or path of a site file")
    parser.add_argument(
        "--source",
        nargs="+",
        default=["twin"],
        metavar=("twin | lab-recording", "FILE"),
        help="where records come from; a lab recording needs its FILE",
    )
    parser.add_argument(
        "--trajectories", help="who walks: name of a shipped recording, or path of a file (twin)"
    )
    parser.add_argument("--unit", choices=get_args(Unit), help="where the file does not say it")
    parser.add_argument("--frame-rate", type=positive, metavar="HZ", help="same")
    add_crowd_arguments(parser)
    add_twin_arguments(parser)
    add_output_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Run a site."""
    site, text = load_site(args.site), site_text(args.site)
    match args.source:
        case ["lab-recording", file]:
            return conduct(_recorded_session(Path(file), site=site, site_toml=text), args)
        case ["twin"]:
            pass
        case _:
            raise StandexError(
                f"--source {' '.join(args.source)}: must be 'twin', or 'lab-recording FILE' with "
                "the file to take the records from"
            )
    trajectories = live_crowd(args, args.site, recording=args.trajectories)
    if trajectories is None and args.trajectories is None:
        raise StandexError(
            "the twin needs people: name a recording with --trajectories; "
            f"shipped are {', '.join(shipped_names())}"
        )
    session = twin_session(
        args,
        name=site.site_id,
        site=site,
        site_toml=text,
        trajectories=trajectories or _trajectories(args),
    )
    return conduct(session, args)


def live_crowd(
    args: argparse.Namespace, site: str, *, recording: str | None
) -> Trajectories | None:
    """Return the site's simulated crowd for as long as asked, or None for a recording.

    Raises:
        StandexError: a crowd was asked for and cannot be had.
    """
    plan = crowd_plan(args, site, recording=recording)
    if plan is None:
        return None
    duration_s = CROWD_S if args.duration is None else args.duration
    return walk_crowd(plan, duration_s=duration_s, seed=args.seed).trajectories


def twin_session(
    args: argparse.Namespace, *, name: str, site: Site, site_toml: str, trajectories: Trajectories
) -> Session:
    """Return a session on the twin.

    Raises:
        StandexError: a fault cannot be understood.
    """
    clock = SystemClock()
    trajectories = entering_after(trajectories, EMPTY_S)
    truth = draw_truth(trajectories.people, exercise_of(site), seed=args.seed)
    plan = TwinPlan(
        site=site,
        trajectories=trajectories,
        truth=truth,
        seed=args.seed,
        heavy=heavy_sensors(site),
        faults=faults_of(args.fault, site),
        duration_s=args.duration,
    )
    source = TwinSource(plan, clock=clock)
    return Session(
        name=name,
        site=site,
        site_toml=site_toml,
        source=source,
        clock=clock,
        is_simulated=True,
        begin=source.begin,
        truth=truth,
        about={"site": site.site_id, "trajectories": trajectories.name},
    )


def _recorded_session(file: Path, *, site: Site, site_toml: str) -> Session:
    recording = Recording.open(file)
    source = RecordingSource(recording=recording)
    first = next(iter(source.records()), None)
    if first is None:
        raise StandexError(f"{file} holds no raw records; record with --lab")
    clock = ShiftedClock(SystemClock())
    return Session(
        name=site.site_id,
        site=site,
        site_toml=site_toml,
        source=PacedSource(source, clock=clock),
        clock=clock,
        # What the twin made says so, in it or beside it.
        is_simulated=recording.origin == "simulated" or (file.parent / "truth.json").exists(),
        begin=clock.restart,
        started_utc_ns=first.t_utc_ns - _LEAD_NS,
    )


def _trajectories(args: argparse.Namespace) -> Trajectories:
    if args.trajectories in shipped_names():
        return load_shipped(args.trajectories)
    return read_trajectories(args.trajectories, unit=args.unit, frame_rate_hz=args.frame_rate)
