from dataclasses import replace

import numpy as np
import pytest

from standex.model.record import Record
from standex.sensing.laser.burst_signal import bridged, usable_signal
from standex.sensing.laser.shot import shots_of
from standex.sensing.laser.shot_quality import judge_shots

N = 64


@pytest.fixture
def burst(rng):
    light = 400.0 + 40.0 * np.sin(np.arange(N) / 9)
    arrays = {
        "counts": (rng.poisson(np.tile(light, (4, 1))) + 20).astype(np.float32),
        "dark": np.full(N, 20.0, dtype=np.float32),
        "n_dark": np.array(16),
        "wavelength_nm": np.linspace(800.0, 900.0, N),
        "laser_nm": np.array(785.0),
        "exposure_s": np.array(0.1),
        "pulse_energy_mj": np.array(1.0),
        "range_m": np.array(3.0),
        "gain_e_per_count": np.array(1.0),
        "read_noise_e": np.array(1.0),
        "saturation_counts": np.array(65535.0),
        "t_offset_s": np.arange(4) * 0.1,
        "aim_sensor_m": np.array([3.0, 0.0, 0.0]),
        "aim_sigma_m": np.array(0.05),
        "zone": np.array(0),
        "task_id": np.array(""),
        "is_armed": np.array(True),
        "is_line_clear": np.array(True),
        "is_interlock_closed": np.array(True),
    }
    record = Record(sensor_id="laser", t_utc_ns=1, kind="laser.shots", sequence=0, arrays=arrays)
    return shots_of(record)


def signal_of(burst, used=None):
    used = np.ones(N, dtype=bool) if used is None else used
    return usable_signal(burst, judge_shots(burst), used)


def test_a_good_burst_is_its_counts_less_the_dark(burst) -> None:
    np.testing.assert_array_equal(signal_of(burst), burst.counts - burst.dark)


def test_only_the_channels_in_use(burst) -> None:
    used = np.arange(N) > 20
    np.testing.assert_array_equal(signal_of(burst, used), (burst.counts - burst.dark)[:, used])


def test_a_spike_is_taken_out_and_its_neighbours_stay(burst) -> None:
    counts = burst.counts.copy()
    counts[2, 30] += 5000.0
    signal = signal_of(replace(burst, counts=counts))
    plain = burst.counts - burst.dark
    assert signal[2, 30] == pytest.approx((plain[2, 29] + plain[2, 31]) / 2)
    np.testing.assert_array_equal(np.delete(signal, 30, axis=1), np.delete(plain, 30, axis=1))


def test_a_single_shot_loses_its_spike_too(burst) -> None:
    counts = burst.counts[:1].copy()
    counts[0, 30] += 5000.0
    one = replace(burst, counts=counts, t_offset_s=burst.t_offset_s[:1])
    assert signal_of(one)[0].max() < 700.0


def test_a_shot_with_many_lost_channels_is_left_out(burst) -> None:
    counts = burst.counts.copy()
    counts[1, :10] = np.nan
    signal = signal_of(replace(burst, counts=counts))
    np.testing.assert_array_equal(signal, (burst.counts - burst.dark)[[0, 2, 3]])


def test_bridges_are_straight_and_flat_at_the_ends() -> None:
    row = np.array([9.0, 1.0, 9.0, 9.0, 4.0, 9.0])
    good = np.array([False, True, False, False, True, False])
    np.testing.assert_allclose(bridged(row, good), [1, 1, 2, 3, 4, 4])
