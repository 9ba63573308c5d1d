"""A surrogate of a screening sensor: rules for who is looked at, scores drawn from raw-level runs.

Who is in reach and whom others hide is worked out from where people are (``reach``). Everybody of
the scene is given one person of the bank who carried the like, at random, and each chance to look
at them comes to what that person's chance did, from about there and with as clear a view: to the
same scores, with a little noise, or to no look.
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

from dataclasses import dataclass, field

import numpy as np

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
HIDES_M = 1.0  # whoever is so far out of reach may still hide somebody
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
    _like: dict[tuple[int, int, bool], np.ndarray] = field(
        default_factory=dict[tuple[int, int, bool], np.ndarray], repr=False
    )
    _open: dict[int, bool] = field(default_factory=dict[int, bool], repr=False)

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the looks around ``t_utc_ns``, or None when the sensor is dead."""
        fault = fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        people = scene.at(t_utc_ns)
        local, chosen = self._chosen(people)
        if fault == "obscured":
            chosen = []
        rng = np.random.default_rng([self.seed, 31, sequence])
        bank = self.bank.sensors[self.kind]
        found = [
            (row, self._row(scene, bank, int(people.person[row]), local[row, 0], is_hidden=hidden))
            for row, hidden in chosen
        ]
        rows = np.array([row for row, known in found if known >= 0], dtype=np.int64)
        at = np.array([known for _, known in found if known >= 0], dtype=np.int64)
        score = bank.score[at] + JITTER * bank.spread * rng.normal(size=bank.score[at].shape)
        place = local[rows]
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

    def _chosen(self, people: PeopleNow) -> tuple[np.ndarray, list[tuple[int, bool]]]:
        """Return everybody's places in the frame of the sensor, and whom it could look at.

        Those are rows, each with whether others are in the way.
        """
        pose = self.site_from_sensor
        local = (people.position_site_m - pose.translation_m[:2]) @ pose.rotation[:2, :2]
        velocity = people.velocity_site_m_per_s @ pose.rotation[:2, :2]
        near = np.flatnonzero((np.abs(local) < self.reach.far_m + HIDES_M).all(axis=1))
        inside = np.zeros(len(local), dtype=bool)
        inside[near] = self.reach.inside(local[near], velocity[near])
        hidden = np.zeros(len(local), dtype=bool)
        if inside.any():
            hidden[near] = self.reach.hidden(local[near])
        rows = np.flatnonzero(inside).tolist()
        if not self.is_joined:
            return local, [(row, bool(hidden[row])) for row in rows]
        return local, self._gone_by(people, {int(people.person[row]): row for row in rows}, hidden)

    def _gone_by(
        self, people: PeopleNow, now: dict[int, int], hidden: np.ndarray
    ) -> list[tuple[int, bool]]:
        """Return who has just left the reach; hidden are those who were, all the way through."""
        for person, row in now.items():
            self._open[person] = self._open.get(person, True) and bool(hidden[row])
        row_of = {int(person): row for row, person in enumerate(people.person)}
        gone = {person: self._open.pop(person) for person in self._open.keys() - now.keys()}
        return [(row_of[person], was) for person, was in sorted(gone.items()) if person in row_of]

    def _row(
        self, scene: Scene, bank: SensorBank, person: int, x_m: float, *, is_hidden: bool
    ) -> int:
        """Return the row of the bank for a look at somebody, or -1 where it comes to nothing."""
        key = (scene.truth.seed, person, is_hidden)
        if key not in self._like:
            if len(self._like) >= KEPT:
                self._like.clear()
            self._like[key] = self._draw(scene, bank, person, is_hidden=is_hidden)
        rows = self._like[key]
        if not len(rows):
            return -1
        nearest = int(rows[np.argmin(np.abs(bank.x_m[rows] - x_m))])
        return nearest if bank.share[nearest].any() else -1

    def _draw(
        self, scene: Scene, bank: SensorBank, person: int, *, is_hidden: bool
    ) -> np.ndarray:
        """Return the rows of somebody of the bank who carried the like; none if nobody has any.

        Each chance of the bank is as likely to be drawn from as any other, so people come with
        the number of theirs. The die hangs on the person alone: sensors of one bank take the same
        one, or nearly as often as their chances are alike (Efraimidis, Spirakis, Information
        Processing Letters 97 (2006) 181).
        """
        item = scene.item(person)
        is_object = item is not None and item.is_object
        item_class, zone = (item.item_class, item.zone) if is_object and item else ("nothing", None)
        like = self.bank.like(item_class, zone)
        die = np.random.default_rng([scene.truth.seed, 32, person]).random(len(self.bank.item_class))
        chances = bank.chances(len(die), is_hidden=is_hidden)[like]
        if not chances.any():
            return np.zeros(0, dtype=np.int64)
        with np.errstate(divide="ignore"):
            best = int(like[np.argmax(np.log(die[like]) / chances)])
        return bank.of(best, is_hidden=is_hidden)
