"""Scattering of imaging panels at surfels, by physical optics: the sum, and the same sum fast.

The model is the one of ``physical_optics``: for a transmitter t and a receiver r

    S(t, r, f) = sum_n  j k / (2 pi) * Gamma_n(f) * m_n(t) m_n(r)
                 * exp(-j k (R_t + R_r)) / (R_t R_r)

with every (t, f) at its own time and every facet moving at its own velocity; the coefficient is
taken at the incidence of a facet averaged over the two panels of a pair. ``plain_sum`` does just
that. ``panel_echo`` cuts the facets into leaves of a few centimetres and gathers leaves in
patches. With the path to the middle taken out, the echo of a leaf varies so slowly over the band
that a few nodes carry it; there it is a matrix product (tx x facets)(facets x rx). Leaves are
interpolated to the nodes of their patch and patches to all frequencies, each time with the exact
phasors of the path between the middles. The work falls by the ratio of frequencies to nodes, some
twentyfold.

Motion: the way from a transmitter to a facet is taken at the transmitter's own time. The way back
is taken at the time of a sub-aperture of neighbours, with its change at the mean receiver added
to the way out; the middle of a patch is followed exactly.

References:
    Boag, IEEE Trans. Antennas Propag. 52 (2004) 197 (fast physical optics: subdomains, their
    phases corrected, interpolated and gathered, level by level).
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Complex, Int

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_array import TxMajorSweep
from standex.twin.panel_leaf import (
    Leaf,
    Reflection,
    View,
    angle_row,
    leaf_echo,
    runs,
    subapertures,
)
from standex.twin.panel_legs import Middle, phasor
from standex.twin.panel_nodes import nodes_for
from standex.twin.physical_optics import Antennas, Facets

LEAF_M = 0.10
PATCH_M = 0.30
PATCH_SHARED_S = 1.2e-3  # so long one way back between the middles of leaf and patch will do
FRESH_S = 1.2e-3  # so long the path to a patch changes linearly
SAME_S = 1e-9
MIN_PATCH_NODES = 20  # fewer would reach too far beyond the band for the nodes of the leaves


def plain_sum(
    facets: Facets, reflection: Reflection, *, tx: Antennas, rx: Antennas, sweep: TxMajorSweep
) -> Complex[np.ndarray, "tx rx f"]:
    """Return S-parameters, each term by itself in float64; what ``panel_echo`` is held against.

    Args:
        facets: what scatters.
        reflection: of their stacks.
        tx: transmitters.
        rx: receivers.
        sweep: frequencies and times.
    """
    k = 2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz
    at_s = tx.turn[:, None] * sweep.turn_s + sweep.t_offset_s(1)
    samples = np.zeros((len(tx.position_m), len(rx.position_m), len(k)), dtype=np.complex128)
    cos_t, cos_r = _mean_cosines(facets, tx), _mean_cosines(facets, rx)
    table = reflection.table(sweep.frequency_hz)
    for t in range(len(samples)):
        for f in range(len(k)):
            at = facets.position_m + facets.velocity_m_per_s * at_s[t, f]
            out = _wave(facets, at, tx.some(np.array([t])), k[f])[0] * facets.area_m2
            for panel, of_rx in runs(rx.panel):
                angle = angle_row((cos_t[int(tx.panel[t])] + cos_r[panel]) / 2)
                lit = out * table[facets.stack, f, angle]
                back = rx.some(np.arange(of_rx.start, of_rx.stop))
                samples[t, of_rx, f] = _wave(facets, at, back, k[f]) @ lit
    return (samples * (1j * k / (2 * np.pi))).astype(np.complex64)


def _wave(facets: Facets, at: np.ndarray, antennas: Antennas, k: float) -> np.ndarray:
    """Return the wave of antennas at facets [a, n]."""
    way = at[None] - antennas.position_m[:, None]
    distance = np.linalg.norm(way, axis=-1)
    facing = -np.einsum("anx,nx->an", way, facets.normal) / distance
    off_axis = np.einsum("anx,ax->an", way, antennas.boresight) / distance
    amplitude = np.sqrt(np.clip(facing, 0, None)) * (off_axis > 0) / distance
    amplitude *= np.clip(off_axis, 0, None) ** antennas.pattern_power
    return amplitude * facets.visible[:, antennas.panel].T * np.exp(-1j * k * distance)


def _mean_cosines(facets: Facets, antennas: Antennas) -> dict[int, np.ndarray]:
    means: dict[int, np.ndarray] = {}
    for panel, run in runs(antennas.panel):
        way = facets.position_m[None] - antennas.position_m[run][:, None]
        facing = -np.einsum("anx,nx->an", way, facets.normal) / np.linalg.norm(way, axis=-1)
        means[panel] = facing.mean(axis=0)
    return means


def panel_echo(
    facets: Facets,
    reflection: Reflection,
    *,
    tx: Antennas,
    rx: Antennas,
    sweep: TxMajorSweep,
    part: Int[np.ndarray, " n"] | None = None,
) -> Complex[np.ndarray, "tx rx f"]:
    """Return S-parameters of facets in front of panels, within -50 dB of ``plain_sum``.

    Within -40 dB when the facets walk at 1.4 m/s, and about -35 dB for a part that swings at
    2.5 rad/s besides.

    Args:
        facets: what scatters; those that no panel sees cost nothing.
        reflection: of their stacks.
        tx: transmitters, listed panel by panel in the order of their turns.
        rx: receivers, listed panel by panel.
        sweep: frequencies and times.
        part: facets of different parts move differently and share no leaf; None is one part.
    """
    k = 2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz
    echo = np.zeros((len(tx.position_m), len(k), len(rx.position_m)), dtype=np.complex64)
    panels = facets.visible.shape[1]
    bits = (facets.visible > 0) @ (1 << np.arange(panels))
    key = bits if part is None else bits + (part << panels)
    for group in np.unique(key[bits > 0]):
        rows = np.flatnonzero(key == group)
        seeing = np.flatnonzero(facets.visible[rows[0]] > 0)
        of_tx, of_rx = (np.flatnonzero(np.isin(a.panel, seeing)) for a in (tx, rx))
        if not len(of_tx) or not len(of_rx):
            continue
        view = View.of(tx.some(of_tx), rx.some(of_rx), sweep)
        for patch in _cut(facets.position_m, rows, PATCH_M):
            total = _patch_echo(view, facets, reflection, patch)
            _add_at_all_frequencies(echo, of_tx, of_rx, view, total)
    echo *= (1j * k / (2 * np.pi)).astype(np.complex64)[:, None]
    return np.ascontiguousarray(echo.transpose(0, 2, 1))


def _cut(position_m: np.ndarray, rows: np.ndarray, size_m: float) -> Iterator[np.ndarray]:
    """Cut along the longest axis until no piece is longer than ``size_m``."""
    low, high = position_m[rows].min(axis=0), position_m[rows].max(axis=0)
    axis = int(np.argmax(high - low))
    pieces = int(np.ceil((high - low)[axis] / size_m))
    if pieces <= 1:
        yield rows
        return
    at = low[axis] + (high - low)[axis] * (pieces // 2) / pieces
    below = position_m[rows, axis] < at
    yield from _cut(position_m, rows[below], size_m)
    yield from _cut(position_m, rows[~below], size_m)


def _patch_echo(view: View, facets: Facets, reflection: Reflection, rows: np.ndarray) -> Leaf:
    """Return the echo of a patch, gathered from its leaves; as if it were a large leaf."""
    low, high = float(view.k_rad_per_m[0]), float(view.k_rad_per_m[-1])
    beyond = (high - low) / (MIN_PATCH_NODES - 3)
    leaves = [
        leaf_echo(
            view,
            facets,
            reflection,
            leaf,
            low_rad_per_m=low - beyond,
            high_rad_per_m=high + beyond,
        )
        for leaf in _cut(facets.position_m, rows, LEAF_M)
    ]
    middle = Middle.of(facets, rows)
    ways = [_between(view, leaf.middle, middle) for leaf in leaves]
    both = list(zip(leaves, ways, strict=True))
    early_m = min(t.min() + r.min() + leaf.shift_m - leaf.half_m for leaf, (t, r) in both)
    late_m = max(t.max() + r.max() + leaf.shift_m + leaf.half_m for leaf, (t, r) in both)
    shift_m = float(early_m + late_m) / 2
    nodes = nodes_for(
        float(late_m - early_m) / 2,
        low_rad_per_m=low,
        high_rad_per_m=high,
        at_least=MIN_PATCH_NODES,
    )
    k = nodes.k_rad_per_m
    total = np.zeros((nodes.n, *leaves[0].echo.shape[1:]), dtype=np.complex64)
    for leaf, (out_m, _) in both:
        spread = leaf.nodes.weights(k) @ leaf.echo.reshape(leaf.nodes.n, -1).view(np.float32)
        spread = spread.view(np.complex64).reshape(total.shape)
        _put_on_way(spread, view, leaf, middle, out_m + leaf.shift_m - shift_m, k)
        total += spread
    half_m = float(late_m - early_m) / 2
    return Leaf(middle=middle, nodes=nodes, echo=total, shift_m=shift_m, half_m=half_m)


def _between(view: View, leaf: Middle, patch: Middle) -> tuple[np.ndarray, np.ndarray]:
    """Return how much further a leaf is than its patch from transmitters and receivers."""
    out_m = leaf.distance_m(view.tx.position_m, view.at_s)
    back_m = leaf.distance_m(view.rx.position_m)
    return (
        out_m - patch.distance_m(view.tx.position_m, view.at_s),
        back_m - patch.distance_m(view.rx.position_m),
    )


def _put_on_way(
    spread: np.ndarray, view: View, leaf: Leaf, patch: Middle, out_m: np.ndarray, k: np.ndarray
) -> None:
    """Multiply by the path of a leaf beyond that of its patch."""
    at, rx = leaf.middle, view.rx.position_m
    moving = bool(at.velocity_m_per_s.any() or patch.velocity_m_per_s.any())
    rate = float((at.rate_m_per_s(rx) - patch.rate_m_per_s(rx)).mean())
    for group in subapertures(view, PATCH_SHARED_S if moving else np.inf):
        mid_s = float(view.at_s[group].mean())
        back_m = at.distance_m(rx, mid_s) - patch.distance_m(rx, mid_s)
        way_m = out_m[group] + rate * (view.at_s[group] - mid_s)
        spread[:, group] *= phasor(np.multiply.outer(k, way_m))[:, :, None]
        spread[:, group] *= phasor(np.multiply.outer(k, back_m))[:, None, :]


def _add_at_all_frequencies(
    echo: np.ndarray, of_tx: np.ndarray, of_rx: np.ndarray, view: View, patch: Leaf
) -> None:
    """Interpolate a patch to all frequencies, put its path back, add it to ``echo`` [t, f, r]."""
    k, tx, rx = view.k_rad_per_m, view.tx.position_m, view.rx.position_m
    # Within the turn of one transmitter, and for a while on the way back, paths change linearly.
    way_m = patch.middle.distance_m(tx, view.at_s)[:, None] + np.multiply.outer(
        patch.middle.rate_m_per_s(tx), view.within_s
    )
    out = phasor(k * (way_m + patch.shift_m))
    rate = patch.middle.rate_m_per_s(rx)
    within_m = np.multiply.outer(view.within_s, rate)
    weights, at_nodes = patch.nodes.weights(k), patch.echo.view(np.float32)
    value = np.empty((len(k), len(rx)), dtype=np.complex64)
    back, turned, since, fresh_s = value, value, np.nan, -np.inf
    run = slice(int(of_rx[0]), int(of_rx[-1]) + 1)
    columns = run if run.stop - run.start == len(of_rx) else of_rx
    for t, row in enumerate(of_tx):
        if view.at_s[t] - fresh_s > FRESH_S:
            fresh_s = view.at_s[t]
            way_m = patch.middle.distance_m(rx, float(view.at_s[t])) + within_m
            back = phasor(k[:, None] * way_m)
        else:
            step_s = float(view.at_s[t] - view.at_s[t - 1])
            if not abs(step_s - since) < SAME_S:
                turned, since = phasor(k[:, None] * (rate * step_s)), step_s
            back *= turned
        np.matmul(weights, at_nodes[:, t], out=value.view(np.float32))
        value *= back
        value *= out[t][:, None]
        echo[row][:, columns] += value
