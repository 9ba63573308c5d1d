"""A terminal that stands still holds up nobody who watches."""

import threading
import time

import pytest

from standex.edges import aside
from standex.edges.aside import AsideLines, AsideView
from standex.edges.live_status import LiveStatus, RunCounts
from standex.edges.settings import load_site
from standex.testing.examples import T_UTC_NS, example_passage, example_picture

SITE = load_site("metro")
PICTURE = example_picture(SITE, example_passage(SITE, track_id=1, position_site_m=(0.0, 1.0)))


def status(n: int) -> LiveStatus:
    counts = RunCounts(SITE, started_utc_ns=T_UTC_NS, is_simulated=True)
    return counts.status(PICTURE, unknown={}, now_utc_ns=T_UTC_NS + n)


class Stuck:
    """A view whose terminal takes nothing until it is let go."""

    def __init__(self, error: type[Exception] | None = None) -> None:
        self.may_go, self.is_in = threading.Event(), threading.Event()
        self.shown, self.error, self.is_left = [], error, False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.is_left = True

    def show(self, status, /):
        self.is_in.set()
        if self.error is not None:
            raise self.error
        self.may_go.wait(10)
        self.shown.append(status)


def test_the_newest_is_shown_when_the_terminal_can_again() -> None:
    view = Stuck()
    with AsideView(view) as shown:
        shown.show(status(0))
        assert view.is_in.wait(5)
        began = time.monotonic()
        for n in range(1, 1000):
            shown.show(status(n))
        assert time.monotonic() - began < 1.0
        view.may_go.set()
    assert [one.t_utc_ns - T_UTC_NS for one in view.shown] == [0, 999]
    assert view.is_left


def test_a_terminal_that_never_comes_back_does_not_keep_the_end(monkeypatch) -> None:
    monkeypatch.setattr(aside, "END_S", 0.05)
    view = Stuck()
    with AsideView(view) as shown:
        shown.show(status(0))
        assert view.is_in.wait(5)
    assert not view.is_left
    view.may_go.set()


def test_who_has_gone_is_shown_nothing_more() -> None:
    view = Stuck(BrokenPipeError)
    with AsideView(view) as shown:
        shown.show(status(0))
        assert view.is_in.wait(5)
        shown.show(status(1))
    assert view.shown == []
    assert view.is_left


def test_lines_wait_in_their_order_and_those_too_many_are_counted() -> None:
    may_go, is_in, written = threading.Event(), threading.Event(), []

    def write(line: str) -> None:
        is_in.set()
        may_go.wait(10)
        written.append(line)

    with AsideLines(write, n_waiting=3) as lines:
        lines.say("0")
        assert is_in.wait(5)
        for n in range(1, 6):
            lines.say(str(n))
        may_go.set()
    assert written == ["0", "1", "2", "3", "2 lines were left out here: nobody read them"]


@pytest.mark.parametrize("error", [BrokenPipeError, OSError])
def test_lines_that_nobody_can_read_end_nothing(error) -> None:
    def write(line: str) -> None:
        raise error

    with AsideLines(write) as lines:
        for n in range(10):
            lines.say(str(n))
