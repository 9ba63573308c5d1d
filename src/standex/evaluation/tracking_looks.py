"""A synthetic sensor that looks at people at random, and what fusion makes of its looks.

Simulated: the sensor exists to show on whom evidence lands, not how good any device is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
from jaxtyping import Bool, Float, Int

from standex.decision.passages import new_passage
from standex.evaluation.tracking_scans import Whereabouts
from standex.evaluation.tracking_sensor import SensorScans
from standex.fusion.fuser import LedgerFuser
from standex.fusion.history import snapshot
from standex.model.items import ItemClasses
from standex.model.observation import Evidence, GaussianFootprint
from standex.model.picture import Passage
from standex.model.ports import Fuser, TrackUpdate
from standex.model.tracks import Tracks
from standex.model.zones import ZONES, BodyZone

Way = Literal["row", "footprint"]
CALIBRATION_ID = "synthetic"
ZONE = BodyZone.TORSO_FRONT
ITEMS = ItemClasses(names=("nothing", "threat_dielectric"), prior_per_person=(0.01,))
ZONE_SHARE = np.full(len(ZONES), 1 / len(ZONES))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looks:
    """Looks at people, in order of their scans; who was meant is known, and told to nobody.

    Attributes:
        scan: in which.
        person: at whom.
        llr: natural log-likelihood ratio of a threat, as the sensor states it.
        position_site_m: middle of the footprint.
        row: of the person's position in the same scan, or -1 where there is none.
    """

    scan: Int[np.ndarray, " looks"]
    person: Int[np.ndarray, " looks"]
    llr: Float[np.ndarray, " looks"]
    position_site_m: Float[np.ndarray, "looks 2"]
    row: Int[np.ndarray, " looks"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LookSensor:
    """Hits people at random: everybody equally often, one look at one person.

    Its log-likelihood ratio is normal with mean +m for a carrier and -m for others and variance
    2 m, which is calibrated: it means what it says.

    Attributes:
        sigma_m: of a footprint, per axis.
        looks_per_person_s: looks at each person a second.
        mean_llr: m.
        clutter_per_m2: density of looks that come from nobody, as it states.
        carrier_share: P(a person carries).
    """

    sigma_m: float = 0.1
    looks_per_person_s: float = 0.3
    mean_llr: float = 3.0
    clutter_per_m2: float = 1e-3
    carrier_share: float = 0.3

    def carriers(
        self, truth: Whereabouts, *, rng: np.random.Generator
    ) -> Int[np.ndarray, " carriers"]:
        """Return who carries, each by chance."""
        people = np.unique(truth.who)
        return people[rng.random(len(people)) < self.carrier_share]

    def looks(
        self,
        truth: Whereabouts,
        scans: SensorScans,
        carriers: Int[np.ndarray, " carriers"],
        *,
        skip: int,
        rng: np.random.Generator,
    ) -> Looks:
        """Return the looks of a run.

        Args:
            truth: who was where.
            scans: of the sensor that gives positions, with their sources.
            carriers: who carries.
            skip: scans at the start without looks.
            rng: all chance.
        """
        step_s = float(np.median(np.diff(truth.t_utc_ns))) * 1e-9 if len(truth.t_utc_ns) > 1 else 0
        scan = truth.scan
        hit = rng.random(len(scan)) < self.looks_per_person_s * step_s
        hit &= scan >= skip
        n = int(hit.sum())
        mean = np.where(np.isin(truth.who[hit], carriers), self.mean_llr, -self.mean_llr)
        return Looks(
            scan=scan[hit],
            person=truth.who[hit],
            llr=mean + np.sqrt(2 * self.mean_llr) * rng.standard_normal(n),
            position_site_m=truth.position_site_m[hit] + self.sigma_m * rng.standard_normal((n, 2)),
            row=np.array(
                [
                    _row_of(scans.source[k], person)
                    for k, person in zip(scan[hit].tolist(), truth.who[hit].tolist(), strict=True)
                ],
                dtype=np.int64,
            ),
        )


def _row_of(source: Int[np.ndarray, " rows"], person: int) -> int:
    rows = np.flatnonzero(source == person)
    return int(rows[0]) if len(rows) else -1


def ledger_fuser() -> LedgerFuser:
    """Return the built-in fuser, for two item classes."""
    return LedgerFuser(
        log_prior=ITEMS.log_prior(ZONE_SHARE),
        zone_share=ZONE_SHARE,
        trusted=frozenset({CALIBRATION_ID}),
    )


def attach(
    passages: Mapping[int, Passage],
    update: TrackUpdate,
    looks: Looks,
    *,
    scan: int,
    way: Way,
    sensor: LookSensor,
    fuser: Fuser,
) -> Mapping[int, Passage]:
    """Return the passages with the looks of one scan in their ledgers, as fusion attaches them.

    Args:
        passages: so far, by track; a track that counts as a person gets one.
        update: of the scan.
        looks: of the run.
        scan: which of them are due.
        way: ``row``: the look came with a position, so the tracker's marginal weights attach it,
            and without such a position there is no look; ``footprint``: it stands alone.
        sensor: that looks.
        fuser: that attaches.
    """
    passages = {**passages, **_begun(update.tracks, passages)}
    people = snapshot(update.tracks)
    association = update.association if way == "row" else None
    first, last = np.searchsorted(looks.scan, [scan, scan + 1]).tolist()
    for k in range(first, last):
        if way == "row" and looks.row[k] < 0:
            continue
        look = _evidence(looks, k, way=way, sensor=sensor, update=update)
        passages = fuser.attach(passages, (look,), people, association)
    return passages


def landed(passages: Mapping[int, Passage]) -> Iterator[tuple[int, int, float]]:
    """Yield look, track and log-likelihood ratio of every share of a look in a ledger."""
    for track, passage in passages.items():
        for entry in passage.entries:
            nothing, threat = entry.log_likelihood.tolist()
            yield int(entry.look_id), track, threat - nothing


def looked(looks: Looks, way: Way) -> Bool[np.ndarray, " looks"]:
    """Return which looks there were, attached in this way."""
    return looks.row >= 0 if way == "row" else np.ones(len(looks.row), dtype=bool)


def _evidence(
    looks: Looks, k: int, *, way: Way, sensor: LookSensor, update: TrackUpdate
) -> Evidence:
    t_utc_ns = update.association.t_utc_ns
    return Evidence(
        # A look with a row is of the record, and hence of the sensor, that gave the position.
        sensor_id=update.association.sensor_id if way == "row" else "look",
        look_id=str(k),
        t_utc_ns=t_utc_ns,
        t_first_utc_ns=t_utc_ns,
        t_last_utc_ns=t_utc_ns,
        footprint=GaussianFootprint(
            position_site_m=looks.position_site_m[k],
            covariance_site_m2=sensor.sigma_m**2 * np.eye(2),
            clutter_per_m2=sensor.clutter_per_m2,
        ),
        zone=ZONE,
        log_likelihood=np.array([0.0, looks.llr[k]]),
        log_clutter=0.0,
        correlation=0.0,
        calibration_id=CALIBRATION_ID,
        reason="a synthetic look",
        position_row=int(looks.row[k]) if way == "row" else -1,
    )


def _begun(tracks: Tracks, passages: Mapping[int, Passage]) -> dict[int, Passage]:
    """Return an empty passage for each confirmed track that has none."""
    log_prior = ITEMS.log_prior(ZONE_SHARE)
    return {
        track_id: new_passage(
            track_id,
            t_utc_ns=tracks.t_utc_ns,
            position_site_m=tracks.mean[row, :2],
            velocity_site_m_per_s=tracks.mean[row, 2:],
            log_prior=log_prior,
        )
        for row in np.flatnonzero(tracks.is_confirmed)
        if (track_id := int(tracks.track_id[row])) not in passages
    }
