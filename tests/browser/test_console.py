"""The console in a real browser, on a running service."""

import re

import pytest

pytestmark = pytest.mark.slow

WAIT_MS = 30_000


@pytest.fixture(scope="module")
def token(service) -> str:
    """Return a bearer token of the first account; the link works once."""
    return service.sign_in(service.link)


@pytest.fixture
def sign_in_as(service, token, page):
    """Return what adds an account with some roles and signs it in by its one-time link."""
    made = iter(range(100))

    def sign_in(*roles: str) -> str:
        name = f"{roles[0]}-{next(made)}-{id(page) % 10_000}"
        answer = service.http.post(
            "api/v1/accounts",
            json={"account_id": name, "roles": list(roles)},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": name},
        )
        assert answer.status_code in (200, 201), answer.text
        page.goto(f"{service.http.base_url}#link={answer.json()['link_token']}")
        page.get_by_role("button", name="Go on").click()
        page.get_by_role("button", name="Sign out").wait_for(timeout=WAIT_MS)
        return name

    return sign_in


def test_an_operator_sees_an_alarm_and_acknowledges_it_by_keyboard(
    page, sign_in_as, findings
) -> None:
    sign_in_as("operator")
    page.get_by_text("EXERCISE").first.wait_for(timeout=WAIT_MS)
    new = page.locator(".live-list").get_by_text(re.compile("^new$", re.IGNORECASE)).first
    new.wait_for(timeout=WAIT_MS)
    page.keyboard.press("j")
    acknowledged = page.expect_response(
        lambda response: "/actions" in response.url and response.request.method == "POST",
        timeout=WAIT_MS,
    )
    with acknowledged as answer:
        page.keyboard.press("a")
    assert answer.value.status == 200
    page.locator(".live-card").get_by_text(
        re.compile("acknowledged", re.IGNORECASE)
    ).first.wait_for(timeout=WAIT_MS)
    assert findings(page) == []


@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        ("operator", "/evidence", "Evidence"),
        ("operator", "/responder", "Responder"),
        ("operator", "/shift", "Shift"),
        ("engineer", "/setup", "Set-up"),
        ("engineer", "/accounts", "Accounts"),
        ("auditor", "/audit", "Audit"),
        ("supervisor", "/time", "Look back"),
    ],
)
def test_each_page_opens_and_axe_finds_nothing(
    page, sign_in_as, findings, role, path, words
) -> None:
    sign_in_as(role)
    page.get_by_role("link", name=words, exact=True).first.click()
    page.locator(f"nav a[href='{path}'][aria-current=page]").wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(1500)
    assert page.locator("main").inner_text().strip()
    assert findings(page) == []


def test_a_viewer_sees_no_alarm_and_no_other_page(page, sign_in_as, service) -> None:
    sign_in_as("viewer")
    page.wait_for_timeout(2000)
    assert page.locator(".live-list").count() == 0
    assert page.get_by_role("button", name="STOP sensors").count() == 0
    for path in ("/evidence", "/audit", "/accounts", "/setup"):
        page.goto(f"{service.http.base_url}{path.lstrip('/')}")
        page.get_by_text("may not see this page").wait_for(timeout=WAIT_MS)


def test_the_stop_button_is_audited(page, sign_in_as, service, token) -> None:
    who = sign_in_as("operator")
    page.get_by_role("button", name="STOP sensors").click()
    page.get_by_role("button", name="Stop now").click()
    page.get_by_text("Nothing is armed").wait_for(timeout=WAIT_MS)
    answer = service.http.get("api/v1/audit", headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 403:  # the first account need not be an auditor
        return
    assert any(row["who"] == who and "stop" in row["what"] for row in answer.json())


def test_a_service_that_is_gone_cannot_look_like_nobody_is_there(page, sign_in_as, service) -> None:
    """Last: the service does not come back."""
    sign_in_as("operator")
    page.get_by_text("EXERCISE").first.wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(1500)
    assert page.get_by_text("CONNECTION LOST").count() == 0
    service.kill()
    page.get_by_text("CONNECTION LOST").wait_for(timeout=4000)
