"""Who walks through a site of the twin: its simulated crowd, unless a recording is asked for."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from standex.edges.clock import SystemClock
from standex.edges.commands.twin_arguments import positive
from standex.edges.settings import load_crowd
from standex.model.errors import StandexError
from standex.model.trajectories import Trajectories
from standex.twin.crowd.plan import CrowdPlan
from standex.twin.crowd.simulate import simulate_crowd
from standex.twin.crowd.truth import Crowd, passages

RUN_PEOPLE = 300  # in one run: a scene of thousands is slow to ask who is where
SHORTEST_S, LONGEST_S = 60.0, 900.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WalkedCrowd:
    """A crowd that has been walked.

    Attributes:
        crowd: all of it.
        trajectories: the ways, with a number for each visit.
        took_s: how long that took on this computer.
    """

    crowd: Crowd
    trajectories: Trajectories
    took_s: float


def add_crowd_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of a simulated crowd."""
    parser.add_argument(
        "--crowd",
        action="store_true",
        help="the simulated crowd of the site's [crowd] table; the default where it has one",
    )
    parser.add_argument(
        "--people-per-hour", type=positive, metavar="N", help="of the crowd; default: as the site"
    )


def crowd_plan(args: argparse.Namespace, site: str, *, recording: str | None) -> CrowdPlan | None:
    """Return the crowd that shall walk, or None for a recording.

    Args:
        args: with ``crowd`` and ``people_per_hour``.
        site: name or file.
        recording: the one asked for, if any.

    Raises:
        StandexError: a crowd was asked for and the site has none, or it cannot be as large, or a
            recording was asked for too.
    """
    is_wanted = args.crowd or args.people_per_hour is not None
    if recording is not None:
        if is_wanted:
            raise StandexError(
                f"both a crowd and the recording {recording!r} were asked for; leave one out"
            )
        return None
    plan = load_crowd(site)
    if plan is None:
        if is_wanted:
            raise StandexError(
                f"site {site} has no [crowd] table: nothing is said about who walks there; "
                "add one, or name a recording"
            )
        return None
    if args.people_per_hour is None:
        return plan
    try:
        return plan.at_rate(args.people_per_hour)
    except ValueError as error:
        raise StandexError(f"--people-per-hour {args.people_per_hour:g}: {error}") from error


def walk_crowd(plan: CrowdPlan, *, duration_s: float, seed: int) -> WalkedCrowd:
    """Walk a crowd, and take the time."""
    clock = SystemClock()
    began_utc_ns = clock.utc_ns()
    crowd = simulate_crowd(plan, duration_s=duration_s, seed=seed)
    took_s = max((clock.utc_ns() - began_utc_ns) * 1e-9, 1e-6)
    trajectories, _ = passages(crowd)
    return WalkedCrowd(crowd=crowd, trajectories=trajectories, took_s=took_s)


def walk_passages(plan: CrowdPlan, *, n_passages: int, seed: int) -> list[WalkedCrowd]:
    """Walk crowds of at most some hundred people, seeds counting up, until there are enough."""
    n_people = min(max(n_passages, 1), RUN_PEOPLE)
    duration_s = min(max(3600.0 * n_people / plan.people_per_hour, SHORTEST_S), LONGEST_S)
    walked: list[WalkedCrowd] = []
    n_walked = 0
    while not walked or n_walked < n_passages:
        walked.append(walk_crowd(plan, duration_s=duration_s, seed=seed + len(walked)))
        n_walked += len(walked[-1].crowd.truth.person)
        if len(walked) >= 10 and not n_walked:
            raise StandexError(f"nobody came in {len(walked)} runs of {duration_s:.0f} s")
    return walked


def crowd_document(plan: CrowdPlan, walked: Sequence[WalkedCrowd]) -> dict[str, Any]:
    """Return what is to be said about crowds, for machines."""
    reports = [one.crowd.report for one in walked]
    took_s = sum(one.took_s for one in walked)
    simulated_s = sum(report.simulated_s for report in reports)
    n_entered = sum(report.n_entered for report in reports)
    return {
        "people_per_hour": plan.people_per_hour,
        "model": plan.walking.model,
        "visits": n_entered,
        "came_back": sum(int(one.crowd.truth.is_return.sum()) for one in walked),
        "simulated_s": simulated_s,
        "times_real_time": simulated_s / took_s,
        "people_per_hour_computed": 3600.0 * n_entered / took_s,
        "blocked": sum(report.n_blocked for report in reports),
        "never_came_in": sum(report.n_due - report.n_entered for report in reports),
        "frozen": sum(report.n_frozen for report in reports),
        "nudged": sum(report.n_nudged for report in reports),
        "rerouted": sum(report.n_rerouted for report in reports),
        "still_inside": sum(report.n_inside for report in reports),
    }


def crowd_line(document: dict[str, Any]) -> str:
    """Return the same in a line for people."""
    return (
        f"  crowd ({document['model']}): {document['people_per_hour']:.0f} people an hour, "
        f"{document['visits']} came in, {document['came_back']} of them again; "
        f"{document['frozen']} times somebody froze ({document['nudged']} nudged, "
        f"{document['rerouted']} sent round), {document['still_inside']} never left; walked at "
        f"{document['times_real_time']:.0f} x real time"
    )
