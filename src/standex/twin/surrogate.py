"""A surrogate of a screening sensor: rules for who is looked at, scores drawn from raw-level runs.

Who is in reach and whom others hide is worked out from where people are (``reach``). Everybody of
the scene is given one person of the bank who carried the like, at random, and each look at them
scores as that person's look from about there did, with a little noise; also where that one failed.
So looks at one person, zones of one look and sensors that share a bank depend on each other as at
raw level. What the bank has not seen (other clothes, other hardware, failures) a surrogate does not
know either. Surrogate, simulated.

Records are of kind ``surrogate.looks``:

    place_sensor_m  [n, 2]         where the looks were, with an error
    score           [n, zones, features]  NaN where a zone was not seen
    share           [n, zones]     of the chance of detection that the look had
    zone            [zones]        rows of ``ZONES``
    is_joined       []             1 where a look is all of a passage, 0 where it is one of several
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.zones import ZONE_INDEX
from standex.twin.faults import Fault, fault_now
from standex.twin.reach import Reach
from standex.twin.scene import PeopleNow, Scene
from standex.twin.score_bank import ScoreBank, SensorBank

KIND = "surrogate.looks"
JITTER = 0.1  # standard deviations of a feature: no two people score exactly alike
PLACE_SIGMA_M = 0.07
KEPT = 20_000  # people whose likes are remembered


@dataclass(frozen=True, kw_only=True, eq=False)
class SurrogateLooks:
    """One sensor's surrogate.

    Attributes:
        sensor_id: in the site.
        rate_hz: records a second.
        site_from_sensor: pose.
        reach: who is looked at.
        bank: of scores.
        kind: of the sensor in the bank.
        is_joined: whether all frames of a passage make one look, when the person has gone by.
        seed: of everything that is drawn.
        faults: when it fails, and how.
    """

    sensor_id: str
    rate_hz: float
    site_from_sensor: RigidTransform
    reach: Reach
    bank: ScoreBank
    kind: str
    is_joined: bool
    seed: int
    faults: tuple[Fault, ...] = ()
    _like: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    _open: dict[int, Bool[np.ndarray, ""]] = field(default_factory=dict[int, np.ndarray])

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the looks around ``t_utc_ns``, or None when the sensor is dead."""
        fault = fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        people = scene.at(t_utc_ns)
        local, rows = self._chosen(people)
        if fault == "obscured":
            rows = rows[:0]
        rng = np.random.default_rng([self.seed, 31, sequence])
        bank = self.bank.sensors[self.kind]
        known = np.array([self._row(scene, bank, int(people.person[r]), local[r, 0]) for r in rows])
        at = known[known >= 0].astype(int)
        score = bank.score[at] + JITTER * bank.spread * rng.normal(size=bank.score[at].shape)
        place = local[rows[known >= 0]]
        place = place + PLACE_SIGMA_M * rng.normal(size=place.shape)
        if fault == "nan" and len(score):
            score[0, 0, 0] = np.inf
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "place_sensor_m": place,
                "score": score,
                "share": bank.share[at],
                "zone": np.array([ZONE_INDEX[zone] for zone in bank.zones]),
                "is_joined": np.array(int(self.is_joined)),
            },
        )
