from dataclasses import replace

import numpy as np
import pytest

from standex.model.errors import SiteError
from standex.model.frames import RigidTransform
from standex.model.record import Record
from standex.model.site import SensorSpec, Site
from standex.model.truth import CarriedItem
from standex.model.zones import BodyZone
from standex.testing import check_instrument
from standex.twin.faults import Fault
from standex.twin.gas_array_sensor import (
    STUCK_CHANNEL,
    GasArray,
    at_rest,
    block,
    build,
    draw_channels,
    follow,
    room_air,
)
from standex.twin.gas_plume import STEP_S, VAPOURS
from standex.twin.trace_faults import TraceFault

S = 10**9
PASSES = ((6.0, 0.6), (-6.0, 0.6))
QUIET = {"noise": 0.0, "drift_per_sqrt_h": 0.0}


@pytest.fixture
def array(metro: Site):
    def make(*, seed: int = 1, **settings) -> GasArray:
        pose = RigidTransform.from_pose(position_m=(0.0, 0.0, 1.2), yaw_rad=0.0)
        spec: SensorSpec = replace(
            metro.sensor("cam-entry"),
            sensor_id="nose",
            rate_hz=1.0,
            site_from_sensor=pose,
            instrument_settings=settings,
        )
        return build(spec, metro, seed)

    return make


@pytest.fixture
def channels():
    return draw_channels(8, np.random.default_rng(4), noise=0.0)


def smeared(loading: float = 500.0, person: int = 1) -> CarriedItem:
    return CarriedItem(
        person=person,
        item_class="benign_residue",
        zone=BodyZone.WAIST,
        width_m=0.0,
        height_m=0.0,
        thickness_m=0.0,
        permittivity=1.0,
        loss_tangent=0.0,
        residue="simulant-a",
        residue_ug_per_cm2=loading,
    )


def take(array: GasArray, scene, n: int = 12) -> list[Record]:
    made = [array.record(scene, k * S, k) for k in range(n)]
    assert all(record is not None for record in made)
    return made


def response(made: list[Record]) -> np.ndarray:
    return np.concatenate([record.arrays["response"] for record in made])


def test_conforms(array, walk) -> None:
    scene = walk(PASSES, lasts_s=8.0, items=(smeared(),))
    check_instrument(array(), scene, sensor_id="nose", t_utc_ns=2 * S)


def test_a_record_has_what_was_agreed(array, walk) -> None:
    arrays = take(array(n_channels=5), walk(PASSES), 3)[2].arrays
    n = len(arrays["t_offset_s"])
    assert n == round(1 / STEP_S)
    assert arrays["response"].shape == (n, 5)
    assert arrays["temperature_c"].shape == arrays["relative_humidity"].shape == (n,)
    assert arrays["flow_l_per_min"] == 2.0
    assert arrays["wind_site_m_per_s"].shape == (2,)


def test_blocks_join_without_a_gap(array, walk) -> None:
    made = take(array(), walk(PASSES))
    t_s = np.concatenate([record.t_utc_ns / S + record.arrays["t_offset_s"] for record in made])
    np.testing.assert_allclose(np.diff(t_s), STEP_S, atol=1e-9)


@pytest.mark.parametrize("rate_hz", [0.5, 1.0, 2.0, 4.0])
def test_each_step_belongs_to_one_record(rate_hz) -> None:
    times = [round(k / rate_hz * S) for k in range(40)]
    steps = np.concatenate([block(t, rate_hz) for t in times])
    assert (np.diff(steps) == 1).all()


def test_at_rest_is_a_power_of_the_concentration(channels) -> None:
    one = np.zeros((1, len(VAPOURS)))
    one[0, 2] = 0.7
    gained = np.log(at_rest(channels, 4 * one) / at_rest(channels, one)) / np.log(4)
    np.testing.assert_allclose(gained[0], channels.beta)
    assert not at_rest(channels, 0 * one).any()


def test_each_channel_prefers_something_else(channels) -> None:
    prefers = channels.sensitivity.argmax(axis=1)
    assert len(set(prefers.tolist())) >= 4
    assert (channels.sensitivity > 0).all()


def test_channels_follow_with_their_time_constants(channels) -> None:
    n = 200
    rest = np.zeros((2 * n, 8))
    rest[:n] = 1.0
    found = follow(rest, channels, step_s=0.2)
    t_s = 0.2 * (np.arange(n) + 1)
    np.testing.assert_allclose(found[:n], 1 - np.exp(-t_s[:, None] / channels.rise_s), atol=1e-12)
    falling = found[n - 1] * np.exp(-t_s[:, None] / channels.decay_s)
    np.testing.assert_allclose(found[n:], falling, atol=1e-12)


def test_a_long_exposure_is_the_closed_form(channels) -> None:
    rest = at_rest(channels, np.tile(np.full(len(VAPOURS), 0.3), (500, 1)))
    np.testing.assert_allclose(follow(rest, channels, step_s=0.2)[-1], rest[0], rtol=1e-9)


@pytest.mark.slow
def test_who_passes_with_a_residue_is_smelt(array, walk) -> None:
    quiet = array(**QUIET)
    clean = response(take(quiet, walk(PASSES, lasts_s=10.0)))
    smelt = response(take(quiet, walk(PASSES, lasts_s=10.0, items=(smeared(),))))
    change = smelt / clean - 1
    assert np.abs(change[:10]).max() < 1e-6  # not before they come
    assert (change.max(axis=0) > 0.005).all()
    best = quiet.channels.sensitivity[:, VAPOURS.index("simulant-a")].argmax()
    assert change.max(axis=0)[best] > 0.05


def test_humidity_and_temperature_change_every_channel(array) -> None:
    quiet = array(**QUIET)
    none, t_s = np.zeros((1, 8)), np.zeros(1)

    def at(temperature_c: float, humidity: float) -> np.ndarray:
        t, h = np.array([temperature_c]), np.array([humidity])
        return quiet.conductance(none, none, t_s, t, h)[0]

    np.testing.assert_allclose(at(22.0, 0.5), quiet.channels.base)
    wet = at(22.0, 0.6) / at(22.0, 0.5) - 1
    np.testing.assert_allclose(wet, 0.1 * quiet.channels.humidity_gain)
    warm = np.log(at(25.0, 0.5) / at(22.0, 0.5))
    np.testing.assert_allclose(warm, 3 * quiet.channels.temperature_gain)


def test_baselines_age_and_walk(array) -> None:
    quiet, none = array(**QUIET), np.zeros((1, 8))
    steady = np.array([22.0]), np.array([0.5])
    after = quiet.conductance(none, none, np.array([7200.0]), *steady)[0]
    np.testing.assert_allclose(after / quiet.channels.base - 1, 2 * quiet.channels.aging_per_h)


@pytest.mark.slow
def test_drift_is_as_large_as_stated(array, walk) -> None:
    scene = walk(((90.0, 90.0), (90.0, 90.0)), lasts_s=0.2)
    walked = []
    for seed in range(6):
        still = array(seed=seed, n_channels=24, noise=0.0)
        one = still.record(scene, 3600 * S, 0)
        other = replace(still, drift_per_sqrt_h=0.0).record(scene, 3600 * S, 0)
        walked += (one.arrays["response"] / other.arrays["response"] - 1)[0].tolist()
    assert np.std(walked) == pytest.approx(0.03, rel=0.25)


@pytest.mark.slow
def test_noise_is_as_large_as_stated(array, walk) -> None:
    scene = walk(((90.0, 90.0), (90.0, 90.0)), lasts_s=0.2)
    noisy = response(take(array(noise=0.01, drift_per_sqrt_h=0.0), scene, 60))
    quiet = response(take(array(**QUIET), scene, 60))
    assert (noisy / quiet - 1).std() == pytest.approx(0.01, rel=0.1)


def test_the_room_stays_a_room() -> None:
    temperature_c, humidity = room_air(np.arange(0.0, 36000.0, 10.0), seed=3)
    assert 17 < temperature_c.min() < temperature_c.max() < 27
    assert 0.2 < humidity.min() < humidity.max() < 0.7


@pytest.mark.slow
def test_the_air_is_measured_or_not(array, walk) -> None:
    scene = walk(PASSES)
    blind = array(wind_sigma_m_per_s=0.0, wind_x_m_per_s=0.4)
    assert not take(blind, scene, 1)[0].arrays["wind_site_m_per_s"].any()
    measured = array(wind_x_m_per_s=0.4, wind_y_m_per_s=-0.2)
    wind = np.stack([record.arrays["wind_site_m_per_s"] for record in take(measured, scene, 30)])
    np.testing.assert_allclose(wind.mean(axis=0), [0.4, -0.2], atol=0.05)


def with_fault(array: GasArray, kind: str) -> GasArray:
    plain = kind in {"dead", "obscured", "nan"}
    fault = (Fault if plain else TraceFault)(kind=kind, from_s=5.0, to_s=8.0)
    return replace(array, faults=(fault,))


@pytest.mark.slow
def test_faults_come_and_go(array, walk) -> None:
    scene = walk(PASSES, lasts_s=12.0, items=(smeared(),))
    base = array().channels.base[STUCK_CHANNEL]
    for kind, is_bad in (
        ("nan", lambda a: np.isnan(a["response"]).any()),
        ("stuck", lambda a: (a["response"][:, STUCK_CHANNEL] == base).all()),
        ("stalled", lambda a: a["flow_l_per_min"] == 0),
    ):
        made = take(with_fault(array(), kind), scene, 11)
        bad = [is_bad(made[k].arrays) for k in (4, 5, 7, 8)]
        assert bad == [False, True, True, False], kind


def test_a_dead_array_is_silent(array, walk) -> None:
    scene, dead = walk(PASSES), with_fault(array(), "dead")
    assert [dead.record(scene, k * S, k) is None for k in (4, 5, 8)] == [False, True, False]


@pytest.mark.slow
def test_without_a_pump_nothing_is_smelt(array, walk) -> None:
    scene = walk(PASSES, lasts_s=10.0, items=(smeared(5000.0),))
    working, stalled = array(**QUIET), with_fault(array(**QUIET), "stalled")
    one, other = (response(take(a, scene, 8))[-5:] for a in (working, stalled))
    assert (one > 1.02 * other).any()


def test_arrays_of_one_kind_are_not_alike(array) -> None:
    one, same, other = array(seed=1).channels, array(seed=1).channels, array(seed=2).channels
    np.testing.assert_array_equal(one.sensitivity, same.sensitivity)
    assert np.abs(np.log(one.sensitivity / other.sensitivity)).max() > 0.3


@pytest.mark.parametrize(
    ("setting", "match"),
    [
        ({"n_channels": 1}, "n_channels must be a whole number from 2"),
        ({"noise": -1.0}, "noise must be finite and >= 0"),
        ({"ceiling_m": 0.0}, "ceiling_m must be finite and > 0"),
        ({"nose": "big"}, "unknown nose"),
    ],
)
def test_settings_that_mean_nothing_are_refused(array, setting, match) -> None:
    with pytest.raises(SiteError, match=f"sensor nose: instrument_settings.*{match}"):
        array(**setting)
