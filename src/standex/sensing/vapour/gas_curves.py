"""What the channels of a gas array drew over time, with the plume that explains it best."""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

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
from standex.sensing.vapour.gas_baseline import Baseline, Clean, followed, whitened
from standex.sensing.vapour.gas_evidence import fit_plume, pattern_z
from standex.sensing.vapour.gas_templates import GasTemplates, response_shapes

CHANGE = Axis(quantity=Quantity.LOG_RESPONSE)


def plume_curves(
    clean: Clean,
    *,
    baseline: Baseline,
    templates: GasTemplates,
    is_good: Bool[np.ndarray, " channels"],
    substance: int,
    timing_s: tuple[float, float],
    onset_utc_ns: int,
) -> Curves:
    """Return how far each channel left clean air, and what one plume of one substance explains.

    All channels together (channel 0) are the amplitude of the substance's pattern, each weighted
    by how much it knows of it. The fit is the plume on clean air that drifts as far as the filter
    lets it; without the plume only that drift is left. What is left over are the innovations, in
    standard deviations: white noise of 1 where the model is right.

    Args:
        clean: the samples; t_s on the clock of the baseline.
        baseline: clean air as it was learnt before them.
        templates: patterns of the site's substances.
        is_good: channels that count; the others are left blank.
        substance: row of the one that explains most.
        timing_s: when its plume began, on the clock of the baseline, and how long it stayed.
        onset_utc_ns: when it began; zero of the time axis.
    """
    onset_s, exposure_s = timing_s
    shape = response_shapes(
        clean.t_s,
        onset_s=np.array([onset_s]),
        exposure_s=np.array([exposure_s]),
        rise_s=templates.rise_s,
        decay_s=templates.decay_s,
    )
    white, white_shape = whitened(baseline, clean, shape)
    z, root = pattern_z(fit_plume(white, white_shape, is_good=is_good), templates)
    amplitude = max(float(z[0, substance] / max(root[0, substance], 1e-12)), 0.0)
    pattern = templates.pattern[substance]
    plume = amplitude * pattern[None] * shape[:, :, 0]
    before = clean_air(baseline, clean)
    beside = replace(clean, log_response=clean.log_response - plume)
    drift = followed(baseline, beside) - before
    drawn = {
        CurveRole.MEASURED: clean.log_response - before,
        CurveRole.FIT: plume + drift,
        CurveRole.WITHOUT: drift,
    }
    weight = np.where(is_good, pattern / baseline.noise_var, 0.0)
    knows = max(float(weight @ pattern), 1e-12)
    curves = [
        Curve(role=role, y=CHANGE, values=values @ weight / knows) for role, values in drawn.items()
    ]
    left = white - amplitude * pattern[None] * white_shape[:, :, 0]
    share = np.where(is_good, pattern / np.sqrt(baseline.noise_var), 0.0)
    share = share / max(float(np.linalg.norm(share)), 1e-12)
    sigma = Axis(quantity=Quantity.SIGMA)
    curves += [Curve(role=CurveRole.RESIDUAL, y=sigma, values=left @ share)]
    for row in np.flatnonzero(is_good).tolist():
        curves += [
            Curve(role=role, y=CHANGE, values=values[:, row], channel=row + 1)
            for role, values in drawn.items()
        ]
    return Curves(
        kind=CurvesKind.GAS_ARRAY,
        t_utc_ns=onset_utc_ns,
        substance=templates.names[substance],
        figures={
            "z": float(z[0, substance]),
            "amplitude_log": amplitude,
            "exposure_s": exposure_s,
            "n_channels": float(is_good.sum()),
        },
        x_axis=Axis(quantity=Quantity.TIME, unit="s"),
        x=clean.t_s - onset_s,
        curves=tuple(curves),
        marks=(
            Mark(kind=MarkKind.PLUME_BEGINS, at=0.0),
            Mark(kind=MarkKind.PLUME_ENDS, at=exposure_s),
        ),
    )


def clean_air(baseline: Baseline, clean: Clean) -> Float[np.ndarray, "n channels"]:
    """Return what clean air would have read: level, its slope, humidity and temperature."""
    level, slope = baseline.mean[:, 0], baseline.mean[:, 3]
    since_s = clean.t_s - baseline.t_s
    beside = clean.covariates[:, 1:3] @ baseline.mean[:, 1:3].T
    return level[None] + since_s[:, None] * slope[None] + beside
