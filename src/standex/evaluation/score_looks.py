"""Whether looks and alerts went to the right person: association, by what it is for.

A look was at whoever was nearest to its footprint, by truth; it went to the track that has the
largest share of it, and that track is of whoever is nearest to it. An alert is right where the
person it points at is the one at whom the look was that speaks most for a threat.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Bool

from standex.evaluation.closed_loop import Step
from standex.evaluation.whose import nearest_person
from standex.model.event import Alert
from standex.model.observation import Evidence, GaussianFootprint
from standex.model.picture import LedgerEntry, Passage

_Key = tuple[str, str]  # sensor, look


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationCounts:
    """How many looks and alerts went to the right person.

    Attributes:
        n_looks: looks that were at somebody and went to some track.
        n_looks_right: of these, to the track of whom they were at.
        n_looks_stray: looks that were at somebody and went to no track.
        n_alerts: alerts with somebody near, and a look at somebody behind them.
        n_alerts_right: of these, at the person whom that look was at.
    """

    n_looks: int = 0
    n_looks_right: int = 0
    n_looks_stray: int = 0
    n_alerts: int = 0
    n_alerts_right: int = 0

    def __add__(self, other: "AssociationCounts") -> "AssociationCounts":
        """Return both together."""
        mine, theirs = asdict(self), asdict(other)
        return AssociationCounts(**{name: n + theirs[name] for name, n in mine.items()})


@dataclass(slots=True)
class LookTally:
    """Counts looks and alerts by whether they went to the right person.

    Attributes:
        scene: of the twin, with ``at(t_utc_ns)``.
        is_threat: which item classes are; None for all but the first, which is nothing.
    """

    scene: Any
    is_threat: Bool[np.ndarray, " classes"] | None = None
    n_looks: int = 0
    n_looks_right: int = 0
    n_looks_stray: int = 0
    n_alerts: int = 0
    n_alerts_right: int = 0
    _at: dict[_Key, int] = field(default_factory=dict[_Key, int])

    def counts(self) -> AssociationCounts:
        """Return what was counted so far."""
        return AssociationCounts(
            n_looks=self.n_looks,
            n_looks_right=self.n_looks_right,
            n_looks_stray=self.n_looks_stray,
            n_alerts=self.n_alerts,
            n_alerts_right=self.n_alerts_right,
        )

    def take(self, step: Step) -> None:
        """Take one step of the closed loop."""
        for seen in step.observations:
            if isinstance(seen, Evidence) and isinstance(seen.footprint, GaussianFootprint):
                key = (seen.sensor_id, seen.look_id)
                if key not in self._at:
                    self._look(key, seen, step)
        for event in step.events:
            if isinstance(event, Alert):
                self._alert(event, step.picture.passages.get(event.track_id))

    def _look(self, key: _Key, seen: Evidence, step: Step) -> None:
        footprint = seen.footprint
        if not isinstance(footprint, GaussianFootprint):
            return
        person = nearest_person(self.scene.at(seen.t_utc_ns), footprint.position_site_m)
        if person is None:
            return
        self._at[key] = person
        share: dict[int, float] = {
            number: max((e.attachment for e in passage.entries if _is_of(e, key)), default=0.0)
            for number, passage in step.picture.passages.items()
        }
        best = max(share, key=lambda number: share[number], default=None)
        if best is None or share[best] <= 0:
            self.n_looks_stray += 1
            return
        passage = step.picture.passages[best]
        then = self.scene.at(passage.last_utc_ns)
        self.n_looks += 1
        self.n_looks_right += nearest_person(then, passage.position_site_m) == person

    def _alert(self, alert: Alert, passage: Passage | None) -> None:
        at = nearest_person(self.scene.at(alert.t_utc_ns), alert.position_site_m)
        if at is None or passage is None:
            return
        known = [e for e in passage.entries if e.counts and (e.sensor_id, e.look_id) in self._at]
        strongest = max(known, key=self._pull, default=None)
        if strongest is None:
            return
        self.n_alerts += 1
        self.n_alerts_right += self._at[strongest.sensor_id, strongest.look_id] == at

    def _pull(self, entry: LedgerEntry) -> float:
        """Return how far an entry moves its person towards a threat."""
        said = entry.log_likelihood
        is_threat = np.arange(len(said)) > 0 if self.is_threat is None else self.is_threat
        return float(said[is_threat].max() - said[~is_threat].max())


def _is_of(entry: LedgerEntry, key: _Key) -> bool:
    return (entry.sensor_id, entry.look_id) == key
