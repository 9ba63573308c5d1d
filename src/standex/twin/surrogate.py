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
    score           [n, zones, features]
    is_seen         [n, zones]     where False, the score means nothing
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
ALIKE_M = 0.3  # looks from places that near are alike
LONGEST_S = 5.0  # of a passage through the reach
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

    def record(self, scene: Scene, t_utc_ns: int, sequence: int, /) -> Record | None:
        """Return the looks around ``t_utc_ns``, or None when the sensor is dead."""
        fault = fault_now(self.faults, t_utc_ns - scene.start_utc_ns)
        if fault == "dead":
            return None
        people = scene.at(t_utc_ns)
        local, chosen = self._local(people), self._chosen(scene, people)
        if fault == "obscured":
            chosen = []
        rng = np.random.default_rng([self.seed, 31, sequence])
        bank = self.bank.sensors[self.kind]
        found = [
            (row, self._row(scene, person, x_m, is_hidden=hidden, rng=rng))
            for row, person, x_m, hidden in (
                (row, int(people.person[row]), float(local[row, 0]), hidden)
                for row, hidden in chosen
            )
        ]
        rows = np.array([row for row, known in found if known >= 0], dtype=np.int64)
        at = np.array([known for _, known in found if known >= 0], dtype=np.int64)
        is_seen = np.asarray(np.isfinite(bank.score[at]).all(axis=2), dtype=bool)
        noise = JITTER * bank.spread * rng.normal(size=bank.score[at].shape)
        score = np.where(is_seen[..., None], bank.score[at] + noise, 0.0)
        place = local[rows]
        place = place + PLACE_SIGMA_M * rng.normal(size=place.shape)
        if fault == "nan" and len(score):
            score[0, 0, 0] = np.nan
        return Record(
            sensor_id=self.sensor_id,
            t_utc_ns=t_utc_ns,
            kind=KIND,
            sequence=sequence,
            arrays={
                "place_sensor_m": place,
                "score": score,
                "is_seen": is_seen,
                "share": bank.share[at],
                "zone": np.array([ZONE_INDEX[zone] for zone in bank.zones]),
                "is_joined": np.array(int(self.is_joined)),
            },
        )

    def _chosen(self, scene: Scene, people: PeopleNow) -> list[tuple[int, bool]]:
        """Return the rows of whom the sensor could look at, each with whether others hide them."""
        inside, hidden = self._in_reach(people)
        if not self.is_joined:
            return [(row, bool(hidden[row])) for row in np.flatnonzero(inside).tolist()]
        row_of = {person: row for row, person in enumerate(people.person.tolist())}
        before, _ = self._past(scene, people.t_utc_ns, 1)
        return [
            (row_of[person], self._was_hidden(scene, people.t_utc_ns, person))
            for person in before
            if person in row_of and not inside[row_of[person]]
        ]

    def _was_hidden(self, scene: Scene, t_utc_ns: int, person: int) -> bool:
        """Return whether others hid somebody who has gone by, all the way through."""
        for records_ago in range(1, round(LONGEST_S * self.rate_hz) + 1):
            inside, open_to_view = self._past(scene, t_utc_ns, records_ago)
            if person in open_to_view:
                return False
            if person not in inside:
                break
        return True

    def _past(self, scene: Scene, t_utc_ns: int, records_ago: int) -> tuple[list[int], list[int]]:
        """Return who was in reach some records ago, and of them whom nobody hid."""
        people = scene.at(t_utc_ns - round(records_ago * 1e9 / self.rate_hz))
        inside, hidden = self._in_reach(people)
        return people.person[inside].tolist(), people.person[inside & ~hidden].tolist()

    def _in_reach(self, people: PeopleNow) -> tuple[np.ndarray, np.ndarray]:
        """Return who is in reach, and whom others hide."""
        local, turn = self._local(people), self.site_from_sensor.rotation[:2, :2]
        near = np.flatnonzero((np.abs(local) < self.reach.far_m + HIDES_M).all(axis=1))
        inside, hidden = np.zeros((2, len(local)), dtype=bool)
        inside[near] = self.reach.inside(local[near], people.velocity_site_m_per_s[near] @ turn)
        if inside.any():
            hidden[near] = self.reach.hidden(local[near])
        return inside, hidden

    def _local(self, people: PeopleNow) -> np.ndarray:
        pose = self.site_from_sensor
        return (people.position_site_m - pose.translation_m[:2]) @ pose.rotation[:2, :2]

    def _row(
        self,
        scene: Scene,
        person: int,
        x_m: float,
        *,
        is_hidden: bool,
        rng: np.random.Generator,
    ) -> int:
        """Return the row of the bank for a look at somebody, or -1 where it comes to nothing."""
        bank = self.bank.sensors[self.kind]
        key = (scene.truth.seed, person, is_hidden)
        if key not in self._like:
            if len(self._like) >= KEPT:
                self._like.clear()
            self._like[key] = self._draw(scene, bank, person, is_hidden=is_hidden)
        rows = self._like[key]
        if not len(rows):
            return -1
        away_m = np.abs(bank.x_m[rows] - x_m)
        # Far from all of them any will do: those at the ends, where people come out from behind
        # others, are looked at less often than the rest, and must not stand for all beyond.
        best = int(np.argmin(away_m)) if away_m.min() < ALIKE_M else int(rng.integers(len(rows)))
        return int(rows[best]) if bank.share[rows[best]].any() else -1

    def _draw(self, scene: Scene, bank: SensorBank, person: int, *, is_hidden: bool) -> np.ndarray:
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
        die = np.random.default_rng([scene.truth.seed, 32, person]).random(
            len(self.bank.item_class)
        )
        chances = bank.chances(len(die), is_hidden=is_hidden)[like]
        if not chances.any():
            return np.zeros(0, dtype=np.int64)
        with np.errstate(divide="ignore"):
            best = int(like[np.argmax(np.log(die[like]) / chances)])
        return bank.of(best, is_hidden=is_hidden)
