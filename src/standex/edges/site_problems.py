"""What is wrong with a site file, one sentence each: which key, where, and what was meant."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from standex.edges.site_tables import TABLES, DependenceTable, ItemTable, SiteTable
from standex.edges.table import Table

_IDS = (
    "sensor_id", "line_id", "level_id", "expert_id", "scenario_id", "seed_id", "place_id", "time_id"
)  # fmt: skip


def problems_of_shape(
    errors: Sequence[ErrorDetails],
    table: dict[str, Any],
    text: str,
    *,
    tables: Mapping[tuple[str, ...], type[Table]] = TABLES,
) -> list[str]:
    """Return one sentence per key that is unknown, missing, or of the wrong type or range."""
    problems: list[str] = []
    mistyped: set[tuple[int | str, ...]] = set()
    # Unknown keys first: what they were meant to be is then not reported as missing as well.
    for error in sorted(errors, key=lambda error: error["type"] != "extra_forbidden"):
        loc = tuple(part for part in error["loc"] if part != "[key]")
        parent, key = loc[:-1], str(loc[-1])
        path = _path(loc, table)
        if error["type"] == "extra_forbidden":
            names = tuple(part for part in parent if isinstance(part, str))
            valid = tuple(tables[names].model_fields)
            meant = _nearest(key, valid)
            mistyped |= {(*parent, name) for name in meant}
            problems.append(f"{path}: unknown key{_line(key, text)}{_did_you_mean(meant, valid)}")
        elif error["type"] == "missing":
            if loc not in mistyped:
                problems.append(f"{path}: missing; add it")
        elif error["type"] == "enum":
            valid = tuple(re.findall(r"'([^']+)'", str(error.get("ctx", {}).get("expected"))))
            given = str(error["input"])
            hint = _did_you_mean(_nearest(given, valid), valid)
            problems.append(f"{path}: unknown value {given!r}{hint}")
        else:
            said = error["msg"].removeprefix("Value error, ")
            problems.append(f"{path}: {said}, got {error['input']!r}{_line(key, text)}")
    return problems


def problems_between(settings: SiteTable) -> Iterator[str]:
    """Yield what is wrong between tables that are each right by themselves."""
    levels = [level.level_id for level in settings.levels]
    yield from _doubled("level_id", levels)
    yield from _doubled("line_id", [line.line_id for line in settings.lines])
    yield from _doubled("sensor_id", [sensor.sensor_id for sensor in settings.sensors])
    yield from _doubled("wanted_zones", settings.operating_point.wanted_zones)
    placed = [(f"line {line.line_id!r}", line.level_id) for line in settings.lines]
    placed += [(f"sensor {sensor.sensor_id!r}", sensor.level_id) for sensor in settings.sensors]
    for what, level_id in placed:
        if level_id not in levels:
            hint = _did_you_mean(_nearest(level_id, levels), levels)
            yield f"{what}: unknown level {level_id!r}{hint}"
    for line in settings.lines:
        if line.from_site_m == line.to_site_m:
            yield f"line {line.line_id!r}: from_site_m and to_site_m are the same place"
    for level in settings.levels:
        if not all(
            low < high for low, high in zip(level.min_site_m, level.max_site_m, strict=True)
        ):
            yield (
                f"level {level.level_id!r}: min_site_m {list(level.min_site_m)} must lie below "
                f"and left of max_site_m {list(level.max_site_m)}"
            )
    yield from _problems_of_items(settings.items)
    yield from _problems_of_dependence(settings)


def _problems_of_items(items: ItemTable) -> Iterator[str]:
    classes = items.names[1:]
    if items.names[:1] != ("nothing",) or not classes:
        yield f"items.names: must start with 'nothing' and name more, got {list(items.names)}"
    yield from _doubled("items.names", items.names)
    for name in items.prior_per_person:
        if name not in classes:
            hint = _did_you_mean(_nearest(name, classes), classes)
            yield f"items.prior_per_person: unknown class {name!r}{hint}"
    missing = [name for name in classes if name not in items.prior_per_person]
    if missing:
        yield f"items.prior_per_person: no prior for {', '.join(missing)}"
    total = sum(items.zone_share.values())
    if abs(total - 1) > 1e-6:
        yield f"items.zone_share: the shares must sum to 1, they sum to {total:g}"


def _problems_of_dependence(settings: SiteTable) -> Iterator[str]:
    """Yield names that nothing has, rows that say nothing, and pairs that are told twice."""
    sensor_ids = {sensor.sensor_id for sensor in settings.sensors}
    known = sorted(sensor_ids | {sensor.technology for sensor in settings.sensors})
    told: dict[tuple[int, str, str], list[int]] = {}
    for row, one in enumerate(settings.dependence):
        unknown = [name for name in one.between if name not in known]
        for name in unknown:
            hint = _did_you_mean(_nearest(name, known), known)
            yield f"dependence[{row}].between: unknown sensor or technology {name!r}{hint}"
        pairs = _pairs(settings, one)
        if not pairs and not unknown:
            yield f"dependence[{row}].between: names no two sensors, got {list(one.between)}"
        n_named = sum(name in sensor_ids for name in one.between)
        for first, second in pairs:
            told.setdefault((n_named, first, second), []).append(row)
    for (_, first, second), rows in sorted(told.items()):
        if len(rows) > 1:
            yield (
                f"dependence: rows {', '.join(str(row) for row in rows)} all tell of {first} and "
                f"{second}; one row must"
            )


def _pairs(settings: SiteTable, one: DependenceTable) -> set[tuple[str, str]]:
    """Return the pairs of sensors that a row tells of, each in order of name."""
    first, second = (
        [s.sensor_id for s in settings.sensors if name in (s.sensor_id, s.technology)]
        for name in one.between
    )
    return {(min(a, b), max(a, b)) for a in first for b in second if a != b}


def _doubled(what: str, names: Iterable[str]) -> Iterator[str]:
    names = list(names)
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{what}: {str(name)!r} is there {names.count(name)} times; it must be unique"


def _path(loc: Sequence[int | str], table: dict[str, Any]) -> str:
    """Return where a key is, such as ``sensors[1] (cam-entry).rate_hz``."""
    path, value = "", table
    for part in loc:
        if isinstance(part, str):
            path += f".{part}" if path else part
        else:
            path += f"[{part}]"
        try:
            value: Any = value[part]
        except (KeyError, IndexError, TypeError):
            value = None
        if isinstance(part, int) and isinstance(value, dict):
            row: dict[str, Any] = value
            names = [row[key] for key in _IDS if key in row]
            path += f" ({names[0]})" if names else ""
    return path


def _line(key: str, text: str) -> str:
    """Return on which line of the file a key stands, where only one line has it."""
    lines = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if re.match(rf"\s*(\[+\s*)?([\w.]*\.)?[\"']?{re.escape(key)}[\"']?\s*(=|\])", line)
    ]
    return f" (line {lines[0]})" if len(lines) == 1 else ""


def _nearest(name: str, valid: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(name, valid, n=1)


def _did_you_mean(meant: Sequence[str], valid: Sequence[str]) -> str:
    if meant:
        return f"; did you mean {str(meant[0])!r}?"
    return f"; valid: {', '.join(valid)}"
