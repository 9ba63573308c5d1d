from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy.special import logsumexp

from standex.fusion.fuser import LedgerFuser
from standex.model.observation import Coverage, Evidence, GaussianFootprint
from standex.model.picture import LedgerEntry, Passage
from standex.model.site import Site
from standex.model.tracks import Association, Snapshot
from standex.model.zones import ZONE_INDEX
from standex.testing.fuser import check_fuser

TRUSTED = "known"


@dataclass(frozen=True)
class NearestPerson:
    """Gives a look to whoever stands within a metre, or errs as ``fault`` says."""

    site: Site
    fault: str = ""

    def attach(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        snapshot: Snapshot,
        association: Association | None,
        /,
    ) -> Mapping[int, Passage]:
        after = dict(passages)
        for evidence in look:
            assert isinstance(evidence.footprint, GaussianFootprint)
            at_m = evidence.footprint.position_site_m
            away_m = np.linalg.norm(snapshot.position_site_m - at_m, axis=1)
            for row, track_id in enumerate(snapshot.track_id.tolist()):
                near = away_m[row] < 1.0
                if self.fault == "the wrong one":
                    near = not near and away_m.min() < 1.0
                if track_id in after and (near or self.fault == "everybody"):
                    after[track_id] = self._with(after[track_id], evidence)
        if self.fault == "forgets people":
            after.pop(2, None)
        return after

    def attach_drifted(
        self,
        passages: Mapping[int, Passage],
        look: tuple[Evidence, ...],
        history: tuple[Snapshot, ...],
        /,
    ) -> Mapping[int, Passage]:
        return passages

    def _with(self, passage: Passage, evidence: Evidence) -> Passage:
        counts = evidence.calibration_id == TRUSTED or self.fault == "trusts all"
        entry = LedgerEntry(
            sensor_id=evidence.sensor_id,
            look_id=evidence.look_id,
            t_utc_ns=evidence.t_utc_ns,
            zone=evidence.zone,
            log_likelihood=evidence.log_likelihood,
            attachment=2.0 if self.fault == "too sure" else 1.0,
            correlation=evidence.correlation,
            counts=counts,
            reason=evidence.reason,
            score=evidence.score,
            patch=evidence.patch,
        )
        log_posterior = passage.log_posterior.copy()
        if counts:
            weight = 1.0 if self.fault != "first weighs more" or not passage.entries else 0.5
            if self.fault == "backwards":
                weight = -1.0
            assert evidence.zone is not None
            row = log_posterior[ZONE_INDEX[evidence.zone]]
            row += weight * evidence.log_likelihood
            if self.fault != "not normalised":
                row -= logsumexp(row)
        return replace(passage, entries=(*passage.entries, entry), log_posterior=log_posterior)

    def cover(
        self, passages: Mapping[int, Passage], coverage: Coverage, snapshot: Snapshot, /
    ) -> Mapping[int, Passage]:
        after = dict(passages)
        for row, track_id in enumerate(snapshot.track_id.tolist()):
            cell = (snapshot.position_site_m[row] - coverage.origin_site_m) // coverage.cell_m
            i, j = cell.astype(int)
            if self.fault == "wraps around":
                i, j = i % coverage.p_report.shape[0], j % coverage.p_report.shape[1]
            inside = 0 <= i < coverage.p_report.shape[0] and 0 <= j < coverage.p_report.shape[1]
            if inside:
                seen = coverage.p_detect[:, i, j]
                if self.fault == "latest only":
                    after[track_id] = replace(after[track_id], covered=seen)
                else:
                    covered = np.maximum(after[track_id].covered, seen)
                    after[track_id] = replace(after[track_id], covered=covered)
        return after

    def join(self, later: Passage, earlier: Passage | None, p_same: float, /) -> Passage:
        if self.fault == "never takes back" and earlier is None:
            return later
        if self.fault == "joins anybody":
            p_same = 1.0
        joined = self._ledger().join(later, earlier, p_same)
        if self.fault == "joins again and again":
            return replace(joined, joined=None)
        return joined

    def move(
        self, passages: Mapping[int, Passage], from_whom: Mapping[int, float], to_whom: int, /
    ) -> Mapping[int, Passage]:
        after = self._ledger().move(passages, from_whom, to_whom)
        if self.fault == "leaves the ledger behind":
            return {**after, to_whom: passages[to_whom]}
        if self.fault == "covers what is gone":
            return {
                number: replace(p, covered=passages[number].covered) for number, p in after.items()
            }
        return after

    def _ledger(self) -> LedgerFuser:
        return LedgerFuser(
            log_prior=self.site.log_prior(),
            zone_share=self.site.zone_share,
            trusted=frozenset({TRUSTED}),
        )


def test_a_good_one_passes(site: Site) -> None:
    check_fuser(NearestPerson(site), site=site)
    check_fuser(NearestPerson(site), site=site, calibration_id=TRUSTED)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("the wrong one", "a look at one zone is one entry"),
        ("everybody", "belongs to one person"),
        ("forgets people", "neither makes nor ends"),
        ("trusts all", "must not count"),
        ("too sure", "attachment must be in"),
        ("first weighs more", "in any order"),
        ("backwards", "must raise it"),
        ("not normalised", "sums to one"),
        ("wraps around", "nothing was covered"),
        ("latest only", "nothing was covered"),
        ("joins anybody", "coverage|Not equal|the likelier"),
        ("joins again and again", "the last one counts"),
        ("never takes back", "nothing goes along"),
        ("leaves the ledger behind", "covered|goes with the bag"),
        ("covers what is gone", "is not covered"),
    ],
)
def test_a_bad_one_is_caught(site: Site, fault: str, says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check_fuser(NearestPerson(site, fault), site=site, calibration_id=TRUSTED)
