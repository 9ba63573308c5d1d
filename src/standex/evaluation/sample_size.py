"""How many passages a statement needs: planned before a trial, not wished for after it."""

import math
from typing import Literal

from scipy.special import betaincinv, ndtri

Method = Literal["clopper-pearson", "wilson"]
LARGEST = 10**12  # passages: whoever needs more needs another question


def interval_of_share(
    share: float, n: float, *, level: float = 0.95, method: Method = "clopper-pearson"
) -> tuple[float, float]:
    """Return the two-sided interval that n passages give when exactly that share is seen.

    ``share * n`` need not be whole: the interval is then between those of its neighbours.

    Raises:
        ValueError: ``share`` or ``level`` is outside its range, or there are no passages.

    References:
        Clopper, Pearson, Biometrika 26 (1934) 404.
        Wilson, J. American Statistical Association 22 (1927) 209.
    """
    _check(share, level)
    if not n > 0:
        raise ValueError(f"n must be > 0, got {n}")
    if method == "wilson":
        z = float(ndtri(0.5 + level / 2))
        middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
        return max(0.0, middle - half), min(1.0, middle + half)
    k, tail = share * n, (1 - level) / 2
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(k + 1, n - k, 1 - tail)) if k < n else 1.0
    return low, high


def passages_for_half_width(
    share: float, half_width: float, *, level: float = 0.95, method: Method = "clopper-pearson"
) -> int:
    """Return how many passages put both ends of the interval within ``half_width`` of the share.

    The further end counts: near 0 and 1 intervals are lopsided. The share that will be seen is not
    known before: take the one that is expected, or 0.5 for the most that can be needed.

    Args:
        share: expected to be seen, 0 to 1.
        half_width: wanted, inside (0, 1).
        level: of the interval.
        method: exact (never too narrow), or Wilson's (right on average).

    Raises:
        ValueError: an argument is outside its range, or more than 10^12 passages are needed.
    """
    _check(share, level)
    if not 0 < half_width < 1:
        raise ValueError(f"half_width must be inside (0, 1), got {half_width}")

    def is_enough(n: int) -> bool:
        low, high = interval_of_share(share, n, level=level, method=method)
        return max(high - share, share - low) <= half_width

    enough = 1
    while not is_enough(enough):
        enough *= 2
        if enough > LARGEST:
            raise ValueError(f"half_width {half_width:g} needs more than {LARGEST:g} passages")
    short = enough // 2
    while enough - short > 1:
        middle = (enough + short) // 2
        short, enough = (short, middle) if is_enough(middle) else (middle, enough)
    return enough


def passages_without_a_miss(at_least: float, *, level: float = 0.95) -> int:
    """Return how many passages, all of them detected, show a rate of ``at_least``.

    One-sided: with one passage fewer, a detector that is a little worse would get through more
    often than 1 - level.

    Raises:
        ValueError: an argument is outside (0, 1).
    """
    if not 0 < at_least < 1:
        raise ValueError(f"at_least must be inside (0, 1), got {at_least}")
    _check(at_least, level)
    # A hair of slack, so that a whole number stays what it is.
    return math.ceil(math.log(1 - level) / math.log(at_least) - 1e-9)


def _check(share: float, level: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"a share must be inside 0..1, got {share}")
    if not 0 < level < 1:
        raise ValueError(f"level must be inside (0, 1), got {level}")
