import threading

import pytest

from standex.edges.interop.outbox import Outbox, OutboxFullError, UndeliverableError


class Other:
    """Another system that can be away, slow, or refuse."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.is_away = False
        self.is_open = threading.Event()
        self.is_open.set()
        self.n_asked = 0

    def send(self, message: str) -> None:
        self.is_open.wait(5)
        self.n_asked += 1
        if message == "never":
            raise UndeliverableError("not that one")
        if self.is_away:
            raise ConnectionError("away")
        self.got.append(message)


@pytest.fixture
def other():
    return Other()


@pytest.fixture
def make(other):
    made = []

    def build(**settings):
        box = Outbox(
            other.send,
            name="test",
            first_pause_s=0.01,
            longest_pause_s=0.02,
            idle_s=0.02,
            **settings,
        )
        made.append(box)
        return box

    yield build
    other.is_open.set()
    other.is_away = False
    for box in made:
        box.close(wait_s=1.0)


def test_what_is_put_in_goes_out_in_order(make, other, waits) -> None:
    box = make()
    for number in range(50):
        box.put(str(number), urgent=False)
    waits(lambda: box.counts().n_sent == 50)
    assert other.got == [str(number) for number in range(50)]
    assert box.close()


def test_nobody_waits_and_the_oldest_ordinary_one_makes_room(make, other, waits) -> None:
    other.is_open.clear()
    box = make(n_ordinary=3)
    for number in range(10):
        box.put(str(number), urgent=False)
    assert box.counts().n_waiting == 3
    assert box.counts().n_dropped == 7
    other.is_open.set()
    waits(lambda: box.counts().n_waiting == 0)
    assert other.got[-3:] == ["7", "8", "9"]
    assert len(other.got) == len(set(other.got)), "none goes twice"


def test_an_urgent_one_overtakes_and_waits_until_it_is_through(make, other, waits) -> None:
    other.is_away = True
    box = make(n_ordinary=2)
    box.put("alarm", urgent=True)
    for number in range(5):
        box.put(str(number), urgent=False)
    waits(lambda: box.counts().n_failures >= 5)
    assert box.counts().problem == "away"
    assert box.counts().n_waiting_urgent == 1
    other.is_away = False
    waits(lambda: box.counts().n_sent == 3)
    assert other.got == ["alarm", "3", "4"]
    assert not box.counts().problem


def test_what_never_goes_stands_in_nobodys_way(make, other, waits) -> None:
    box = make()
    box.put("never", urgent=True)
    box.put("alarm", urgent=True)
    waits(lambda: box.counts().n_sent == 1)
    assert box.counts().n_undeliverable == 1


def test_too_many_urgent_ones_are_told_not_lost_in_silence(make, other) -> None:
    other.is_away = True
    box = make(n_urgent=2)
    box.put("a", urgent=True)
    box.put("b", urgent=True)
    with pytest.raises(OutboxFullError, match="2 urgent messages wait"):
        box.put("c", urgent=True)


def test_closing_says_whether_everything_went(make, other) -> None:
    other.is_away = True
    box = make()
    box.put("a", urgent=True)
    assert not box.close(wait_s=1.0)


def test_idle_is_called_and_its_failures_are_counted(other, waits) -> None:
    calls = []

    def idle() -> None:
        calls.append(1)
        raise OSError("gone")

    box = Outbox(other.send, name="test", idle=idle, idle_s=0.005)
    waits(lambda: len(calls) > 2)
    assert box.counts().problem == "gone"
    assert box.close()
