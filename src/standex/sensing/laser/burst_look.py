"""What one burst showed: in words for the alarm, as curves for whoever examines it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

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
from standex.sensing.laser.axis_grid import GridLibrary
from standex.sensing.laser.joint_fit import JointFit
from standex.sensing.laser.short_list import ShortList, shifted

NAMED_Z = 3.0  # from here on a substance is named to the reader
MOST_LINES = 6  # of a substance that are marked: more would hide the spectrum
FITS = 3  # of the weights to the light that is fitted
LEAST_LINE = 0.15  # of the strongest one that is worth a mark


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BurstLook:
    """What one burst showed.

    Attributes:
        signal: usable shots, dark taken off, spikes bridged; counts.
        extra_variance_counts2: of one shot, beside shot noise and read noise.
        fit: that they were scored with, what the scene has taught included.
        z: of each entry, all shots together.
        inflation: how much more is left over than noise explains; 1 where nothing.
        best: the leading entries again, under this burst's own noise.
        targets: entries looked for, on the channels.
    """

    signal: Float[np.ndarray, "shots channels"]
    extra_variance_counts2: Float[np.ndarray, " channels"]
    fit: JointFit
    z: Float[np.ndarray, " entries"]
    inflation: float
    best: ShortList
    targets: GridLibrary

    def in_words(self, n_shots: int) -> str:
        """Return it in plain words; names are those of the site's library."""
        shots = f"{n_shots} shot{'s' if n_shots > 1 else ''}"
        row = int(np.argmax(self.z))
        if self.z[row] < NAMED_Z:
            odd = "; the cloth is not in the library" if self.inflation > 1.5 else ""
            return f"no residue stands out in {shots} (largest {self.z[row]:.1f} sigma){odd}"
        at = int(np.flatnonzero(self.best.row == row)[0])
        counts, sigma = self.best.amplitude_counts[at], self.best.amplitude_sigma_counts[at]
        return (
            f"{self.targets.names[row]} ({self.targets.item_classes[row]}) at {self.z[row]:.1f} "
            f"sigma in {shots}: {counts:.3g} counts +- {sigma:.2g}"
        )

    def curves(self, t_utc_ns: int) -> Curves:
        """Return the mean of the shots, what explains it, and what is left over in sigma.

        The fit is weighted least squares of smooth light, cloth, what the scene has taught and, if
        one stands out, the leading entry where its axis fits best. What is left over is in units of
        the standard deviation of the mean: without anything unknown it is noise of 1.
        """
        mean = self.signal.mean(axis=0)
        noise = self.fit.model.noise
        columns = self.fit.basis / self.fit.weight[:, None]
        row = int(np.argmax(self.z))
        is_named = bool(self.z[row] >= NAMED_Z)
        entry = np.zeros_like(mean)
        if is_named:
            at = int(np.flatnonzero(self.best.row == row)[0])
            off = np.array([self.best.shift_per_cm[at]])
            entry = shifted(self.targets, row, off)[0]
            columns = np.column_stack([entry, columns])
        light = np.maximum(mean, 0)
        share = variance = np.ones(1)
        for _ in range(FITS):
            # From the fit, not from the counts: weights that follow the noise bias the fit.
            variance = noise.variance_counts2(light) + self.extra_variance_counts2
            variance = variance / len(self.signal)
            light, share = _weighted_fit(mean, columns, variance)
        amplitude = float(share[0]) if is_named else 0.0
        axis, counts = self.targets.axis_per_cm, Axis(quantity=Quantity.COUNTS)
        curves = [Curve(role=CurveRole.MEASURED, y=counts, values=mean)]
        curves += [Curve(role=CurveRole.FIT, y=counts, values=light)]
        if is_named:
            without = light - amplitude * entry
            curves += [Curve(role=CurveRole.WITHOUT, y=counts, values=without)]
        curves += [
            Curve(
                role=CurveRole.RESIDUAL,
                y=Axis(quantity=Quantity.SIGMA),
                values=(mean - light) / np.sqrt(variance),
            )
        ]
        return Curves(
            kind=CurvesKind.RAMAN,
            t_utc_ns=t_utc_ns,
            substance=self.targets.names[row] if is_named else "",
            figures={
                "z": float(self.z[row]),
                "amplitude_counts": amplitude,
                "inflation": self.inflation,
                "n_shots": float(len(self.signal)),
            },
            x_axis=Axis(quantity=Quantity.RAMAN_SHIFT, unit="1/cm"),
            x=axis,
            curves=tuple(curves),
            marks=tuple(Mark(kind=MarkKind.LINE, at=float(axis[k])) for k in _lines(entry)),
        )


def _weighted_fit(
    y: Float[np.ndarray, " channels"],
    columns: Float[np.ndarray, "channels k"],
    variance: Float[np.ndarray, " channels"],
) -> tuple[Float[np.ndarray, " channels"], Float[np.ndarray, " k"]]:
    """Return the fitted light and each column's share in it."""
    weight = 1 / np.sqrt(variance)
    share = np.linalg.lstsq(columns * weight[:, None], y * weight, rcond=None)[0]
    return columns @ share, share


def _lines(entry: Float[np.ndarray, " channels"]) -> list[int]:
    """Return the channels of an entry's strongest lines, strongest first; none where it is 0."""
    if not entry.any():
        return []
    inside = entry[1:-1]
    is_peak = (inside > entry[:-2]) & (inside >= entry[2:])
    is_peak &= inside >= LEAST_LINE * entry.max()
    at = 1 + np.flatnonzero(is_peak)
    return at[np.argsort(-entry[at], kind="stable")][:MOST_LINES].tolist()
