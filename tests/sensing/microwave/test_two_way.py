import numpy as np
import pytest

from standex.sensing.microwave.two_way import common_phases, joined, two_way_fit

SHAPE = (12, 17)


def table(rng: np.random.Generator):
    a, b = rng.normal(size=SHAPE[0]), rng.normal(size=SHAPE[1])
    return a, b, a[:, None] + b


def test_an_exact_table_is_taken_apart(rng):
    _, _, value = table(rng)
    a, b, weight = two_way_fit(value, np.ones(SHAPE, dtype=bool), least=1e-6)
    np.testing.assert_allclose(a[:, None] + b, value, atol=1e-9)
    np.testing.assert_allclose(weight, 1.0, atol=1e-6)


def test_a_tenth_of_wild_channels_changes_nothing(rng):
    _, _, value = table(rng)
    wild = rng.random(SHAPE) < 0.1
    spoilt = value + wild * rng.uniform(5, 50, SHAPE)
    a, b, weight = two_way_fit(spoilt, np.ones(SHAPE, dtype=bool), least=1e-3)
    np.testing.assert_allclose(a[:, None] + b, value, atol=1e-6)
    assert (weight[wild] == 0).all()


def test_channels_that_are_not_trusted_may_hold_anything(rng):
    _, _, value = table(rng)
    trust = rng.random(SHAPE) < 0.8
    a, b, weight = two_way_fit(np.where(trust, value, np.nan), trust, least=1e-3)
    np.testing.assert_allclose((a[:, None] + b)[trust], value[trust], atol=1e-6)
    assert (weight[~trust] == 0).all()


def test_nothing_to_trust_gives_zeros():
    a, b, weight = two_way_fit(np.ones(SHAPE), np.zeros(SHAPE, dtype=bool), least=1.0)
    assert not a.any()
    assert not b.any()
    assert not weight.any()


def test_noise_is_averaged_nearly_as_by_least_squares(rng):
    noise = rng.normal(size=(100, *SHAPE))
    off = []
    for one in noise:
        a, b, _ = two_way_fit(one, np.ones(SHAPE, dtype=bool), least=1e-6)
        off.append(np.mean((a[:, None] + b) ** 2))
    # Least squares leave (m + n - 1) / (m n) of the variance; Tukey's weights are 95 % efficient.
    assert np.mean(off) == pytest.approx(sum(SHAPE, -1) / np.prod(SHAPE), rel=0.2)


def test_phases_come_out_whatever_they_are(rng):
    tx, rx = (rng.uniform(-np.pi, np.pi, n) for n in SHAPE)
    phasor = np.exp(1j * (tx[:, None] + rx))
    phasor[3, 5] *= -1
    phasor[7] = 0
    got_tx, got_rx = common_phases(phasor)
    off = np.exp(1j * (got_tx[:, None] + got_rx)) * np.exp(-1j * (tx[:, None] + rx))
    keep = np.arange(SHAPE[0]) != 7
    np.testing.assert_allclose(off[keep], 1.0, atol=0.05)


def test_phases_of_two_groups_come_out_each_by_itself(rng):
    tx, rx = (rng.uniform(-np.pi, np.pi, n) for n in SHAPE)
    phasor = np.exp(1j * (tx[:, None] + rx))
    phasor[:5, :9] = phasor[5:, 9:] = 0
    got_tx, got_rx = common_phases(phasor)
    off = np.exp(1j * (got_tx[:, None] + got_rx)) * np.conj(phasor)
    np.testing.assert_allclose(off[phasor != 0], 1.0, atol=1e-9)


def test_groups_are_what_channels_join():
    used = np.zeros((5, 4), dtype=bool)
    used[0, 0] = used[1, 0] = used[1, 2] = True  # rows 0, 1 through column 0
    used[3, 1] = True
    tx, rx = joined(used)
    assert tx.tolist() == [0, 0, -1, 1, -1]
    assert rx.tolist() == [0, 1, 0, -1]
