"""An exercise in a thread: it follows its shadow, and whatever becomes of that ends it alone."""

import threading

import pytest

from standex.edges.clock import SteadyClock
from standex.edges.exercises.exercise_file import read_exercise
from standex.edges.exercises.injection import Injection
from standex.edges.exercises.score import End
from standex.edges.exercises.shadow import ShadowPlan, play_shadow

WAIT_S = 300.0


@pytest.fixture
def inject(folder, recorded):
    """Return what makes an injection, with what it was told and how it ended."""

    def make(*, play=play_shadow, recording=None, is_done=lambda: True, after_s=0.0):
        offered, ends, over = [], [], threading.Event()
        path = recording or folder / "one-of-two" / "recording.mcap"
        injection = Injection(
            read_exercise(folder / "one-of-two"),
            ShadowPlan(
                site=recorded.SITE,
                calibrations=recorded.CALIBRATIONS,
                operating_point=None,
                recording=path,
                first_track_id=500,
                n_alerts=100,
            ),
            clock=SteadyClock(),
            offer=lambda picture, events: offered.append((picture, events)),
            is_done=is_done,
            after_s=after_s,
            on_step=lambda: None,
            on_end=lambda *how: (ends.append(how), over.set()),
            play=play,
        )
        return injection, offered, ends, over

    return make


@pytest.mark.slow
def test_it_plays_to_its_end_and_knows_who_was_who(inject) -> None:
    injection, offered, ends, over = inject()
    injection.start()
    assert over.wait(WAIT_S)
    assert ends == [(End.OVER, "", "")]
    seen = injection.seen()
    assert set(seen.tracks) == {0, 1}
    assert all(track_id >= 500 for track_id in seen.tracks.values())
    assert list(seen.alarms.values()) == [0]  # who carries it
    assert max(len(picture.passages) for picture, _ in offered) == 2
    assert injection.picture is None


@pytest.mark.slow
def test_it_ends_when_it_is_told_to_and_says_by_whom(inject) -> None:
    injection, offered, ends, over = inject(is_done=lambda: False, after_s=600.0)
    injection.start()
    for _ in range(1200):
        if offered or over.wait(0.1):
            break
    assert offered
    injection.end(End.ENDED, detail="", by="sup", wait_s=WAIT_S)
    assert ends == [(End.ENDED, "", "sup")]
    injection.end(End.STOPPED, detail="", by="op", wait_s=WAIT_S)  # too late: it is over
    assert len(ends) == 1


@pytest.mark.slow
@pytest.mark.parametrize("play", [print, divmod], ids=["says nothing", "dies"])
def test_a_shadow_that_goes_away_ends_the_exercise_and_is_told(inject, play) -> None:
    injection, _, ends, over = inject(play=play)
    injection.start()
    assert over.wait(WAIT_S)
    assert ends == [(End.BROKEN_OFF, "its process has ended", "")]


@pytest.mark.slow
def test_a_recording_that_cannot_be_read_is_told_in_words(inject, tmp_path) -> None:
    broken = tmp_path / "broken.mcap"
    broken.write_bytes(b"\x89MCAP0\r\nno more")
    injection, _, ends, over = inject(recording=broken)
    injection.start()
    assert over.wait(WAIT_S)
    (how, why, _) = ends[0]
    assert how is End.BROKEN_OFF
    assert "broken.mcap" in why
