"""A small drawing of a spectrum in characters, for a look in the terminal."""

import numpy as np
from jaxtyping import Float

from standex.edges.braille import Braille


def sketch(values: Float[np.ndarray, " channels"], *, columns: int, rows: int) -> list[str]:
    """Return lines of braille characters: the curve from its smallest to its largest value.

    Each column of dots goes from the smallest to the largest value of its channels, so a narrow
    line is not lost.

    Args:
        values: finite.
        columns: characters across.
        rows: characters down.
    """
    n = min(2 * columns, len(values))
    parts = np.array_split(values, n)
    low, high = float(values.min()), float(values.max())
    span = high - low or 1.0
    canvas = Braille(columns=columns, rows=rows)
    floor = 4 * rows - 1
    for x, part in enumerate(parts):
        at = 2 * columns * x // n
        top = floor * (1 - (float(part.max()) - low) / span)
        bottom = floor * (1 - (float(part.min()) - low) / span)
        canvas.line((at, top), (at, bottom), style="")
    return [
        "".join(canvas.cell(row, column)[0] for column in range(columns)) for row in range(rows)
    ]
