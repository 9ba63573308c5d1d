"""``standex exercise``: simulated passages for training, made beforehand for a service.

``make`` lets people of the twin walk past the sensors of a site, and keeps what the sensors said in
the folder of a service. ``list`` says what can be begun there. Exercises are begun in the console.
"""

import argparse
from pathlib import Path
from typing import Any

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import SystemClock
from standex.edges.commands.console import progress, say
from standex.edges.commands.crowd_people import walk_crowd
from standex.edges.commands.twin_arguments import exercise_of, natural
from standex.edges.exercises.exercise_file import ExerciseShelf
from standex.edges.exercises.make import KINDS, Kind, MadeExercise, make_exercise
from standex.edges.service.config import load_config
from standex.edges.settings import load_crowd, load_site, site_text
from standex.edges.trajectories.read import read_trajectories
from standex.edges.trajectories.shipped import load_shipped, shipped_names
from standex.model.site import Site
from standex.model.trajectories import Trajectories

RECORDING = "corridor"
CROWD_S = 240.0  # of a site's crowd, from which the few who walk are chosen


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be done, each with its own arguments."""
    parts = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    make = parts.add_parser("make", help="record exercises on the twin of a site")
    known = parts.add_parser("list", help="what can be begun, and why not where it cannot")
    for one in (make, known):
        one.add_argument("site", help="name of a shipped site, or path of a site file")
        one.add_argument(
            "--config", type=Path, default=Path("service.toml"), help="the service file"
        )
        one.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
        one.add_argument("--debug", action="store_true", default=argparse.SUPPRESS)
    make.add_argument(
        "--kind",
        action="append",
        choices=[kind.exercise for kind in KINDS],
        help="which; may be given several times; default: all",
    )
    make.add_argument(
        "--people", help="who walks: a shipped recording or a file; default: the site's crowd"
    )
    make.add_argument("--seed", type=natural, default=1, help="of who walks, and of all noise")
    make.add_argument("--replace", action="store_true", help="make anew what is there")


def run(args: argparse.Namespace) -> int:
    """Make exercises, or list them."""
    site, text = load_site(args.site), site_text(args.site)
    folder = _folder(args.config, site)
    if args.what == "list":
        return _list(args, folder, site, text)
    kinds = [kind for kind in KINDS if not args.kind or kind.exercise in args.kind]
    people, clock = _people(args), SystemClock()
    made: list[MadeExercise] = []
    with progress(args) as bar:
        task = bar.add_task(f"exercises of {site.site_id}", total=len(kinds))
        for kind in kinds:
            made.append(
                make_exercise(
                    folder,
                    kind,
                    site=site,
                    site_toml=text,
                    people=people,
                    carry=exercise_of(site),
                    seed=args.seed,
                    made_utc_ns=clock.utc_ns(),
                    may_replace=args.replace,
                )
            )
            bar.advance(task)
    document = {"origin": "simulated", "folder": str(folder), "made": [_told(one) for one in made]}
    lines = [_line(one, kind) for one, kind in zip(made, kinds, strict=True)]
    say(args, document, *lines, f"{folder}: begin them in the console")
    return 0


def _folder(path: Path, site: Site) -> Path:
    config = load_config(path, site)
    return config.place(config.table.exercises.folder)


def _people(args: argparse.Namespace) -> Trajectories:
    plan = load_crowd(args.site) if args.people is None else None
    if plan is not None:
        return walk_crowd(plan, duration_s=CROWD_S, seed=args.seed).trajectories
    name = args.people or RECORDING
    return load_shipped(name) if name in shipped_names() else read_trajectories(name)


def _list(args: argparse.Namespace, folder: Path, site: Site, text: str) -> int:
    shelf = ExerciseShelf(
        folder,
        site_id=site.site_id,
        site_toml=text,
        calibrations=tuple(one.calibration_id for one in calibrations_of(site).values()),
    )
    known = shelf.all()
    document: dict[str, Any] = {
        "folder": str(folder),
        "exercises": [{"exercise": name, "problem": problem} for name, _, problem in known],
    }
    lines = [f"{name}: {problem or 'can be begun'}" for name, _, problem in known]
    say(args, document, *(lines or [f"{folder} holds none; make some with standex exercise make"]))
    return 1 if any(problem for _, _, problem in known) else 0


def _told(one: MadeExercise) -> dict[str, Any]:
    exercise = one.exercise
    return {
        "exercise": exercise.exercise,
        "n_people": len(exercise.injected),
        "n_carrying": exercise.n_carrying,
        "n_noticed": one.n_noticed,
        "n_false": one.n_false,
        "duration_s": exercise.duration_s,
    }


def _line(one: MadeExercise, kind: Kind) -> str:
    exercise = one.exercise
    return (
        f"SIMULATED: {exercise.exercise}: {kind.n_people} people in {exercise.duration_s:.0f} s, "
        f"{exercise.n_carrying} with a slab; as the site is set now a check is asked for with "
        f"{one.n_noticed} of them, and {one.n_false} times otherwise"
    )
