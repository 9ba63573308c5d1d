"""The echoes of every arrangement of layers that the layer fit weighs, worked out beforehand.

One table serves one grid of frequencies and one bin of incidence. Spectra are held as coefficients
in a basis of what can lie within the window of depths about the body, so that noise of the window
is white in them whatever the number of frequencies.

Clothes in front are not rows of the table: their echo is weak, hence nearly linear, and is held as
a covariance (light cloth and jackets apart) that each row is whitened with beforehand.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import final

import numpy as np
from jaxtyping import Complex, Float, Int

from standex.sensing.microwave.layer_model import (
    LIGHT_M_PER_S,
    moved,
    skin,
    stack_reflections,
    water,
)

SIN2_BIN, MAX_SIN2 = 0.1, 0.5
CHUNK = 4096
NOMINAL_PERMITTIVITY = 2.8  # of what clothes are taken to hang in front of


class Hypothesis(StrEnum):
    """What a patch of body may be; none of them names a substance.

    Raised skin is what water in front looks like: an echo like the body's, nearer than the body.
    """

    BARE_BODY = "bare_body"
    DIELECTRIC_SLAB = "dielectric_slab"
    METAL_IN_FRONT = "metal_in_front"
    RAISED_SKIN = "raised_skin"


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRanges:
    """Which layers are considered; every range is a uniform prior.

    Attributes:
        thickness_m: of a slab.
        permittivity: of a slab.
        loss_tangents: of a slab, equally likely.
        gap_behind_m: largest gap of air between slab and body.
        gap_in_front_m: largest gap between clothes and what is under them.
        cloth_thickness_m: of each kind of clothes; the kinds are equally likely.
        cloth_permittivity: of clothes.
        raise_m: how far metal or water may stand before the body.
        unmodelled_db: power of what no model holds, over that of the echo: clutter, and the steps
            of the table. At this value intervals hold the truth at their level where clutter is
            at -20 dB.
    """

    thickness_m: tuple[float, float] = (0.002, 0.060)
    permittivity: tuple[float, float] = (1.5, 4.5)
    loss_tangents: tuple[float, ...] = (0.005, 0.02, 0.06)
    gap_behind_m: float = 0.005
    gap_in_front_m: float = 0.020
    cloth_thickness_m: tuple[tuple[float, float], ...] = ((0.0003, 0.001), (0.001, 0.003))
    cloth_permittivity: tuple[float, float] = (1.2, 1.8)
    raise_m: tuple[float, float] = (0.002, 0.060)
    unmodelled_db: float = -14.0


DEFAULT_RANGES = LayerRanges()
PATH_STEP_M, INDEX_STEP, N_GAPS = 0.001, 0.06, 6
RAISE_STEP_M, FRONT_STEP_M = 0.002, 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerTable:
    """Whitened echoes of many arrangements of layers, referred to the body behind them.

    Attributes:
        frequency_hz: of the spectra that it is for.
        cos_incidence: it was made for.
        basis: orthonormal, of what the window of depths can hold.
        matched: for each row C^-1 r / sqrt(r^H C^-1 r), with r its echo, C its covariance; real
            parts of all coefficients, then imaginary parts.
        root_energy: for each row sqrt(r^H C^-1 r).
        covariance_of: which covariance each row has; rows lie in its order.
        precision: inverses of the covariances, in units of what is unmodelled.
        log_det: natural logarithm of the determinant of each covariance.
        hypothesis: of each row, by its place in ``Hypothesis``.
        thickness_m: of the slab of each row, zero where there is none.
        permittivity: of the slab of each row, 1 where there is none.
        bare_energy: energy of the echo of bare skin in the window.
        ranges: it was made from.
    """

    frequency_hz: Float[np.ndarray, " f"]
    cos_incidence: float
    basis: Complex[np.ndarray, "f q"]
    matched: Float[np.ndarray, "two_q rows"]
    root_energy: Float[np.ndarray, " rows"]
    covariance_of: Int[np.ndarray, " rows"]
    precision: Complex[np.ndarray, "c q q"]
    log_det: Float[np.ndarray, " c"]
    hypothesis: Int[np.ndarray, " rows"]
    thickness_m: Float[np.ndarray, " rows"]
    permittivity: Float[np.ndarray, " rows"]
    bare_energy: float
    ranges: LayerRanges

    @property
    def n_bytes(self) -> int:
        """Return the size of the arrays."""
        names = ("basis", "matched", "root_energy", "covariance_of", "precision", "hypothesis")
        own = sum(getattr(self, name).nbytes for name in names)
        return own + self.thickness_m.nbytes + self.permittivity.nbytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Arrangements before they are whitened."""

    echo: np.ndarray
    front_m: np.ndarray
    hypothesis: np.ndarray
    thickness_m: np.ndarray
    permittivity: np.ndarray


def incidence_bin(cos_incidence: float) -> float:
    """Return the cosine at the middle of the bin of incidence; one table serves a bin.

    Bins are uniform in sin^2: a slab's path differs by 0.015 of its thickness at most within one.

    Raises:
        ValueError: the incidence is beyond 45 degrees, where a patch of body gives no echo.
    """
    sin2 = 1 - cos_incidence**2
    if not (cos_incidence <= 1 and sin2 < MAX_SIN2 and cos_incidence > 0):
        least = np.sqrt(1 - MAX_SIN2)
        raise ValueError(f"cos_incidence must be inside ({least:.3f}, 1], got {cos_incidence}")
    return float(np.sqrt(1 - (np.floor(sin2 / SIN2_BIN) + 0.5) * SIN2_BIN))


def build_table(
    frequency_hz: Float[np.ndarray, " f"],
    *,
    cos_incidence: float,
    ranges: LayerRanges = DEFAULT_RANGES,
) -> LayerTable:
    """Return the table for one grid of frequencies and one incidence.

    Perpendicular polarisation. Slabs lie uniformly in thickness and permittivity, as the grid is
    uniform in index and in path (thickness times index).

    Args:
        frequency_hz: ascending, positive.
        cos_incidence: cosine of the angle of incidence, inside (0, 1].
        ranges: which layers are considered.

    Raises:
        ValueError: the frequencies are not ascending and positive, or too few for the window.
    """
    f = frequency_hz
    if len(f) < 8 or not np.isfinite(f).all() or f[0] <= 0 or np.any(np.diff(f) <= 0):
        raise ValueError(f"frequency_hz needs 8 or more ascending positive values, got {f}")
    basis = _window_basis(f, cos_incidence, ranges)
    rows = _arrangements(f, cos_incidence, ranges, basis)
    bare = _echoes(np.zeros((1, 0)), np.zeros((1, 0)), np.zeros(1), skin(f), f, cos_incidence)
    bare_energy = float(np.sum(np.abs(bare @ basis.conj()) ** 2))
    unit = 10 ** (ranges.unmodelled_db / 10) * bare_energy / basis.shape[1]
    n_fronts = int(np.ceil(rows.front_m.max() / FRONT_STEP_M)) + 1
    is_slab = rows.hypothesis == list(Hypothesis).index(Hypothesis.DIELECTRIC_SLAB)
    near = np.rint(rows.front_m / FRONT_STEP_M).astype(np.int64) + n_fronts * is_slab
    order = np.argsort(near, kind="stable")
    matched: list[np.ndarray] = []
    energies: list[np.ndarray] = []
    precisions: list[np.ndarray] = []
    for cloth in ranges.cloth_thickness_m:
        for at in range(2 * n_fronts):
            front_m = at % n_fronts * FRONT_STEP_M
            cover = _cloth_covariance(
                cloth, front_m, f, cos_incidence, ranges, basis, on_slab=at >= n_fronts
            )
            precision = np.linalg.inv(np.eye(basis.shape[1]) + cover / unit)
            echo = rows.echo[near == at]
            whitened = echo @ precision.T
            energy = np.sqrt(np.sum((echo.conj() * whitened).real, axis=1))
            unit_energy = whitened / energy[:, None]
            matched.append(np.hstack([unit_energy.real, unit_energy.imag]).astype(np.float32))
            energies.append(energy)
            precisions.append(precision)
    n_kinds = len(ranges.cloth_thickness_m)
    which = np.concatenate([near[order] + kind * 2 * n_fronts for kind in range(n_kinds)])
    return LayerTable(
        frequency_hz=f,
        cos_incidence=cos_incidence,
        basis=basis,
        matched=np.ascontiguousarray(np.concatenate(matched).T),
        root_energy=np.concatenate(energies).astype(np.float32),
        covariance_of=which,
        precision=np.stack(precisions),
        log_det=-np.array([np.linalg.slogdet(p)[1] for p in precisions]),
        hypothesis=np.tile(rows.hypothesis[order], n_kinds),
        thickness_m=np.tile(rows.thickness_m[order], n_kinds).astype(np.float32),
        permittivity=np.tile(rows.permittivity[order], n_kinds).astype(np.float32),
        bare_energy=bare_energy,
        ranges=ranges,
    )


def _window_basis(f: np.ndarray, cos_incidence: float, ranges: LayerRanges) -> np.ndarray:
    """Return an orthonormal basis of the echoes from the window of depths.

    The window reaches from clothes before the thickest slab to the echo of a body behind it; the
    eigenvectors of its kernel are discrete prolate spheroidal sequences.
    """
    d, n = ranges.thickness_m[1], np.sqrt(ranges.permittivity[1])
    low = -(max(d + ranges.gap_behind_m, ranges.raise_m[1]) + ranges.gap_in_front_m + 0.015)
    high = d * (n - 1) + 0.03
    k = 2 * np.pi / LIGHT_M_PER_S * cos_incidence * f
    between = k[:, None] - k[None, :]
    kernel = np.exp(-1j * between * (low + high)) * np.sinc(between * (high - low) / np.pi)
    value, vector = np.linalg.eigh(kernel)
    return vector[:, value > 0.02 * value[-1]]


def _echoes(
    thickness_m: np.ndarray,
    permittivity: np.ndarray,
    nearer_m: np.ndarray,
    backing: np.ndarray | None,
    f: np.ndarray,
    cos_incidence: float,
) -> np.ndarray:
    """Return the echoes of stacks whose outer face stands ``nearer_m`` before the body."""
    r = stack_reflections(
        thickness_m,
        permittivity.astype(np.complex128),
        backing_permittivity=backing,
        frequency_hz=f,
        cos_incidence=cos_incidence,
    )
    return moved(r, nearer_m=nearer_m, frequency_hz=f, cos_incidence=cos_incidence)


def _arrangements(
    f: np.ndarray, cos_incidence: float, ranges: LayerRanges, basis: np.ndarray
) -> _Rows:
    """Return every arrangement without clothes, in the coefficients of the basis."""
    slabs = _slab_grid(ranges)
    raised = np.arange(ranges.raise_m[0], ranges.raise_m[1] + 1e-9, RAISE_STEP_M)
    none, skins = np.zeros((1, 0)), (skin(f), skin(f, is_wet=True))
    wall = np.repeat([0.0, 0.001, 0.002], len(raised))  # of a bottle
    of_wall = np.tile(raised, 3)
    kinds = list(Hypothesis)
    parts: list[tuple[Hypothesis, np.ndarray, np.ndarray]] = [
        (Hypothesis.BARE_BODY, _echoes(none, none, np.zeros(1), s, f, cos_incidence), np.zeros(1))
        for s in skins
    ]
    no_layer = np.zeros((len(raised), 0))
    metal = _echoes(no_layer, no_layer, raised, None, f, cos_incidence)
    walls = np.full((len(wall), 1), 2.6)
    wet = _echoes(wall[:, None], walls, of_wall, water(f), f, cos_incidence)
    thick = _echoes(no_layer, no_layer, raised, skins[0], f, cos_incidence)
    parts += [
        (Hypothesis.METAL_IN_FRONT, metal, raised),
        (Hypothesis.RAISED_SKIN, np.concatenate([wet, thick]), np.append(of_wall, raised)),
    ]
    echo = [part @ basis.conj() for _, part, _ in parts]
    layers = np.stack([slabs["thickness_m"], slabs["gap_m"]], axis=1)
    value = np.stack(
        [slabs["permittivity"] * (1 - 1j * slabs["loss"]), np.ones(len(layers))], axis=1
    )
    front = layers.sum(axis=1)
    for start in range(0, len(layers), CHUNK):
        here = slice(start, start + CHUNK)
        part = _echoes(layers[here], value[here], front[here], skins[0], f, cos_incidence)
        echo.append(part @ basis.conj())
    of_part = [np.full(len(at), kinds.index(kind)) for kind, _, at in parts]
    plain = sum(len(at) for at in of_part)
    slab_kind = np.full(len(layers), kinds.index(Hypothesis.DIELECTRIC_SLAB))
    return _Rows(
        echo=np.concatenate(echo),
        front_m=np.concatenate([*(at for _, _, at in parts), front]),
        hypothesis=np.concatenate([*of_part, slab_kind]),
        thickness_m=np.append(np.zeros(plain), slabs["thickness_m"]),
        permittivity=np.append(np.ones(plain), slabs["permittivity"]),
    )


def _slab_grid(ranges: LayerRanges) -> dict[str, np.ndarray]:
    """Return slabs, uniform in thickness and permittivity, with gaps behind and losses."""
    n_low, n_high = np.sqrt(ranges.permittivity)
    n_index = max(1, round((n_high - n_low) / INDEX_STEP))
    index = n_low + (np.arange(n_index) + 0.5) / n_index * (n_high - n_low)
    pairs: list[np.ndarray] = []
    for n in index:
        low, high = (n * d for d in ranges.thickness_m)
        path = np.arange(low + PATH_STEP_M / 2, high, PATH_STEP_M)
        pairs.append(np.stack([path / n, np.full(len(path), n**2)], axis=1))
    slab = np.concatenate(pairs)
    # Small gaps lie closer together: an object is worn on the body, and sags off it here and there.
    gap = ranges.gap_behind_m * np.linspace(0, 1, N_GAPS) ** 1.5
    loss = np.array(ranges.loss_tangents)
    at, of_gap, of_loss = np.meshgrid(
        np.arange(len(slab)), np.arange(len(gap)), np.arange(len(loss)), indexing="ij"
    )
    return {
        "thickness_m": slab[at.ravel(), 0],
        "permittivity": slab[at.ravel(), 1],
        "gap_m": gap[of_gap.ravel()],
        "loss": loss[of_loss.ravel()],
    }


def _cloth_covariance(
    cloth_m: tuple[float, float],
    front_m: float,
    f: np.ndarray,
    cos_incidence: float,
    ranges: LayerRanges,
    basis: np.ndarray,
    *,
    on_slab: bool,
) -> np.ndarray:
    """Return the second moment of what clothes add, where the outer face is at ``front_m``.

    Clothes hang before a nominal slab on skin, or before a reflector like skin. What a gain and
    the clothes' own delay explain is taken away, as both are free in the fit.
    """
    thick = np.linspace(*cloth_m, 4)
    value = np.linspace(*ranges.cloth_permittivity, 3)
    gap = (np.arange(16) + 0.5) / 16 * ranges.gap_in_front_m
    t, e, g = (a.ravel() for a in np.meshgrid(thick, value, gap, indexing="ij"))
    slab = np.full(len(t), front_m if on_slab else 0.0)
    layers = np.stack([t, g, slab], axis=1)
    values = np.stack(
        [e * (1 - 0.05j), np.ones(len(t)), np.full(len(t), NOMINAL_PERMITTIVITY)], axis=1
    )
    nearer = front_m + t + g + (np.sqrt(e) - 1) * t
    clothed = _echoes(layers, values, nearer, skin(f), f, cos_incidence)
    bare_m = np.full(1, front_m)
    plain = _echoes(layers[:1, 2:], values[:1, 2:], bare_m, skin(f), f, cos_incidence)[0]
    gain = clothed @ plain.conj() / np.vdot(plain, plain).real
    rest = (clothed / gain[:, None] - plain) @ basis.conj()
    return rest.T @ rest.conj() / len(rest)
