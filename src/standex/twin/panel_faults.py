"""Faults that imaging panels can have, beyond those of every sensor."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Complex

from standex.twin.physical_optics import Antennas

PanelFaultKind = Literal["dead", "obscured", "nan", "moved", "lost", "saturated"]
MOVED_M = 0.005
N_LOST = 10
SATURATED_SHARE = 0.1  # of the channels
CLIP_SHARE = 0.3  # of the largest part of a channel


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFault:
    """A fault of imaging panels for a while.

    Attributes:
        kind: ``dead``, ``obscured``, ``nan`` as for every sensor; ``moved``: the first panel stands
            5 mm further back than was surveyed; ``lost``: ten antennas are silent; ``saturated``:
            some channels are clipped.
        from_s: after the start of the scene.
        to_s: until then.
    """

    kind: PanelFaultKind
    from_s: float
    to_s: float


@runtime_checkable
class AnyFault(Protocol):
    """What this module and ``faults`` agree on."""

    @property
    def kind(self) -> PanelFaultKind:
        """What is wrong."""
        ...

    @property
    def from_s(self) -> float:
        """After the start of the scene."""
        ...

    @property
    def to_s(self) -> float:
        """Until then."""
        ...


def panel_fault_now(faults: tuple[AnyFault, ...], since_start_ns: int) -> PanelFaultKind | None:
    """Return the fault at a time after the start, or None."""
    at_s = since_start_ns * 1e-9
    for fault in faults:
        if fault.from_s <= at_s < fault.to_s:
            return fault.kind
    return None


def moved(antennas: Antennas, n: int) -> Antennas:
    """Return the antennas with the first ``n`` of them (one panel) pushed back."""
    place = antennas.position_m.copy()
    place[:n] -= MOVED_M * antennas.boresight[:n]
    return Antennas(
        position_m=place,
        boresight=antennas.boresight,
        panel=antennas.panel,
        turn=antennas.turn,
        pattern_power=antennas.pattern_power,
    )


def lose(samples: Complex[np.ndarray, "t r f"], rng: np.random.Generator) -> None:
    """Silence ten antennas, in place."""
    n_tx, n_rx, _ = samples.shape
    lost = rng.choice(n_tx + n_rx, size=min(N_LOST, n_tx + n_rx), replace=False)
    samples[lost[lost < n_tx]] = 0
    samples[:, lost[lost >= n_tx] - n_tx] = 0


def clip(samples: Complex[np.ndarray, "t r f"], rng: np.random.Generator) -> None:
    """Clip the parts of some channels, in place."""
    hit = rng.random(samples.shape[:2]) < SATURATED_SHARE
    part = samples[hit]
    parts = np.stack([np.real(part), np.imag(part)])
    top = CLIP_SHARE * np.abs(parts).max(axis=(0, 2), initial=0)[None, :, None]
    parts = np.clip(parts, -top, top)
    samples[hit] = parts[0] + 1j * parts[1]
