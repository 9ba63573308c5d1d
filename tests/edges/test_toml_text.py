import contextlib
import time

import pytest

from standex.edges.toml_text import MOST_CHARACTERS, MOST_PARTS, toml_table


def test_what_people_write_is_read() -> None:
    assert toml_table("a.b = [1.0, 2.5]\n[c]\nd = 'x.y.z'\n") == {
        "a": {"b": [1.0, 2.5]},
        "c": {"d": "x.y.z"},
    }
    numbers = ", ".join(["1.25"] * 5000)
    assert len(toml_table(f"a = [{numbers}]")["a"]) == 5000
    assert toml_table("# " + "." * 200) == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "Invalid value"),
        ("a = " + "[" * 100_000, "nested"),
        ("a = " + "{a=" * 100_000, "nested"),
        ("a = " + "9" * 5_000, "digits"),
        ("#" * (MOST_CHARACTERS + 1), "allowed"),
        ("b = 1\n" + "a." * MOST_PARTS + "a = 1", "line 2"),
        ("[" + "'a' . " * MOST_PARTS + "a]", "parts"),
    ],
)
def test_what_nobody_writes_is_refused_in_words(text, words) -> None:
    with pytest.raises(ValueError, match=words):
        toml_table(text)


@pytest.mark.parametrize("piece", ["a.", "a", "a .", "'a'.", '"', "1.5,", "[[a.b]]\n", ". "])
def test_nothing_takes_long(piece) -> None:
    began = time.thread_time()
    with contextlib.suppress(ValueError):
        toml_table("x = " + piece * (900_000 // len(piece)))
    assert time.thread_time() - began < 10.0, "the time grows with more than the length"
