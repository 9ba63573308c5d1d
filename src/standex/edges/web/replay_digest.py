"""A recording played again, and kept as pictures, marks and highest posteriors for the console.

The recorded observations go through the station of the recorded site, as in ``standex replay``; a
person who was half-way when the file begins is picked up anew.
"""

import json
import math
import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcap.opcode import Opcode
from mcap.records import Metadata

from standex.edges.calibrations import calibrations_of
from standex.edges.health_codes import health_parts
from standex.edges.incidents.incident import Incident, Rules
from standex.edges.incidents.reason_codes import reason_parts
from standex.edges.incidents.station_events import after_events, after_picture
from standex.edges.recording import layout
from standex.edges.recording.framing import DamageError, blocks, parse
from standex.edges.recording.reader import RecordedStep, Recording
from standex.edges.settings import parse_site
from standex.edges.web.picture_message import card, number, people_columns, to_text
from standex.edges.web.replay_truth import DamagedTruthError, ReplayTruth, truth_beside
from standex.edges.web.site_plan import plan_of
from standex.model.errors import RecordingError
from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Ordered,
    PassageClosed,
    TaskClosed,
    ThingLeft,
)
from standex.model.picture import Picture
from standex.model.site import LineRole, Site
from standex.station import Station

FRAME_S = 0.2
_NICE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A recording as the console looks back at it.

    Attributes:
        t_s: of each picture, since the recording began.
        pictures: compressed JSON.
        timeline: duration and marks.
        highest: the highest posterior of each person, and when.
        started_utc_ns: when the recording began.
        began_utc_ns: when each person was first followed, by track number.
    """

    t_s: tuple[float, ...]
    pictures: tuple[bytes, ...]
    timeline: dict[str, Any]
    highest: dict[str, Any]
    started_utc_ns: int = 0
    began_utc_ns: Mapping[int, int] = field(default_factory=dict[int, int])

    @property
    def ended_utc_ns(self) -> int:
        """Return the time of the last picture."""
        return self.started_utc_ns + round((self.t_s[-1] if self.t_s else 0.0) * 1e9)

    def between(self, from_s: float, to_s: float, step_s: float) -> list[dict[str, Any]]:
        """Return the picture that stood at each step."""
        out: list[dict[str, Any]] = []
        row = 0
        n_steps = math.ceil((to_s - from_s) / step_s - 1e-9) if self.t_s else 0
        for n in range(n_steps):
            at_s = from_s + n * step_s
            while row + 1 < len(self.t_s) and self.t_s[row + 1] <= at_s:
                row += 1
            out.append({**json.loads(zlib.decompress(self.pictures[row])), "at_s": round(at_s, 3)})
        return out


def begin_as_a_guest() -> None:
    """Let everything else of this computer go first: a replay must not slow the watch."""
    with suppress(OSError):
        os.nice(_NICE)


def head_of(path: Path) -> dict[str, str]:
    """Return what stands at the head of a recording; nothing where it is none.

    Only its beginning is read.
    """
    with suppress(DamageError, RecordingError, OSError, ValueError):
        for block in blocks(path):
            if block.opcode == Opcode.CHUNK:
                break
            for entry in parse(block):
                if isinstance(entry, Metadata) and entry.name == layout.METADATA:
                    return dict(entry.metadata)
    return {}


def digest_of(path: Path) -> Digest:
    """Play a recording again, and return what is to be shown of it.

    Raises:
        StandexError: it cannot be read, or its site cannot be made.
    """
    recording = Recording.open(path)
    site = parse_site(recording.site_toml, where=f"in {path.name}")
    station = Station.of(site, {}, calibrations_of(site))
    player = _Player(site, started_utc_ns=recording.started_utc_ns, origin=recording.origin)
    truth, truth_problem = None, ""
    try:
        truth = truth_beside(path, site, started_utc_ns=recording.started_utc_ns)
    except DamagedTruthError as error:
        truth_problem = str(error)
    picture = station.start(recording.started_utc_ns)
    for step in recording.whole_steps():
        picture = _next(station, picture, step)
        player.take(step, picture)
        if truth is not None:
            truth.take(picture)
    if truth is not None:
        player.join(truth)
    return player.digest(truth_problem=truth_problem)


def _next(station: Station, picture: Picture, step: RecordedStep) -> Picture:
    orders = [event.order for event in step.events if isinstance(event, Ordered)]
    if orders and not step.observations:
        for order in orders:
            picture, _ = station.obey(picture, order)
        return picture
    return station.update(picture, step.observations)[0]


class _Player:
    """Collects what is to be shown while a recording is played."""

    def __init__(self, site: Site, *, started_utc_ns: int, origin: str) -> None:
        self._site, self._started_utc_ns, self._origin = site, started_utc_ns, origin
        self._exits = frozenset(o.line_id for o in site.lines if o.role is LineRole.EXIT)
        self._incidents: dict[str, Incident] = {}
        self._marks: list[dict[str, Any]] = []
        self._people: dict[int, dict[str, Any]] = {}
        self._began: dict[int, int] = {}
        self._t_s: list[float] = []
        self._pictures: list[bytes] = []
        self._n_closed: dict[str, int] = {}
        self._has_truth = False

    def take(self, step: RecordedStep, picture: Picture) -> None:
        """Take in one step."""
        rules = Rules()
        known = after_events(self._incidents, step.events, site=self._site, rules=rules)
        self._incidents = after_picture(known, picture, rules=rules, exit_line_ids=self._exits)
        for event in step.events:
            self._marks += self._marks_of(event)
            if isinstance(event, PassageClosed):
                name = event.outcome.value
                self._n_closed[name] = self._n_closed.get(name, 0) + 1
        at_s = self._since(picture.t_utc_ns)
        self._note_people(picture, at_s)
        if not self._t_s or at_s - self._t_s[-1] >= FRAME_S:
            self._t_s.append(at_s)
            text = to_text(self._message(picture, step.step))
            self._pictures.append(zlib.compress(text.encode(), 6))

    def join(self, truth: ReplayTruth) -> None:
        """Say what is known of whom, beside what the station held of them."""
        for track_id, person in self._people.items():
            person.update(truth.of(track_id))
        self._has_truth = True

    def digest(self, *, truth_problem: str) -> Digest:
        """Return everything; a truth that cannot be used is said to be so."""
        duration_s = self._t_s[-1] if self._t_s else 0.0
        about = {
            "started_utc_ms": self._started_utc_ns // 1_000_000,
            "duration_s": duration_s,
            "is_simulated": self._origin == "simulated",
            "is_replay": True,
        }
        return Digest(
            t_s=tuple(self._t_s),
            pictures=tuple(self._pictures),
            timeline={
                **about,
                "marks": self._marks,
                # The site as it was then; who looks back may not see what is live.
                "plan": plan_of(self._site, is_simulated=self._origin == "simulated"),
            },
            highest={
                **about,
                "p_alarm": self._site.operating_point.p_alarm,
                "has_truth": self._has_truth,
                "truth_problem": truth_problem,
                "people": list(self._people.values()),
            },
            started_utc_ns=self._started_utc_ns,
            began_utc_ns={who: t for who, t in self._began.items() if who in self._people},
        )

    def _since(self, t_utc_ns: int) -> float:
        return round((t_utc_ns - self._started_utc_ns) * 1e-9, 3)

    def _message(self, picture: Picture, n: int) -> dict[str, Any]:
        t_utc_ns = picture.t_utc_ns
        return {
            "type": "picture",
            "is_replay": True,
            "t_utc_ms": t_utc_ns // 1_000_000,
            "now_utc_ms": t_utc_ns // 1_000_000,
            "age_s": number((t_utc_ns - picture.tracks.t_utc_ns) * 1e-9),
            "is_stale": False,
            "is_simulated": self._origin == "simulated",
            "lag_s": None,
            "n_updates": n,
            "n_closed": dict(self._n_closed),
            "people": people_columns(picture, self._site, shows_alarms=True),
            "cards": [
                card(one, picture, t_utc_ns) for one in self._incidents.values() if one.is_open
            ],
            "exercise": None,  # nothing of one is recorded
        }

    def _note_people(self, picture: Picture, at_s: float) -> None:
        superseded = picture.superseded
        for track_id, passage in picture.passages.items():
            verdict = passage.verdict
            self._began[track_id] = passage.first_utc_ns
            known = self._people.get(track_id)
            if track_id in superseded:
                self._people.pop(track_id, None)  # the later number has taken the ledger over
            elif known is None or verdict.p_threat > known["p_highest"]:
                self._people[track_id] = {
                    "track_id": track_id,
                    "p_highest": verdict.p_threat,
                    "at_s": at_s,
                    "coverage": verdict.coverage,
                    "outcome": verdict.outcome.value,
                }
            else:
                known["coverage"] = max(known["coverage"], verdict.coverage)
                known["outcome"] = verdict.outcome.value

    def _marks_of(self, event: Event) -> Iterator[dict[str, Any]]:
        mark = {"at_s": self._since(event.t_utc_ns), "kind": type(event).__name__}
        match event:
            case Alert():
                parts = reason_parts(event.reason)
                yield mark | {"of": event.alert_id, "text": event.reason, "reason_parts": parts}
            case PassageClosed():
                outcome = event.outcome.value
                yield mark | {"of": str(event.track_id), "text": outcome, "outcome": outcome}
            case HealthChanged():
                health = event.after
                yield mark | {
                    "of": health.sensor_id,
                    "text": f"{health.state}: {health.message}",
                    "state": health.state.value,
                    "health_parts": health_parts(health.message),
                }
            case TaskClosed():
                yield mark | {"of": event.sensor_id, "text": f"{event.result}: {event.reason}"}
            case Ordered():
                yield mark | {"of": event.order.by, "text": f"{event.order.kind}"}
            case ThingLeft():
                parts = reason_parts(event.reason)
                yield mark | {"of": event.alert_id, "text": event.reason, "reason_parts": parts}
            case _:
                pass
