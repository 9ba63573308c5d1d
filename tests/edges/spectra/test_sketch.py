import numpy as np

from standex.edges.spectra.sketch import sketch

EMPTY = {" ", "\u2800"}


def test_a_narrow_line_is_not_lost() -> None:
    values = np.zeros(10_000)
    values[5000] = 1
    top, *_, bottom = sketch(values, columns=40, rows=3)
    assert len(top) == 40
    assert [column for column in range(40) if top[column] not in EMPTY] == [20]
    assert not set(bottom) & EMPTY


def test_flat_and_short_spectra_are_drawn() -> None:
    assert len(sketch(np.ones(4), columns=40, rows=2)) == 2
