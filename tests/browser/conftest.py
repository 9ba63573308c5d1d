"""A service on people who walk by the clock, and a browser that looks at it."""

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from standex.edges.web.console_files import packaged_console

RELIABILITY = Path(__file__).parents[1] / "reliability"
AXE = Path(__file__).parents[2] / "console/node_modules/axe-core/axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, RELIABILITY / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Any]:
    """Return a running service; it may be killed and started again by a test."""
    if packaged_console() is None:
        pytest.skip("the console is not built: make console (Node 20 or later)")
    running = _load("test_kills").Running(tmp_path_factory.mktemp("service"))
    yield running
    running.kill()


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
def page(browser) -> Iterator[Any]:
    """Return a page at a usual size; what the console complains of fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    one = context.new_page()
    complaints: list[str] = []
    one.on("pageerror", lambda error: complaints.append(str(error)))
    yield one
    context.close()
    assert not complaints


@pytest.fixture
def findings() -> Callable[[Any], list[str]]:
    """Return what axe finds wrong on a page, by WCAG 2.2 AA."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make console")
    text = AXE.read_text("utf-8")

    def run(page: Any) -> list[str]:
        page.evaluate(text)
        result = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"
        )
        return [
            f"{one['id']}: {node['target']}"
            for one in result["violations"]
            for node in one["nodes"]
        ]

    return run
