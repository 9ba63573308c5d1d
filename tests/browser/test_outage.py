"""The service is killed and comes back: the page says so, and recovers by itself."""

import re
import time

import pytest
from seats import WAIT_MS, until

pytestmark = pytest.mark.slow

STALE_S = 3.0
SLACK_S = 2.0  # for a busy machine; the page's own clock decides when it is old


def rows_of(service) -> list:
    """Return the newest rows of the audit."""
    told = service.get("audit")
    return told if isinstance(told, list) else told["rows"]


def test_a_killed_service_is_seen_and_its_return_needs_nobody(mortal_service, seat) -> None:
    operator = seat("operator", at=mortal_service)
    page = operator.open()
    incident = mortal_service.alarm()
    page.locator(f"[data-incident='{incident}']").wait_for(timeout=WAIT_MS)
    assert page.get_by_text("CONNECTION LOST").count() == 0
    page.evaluate("window.wasNotLoadedAnew = true")
    # From when it stands in the audit an incident outlives everything.
    until(lambda: any(incident in str(row) for row in rows_of(mortal_service)))

    mortal_service.kill()
    killed = time.monotonic()
    page.get_by_text("CONNECTION LOST").wait_for(timeout=WAIT_MS)
    assert time.monotonic() - killed < STALE_S + SLACK_S
    # Old people are on the plan, and the plan says that they are old; nobody is asked to sign in.
    page.locator(".plan-old").wait_for(timeout=WAIT_MS)
    assert page.get_by_label("Password").count() == 0
    # What is pressed now is not lost without a word.
    page.locator(f"[data-incident='{incident}']").click()
    page.keyboard.press("a")
    page.locator(".live-card").get_by_text("did not answer").first.wait_for(timeout=WAIT_MS)

    mortal_service.start()
    page.get_by_text("CONNECTION LOST").wait_for(state="detached", timeout=WAIT_MS)
    page.locator(".plan-old").wait_for(state="detached", timeout=WAIT_MS)
    assert page.evaluate("window.wasNotLoadedAnew") is True
    assert page.get_by_label("Password").count() == 0
    # The same incident is there, was not done behind anybody's back, and can be worked on.
    page.locator(f"[data-incident='{incident}']").click()
    page.keyboard.press("a")
    page.locator(".live-card").get_by_text("acknowledged", exact=True).first.wait_for(
        timeout=WAIT_MS
    )
    history = [line["what"] for line in mortal_service.incidents()[incident]["history"]]
    assert history.count("acknowledge") == 1


def test_a_page_that_is_opened_while_the_service_is_away_asks_nobody_for_a_password(
    mortal_service, seat
) -> None:
    """A tab restored in the morning, before the service is there."""
    operator = seat("operator", at=mortal_service)
    page = operator.open()
    page.locator(".plan-stage").wait_for(timeout=WAIT_MS)
    page.route("**/api/v1/**", lambda route: route.abort())
    page.reload()
    page.get_by_text("The service did not answer").wait_for(timeout=WAIT_MS)
    assert page.get_by_label("Password").count() == 0
    page.unroute("**/api/v1/**")
    page.locator(".plan-stage").wait_for(timeout=WAIT_MS)


def test_a_tab_that_is_open_while_the_console_is_replaced_offers_the_new_one(seat) -> None:
    """The pieces that the tab would still ask for are gone with the old build."""
    supervisor = seat("supervisor")
    page = supervisor.open()
    page.locator(".plan-stage").wait_for(timeout=WAIT_MS)
    first = f"{supervisor.service.url.rstrip('/')}/"
    newer = re.sub(r"index-[\w-]+\.js", "index-newer.js", page.request.get(first).text())
    assert "index-newer.js" in newer
    page.route("**/assets/**", lambda route: route.fulfill(status=404))
    page.route(first, lambda route: route.fulfill(content_type="text/html", body=newer))

    page.get_by_role("link", name="Shift", exact=True).click()
    page.get_by_text("A newer version of this console is on the service").wait_for(timeout=WAIT_MS)
    assert page.locator("header").count() == 1  # the rest of the console stays

    page.unroute("**/assets/**")
    page.unroute(first)
    page.get_by_role("button", name="Reload").click()
    page.locator(".shift-page, main h1, main h2").first.wait_for(timeout=WAIT_MS)
    assert page.get_by_text("A newer version of this console is on the service").count() == 0
