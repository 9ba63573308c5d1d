"""Follows everybody on one floor, from the positions that its sensors report."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import logit

from standex.model.observation import Coverage, Positions
from standex.model.picture import Association, Tracks
from standex.model.ports import TrackUpdate
from standex.tracking.association import Marginals, assign, marginals
from standex.tracking.existence import p_report_at, survive, update_existence
from standex.tracking.gating import Pairs, near_pairs
from standex.tracking.lifecycle import begin, confirm, end_unlikely, end_unseen, lost, rejoin
from standex.tracking.motion import correct, predict

# Of the way from a newcomer's log odds to a confirmed person's, one detection goes at most this
# far: the second detection is not enough, the third is.
SHARE_PER_DETECTION = 0.6


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdTracker:
    """A Tracker for crowds: one Gaussian and one probability of existence per person.

    States take the likeliest one-to-one association; existence and the ``Association`` that is
    handed on take all associations, each with its weight. It holds no state of its own, and the
    same input gives the same output, bit for bit.

    Scans of several sensors come interleaved. One that is older than the tracks, by ``max_lag_s``
    at most, is taken as of the tracks' time, with its covariance widened by how far a person may
    have walked meanwhile; tracks are never predicted backwards, and the silence of such a scan
    says nothing.

    A person is picked up when seen about twice a second or more often.

    A position counts the same in association whatever ``Positions.existence`` says, for the
    clutter density already speaks there; a newcomer's existence is scaled by it.

    Attributes:
        accel_psd_m2_per_s3: power spectral density of people's acceleration, per axis.
        gate: largest Mahalanobis distance of a position from its track.
        newcomer_per_m2: expected number per scan of people not followed yet; adds to clutter.
        birth_existence: of a track begun at a position that is nobody's.
        speed_std_m_per_s: standard deviation of people's velocity, per axis.
        p_survive_per_s: P(somebody is still there a second later), unseen.
        confirm_existence: from here on a track counts as a person.
        end_existence: below it a track ends.
        max_silence_per_s: log odds that a track loses at most per second of being missed, since
            the misses of neighbouring scans have common causes.
        lost_std_m: a track known worse than this takes no single positions: it comes back as a
            track just confirmed.
        max_unseen_s: a confirmed track that nobody has seen for longer ends.
        max_unseen_tentative_s: the same for the others.
        max_lag_s: largest age of a scan against the tracks.
        min_p_report: P(reported) of somebody who was reported where coverage says less.
        max_pairs_per_track: positions weighed for one track.
        max_tentative: tentative tracks at a time.
    """

    accel_psd_m2_per_s3: float = 0.3
    gate: float = 4.0
    newcomer_per_m2: float = 0.002
    birth_existence: float = 0.1
    speed_std_m_per_s: float = 1.2
    p_survive_per_s: float = 0.99
    confirm_existence: float = 0.95
    end_existence: float = 0.02
    max_silence_per_s: float = 25.0
    lost_std_m: float = 0.8
    max_unseen_s: float = 5.0
    max_unseen_tentative_s: float = 0.6
    max_lag_s: float = 0.5
    min_p_report: float = 0.1
    max_pairs_per_track: int = 8
    max_tentative: int = 2000

    def __post_init__(self) -> None:
        """Refuse settings that mean nothing.

        Raises:
            ValueError: a setting is outside its range; it is named with its value.
        """
        for name in ("accel_psd_m2_per_s3", "gate", "newcomer_per_m2", "speed_std_m_per_s",
                     "max_silence_per_s", "lost_std_m", "max_unseen_s",
                     "max_unseen_tentative_s"):  # fmt: skip
            if not 0 < getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be finite and above 0, got {getattr(self, name)}")
        for name in ("birth_existence", "confirm_existence", "end_existence", "min_p_report"):
            if not 0 < getattr(self, name) < 1:
                raise ValueError(f"{name} must be inside (0, 1), got {getattr(self, name)}")
        if not self.end_existence < self.birth_existence < self.confirm_existence:
            raise ValueError(
                "end_existence, birth_existence, confirm_existence must ascend, got "
                f"{self.end_existence}, {self.birth_existence}, {self.confirm_existence}"
            )
        if not 0 < self.p_survive_per_s <= 1:
            raise ValueError(f"p_survive_per_s must be inside (0, 1], got {self.p_survive_per_s}")
        if not 0 <= self.max_lag_s < np.inf:
            raise ValueError(f"max_lag_s must be finite and not below 0, got {self.max_lag_s}")
        if min(self.max_pairs_per_track, self.max_tentative) < 1:
            raise ValueError(
                "max_pairs_per_track and max_tentative must be at least 1, got "
                f"{self.max_pairs_per_track}, {self.max_tentative}"
            )

    def __call__(
        self, tracks: Tracks, positions: Positions, coverage: Mapping[str, Coverage], /
    ) -> TrackUpdate:
        """Return the tracks with one scan taken in, and whose its rows are.

        The columns of the association are the confirmed tracks; what belongs to a track not yet
        confirmed is ``nobody``'s.

        Args:
            tracks: as the last call left them.
            positions: one scan of one sensor; a scan without rows says that nobody was seen.
            coverage: latest of each sensor; a sensor without one is taken to look nowhere, so its
                silence means nothing.

        Raises:
            ValueError: a row is not finite, has a covariance that is not positive definite, or is
                older than ``max_lag_s``; a coverage has a cell outside [0, 1].
        """
        check(positions)
        positions, t_utc_ns = self._at_time_of(tracks, positions)
        dt_s = (t_utc_ns - tracks.t_utc_ns) * 1e-9
        now = predict(tracks, t_utc_ns=t_utc_ns, accel_psd_m2_per_s3=self.accel_psd_m2_per_s3)
        now = replace(
            now,
            existence=survive(now.existence, dt_s=dt_s, p_survive_per_s=self.p_survive_per_s),
        )
        now = end_unseen(
            now,
            max_unseen_s=self.max_unseen_s,
            max_unseen_tentative_s=self.max_unseen_tentative_s,
        )
        seen_by = coverage.get(positions.sensor_id)
        if seen_by is not None and seen_by.level_id != positions.level_id:
            seen_by = None
        p_report, least = p_report_at(seen_by, now.mean[:, :2], now.covariance[:, :2, :2])
        is_lost = lost(now, positions.covariance_site_m2, lost_std_m=self.lost_std_m)
        pairs = near_pairs(
            now.mean[~is_lost, :2],
            now.covariance[~is_lost, :2, :2],
            positions.position_site_m,
            positions.covariance_site_m2,
            gate=self.gate,
            max_pairs_per_track=self.max_pairs_per_track,
        )
        pairs = replace(pairs, track_row=np.flatnonzero(~is_lost)[pairs.track_row])
        nobody_per_m2 = positions.clutter_per_m2 + self.newcomer_per_m2
        # A sensor may report somebody just outside of what it says it covers.
        seen = now.existence * np.maximum(p_report, self.min_p_report)
        over_missed = np.log(seen / (1 - now.existence * least) / nobody_per_m2)
        log_weight = pairs.log_likelihood + over_missed[pairs.track_row]
        size = {"n_tracks": len(now.track_id), "n_positions": len(positions.position_site_m)}
        share = marginals(pairs, log_weight, **size)
        taken = assign(pairs, log_weight, **size)
        updated = self._updated(now, positions, pairs, taken, share.missed, least, dt_s=dt_s)
        followed = confirm(updated, confirm_existence=self.confirm_existence)
        followed, row = rejoin(
            followed,
            followed.is_confirmed & ~updated.is_confirmed,
            is_lost,
            newcomer_per_m2=self.newcomer_per_m2,
            gate=self.gate,
        )
        association = _association(
            positions,
            followed,
            replace(pairs, track_row=row[pairs.track_row]),
            share,
            is_person=followed.is_confirmed & (followed.existence >= self.end_existence),
        )
        free = np.ones(len(positions.position_site_m), dtype=bool)
        free[pairs.position_row[taken]] = False
        begun = begin(
            end_unlikely(followed, end_existence=self.end_existence),
            positions,
            np.where(free, self.birth_existence * positions.existence * share.nobody, 0.0),
            least_existence=self.end_existence,
            max_tentative=self.max_tentative,
            speed_std_m_per_s=self.speed_std_m_per_s,
        )
        return TrackUpdate(tracks=begun, association=association)

    def _at_time_of(self, tracks: Tracks, positions: Positions) -> tuple[Positions, int]:
        """Return the scan as the tracks can take it, and the time they are to be taken to."""
        late_s = (tracks.t_utc_ns - positions.t_utc_ns) * 1e-9
        if late_s <= 0:
            return positions, positions.t_utc_ns
        if late_s > self.max_lag_s:
            raise ValueError(
                f"scan of {positions.sensor_id} is {late_s:g} s older than the tracks, "
                f"max_lag_s is {self.max_lag_s:g}"
            )
        walked_m2 = (self.speed_std_m_per_s * late_s) ** 2 * np.eye(2)
        covariance_site_m2 = positions.covariance_site_m2 + walked_m2
        return replace(positions, covariance_site_m2=covariance_site_m2), tracks.t_utc_ns

    def _updated(
        self,
        tracks: Tracks,
        positions: Positions,
        pairs: Pairs,
        taken: Bool[np.ndarray, " pairs"],
        missed: Float[np.ndarray, " n"],
        p_report: Float[np.ndarray, " n"],
        *,
        dt_s: float,
    ) -> Tracks:
        """Return the tracks with their positions taken in."""
        row, position = pairs.track_row[taken], pairs.position_row[taken]
        mean, covariance = tracks.mean.copy(), tracks.covariance.copy()
        mean[row], covariance[row] = correct(
            mean[row],
            covariance[row],
            position_site_m=positions.position_site_m[position],
            covariance_site_m2=positions.covariance_site_m2[position],
        )
        last_seen_utc_ns = tracks.last_seen_utc_ns.copy()
        last_seen_utc_ns[row] = np.maximum(last_seen_utc_ns[row], positions.t_utc_ns)
        way = float(logit(self.confirm_existence) - logit(self.birth_existence))
        existence = update_existence(
            tracks.existence,
            p_report=p_report,
            missed=missed,
            max_gain=SHARE_PER_DETECTION * way,
            max_loss=self.max_silence_per_s * dt_s,
        )
        return replace(
            tracks,
            mean=mean,
            covariance=covariance,
            existence=existence,
            last_seen_utc_ns=last_seen_utc_ns,
        )


def check(positions: Positions) -> None:
    """Refuse a scan that cannot be used.

    Raises:
        ValueError: names the first row that is wrong, and its value.
    """
    where = f"positions of {positions.sensor_id}"
    place, covariance = positions.position_site_m, positions.covariance_site_m2
    if not len(place) == len(covariance) == len(positions.existence):
        raise ValueError(
            f"{where} have {len(place)} places, {len(covariance)} covariances "
            f"and {len(positions.existence)} existences"
        )
    if not 0 <= positions.clutter_per_m2 < np.inf:
        raise ValueError(
            f"clutter_per_m2 of {positions.sensor_id} must be finite and not below 0, "
            f"got {positions.clutter_per_m2}"
        )
    finite = np.asarray(np.isfinite(place).all(axis=1))
    _refuse(finite, where, "position_site_m must be finite", place)
    a, b, c, d = covariance.reshape(-1, 4).T
    # Written so that a NaN fails; the trace bounds the terms, so an infinity fails too.
    trace = a + d
    definite = (a > 0) & (a * d - b * c > 0) & (trace < np.inf) & (np.abs(b - c) <= 1e-9 * trace)
    _refuse(definite, where, "covariance_site_m2 must be symmetric, positive definite", covariance)
    probable = (positions.existence >= 0) & (positions.existence <= 1)
    _refuse(probable, where, "existence must be inside [0, 1]", positions.existence)


def _refuse(
    good: Bool[np.ndarray, " rows"], where: str, what: str, values: Float[np.ndarray, "rows ..."]
) -> None:
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"{where}: {what}, row {row} is {values[row].tolist()}")


def _association(
    positions: Positions,
    tracks: Tracks,
    pairs: Pairs,
    share: Marginals,
    *,
    is_person: Bool[np.ndarray, " n"],
) -> Association:
    """Return whose each row is, with a column for each track that is a person."""
    column = np.cumsum(is_person) - 1
    theirs = is_person[pairs.track_row]
    weight = np.zeros((len(share.nobody), int(is_person.sum())))
    # Two tracks that are one person now add up.
    np.add.at(
        weight,
        (pairs.position_row[theirs], column[pairs.track_row[theirs]]),
        share.of_position[theirs],
    )
    return Association(
        sensor_id=positions.sensor_id,
        t_utc_ns=positions.t_utc_ns,
        track_id=tracks.track_id[is_person],
        weight=weight,
        nobody=np.clip(1 - weight.sum(axis=1), 0, 1),
    )
