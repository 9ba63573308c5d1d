"""Makes the bundles of the alarms in a recording: for those that a stopped service left unwritten.

The recorded observations go through a station of the recorded site again; the alerts are those that
were recorded.
"""

from dataclasses import replace
from pathlib import Path

from standex.edges.calibrations import calibrations_of
from standex.edges.clock import Clock
from standex.edges.evidence.keeper import EvidenceKeeper, EvidenceRule
from standex.edges.evidence.shelf import EvidenceShelf
from standex.edges.recording.reader import RecordedStep, Recording
from standex.edges.settings import parse_site
from standex.model.event import Alert, Ordered
from standex.model.picture import Picture
from standex.station import Station


def keep_from_recording(
    path: Path, shelf: EvidenceShelf, *, rule: EvidenceRule, clock: Clock
) -> tuple[str, ...]:
    """Put a bundle of every alarm in a recording on the shelf; return the alarms.

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
    alarms: list[str] = []
    with EvidenceKeeper(shelf, rule=rule, clock=clock) as keeper:
        for step in recording.whole_steps():
            picture = _next(station, picture, step)
            keeper.publish(step.t_utc_ns, step.observations, step.events)
            keeper.step(picture, step.events)
            alarms += [event.alert_id for event in step.events if isinstance(event, Alert)]
    return tuple(alarms)


def _next(station: Station, picture: Picture, step: RecordedStep) -> Picture:
    orders = [event.order for event in step.events if isinstance(event, Ordered)]
    if orders and not step.observations:
        for order in orders:
            picture, _ = station.obey(picture, order)
        return picture
    return station.update(picture, step.observations)[0]
