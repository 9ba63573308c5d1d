"""TOML that somebody else has written, with limits.

The reader of the standard library nests without end, and takes time that grows with the square of
the parts of a dotted key: a line of a hundred kilobytes would hold it up for minutes.
"""

import re
import tomllib
from typing import Any

MOST_CHARACTERS = 1_000_000
MOST_PARTS = 32
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\"']?+[\w-]++[\"']?+[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")


def toml_table(text: str) -> dict[str, Any]:
    """Return the table that a text describes.

    Raises:
        ValueError: it is not TOML, or more of it than anybody writes by hand; says where.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"{len(text)} characters, {MOST_CHARACTERS} are allowed")
    found = _LONG_KEY.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key of over {MOST_PARTS} parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists or tables nested without end") from None
