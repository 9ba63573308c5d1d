from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from standex.model.observation import Coverage, Positions
from standex.model.ports import TrackUpdate
from standex.model.tracks import Association, Tracks
from standex.testing.tracker import check_tracker


@dataclass(frozen=True)
class Nearest:
    """The plainest tracker that keeps the law, or breaks it as ``fault`` says."""

    fault: str = ""

    def __call__(
        self, tracks: Tracks, positions: Positions, coverage: Mapping[str, Coverage], /
    ) -> TrackUpdate:
        seen = positions.position_site_m
        away_m = np.linalg.norm(seen[:, None] - tracks.mean[None, :, :2], axis=2)
        weight = (away_m < 0.7) & (away_m == away_m.min(axis=1, initial=np.inf, keepdims=True))
        fresh = ~weight.any(axis=1)
        kept = (positions.t_utc_ns - tracks.last_seen_utc_ns) < 2 * 10**9
        if self.fault == "never forgets":
            kept[:] = True
        mean, last_seen = tracks.mean.copy(), tracks.last_seen_utc_ns.copy()
        confirmed = tracks.is_confirmed.copy()
        for row, track in np.argwhere(weight):
            mean[track, :2], last_seen[track] = seen[row], positions.t_utc_ns
            confirmed[track] = self.fault != "never confirms"
        if self.fault == "writes":
            positions.position_site_m[...] += 1.0
        n = int(fresh.sum())
        first = 1 if self.fault == "reuses" else tracks.next_track_id
        after = Tracks(
            t_utc_ns=positions.t_utc_ns - (self.fault == "late"),
            track_id=np.concatenate([tracks.track_id[kept], first + np.arange(n)]),
            mean=np.concatenate([mean[kept], np.pad(seen[fresh], ((0, 0), (0, 2)))]),
            covariance=np.tile(np.eye(4), (kept.sum() + n, 1, 1)),
            existence=np.full(kept.sum() + n, 0.9),
            is_confirmed=np.concatenate([confirmed[kept], np.full(n, self.fault == "at once")]),
            last_seen_utc_ns=np.concatenate([last_seen[kept], np.full(n, positions.t_utc_ns)]),
            next_track_id=max(first + n, tracks.next_track_id),
            descriptor=np.zeros((kept.sum() + n, 0)),
            p_object=np.zeros(kept.sum() + n),
        )
        if self.fault == "by chance":
            after = replace(after, mean=after.mean + 1e-9 * np.random.default_rng().random())
        nobody = fresh.astype(float) * (0.5 if self.fault == "weights" else 1.0)
        return TrackUpdate(
            tracks=after,
            association=Association(
                sensor_id=positions.sensor_id,
                t_utc_ns=positions.t_utc_ns,
                first_pair=np.concatenate([[0], np.cumsum(weight.sum(axis=1))]),
                pair_track_id=tracks.track_id[np.nonzero(weight)[1]],
                pair_weight=weight[weight].astype(float),
                nobody=nobody,
            ),
        )


def test_a_good_one_passes(rng: np.random.Generator) -> None:
    check_tracker(Nearest(), rng=rng)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("never forgets", "0 people are there, 3 are confirmed"),
        ("never confirms", "3 people are there, 0 are confirmed"),
        ("writes", "inputs must not be written to"),
        ("reuses", "used again"),
        ("late", "time of the scan"),
        ("at once", "must not invent confirmed people"),
        ("by chance", "must give the same"),
        ("weights", "sum to one"),
    ],
)
def test_a_bad_one_is_caught(rng: np.random.Generator, fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_tracker(Nearest(fault), rng=rng)
