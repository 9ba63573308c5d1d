"""Coverage is weak, upwind, and of those whose air has arrived; the worst is said of health."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.observation import HealthReason, HealthState
from standex.sensing.vapour.inlet import by_class
from standex.sensing.vapour.technology import build_gas_array

S = 10**9
T0 = 1_700_000_000 * S
SCORES = ("strength", "match_benign_residue", "match_threat_dielectric")


@pytest.fixture
def inlet(gas_spec, site, calibration_of):
    return build_gas_array(gas_spec, site, calibration_of("vapour.gas_array", SCORES, {})).inlet


def test_coverage_is_weak_and_upwind(inlet) -> None:
    coverage = inlet.coverage(T0, air=inlet.air, share=1.0)
    assert coverage.t_utc_ns == T0 - 2 * S
    p = coverage.p_detect[0]
    assert 0 < p.max() <= 0.5 * 0.8  # that of the calibration, times the chance of contributing
    assert np.all(coverage.p_detect == p)
    assert not coverage.p_report.any()
    x = coverage.origin_site_m[0] + coverage.cell_m * (np.arange(p.shape[0]) + 0.5)
    assert (p.sum(axis=1) @ x) / p.sum() < inlet.place_site_m[0]
    far = np.abs(x - inlet.place_site_m[0]) > 4
    assert not far.any() or p[far].max() < 0.01


def test_half_the_channels_cover_less_and_silence_nothing(inlet, gas_spec, site) -> None:
    whole = inlet.coverage(T0, air=inlet.air, share=1.0).p_detect
    np.testing.assert_allclose(inlet.coverage(T0, air=inlet.air, share=0.5).p_detect, 0.5 * whole)
    assert not inlet.coverage(T0, air=inlet.air, share=0.0).p_detect.any()
    bare = build_gas_array(gas_spec, site, None).inlet
    assert not bare.coverage(T0, air=bare.air, share=1.0).p_detect.any()


def test_a_wind_of_zeros_is_no_measurement(inlet) -> None:
    assert inlet.air_now(np.zeros(2)) is inlet.air
    assert inlet.air_now(np.array([0.0, 0.7])).wind_site_m_per_s.tolist() == [0.0, 0.7]


def test_the_worst_is_said(inlet, air) -> None:
    record = air(1)[0]
    degraded = (HealthState.DEGRADED, HealthReason.DATA_QUALITY, "one")
    failed = (HealthState.FAILED, HealthReason.DATA_QUALITY, "two")
    assert inlet.health(record, [degraded, failed], None).message == "two"
    assert inlet.health(record, [degraded], None).message == "one"
    assert inlet.health(record, [], None).state is HealthState.OK
    late = inlet.health(record, [], T0 - 9 * S)
    assert late.reason is HealthReason.LOW_FRAME_RATE
    with pytest.raises(RecordError, match="runs backwards"):
        inlet.in_order(record, T0)


def test_an_expired_calibration_does_not_hold(inlet, air) -> None:
    calibration, reason, _ = inlet.calibration_at(T0 + 20_000 * S)
    assert calibration is None
    assert reason is HealthReason.CALIBRATION_EXPIRED


def test_what_a_calibration_does_not_know_smells_like_nothing(inlet) -> None:
    known = inlet.calibration
    rows = [known.class_names.index(name) for name in ("nothing", "threat_dielectric")]
    fewer = replace(
        known,
        class_names=("nothing", "threat_dielectric"),
        weights=known.weights[rows] + np.array([[0.0], [1.0]]),
    )
    said = by_class(fewer, np.zeros(3), ("nothing", "benign_metal", "threat_dielectric"))
    assert said[1] == said[0]
    assert said[2] > said[0]
