"""The law of a fuser: evidence goes to whom it may belong, and to nobody else."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from scipy.special import logsumexp

from standex.model.observation import Coverage, Evidence
from standex.model.picture import Passage, PassageKind
from standex.model.ports import Fuser
from standex.model.site import Site
from standex.model.tracks import Snapshot
from standex.model.zones import ZONE_INDEX, ZONES, BodyZone
from standex.testing.examples import (
    example_coverage,
    example_evidence,
    example_passage,
    example_picture,
    snapshot_of,
)
from standex.testing.leaves import Untouched, check_same
from standex.testing.observations import check_probability


def check_fuser(fuser: Fuser, *, site: Site, sensor_id: str = "", calibration_id: str = "") -> None:
    """Assert that looks are attached to the right person, and that the ledger adds up.

    * A look at one of two people, three metres apart, is in that person's ledger; both
      attachments are probabilities and sum to one at most.
    * A look without a calibration is shown and changes no posterior. With one, a look that speaks
      for a threat raises the posterior of a threat, most of all of whom it was aimed at; a look
      that speaks for nothing in particular changes nothing; two looks count alike in any order.
    * A look at a place where nobody is changes nobody.
    * ``cover`` never takes coverage away, and what is not covered stays as it was.
    * What is known of somebody goes to whom they are probably the same: the more, the likelier, and
      the last word counts; taken back, it is as if nothing had been said; at p = 0 too.
    * A bag's evidence leaves with the bag, and its giver's bag is not covered afterwards.
    * Posteriors are probabilities in each zone. Same in, same out; inputs are not written to.

    Args:
        fuser: of this site.
        site: its item classes and priors.
        sensor_id: who looks; the first sensor of the site by default.
        calibration_id: one that the fuser lets count; empty checks only what needs none.
    """
    assert isinstance(fuser, Fuser), f"{type(fuser).__name__} is no Fuser"
    x_m, y_m = (float(m) for m in (site.levels[0].min_site_m + site.levels[0].max_site_m) / 2)
    picture = example_picture(
        site,
        example_passage(site, track_id=1, position_site_m=(x_m, y_m - 1.5)),
        example_passage(site, track_id=2, position_site_m=(x_m, y_m + 1.5)),
    )
    passages, snapshot = picture.passages, snapshot_of(picture.tracks)
    sensor_id = sensor_id or site.sensors[0].sensor_id
    threat = np.where(site.items.is_threat, 0.0, -3.0)
    look = example_evidence(
        sensor_id=sensor_id, position_site_m=(x_m, y_m - 1.5), log_likelihood=threat
    )
    _check_uncalibrated(fuser, passages, look, snapshot)
    _check_nobody(fuser, passages, replace(look, calibration_id=calibration_id), snapshot)
    if calibration_id:
        _check_calibrated(
            fuser, site, passages, replace(look, calibration_id=calibration_id), snapshot
        )
        _check_join(fuser, site, passages, replace(look, calibration_id=calibration_id), snapshot)
    _check_bag(fuser, passages, replace(look, zone=BodyZone.BAG), snapshot)
    _check_cover(
        fuser,
        passages,
        example_coverage(site, sensor_id=sensor_id, p_report=0.9, p_detect=0.5),
        snapshot,
    )


def _attach(
    fuser: Fuser, passages: Mapping[int, Passage], look: Evidence, snapshot: Snapshot
) -> Mapping[int, Passage]:
    with Untouched(passages=passages, look=look, snapshot=snapshot):
        after = fuser.attach(passages, (look,), snapshot, None)
        again = fuser.attach(passages, (look,), snapshot, None)
    check_same(after, again, "the same look at the same people must give the same")
    assert set(after) == set(passages), "a look neither makes nor ends passages"
    attachment = [
        entry.attachment
        for passage in after.values()
        for entry in passage.entries
        if entry.look_id == look.look_id and entry.zone == look.zone
    ]
    check_probability(np.array(attachment), "attachment")
    assert sum(attachment) <= 1 + 1e-9, f"one look belongs to one person at most: {attachment}"
    for passage in after.values():
        assert np.isfinite(passage.log_posterior).all(), "posteriors must be finite"
        total = logsumexp(passage.log_posterior, axis=1)
        np.testing.assert_allclose(total, 0.0, atol=1e-6, err_msg="posterior of a zone sums to one")
    return after


def _check_uncalibrated(
    fuser: Fuser, passages: Mapping[int, Passage], look: Evidence, snapshot: Snapshot
) -> None:
    after = _attach(fuser, passages, look, snapshot)
    entries = [entry for entry in after[1].entries if entry.look_id == look.look_id]
    assert len(entries) == 1, f"a look at one zone is one entry, got {len(entries)}"
    assert entries[0].attachment > 0.9, f"it was aimed at 1, attachment {entries[0].attachment}"
    assert not any(entry.counts for passage in after.values() for entry in passage.entries), (
        "a look without a calibration must not count"
    )
    _check_posteriors(after, passages, "a look without a calibration must change nothing", 1e-12)


def _check_nobody(
    fuser: Fuser, passages: Mapping[int, Passage], look: Evidence, snapshot: Snapshot
) -> None:
    footprint = replace(look.footprint, position_site_m=np.array([100.0, 100.0]))
    after = _attach(fuser, passages, replace(look, footprint=footprint), snapshot)
    _check_posteriors(after, passages, "a look at nobody must change nobody", 1e-3)


def _check_calibrated(
    fuser: Fuser,
    site: Site,
    passages: Mapping[int, Passage],
    look: Evidence,
    snapshot: Snapshot,
) -> None:
    after = _attach(fuser, passages, look, snapshot)
    is_threat = site.items.is_threat
    rise = {
        track_id: _p(passage, is_threat) - _p(passages[track_id], is_threat)
        for track_id, passage in after.items()
    }
    assert rise[1] > 0, "a look that speaks for a threat must raise it"
    assert rise[1] > rise[2], f"the look was aimed at 1, P(threat) rose by {rise}"

    even = np.zeros(len(is_threat))
    flat = _attach(fuser, passages, replace(look, log_likelihood=even, log_clutter=0.0), snapshot)
    _check_posteriors(flat, passages, "a look that favours no class must change nothing", 1e-9)

    # Alone, so that no other's state is in the likelihood of the second look.
    alone = {1: passages[1]}
    other = replace(look, look_id="look-2", log_likelihood=-0.5 * look.log_likelihood)
    one = _attach(fuser, _attach(fuser, alone, look, snapshot), other, snapshot)
    two = _attach(fuser, _attach(fuser, alone, other, snapshot), look, snapshot)
    _check_posteriors(one, two, "two looks must count alike in any order", 1e-9)


def _check_join(
    fuser: Fuser,
    site: Site,
    passages: Mapping[int, Passage],
    look: Evidence,
    snapshot: Snapshot,
) -> None:
    earlier = _attach(fuser, passages, look, snapshot)[1]
    earlier = replace(earlier, covered=np.full(len(ZONES), 0.8))
    later = passages[2]
    p_threat, last = [], later
    for p_same in (0.0, 0.3, 0.7, 1.0):
        with Untouched(later=last, earlier=earlier):
            once = fuser.join(later, earlier, p_same)
            last = fuser.join(last, earlier, p_same)
        _check_posteriors({2: once}, {2: last}, "of joins the last one counts", 1e-9)
        np.testing.assert_allclose(last.covered, np.maximum(later.covered, p_same * 0.8))
        p_threat.append(_p(last, site.items.is_threat))
    assert p_threat == sorted(p_threat), f"the likelier the same, the more goes along: {p_threat}"
    assert p_threat[-1] > p_threat[0], "what is known of somebody must go along"
    _check_posteriors({2: last}, {2: earlier}, "surely one person is one ledger", 1e-9)
    for nothing in (fuser.join(later, earlier, 0.0), fuser.join(last, None, 0.0)):
        _check_posteriors({2: nothing}, {2: later}, "surely two people, nothing goes along", 1e-12)
        np.testing.assert_array_equal(nothing.covered, later.covered)


def _check_bag(
    fuser: Fuser, passages: Mapping[int, Passage], look: Evidence, snapshot: Snapshot
) -> None:
    before = dict(_attach(fuser, passages, look, snapshot))
    before[1] = replace(before[1], covered=np.full(len(ZONES), 0.8))
    before[2] = replace(before[2], kind=PassageKind.THING)
    with Untouched(passages=before):
        after = fuser.move(before, {1: 1.0}, 2)
    bag = ZONE_INDEX[BodyZone.BAG]
    assert after[1].covered[bag] == 0, "a bag that is gone is not covered"
    assert (np.delete(after[1].covered, bag) == 0.8).all(), "only the bag is gone"
    np.testing.assert_allclose(after[2].covered[bag], 0.8, err_msg="the bag was covered")
    theirs = {entry.look_id for entry in before[1].entries if entry.zone is BodyZone.BAG}
    assert not {e.look_id for e in after[1].entries if e.zone is BodyZone.BAG}, "it stayed behind"
    assert theirs <= {entry.look_id for entry in after[2].entries}, "the ledger goes with the bag"


def _p(passage: Passage, is_threat: np.ndarray) -> float:
    """Return P(threat in any zone), the zones taken by themselves."""
    in_zone = np.exp(passage.log_posterior)[:, is_threat].sum(axis=1)
    return float(1 - np.prod(1 - in_zone))


def _check_posteriors(
    one: Mapping[int, Passage], other: Mapping[int, Passage], law: str, tolerance: float
) -> None:
    for track_id, passage in one.items():
        np.testing.assert_allclose(
            np.exp(passage.log_posterior),
            np.exp(other[track_id].log_posterior),
            rtol=0,
            atol=tolerance,
            err_msg=f"{law} (track {track_id})",
        )


def _check_cover(
    fuser: Fuser, passages: Mapping[int, Passage], coverage: Coverage, snapshot: Snapshot
) -> None:
    with Untouched(passages=passages, coverage=coverage, snapshot=snapshot):
        after = fuser.cover(passages, coverage, snapshot)
        again = fuser.cover(passages, coverage, snapshot)
    check_same(after, again, "the same coverage of the same people must give the same")
    for track_id, passage in after.items():
        check_probability(passage.covered, "covered")
        assert (passage.covered >= passages[track_id].covered).all(), "coverage must not fall"
        assert passage.covered.any(), f"track {track_id} was looked at and is not covered"
    blind = replace(coverage, p_detect=np.zeros_like(coverage.p_detect))
    away = replace(coverage, origin_site_m=coverage.origin_site_m + 1000.0)
    for before, nothing in ((after, blind), (passages, away)):
        for track_id, passage in fuser.cover(before, nothing, snapshot).items():
            np.testing.assert_array_equal(
                passage.covered, before[track_id].covered, err_msg="nothing was covered"
            )
