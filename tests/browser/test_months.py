"""What months of walk tests and shifts come to, as a supervisor sees it on the Shift page."""

import re
from collections.abc import Iterator

import pytest
from recorded import EVERY_S, write_recording
from seats import WAIT_MS, Service

from neighbours import loaded
from standex.edges.web.console_files import packaged_console

pytestmark = pytest.mark.slow
WITH_OBJECT = 4  # of the people of the recording, the one who is found most surely


@pytest.fixture(scope="module")
def service(tmp_path_factory) -> Iterator[Service]:
    """Return a service that has been tested for two months."""
    if packaged_console() is None:
        pytest.skip("the console is not built: make console (Node 20 or later)")
    folder = tmp_path_factory.mktemp("months")
    months = loaded("browser/months.py")
    months.write_months(folder, days=60, calibration_id="made-up")
    began_utc_ns = write_recording(folder / "recordings" / "walk.mcap")
    kinds = {3: False, WITH_OBJECT: True}
    of_walks = {began_utc_ns + round(n * EVERY_S * 1e9): has for n, has in kinds.items()}
    months.write_walks(folder, of_walks, for_ns=round(0.9 * EVERY_S * 1e9))
    running = Service(folder)
    yield running
    running.kill()


def test_a_sensor_that_misses_more_than_it_did_is_seen_in_words_chart_and_banner(
    service, seat, findings
) -> None:
    page = seat("supervisor").open("/shift")
    control = page.get_by_role("region", name="Against commissioning", exact=True)
    worse = control.get_by_role("button", name=re.compile("cam-entry misses more than it did"))
    worse.wait_for(timeout=WAIT_MS)
    assert control.get_by_role("button", name=re.compile("cam-exit detects as it did")).count() == 1
    # What is worse is shown first, with its limit and the day from which on.
    chart = control.locator("svg[role=img]")
    assert "misses more than it did" in chart.get_attribute("aria-label")
    assert chart.get_by_text("limit", exact=True).count() == 1
    assert chart.get_by_text(re.compile("^since ")).count() == 1

    drift = page.get_by_role("region", name="Calibrations", exact=True)
    drift.get_by_role("button", name=re.compile("cam-entry says less for a threat")).wait_for(
        timeout=WAIT_MS
    )
    assert drift.locator(".drift-point").count() > 150
    drift.get_by_role("button", name=re.compile("cam-exit says of people")).click()
    assert drift.get_by_role("heading", level=3).inner_text().startswith("cam-exit")

    banner = page.locator(".banner.trouble")
    banner.locator("summary").click(timeout=WAIT_MS)  # several troubles take one line
    banner.get_by_text(re.compile("cam-entry misses the reference object")).wait_for(
        timeout=WAIT_MS
    )
    banner.get_by_text(re.compile("cam-entry.*less for a threat")).wait_for(timeout=WAIT_MS)
    assert findings(page) == []


def test_who_may_see_no_figures_still_tests_and_sees_no_charts(service, seat) -> None:
    page = seat("operator").open("/shift")
    page.get_by_role("button", name="Begin the test").wait_for(timeout=WAIT_MS)
    assert page.get_by_role("region", name="Against commissioning", exact=True).count() == 0
    assert page.get_by_role("region", name="Calibrations", exact=True).count() == 0


def test_walk_tests_tell_pd_and_pfa_of_a_recording_of_that_time(service, seat) -> None:
    page = seat("supervisor").open("/time/walk")
    page.get_by_role("button", name="What if").click(timeout=WAIT_MS)
    slider = page.locator(".what-if input[type=range]")
    slider.wait_for(timeout=WAIT_MS)
    walks = page.get_by_role("region", name=re.compile("walk tests"))
    slider.focus()
    page.keyboard.press("Home")  # everybody is asked to a check
    walks.get_by_text(re.compile(r"1\.000 \(1 of 1;")).first.wait_for(timeout=WAIT_MS)
    assert walks.get_by_text(re.compile(r"1\.000 \(1 of 1;")).count() == 2
    page.keyboard.press("End")  # nobody is
    assert walks.get_by_text(re.compile(r"0\.000 \(0 of 1;")).count() == 2
    assert page.get_by_text("PD and PFA cannot be told").count() == 0


def test_a_truth_that_cannot_be_used_is_said_on_the_page(service, seat) -> None:
    folder = service.folder / "recordings" / "told"
    write_recording(folder / "other.mcap")
    (folder / "truth.json").write_text('{"items": [')
    page = seat("supervisor").open("/time/told~other")
    page.get_by_role("button", name="What if").click(timeout=WAIT_MS)
    page.get_by_text(re.compile("written down beside the recording, but cannot be used")).wait_for(
        timeout=WAIT_MS
    )
    assert "truth.json" in page.locator(".what-if").inner_text()
    assert str(folder) not in page.locator(".what-if").inner_text()
