"""Make the pictures of the console: a browser walks through every page of the running demo.

Usage: python docs/make_gallery.py [--all FOLDER]    (two minutes; needs Chromium and the console)

Without ``--all`` the pictures that the documents show go to ``docs/gallery``; with it every page
at every size goes to FOLDER, to be looked at.
"""

import argparse
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as TooLateError

GALLERY = Path(__file__).parent / "gallery"
SIZES = {"desk": (1280, 800), "wall": (1920, 1080), "telephone": (390, 844)}
START_S = 120.0
ALARM_MS = 120_000
WAIT_MS = 60_000
TRIES = 3
STOP_S = 10.0
SETTLE_MS = 2500
COLOURS = 128
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SETTINGS = "standex.seat"


@contextmanager
def running_demo() -> Iterator[tuple[str, str]]:
    """Start the demo; yield the sign-in links of both seats."""
    command = Path(sys.executable).with_name("standex")
    process = subprocess.Popen(
        [command, "demo", "--plain"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        links = _links(process.stdout)
        # It goes on telling how it goes; nobody may be kept waiting for room in the pipe.
        Thread(target=deque, args=(process.stdout, 0), daemon=True).start()
        yield links
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()


def _links(lines: Any) -> tuple[str, str]:
    found: dict[str, str] = {}
    until = time.monotonic() + START_S
    for line in lines:
        for name in ("sign in", "second seat"):
            if line.startswith(name):
                found[name] = line.split()[-1]
        if len(found) == 2:
            return found["sign in"], found["second seat"]
        if time.monotonic() > until:
            break
    raise SystemExit("the demo does not start; run `standex demo` and see what it says")


def sign_in(browser: Browser, link: str) -> Any:
    """Return what a browser keeps of somebody who has come in by a link."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(link)
    page.locator("button.primary").click()
    page.locator("header.bar").wait_for(timeout=WAIT_MS)
    return context.storage_state()


@contextmanager
def opened(
    browser: Browser, state: Any, size: str, *, theme: str = "dark", language: str = "en"
) -> Iterator[Page]:
    """Yield a page of somebody who is signed in."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        storage_state=state,
        locale="en-GB",
        timezone_id="Europe/Paris",
        has_touch=size == "telephone",
    )
    seat = f'{{"theme":"{theme}","language":"{language}","sound":false}}'
    context.add_init_script(f"localStorage.setItem('{SETTINGS}', '{seat}')")
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    yield page
    context.close()


def save(page: Page, path: Path) -> None:
    """Save what is seen, with a palette: a picture of a page has few colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    palette = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(path, optimize=True)


def an_alarm_in_sight(page: Page) -> None:
    """Choose somebody with an alarm while they are still on the plan."""
    there = page.locator(".live-list .incident-row").filter(has_not=page.locator(".is-away"))
    there.first.wait_for(timeout=ALARM_MS)
    there.first.click()
    page.wait_for_timeout(SETTLE_MS // 2)


def an_alarm(page: Page) -> None:
    """Choose an incident, wherever the person is now."""
    rows = page.locator(".live-list .incident-row")
    rows.first.wait_for(timeout=ALARM_MS)
    rows.last.click()
    page.wait_for_timeout(SETTLE_MS)


def newest_evidence(page: Page) -> None:
    """Open what is known of the oldest incident: its passage is whole."""
    page.locator(".evidence-list a").last.click()
    page.wait_for_timeout(2 * SETTLE_MS)


def the_report(page: Page) -> None:
    """Wait for the report of what is kept; it is made when somebody asks."""
    page.locator(".privacy table").first.wait_for(timeout=ALARM_MS)
    settle(page)


def a_replay(page: Page) -> None:
    """Open the oldest recording, and go to its first alarm."""
    page.locator("a[href^='/time/']").last.click()
    page.locator(".replay canvas").first.wait_for(timeout=ALARM_MS)
    page.keyboard.press("j")
    page.wait_for_timeout(SETTLE_MS)
    page.get_by_text("Fetching pictures").first.wait_for(state="detached", timeout=ALARM_MS)


def settle(page: Page) -> None:
    """Wait until what a page asks for has come."""
    page.wait_for_timeout(SETTLE_MS)


@dataclass(frozen=True, kw_only=True)
class Shot:
    """One picture.

    Attributes:
        name: of the file.
        path: of the page.
        prepare: what is done on it before.
        theme: set of colours.
        language: of the words.
        kept: sizes that go into the gallery.
    """

    name: str
    path: str
    prepare: Callable[[Page], None] = settle
    theme: str = "dark"
    language: str = "en"
    kept: tuple[str, ...] = ("desk",)


SHOTS = (
    Shot(name="live", path="/", prepare=an_alarm_in_sight, kept=("desk", "wall")),
    Shot(name="incident", path="/", prepare=an_alarm, kept=("telephone",)),
    Shot(name="live-light", path="/", prepare=an_alarm, theme="light"),
    Shot(name="live-contrast", path="/", prepare=an_alarm, theme="contrast"),
    Shot(name="live-russian", path="/", prepare=an_alarm, language="ru"),
    Shot(name="responder", path="/responder", kept=("desk", "telephone")),
    Shot(name="evidence", path="/evidence", prepare=newest_evidence, kept=("desk", "wall")),
    Shot(name="exercise", path="/exercise"),
    Shot(name="shift", path="/shift"),
    Shot(name="setup", path="/setup"),
    Shot(name="operating-point", path="/setup/point"),
    Shot(name="kept-data", path="/setup/privacy", prepare=the_report),
    Shot(name="accounts", path="/accounts"),
    Shot(name="audit", path="/audit"),
    Shot(name="look-back", path="/time", prepare=a_replay),
)


def take(browser: Browser, state: Any, url: str, shot: Shot, size: str, path: Path) -> None:
    """Make one picture; once more where a busy computer let it run out of time."""
    for left in reversed(range(TRIES)):
        with (
            suppress(*([TooLateError] if left else [])),
            opened(browser, state, size, theme=shot.theme, language=shot.language) as page,
        ):
            page.goto(f"{url}{shot.path}")
            page.locator("header.bar").wait_for()
            shot.prepare(page)
            save(page, path)
            print(path, flush=True)
            return


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every page at every size")
    parser.add_argument("--only", nargs="+", default=[], help="names of pictures")
    args = parser.parse_args()
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        print("no Chromium: the pictures are left as they were", file=sys.stderr)
        return 1
    with running_demo() as links, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        state, url = sign_in(browser, links[0]), links[0].partition("/#")[0]
        for shot in SHOTS:
            if args.only and shot.name not in args.only:
                continue
            for size in SIZES if args.all else shot.kept:
                of_size = "" if size == "desk" else f"-{size}"
                folder = args.all or GALLERY
                take(browser, state, url, shot, size, folder / f"console-{shot.name}{of_size}.png")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
