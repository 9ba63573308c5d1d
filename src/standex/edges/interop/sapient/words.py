"""Text from another node, as far as it may be shown to people."""

LONGEST = 200


def plain(text: str) -> str:
    """Return a text of one line, without control characters, cut off when long."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text[:4000]).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
