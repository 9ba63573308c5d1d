"""What must hold of any evidence, whoever it is about and in whatever order it comes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from standex.edges.settings import load_site
from standex.fusion.attachment import attached
from standex.fusion.fuser import LedgerFuser
from standex.fusion.ledger import log_posterior
from standex.model.observation import Evidence
from standex.model.picture import LedgerEntry, Passage
from standex.model.tracks import Association, Snapshot
from standex.model.zones import ZONES, BodyZone
from standex.testing.examples import T_UTC_NS, example_evidence, example_passage

SITE = load_site("metro")
N = len(SITE.items.names)
TRUSTED = "panel-1"
BETWEEN = {frozenset(("mw-south", "di-south")): 0.4}
FUSER = LedgerFuser(
    log_prior=SITE.log_prior(),
    zone_share=SITE.zone_share,
    trusted=frozenset({TRUSTED}),
    between=BETWEEN,
)
APART = LedgerFuser(
    log_prior=SITE.log_prior(), zone_share=SITE.zone_share, trusted=frozenset({TRUSTED})
)
SAID = st.lists(st.floats(-12, 0), min_size=N, max_size=N).map(np.array)
ZONE = st.sampled_from([*ZONES, None])
SENSOR = st.sampled_from(["mw-south", "di-south"])


def look(said, *, look_id: str, sensor_id: str = "mw-south", zone=BodyZone.WAIST) -> Evidence:
    evidence = example_evidence(
        sensor_id=sensor_id,
        look_id=look_id,
        position_site_m=(0.0, 0.0),
        log_likelihood=said,
        zone=zone,
        calibration_id=TRUSTED,
    )
    return replace(evidence, position_row=0)


def people(*numbers: int) -> dict[int, Passage]:
    return {n: example_passage(SITE, track_id=n, position_site_m=(0.0, 0.0)) for n in numbers}


def snapshot(n: int) -> Snapshot:
    return Snapshot(
        t_utc_ns=T_UTC_NS,
        track_id=np.arange(1, n + 1),
        position_site_m=np.zeros((n, 2)),
        velocity_site_m_per_s=np.zeros((n, 2)),
        covariance_site_m2=np.tile(0.01 * np.eye(2), (n, 1, 1)),
    )


def shares(sensor_id: str, weights: dict[int, float]) -> Association:
    return Association(
        sensor_id=sensor_id,
        t_utc_ns=T_UTC_NS,
        first_pair=np.array([0, len(weights)]),
        pair_track_id=np.array(list(weights)),
        pair_weight=np.array(list(weights.values())),
        nobody=np.array([1 - sum(weights.values())]),
    )


def attach(fuser, passages, evidence: Evidence, weights: dict[int, float]) -> dict[int, Passage]:
    association = shares(evidence.sensor_id, weights)
    return dict(fuser.attach(passages, (evidence,), snapshot(len(passages)), association))


def p_threat(passage: Passage) -> float:
    return SITE.items.p_threat(passage.log_posterior)[0]


LOOKS = st.lists(st.tuples(SENSOR, ZONE, SAID), min_size=2, max_size=6)


@pytest.mark.slow
@settings(max_examples=30)
@given(LOOKS, st.randoms(use_true_random=False))
def test_the_order_of_looks_at_one_person_does_not_matter_bit_for_bit(looks, random) -> None:
    numbered = [
        look(said, look_id=str(k), sensor_id=sensor_id, zone=zone)
        for k, (sensor_id, zone, said) in enumerate(looks)
    ]
    shuffled = numbered.copy()
    random.shuffle(shuffled)
    found: list[np.ndarray] = []
    for order in (numbered, shuffled):
        passages = people(1)
        for one in order:
            passages = attach(FUSER, passages, one, {1: 1.0})
        found.append(passages[1].log_posterior)
    assert found[0].tobytes() == found[1].tobytes()


@pytest.mark.slow
@settings(max_examples=40)
@given(LOOKS, SAID, ZONE, SENSOR, st.floats(0, 1))
def test_a_look_with_weight_nought_changes_nothing(looks, said, zone, sensor_id, rho) -> None:
    """Surely somebody else's: neither what it says nor that it is there counts."""

    def entry(k: int, who: str, where, log_likelihood, attachment: float) -> LedgerEntry:
        return LedgerEntry(
            sensor_id=who,
            look_id=str(k),
            t_utc_ns=0,
            zone=where,
            log_likelihood=log_likelihood,
            attachment=attachment,
            correlation=rho,
            counts=True,
            reason="",
            score={},
            patch=None,
        )

    own = tuple(entry(k, who, where, what, 1.0) for k, (who, where, what) in enumerate(looks))
    state = np.full((2, N), 1 / N)
    share = attached(said, -1.0, np.array([0.0, 0.7]), 0.3, state)[0]
    before, after = (
        log_posterior(entries, SITE.log_prior(), SITE.zone_share, BETWEEN)
        for entries in (own, (*own, entry(99, sensor_id, zone, share, 0.0)))
    )
    np.testing.assert_allclose(np.exp(after), np.exp(before), atol=1e-9)


@pytest.mark.slow
@settings(max_examples=60)
@given(SAID, SAID, SAID, st.floats(0, 1), st.floats(0, 1))
def test_a_look_that_may_be_of_two_moves_neither_beyond_what_it_would_the_right_one(
    first, second, said, share_of_all, share_of_first
) -> None:
    """Whatever was known: each stays between what it was and what the look alone would do."""
    before = people(1, 2)
    before = attach(APART, before, look(first, look_id="a", sensor_id="di-south"), {1: 1.0})
    before = attach(APART, before, look(second, look_id="b", sensor_id="di-south"), {2: 1.0})
    weights = {1: share_of_all * share_of_first, 2: share_of_all * (1 - share_of_first)}
    shared = attach(APART, before, look(said, look_id="c"), weights)
    for number in (1, 2):
        alone = attach(APART, before, look(said, look_id="c"), {number: 1.0})
        ends = sorted((p_threat(before[number]), p_threat(alone[number])))
        assert ends[0] - 1e-9 <= p_threat(shared[number]) <= ends[1] + 1e-9
