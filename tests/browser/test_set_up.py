"""The site editor: a sensor is moved and turned, its view is drawn anew, the draft is kept."""

import tomllib

import pytest
from seats import WAIT_MS, until

pytestmark = pytest.mark.slow

SENSOR = "cam-entry"
PICTURE = "() => [...document.querySelectorAll('.editor-plan canvas')].at(-1).toDataURL()"


def test_a_sensor_is_moved_and_its_view_is_drawn_anew(service, seat) -> None:
    page = seat("engineer").open("/setup")
    page.locator(".item-list button", has_text=SENSOR).click(timeout=WAIT_MS)
    fields = page.locator(f"section[aria-label='{SENSOR}']")
    fields.wait_for(timeout=WAIT_MS)
    page.wait_for_timeout(500)
    before = page.evaluate(PICTURE)

    fields.get_by_label("x, m", exact=True).fill("1.5")
    fields.get_by_label("Direction, degrees").fill("120")
    turned = until(lambda: (now := page.evaluate(PICTURE)) != before and now)
    page.get_by_text("The service can use this file").wait_for(timeout=WAIT_MS)

    # By keyboard on the plan: ten centimetres a press.
    page.locator(".editor-plan .plan-stage").focus()
    page.keyboard.press("ArrowRight")
    until(lambda: float(fields.get_by_label("x, m", exact=True).input_value()) == 1.6)
    until(lambda: page.evaluate(PICTURE) != turned)
    page.keyboard.press("u")
    until(lambda: float(fields.get_by_label("x, m", exact=True).input_value()) == 1.5)

    # What cannot be used is told before it is kept, and where.
    fields.get_by_label("Rate, Hz").fill("-1")
    page.get_by_text("the service would not start with this").wait_for(timeout=WAIT_MS)
    fields.get_by_label("Rate, Hz").fill("10")
    page.get_by_text("The service can use this file").wait_for(timeout=WAIT_MS)

    page.get_by_role("button", name="Keep as draft").click()
    page.get_by_text("kept as draft").wait_for(timeout=WAIT_MS)
    answer = service.get("site-file")
    kept = {one["sensor_id"]: one for one in tomllib.loads(answer["draft"])["sensors"]}
    in_force = {one["sensor_id"]: one for one in tomllib.loads(answer["toml"])["sensors"]}
    assert kept[SENSOR]["position_site_m"][0] == 1.5
    assert kept[SENSOR]["yaw_deg"] == 120
    # The draft changes nothing that runs, and nothing that was not touched.
    assert in_force[SENSOR]["position_site_m"][0] != 1.5
    assert {name: one for name, one in kept.items() if name != SENSOR} == {
        name: one for name, one in in_force.items() if name != SENSOR
    }
