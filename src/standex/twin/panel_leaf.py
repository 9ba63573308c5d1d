"""The echo of a few centimetres of surface at a few frequencies, for all pairs of antennas."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Complex, Float, Int

from standex.twin.layers import LIGHT_M_PER_S
from standex.twin.panel_array import TxMajorSweep
from standex.twin.panel_legs import Local, Middle, phasor
from standex.twin.panel_nodes import Nodes, nodes_for
from standex.twin.physical_optics import N_ANGLES, Antennas, Facets

SHARED_S = 2.5e-3  # for so long neighbouring transmitters share one way back


@runtime_checkable
class Reflection(Protocol):
    """Reflection coefficients of the stacks that facets refer to."""

    def delays_m(self) -> Float[np.ndarray, "stacks 2"]:
        """Return the first and last two-way path of each stack's echoes, from its facet."""
        ...

    def table(self, frequency_hz: Float[np.ndarray, " f"], /) -> Complex[np.ndarray, "stacks f a"]:
        """Return coefficients on ``physical_optics.angle_grid``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """The antennas that see a group of facets, and when they do.

    Attributes:
        tx: transmitters, panel by panel in the order of their turns.
        rx: receivers, panel by panel.
        at_s: time of each transmitter from the middle of the sweep.
        within_s: time of each frequency from the middle of its transmitter's turn.
        k_rad_per_m: of each frequency.
    """

    tx: Antennas
    rx: Antennas
    at_s: Float[np.ndarray, " t"]
    within_s: Float[np.ndarray, " f"]
    k_rad_per_m: Float[np.ndarray, " f"]

    @classmethod
    def of(cls, tx: Antennas, rx: Antennas, sweep: TxMajorSweep) -> "View":
        """Return the view of some antennas."""
        return cls(
            tx=tx,
            rx=rx,
            at_s=tx.turn * sweep.turn_s,
            within_s=sweep.t_offset_s(1)[0],
            k_rad_per_m=2 * np.pi / LIGHT_M_PER_S * sweep.frequency_hz,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leaf:
    """The echo of a leaf at its nodes, with the path to its middle and ``shift_m`` taken out.

    Attributes:
        middle: of the leaf.
        nodes: where it is known.
        echo: at them, without j k / (2 pi).
        shift_m: two-way path to the middle of its echoes, beyond that to the middle of the leaf.
        half_m: its echoes lie within this of that.
    """

    middle: Middle
    nodes: Nodes
    echo: Complex[np.ndarray, "j t r"]
    shift_m: float
    half_m: float


def leaf_echo(
    view: View,
    facets: Facets,
    reflection: Reflection,
    rows: Int[np.ndarray, " n"],
    *,
    low_rad_per_m: float,
    high_rad_per_m: float,
) -> Leaf:
    """Return the echo of some facets that lie together and move alike.

    The way back is taken once for neighbouring transmitters within ``SHARED_S``, at their mean
    time; its change in between, beyond that of the leaf's middle, is added to the way out for the
    mean receiver.

    Args:
        view: antennas.
        facets: all of them.
        reflection: of their stacks.
        rows: those of the leaf.
        low_rad_per_m: where the spectrum is wanted from.
        high_rad_per_m: where it is wanted to.
    """
    piece = Local.of(facets, rows)
    moving = bool(facets.velocity_m_per_s[rows].any())
    visible = facets.visible[rows].astype(np.float32)
    out_m, distance = piece.excess_m(view.tx.position_m, view.at_s if moving else 0.0)
    share_t, cos_t = piece.amplitude(view.tx, distance, visible)
    back_m, distance = piece.excess_m(view.rx.position_m, 0.0)
    share_r, cos_r = piece.amplitude(view.rx, distance, visible)
    delay = reflection.delays_m()[facets.stack[rows]]
    early_m = float((out_m.min(axis=0) + back_m.min(axis=0) + delay[:, 0]).min())
    late_m = float((out_m.max(axis=0) + back_m.max(axis=0) + delay[:, 1]).max())
    shift_m, half_m = (early_m + late_m) / 2, (late_m - early_m) / 2
    nodes = nodes_for(half_m, low_rad_per_m=low_rad_per_m, high_rad_per_m=high_rad_per_m)
    groups = subapertures(view, SHARED_S if moving else np.inf)
    if moving:
        out_m += _change_of_way_back_m(piece, view, groups)
    weight = _weighed(view, facets, reflection, rows, nodes, cos_t, cos_r)
    out = _Comb(share_t, out_m, nodes)
    echo = np.empty((nodes.n, len(view.at_s), len(view.rx.position_m)), dtype=np.complex64)
    for group in groups:
        if moving:
            back_m, _ = piece.excess_m(view.rx.position_m, float(view.at_s[group].mean()))
        back = _Comb(share_r, back_m - np.float32(shift_m), nodes)
        p = int(view.tx.panel[group.start])
        _write_products(echo[:, group], out.some(group), back, view, weight, p)
    return Leaf(middle=piece.middle, nodes=nodes, echo=echo, shift_m=shift_m, half_m=half_m)


def runs(panel: Int[np.ndarray, " a"]) -> list[tuple[int, slice]]:
    """Return the run of antennas of each panel; they are listed panel by panel."""
    found: list[tuple[int, slice]] = []
    for number in np.unique(panel):
        rows = np.flatnonzero(panel == number)
        found.append((int(number), slice(int(rows[0]), int(rows[-1]) + 1)))
    return found


def subapertures(view: View, lasts_s: float) -> list[slice]:
    """Return transmitters in groups of neighbours of one panel, none longer than ``lasts_s``."""
    groups: list[slice] = []
    for _, run in runs(view.tx.panel):
        start = run.start
        for t in range(run.start + 1, run.stop):
            if view.at_s[t] - view.at_s[start] > lasts_s:
                groups.append(slice(start, t))
                start = t
        groups.append(slice(start, run.stop))
    return groups


def angle_row(cosine: Float[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Return the row of ``physical_optics.angle_grid`` for a cosine of incidence."""
    return np.clip((cosine * N_ANGLES).astype(np.intp), 0, N_ANGLES - 1)


def _change_of_way_back_m(piece: Local, view: View, groups: list[slice]) -> np.ndarray:
    way = piece.middle.way_m(view.rx.position_m)
    distance = np.linalg.norm(way, axis=1)
    toward = (way / distance[:, None]).mean(axis=0)
    # How the mean direction turns from the middle to a facet: across the way, by offset / R.
    v, spread = piece.middle.velocity_m_per_s, 1 / distance.mean()
    turned = (piece.offset_m @ v - (piece.offset_m @ toward) * (toward @ v)) * spread
    rate = piece.drift_m_per_s @ toward + turned
    since = np.concatenate([view.at_s[g] - view.at_s[g].mean() for g in groups])
    return np.multiply.outer(since, rate).astype(np.float32)


def _weighed(
    view: View,
    facets: Facets,
    reflection: Reflection,
    rows: np.ndarray,
    nodes: Nodes,
    cos_t: np.ndarray,
    cos_r: np.ndarray,
) -> dict[tuple[int, int], np.ndarray]:
    """Return coefficient times area [j, n] for each pair of panels, at the mean incidence."""
    table = reflection.table(nodes.k_rad_per_m * (LIGHT_M_PER_S / 2 / np.pi))
    table = table.transpose(1, 0, 2).reshape(nodes.n, -1)
    first = facets.stack[rows] * N_ANGLES
    area = facets.area_m2[rows].astype(np.float32)
    mean_t = {p: cos_t[run].mean(axis=0) for p, run in runs(view.tx.panel)}
    mean_r = {q: cos_r[run].mean(axis=0) for q, run in runs(view.rx.panel)}
    return {
        (p, q): table[:, first + angle_row((to + back) / 2)] * area
        for p, to in mean_t.items()
        for q, back in mean_r.items()
    }


class _Comb:
    """share exp(-j k way) [a, n] at one uniform node after the other, by one complex product."""

    def __init__(self, share: np.ndarray, way_m: np.ndarray, nodes: Nodes) -> None:
        self.value = phasor(way_m * np.float32(nodes.k_rad_per_m[0]))
        self.value *= share
        self.by = phasor(way_m * np.float32(nodes.step_rad_per_m))

    def some(self, rows: slice) -> "_Comb":
        """Return some antennas; each is to be taken once."""
        part = object.__new__(_Comb)
        part.value, part.by = self.value[rows], self.by[rows]
        return part

    def advance(self) -> None:
        """Go to the next node."""
        self.value *= self.by


def _write_products(
    echo: np.ndarray,
    out: _Comb,
    back: _Comb,
    view: View,
    weight: dict[tuple[int, int], np.ndarray],
    panel: int,
) -> None:
    """Write the echo of some transmitters of a panel; all that is touched stays in the cache."""
    lit = np.empty_like(out.value)
    of_rx = runs(view.rx.panel)
    for j in range(len(echo)):
        for q, run in of_rx:
            np.multiply(out.value, weight[panel, q][j], out=lit)
            np.matmul(lit, back.value[run].T, out=echo[j][:, run])
        out.advance()
        back.advance()
