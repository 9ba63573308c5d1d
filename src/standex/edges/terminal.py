"""Shows a running station in the terminal: full screen, or line by line where that cannot be."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, final, runtime_checkable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from standex.edges.live_status import LiveStatus
from standex.edges.plan_view import HEALTH_STYLE, draw_plan, legend, letters
from standex.edges.status_words import (
    HEALTH_MARK,
    age_words,
    alert_words,
    event_words,
    modes,
    rate_words,
    stale_words,
)
from standex.model.event import Alert, Event
from standex.model.observation import HealthState

REFRESH_HZ = 8
LINE_PERIOD_S = 2.0
_SIDE_COLUMNS = 52
_LEAST_PLAN_COLUMNS = 40
_MOST_ALERTS = 6
_MOST_EVENTS = 4


@runtime_checkable
class View(Protocol):
    """Where a running station is shown."""

    def show(self, status: LiveStatus, /) -> None:
        """Show how it is now."""
        ...

    def __enter__(self) -> Any:
        """Begin."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the terminal back."""
        ...


@final
class ScreenView:
    """The whole terminal: a plan, the sensors, the alerts."""

    def __init__(self, console: Console, *, head: Sequence[str] = ()) -> None:
        """Show it on ``console``, below the lines of ``head``."""
        self._console = console
        self._head = [Text(line, "bold", overflow="fold") for line in head]
        self._live = Live(console=console, screen=True, auto_refresh=False, redirect_stdout=False)

    def __enter__(self) -> "ScreenView":
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, traceback)

    def show(self, status: LiveStatus, /) -> None:
        """Draw it anew."""
        size = self._console.size
        # A line that is wider than the terminal takes several rows of it.
        n_head = sum(-(-line.cell_len // size.width) for line in self._head)
        rest = screen(status, columns=size.width, rows=size.height - n_head)
        self._live.update(Group(*self._head, rest), refresh=True)


@final
class LineView:
    """Plain lines: what happened when it happened, and every few seconds how it goes."""

    def __init__(self, console: Console) -> None:
        """Print on ``console``."""
        self._console = console
        self._told: tuple[Event, ...] = ()
        self._line_utc_ns = 0

    def __enter__(self) -> "LineView":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return

    def show(self, status: LiveStatus, /) -> None:
        """Print what is new."""
        told = {
            id(event) for event in self._told
        }  # all of them are still held: no id is used again
        for event in reversed(status.events):
            words = "" if id(event) in told else event_words(event, status.site)
            if words:
                self._print(f"{_since(status, event.t_utc_ns)} {words}")
        self._told = status.events
        if (status.t_utc_ns - self._line_utc_ns) * 1e-9 >= LINE_PERIOD_S:
            self._line_utc_ns = status.t_utc_ns
            n_people = int(status.picture.tracks.is_confirmed.sum())
            mode = " ".join(modes(status))
            self._print(
                f"{_since(status, status.t_utc_ns)} {mode} {n_people} people, {rate_words(status)}"
            )
            if stale_words(status):
                self._print(f"{_since(status, status.t_utc_ns)} {stale_words(status)}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)


@final
class NoView:
    """Shows nothing; for machines."""

    def __enter__(self) -> "NoView":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return

    def show(self, status: LiveStatus, /) -> None:
        """Show nothing."""


def choose_view(console: Console, *, plain: bool, head: Sequence[str] = ()) -> View:
    """Return the screen where ``console`` is a terminal that can, else lines.

    Args:
        console: to show it on.
        plain: whether lines are wanted in any case.
        head: stays in sight above a screen, which hides what was printed before.
    """
    if plain or not console.is_terminal or console.is_dumb_terminal:
        return LineView(console)
    return ScreenView(console, head=head)


def screen(status: LiveStatus, *, columns: int, rows: int) -> RenderableType:
    """Return everything there is to see, for a terminal of so many characters."""
    beside = columns >= _LEAST_PLAN_COLUMNS + _SIDE_COLUMNS
    plan_columns = (columns - _SIDE_COLUMNS if beside else columns) - 4
    free_rows = max(rows - (12 if beside else 28), 6)
    level_rows = max(free_rows // len(status.site.levels), 4)
    plans = [
        Panel(
            draw_plan(status, level, columns=max(plan_columns, 10), rows=level_rows),
            title=f"{level.level_id} (to scale, north is up)",
            border_style="red" if status.is_stale else "dim",
        )
        for level in status.site.levels
    ]
    left, right = Group(*plans, legend(status.site)), Group(_sensors(status), _alerts(status))
    if not beside:
        return Group(_header(status), *_banner(status), left, right, _footer(status))
    body = Table.grid(expand=True)
    body.add_column(ratio=1)
    body.add_column(width=_SIDE_COLUMNS)
    body.add_row(left, right)
    return Group(_header(status), *_banner(status), body, _footer(status))


def _header(status: LiveStatus) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    for word in modes(status):
        text.append(f" {word} ", "bold black on yellow").append(" ")
    text.append(f"STANDEX {_since(status, status.t_utc_ns)} ", "bold")
    return text.append(f"{status.site.site_id}: {status.site.title}")


def _banner(status: LiveStatus) -> tuple[Text, ...]:
    words = stale_words(status)
    return (Text(f" {words} ", "bold white on red"),) if words else ()


def _sensors(status: LiveStatus) -> Panel:
    table = Table.grid(padding=(0, 1))
    for _ in range(4):
        table.add_column()
    names = letters(status.site)
    for sensor in status.sensors:
        health = sensor.health
        if health is None:
            word, style, message = "○ no word yet", "dim", ""
        elif sensor.is_stale and health.state is HealthState.OK:
            word, style, message = "✖ STALE", "bold red", ""  # its last word is no longer true
        else:
            style, message = HEALTH_STYLE[health.state], health.message
            word = f"{HEALTH_MARK[health.state]} {health.state.value.upper()}"
        age_style = "bold red" if sensor.is_stale else ""
        table.add_row(
            Text(f"{names[sensor.sensor_id]} {sensor.sensor_id}"),
            Text(word, style),
            Text(f"{sensor.rate_hz:.1f}/s"),
            Text(age_words(sensor), age_style),
        )
        if message:
            table.add_row("", Text(health.reason.value if health else "", style), "", "")
    notes = [
        Text(f"{HEALTH_MARK[word.state]} {name}: {word.message}", HEALTH_STYLE[word.state])
        for name, word in status.picture.health.items()
        if name not in names
    ]
    return Panel(Group(table, *notes), title="sensors", border_style="dim")


def _alerts(status: LiveStatus) -> Panel:
    lines: list[Text] = []
    for alert in status.alerts[:_MOST_ALERTS]:
        first, why = alert_words(alert, status)
        here = alert.track_id in status.picture.passages
        lines.append(Text(f"▲ {first}", "bold red" if here else "dim red"))
        lines.append(Text(f"  {why}", "" if here else "dim"))
    if len(status.alerts) > _MOST_ALERTS:
        lines.append(Text(f"and {len(status.alerts) - _MOST_ALERTS} before", "dim"))
    # "No alarm" is said together with how old that is: silence of dead sensors is not peace.
    if not lines:
        lines.append(Text(stale_words(status) or "no alarm so far"))
    return Panel(Group(*lines), title="alarms: a check is requested", border_style="red")


def _footer(status: LiveStatus) -> Group:
    rows = [Text(rate_words(status), "bold" if status.lag_s < 1 else "bold yellow")]
    n_shown = 0
    for event in status.events:
        words = "" if isinstance(event, Alert) else event_words(event, status.site)
        if words and n_shown < _MOST_EVENTS:
            n_shown += 1
            line = Text(f"{_since(status, event.t_utc_ns)} {words}", "dim", no_wrap=True)
            rows.append(line)
    return Group(*rows)


def _since(status: LiveStatus, t_utc_ns: int) -> str:
    seconds = max(0, (t_utc_ns - status.started_utc_ns) // 10**9)
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
