"""Looking back: a replay that nobody can mistake, worked by pointer and keys, and asked what if."""

import re

import pytest
from recorded import LENGTH_S, write_recording
from seats import WAIT_MS, until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def recording(service) -> str:
    """Return the id of a recording that lies where the service keeps its own."""
    write_recording(service.folder / "recordings" / "walk.mcap")
    return "walk"


def at_s(page) -> float:
    """Return where the replay is, in seconds."""
    words = page.locator(".timeline").get_attribute("aria-valuetext")
    minutes, seconds = re.findall(r"(\d+):(\d+\.\d)", words)[0]
    return 60 * int(minutes) + float(seconds)


def test_a_replay_is_scrubbed_stepped_and_never_taken_for_live(service, seat, recording) -> None:
    page = seat("supervisor").open(f"/time/{recording}")
    timeline = page.locator(".timeline")
    timeline.wait_for(timeout=WAIT_MS)
    alarms = page.locator(".replay-marks .is-alarm")
    alarms.first.wait_for(timeout=WAIT_MS)  # it is made ready by itself: nobody asks again

    # The word stands over the page, over the plan and on the tab, and the clock is the old one.
    assert page.locator(".replay-banner").get_by_text("REPLAY").count() == 1
    assert page.locator(".replay-plan").get_attribute("data-word") == "REPLAY"
    assert page.title().startswith("REPLAY")
    assert "This is not live" in page.locator(".replay-banner").inner_text()
    assert page.locator(".live-list, .live-card").count() == 0

    page.keyboard.press("Home")
    assert at_s(page) == 0.0
    page.keyboard.press(".")
    assert at_s(page) == pytest.approx(0.2, abs=0.11)
    page.keyboard.press(",")
    page.keyboard.press("l")
    assert at_s(page) == pytest.approx(10.0, abs=0.05)
    box = timeline.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
    assert at_s(page) == pytest.approx(LENGTH_S / 2, abs=1.0)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 10, steps=3)
    page.mouse.up()
    assert at_s(page) == pytest.approx(LENGTH_S / 4, abs=1.0)
    page.keyboard.press("Home")
    page.keyboard.press("j")
    assert at_s(page) > 1.0
    # It runs as fast as is asked for, and stops.
    page.keyboard.press("Home")
    page.get_by_label("Speed").select_option("8")
    page.get_by_role("button", name="Play").focus()
    page.keyboard.press("Enter")
    until(lambda: at_s(page) > 4.0)
    page.get_by_role("button", name="Pause").click()
    stopped = at_s(page)
    page.wait_for_timeout(400)
    assert at_s(page) == stopped

    page.keyboard.press("Escape")
    page.get_by_role("heading", name="Recordings").wait_for(timeout=WAIT_MS)
    assert not page.title().startswith("REPLAY")


def people_on_plan(page) -> int:
    """Return how many people the note under the plan tells of; it must come wherever one looks."""
    note = page.locator(".replay-note").filter(
        has_text=re.compile(r"\d+ (person|people) on the plan")
    )
    note.wait_for(timeout=WAIT_MS)
    return int(re.findall(r"(\d+) (?:person|people)", note.inner_text())[0])


def test_jumps_while_it_runs_end_at_a_picture_wherever_they_end(service, seat, recording) -> None:
    page = seat("supervisor").open(f"/time/{recording}")
    timeline = page.locator(".timeline")
    timeline.wait_for(timeout=WAIT_MS)
    page.locator(".replay-marks .is-alarm").first.wait_for(timeout=WAIT_MS)
    assert people_on_plan(page) == 0  # at its beginning
    page.get_by_label("Speed").select_option("16")
    page.get_by_role("button", name="Play").click()
    box = timeline.bounding_box()
    for share in (0.9, 0.1, 0.7, 0.3, 0.5):
        page.mouse.click(box["x"] + share * box["width"], box["y"] + 10)
    page.mouse.move(box["x"] + 5, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 10, steps=40)
    page.mouse.up()
    assert people_on_plan(page) >= 1
    # It runs to the very end, where there is a picture, too.
    page.get_by_role("button", name="Play").wait_for(timeout=WAIT_MS)
    assert at_s(page) == pytest.approx(LENGTH_S, abs=0.3)
    people_on_plan(page)
    page.keyboard.press("Home")
    assert at_s(page) == 0.0
    assert people_on_plan(page) == 0


def test_another_threshold_changes_the_alarms_per_hour(service, seat, recording) -> None:
    page = seat("supervisor").open(f"/time/{recording}")
    page.get_by_role("button", name="What if").click(timeout=WAIT_MS)
    slider = page.locator(".what-if input[type=range]")
    slider.wait_for(timeout=WAIT_MS)
    assert "SIMULATED" in page.locator(".what-if").inner_text()

    def per_hour() -> float:
        return float(page.locator(".what-if-big strong").inner_text())

    slider.focus()
    page.keyboard.press("Home")
    most = per_hour()
    page.keyboard.press("End")
    least = per_hour()
    assert most > least
    # All six are found at the least threshold: the figure is theirs over the recording's length.
    assert most == pytest.approx(6 * 3600 / LENGTH_S, rel=0.05)
    # Nobody says what they carried, so no rate is made up.
    page.get_by_text("PD and PFA cannot be told").wait_for(timeout=WAIT_MS)
