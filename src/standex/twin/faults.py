"""Faults that the twin can be told to have: what goes dead, is covered, or lies, and when."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal["dead", "obscured", "nan"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of one sensor for a while.

    Attributes:
        kind: ``dead``: nothing comes; ``obscured``: covered by something absorbing; ``nan``: one
            sample of each record is not a number.
        from_s: after the start of the scene.
        to_s: until then.
    """

    kind: FaultKind
    from_s: float
    to_s: float


def fault_now(faults: tuple[Fault, ...], since_start_ns: int) -> FaultKind | None:
    """Return the fault at a time after the start, or None."""
    at_s = since_start_ns * 1e-9
    for fault in faults:
        if fault.from_s <= at_s < fault.to_s:
            return fault.kind
    return None
