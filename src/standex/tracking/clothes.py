"""What is known of people's clothes, and whether they are people: running means over scans."""

import numpy as np
from jaxtyping import Float, Int

SHARE_PER_SCAN = 0.2  # of a new look in what is known; clothes look different from every side


def learnt(
    known: Float[np.ndarray, "n k"],
    rows: Int[np.ndarray, " sure"],
    seen: Float[np.ndarray, "sure k"],
) -> Float[np.ndarray, "n k"]:
    """Return what is known of everybody with new looks at some taken in.

    Args:
        known: of each person; NaN where nothing is known.
        rows: of those who were seen beyond doubt.
        seen: of each of them; NaN says nothing.
    """
    if not len(rows) or not known.shape[1]:
        return known
    after = known.copy()
    before = known[rows]
    mixed = np.where(np.isnan(before), seen, before + SHARE_PER_SCAN * (seen - before))
    after[rows] = np.where(np.isnan(seen), before, mixed)
    return after


def as_wide_as(known: Float[np.ndarray, "n k"], n_columns: int) -> Float[np.ndarray, "n c"]:
    """Return ``known`` with ``n_columns``: all NaN where it was of another kind."""
    if known.shape[1] == n_columns:
        return known
    return np.full((len(known), n_columns), np.nan)
