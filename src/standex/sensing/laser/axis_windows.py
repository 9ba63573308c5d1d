"""Where the axis of a scanning spectrometer was put together from windows."""

import numpy as np
from jaxtyping import Float
from scipy.ndimage import maximum_filter1d

SIDE = 20  # channels on each side that are compared
GAP = 2  # channels between the sides: at a join the step is anything
LEAST_JUMP = 0.002  # of the step; inside a window it changes by 1 to 5 % over all of it
LEAST_CHANNELS = 40  # of a window


def joins_of(own_nm: Float[np.ndarray, " channels"]) -> Float[np.ndarray, " joins"]:
    """Return the places where two windows join: where the step of the axis jumps.

    A grating turned to several angles gives an axis whose step shrinks along each window and
    jumps up at the next one; each window has an error of its own. Lines through ``SIDE`` channels
    to each side have the same slope elsewhere; a jump must stand out of the axis's own rounding.

    Args:
        own_nm: strictly ascending.
    """
    n = len(own_nm)
    if n < 2 * LEAST_CHANNELS:
        return np.zeros(0)
    ramp = np.arange(SIDE) - (SIDE - 1) / 2
    slope = np.correlate(own_nm, ramp / float(ramp @ ramp), mode="valid")
    jump = np.abs(np.diff(np.log(np.stack([slope[: -SIDE - GAP], slope[SIDE + GAP :]])), axis=0)[0])
    # Joins are rare; what happens in a fifth of the channels is rounding.
    least = max(LEAST_JUMP, 4 * float(np.quantile(jump, 0.8)))
    peak = (jump > least) & (jump == maximum_filter1d(jump, LEAST_CHANNELS))
    at: list[int] = []
    for row in np.flatnonzero(peak):
        channel = int(row) + SIDE + GAP // 2
        inside = LEAST_CHANNELS <= channel <= n - LEAST_CHANNELS
        if inside and (not at or channel - at[-1] >= LEAST_CHANNELS):
            at.append(channel)
    return own_nm[at] if at else np.zeros(0)


def joins_with_lines(
    joins_nm: Float[np.ndarray, " joins"], line_nm: Float[np.ndarray, " n"], *, least: int = 3
) -> Float[np.ndarray, " kept"]:
    """Return the joins between windows that each have lines of their own; others are passed over.

    Args:
        joins_nm: ascending.
        line_nm: where the lines are on the same axis.
        least: lines that a window needs.
    """
    kept: list[float] = []
    begin = -np.inf
    for join in joins_nm:
        own = int(np.sum((line_nm >= begin) & (line_nm < join)))
        left = int(np.sum(line_nm >= join))
        if own >= least and left >= least:
            kept.append(float(join))
            begin = join
    return np.array(kept)
