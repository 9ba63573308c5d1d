"""The spectrum in which an ion-mobility spectrometer saw most of a plume, and what explains it."""

import numpy as np

from standex.model.curves import (
    Axis,
    Curve,
    CurveRole,
    Curves,
    CurvesKind,
    Mark,
    MarkKind,
    Quantity,
)
from standex.sensing.vapour.ion_mobility import PeakLibrary, clean_air_columns, peaks
from standex.sensing.vapour.mobility_air import CleanAir, SeenBlock

INTENSITY = Axis(quantity=Quantity.INTENSITY)


def block_curves(
    block: SeenBlock,
    *,
    clean: CleanAir,
    library: PeakLibrary,
    reactant_k0_cm2_per_vs: float,
    substance: int,
    n_knots: int,
) -> Curves:
    """Return a spectrum with clean air and one substance fitted to it, and what is left over.

    Args:
        block: in which most was seen.
        clean: air, as it was learnt before.
        library: of substances.
        reactant_k0_cm2_per_vs: reduced mobility of the reactant ion.
        substance: row of the one that the look named.
        n_knots: of the smooth background.
    """
    ion = block.ion
    relative = block.drift_time_ms / ion.drift_time_ms
    width = ion.width_ms / ion.drift_time_ms
    target, shift = peaks(
        relative,
        library,
        reactant_k0_cm2_per_vs=reactant_k0_cm2_per_vs,
        relative_width=width,
        axis_std=ion.drift_time_std_ms / ion.drift_time_ms,
    )
    of_clean = np.interp(relative, clean.relative_time, clean.mean)
    of_air = clean_air_columns(relative, of_clean, relative_width=width, n_knots=n_knots)
    columns = np.column_stack([target[:, substance], shift[:, substance], of_air])
    weight = 1 / np.sqrt(np.interp(relative, clean.relative_time, clean.variance))
    share = np.linalg.lstsq(columns * weight[:, None], block.mean * weight, rcond=None)[0]
    fit, without = columns @ share, columns[:, 2:] @ share[2:]
    at_ms = reactant_k0_cm2_per_vs / library.k0_cm2_per_vs[substance] * ion.drift_time_ms
    return Curves(
        kind=CurvesKind.ION_MOBILITY,
        t_utc_ns=block.t_utc_ns,
        substance=library.names[substance],
        figures={"z": float(block.z[substance]), "height": float(share[0])},
        x_axis=Axis(quantity=Quantity.DRIFT_TIME, unit="ms"),
        x=block.drift_time_ms,
        curves=(
            Curve(role=CurveRole.MEASURED, y=INTENSITY, values=block.mean),
            Curve(role=CurveRole.FIT, y=INTENSITY, values=fit),
            Curve(role=CurveRole.WITHOUT, y=INTENSITY, values=without),
            Curve(
                role=CurveRole.RESIDUAL,
                y=Axis(quantity=Quantity.SIGMA),
                values=(block.mean - fit) * weight,
            ),
        ),
        marks=(
            Mark(kind=MarkKind.REACTANT_ION, at=ion.drift_time_ms),
            Mark(kind=MarkKind.LINE, at=float(at_ms)),
        ),
    )
