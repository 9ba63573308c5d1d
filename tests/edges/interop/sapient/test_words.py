"""Foreign text is one short line without control characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standex.edges.interop.sapient.words import LONGEST, plain


@pytest.mark.slow
@given(text=st.text())
def test_is_one_short_printable_line(text: str) -> None:
    assert len(plain(text)) <= LONGEST
    assert plain(text).isprintable()
    assert plain(plain(text)) == plain(text)


def test_escapes_are_taken_out() -> None:
    assert plain("all\nwell\x1b[2J ") == "all well [2J"
    assert plain("x" * 300).endswith("…")
