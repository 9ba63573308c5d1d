"""The whole way of a gas array: clean air, a plume told once, silence where it smells nothing."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.model.record import Record
from standex.sensing.vapour.technology import build_gas_array
from standex.testing.technology import check_technology

S = 10**9
T0 = 1_700_000_000 * S

SCORES = ("strength", "match_benign_residue", "match_threat_dielectric")
SPEAKS = {
    "threat_dielectric": {"match_threat_dielectric": 3.0},
    "benign_residue": {"match_benign_residue": 3.0},
}


@pytest.fixture
def nose(gas_spec, site, calibration_of):
    calibration = calibration_of("vapour.gas_array", SCORES, SPEAKS)
    return build_gas_array(gas_spec, site, calibration)


def with_arrays(record: Record, **arrays: np.ndarray) -> Record:
    return replace(record, arrays={**record.arrays, **arrays})


def through(nose, records):
    state, said = nose.start(), []
    for record in records:
        state, observations = nose.perceive(state, record, no_hints(record.t_utc_ns))
        said.append(observations)
    return state, said


def looks(said) -> list[Evidence]:
    return [one for observations in said for one in observations if isinstance(one, Evidence)]


def health(said) -> list[Health]:
    return [one for observations in said for one in observations if isinstance(one, Health)]


def covered(said) -> list[float]:
    return [
        float(one.p_detect.max())
        for observations in said
        for one in observations
        if isinstance(one, Coverage)
    ]


@pytest.mark.slow
def test_it_is_a_technology(nose, air, site) -> None:
    records = air(45, plumes=((25.0, 2.0, 0, 0.3),))
    check_technology(nose, records, no_hints(T0), n_classes=len(site.items.names))


@pytest.mark.slow
@pytest.mark.parametrize("substance", [0, 1])
def test_a_plume_is_told_once_with_its_class(nose, air, site, substance: int) -> None:
    _, said = through(nose, air(60, plumes=((30.0, 2.0, substance, 0.3),)))
    (look,) = looks(said)
    classes = site.items.names
    wanted = ("threat_dielectric", "benign_residue")[substance]
    assert classes[int(np.argmax(look.log_likelihood))] == wanted
    assert abs(look.t_first_utc_ns - (T0 + 30 * S)) < 2 * S
    assert look.t_first_utc_ns < look.t_utc_ns < look.t_last_utc_ns < T0 + 40 * S
    assert look.zone is None
    assert look.score[f"match_{wanted}"] > 0.9
    assert ("simulant-a", "perfume")[substance] in look.reason


@pytest.mark.slow
def test_its_footprint_lies_upwind(nose, air, gas_spec) -> None:
    inlet = gas_spec.site_from_sensor.translation_m[:2]
    for wind, sign in (((0.4, 0.0), -1), ((-0.4, 0.0), 1)):
        _, said = through(nose, air(50, plumes=((30.0, 2.0, 0, 0.3),), wind=wind))
        (look,) = looks(said)
        old = look.footprint.weight[8:].sum(axis=(0, 2))
        middle = (old @ look.footprint.x_site_m) / old.sum()
        assert sign * (middle - inlet[0]) > 0.5


@pytest.mark.slow
def test_clean_air_with_drift_and_weather_is_no_plume(nose, air) -> None:
    records = air(150, drift=2e-4, wobble=0.03, humidity_step=(90.0, 0.12), humidity_effect=1.5)
    _, said = through(nose, records)
    assert not looks(said)
    assert covered(said)[-1] > 0


@pytest.mark.slow
def test_a_stuck_channel_is_left_out_and_costs_coverage(nose, air) -> None:
    records = air(70, plumes=((50.0, 2.0, 1, 0.3),))
    stuck = [
        with_arrays(one, response=np.where(np.arange(6) == 0, 900.0, one.arrays["response"]))
        for one in records
    ]
    _, said = through(nose, stuck)
    words = health(said)[20]
    assert (words.state, words.reason) == (HealthState.DEGRADED, HealthReason.DATA_QUALITY)
    assert "channels 0 are left out" in words.message
    _, whole = through(nose, records)
    assert 0 < covered(said)[30] < 0.95 * covered(whole)[30]
    (look,) = looks(said)  # the others still smell it
    assert look.score["match_benign_residue"] > 0.9


@pytest.mark.slow
def test_a_channel_that_comes_back_is_no_plume(nose, air) -> None:
    records = air(80)
    dead = [
        with_arrays(one, response=np.where(np.arange(6) == 2, 0.0, one.arrays["response"]))
        if row < 30 else one
        for row, one in enumerate(records)
    ]  # fmt: skip
    state, said = through(nose, dead)
    assert not looks(said)
    assert state.is_good.all()
    assert health(said)[-1].state is HealthState.OK


@pytest.mark.slow
def test_silent_without_flow_and_until_a_plume_has_gone(nose, air) -> None:
    records = air(70, plumes=((30.0, 2.0, 0, 1.0),))
    _, said = through(nose, records)
    (look,) = looks(said)
    told = next(row for row, one in enumerate(said) if look in one)
    assert covered(said)[told + 1] == 0
    assert health(said)[told + 1].reason is HealthReason.OBSCURED
    assert covered(said)[-1] > 0  # back again

    stopped = [
        with_arrays(one, flow_l_per_min=np.array(0.0)) if 28 <= row < 60 else one
        for row, one in enumerate(records)
    ]
    _, said = through(nose, stopped)
    assert not looks(said)
    assert covered(said)[40] == 0
    assert health(said)[40].state is HealthState.FAILED
    assert "pump" in health(said)[40].message


@pytest.mark.slow
def test_what_stays_becomes_the_new_clean_air(nose, air) -> None:
    """Something heavy that never leaves: told once, then silence, then another clean air."""
    _, said = through(nose, air(140, plumes=((30.0, 500.0, 0, 1.0),)))
    assert len(looks(said)) == 1
    assert covered(said)[-1] > 0
    assert covered(said)[60] == 0


@pytest.mark.slow
def test_without_a_calibration_it_shows_and_covers_nothing(gas_spec, site, air) -> None:
    nose = build_gas_array(gas_spec, site, None)
    _, said = through(nose, air(50, plumes=((30.0, 2.0, 0, 0.3),)))
    (look,) = looks(said)
    assert not look.log_likelihood.any()
    assert look.calibration_id == ""
    assert not any(covered(said))
    assert health(said)[-1].reason is HealthReason.NOT_CALIBRATED


def test_all_dead_is_failed(nose, air) -> None:
    records = [with_arrays(one, response=np.zeros((4, 6))) for one in air(3)]
    _, said = through(nose, records)
    assert health(said)[-1].state is HealthState.FAILED
    assert not any(covered(said))


def test_records_that_do_not_follow_are_refused(nose, air) -> None:
    first, second = air(2)
    state, _ = nose.perceive(nose.start(), first, no_hints(T0))
    with pytest.raises(RecordError, match="runs backwards"):
        nose.perceive(state, first, no_hints(T0))
    early = with_arrays(second, t_offset_s=second.arrays["t_offset_s"] - 1.5)
    with pytest.raises(RecordError, match="first sample is"):
        nose.perceive(state, early, no_hints(T0))
    narrow = with_arrays(second, response=second.arrays["response"][:, :4])
    with pytest.raises(RecordError, match="4 channels, the patterns of the site have 6"):
        nose.perceive(state, narrow, no_hints(T0))
    late = replace(second, t_utc_ns=T0 + 20 * S)
    _, said = nose.perceive(state, late, no_hints(T0))
    assert said[-1].state is HealthState.DEGRADED
