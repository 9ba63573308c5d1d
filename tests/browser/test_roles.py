"""Who may not, cannot: neither by the page nor by asking the service with the same cookie."""

import re

import pytest
from seats import WAIT_MS

from standex.edges.access.roles import ALLOWED, Permission, Role
from standex.edges.web.permissions import ASKED

pytestmark = pytest.mark.slow

# What the pages of each role are; any other is refused in words.
PAGES = {
    "viewer": {"/"},
    "evaluator": {"/time", "/exercise", "/shift"},
}
ALL_PAGES = (
    "/", "/evidence", "/responder", "/time", "/exercise", "/shift", "/setup", "/accounts", "/audit",
)  # fmt: skip
MAKESHIFT = {"account_id": "first", "file:path": "ledger.json"}


def filled(path: str) -> str:
    """Return a path with something in its places, whether or not that is there."""
    return re.sub(r"\{(.+?)\}", lambda found: MAKESHIFT.get(found[1], "none"), path)


def asked_of(role: str) -> list[tuple[str, str, bool]]:
    """Return method, path and whether the role may, of each endpoint that asks for a permission."""
    return [
        (method, path, permission in ALLOWED[Role(role)])
        for (method, path), permission in ASKED.items()
        if isinstance(permission, Permission) and method != "WEBSOCKET"
    ]


@pytest.mark.parametrize("role", PAGES)
def test_a_role_sees_its_pages_and_can_do_nothing_else(service, seat, role) -> None:
    somebody = seat(role)
    page = somebody.open()
    page.get_by_role("button", name="Sign out").wait_for(timeout=WAIT_MS)
    links = page.locator("header nav a")
    offered = {links.nth(n).get_attribute("href") for n in range(links.count())}
    assert offered == PAGES[role]
    assert page.get_by_role("button", name="STOP sensors").count() == 0
    for path in ALL_PAGES:
        if path in PAGES[role] or path == "/":
            continue
        somebody.open(path)
        page.get_by_text("may not see this page").wait_for(timeout=WAIT_MS)
        assert page.locator("main button, main a").count() == 0
    # The same by hand: the page hides nothing that the service would do.
    for method, path, may in asked_of(role):
        if may and method != "GET":
            continue
        status = somebody.ask(method, filled(path))
        assert (status == 403) is not may, (method, path, status)


def test_a_viewer_gets_no_incident_over_the_live_line(service, seat) -> None:
    incident = service.alarm()
    viewer = seat("viewer")
    heard: list[str] = []
    viewer.page.on(
        "websocket",
        lambda line: line.on("framereceived", lambda text: heard.append(str(text))),
    )
    page = viewer.open()
    page.locator(".plan-stage").wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(2000)
    assert any('"type":"picture"' in text for text in heard)
    assert not any(incident in text or '"type":"incidents"' in text for text in heard)
    assert page.locator(".live-list, .live-card").count() == 0
    # Keys of the operator do nothing here.
    for key in ("j", "a", "Enter", "d"):
        page.keyboard.press(key)
    assert page.url.rstrip("/") == service.url.rstrip("/")
    assert service.incidents()[incident]["state"] == "new"


def test_a_session_that_is_taken_away_ends_at_the_page(service, seat) -> None:
    operator = seat("operator")
    page = operator.open()
    page.locator(".live-list").wait_for(timeout=WAIT_MS)
    answer = service.running.http.post(
        f"api/v1/accounts/{operator.name}/disable",
        headers={
            "Authorization": f"Bearer {service.token}",
            "Idempotency-Key": f"no-more-{operator.name}",
        },
    )
    assert answer.status_code == 200, answer.text
    page.get_by_text("The session has ended").wait_for(timeout=WAIT_MS)
    assert page.locator(".live-list, .plan-stage").count() == 0
