"""A record over time that never grows past a bound: the longer it runs, the coarser it gets."""

from array import array
from typing import final

import numpy as np
from jaxtyping import Float, Int


@final
class ThinnedSeries:
    """Rows over time, at most one per interval and at most ``max_rows`` of them.

    When it is full, every second row goes and the interval doubles, so that a long run is kept
    whole but coarser. It takes 8 (1 + ``n_columns``) bytes a row.
    """

    def __init__(self, n_columns: int, *, interval_s: float, max_rows: int) -> None:
        if n_columns < 1 or max_rows < 2 or not interval_s >= 0:
            raise ValueError(
                f"a series needs columns >= 1, max_rows >= 2, interval_s >= 0; "
                f"got {n_columns}, {max_rows}, {interval_s}"
            )
        self._n_columns = n_columns
        self._interval_ns = round(interval_s * 1e9)
        self._max_rows = max_rows
        self._t_utc_ns = array("q")
        self._values = array("d")

    def __len__(self) -> int:
        return len(self._t_utc_ns)

    def is_due(self, t_utc_ns: int) -> bool:
        """Return whether a row at this time would be kept."""
        return not self._t_utc_ns or t_utc_ns - self._t_utc_ns[-1] >= max(self._interval_ns, 1)

    def append(self, t_utc_ns: int, *values: float) -> None:
        """Take a row, if it is due.

        Raises:
            ValueError: not one value per column.
        """
        if len(values) != self._n_columns:
            raise ValueError(f"{self._n_columns} values wanted, got {len(values)}")
        if not self.is_due(t_utc_ns):
            return
        if len(self._t_utc_ns) >= self._max_rows:
            self._halve()
            if not self.is_due(t_utc_ns):
                return
        self._t_utc_ns.append(t_utc_ns)
        self._values.extend(values)

    def _halve(self) -> None:
        t_utc_ns, values = self.arrays()
        self._t_utc_ns = array("q", t_utc_ns[::2].tolist())
        self._values = array("d", values[::2].ravel().tolist())
        self._interval_ns = max(2 * self._interval_ns, 1)

    def arrays(self) -> tuple[Int[np.ndarray, " n"], Float[np.ndarray, "n columns"]]:
        """Return the times and the rows kept so far."""
        t_utc_ns = np.array(self._t_utc_ns, dtype=np.int64)
        values = np.array(self._values, dtype=np.float64)
        return t_utc_ns, values.reshape(len(t_utc_ns), self._n_columns)
