"""What looks were told on: records with what their technology remembered, for a while.

Raw records are never written. They wait in memory for as long as an alarm may still want them, and
only those of sensors that can show what a look is made of.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from standex.edges.evidence.clip import RATHER, ids_of
from standex.model.curves import Heard
from standex.model.observation import DriftFootprint, Evidence, Observation
from standex.model.picture import LedgerEntry, Passage
from standex.model.ports import Explaining, Technology
from standex.model.record import Record

MOST_HELD = 48  # looks of one sensor; what a laser remembers is some megabytes with each
LEAST_IN_AIR = 0.05  # attachment of air, which is never one person's alone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeardLook:
    """One look with all that it came of."""

    evidence: Evidence
    heard: Heard


@final
class HeardLooks:
    """The looks of the last seconds; used by one thread."""

    def __init__(self, technologies: Mapping[str, Technology], *, ring_s: float) -> None:
        """Start empty.

        Args:
            technologies: of the station, by sensor; those that explain nothing are left out.
            ring_s: how long looks are held.
        """
        self.explaining: dict[str, Explaining] = {
            name: one for name, one in technologies.items() if isinstance(one, Explaining)
        }
        self._ring_ns = round(ring_s * 1e9)
        self._looks: dict[str, deque[HeardLook]] = {
            name: deque(maxlen=MOST_HELD) for name in self.explaining
        }

    def add(self, state: Any, record: Record, observations: Sequence[Observation]) -> None:
        """Take in what a sensor made of a record, where that was a look.

        Args:
            state: of the technology, before the record.
            record: as it came.
            observations: what was said on it.
        """
        looks = self._looks.get(record.sensor_id)
        if looks is None:
            return
        heard = Heard(state=state, record=record)
        looks.extend(
            HeardLook(evidence=one, heard=heard)
            for one in observations
            if isinstance(one, Evidence)
        )

    def forget(self, *, now_utc_ns: int, needed_from_utc_ns: int | None = None) -> None:
        """Let go of looks that are too old, unless one from that time on is needed."""
        limit_utc_ns = now_utc_ns - self._ring_ns
        if needed_from_utc_ns is not None:
            limit_utc_ns = min(limit_utc_ns, needed_from_utc_ns - self._ring_ns)
        for looks in self._looks.values():
            while looks and looks[0].evidence.t_utc_ns < limit_utc_ns:
                looks.popleft()

    def of(self, passage: Passage) -> dict[int, HeardLook]:
        """Return the looks in a ledger that are held, by the number of their entry, from 0.

        Of looks at somebody those that were rather at this person than at anybody else, as in a
        clip. Air belongs to nobody: what is in the ledger for more than a trace is theirs, too.
        """
        held = {
            (one.evidence.sensor_id, one.evidence.look_id, one.evidence.zone): one
            for looks in self._looks.values()
            for one in looks
        }
        numbered: dict[int, HeardLook] = {}
        theirs = ids_of(passage) | {0}
        for number, entry in enumerate(passage.entries):
            one = held.get((entry.sensor_id, entry.look_id, entry.zone))
            if one is not None and entry.carried_from in theirs and _is_wanted(one, entry):
                numbered[number] = one
        return numbered


def _is_wanted(one: HeardLook, entry: LedgerEntry) -> bool:
    is_air = isinstance(one.evidence.footprint, DriftFootprint)
    return entry.attachment >= (LEAST_IN_AIR if is_air else RATHER)
