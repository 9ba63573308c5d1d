"""Stacks of layers as reflecting planes at their own heights above the skin.

Between transmitters and receivers a metre apart the angle of incidence differs from pair to pair,
while a facet has one table. An echo is right for all pairs when its facet lies where the echo
seems to come from: the front of a raised slab at the front, the skin behind it at its apparent
depth d / n. A stack is therefore one plane or the sum of two.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Complex, Float

from standex.twin.layers import LIGHT_M_PER_S, Layer, skin_permittivity
from standex.twin.physical_optics import angle_grid

Backing = Literal["skin", "metal", "water"] | Layer


WEAK = 10 ** (-40 / 20)  # of an amplitude of one


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """Layers on a half-space, with the height at which their facet stands.

    Attributes:
        layers: from the outside in.
        backing: what fills the half-space behind them; a layer fills it whatever its thickness.
        raised_m: of the backing's face above the skin.
        at_m: of the facet above the skin.
        without: a plane whose echo is left out here, because it has facets of its own.
    """

    layers: tuple[Layer, ...]
    backing: Backing = "skin"
    raised_m: float = 0.0
    at_m: float = 0.0
    without: "Plane | None" = None

    def reflection(
        self, frequency_hz: Float[np.ndarray, " f"], cos_incidence: Float[np.ndarray, " a"]
    ) -> Complex[np.ndarray, "f a"]:
        """Return the coefficient at the facet, perpendicular polarisation."""
        k = 2 * np.pi / LIGHT_M_PER_S * frequency_hz[:, None]
        gamma = reflection_on(
            self.layers, self.backing, frequency_hz=frequency_hz, cos_incidence=cos_incidence
        )
        gamma = gamma * np.exp(2j * k * cos_incidence * (self.raised_m - self.at_m))
        if self.without is None:
            return gamma
        other = self.without.reflection(frequency_hz, cos_incidence)
        return gamma - other * np.exp(2j * k * cos_incidence * (self.without.at_m - self.at_m))

    @property
    def delay_m(self) -> tuple[float, float]:
        """Return the first and last two-way path that counts, from the facet.

        From the outermost face to the last multiple that is stronger than ``WEAK``.
        """
        behind_m = 2 * (self.at_m - self.raised_m)
        late_m = 2 * sum(y.thickness_m * (np.sqrt(y.permittivity) - 1) for y in self.layers)
        early_m = -2 * sum(y.thickness_m for y in self.layers)
        if self.without is not None:
            early_m = 0.7 * late_m
        return behind_m + early_m, float(behind_m + late_m + self._ringing_m())

    def _ringing_m(self) -> float:
        """Return how long the slowest layer keeps its multiples, as a path."""
        inside = [float(np.sqrt(layer.permittivity)) for layer in self.layers]
        index = [1.0, *inside, _index(self.backing)]
        longest_m = 0.0
        for row, layer in enumerate(self.layers, start=1):
            here = index[row]
            # Thin layers are seen through: the strongest step on each side counts.
            up = max(abs(here - other) / (here + other) for other in index[:row])
            down = max(abs(here - other) / (here + other) for other in index[row + 1 :])
            lost = up * down
            times = int(np.ceil(np.log(WEAK) / np.log(max(lost, WEAK)))) if lost else 0
            longest_m = max(longest_m, 2 * times * layer.thickness_m * here)
        return longest_m


def reflection_on(
    layers: tuple[Layer, ...],
    backing: Backing,
    *,
    frequency_hz: Float[np.ndarray, " f"],
    cos_incidence: Float[np.ndarray, " a"],
) -> Complex[np.ndarray, "f a"]:
    """Return the reflection of layers (outermost first) on a half-space, at the half-space's face.

    Perpendicular polarisation, infinite plane layers. The same convention as
    ``layers.stack_reflection``: air layers alone change nothing.

    References:
        Born, Wolf, Principles of Optics, section 1.6 (recursion over the layers).
    """
    k0 = 2 * np.pi / LIGHT_M_PER_S * frequency_hz[:, None]
    sin2 = (1 - cos_incidence**2)[None, :]
    outside = k0 * cos_incidence
    kz = [outside] + [k0 * np.sqrt(_permittivity(layer) - sin2) for layer in layers]
    if backing == "metal":
        gamma = np.full(outside.shape, -1.0 + 0j)
    else:
        inside = k0 * np.sqrt(_backing_permittivity(backing, frequency_hz)[:, None] - sin2)
        gamma = (kz[-1] - inside) / (kz[-1] + inside)
    for row in range(len(layers), 0, -1):
        step = (kz[row - 1] - kz[row]) / (kz[row - 1] + kz[row])
        delayed = gamma * np.exp(-2j * kz[row] * layers[row - 1].thickness_m)
        gamma = (step + delayed) / (1 + step * delayed)
    total_m = sum(layer.thickness_m for layer in layers)
    return gamma * np.exp(2j * outside * total_m)


def water_permittivity(frequency_hz: Float[np.ndarray, " f"]) -> Complex[np.ndarray, " f"]:
    """Return the relative permittivity of water at 25 C, one Debye term.

    References:
        Kaatze, J. Chem. Eng. Data 34 (1989) 371.
    """
    return 5.2 + (78.36 - 5.2) / (1 + 2j * np.pi * frequency_hz * 8.27e-12)


def _permittivity(layer: Layer) -> complex:
    return layer.permittivity * (1 - 1j * layer.loss_tangent)


def _backing_permittivity(backing: Backing, frequency_hz: np.ndarray) -> np.ndarray:
    if backing == "skin":
        return skin_permittivity(frequency_hz)
    if backing == "water":
        return water_permittivity(frequency_hz)
    if backing == "metal":
        raise ValueError("a perfect conductor has no permittivity")
    return np.full(len(frequency_hz), _permittivity(backing))


def _index(backing: Backing) -> float:
    """Return about how a half-space refracts; what matters is how much it reflects."""
    if isinstance(backing, Layer):
        return float(np.sqrt(backing.permittivity))
    return {"skin": 6.0, "water": 8.0, "metal": 1e6}[backing]


@dataclass(frozen=True, kw_only=True, eq=False)
class Planes:
    """The planes of one person, as reflection tables; satisfies ``panel_leaf.Reflection``.

    Attributes:
        planes: in the order of the facets' ``stack``.
    """

    planes: tuple[Plane, ...]
    _tables: dict[bytes, np.ndarray] = field(default_factory=dict[bytes, np.ndarray], repr=False)

    def delays_m(self) -> Float[np.ndarray, "stacks 2"]:
        """Return the first and last two-way path of each plane."""
        return self._delays_m

    @cached_property
    def _delays_m(self) -> np.ndarray:
        return np.array([plane.delay_m for plane in self.planes]).reshape(-1, 2)

    def table(self, frequency_hz: Float[np.ndarray, " f"]) -> Complex[np.ndarray, "stacks f a"]:
        """Return the coefficients on ``physical_optics.angle_grid``; complex64, made once."""
        key = frequency_hz.tobytes()
        if key not in self._tables:
            made = [plane.reflection(frequency_hz, angle_grid()) for plane in self.planes]
            self._tables[key] = np.stack(made).astype(np.complex64)
        return self._tables[key]
