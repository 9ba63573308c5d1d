"""The plan of a level, to scale, in characters: walls, lines, sensors, people."""

import string
from dataclasses import dataclass

import numpy as np
from rich.text import Text

from standex.edges.braille import Braille
from standex.edges.live_status import LiveStatus
from standex.model.observation import HealthState
from standex.model.picture import Outcome
from standex.model.site import Level, LineRole, Site

# Shape and colour both say it: some people cannot tell red from green.
MARK = {
    Outcome.PENDING: ("o", "bold cyan"),
    Outcome.NOTHING_FOUND: ("•", "white"),
    Outcome.ALARM: ("▲", "bold red"),
    Outcome.NOT_SCREENED: ("?", "bold yellow"),
}
HEALTH_STYLE = {
    HealthState.OK: "bold green",
    HealthState.DEGRADED: "bold yellow",
    HealthState.FAILED: "bold red",
}
_LINE_STYLE = {
    LineRole.INIT: "green",
    LineRole.REID: "yellow",
    LineRole.SCREENED: "blue",
    LineRole.EXIT: "magenta",
}
_LINE_WORDS = {
    LineRole.INIT: "followed from here",
    LineRole.REID: "followed on from here",
    LineRole.SCREENED: "screened by here",
    LineRole.EXIT: "out of reach",
}
_HEADING_M = 0.7
_MARGIN_M = 0.3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanScale:
    """From the site frame to the dots of a canvas, equal in both directions.

    Attributes:
        min_site_m: lower left corner.
        dots_per_m: scale.
        columns: characters across.
        rows: characters down.
    """

    min_site_m: np.ndarray
    dots_per_m: float
    columns: int
    rows: int

    @classmethod
    def of(cls, site: Site, level: Level, *, columns: int, rows: int) -> "PlanScale":
        """Return the largest scale at which a level fits into so many characters."""
        places = [level.min_site_m, level.max_site_m, *level.wall_site_m.reshape(-1, 2)]
        for line in site.lines:
            if line.level_id == level.level_id:
                places += [line.from_site_m, line.to_site_m]
        low = np.min(places, axis=0) - _MARGIN_M
        size = np.maximum(np.max(places, axis=0) + _MARGIN_M - low, 0.5)
        scale = float(min(2 * columns / size[0], 4 * rows / size[1]))
        return cls(
            min_site_m=low,
            dots_per_m=scale,
            columns=max(1, int(np.ceil(size[0] * scale / 2))),
            rows=max(1, int(np.ceil(size[1] * scale / 4))),
        )

    def dot(self, position_site_m: np.ndarray) -> tuple[float, float]:
        """Return dots from the left and from the top; north is up."""
        x, y = (position_site_m - self.min_site_m) * self.dots_per_m
        return float(x), float(4 * self.rows - 1 - y)


def letters(site: Site) -> dict[str, str]:
    """Return the letter by which each sensor is found on the plan."""
    names = string.ascii_uppercase
    return {spec.sensor_id: names[n % len(names)] for n, spec in enumerate(site.sensors)}


def draw_plan(status: LiveStatus, level: Level, *, columns: int, rows: int) -> Text:
    """Return the plan of a level, in at most so many characters."""
    site = status.site
    scale = PlanScale.of(site, level, columns=columns, rows=rows)
    canvas = Braille(columns=scale.columns, rows=scale.rows)
    for wall in level.wall_site_m:
        canvas.line(scale.dot(wall[0]), scale.dot(wall[1]), style="white")
    for line in site.lines:
        if line.level_id == level.level_id:
            ends = scale.dot(line.from_site_m), scale.dot(line.to_site_m)
            canvas.line(*ends, style=_LINE_STYLE[line.role], every=2)
    over: dict[tuple[int, int], tuple[str, str]] = {}
    _put_sensors(over, status, level, scale)
    # Tracks know no level yet: they are shown on the first.
    if level is site.levels[0]:
        _put_people(over, canvas, status, scale)
    return _text(canvas, over)


def legend(site: Site) -> Text:
    """Return what the marks mean."""
    words = {
        Outcome.PENDING: "pending",
        Outcome.NOTHING_FOUND: "nothing found",
        Outcome.ALARM: "ALARM, with number",
        Outcome.NOT_SCREENED: "not screened",
    }
    text = Text()
    for outcome, (mark, style) in MARK.items():
        text.append(f"{mark} ", style).append(f"{words[outcome]}   ", "dim")
    for role in sorted({line.role for line in site.lines}):
        text.append("⡇ ", _LINE_STYLE[role]).append(f"{_LINE_WORDS[role]}   ", "dim")
    return text


def _put_sensors(
    over: dict[tuple[int, int], tuple[str, str]],
    status: LiveStatus,
    level: Level,
    scale: PlanScale,
) -> None:
    names = letters(status.site)
    for spec, sensor in zip(status.site.sensors, status.sensors, strict=True):
        if spec.level_id == level.level_id:
            style = HEALTH_STYLE[sensor.health.state] if sensor.health else "dim"
            style = "bold red" if sensor.is_stale else style
            at = scale.dot(spec.site_from_sensor.translation_m[:2])
            over[_cell(at)] = names[spec.sensor_id], f"{style} reverse"


def _put_people(
    over: dict[tuple[int, int], tuple[str, str]],
    canvas: Braille,
    status: LiveStatus,
    scale: PlanScale,
) -> None:
    tracks, passages = status.picture.tracks, status.picture.passages
    ahead_s = 0.0 if status.is_stale else 1.0
    shown = [
        (row, passages[int(tracks.track_id[row])])
        for row in np.flatnonzero(tracks.is_confirmed)
        if int(tracks.track_id[row]) in passages
    ]
    # Alarms last: nobody may stand in front of one.
    shown.sort(key=lambda entry: entry[1].verdict.outcome is Outcome.ALARM)
    for row, passage in shown:
        mark, style = MARK[passage.verdict.outcome]
        style = f"dim {style}" if status.is_stale else style
        place, velocity = tracks.mean[row, :2], tracks.mean[row, 2:]
        speed = float(np.hypot(*velocity))
        if speed * ahead_s > 0.2:
            tip = place + _HEADING_M * velocity / speed
            canvas.line(scale.dot(place), scale.dot(tip), style=style)
        line, column = _cell(scale.dot(place))
        text = mark
        if passage.verdict.outcome is Outcome.ALARM:
            text += str(passage.track_id)
        for n, character in enumerate(text):
            over[line, column + n] = character, style


def _cell(dot: tuple[float, float]) -> tuple[int, int]:
    return round(dot[1]) // 4, round(dot[0]) // 2


def _text(canvas: Braille, over: dict[tuple[int, int], tuple[str, str]]) -> Text:
    text = Text(no_wrap=True)
    for row in range(canvas.rows):
        for column in range(canvas.columns):
            character, style = over.get((row, column)) or canvas.cell(row, column)
            text.append(character, style)
        if row < canvas.rows - 1:
            text.append("\n")
    return text
