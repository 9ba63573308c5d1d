"""Text files of the Pedestrian Dynamics Data Archive: ``id frame x y [z]`` under a ``#`` head.

References:
    Pedestrian Dynamics Data Archive, Forschungszentrum Juelich, doi 10.34735/ped.da.
"""

import re
from pathlib import Path

from standex.edges.trajectories.assemble import assembled
from standex.edges.trajectories.stated import Unit, agreed_frame_rate_hz, agreed_unit
from standex.edges.trajectories.text_file import excerpt, parse_numbers, read_lines
from standex.model.errors import DataFileError
from standex.model.trajectories import Trajectories

LAYOUT = "id frame x y [z]"
_RATE = re.compile(r"\bframe[ _]?rate\s*[:=]\s*(.*)", re.IGNORECASE)
_NUMBER_OF_RATE = re.compile(r"([-+]?\d+(?:\.\d*)?)\s*(?:fps|hz|1/s)?", re.IGNORECASE)
# "x/cm y/cm", "unit: m" and "(in metres)" are the ways in which the archive's files say it.
_UNIT = re.compile(
    r"(?<![^\s#])[xyz]/(?P<column>\w+)(?!\S)"
    r"|^\W*unit\s*[:=]\s*(?P<line>\w+)"
    r"|\(in (?P<words>[a-z]+)\)",
    re.IGNORECASE,
)
_UNIT_OF_WORD: dict[str, Unit] = {
    "m": "m", "meter": "m", "meters": "m", "metre": "m", "metres": "m",
    "cm": "cm", "centimeter": "cm", "centimeters": "cm", "centimetre": "cm", "centimetres": "cm",
}  # fmt: skip


def read_archive_text(
    path: Path, *, unit: Unit | None = None, frame_rate_hz: float | None = None
) -> Trajectories:
    """Read an archive text file, plain or gzip, separated by tabs or spaces.

    z is taken for the height of the head.

    Args:
        path: the file.
        unit: of the positions, where the head does not say it.
        frame_rate_hz: where the head does not say it.

    Raises:
        DataFileError: the file cannot be read as such, or unit or frame rate stay unknown.
    """
    lines = read_lines(path)
    # The rows first: of a foreign file that happens to begin with "#", the unit is no news.
    table = parse_numbers(path, lines, separator=None, widths=(4, 5), layout=LAYOUT)
    values = table.values
    head = [(n, text) for n, text in enumerate(lines, 1) if text.lstrip().startswith("#")]
    _refuse_other_order(path, head)
    unit = agreed_unit(
        path,
        in_file=_unit(path, head),
        given=unit,
        looked_for="'x/m', 'x/cm', 'unit: m' or '(in metres)' in the lines that begin with #",
    )
    rate_hz = agreed_frame_rate_hz(
        path,
        in_file=_frame_rate_hz(path, head),
        given=frame_rate_hz,
        looked_for="'framerate: 25 fps' in the lines that begin with #",
    )
    return assembled(
        path,
        person=values[:, 0],
        frame=values[:, 1],
        position=values[:, 2:4],
        height=values[:, 4] if values.shape[1] == 5 else None,
        unit=unit,
        frame_rate_hz=rate_hz,
        line=table.line,
    )


def _unit(path: Path, head: list[tuple[int, str]]) -> Unit | None:
    found: Unit | None = None
    for number, text in head:
        for match in _UNIT.finditer(text):
            word = str(match["column"] or match["line"] or match["words"]).lower()
            unit = _UNIT_OF_WORD.get(word)
            # "(in German)" is a remark, "x/mm" is a unit that this reader must not pass over.
            if unit is None and match["words"]:
                continue
            if unit is None:
                raise DataFileError(
                    f"{path}, line {number}: unit {word!r} is not known; turn the file to m or cm"
                )
            if found is not None and unit != found:
                raise DataFileError(
                    f"{path}, line {number}: the head says both {found!r} and {unit!r}; correct it"
                )
            found = unit
    return found


def _frame_rate_hz(path: Path, head: list[tuple[int, str]]) -> float | None:
    found: float | None = None
    for number, text in head:
        match = _RATE.search(text)
        if match is None:
            continue
        value = _NUMBER_OF_RATE.fullmatch(match[1].strip())
        if value is None:
            raise DataFileError(
                f"{path}, line {number}: frame rate {excerpt(match[1].strip())} is not "
                "understood; write it like '# framerate: 25 fps'"
            )
        rate_hz = float(value[1])
        if found is not None and rate_hz != found:
            raise DataFileError(
                f"{path}, line {number}: the head says both {found:g} and {rate_hz:g} frames a "
                "second; correct it"
            )
        found = rate_hz
    return found


def _refuse_other_order(path: Path, head: list[tuple[int, str]]) -> None:
    """Refuse a head that names the columns in another order: the numbers alone would not tell."""
    for number, text in head:
        names = text.lstrip("# \t").lower().split()
        if len(names) in (4, 5) and names[0] in ("frame", "fr") and {"x/m", "x/cm", "x"} & {*names}:
            raise DataFileError(
                f"{path}, line {number}: the columns are {' '.join(names)}; {LAYOUT} was expected"
            )
