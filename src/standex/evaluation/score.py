"""Truth against output: what became of each person of a simulated run.

A person is the unit. An alert is theirs if they were the nearest person to the place it gave,
since that is whom staff would stop. A passage is theirs if its track was nearest to them most of
the time.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from standex.evaluation.closed_loop import Step
from standex.evaluation.rates import Rate, rate
from standex.model.event import Alert, PassageClosed
from standex.model.picture import Outcome, Picture
from standex.model.truth import Truth

NEAREST_M = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOutcome:
    """What became of one person.

    Attributes:
        person: number in the recording.
        item_class: carried, or ``nothing``.
        outcome: alarm if any alert pointed at them, else the best known of their passages.
        p_threat: highest final posterior of their passages, or of the alert.
        n_looks: looks in their ledgers.
        n_tracks: track numbers they went by.
        alert_s: from their first appearance to the alert, or NaN.
        seconds_in_reach: left when the alert was raised, or NaN.
    """

    person: int
    item_class: str
    outcome: Outcome
    p_threat: float
    n_looks: int
    n_tracks: int
    alert_s: float
    seconds_in_reach: float


@dataclass(slots=True)
class Tally:
    """Collects the steps of one run.

    Attributes:
        scene: of the twin, with ``at(t_utc_ns)``.
        truth: who carried what.
        people: everybody in the recording.
    """

    scene: Any
    truth: Truth
    people: list[int]
    first_ns: dict[int, int] = field(default_factory=dict[int, int])
    votes: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    alerts: dict[int, Alert] = field(default_factory=dict[int, Alert])
    stray_alerts: list[Alert] = field(default_factory=list[Alert])
    closed: list[PassageClosed] = field(default_factory=list[PassageClosed])

    def take(self, step: Step) -> None:
        """Take one step of the closed loop."""
        if step.events or step.record.sequence % 5 == 0:
            self._vote(step.picture)
        for event in step.events:
            if isinstance(event, Alert):
                self._alert(event)
            elif isinstance(event, PassageClosed):
                self.closed.append(event)

    def _vote(self, picture: Picture) -> None:
        tracks = picture.tracks
        now = self.scene.at(tracks.t_utc_ns)
        for person in now.person:
            self.first_ns.setdefault(int(person), tracks.t_utc_ns)
        for row in np.flatnonzero(tracks.is_confirmed):
            person = _nearest(now, tracks.mean[row, :2])
            if person is not None:
                self.votes[int(tracks.track_id[row])][person] += 1

    def _alert(self, alert: Alert) -> None:
        person = _nearest(self.scene.at(alert.t_utc_ns), alert.position_site_m)
        if person is None:
            self.stray_alerts.append(alert)
        else:
            self.alerts.setdefault(person, alert)

    def outcomes(self) -> tuple[PersonOutcome, ...]:
        """Return one outcome per person of the recording, seen or not."""
        passages: dict[int, list[PassageClosed]] = defaultdict(list)
        for closed in self.closed:
            votes = self.votes.get(closed.track_id)
            if votes:
                passages[votes.most_common(1)[0][0]].append(closed)
        return tuple(self._outcome(person, passages[person]) for person in self.people)

    def _outcome(self, person: int, passages: list[PassageClosed]) -> PersonOutcome:
        alert, item = self.alerts.get(person), self.truth.of(person)
        if alert is not None:
            outcome = Outcome.ALARM
        elif any(p.outcome is not Outcome.NOT_SCREENED for p in passages):
            # Their own alert may have pointed at a neighbour: looked at all the same, and missed.
            outcome = Outcome.NOTHING_FOUND
        else:
            outcome = Outcome.NOT_SCREENED
        first_ns = self.first_ns.get(person)
        since = np.nan
        if alert is not None and first_ns is not None:
            since = (alert.t_utc_ns - first_ns) * 1e-9
        return PersonOutcome(
            person=person,
            item_class=item.item_class if item else "nothing",
            outcome=outcome,
            p_threat=max([p.p_threat for p in passages] + ([alert.p_threat] if alert else [0.0])),
            n_looks=sum(p.n_looks for p in passages),
            n_tracks=len(passages),
            alert_s=float(since),
            seconds_in_reach=float(alert.seconds_in_reach) if alert is not None else float("nan"),
        )


def _nearest(now: Any, place: np.ndarray) -> int | None:
    if not len(now.person):
        return None
    away = np.hypot(*(now.position_site_m - place).T)
    row = int(np.argmin(away))
    return int(now.person[row]) if away[row] < NEAREST_M else None


def rates_of(outcomes: tuple[PersonOutcome, ...], *, level: float = 0.95) -> tuple[Rate, ...]:
    """Return detection, false-alarm and not-screened rates per passage, with intervals.

    A carrier who was not screened is a miss; a clean person who was not screened is no false alarm.
    """
    threat = [o for o in outcomes if o.item_class.startswith("threat")]
    slab = [o for o in outcomes if o.item_class == "threat_dielectric"]
    metal = [o for o in outcomes if o.item_class == "threat_metal"]
    clean = [o for o in outcomes if o.item_class == "nothing"]
    benign = [o for o in outcomes if o.item_class.startswith("benign")]

    def alarmed(group: list[PersonOutcome]) -> int:
        return sum(o.outcome is Outcome.ALARM for o in group)

    looked_at = [o for o in threat if o.outcome is not Outcome.NOT_SCREENED]
    missed_view = sum(o.outcome is Outcome.NOT_SCREENED for o in outcomes)
    return (
        rate("PD per passage, dielectric slab", alarmed(slab), len(slab), level=level),
        rate("PD per passage, metal", alarmed(metal), len(metal), level=level),
        rate("PD per passage, both", alarmed(threat), len(threat), level=level),
        rate("PD per screened passage, both", alarmed(looked_at), len(looked_at), level=level),
        rate("PFA per passage, nothing carried", alarmed(clean), len(clean), level=level),
        rate("PFA per passage, benign object", alarmed(benign), len(benign), level=level),
        rate("not screened, of all passages", missed_view, len(outcomes), level=level),
    )
