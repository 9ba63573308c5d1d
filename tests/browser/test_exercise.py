"""An exercise, from two seats: who may know sees the marks, who works on it does not."""

import re
from typing import Any

import pytest
from seats import WAIT_MS, Service, until

from neighbours import loaded
from standex.edges.web.console_files import packaged_console

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def drilled(tmp_path_factory) -> Any:
    """Return a service for which an exercise was made."""
    if packaged_console() is None:
        pytest.skip("the console is not built: make console (Node 20 or later)")
    folder = tmp_path_factory.mktemp("drilled")
    loaded("edges/exercises/recorded.py").record_exercise(
        folder / "exercises", "one-of-two", carrying=(True, False), speed_m_per_s=0.5
    )
    service = Service(folder)
    yield service
    service.running.kill()


def begin(supervisor: Any) -> Any:
    """Begin the exercise on its page; return the page."""
    page = supervisor.open("/exercise")
    page.get_by_role("radio").first.check(timeout=WAIT_MS)
    page.get_by_role("button", name="Inject the passages").click()
    page.get_by_role("heading", name="EXERCISE RUNS").wait_for(timeout=WAIT_MS)
    return page


def test_who_may_know_sees_it_and_who_works_on_it_learns_when_it_is_over(
    drilled, seat, findings, tmp_path
) -> None:
    supervisor = seat("supervisor", "auditor", at=drilled)
    operator = seat("operator", at=drilled)
    live = operator.open("/")
    page = begin(supervisor)
    assert findings(page) == []

    simulated = until(
        lambda: [o for o in drilled.incidents().values() if o["exercise"]], within_s=60
    )
    one = f".incident-row[data-incident='{simulated[0]['incident_id']}']"
    row = live.locator(one)
    row.wait_for(timeout=WAIT_MS)
    row.click()
    live.locator(".incident-card").wait_for(timeout=WAIT_MS)
    live.screenshot(path=tmp_path / "operator.png")
    assert "is-exercise" not in live.content()
    assert live.locator(".incident-exercise").count() == 0
    assert live.get_by_text("EXERCISE RUNS").count() == 0

    above = supervisor.open("/")
    above.get_by_text(re.compile("simulated (person|people) on the plan")).wait_for(timeout=WAIT_MS)
    above.locator(one).click()
    above.locator(".incident-card .incident-exercise").wait_for(timeout=WAIT_MS)
    above.screenshot(path=tmp_path / "supervisor.png")
    assert findings(above) == []

    live.keyboard.press("a")
    until(lambda: drilled.incidents()[simulated[0]["incident_id"]]["state"] == "acknowledged")
    page = supervisor.open("/exercise")
    page.locator("tr[data-came=acknowledged]").wait_for(timeout=WAIT_MS)
    page.screenshot(path=tmp_path / "running.png")
    page.get_by_role("button", name="End the exercise").click()
    page.locator("tr[data-exercise]").first.wait_for(timeout=WAIT_MS)
    page.get_by_text("Person by person").first.click()
    page.screenshot(path=tmp_path / "past.png")
    assert findings(page) == []

    live.get_by_text("That was an exercise").first.wait_for(timeout=WAIT_MS)
    live.screenshot(path=tmp_path / "over.png")
    assert findings(live) == []
    score = drilled.get("exercises")[0]["score"]
    assert score["n_acknowledged"] == score["n_noticed"] == 1
    assert score["median_acknowledge_s"] > 0
    said = [row["what"] for row in drilled.get("audit")]
    assert {"exercise_started", "exercise_ended"} <= set(said)


def test_a_real_alarm_stands_before_it_and_the_stop_button_ends_it(drilled, seat) -> None:
    supervisor = seat("supervisor", at=drilled)
    operator = seat("operator", at=drilled)
    live = operator.open("/")
    begin(supervisor)
    until(
        lambda: [o for o in drilled.incidents().values() if o["exercise"] and o["state"] == "new"],
        within_s=60,
    )
    real = drilled.alarm()
    order = drilled.get("incidents")["overview"]["order"]
    told = drilled.incidents()
    assert real in order
    assert [bool(told[name]["exercise"]) for name in order] == sorted(
        bool(told[name]["exercise"]) for name in order
    )
    first = live.locator(".incident-row").first
    until(lambda: first.get_attribute("data-incident") == order[0])
    live.get_by_role("button", name="STOP sensors").click()
    live.get_by_role("button", name="Stop now").click()
    until(lambda: drilled.get("exercises")[0]["end"] == "stopped")
    assert drilled.incidents()[real]["state"] != "closed"
    live.get_by_text("That was an exercise").first.wait_for(timeout=WAIT_MS)
