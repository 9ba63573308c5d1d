"""A table of channels as a term per transmitter and a term per receiver, robustly."""

import numpy as np
from jaxtyping import Bool, Complex, Float, Int

TUKEY = 4.685  # 95 % efficiency on Gaussian residuals
N_POLISHED, N_WEIGHTED, N_INNER, N_POWER = 4, 5, 4, 30


def two_way_fit(
    value: Float[np.ndarray, "t r"], trust: Bool[np.ndarray, "t r"], *, least: float
) -> tuple[Float[np.ndarray, " t"], Float[np.ndarray, " r"], Float[np.ndarray, "t r"]]:
    """Return a and b with value = a + b as well as most channels allow, and Tukey's weights.

    Medians start, which fewer than half of the channels of an antenna cannot spoil; least squares
    with weights from the residuals follow. One constant is free in every group of rows and
    columns that trusted channels join; it is left as it falls.

    Args:
        value: finite where trusted.
        trust: channels that take part.
        least: smallest standard deviation to believe in, in the unit of ``value``.

    Returns:
        Terms of rows and columns (0 where nothing is trusted), and weights in 0 to 1; 0 says that
        a channel does not agree.

    References:
        Tukey, Exploratory Data Analysis, 1977, chapter 11 (median polish).
        Huber, Ronchetti, Robust Statistics, 2nd ed. 2009, chapter 7 (iterated weights).
    """
    a, b = np.zeros(value.shape[0]), np.zeros(value.shape[1])
    weight = trust.astype(np.float64)
    if not trust.any():
        return a, b, weight
    value = np.where(trust, value, 0.0)
    for _ in range(N_POLISHED):
        a = _median(value - b, trust)
        b = _median((value - a[:, None]).T, trust.T)
    for _ in range(N_WEIGHTED):
        off = np.abs(value - a[:, None] - b)
        scale = max(1.4826 * float(np.median(off[trust])), least)
        weight = np.where(trust, np.maximum(1 - (off / (TUKEY * scale)) ** 2, 0.0) ** 2, 0.0)
        of_a, of_b = (np.maximum(weight.sum(axis=axis), 1e-12) for axis in (1, 0))
        for _ in range(N_INNER):
            a = (weight * (value - b)).sum(axis=1) / of_a
            b = (weight * (value - a[:, None])).sum(axis=0) / of_b
    return a, b, weight


def _median(value: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Return the median of the trusted values of each row, 0 where there are none."""
    ranked = np.sort(np.where(trust, value, np.inf), axis=1)
    n = trust.sum(axis=1)
    rows = np.arange(len(n))
    low, high = np.maximum((n - 1) // 2, 0), np.minimum(n // 2, value.shape[1] - 1)
    return np.where(n > 0, (ranked[rows, low] + ranked[rows, high]) / 2, 0.0)


def common_phases(
    phasor: Complex[np.ndarray, "t r"],
) -> tuple[Float[np.ndarray, " t"], Float[np.ndarray, " r"]]:
    """Return phases (rad) of rows and columns whose sums come nearest to those of a table.

    The leading pair of singular vectors, which needs no unwrapping: with unit phasors, a channel
    that disagrees counts no more than any other. Groups that no channel joins come out right each
    by itself.

    Args:
        phasor: of magnitude 1, or 0 where there is nothing.

    References:
        Boumal, SIAM J. Optim. 26 (2016) 2355 (phase synchronisation, power iteration).
    """
    rx = phasor.sum(axis=0)
    tx = phasor @ np.conj(rx)
    for _ in range(N_POWER):
        tx = phasor @ np.conj(rx)
        rx = phasor.T @ np.conj(tx / max(float(np.abs(tx).max()), 1e-30))
    return np.angle(tx), np.angle(rx)


def joined(
    used: Bool[np.ndarray, "t r"],
) -> tuple[Int[np.ndarray, " t"], Int[np.ndarray, " r"]]:
    """Return the group of each row and column: those that channels join, -1 where none does."""
    tx, rx = np.full(used.shape[0], -1), np.full(used.shape[1], -1)
    for first in range(used.shape[0]):
        of_rx = used[first]
        if tx[first] >= 0 or not of_rx.any():
            continue
        of_tx = used[:, of_rx].any(axis=1)
        while (of_rx != used[of_tx].any(axis=0)).any():
            of_rx = used[of_tx].any(axis=0)
            of_tx = used[:, of_rx].any(axis=1)
        tx[of_tx] = rx[of_rx] = int(tx.max()) + 1
    return tx, rx
