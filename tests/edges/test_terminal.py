import io
from dataclasses import replace

import pytest
from rich.console import Console

from standex.edges.live_status import RunCounts
from standex.edges.settings import load_site
from standex.edges.terminal import LineView, NoView, ScreenView, choose_view, screen
from standex.model.event import HealthChanged
from standex.model.observation import Health, HealthReason, HealthState
from standex.testing.examples import (
    T_UTC_NS,
    example_events,
    example_passage,
    example_picture,
)

S = 10**9
SITE = load_site("metro")


def status(*, after_s=0.0, site=SITE, is_simulated=True, failed=""):
    counts = RunCounts(site, started_utc_ns=T_UTC_NS - S, is_simulated=is_simulated)
    for one in counts.of.values():
        one.done(T_UTC_NS, now_utc_ns=T_UTC_NS + S // 100)
    counts.updated(example_events(site), took_s=0.001)
    person = example_passage(site, track_id=1, position_site_m=(0.0, 1.0))
    picture = example_picture(site, person)
    if failed:
        word = Health(
            sensor_id=failed,
            t_utc_ns=T_UTC_NS,
            state=HealthState.FAILED,
            reason=HealthReason.DISCONNECTED,
            message="look at its line",
        )
        picture = replace(picture, health={**picture.health, failed: word})
        counts.updated((HealthChanged(t_utc_ns=T_UTC_NS, before=None, after=word),), took_s=0)
    return counts.status(picture, unknown={}, now_utc_ns=T_UTC_NS + round(after_s * S))


def shown(value, *, columns=140, rows=40) -> str:
    console = Console(record=True, width=columns, height=rows, file=io.StringIO())
    console.print(screen(value, columns=columns, rows=rows))
    return console.export_text()


@pytest.mark.parametrize(("columns", "rows"), [(140, 40), (80, 24), (40, 20)])
def test_what_must_be_in_sight_is(columns: int, rows: int) -> None:
    text = shown(status(), columns=columns, rows=rows)
    for word in ("SIMULATED", "EXERCISE", "frames/s", "shed", "coverage", "person 1", "mw-south"):
        assert word in text
    assert "STALE" not in text


def test_live_duty_shows_neither_word() -> None:
    text = shown(status(site=replace(SITE, exercise=False), is_simulated=False))
    assert "SIMULATED" not in text
    assert "EXERCISE" not in text


def test_old_data_say_so() -> None:
    text = shown(status(after_s=4.0))
    assert "STALE: last positions 4.0 s ago; the plan shows the past" in text
    assert "● OK" not in text


def test_states_are_words_and_shapes() -> None:
    text = shown(status(failed="mw-south"))
    assert "✖ FAILED" in text
    assert "disconnected" in text


def test_what_is_no_sensor_is_shown_too() -> None:
    assert "recording: look at its line" in shown(status(failed="recording"), columns=160)


def test_lines_say_each_event_once(capsys: pytest.CaptureFixture[str]) -> None:
    value = status(failed="mw-south")
    with LineView(Console(width=200)) as view:
        view.show(value)
        view.show(value)
    out = capsys.readouterr().out
    assert out.count("ALARM person 1") == 1
    assert out.count("mw-south: FAILED disconnected look at its line") == 1
    assert out.count("SIMULATED EXERCISE") == 1


def test_the_view_fits_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(choose_view(Console(force_terminal=False), plain=False), LineView)
    assert isinstance(choose_view(Console(force_terminal=True), plain=True), LineView)
    screen_view = choose_view(Console(force_terminal=True, _environ={"TERM": "xterm"}), plain=False)
    assert isinstance(screen_view, ScreenView)
    with screen_view:
        screen_view.show(status())
    with NoView() as view:
        view.show(status())
    assert "SIMULATED" in capsys.readouterr().out
