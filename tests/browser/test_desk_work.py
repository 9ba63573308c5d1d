"""What a shift does with an alarm beside checking it: hand it over, put it aside, list its keys."""

import re

import pytest
from seats import WAIT_MS, number_of, until

pytestmark = pytest.mark.slow


def chosen(page, incident: str) -> None:
    page.locator(f"[data-incident='{incident}']").click(timeout=WAIT_MS)
    page.locator("#incident-title").get_by_text(f"No {number_of(incident)}").wait_for(
        timeout=WAIT_MS
    )


def test_an_incident_is_handed_over_and_stays_ones_own_until_it_is_taken(service, seat) -> None:
    incident = service.alarm()
    first, second = seat("operator"), seat("operator")
    page, other = first.open(), second.open()
    chosen(page, incident)
    for key in ("a", "t"):
        page.keyboard.press(key)
        page.wait_for_timeout(200)
        until(lambda: page.locator(".deed-buttons button:disabled").count() == 0)
    until(lambda: service.incidents()[incident]["owner"] == first.name)
    page.keyboard.press("h")
    dialog = page.locator("dialog[open]")
    # By keyboard alone: whoever is signed in and may is in the list, and the list has the keys.
    names = dialog.get_by_label("To whom")
    until(lambda: names.evaluate("one => one === document.activeElement"))
    until(lambda: names.locator("option", has_text=second.name).count() == 1)
    page.keyboard.type(second.name)
    until(lambda: names.input_value() == second.name)
    page.keyboard.press("Enter")
    until(lambda: service.incidents()[incident]["offered_to"] == second.name)
    assert service.incidents()[incident]["owner"] == first.name

    chosen(other, incident)
    other.keyboard.press("t")
    until(lambda: service.incidents()[incident]["owner"] == second.name)
    page.locator(".live-card").get_by_text(second.name).first.wait_for(timeout=WAIT_MS)


def test_what_is_put_aside_comes_back_by_itself(service, seat) -> None:
    incident = service.alarm()
    supervisor = seat("supervisor")
    page = supervisor.open()
    chosen(page, incident)
    page.keyboard.press("s")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("For how long").select_option(label="5 minutes")
    page.keyboard.press("Enter")  # without a reason nothing is put aside
    dialog.get_by_role("textbox").fill("the lift is being mended")
    page.keyboard.press("Enter")
    until(lambda: service.incidents()[incident]["shelved_until_utc_ms"] is not None)
    page.locator(".incident-folded > summary", has_text="Put aside").click(timeout=WAIT_MS)
    row = page.locator(f".incident-folded [data-incident='{incident}']")
    row.get_by_text(re.compile("back in")).wait_for(timeout=WAIT_MS)

    # The same with an end that comes while somebody watches.
    assert (
        supervisor.ask(
            "POST", f"/api/v1/incidents/{incident}/shelving", {"for_s": 0, "text": "too long"}
        )
        == 200
    )
    short = {"for_s": 2.0, "text": "a moment only"}
    assert supervisor.ask("POST", f"/api/v1/incidents/{incident}/shelving", short) == 200
    row.wait_for(timeout=WAIT_MS, state="attached")
    until(lambda: service.incidents()[incident]["shelved_until_utc_ms"] is None)
    page.locator(f".incident-list > ul [data-incident='{incident}']").wait_for(timeout=WAIT_MS)


def test_an_operator_may_not_put_anything_aside(service, seat) -> None:
    incident = service.alarm()
    operator = seat("operator")
    page = operator.open()
    chosen(page, incident)
    page.keyboard.press("s")
    page.wait_for_timeout(300)
    assert page.locator("dialog[open]").count() == 0
    asked = {"for_s": 60, "text": "because I want to"}
    assert operator.ask("POST", f"/api/v1/incidents/{incident}/shelving", asked) == 403


def test_the_stop_button_is_audited(service, seat) -> None:
    operator = seat("operator")
    page = operator.open()
    page.get_by_role("button", name="STOP sensors").click()
    page.get_by_role("button", name="Stop now").click()
    page.get_by_text("Nothing is armed").wait_for(timeout=WAIT_MS)
    rows = service.get("audit")
    found = rows if isinstance(rows, list) else rows["rows"]
    assert any(row["who"] == operator.name and "stop" in row["what"] for row in found)
