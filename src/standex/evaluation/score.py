"""Truth against output: what became of each person of a simulated run.

A person is the unit. An alert is theirs if they were the nearest person to the place it gave,
since that is whom staff would stop. A passage is theirs if its track was nearest to them most of
the time.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool

from standex.evaluation.closed_loop import Step
from standex.evaluation.rates import Rate, rate
from standex.evaluation.score_looks import LookTally
from standex.evaluation.whose import NEAREST_M, nearest_person
from standex.model.errors import StandexError
from standex.model.event import Alert, PassageClosed
from standex.model.observation import Coverage
from standex.model.picture import Outcome, Picture
from standex.model.truth import Truth
from standex.model.zones import ZONE_INDEX

__all__ = ["NEAREST_M", "PersonOutcome", "Tally", "rates_of"]
IN_VIEW_P_DETECT = 0.05  # from such a chance of detection on, an object counts as in view
CLOSE_M = 1.0  # whoever has somebody so near walks close to others


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
        p_max: largest posterior that pointed at them at any time: each time that the posterior of
            a track rose above all it had been, whoever was nearest to it then. An alarm threshold
            at or below it would have raised an alert at them.
        p_final: last posterior of the last of their passages, or NaN: what is held against the
            truth, since the largest of several is more than it says.
        entered_s: from the start of the run to their first appearance, or NaN.
        in_view_to_alert_s: from when some sensor could first have detected the object where they
            carry it (a chance of 5 % at least) to the alert; NaN without either, negative where
            the alert came before.
        factors: coarse groups that need no identity, such as ``{"bag": "yes"}``.
    """

    person: int
    item_class: str
    outcome: Outcome
    p_threat: float
    n_looks: int
    n_tracks: int
    alert_s: float
    seconds_in_reach: float
    p_max: float = 0.0
    p_final: float = float("nan")
    entered_s: float = float("nan")
    in_view_to_alert_s: float = float("nan")
    factors: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class Tally:
    """Collects the steps of one run.

    Attributes:
        scene: of the twin, with ``at(t_utc_ns)`` and ``start_utc_ns``.
        truth: who carried what.
        people: everybody in the recording.
        known_factors: coarse groups of people, by person; how close they walk to others is added.
        is_threat: which item classes are; None for all but the first, which is nothing.

    Raises:
        StandexError: the truth names somebody who is not in the recording.
    """

    scene: Any
    truth: Truth
    people: list[int]
    known_factors: Mapping[int, Mapping[str, str]] = field(
        default_factory=dict[int, Mapping[str, str]]
    )
    is_threat: Bool[np.ndarray, " classes"] | None = None
    first_ns: dict[int, int] = field(default_factory=dict[int, int])
    votes: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    alerts: dict[int, Alert] = field(default_factory=dict[int, Alert])
    stray_alerts: list[Alert] = field(default_factory=list[Alert])
    closed: list[PassageClosed] = field(default_factory=list[PassageClosed])
    looks: LookTally = field(init=False)
    view_ns: dict[int, int] = field(default_factory=dict[int, int])
    p_max: dict[int, float] = field(default_factory=dict[int, float])
    _peak: dict[int, float] = field(default_factory=dict[int, float])
    _close: dict[int, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))

    def __post_init__(self) -> None:
        check_truth(self.truth, self.people)
        self.looks = LookTally(scene=self.scene, is_threat=self.is_threat)

    def take(self, step: Step) -> None:
        """Take one step of the closed loop."""
        if step.events or step.record.sequence % 5 == 0:
            self._vote(step.picture)
        self._rise(step.picture)
        self.looks.take(step)
        for seen in step.observations:
            if isinstance(seen, Coverage):
                self._view(seen)
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
        self._crowd(now)
        for row in np.flatnonzero(tracks.is_confirmed):
            person = nearest_person(now, tracks.mean[row, :2])
            if person is not None:
                self.votes[int(tracks.track_id[row])][person] += 1

    def _crowd(self, now: Any) -> None:
        """Count how often everybody has somebody close to them."""
        place = now.position_site_m
        away_m = np.linalg.norm(place[:, None] - place[None], axis=2)
        np.fill_diagonal(away_m, np.inf)
        is_close = (away_m < CLOSE_M).any(axis=1)
        for person, close in zip(now.person.tolist(), is_close.tolist(), strict=True):
            counts = self._close[person]
            counts[0] += close
            counts[1] += 1

    def _rise(self, picture: Picture) -> None:
        """Note whom a posterior points at that is higher than that track has ever had."""
        for track_id, passage in picture.passages.items():
            p = passage.verdict.p_threat
            if not p > self._peak.get(track_id, 0.0):
                continue  # a NaN raises no alert
            self._peak[track_id] = p
            person = nearest_person(self.scene.at(picture.t_utc_ns), passage.position_site_m)
            if person is not None and p > self.p_max.get(person, 0.0):
                self.p_max[person] = p

    def _view(self, seen: Coverage) -> None:
        """Note whose object a sensor could detect for the first time."""
        waiting = [item for item in self.truth.items if item.person not in self.view_ns]
        if not waiting or not seen.p_detect.any():
            return
        now = self.scene.at(seen.t_utc_ns)
        row_of = {int(person): row for row, person in enumerate(now.person)}
        shape = np.array(seen.p_detect.shape[1:])
        for item in waiting:
            row = row_of.get(item.person)
            if row is None:
                continue
            cell = np.floor((now.position_site_m[row] - seen.origin_site_m) / seen.cell_m)
            if not ((cell >= 0) & (cell < shape)).all():
                continue
            x, y = cell.astype(int).tolist()
            if seen.p_detect[ZONE_INDEX[item.zone], x, y] >= IN_VIEW_P_DETECT:
                self.view_ns[item.person] = seen.t_utc_ns

    def _alert(self, alert: Alert) -> None:
        person = nearest_person(self.scene.at(alert.t_utc_ns), alert.position_site_m)
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
        first_ns, view_ns = self.first_ns.get(person), self.view_ns.get(person)
        since = entered = in_view = np.nan
        if first_ns is not None:
            entered = (first_ns - self.scene.start_utc_ns) * 1e-9
        if alert is not None and first_ns is not None:
            since = (alert.t_utc_ns - first_ns) * 1e-9
        if alert is not None and view_ns is not None:
            in_view = (alert.t_utc_ns - view_ns) * 1e-9
        return PersonOutcome(
            person=person,
            item_class=item.item_class if item else "nothing",
            outcome=outcome,
            p_threat=max([p.p_threat for p in passages] + ([alert.p_threat] if alert else [0.0])),
            n_looks=sum(p.n_looks for p in passages),
            n_tracks=len(passages),
            alert_s=float(since),
            seconds_in_reach=float(alert.seconds_in_reach) if alert is not None else float("nan"),
            p_max=max(self.p_max.get(person, 0.0), alert.p_threat if alert is not None else 0.0),
            p_final=max(passages, key=lambda p: p.last_utc_ns).p_threat if passages else np.nan,
            entered_s=float(entered),
            in_view_to_alert_s=float(in_view),
            factors=self._factors(person),
        )

    def _factors(self, person: int) -> dict[str, str]:
        close, of = self._close.get(person, [0, 0])
        known = dict(self.known_factors.get(person, {}))
        if of:
            known["others within 1 m"] = "half the time or more" if 2 * close >= of else "less"
        return known


def check_truth(truth: Truth, people: list[int]) -> None:
    """Refuse a truth about people who are not there: its misses would be nobody's.

    Raises:
        StandexError: it names somebody who is not among the people.
    """
    unknown = sorted({item.person for item in truth.items} - set(people))
    if unknown:
        named = ", ".join(str(person) for person in unknown[:10])
        more = f" and {len(unknown) - 10} more" if len(unknown) > 10 else ""
        raise StandexError(
            f"the truth names {len(unknown)} people who are not in the recording: {named}{more}; "
            f"it has {len(people)} people"
            + (f", numbered {min(people)} to {max(people)}" if people else "")
            + ": is it the truth of another recording?"
        )


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
