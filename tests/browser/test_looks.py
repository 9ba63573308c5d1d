"""The console as it looks and sounds: each page by axe in each set of colours, languages, keys."""

import json

import pytest
from seats import WAIT_MS

pytestmark = pytest.mark.slow

EVERYTHING = ("operator", "supervisor", "engineer", "auditor")
PAGES = (
    "/", "/evidence", "/responder", "/time", "/exercise", "/shift", "/setup", "/accounts", "/audit",
)  # fmt: skip
WALK_TEST = {"fr": "Test de passage", "de": "Gangtest", "ru": "Проверочный проход"}
KEYS = {"en": "Keys", "fr": "Touches", "de": "Tasten", "ru": "Клавиши"}
# As a link does it, without loading the page anew.
GO = """(to) => {
  history.pushState(null, "", to);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
# What can be pressed and lies outside of the window; what scrolls by itself may.
OUT_OF_SIGHT = """() => [...document.querySelectorAll("header button, header a, main button")]
  .filter((one) => one.checkVisibility())
  .filter((one) => !one.closest(".skip, .wide-table, .beside-list"))
  .map((one) => [one.textContent, one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.right < 1 || box.left > innerWidth - 1))
  .map(([words]) => words)"""
CONTRAST = ("color-contrast", "link-in-text-block")


def with_theme(page, theme: str) -> None:
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
    page.wait_for_timeout(50)


# English as if it were written from right to left: shows what such a language does to the pages.
TURNED = "ar-XB"


@pytest.mark.parametrize("language", ["en", TURNED])
def test_axe_finds_nothing_on_any_page_in_any_colours(service, seat, findings, language) -> None:
    incident = service.alarm()
    page = seat(*EVERYTHING, settings={"language": language}).open()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if language == TURNED else "ltr")
    more = ("/setup/point", f"/evidence/{incident}", f"/responder/{incident}")
    for path in (*PAGES, *more):
        page.evaluate(GO, path)
        page.locator(f"nav a[href='/{path.split('/')[1]}'][aria-current=page]").wait_for(
            timeout=WAIT_MS
        )
        page.wait_for_timeout(700)
        assert page.locator("main").inner_text().strip(), path
        assert findings(page) == [], path
        # Only colours change with the theme.
        for theme in ("light", "contrast"):
            with_theme(page, theme)
            assert findings(page, *CONTRAST) == [], (path, theme)
        with_theme(page, "dark")


@pytest.mark.parametrize("theme", ["dark", "light", "contrast"])
def test_axe_finds_nothing_where_one_signs_in(service, browser, findings, theme) -> None:
    page = browser.new_page()
    kept = json.dumps({"theme": theme, "language": TURNED})
    page.add_init_script(f"localStorage.setItem('standex.seat', {json.dumps(kept)})")
    page.goto(service.url)
    page.locator("form input[type=password]").wait_for(timeout=WAIT_MS)
    assert page.evaluate("document.documentElement.dir") == "rtl"
    assert findings(page) == []
    page.close()


@pytest.mark.parametrize("language", KEYS)
def test_the_list_of_keys_opens_on_every_page(service, seat, language) -> None:
    page = seat(*EVERYTHING, settings={"language": language}).open()
    for path in PAGES:
        page.locator(f"nav a[href='{path}']").first.click(timeout=WAIT_MS)
        page.locator(f"nav a[href='{path}'][aria-current=page]").wait_for(timeout=WAIT_MS)
        page.locator("main :is(h1, h2, section, table, form)").first.wait_for(timeout=WAIT_MS)
        page.keyboard.press("?")
        dialog = page.locator("dialog[open]")
        dialog.get_by_role("heading", name=KEYS[language], exact=True).wait_for(timeout=WAIT_MS)
        assert dialog.locator("dt").count() >= 2  # the list itself and the silence, at least
        page.keyboard.press("Escape")
        dialog.wait_for(state="detached", timeout=WAIT_MS)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_a_change_of_language_and_direction_breaks_no_layout(service, seat, size) -> None:
    width, height = size
    page = seat(
        *EVERYTHING, settings={"language": "de"}, viewport={"width": width, "height": height}
    ).open()
    page.locator(".seat > summary").click()
    page.locator(".seat select").nth(1).select_option("ru")
    page.locator(".seat > summary").click()
    assert page.evaluate("document.documentElement.lang") == "ru"
    for path in PAGES:
        page.evaluate(GO, path)
        page.locator("main :is(h1, h2, section, table, form)").first.wait_for(timeout=WAIT_MS)
        for direction in ("ltr", "rtl"):
            page.evaluate("(to) => { document.documentElement.dir = to; }", direction)
            page.wait_for_timeout(100)
            wide = page.evaluate(
                "[document.documentElement.scrollWidth, document.querySelector('main').scrollWidth"
                " - document.querySelector('main').clientWidth]"
            )
            assert wide[0] <= width, (path, direction, wide)
            assert wide[1] <= 1, (path, direction, wide)
            lost = page.evaluate(OUT_OF_SIGHT)
            assert lost == [], (path, direction, lost)


def test_from_right_to_left_pages_turn_and_plans_times_and_figures_do_not(service, seat) -> None:
    incident = service.alarm()
    page = seat(*EVERYTHING, settings={"language": TURNED}).open()
    page.locator(f"[data-incident='{incident}']").click(timeout=WAIT_MS)
    # The list of incidents stands at the right now, the card at the left of the plan.
    left = {
        name: page.locator(name).first.bounding_box()["x"]
        for name in (".live-list", ".plan-stage", ".incident-card")
    }
    assert left[".live-list"] > left[".plan-stage"] > left[".incident-card"]
    # West stays at the left: the buttons that move the plan, and its scale.
    arrows = page.locator(".plan-group").nth(1).locator("button")
    assert arrows.first.inner_text() == "←"
    assert arrows.first.bounding_box()["x"] < arrows.last.bounding_box()["x"]
    page.evaluate(GO, f"/evidence/{incident}")
    chart = page.locator("main svg text").filter(has_text="%").first
    chart.wait_for(timeout=WAIT_MS)
    # What is written beside a body or an axis stands where it would from left to right.
    assert page.evaluate(
        "() => [...document.querySelectorAll('main svg')]"
        ".every((one) => getComputedStyle(one).direction === 'ltr')"
    )
    page.evaluate(GO, "/time")
    page.locator("a[href^='/time/']").last.click(timeout=WAIT_MS)
    page.locator(".timeline").wait_for(timeout=WAIT_MS)
    labels = page.locator(".timeline-label")
    assert labels.first.inner_text() == "00:00"
    assert labels.first.bounding_box()["x"] < labels.last.bounding_box()["x"] or labels.count() == 1
    box = page.locator(".timeline").bounding_box()
    page.mouse.click(box["x"] + 0.75 * box["width"], box["y"] + 20)
    slider = page.locator(".timeline")
    until_s = 0.7 * float(slider.get_attribute("aria-valuemax")) - 1
    assert float(slider.get_attribute("aria-valuenow")) >= until_s


@pytest.mark.parametrize("language", ["fr", "de", "ru"])
def test_no_banner_speaks_another_language(service, seat, language) -> None:
    page = seat(*EVERYTHING, settings={"language": language}).open()
    # Nobody has made a walk test in this service: that is told on every page.
    banner = page.locator(".banner.trouble").filter(has_text=WALK_TEST[language])
    banner.wait_for(timeout=WAIT_MS)
    assert "walk" not in page.locator(".banners").inner_text().lower()


def test_sounds_say_that_they_are_off_until_something_is_pressed(service, seat) -> None:
    operator = seat("operator")
    operator.page.add_init_script(
        """
        window.tones = [];
        let isAllowed = false;
        addEventListener("click", () => { isAllowed = true; }, true);
        const Real = window.AudioContext;
        // As browsers do it for a page that nobody has touched yet; headless ones may not.
        window.AudioContext = class extends Real {
          get state() { return isAllowed ? super.state : "suspended"; }
          resume() { return isAllowed ? super.resume() : new Promise(() => {}); }
        };
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) {
          window.tones.push(this.frequency.value);
          return start.call(this, at);
        };
        """
    )
    page = operator.open()
    hint = page.get_by_role("button", name="Sound is off: press to switch on")
    hint.wait_for(timeout=WAIT_MS)
    incident = service.alarm()
    page.locator(f"[data-incident='{incident}']").wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(500)
    assert page.evaluate("tones") == []
    hint.click()
    page.get_by_role("button", name="Silence").wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(1000)
    # Five that rise: the sound of a high priority, at once and not when it would sound again.
    tones = page.evaluate("tones")
    assert len(tones) >= 5
    assert tones[:5] == sorted(tones[:5])
