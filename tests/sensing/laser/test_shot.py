from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import RecordError
from standex.model.record import Record
from standex.sensing.laser.shot import KIND, Shot, axis_problem, raman_shift_per_cm, shots_of

N = 16


def arrays(**changed) -> dict[str, np.ndarray]:
    made = {
        "counts": np.full((2, N), 500, dtype=np.float32),
        "dark": np.full(N, 100.0),
        "n_dark": np.array(4),
        "wavelength_nm": np.linspace(800.0, 900.0, N),
        "laser_nm": np.array(785.0),
        "exposure_s": np.array(1e-7),
        "pulse_energy_mj": np.array(3.0),
        "range_m": np.array(6.4),
        "gain_e_per_count": np.array(2.5),
        "read_noise_e": np.array(10.0),
        "saturation_counts": np.array(65535.0),
        "t_offset_s": np.array([0.0, 0.1]),
        "aim_sensor_m": np.array([6.0, 0.0, 1.2]),
        "aim_sigma_m": np.array(0.02),
        "zone": np.array(3),
        "task_id": np.array("task-1"),
        "is_armed": np.array(True),
        "is_line_clear": np.array(True),
        "is_interlock_closed": np.array(False),
    }
    return made | changed


def record(**changed) -> Record:
    return Record(sensor_id="laser-1", t_utc_ns=5, kind=KIND, sequence=7, arrays=arrays(**changed))


def test_what_was_delivered_is_there() -> None:
    burst = shots_of(record())
    assert (burst.n_shots, burst.task_id, burst.zone) == (2, "task-1", 3)
    assert burst.is_armed
    assert burst.is_interlock_closed is False
    shot = burst.shots[1]
    np.testing.assert_array_equal(shot.signal, np.full(N, 400.0))
    np.testing.assert_allclose(
        shot.raman_shift_per_cm, 1e7 / 785 - 1e7 / np.linspace(800, 900, N), rtol=1e-12
    )
    np.testing.assert_array_equal(shot.raman_shift_per_cm, burst.raman_shift_per_cm)


def test_no_shot_is_a_record_too() -> None:
    burst = shots_of(record(counts=np.zeros((0, N)), t_offset_s=np.zeros(0)))
    assert burst.n_shots == 0
    assert burst.shots == ()


def test_lost_counts_pass_to_be_judged_later() -> None:
    counts = np.full((2, N), np.nan)
    assert np.isnan(shots_of(record(counts=counts)).counts).all()


@pytest.mark.parametrize("name", list(arrays()))
def test_a_missing_array_is_named(name: str) -> None:
    whole = arrays()
    del whole[name]
    with pytest.raises(RecordError, match=rf"record 7 of laser-1: array '{name}' is missing"):
        shots_of(replace(record(), arrays=whole))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"counts": np.zeros(N)}, "counts has 1 dimensions"),
        ({"dark": np.zeros(N - 1)}, "dark has 15 values, expected 16"),
        ({"t_offset_s": np.zeros(3)}, "t_offset_s has 3 values, expected 2"),
        ({"t_offset_s": np.array([0, np.nan])}, "t_offset_s is not finite"),
        ({"aim_sensor_m": np.zeros(2)}, "aim_sensor_m has 2 values"),
        ({"wavelength_nm": np.full(N, 800.0)}, "value 800 is repeated"),
        ({"wavelength_nm": np.r_[np.arange(8.0), np.arange(8.0)] + 1}, "turns round at channel 7"),
        ({"wavelength_nm": np.r_[np.nan, np.arange(15.0)]}, "1 of 16 values are not finite"),
        ({"wavelength_nm": np.arange(N) - 1.0}, "not positive"),
        ({"laser_nm": np.array(0.0)}, "laser_nm is 0, it must be above 0"),
        ({"laser_nm": np.array(np.nan)}, "laser_nm is nan, it must be finite"),
        ({"read_noise_e": np.array(-1.0)}, "read_noise_e is -1, it must be 0 or more"),
        ({"n_dark": np.array(0)}, "at least one gate"),
        ({"n_dark": np.array(2.5)}, "n_dark holds float64, expected an integer"),
        ({"is_armed": np.array(1)}, "is_armed holds int64, expected true or false"),
        ({"task_id": np.array(3)}, "task_id holds int64, expected text"),
        ({"counts": np.full((2, N), 1j)}, "counts holds complex128, expected real"),
        ({"offset_counts": np.array(np.inf)}, "offset_counts is inf"),
    ],
)
def test_what_is_malformed_is_refused(changed, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        shots_of(record(**changed))


def test_records_of_another_kind_are_refused() -> None:
    with pytest.raises(RecordError, match=r"kind is 'other', this technology reads 'laser.shots'"):
        shots_of(replace(record(), kind="other"))


def test_the_stated_variance_is_that_of_a_camera(rng) -> None:
    gain, read, offset, n_dark, n = 2.5, 12.0, 300.0, 5, 40_000
    light, ambient = np.array([0.0, 50.0, 4000.0]), 80.0
    gates = np.array([light + ambient, *[np.full(3, ambient)] * n_dark])
    counts = (rng.poisson(gates, (n, 6, 3)) + rng.normal(0, read, (n, 6, 3))) / gain + offset
    signal = counts[:, 0] - counts[:, 1:].mean(axis=1)
    shot = Shot(
        counts=counts[:, 0].mean(axis=0),
        dark=counts[:, 1:].mean(axis=(0, 1)),
        n_dark=n_dark,
        wavelength_nm=np.array([800.0, 801.0, 802.0]),
        laser_nm=785.0,
        exposure_s=1.0,
        pulse_energy_mj=1.0,
        range_m=1.0,
        gain_e_per_count=gain,
        read_noise_e=read,
        saturation_counts=65535.0,
        offset_counts=offset,
    )
    np.testing.assert_allclose(signal.var(axis=0), shot.variance_counts2, rtol=0.05)
    # Not knowing the offset overstates the noise.
    assert (replace(shot, offset_counts=0.0).variance_e2 > shot.variance_e2).all()


def test_the_axis_may_run_either_way() -> None:
    assert not axis_problem(np.arange(5.0))
    assert not axis_problem(np.arange(5.0)[::-1])
    assert "at least 2" in axis_problem(np.zeros(1))
    assert raman_shift_per_cm(np.array([785.0]), laser_nm=785.0)[0] == 0
