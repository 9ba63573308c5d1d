import numpy as np
import pytest

from standex.edges.spectra import text_table
from standex.edges.spectra.text_table import cells, decoded, find_table
from standex.model.errors import DataFileError


def find(text: str):
    return find_table(text.split("\n"), where="f")


@pytest.mark.parametrize(
    ("row", "values"),
    [
        ("1\t2", [1, 2]), ("1,5\t2,5", [1.5, 2.5]), ("1.5;2.5", [1.5, 2.5]),
        ("1,5;2,5", [1.5, 2.5]),
        ("1,2", [1, 2]), ("1.5, -2e3", [1.5, -2000]), ("  1.5   2.5 ", [1.5, 2.5]),
        ("1,5 2,5", [1.5, 2.5]), ("1;2;3;", [1, 2, 3]), ("1,2,3", [1, 2, 3]),
    ],
)  # fmt: skip
def test_delimiter_and_decimal_mark_are_told_by_the_rows(row: str, values: list[float]) -> None:
    table = find("head\n" + "\n".join([row] * 20))
    np.testing.assert_array_equal(table.values, [values] * 20)
    assert table.line[0] == 2


def test_names_are_those_of_the_last_line_of_the_head() -> None:
    table = find("laser: 785\naxis\tcounts\n1\t2\n2\t3\n")
    assert table.names == ("axis", "counts")
    assert find("#Wave\t\t#Intensity\n1\t2\n2\t3").names == ("Wave", "Intensity")
    assert find("1\t2\n2\t3").names == ()
    assert find("a;b;\n1;2;\n2;3;").names == ("a", "b")


def test_empty_cells_are_nan_and_remarks_behind_are_passed_over() -> None:
    table = find("a,b,c\n1,2,3\n2,,4\n3,NA,5\n\n# end")
    np.testing.assert_array_equal(np.isnan(table.values[:, 1]), [False, True, True])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a b\n1 2\n2 3\n3", r"f, line 4: '3' is no row of numbers"),
        ("1 2\n2 3\n3 4\nx y\n5 6\n6 7", r"line 4: 'x y' stands between rows of 2 and 2"),
        ("1 2\n2 3\n3 4\n4 5 6\n5 6\n6 7", r"line 4"),
        ("1\n2\n3", "no table of numbers"),
        ("1_0 2_0\n1_0 2_0", "no table of numbers"),
        ("1;\n2;\n3;", "one column of numbers"),
        ("", "no table of numbers"),
    ],
)
def test_broken_tables_are_refused_with_their_line(text: str, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        find(text)


def test_tables_beyond_the_limit_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(text_table, "MAX_CHANNELS", 10)
    with pytest.raises(DataFileError, match="more than 10 rows"):
        find("1 2\n" * 20)


def test_texts_of_any_encoding(monkeypatch) -> None:
    for encoding in ("utf-8", "utf-8-sig", "latin-1", "utf-16"):
        assert decoded("1 µm\r\n2".encode(encoding), where="f") == "1 µm\n2"
    with pytest.raises(DataFileError, match="binary"):
        decoded(b"1 2\0", where="f")
    monkeypatch.setattr(text_table, "MAX_TEXT_BYTES", 3)
    with pytest.raises(DataFileError, match="more than 3 bytes"):
        decoded(b"1 2\n", where="f")


def test_cells_keep_their_gaps() -> None:
    assert cells(" 1; ;3;", ";") == ["1", "", "3", ""]
    assert cells(" 1  3 ", None) == ["1", "3"]
