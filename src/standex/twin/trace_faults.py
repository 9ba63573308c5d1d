"""Faults of lasers and vapour sensors: what lies, and when."""

from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

TraceFaultKind = Literal[
    "dead",
    "obscured",
    "nan",
    "saturated",
    "miscalibrated",
    "unlit",
    "glare",
    "stuck",
    "stalled",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFault:
    """A fault of one trace sensor for a while.

    Attributes:
        kind: ``dead``, ``obscured``, ``nan`` as for every sensor; of a laser: ``saturated``: half
            of the channels are at their top; ``miscalibrated``: the axis that it states is wrong;
            ``unlit``: the laser does not fire; ``glare``: bright light in the gate; of a vapour
            sensor: ``stuck``: one channel does not move; ``stalled``: the pump stands still.
        from_s: after the start of the scene.
        to_s: until then.
    """

    kind: TraceFaultKind
    from_s: float
    to_s: float


@runtime_checkable
class AnyFault(Protocol):
    """What this module and ``faults`` agree on."""

    @property
    def kind(self) -> TraceFaultKind:
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


def trace_fault_now(faults: tuple[AnyFault, ...], since_start_ns: int) -> TraceFaultKind | None:
    """Return the fault at a time after the start, or None."""
    at_s = since_start_ns * 1e-9
    for fault in faults:
        if fault.from_s <= at_s < fault.to_s:
            return fault.kind
    return None
