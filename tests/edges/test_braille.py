from standex.edges.braille import Braille


def test_dots_fill_a_character_from_the_upper_left() -> None:
    canvas = Braille(columns=2, rows=1)
    canvas.line((0, 0), (0, 0), style="red")
    assert canvas.cell(0, 0) == ("\u2801", "red")
    canvas.line((0, 0), (0, 3), style="blue")
    canvas.line((1, 0), (1, 3), style="blue")
    assert canvas.cell(0, 0) == ("\u28ff", "blue")
    assert canvas.cell(0, 1) == (" ", "")


def test_what_lies_outside_is_not_drawn() -> None:
    canvas = Braille(columns=2, rows=2)
    canvas.line((-50, -50), (-1, -1), style="x")
    canvas.line((4, 8), (90, 90), style="x")
    assert all(canvas.cell(r, c) == (" ", "") for r in (0, 1) for c in (0, 1))
