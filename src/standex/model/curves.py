"""What one look measured, as curves with what explains them: for whoever examines an alarm.

A spectrum with its fit and what is left over, or what an inlet drew over time. Curves are of cloth,
residues and air; nothing of the shape of a person is ever in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from jaxtyping import Float

from standex.model.record import Record


class CurveRole(StrEnum):
    """How a curve was come by.

    Attributes:
        MEASURED: by the device, cleaned of what is the device's own.
        FIT: all that is taken to be in it, the named substance included.
        WITHOUT: the same without the named substance.
        RESIDUAL: measured less fit.
    """

    MEASURED = "measured"
    FIT = "fit"
    WITHOUT = "without"
    RESIDUAL = "residual"


class CurvesKind(StrEnum):
    """What was measured."""

    RAMAN = "raman"
    GAS_ARRAY = "gas_array"
    ION_MOBILITY = "ion_mobility"


class Quantity(StrEnum):
    """What runs along an axis; the unit is said beside it."""

    RAMAN_SHIFT = "raman_shift"
    DRIFT_TIME = "drift_time"
    TIME = "time"
    COUNTS = "counts"
    INTENSITY = "intensity"
    LOG_RESPONSE = "log_response"
    SIGMA = "sigma"


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A quantity and its unit; the unit is empty where there is none."""

    quantity: Quantity
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """One curve.

    Attributes:
        role: how it was come by.
        y: of its values.
        values: one for each value of x; NaN where there is none.
        channel: of the device, from 1 on; 0 for all of them together.
    """

    role: CurveRole
    y: Axis
    values: Float[np.ndarray, " n"]
    channel: int = 0


class MarkKind(StrEnum):
    """What a place on the axis is."""

    LINE = "line"
    REACTANT_ION = "reactant_ion"
    PLUME_BEGINS = "plume_begins"
    PLUME_ENDS = "plume_ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A place on the axis that a reader looks for."""

    kind: MarkKind
    at: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """What one look measured and what explains it.

    Attributes:
        kind: what was measured.
        t_utc_ns: zero of a time axis, or the middle of the look.
        substance: whose share is in the fit, as the site's library names it, or empty.
        figures: numbers behind it, by name with unit.
        x_axis: along it.
        x: where the values are.
        curves: on that axis.
        marks: places that a reader looks for.
    """

    kind: CurvesKind
    t_utc_ns: int
    substance: str
    figures: Mapping[str, float]
    x_axis: Axis
    x: Float[np.ndarray, " n"]
    curves: tuple[Curve, ...]
    marks: tuple[Mark, ...] = field(default_factory=tuple[Mark, ...])

    def __post_init__(self) -> None:
        """Refuse curves of another length than their axis.

        Raises:
            ValueError: one is, or the axis is not finite.
        """
        if not np.isfinite(self.x).all():
            raise ValueError(f"x holds {int(np.sum(~np.isfinite(self.x)))} bad values")
        for one in self.curves:
            if one.values.shape != self.x.shape:
                raise ValueError(
                    f"the curve {one.role.value} has {one.values.shape} values, x {self.x.shape}"
                )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """A record and what its technology remembered before it: all that a look came of.

    Attributes:
        state: before the record.
        record: that the look was told on.
    """

    state: Any
    record: Record
