from dataclasses import dataclass

import numpy as np
import pytest

from standex.sensing.microwave.array_calibration import (
    MOST_RAISED_DB,
    ArrayCalibration,
    apply,
    duplicates,
    estimate,
)
from standex.sensing.microwave.panel_movement import panel_movement
from standex.sensing.microwave.sphere_echo import Sphere, sphere_echo
from standex.sensing.microwave.sweep import LIGHT_M_PER_S

SPHERE = Sphere(position_m=np.array([1.3, 0.4, 0.3]), radius_m=0.1)
FREQUENCY_HZ = np.linspace(8e9, 18e9, 128)
X = 2 * np.pi * (FREQUENCY_HZ - 13e9)


def boundary_panel(n: int, middle_z_m: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Return transmitters on the horizontal edges of a square metre, receivers on the others."""
    along, edge = np.linspace(-0.48, 0.48, n // 2), np.repeat([-0.5, 0.5], n // 2)
    along, nought = np.tile(along, 2), np.zeros(n)
    middle = np.array([0.0, 0.0, middle_z_m])
    return (
        middle + np.column_stack([nought, along, edge]),
        middle + np.column_stack([nought, edge, along]),
    )


TX_M, RX_M = boundary_panel(20)


@dataclass
class Electronics:
    """Gains at the middle of the band, and delays."""

    tx_gain: np.ndarray
    rx_gain: np.ndarray
    tx_delay_s: np.ndarray
    rx_delay_s: np.ndarray

    def through(self, samples: np.ndarray) -> np.ndarray:
        tx, rx = (
            gain[:, None] * np.exp(-1j * X * delay[:, None])
            for gain, delay in (
                (self.tx_gain, self.tx_delay_s),
                (self.rx_gain, self.rx_delay_s),
            )
        )
        return samples * tx[:, None] * rx


def drawn(rng, n_tx: int = 20, n_rx: int = 20) -> Electronics:
    def gain(n):
        return 10 ** (rng.normal(0, 1.5, n) / 20) * np.exp(2j * np.pi * rng.random(n))

    def delay(n):
        return rng.normal(0, 0.02, n) / LIGHT_M_PER_S

    return Electronics(gain(n_tx), gain(n_rx), delay(n_tx), delay(n_rx))


def clutter_of(rng) -> np.ndarray:
    return rng.uniform([1.0, -3.0, 0.0], [6.0, 3.0, 2.8], (12, 3))


def room(
    rng,
    *,
    tx_m: np.ndarray = TX_M,
    rx_m: np.ndarray = RX_M,
    clutter=(),
    coupling: float = 0.02,
    noise: float = 1e-3 / np.sqrt(50),
) -> np.ndarray:
    """Return the mean of 50 sweeps: the sphere, coupling, points of clutter, noise."""
    k = 2 * np.pi / LIGHT_M_PER_S * FREQUENCY_HZ
    path, amplitude = sphere_echo(SPHERE, tx_position_m=tx_m, rx_position_m=rx_m)
    samples = amplitude[..., None] * np.exp(-1j * k * path[..., None])
    way = np.linalg.norm(tx_m[:, None] - rx_m, axis=-1)[..., None]
    samples = samples + coupling / np.maximum(way, 0.1) * np.exp(-1j * k * way)
    for point in clutter:
        to_tx = np.linalg.norm(tx_m - point, axis=1)[:, None, None]
        to_rx = np.linalg.norm(rx_m - point, axis=1)[:, None]
        samples = samples + 0.03 / (to_tx * to_rx) * np.exp(-1j * k * (to_tx + to_rx))
    white = rng.normal(size=samples.shape) + 1j * rng.normal(size=samples.shape)
    return samples + noise / np.sqrt(2) * white


def calibrated(samples: np.ndarray, **other) -> ArrayCalibration:
    arguments = {
        "tx_position_m": TX_M,
        "rx_position_m": RX_M,
        "frequency_hz": FREQUENCY_HZ,
        "sphere": SPHERE,
    }
    return estimate(samples.astype(np.complex64), **{**arguments, **other})


def phase_error_rad(got: ArrayCalibration, true: Electronics) -> np.ndarray:
    return np.angle(np.outer(got.tx_gain / true.tx_gain, got.rx_gain / true.rx_gain))


def delay_error_m(got: ArrayCalibration, true: Electronics) -> np.ndarray:
    tx, rx = got.tx_delay_s - true.tx_delay_s, got.rx_delay_s - true.rx_delay_s
    return LIGHT_M_PER_S * (tx[:, None] + rx)


def test_an_ideal_room_is_calibrated_exactly(rng):
    true = drawn(rng)
    got = calibrated(true.through(room(rng, coupling=0.0, noise=0.0)))
    assert np.abs(phase_error_rad(got, true)).max() < 1e-4
    assert np.abs(delay_error_m(got, true)).max() < 1e-6
    gain = np.outer(got.tx_gain / true.tx_gain, got.rx_gain / true.rx_gain)
    np.testing.assert_allclose(np.abs(gain), 1.0, atol=1e-4)
    assert got.residuals.phase_rad < 1e-4
    assert got.residuals.share_used == 1.0
    assert got.lost_tx == got.lost_rx == ()


def test_coupling_clutter_and_noise_are_gated_out(rng):
    true = drawn(rng)
    got = calibrated(true.through(room(rng, clutter=clutter_of(rng))))
    assert got.is_sound
    assert np.sqrt(np.mean(phase_error_rad(got, true) ** 2)) < 0.03
    assert np.sqrt(np.mean(delay_error_m(got, true) ** 2)) < 0.5e-3
    gain = np.outer(got.tx_gain / true.tx_gain, got.rx_gain / true.rx_gain)
    assert np.sqrt(np.mean((20 * np.log10(np.abs(gain))) ** 2)) < 0.3


def test_noise_is_averaged_as_it_should_be(rng):
    """Phases of one gated channel have noise n sqrt(sum w^2 / 2) / (amplitude); see estimate."""
    true = drawn(rng)
    true.tx_gain /= np.abs(true.tx_gain)
    true.rx_gain /= np.abs(true.rx_gain)
    noise = 0.02
    got = calibrated(true.through(room(rng, coupling=0.0, noise=noise)))
    window = np.blackman(len(X) + 2)[1:-1]
    amplitude = sphere_echo(SPHERE, tx_position_m=TX_M, rx_position_m=RX_M)[1]
    one = noise / np.sqrt(2) * np.linalg.norm(window) / window.sum() / amplitude
    expected = np.sqrt(np.mean(one**2))
    assert got.residuals.phase_rad == pytest.approx(expected, rel=0.15)
    # 39 terms from 400 channels
    error = np.sqrt(np.mean(phase_error_rad(got, true) ** 2))
    assert error == pytest.approx(expected * np.sqrt(39 / 400), rel=0.35)
    assert got.residuals.gain_db == pytest.approx(expected * 20 / np.log(10), rel=0.15)
    np.testing.assert_allclose(got.residuals.tx_phase_rad, expected, rtol=0.8)
    np.testing.assert_allclose(got.residuals.rx_gain_db, expected * 20 / np.log(10), rtol=0.8)


def test_the_free_constant_is_with_the_transmitters(rng):
    got = calibrated(drawn(rng).through(room(rng)))
    assert np.mean(got.rx_delay_s) == pytest.approx(0.0, abs=1e-18)
    assert np.angle(np.sum(got.rx_gain / np.abs(got.rx_gain))) == pytest.approx(0.0, abs=1e-9)
    assert np.mean(np.log(np.abs(got.rx_gain))) == pytest.approx(0.0, abs=1e-9)


def test_lost_channels_and_antennas_are_left_out(rng):
    true = drawn(rng)
    samples = true.through(room(rng))
    samples[3] = 1e-3 * (rng.normal(size=samples[3].shape) + 1j)
    samples[:, 7] = 0.0
    samples[11, 2, 5] = np.nan
    samples[12, 13] *= -1
    got = calibrated(samples)
    assert got.lost_tx == (3,)
    assert got.lost_rx == (7,)
    assert got.tx_gain[3] == 0
    assert np.isnan(got.residuals.tx_phase_rad[3])
    keep = np.ix_(np.arange(20) != 3, np.arange(20) != 7)
    assert np.abs(phase_error_rad(got, true)[keep]).max() < 0.02
    assert np.abs(delay_error_m(got, true)[keep]).max() < 1e-3


def test_blanked_pairs_leave_two_groups(rng):
    true = drawn(rng)
    samples = true.through(room(rng))
    half = np.arange(20) < 10
    samples[half[:, None] == half] = 0.0
    got = calibrated(samples)
    assert got.is_sound
    assert set(zip(got.tx_group.tolist(), half.tolist(), strict=True)) == {(0, True), (1, False)}
    assert set(zip(got.rx_group.tolist(), half.tolist(), strict=True)) == {(0, False), (1, True)}
    used = half[:, None] != half
    assert np.abs(phase_error_rad(got, true)[used]).max() < 0.02
    assert np.abs(delay_error_m(got, true)[used]).max() < 1e-3


def test_channels_that_are_not_usable_do_not_count(rng):
    true = drawn(rng)
    samples = true.through(room(rng))
    usable = rng.random((20, 20)) < 0.8
    got = calibrated(np.where(usable[..., None], samples, 7.0), usable=usable)
    assert np.abs(phase_error_rad(got, true)).max() < 0.02


def test_without_a_sphere_it_is_not_sound(rng):
    samples = room(rng, noise=0.03) - room(rng, noise=0.0)  # noise alone
    assert not calibrated(samples).is_sound


def test_apply_undoes_the_electronics(rng):
    true = drawn(rng)
    ideal = room(rng, noise=0.0)
    measured = true.through(ideal).astype(np.complex64)
    got = apply(calibrated(measured), measured)
    assert got.dtype == np.complex64
    left = np.vdot(got, ideal) / np.linalg.norm(got) / np.linalg.norm(ideal)
    assert left == pytest.approx(1.0, abs=1e-3)
    assert np.linalg.norm(got) == pytest.approx(np.linalg.norm(ideal), rel=0.01)


def test_apply_in_place_gives_the_same(rng):
    samples = drawn(rng).through(room(rng)).astype(np.complex64)
    kept = samples.copy()
    calibration = calibrated(samples)
    fresh = apply(calibration, samples)
    np.testing.assert_array_equal(samples, kept)
    assert apply(calibration, samples, out=samples) is samples
    np.testing.assert_array_equal(samples, fresh)


def test_apply_silences_lost_antennas_and_raises_weak_ones_in_bounds(rng):
    true = drawn(rng)
    true.tx_gain /= np.abs(true.tx_gain)
    true.rx_gain /= np.abs(true.rx_gain)
    true.tx_gain[4] *= 0.05
    samples = true.through(room(rng, noise=1e-6)).astype(np.complex64)
    samples[:, 9] = 0
    calibration = calibrated(samples)
    got = apply(calibration, np.ones_like(samples))
    assert not got[:, 9].any()
    assert np.abs(got[4, 0, 0]) / np.median(np.abs(got[:, 0, 0])) == pytest.approx(
        10 ** (MOST_RAISED_DB / 20), rel=0.1
    )


@pytest.mark.slow
def test_a_panel_that_moved_is_noticed_and_drift_is_not_called_one(rng):
    true, clutter, still = drawn(rng), clutter_of(rng), np.zeros(20, dtype=int)
    before = calibrated(true.through(room(rng, clutter=clutter)))
    true.tx_gain *= np.exp(0.05j * rng.normal(size=20))  # the electronics never stand still
    moved_m = np.array([0.003, -0.004, 0.0])
    moved = calibrated(
        true.through(room(rng, clutter=clutter, tx_m=TX_M + moved_m, rx_m=RX_M + moved_m))
    )
    found = panel_movement([before], [moved], tx_panel=still, rx_panel=still)
    assert found.is_moved.tolist() == [True]
    np.testing.assert_allclose(found.translation_m[0], moved_m, atol=1.0e-3)
    stays = calibrated(true.through(room(rng, clutter=clutter)))
    assert not panel_movement([before], [stays], tx_panel=still, rx_panel=still).any_moved
    delay_s = rng.normal(0, 0.005, 20) / LIGHT_M_PER_S
    true.tx_delay_s += delay_s
    true.tx_gain *= np.exp(-2j * np.pi * 13e9 * delay_s)
    drift = calibrated(true.through(room(rng, clutter=clutter)))
    found = panel_movement([before], [drift], tx_panel=still, rx_panel=still)
    assert not found.any_moved
    assert "not as if a panel had moved" in found.sentence
    assert 5 < found.n_changed <= 20


def test_duplicate_antennas_are_named():
    places = np.array([[0.0, 0, 0], [0.1, 0, 0], [0.0, 0, 1e-6]])
    assert duplicates(places) == ((0, 2),)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"tx_position_m": np.vstack([TX_M[:19], TX_M[:1]])}, "transmitters 0 and 19"),
        ({"rx_position_m": np.vstack([RX_M[:19], RX_M[4:5]])}, "receivers 4 and 19"),
        ({"frequency_hz": np.geomspace(8e9, 18e9, 128)}, "uniform"),
        ({"gate_m": 0.02}, "gate_m"),
        ({"gate_m": 3.0}, "gate_m"),
        ({"usable": np.zeros((20, 20), dtype=bool)}, "none of 400 channels"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(rng, other, says):
    with pytest.raises(ValueError, match=says):
        calibrated(room(rng), **other)


def test_samples_of_another_array_are_refused(rng):
    samples = room(rng).astype(np.complex64)
    with pytest.raises(ValueError, match=r"shape \(19, 20, 128\)"):
        apply(calibrated(samples), samples[1:])
