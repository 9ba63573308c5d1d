"""One alarm from the gate to the audit: control room, telephone, auditor, each at a browser."""

import re

import pytest
from seats import WAIT_MS, number_of, until

pytestmark = pytest.mark.slow

TELEPHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


def words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


def test_from_the_alarm_to_the_audit(service, seat, browser) -> None:
    # Somebody comes in by their link and watches.
    name, link = service.account("operator")
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page = context.new_page()
    page.goto(f"{service.url}#link={link}")
    page.get_by_role("button", name="Go on").click()
    page.locator(".plan-stage").wait_for(timeout=WAIT_MS)
    page.get_by_text("EXERCISE").first.wait_for(timeout=WAIT_MS)
    assert link not in page.url

    # The alarm comes by itself, and is answered by keyboard.
    incident = service.alarm()
    number = number_of(incident)
    row = page.locator(f"[data-incident='{incident}']")
    row.wait_for(timeout=WAIT_MS)
    for _ in range(30):
        if row.get_attribute("aria-current") == "true":
            break
        page.keyboard.press("j")
        page.wait_for_timeout(100)
    card = page.locator(".live-card")
    card.get_by_text(f"No {number}").first.wait_for(timeout=WAIT_MS)
    page.keyboard.press("a")
    card.get_by_text("acknowledged", exact=True).first.wait_for(timeout=WAIT_MS)
    assert service.incidents()[incident]["history"][-1]["by"] == name

    # The evidence opens by keyboard, too.
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/evidence/{incident}")
    page.get_by_role("heading", name=incident).wait_for(timeout=WAIT_MS)
    assert "Every look is written into the audit" in page.locator("main").inner_text()

    # On the floor, at a second browser, somebody goes there.
    floor = seat("operator", **TELEPHONE)
    phone = floor.open("/responder")
    phone.locator(f"a[href='/responder/{incident}']").click(timeout=WAIT_MS)
    phone.get_by_role("button", name=words("accept")).click()
    until(lambda: service.incidents()[incident]["responder"] == floor.name)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("button", name="Reached them").click()
    until(lambda: service.incidents()[incident]["history"][-1]["what"] == "reached")
    phone.get_by_role("button", name="Found something").click()
    phone.get_by_role("button", name="Something in the bag").click()
    until(lambda: service.incidents()[incident]["history"][-1]["what"] == "found")

    # The control room sees what was found and says what it was.
    page.get_by_role("link", name="Live", exact=True).click()
    page.locator(f"[data-incident='{incident}']").click()
    card.get_by_text(floor.name).first.wait_for(timeout=WAIT_MS)
    history = card.get_by_text(words("what happened"))
    history.click()
    card.get_by_text("Something in the bag").wait_for(timeout=WAIT_MS)
    page.keyboard.press("c")
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Something harmless, or nothing").check()
    dialog.get_by_role("textbox").fill("a thermos flask")
    page.keyboard.press("Enter")
    closed = until(lambda: (one := service.incidents()[incident])["state"] == "closed" and one)
    last = closed["history"][-1]
    assert (closed["disposition"], last["by"]) == ("benign", name)
    assert "a thermos flask" in last["text"]
    page.get_by_text(words(r"closed lately \(\d+\)")).wait_for(timeout=WAIT_MS)
    context.close()

    # Somebody else can read all of it.
    auditor = seat("auditor").open("/audit")
    auditor.get_by_text(words(r"all \d+ rows are as they were written")).wait_for(timeout=WAIT_MS)
    rows = auditor.locator(".audit-table tbody tr")
    rows.first.wait_for(timeout=WAIT_MS)
    told = [text for text in rows.all_inner_texts() if incident in text]
    for who, what in (
        (name, "incident acknowledged"),
        (name, "looked at evidence"),
        (floor.name, "incident taken"),
        (floor.name, "note on an incident"),
        (floor.name, "incident escalated"),
        (name, "incident closed"),
    ):
        assert any(who in one and re.search(what, one) for one in told), (who, what, told)
