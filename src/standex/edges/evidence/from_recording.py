"""Makes the bundles of the alarms in a recording: for those that a stopped service left unwritten.

The recorded observations go through a station of the recorded site again; the alerts are those that
were recorded. A recording of a service begins in the middle: the numbers of people and alerts are
others than they were, so who an alert is about is known by where they were. What was known of them
before the recording began is not in the bundle. Raw records are in recordings of the lab profile
only: from those, spectra and traces are made again as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import final

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock
from standex.edges.evidence.keeper import EvidenceKeeper, EvidenceRule
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.plugins import build_technologies
from standex.edges.recording.reader import RecordedStep, Recording
from standex.edges.settings import parse_site
from standex.model.errors import RecordError
from standex.model.event import Alert, Ordered
from standex.model.hints import no_hints
from standex.model.picture import Picture
from standex.model.ports import Explaining, Technology
from standex.model.record import Record
from standex.station import Station

SAME_PLACE_M = 0.3
BEYOND_NS = 2_000_000_000  # a look is in the middle of its record, or a little before its end


def keep_from_recording(
    path: Path, shelf: EvidenceShelf, *, rule: EvidenceRule, clock: Clock
) -> tuple[str, ...]:
    """Put a bundle of every alarm in a recording on the shelf; return the alarms that have one.

    A bundle of a whole passage that is there already stays as it is.

    Args:
        path: of the recording.
        shelf: where bundles go.
        rule: what is in them; site and software are those of the recording.
        clock: for the time at which they are written.

    Raises:
        StandexError: the recording cannot be read, or its site not be used.
    """
    recording = Recording.open(path)
    site = parse_site(recording.site_toml, where=f"in {path}")
    station = Station.of(site, {}, calibrations_of(site))
    rule = replace(
        rule,
        site_id=recording.site_id,
        site_toml=recording.site_toml,
        software_version=recording.software_version,
        is_simulated=recording.origin == "simulated",
    )
    picture = station.start(recording.started_utc_ns)
    names: dict[int, str] = {}
    technologies = build_technologies(site, calibrations_of(site)) if recording.n_records else {}
    with EvidenceKeeper(shelf, rule=rule, clock=clock, technologies=technologies) as keeper:
        heard = _Heard(recording, technologies, keeper)
        for step in recording.whole_steps():
            heard.until(max((one.t_utc_ns for one in step.observations), default=0))
            picture = _next(station, picture, step)
            for event in step.events:
                who = _whom(event, picture) if isinstance(event, Alert) else None
                if isinstance(event, Alert) and who is not None:
                    names[who] = event.alert_id
            made = set(names.values())
            events = tuple(
                event
                for event in step.events
                if not isinstance(event, Alert) or event.alert_id in made
            )
            keeper.publish(step.t_utc_ns, step.observations, events)
            keeper.step(_renamed(picture, names), events)
    return tuple(names.values())


@final
class _Heard:
    """Goes through the raw records of those sensors that can show what a look is made of."""

    def __init__(
        self,
        recording: Recording,
        technologies: Mapping[str, Technology],
        keeper: EvidenceKeeper,
    ) -> None:
        self._keeper = keeper
        self._technologies = {
            name: one for name, one in technologies.items() if isinstance(one, Explaining)
        }
        self._states = {name: one.start() for name, one in self._technologies.items()}
        self._records: Iterator[Record] = iter(recording.records() if self._technologies else ())
        self._next: Record | None = next(self._records, None)

    def until(self, t_utc_ns: int) -> None:
        """Let the keeper hear what there is up to some time, and a little beyond it."""
        while self._next is not None and self._next.t_utc_ns <= t_utc_ns + BEYOND_NS:
            record = self._next
            self._next = next(self._records, None)
            technology = self._technologies.get(record.sensor_id)
            if technology is None:
                continue
            state = self._states[record.sensor_id]
            try:
                after, said = technology.perceive(state, record, no_hints(record.t_utc_ns))
            except RecordError:
                continue  # as the station did
            self._keeper.heard(state, record, said)
            self._states[record.sensor_id] = after


def _whom(alert: Alert, picture: Picture) -> int | None:
    """Return the number of whom an alert is about in a picture; None where nobody is there."""
    tracks = picture.tracks
    off_m = np.linalg.norm(tracks.mean[:, :2] - alert.position_site_m, axis=1)
    near = [
        (float(m), int(who))
        for m, who in zip(off_m, tracks.track_id, strict=True)
        if m <= SAME_PLACE_M and int(who) in picture.passages
    ]
    return min(near)[1] if near else None


def _renamed(picture: Picture, names: Mapping[int, str]) -> Picture:
    """Return a picture in which the recorded alerts, and no others, are named."""
    return replace(
        picture,
        passages={
            who: replace(passage, alert_id=names.get(who, ""))
            for who, passage in picture.passages.items()
        },
    )


def _next(station: Station, picture: Picture, step: RecordedStep) -> Picture:
    orders = [event.order for event in step.events if isinstance(event, Ordered)]
    if orders and not step.observations:
        for order in orders:
            picture, _ = station.obey(picture, order)
        return picture
    return station.update(picture, step.observations)[0]
