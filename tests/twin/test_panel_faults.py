"""What goes wrong with panels, and when."""

import numpy as np
import pytest

from standex.twin.faults import Fault
from standex.twin.panel_faults import (
    CLIP_SHARE,
    MOVED_M,
    N_LOST,
    SATURATED_SHARE,
    PanelFault,
    clip,
    lose,
    moved,
    panel_fault_now,
)
from standex.twin.physical_optics import Antennas

S = 10**9


def test_both_kinds_of_fault_have_their_time():
    faults = (
        Fault(kind="dead", from_s=0.0, to_s=1.0),
        PanelFault(kind="moved", from_s=2.0, to_s=3.0),
    )
    assert [panel_fault_now(faults, t) for t in (0, S, 2 * S, 3 * S)] == [
        "dead", None, "moved", None,
    ]  # fmt: skip


def wall(n: int = 7, pattern_power: float = 0.5) -> Antennas:
    return Antennas(
        position_m=np.column_stack([np.linspace(-0.5, 0.5, n), np.ones(n), np.full(n, 0.7)]),
        boresight=np.tile([0.0, -1.0, 0.0], (n, 1)),
        panel=np.zeros(n, dtype=np.int64),
        turn=np.arange(n) - (n - 1) / 2,
        pattern_power=pattern_power,
    )


def test_a_moved_panel_is_five_millimetres_back_and_the_rest_where_it_was():
    at = wall(6)
    shift = moved(at, 4).position_m - at.position_m
    np.testing.assert_allclose(shift[:4], np.tile([0, MOVED_M, 0], (4, 1)), atol=1e-12)
    assert not shift[4:].any()


def samples(rng: np.random.Generator) -> np.ndarray:
    return (rng.normal(size=(64, 64, 8)) + 1j * rng.normal(size=(64, 64, 8))).astype(np.complex64)


def test_lost_antennas_are_silent(rng):
    silent = samples(rng)
    lose(silent, rng)
    assert (~silent.any(axis=(1, 2))).sum() + (~silent.any(axis=(0, 2))).sum() == N_LOST


def test_saturated_channels_are_flat_at_the_top(rng):
    before = samples(rng)
    after = before.copy()
    clip(after, rng)
    hit = (after != before).any(axis=2)
    assert hit.mean() == pytest.approx(SATURATED_SHARE, abs=0.03)

    def largest(x: np.ndarray) -> np.ndarray:
        return np.maximum(np.abs(x.real), np.abs(x.imag)).max(axis=2)

    np.testing.assert_allclose(largest(after)[hit], CLIP_SHARE * largest(before)[hit], rtol=1e-5)
