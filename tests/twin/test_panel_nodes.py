"""Spectra of short delays are known from few nodes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.twin.panel_nodes import LADDER, nodes_for

LOW, HIGH = 167.0, 378.0


@pytest.mark.slow
@given(half_m=st.floats(0.0, 0.3), share=st.floats(-1.0, 1.0))
def test_a_delay_within_reach_is_carried(half_m, share):
    nodes = nodes_for(half_m, low_rad_per_m=LOW, high_rad_per_m=HIGH)
    assert nodes.reach_m >= half_m
    k = np.linspace(LOW, HIGH, 57)
    rho = share * half_m
    got = nodes.weights(k) @ np.exp(-1j * nodes.k_rad_per_m * rho)
    error = np.abs(got - np.exp(-1j * k * rho))
    # The mean over all delays is 60 dB down; the longest ones are worst.
    assert error.max() < 0.06
    if abs(share) < 0.8:
        assert error.max() < 5e-3


@pytest.mark.slow
def test_longer_delays_take_more_nodes_and_about_one_per_turn():
    n = [
        nodes_for(half, low_rad_per_m=LOW, high_rad_per_m=HIGH).n for half in (0.02, 0.1, 0.3, 0.6)
    ]
    assert n == sorted(n)
    assert n[-1] < 2 * 0.6 * (HIGH - LOW) / (2 * np.pi) * 1.6


def test_at_least_so_many():
    assert nodes_for(0.01, low_rad_per_m=LOW, high_rad_per_m=HIGH, at_least=20).n == 20


@pytest.mark.slow
def test_delays_beyond_all_nodes_are_refused():
    with pytest.raises(ValueError, match=f"{LADDER[-1]} nodes"):
        nodes_for(10.0, low_rad_per_m=LOW, high_rad_per_m=HIGH)
