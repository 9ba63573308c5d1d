"""Numbers in a line of JCAMP-DX: plain, packed, squeezed, as differences, and repeated.

References:
    McDonald, Wilks, JCAMP-DX: A Standard Form for Exchange of Infrared Spectra in Computer
    Readable Form, Applied Spectroscopy 42 (1988) 151.
"""

import re

from standex.model.errors import DataFileError

_SQUEEZED = {letter: str(k) for k, letter in enumerate("@ABCDEFGHI")} | {
    letter: f"-{k}" for k, letter in enumerate("abcdefghi", start=1)
}
_DIFFERENCE = {letter: str(k) for k, letter in enumerate("%JKLMNOPQR")} | {
    letter: f"-{k}" for k, letter in enumerate("jklmnopqr", start=1)
}
_REPEAT = {letter: str(k) for k, letter in enumerate("STUVWXYZ", start=1)} | {"s": "9"}
_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?")
_TOKEN = re.compile(
    r"\s*(?:(?P<plain>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]\d{1,3}(?!\d))?)"
    r"|(?P<code>[@A-Ia-i%J-Rj-rS-Zs])(?P<rest>\d{0,15}(?:\.\d{0,15})?)|(?P<missing>\?)|[,;])"
)


def line_numbers(line: str, *, where: str, limit: int) -> tuple[list[float], bool]:
    """Return the numbers of a line, and whether the last one came from a difference.

    After a line that ends with a difference the next one repeats its last value, as a check.

    Args:
        line: of the table.
        where: file and line, for the messages.
        limit: how many numbers there may be at most.

    Raises:
        DataFileError: something in the line is no number, or there are more than ``limit``.
    """
    values: list[float] = []
    step: float | None = None  # of the last difference, which a repeat repeats
    offset = 0
    line = line.rstrip()
    while offset < len(line):
        match = _TOKEN.match(line, offset)
        if match is None:
            raise DataFileError(
                f"{where}: no number at {line[offset : offset + 12]!r}; the file is damaged"
            )
        offset = match.end()
        if match["code"] is None:
            if match["plain"] is not None or match["missing"] is not None:
                values.append(float(match["plain"] or "nan"))
                step = None
        else:
            step = _add_packed(values, match["code"], match["rest"], step, where, limit)
    if len(values) > limit:
        raise DataFileError(f"{where}: more than {limit} numbers in a line; damaged")
    return values, step is not None


def _add_packed(
    values: list[float], code: str, rest: str, step: float | None, where: str, limit: int
) -> float | None:
    """Add what a packed number stands for; return the difference, if it was one."""
    if code in _SQUEEZED:
        values.append(float(_SQUEEZED[code] + rest))
        return None
    if not values:
        raise DataFileError(f"{where}: begins with a difference or a repeat; damaged")
    if code in _DIFFERENCE:
        step = float(_DIFFERENCE[code] + rest)
        values.append(values[-1] + step)
        return step
    n_more = int(float(_REPEAT[code] + rest)) - 1
    if n_more + len(values) > limit:
        raise DataFileError(f"{where}: repeats a value {n_more} times; damaged")
    for _ in range(n_more):
        values.append(values[-1] + (step or 0.0))
    return step


def plain_numbers(line: str, *, where: str) -> list[float]:
    """Return the numbers of a line of pairs: separated by anything, none packed.

    Raises:
        DataFileError: there is more in the line than numbers and what separates them.
    """
    if re.sub(_PLAIN, "", line).strip(" \t,;()"):
        raise DataFileError(f"{where}: not pairs of numbers: {line[:40]!r}; the file is damaged")
    return [float(word) for word in _PLAIN.findall(line)]
