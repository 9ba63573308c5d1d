"""A canvas of braille dots: two across and four down in each character."""

from typing import final

import numpy as np

_BASE = 0x2800
_BIT = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


@final
class Braille:
    """Dots with a style each; the last one drawn in a character gives its style."""

    def __init__(self, *, columns: int, rows: int) -> None:
        """Make an empty canvas of so many characters."""
        self.columns, self.rows = columns, rows
        self._bits = np.zeros((rows, columns), dtype=np.int64)
        self._style = np.full((rows, columns), "", dtype=object)

    def line(
        self, start: tuple[float, float], end: tuple[float, float], *, style: str, every: int = 1
    ) -> None:
        """Draw a straight line.

        Args:
            start: dots from the left, dots from the top.
            end: same.
            style: of the characters it goes through.
            every: draw only every so manyth dot.
        """
        n = int(max(abs(end[0] - start[0]), abs(end[1] - start[1]))) + 1
        for share in np.linspace(0.0, 1.0, n)[::every]:
            x = round(start[0] + share * (end[0] - start[0]))
            y = round(start[1] + share * (end[1] - start[1]))
            if 0 <= x < 2 * self.columns and 0 <= y < 4 * self.rows:
                self._bits[y // 4, x // 2] |= _BIT[y % 4, x % 2]
                self._style[y // 4, x // 2] = style

    def cell(self, row: int, column: int) -> tuple[str, str]:
        """Return character and style at a place."""
        bits = int(self._bits[row, column])
        return (chr(_BASE + bits) if bits else " "), str(self._style[row, column])
