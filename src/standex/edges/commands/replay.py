"""``standex replay``: a recording once more, as it was or with other thresholds."""

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from standex.edges.calibrations import calibrations_of
from standex.edges.commands.console import progress, say
from standex.edges.recording.reader import Recording
from standex.edges.recording.replay import ReplayResult, replay, what_if
from standex.edges.settings import parse_site
from standex.edges.status_words import zone_words
from standex.model.event import Alert, Event
from standex.model.site import Site
from standex.station import Station

NO_RATES = (
    "These are alarms, not rates: how many of them are right needs the truth, "
    "and how many were missed too."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of this command."""
    parser.add_argument("file", type=Path, help="the recording (.mcap)")
    parser.add_argument(
        "--p-alarm", type=inside_01, metavar="P", help="what if alarms came from this posterior on"
    )
    parser.add_argument(
        "--min-coverage", type=inside_01, metavar="P", help="what if this much coverage were enough"
    )


def inside_01(text: str) -> float:
    """Return a number inside (0, 1)."""
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"must be inside (0, 1), got {text}")
    return value


def run(args: argparse.Namespace) -> int:
    """Replay a recording."""
    recording = Recording.open(args.file)
    site = parse_site(recording.site_toml, where=f"in {args.file}")
    changes = {
        name: value
        for name, value in (("p_alarm", args.p_alarm), ("min_coverage", args.min_coverage))
        if value is not None
    }
    with progress(args) as bar:
        job = bar.add_task("replaying", total=recording.n_steps * (2 if changes else 1))

        def step(_: int) -> None:
            bar.advance(job)

        before = replay(recording, _station(site), on_step=step)
        if not changes:
            return _say_as_it_was(args, recording, before)
        point = replace(site.operating_point, **changes)
        other = what_if(recording, _station(replace(site, operating_point=point)), on_step=step)
    return _say_what_if(args, recording, before.events, other.events, changes)


def _station(site: Site) -> Station:
    """Return a station that only updates: what was perceived is in the recording."""
    return Station.of(site, {}, calibrations_of(site))


def _say_as_it_was(args: argparse.Namespace, recording: Recording, result: ReplayResult) -> int:
    document = {
        "file": str(recording.path),
        "origin": recording.origin,
        "n_steps": result.n_steps,
        "n_events": len(result.events),
        "is_identical": result.is_identical,
        "first_difference": result.first_difference,
        "damage": recording.damage,
    }
    told = (
        f"identical: {result.n_steps} steps made the same {len(result.events)} events, bit for bit"
        if result.is_identical
        else f"DIFFERENT: {result.first_difference}"
    )
    lines = [_origin(recording), told]
    if recording.damage:
        lines.append(f"the file is not whole: {recording.damage}; it was played as far as it goes")
    say(args, document, *lines)
    return 0 if result.is_identical else 1


def _say_what_if(
    args: argparse.Namespace,
    recording: Recording,
    before: tuple[Event, ...],
    after: tuple[Event, ...],
    changes: Mapping[str, float],
) -> int:
    old, new = _alarms(before), _alarms(after)
    people = sorted(old.keys() | new.keys())
    document = {
        "file": str(recording.path),
        "origin": recording.origin,
        "changes": dict(changes),
        "n_alarms_before": len(old),
        "n_alarms_after": len(new),
        "alarms": [
            {"person": person, "before": old.get(person), "after": new.get(person)}
            for person in people
        ],
        "note": NO_RATES,
    }
    changed = ", ".join(f"{name} {value:g}" for name, value in changes.items())
    table = [f"{'person':>8}  {'as it was':<32}  {f'with {changed}'}"]
    table += [
        f"{person:>8}  {_cell(old.get(person)):<32}  {_cell(new.get(person))}" for person in people
    ]
    table.append(f"{'alarms':>8}  {len(old):<32}  {len(new)}")
    say(args, document, _origin(recording), *table, NO_RATES)
    return 0


def _origin(recording: Recording) -> str:
    """Return what the reader must know before the first figure."""
    if recording.origin == "unknown":
        return f"{recording.path}: the recording does not say whether it is simulated"
    return f"{recording.origin.upper()} recording {recording.path}"


def _alarms(events: tuple[Event, ...]) -> dict[int, dict[str, Any]]:
    return {
        event.track_id: {
            "t_utc_ns": event.t_utc_ns,
            "p_threat": event.p_threat,
            "zone": zone_words(event.zone),
        }
        for event in events
        if isinstance(event, Alert)
    }


def _cell(alarm: Mapping[str, Any] | None) -> str:
    return "-" if alarm is None else f"ALARM {alarm['p_threat']:.0%}, {alarm['zone']}"
