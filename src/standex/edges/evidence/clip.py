"""Cuts what sensors said of one person out of what they said of everybody.

Of a scan of positions only the row stays that lies nearest to where the person was followed, and
only where nobody else was nearer to it. Of the looks those stay that are in the person's ledger and
were rather at them than at anybody else. Clothing descriptors and body images are never in a clip.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from standex.edges.evidence.ring import HeldStep, Places
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Ordered,
    PersonRejoined,
    ThingLeft,
)
from standex.model.observation import Coverage, Evidence, Health, Observation, Positions
from standex.model.picture import Passage
from standex.model.zones import BodyZone

NEAR_M = 0.75
"""A position farther from where somebody was followed is not taken for theirs."""
RATHER = 0.5
"""A look counts as theirs from this attachment on."""

Look = tuple[str, str, BodyZone | None]


def ids_of(passage: Passage) -> frozenset[int]:
    """Return the numbers under which a person was followed."""
    ids = {passage.track_id}
    if passage.joined is not None and passage.joined.p_same >= RATHER:
        ids.add(passage.joined.track_id)
    return frozenset(ids)


def looks_of(passage: Passage) -> frozenset[Look]:
    """Return the looks that were rather at this person than at anybody else.

    A look at whoever carried a bag before them is in the ledger, and not in the clip.
    """
    theirs = ids_of(passage) | {0}
    return frozenset(
        (entry.sensor_id, entry.look_id, entry.zone)
        for entry in passage.entries
        if entry.attachment >= RATHER and entry.carried_from in theirs
    )


def of_person(steps: Iterable[HeldStep], passage: Passage) -> tuple[HeldStep, ...]:
    """Return the steps with what concerns this person alone; others are left out.

    Of the sensors' words on themselves those stay that say something new.
    """
    ids, looks = ids_of(passage), looks_of(passage)
    kept: list[HeldStep] = []
    health: dict[str, Health] = {}
    for step in steps:
        observations = tuple(
            entry
            for entry in _observations(step, ids, looks)
            if not isinstance(entry, Health) or _is_new(entry, health)
        )
        events = tuple(event for event in step.events if _concerns(event, ids, passage.alert_id))
        if observations or events:
            kept.append(replace(step, observations=observations, events=events))
    return tuple(kept)


def clip_bytes(
    steps: Iterable[HeldStep],
    *,
    coverage: Iterable[Coverage],
    site_id: str,
    site_toml: str,
    software_version: str,
    started_utc_ns: int,
    is_simulated: bool,
) -> bytes:
    """Return a recording of steps that were cut for one person.

    Args:
        steps: as ``of_person`` returns them.
        coverage: of each sensor, as it was at the end; part of the first step.
        site_id: where.
        site_toml: the site description.
        software_version: of this software.
        started_utc_ns: time of the first step, or before.
        is_simulated: whether the sensors were those of the twin.

    Raises:
        RecordingError: there is no room for it.
    """
    with TemporaryDirectory(prefix="standex-clip-") as folder:
        path = Path(folder) / "clip.mcap"
        with RecordingWriter(
            path,
            site_id=site_id,
            profile=Profile.LIVE,
            software_version=software_version,
            site_toml=site_toml,
            started_utc_ns=started_utc_ns,
            is_simulated=is_simulated,
        ) as writer:
            if first := tuple(coverage):
                writer.publish(started_utc_ns, first, ())
            for step in steps:
                writer.publish(step.t_utc_ns, step.observations, step.events)
        return path.read_bytes()


def _observations(
    step: HeldStep, ids: frozenset[int], looks: frozenset[Look]
) -> Iterator[Observation]:
    rows: dict[str, int] = {}
    scans = [entry for entry in step.observations if isinstance(entry, Positions)]
    of_scan = iter(rows_of(scans, step.places, ids))
    for entry in step.observations:
        if isinstance(entry, Health):
            yield entry
        elif isinstance(entry, Positions):
            row = next(of_scan)
            if row >= 0:
                rows[entry.sensor_id] = row
                yield _one_row(entry, row)
        elif isinstance(entry, Evidence) and _look(entry) in looks:
            is_theirs = 0 <= entry.position_row == rows.get(entry.sensor_id, -1)
            yield replace(entry, position_row=0 if is_theirs else -1, patch=None)


def _is_new(entry: Health, said: dict[str, Health]) -> bool:
    before = said.get(entry.sensor_id)
    said[entry.sensor_id] = entry
    return before is None or replace(before, t_utc_ns=entry.t_utc_ns) != entry


def _look(entry: Evidence) -> Look:
    return entry.sensor_id, entry.look_id, entry.zone


def rows_of(scans: Sequence[Positions], places: Places, ids: frozenset[int]) -> list[int]:
    """Return of each scan the row that is most probably of the person with these numbers, or -1.

    All scans of a step are held against the people at once: there are thousands of them in a clip,
    and most saw somebody else.
    """
    out = [-1] * len(scans)
    is_theirs = np.isin(places.track_id, sorted(ids))
    lengths = [len(scan.position_site_m) for scan in scans]
    if not is_theirs.any() or not sum(lengths):
        return out
    position_site_m = np.concatenate([scan.position_site_m for scan in scans])
    offset_m = position_site_m[:, None, :] - places.position_site_m[None, :, :]
    distance_m = np.hypot(offset_m[..., 0], offset_m[..., 1])
    to_them_m = distance_m[:, is_theirs].min(axis=1)
    is_nearest = to_them_m <= distance_m.min(axis=1)
    near = np.flatnonzero(to_them_m <= NEAR_M)
    begins = np.cumsum([0, *lengths])
    for number in set((np.searchsorted(begins, near, side="right") - 1).tolist()):
        begin, end = begins[number], begins[number + 1]
        row = int(to_them_m[begin:end].argmin())
        if is_nearest[begin + row]:
            out[number] = row
    return out


def _one_row(positions: Positions, row: int) -> Positions:
    only = slice(row, row + 1)
    p_object = positions.p_object
    return replace(
        positions,
        position_site_m=positions.position_site_m[only],
        covariance_site_m2=positions.covariance_site_m2[only],
        existence=positions.existence[only],
        descriptor=np.zeros((1, 0)),
        p_object=None if p_object is None else p_object[only],
    )


def _concerns(event: Event, ids: frozenset[int], alert_id: str) -> bool:
    if isinstance(event, HealthChanged):
        return True
    if isinstance(event, Ordered):
        return False  # who gave it is in the audit
    if isinstance(event, PersonRejoined):
        return event.track_id in ids and (event.earlier_track_id in ids or not event.p_same)
    if isinstance(event, ThingLeft):
        return event.track_id in ids or (bool(alert_id) and event.alert_id == alert_id)
    if isinstance(event, Alert):
        return event.alert_id == alert_id
    return _track_of(event) in ids


def _track_of(event: Any) -> int:
    return event.track_id
