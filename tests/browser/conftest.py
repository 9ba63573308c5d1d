"""A service on people who walk by the clock, and browsers that look at it."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from neighbours import loaded
from standex.edges.web.console_files import packaged_console

AXE = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]


for _name in ("recorded", "seats"):  # tests take names from them
    loaded(f"browser/{_name}.py", name=_name)


def _service(folder: Path) -> Iterator[Any]:
    if packaged_console() is None:
        pytest.skip("the console is not built: make console (Node 20 or later)")
    running = loaded("browser/seats.py", name="seats").Service(folder)
    yield running
    running.kill()


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Any]:
    """Return the service that the tests of a module share; nobody may kill it."""
    yield from _service(tmp_path_factory.mktemp("service"))


@pytest.fixture
def mortal_service(tmp_path) -> Iterator[Any]:
    """Return a service of a test's own, to be killed."""
    yield from _service(tmp_path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    found = next((path for one in BROWSERS if (path := shutil.which(one))), None)
    if found is None:
        pytest.skip("no Chromium here (Debian: apt install chromium)")
    with playwright.sync_playwright() as driver:
        one = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture
def seat(browser, request) -> Iterator[Callable[..., Any]]:
    """Return what signs somebody in at a browser of their own, by roles.

    ``at`` is the service, where it is not the shared one; ``settings`` are those of the seat;
    everything else goes to Playwright's ``new_context``.
    """
    made: list[Any] = []

    def sit(*roles: str, at: Any = None, settings: Any = None, **looks: Any) -> Any:
        service = at or request.getfixturevalue("service")
        name, link = service.account(*roles)
        context = browser.new_context(
            **{"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **looks}
        )
        if settings is not None:
            kept = json.dumps(settings)
            context.add_init_script(
                "if (localStorage.getItem('standex.seat') === null)"
                f" localStorage.setItem('standex.seat', {json.dumps(kept)})"
            )
        answer = context.request.post(
            f"{service.url}api/v1/session/link",
            data=json.dumps({"link_token": link}),
            headers={"Content-Type": "application/json", "Idempotency-Key": name},
        )
        assert answer.ok, answer.text()
        made.append(loaded("browser/seats.py", name="seats").Seat(context, service, name))
        return made[-1]

    yield sit
    for one in made:
        one.context.close()
    assert not [complaint for one in made for complaint in one.complaints]


@pytest.fixture(scope="module")
def findings() -> Callable[..., list[str]]:
    """Return what axe finds wrong on a page, by WCAG 2.2 AA or by rules of these names."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make console")
    text = AXE.read_text("utf-8")

    def run(page: Any, *rules: str) -> list[str]:
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(text)
        result = page.evaluate(
            "(asked) => axe.run(document, {runOnly: asked})", list(rules) or WCAG
        )
        return [
            f"{one['id']}: {node['target']}"
            for one in result["violations"]
            for node in one["nodes"]
        ]

    return run
