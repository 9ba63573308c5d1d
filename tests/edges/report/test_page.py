import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from standex.edges.report.collector import Collector
from standex.edges.report.page import render_report, write_report
from standex.edges.report.rows import RateRow
from standex.edges.report.summary import RunSummary
from standex.model.errors import StandexError
from standex.model.site import Site

EVIL = "<script>alert(1)</script> & more"


def words_of(html: str) -> str:
    html = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


@pytest.fixture(scope="session")
def page(sample: RunSummary) -> str:
    return render_report(
        sample,
        title="A run",
        is_simulated=True,
        truth_summary="2 carried something",
        rates=(RateRow(name="found", k=2, n=2, low=0.158, high=1.0),),
    )


@pytest.mark.slow
def test_the_page_says_what_it_must(page: str, sample: RunSummary) -> None:
    words = words_of(page)
    assert "SIMULATED" in words
    assert "12 people passed" in words
    assert "before any look to" in words
    assert "Nobody is ever declared safe" in words
    assert "2 carried something" in words
    assert "2 of 2" in words
    shown = re.search(r"Person (\d+): check requested", words)
    assert shown
    assert int(shown[1]) in {alert.track_id for alert in sample.alerts}
    assert words.lower().count("explosive") == 0
    assert "no word of it" in words


@pytest.mark.slow
def test_the_page_needs_nothing_from_outside(page: str) -> None:
    links = re.findall(r"""(?:src|srcset|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert links
    assert all(link.startswith("data:") for link in links)
    assert "<script" not in page
    assert "default-src 'none'" in page


@pytest.mark.slow
def test_the_same_run_gives_the_same_page(page: str, sample: RunSummary) -> None:
    again = render_report(
        sample,
        title="A run",
        is_simulated=True,
        truth_summary="2 carried something",
        rates=(RateRow(name="found", k=2, n=2, low=0.158, high=1.0),),
    )
    assert again == page


@pytest.mark.slow
def test_words_from_outside_are_escaped(made_up_run: Callable) -> None:
    summary = made_up_run(4).summary(reason=EVIL)
    html = render_report(summary, title=EVIL, is_simulated=False, truth_summary=EVIL)
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more") > 4
    assert "SIMULATED" not in html


@pytest.mark.slow
def test_a_run_of_nobody_has_a_page_too(site: Site, made_up_run: Callable) -> None:
    html = render_report(Collector(site).result(), title="Nobody", is_simulated=True)
    words = words_of(html)
    assert "Nobody passed" in words
    assert "No check was requested." in words
    assert "Two people" not in words
    assert "Rates" not in words
    assert "Nobody passed" in words_of(
        render_report(made_up_run(0).summary(), title="Nobody", is_simulated=True)
    )


@pytest.mark.slow
def test_a_run_without_an_alarm_has_a_page_too(made_up_run: Callable, tmp_path: Path) -> None:
    summary = made_up_run(2).summary()
    assert not summary.alerts
    path = write_report(summary, tmp_path / "new" / "r.html", title="Quiet", is_simulated=True)
    words = words_of(path.read_text("utf-8"))
    assert "No check was requested." in words
    assert "Person 1: nothing found" in words
    assert [p.name for p in path.parent.iterdir()] == ["r.html"]


def test_a_folder_that_cannot_be_written_is_named(
    sample: RunSummary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("standex.edges.report.page.render_report", lambda *_, **__: "page")
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StandexError, match=r"r\.html: the report cannot be written .* writable"):
        write_report(sample, tmp_path / "file" / "r.html", title="x", is_simulated=True)


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_a_missing_package_is_told_with_what_to_do(
    package: str, sample: RunSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith("standex.edges.report.") and ("figure" in name or "canvas" in name):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(StandexError, match=rf"{package}.*pip install 'standex\[report\]'"):
        render_report(sample, title="x", is_simulated=True)
