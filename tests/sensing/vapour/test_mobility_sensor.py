"""The whole way of a spectrometer: clean air, a peak told once, silence without a reactant ion."""

from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.hints import no_hints
from standex.model.observation import Coverage, Evidence, Health, HealthReason, HealthState
from standex.sensing.vapour.mobility_sensor import noise_std
from standex.sensing.vapour.technology import build_ion_mobility
from standex.testing.technology import check_technology

S = 10**9
T0 = 1_700_000_000 * S
SCORES = ("log_z_benign_residue", "log_z_threat_dielectric", "ion_left")
SPEAKS = {
    "threat_dielectric": {"log_z_threat_dielectric": 1.0},
    "benign_residue": {"log_z_benign_residue": 1.0},
}


@pytest.fixture
def nose(ion_spec, site, calibration_of):
    return build_ion_mobility(ion_spec, site, calibration_of("vapour.ion_mobility", SCORES, SPEAKS))


def through(nose, records):
    state, said = nose.start(), []
    for record in records:
        state, observations = nose.perceive(state, record, no_hints(record.t_utc_ns))
        said.append(observations)
    return state, said


def of_kind(said, kind):
    return [one for observations in said for one in observations if isinstance(one, kind)]


@pytest.mark.slow
def test_it_is_a_technology(nose, spectra, site) -> None:
    records = spectra(30, peak=(18, 22, 20.0, 1.54))
    check_technology(nose, records, no_hints(T0), n_classes=len(site.items.names))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("k0", "item_class", "name"),
    [(1.54, "threat_dielectric", "simulant-a"), (1.30, "benign_residue", "perfume")],
)
def test_a_peak_is_told_once_with_its_class(
    nose, spectra, site, k0: float, item_class: str, name: str
) -> None:
    _, said = through(nose, spectra(45, peak=(25, 29, 20.0, k0)))
    (look,) = of_kind(said, Evidence)
    assert site.items.names[int(np.argmax(look.log_likelihood))] == item_class
    assert name in look.reason
    assert (look.t_first_utc_ns - T0) // S == 25
    assert look.t_first_utc_ns <= look.t_utc_ns <= look.t_last_utc_ns
    assert look.score["ion_left"] == pytest.approx(0.7, abs=0.05)
    assert of_kind(said, Health)[-1].state is HealthState.OK


@pytest.mark.slow
def test_warming_up_is_no_peak_and_does_not_move_one(nose, spectra) -> None:
    """Temperature moves every drift time by 1 % in 3 K; relative to the reactant ion none."""
    _, said = through(nose, spectra(60, temperature_c=lambda row: 45.0 + 0.1 * row))
    assert not of_kind(said, Evidence)
    _, said = through(
        nose, spectra(60, peak=(40, 44, 20.0, 1.54), temperature_c=lambda row: 45.0 + 0.1 * row)
    )
    (look,) = of_kind(said, Evidence)
    assert "simulant-a" in look.reason


@pytest.mark.slow
def test_clean_air_says_nothing_for_long(nose, spectra) -> None:
    state, said = through(nose, spectra(150))
    assert not of_kind(said, Evidence)
    assert np.all((state.clean.z_var > 0.5) & (state.clean.z_var < 2))
    covered = [one.p_detect.max() for one in of_kind(said, Coverage)]
    assert covered[5] == 0  # still learning
    assert covered[-1] > 0


@pytest.mark.slow
def test_without_its_reactant_ion_it_is_silent(nose, spectra) -> None:
    records = spectra(20)
    dark = replace(
        records[15],
        arrays={
            **records[15].arrays,
            "intensity": 100 + np.random.default_rng(1).standard_normal((5, 1200)),
        },
    )
    _, said = through(nose, [*records[:15], dark, *records[16:]])
    health, coverage = of_kind(said, Health), of_kind(said, Coverage)
    assert (health[15].state, health[15].reason) == (HealthState.FAILED, HealthReason.DATA_QUALITY)
    assert "reactant ion" in health[15].message
    assert not coverage[15].p_detect.any()
    assert coverage[16].p_detect.any()


@pytest.mark.slow
def test_a_peak_that_stays_is_told_once_and_then_it_is_silent(nose, spectra) -> None:
    _, said = through(nose, spectra(50, peak=(20, 50, 20.0, 1.54)))
    assert len(of_kind(said, Evidence)) == 1
    assert of_kind(said, Health)[-1].reason is HealthReason.OBSCURED
    assert not of_kind(said, Coverage)[-1].p_detect.any()


def test_another_axis_begins_anew(nose, spectra) -> None:
    records = spectra(14)
    short = replace(
        records[13],
        arrays={
            **records[13].arrays,
            "drift_time_ms": records[13].arrays["drift_time_ms"][:1000],
            "intensity": records[13].arrays["intensity"][:, :1000],
        },
    )
    _, said = through(nose, [*records[:13], short])
    assert of_kind(said, Health)[-1].reason is HealthReason.STARTING


def test_time_runs_forward(nose, spectra) -> None:
    record = spectra(1)[0]
    state, _ = nose.perceive(nose.start(), record, no_hints(T0))
    with pytest.raises(RecordError, match="runs backwards"):
        nose.perceive(state, record, no_hints(T0))


def test_noise_is_found_below_a_smooth_spectrum(rng) -> None:
    smooth = 100 * np.sin(np.linspace(0, 9, 2000))
    assert noise_std(smooth + 0.7 * rng.standard_normal(2000)) == pytest.approx(0.7, rel=0.1)
