from dataclasses import replace

import numpy as np
import pytest

from standex.sensing.laser.shot import ShotRecord
from standex.sensing.laser.shot_quality import (
    Consequence,
    DarkReference,
    Problem,
    judge_shots,
)

N = 512
WAVELENGTH_NM = np.linspace(800.0, 960.0, N)


def burst(rng, *, n_shots: int = 4, laser_nm: float = 785.0, true_laser_nm: float = 785.0):
    at_nm = 1e7 / (1e7 / true_laser_nm - 520.45)
    light = 900 + 4000 * np.exp(-4 * np.log(2) * ((WAVELENGTH_NM - at_nm) / 1.0) ** 2)
    return ShotRecord(
        sensor_id="laser-1",
        t_utc_ns=0,
        sequence=1,
        counts=rng.poisson(light, (n_shots, N)).astype(float),
        dark=rng.normal(300, 1.0, N),
        n_dark=100,
        wavelength_nm=WAVELENGTH_NM,
        laser_nm=laser_nm,
        exposure_s=0.1,
        pulse_energy_mj=1.0,
        range_m=5.0,
        gain_e_per_count=1.0,
        read_noise_e=8.0,
        saturation_counts=65535.0,
        offset_counts=0.0,
        t_offset_s=np.arange(float(n_shots)),
        aim_sensor_m=np.zeros(3),
        aim_sigma_m=0.02,
        zone=-1,
        task_id="",
        is_armed=True,
        is_line_clear=True,
        is_interlock_closed=True,
    )


def problems(quality) -> dict[Problem, Consequence]:
    return {one.problem: one.consequence for one in quality.findings}


def test_a_good_burst_has_no_problem(rng) -> None:
    good = burst(rng)
    reference = DarkReference(mean=np.full(N, 300.0), sigma=np.full(N, 10.0), exposure_s=0.1)
    quality = judge_shots(good, dark_reference=reference, known_band_per_cm=520.45)
    assert quality.findings == ()
    assert quality.share_usable == 1
    assert quality.usable_shots.all()
    assert quality.sentence == ""


def spoilt(good: ShotRecord, what: str) -> ShotRecord:  # noqa: C901 - a branch a fault
    counts, dark = good.counts.copy(), good.dark.copy()
    if what == "nan":
        counts[1, :20] = np.nan
    elif what == "all nan":
        counts[:] = np.nan
    elif what == "zero":
        counts[:] = 0
    elif what == "one zero":
        counts[2] = 0
    elif what == "full":
        counts[0, 100:104] = 65535
    elif what == "all full":
        counts[:] = 65535 - np.arange(N) % 2
    elif what == "negative":
        counts[0, 5] = -200
    elif what == "dead":
        counts[:, 77] = dark[77] = 12.0
    elif what == "hot":
        dark[78] = 40_000
    elif what == "dark nan":
        dark[: N // 2 + 1] = np.nan
    elif what == "dark full":
        dark[3] = 65535
    return replace(good, counts=counts, dark=dark)


@pytest.mark.parametrize(
    ("what", "problem", "consequence", "n_lost"),
    [
        ("nan", Problem.NOT_FINITE, Consequence.LOST_CHANNELS, 20),
        ("all nan", Problem.NOT_FINITE, Consequence.UNUSABLE, 4 * N),
        ("zero", Problem.ALL_ZERO, Consequence.UNUSABLE, 4 * N),
        ("one zero", Problem.ALL_ZERO, Consequence.DEGRADED, N),
        ("full", Problem.SATURATED, Consequence.LOST_CHANNELS, 6),
        ("all full", Problem.SATURATED, Consequence.UNUSABLE, 4 * N),
        ("negative", Problem.NEGATIVE, Consequence.LOST_CHANNELS, 1),
        ("dead", Problem.DEAD_CHANNELS, Consequence.LOST_CHANNELS, 4),
        ("hot", Problem.DEAD_CHANNELS, Consequence.LOST_CHANNELS, 4),
        ("dark nan", Problem.DARK_UNUSABLE, Consequence.UNUSABLE, 4 * (N // 2 + 1)),
        ("dark full", Problem.DARK_UNUSABLE, Consequence.LOST_CHANNELS, 4),
    ],
)
def test_each_problem_has_its_name(rng, what, problem, consequence, n_lost: int) -> None:
    quality = judge_shots(spoilt(burst(rng), what))
    assert problems(quality)[problem] is consequence
    assert int((~quality.usable).sum()) == n_lost
    assert quality.is_unusable == (consequence is Consequence.UNUSABLE)
    assert quality.share_usable == (
        0 if quality.is_unusable else pytest.approx(1 - n_lost / (4 * N))
    )
    assert quality.sentence


def test_no_shot_says_what_to_check(rng) -> None:
    quality = judge_shots(burst(rng, n_shots=0))
    assert quality.is_unusable
    assert quality.share_usable == 0
    assert "interlock" in quality.sentence


def test_another_laser_is_told_by_a_known_band(rng) -> None:
    wrong = judge_shots(burst(rng, true_laser_nm=788.0), known_band_per_cm=520.45)
    assert problems(wrong) == {Problem.WRONG_LASER: Consequence.UNUSABLE}
    assert "787.9" in wrong.sentence
    absent = replace(burst(rng), counts=rng.poisson(900, (4, N)).astype(float))
    assert problems(judge_shots(absent, known_band_per_cm=520.45)) == {
        Problem.WRONG_LASER: Consequence.DEGRADED
    }


def test_a_dark_that_has_drifted_is_told(rng) -> None:
    reference = DarkReference(mean=np.full(N, 280.0), sigma=np.full(N, 10.0), exposure_s=0.1)
    quality = judge_shots(burst(rng), dark_reference=reference)
    assert problems(quality) == {Problem.DARK_DRIFT: Consequence.DEGRADED}
    assert "+20 counts" in quality.sentence
    short = DarkReference(mean=np.zeros(3), sigma=np.ones(3), exposure_s=0.1)
    with pytest.raises(ValueError, match="3 channels"):
        judge_shots(burst(rng), dark_reference=short)


def test_a_reversed_axis_is_only_noted(rng) -> None:
    good = burst(rng)
    turned = replace(
        good,
        counts=good.counts[:, ::-1],
        dark=good.dark[::-1],
        wavelength_nm=good.wavelength_nm[::-1],
    )
    quality = judge_shots(turned, known_band_per_cm=520.45)
    assert problems(quality) == {Problem.AXIS_REVERSED: Consequence.NOTE}
    assert quality.share_usable == 1


def test_ambient_light_is_no_fault_of_channels(rng) -> None:
    good = burst(rng)
    bright = replace(good, dark=good.dark + 30_000 * (np.arange(N) > 300))
    assert Problem.DEAD_CHANNELS not in problems(judge_shots(bright))
