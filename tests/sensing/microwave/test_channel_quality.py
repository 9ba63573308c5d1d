import numpy as np
import pytest

from standex.sensing.microwave.channel_quality import (
    ChannelQuality,
    ChannelReference,
    aperture_share,
    coverage_factor,
    judge,
    reference_of,
    without_lost,
)

N_TX, N_RX, N_F = 16, 20, 64
SHAPE = (N_TX, N_RX, N_F)
NOISE = 1e-3


def empty_room(rng, shape=SHAPE) -> np.ndarray:
    """Return coupling of 20 dB spread and a ripple of echoes."""
    n_tx, n_rx, n_f = shape
    size = 0.02 * 10 ** rng.uniform(-0.5, 0.5, (n_tx, n_rx, 1))
    turn = rng.uniform(0, np.pi, (n_tx, n_rx, 2, 1)) * np.arange(n_f)
    phases = np.exp(2j * np.pi * rng.random((n_tx, n_rx, 2, 1)) - 1j * turn)
    return (size * (phases[:, :, 0] + 0.2 * phases[:, :, 1])).astype(np.complex64)


def noise(rng, shape=SHAPE) -> np.ndarray:
    white = rng.standard_normal((*shape, 2), dtype=np.float32).view(np.complex64)[..., 0]
    return white * np.float32(NOISE / np.sqrt(2))


def people(rng, shape=SHAPE) -> np.ndarray:
    """Return echoes up to far stronger than the coupling, never on the paths of the empty room."""
    n_tx, n_rx, n_f = shape
    turn = rng.uniform(1.1 * np.pi, 1.9 * np.pi, (n_tx, n_rx, 3, 1)) * np.arange(n_f)
    size = rng.uniform(0, 0.1, (n_tx, n_rx, 3, 1))
    return (size * np.exp(-1j * turn)).sum(axis=2).astype(np.complex64)


@pytest.fixture
def room(rng) -> ChannelReference:
    return reference_of(empty_room(rng), noise=NOISE)


def sweep_of(room: ChannelReference, rng) -> np.ndarray:
    return room.mean + noise(rng, room.mean.shape)


def lost_pairs(quality: ChannelQuality) -> set[tuple[int, int]]:
    return {(int(t), int(r)) for t, r in np.argwhere(quality.lost)}


def test_a_clean_sweep_loses_nothing(room, rng):
    quality = judge(sweep_of(room, rng), room)
    assert quality.usable.all()
    assert quality.n_lost == 0
    assert quality.share_usable == 1.0
    assert quality.sentence == ""


@pytest.mark.slow
@pytest.mark.parametrize("crowded", [False, True])
def test_it_raises_no_false_alarms(room, rng, crowded):
    """100 sweeps of 320 channels: none of 32,000 is called lost."""
    n_lost = 0
    for _ in range(100):
        sweep = sweep_of(room, rng) + (people(rng) if crowded else 0)
        n_lost += judge(sweep, room).n_lost
    assert n_lost == 0


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(64, 64, 64), (128, 128, 64)])
def test_ten_lost_channels_are_found_and_no_others(rng, shape):
    room = reference_of(empty_room(rng, shape), noise=NOISE)
    sweep = sweep_of(room, rng)
    at = np.unravel_index(rng.choice(shape[0] * shape[1], 10, replace=False), shape[:2])
    rows = list(zip(*at, strict=True))
    for row in rows[:3]:
        sweep[row][rng.integers(shape[2])] = np.nan
    for row in rows[3:6]:
        sweep[row] = 0
    for row in rows[6:]:
        sweep[row] = noise(rng, (1, 1, shape[2]))[0, 0]
    quality = judge(sweep, room)
    assert lost_pairs(quality) == {(int(t), int(r)) for t, r in rows}
    assert quality.n_not_finite == 3
    assert quality.n_silent == 7
    assert quality.share_usable == 1 - 10 / (shape[0] * shape[1])
    assert "10 of" in quality.sentence


def test_a_lost_antenna_is_named(room, rng):
    sweep = sweep_of(room, rng)
    sweep[5] = noise(rng)[5]
    sweep[:, 3] = np.nan
    quality = judge(sweep, room)
    assert quality.lost_tx == (5,)
    assert quality.lost_rx == (3,)
    assert quality.n_lost == N_TX + N_RX - 1
    assert "transmitter 5 lost altogether, receiver 3 lost altogether" in quality.sentence


def test_an_antenna_takes_the_channels_with_it_that_cannot_tell(rng):
    """Coupling across the lane is blocked by people, so it is no witness; the same panel's is."""
    steady = np.zeros((N_TX, N_RX), dtype=bool)
    steady[: N_TX // 2, : N_RX // 2] = steady[N_TX // 2 :, N_RX // 2 :] = True
    room = reference_of(empty_room(rng), noise=NOISE, steady=steady)
    sweep = sweep_of(room, rng)
    sweep[2] = noise(rng)[2]
    sweep[9, 1] = noise(rng)[9, 1]  # somebody stands in between
    quality = judge(sweep, room)
    assert quality.lost_tx == (2,)
    assert quality.n_of_antenna == N_RX // 2
    assert quality.lost.sum() == N_RX


def test_pairs_that_are_blanked_by_design_are_not_lost(rng):
    mean = empty_room(rng)
    mean[: N_TX // 2, : N_RX // 2] = 0
    room = reference_of(mean, noise=NOISE)
    sweep = np.where(room.expected[..., None], sweep_of(room, rng), 0).astype(np.complex64)
    quality = judge(sweep, room)
    assert quality.n_lost == 0
    assert quality.n_expected == N_TX * N_RX * 3 // 4
    assert quality.share_usable == 1.0
    assert not quality.usable[0, 0]
    assert without_lost(sweep, quality) is sweep


@pytest.mark.parametrize("whole", ["magnitude", "quadrature"])
def test_saturated_channels_are_those_that_stay_at_the_top(room, rng, whole):
    sweep = sweep_of(room, rng)
    size = np.abs(sweep).max(axis=2)
    limit = np.float32(0.6 * size.max())
    hit = size > 1.1 * limit
    if whole == "magnitude":
        clipped = sweep * np.minimum(limit / np.maximum(np.abs(sweep), 1e-9), 1)
    else:
        clipped = np.clip(sweep.real, -limit, limit) + 1j * np.clip(sweep.imag, -limit, limit)
    quality = judge(clipped.astype(np.complex64), room)
    assert hit.any()
    assert quality.lost[hit].all()
    assert not quality.lost[size < limit].any()
    assert quality.n_saturated == quality.n_lost
    assert "saturated" in quality.sentence


def test_one_echo_without_noise_is_not_saturated():
    turn = np.exp(-1j * np.arange(N_F) * np.arange(1, 5)[:, None, None])
    mean = (np.array([1.0, 0.7, 0.6, 0.5])[:, None, None] * turn).astype(np.complex64)
    room = reference_of(mean, noise=0.0)
    assert judge(mean, room).n_lost == 0


@pytest.mark.parametrize(("gain", "lost"), [(8.0, 1), (3.0, 0), (1 / 3, 0), (0.18, 1), (-1.0, 0)])
def test_another_gain_is_noticed_beyond_twelve_db(room, rng, gain, lost):
    row = np.unravel_index(np.argmin(np.abs(room.energy - np.median(room.energy))), (N_TX, N_RX))
    sweep = sweep_of(room, rng)
    sweep[row] *= np.complex64(gain)
    quality = judge(sweep, room)
    assert quality.n_lost == quality.n_other_gain == lost


def test_channels_with_less_coupling_than_noise_are_not_judged_by_it(rng):
    mean = empty_room(rng)
    mean[4] *= np.complex64(0.01)
    room = reference_of(mean, noise=NOISE)
    assert judge(sweep_of(room, rng), room).n_lost == 0
    silent = sweep_of(room, rng)
    silent[4, 7] = 0
    assert lost_pairs(judge(silent, room)) == {(4, 7)}


@pytest.mark.parametrize("value", [0.0, np.nan])
def test_missing_frequencies_cost_no_channel(room, rng, value):
    sweep = sweep_of(room, rng)
    sweep[:, :, 10:13] = value
    sweep[6, 8] = 0
    quality = judge(sweep, room)
    assert quality.lost_frequency == (10, 11, 12)
    assert lost_pairs(quality) == {(6, 8)}
    assert quality.share_usable == pytest.approx((1 - 3 / N_F) * (1 - 1 / (N_TX * N_RX)))
    assert "3 of 64 frequencies missing, the first is number 10" in quality.sentence
    clean = without_lost(sweep, quality)
    assert np.isfinite(clean).all()
    assert not clean[:, :, 10:13].any()


def test_lost_channels_are_replaced_and_nothing_else(room, rng):
    sweep = sweep_of(room, rng)
    sweep[2, 3, 4] = np.inf
    kept = sweep.copy()
    quality = judge(sweep, room)
    empty, filled = without_lost(sweep, quality), without_lost(sweep, quality, fill=room.mean)
    np.testing.assert_array_equal(sweep, kept)
    assert not empty[2, 3].any()
    np.testing.assert_array_equal(filled[2, 3], room.mean[2, 3])  # 0 once it is subtracted
    np.testing.assert_array_equal(empty[quality.usable], sweep[quality.usable])
    np.testing.assert_array_equal(filled[quality.usable], sweep[quality.usable])


@pytest.mark.parametrize("value", [np.nan, 0.0, 1e300])
def test_a_sweep_of_which_nothing_is_left_says_so(room, value):
    quality = judge(np.full(SHAPE, value, dtype=np.complex128), room)
    assert quality.share_usable == 0.0
    assert quality.n_lost == N_TX * N_RX
    assert len(quality.lost_tx) == N_TX
    assert coverage_factor(share_usable=quality.share_usable, n_channels=quality.n_expected) == 0.0


def test_another_shape_is_refused(room, rng):
    with pytest.raises(ValueError, match=r"shape \(15, 20, 64\)"):
        judge(sweep_of(room, rng)[1:], room)


@pytest.mark.parametrize(("noise_std", "spoilt"), [(-1.0, 0.0), (np.nan, 0.0), (1e-3, np.nan)])
def test_a_reference_is_finite(rng, noise_std, spoilt):
    mean = empty_room(rng)
    mean[0, 0, 0] += np.complex64(spoilt)
    with pytest.raises(ValueError, match="must be finite"):
        reference_of(mean, noise=noise_std)


@pytest.mark.slow
@pytest.mark.parametrize(("share", "phase_rad"), [(0.9, 0.0), (0.5, 0.0), (1.0, 0.6), (0.7, 0.5)])
def test_lost_channels_do_to_an_image_what_the_model_says(rng, share, phase_rad):
    """Amplitude at a point, and mean power away from it, over drawn losses and phase errors."""
    n, n_draws = 400, 2000
    steer = np.exp(2j * np.pi * rng.random(n))  # the full array's own pattern in one direction
    weight = (rng.random((n_draws, n)) < share) * np.exp(
        1j * rng.normal(0, phase_rad, (n_draws, n))
    )
    at, off = weight.mean(axis=1), weight @ steer / n
    mean_gain = share * np.exp(-(phase_rad**2) / 2)
    assert np.mean(at.real) == pytest.approx(mean_gain, rel=0.01)
    eta = share * np.exp(-(phase_rad**2))
    added = np.mean(np.abs(off - mean_gain * steer.mean()) ** 2) / mean_gain**2
    assert added == pytest.approx((1 - eta) / (eta * n), rel=0.1)


def test_coverage_falls_with_every_loss():
    def factor(**other):
        return coverage_factor(**{"share_usable": 1.0, "n_channels": 4096, **other})

    assert factor() == pytest.approx(1.0)
    for name, values in (
        ("share_usable", [1.0, 0.999, 0.99, 0.9, 0.5, 0.1, 0.0]),
        ("phase_error_rad", [0.0, 0.1, 0.3, 0.6, 1.0, 3.0]),
        ("aperture_share", [1.0, 0.8, 0.5, 0.1, 0.0]),
    ):
        falls = [factor(**{name: value}) for value in values]
        assert (np.diff(falls) < 0).all()
        assert falls[-1] == pytest.approx(0.0, abs=0.01)
    few = factor(share_usable=1 - 10 / 4096)
    assert 0.98 < few < 1.0
    assert factor(share_usable=1 - 10 / 16384, n_channels=16384) > few


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"share_usable": 1.1}, "share_usable"),
        ({"share_usable": np.nan}, "share_usable"),
        ({"aperture_share": -0.1}, "aperture_share"),
        ({"phase_error_rad": np.nan}, "phase_error_rad"),
        ({"p_detect": 0.01}, "pfa_per_look"),
    ],
)
def test_impossible_losses_are_refused(other, says):
    with pytest.raises(ValueError, match=says):
        coverage_factor(**{"share_usable": 0.9, "n_channels": 100, **other})


def test_half_an_aperture_is_half_the_area(room, rng):
    tx_m = np.column_stack([np.zeros(N_TX), np.linspace(-0.5, 0.5, N_TX), np.zeros(N_TX)])
    rx_m = np.column_stack([np.zeros(N_RX), np.zeros(N_RX), np.linspace(-0.5, 0.5, N_RX)])

    def left(sweep):
        quality = judge(sweep, room)
        places = {"tx_position_m": tx_m, "rx_position_m": rx_m}
        return aperture_share(quality, expected=room.expected, **places)

    sweep = sweep_of(room, rng)
    assert left(sweep) == 1.0
    spread = sweep.copy()
    spread[::2] = 0
    assert left(spread) == pytest.approx(1.0, abs=0.1)
    block = sweep.copy()
    block[: N_TX // 2] = 0
    assert left(block) == pytest.approx(0.5, abs=0.03)
    sweep[:] = 0
    assert left(sweep) == 0.0
