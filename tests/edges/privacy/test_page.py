"""The page says everything, and nothing in it is taken for markup."""

import itertools
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from standex.edges.privacy.folders import FolderContents
from standex.edges.privacy.identity_fields import Found, Kind
from standex.edges.privacy.page import as_html, as_markdown, span
from standex.edges.privacy.report import MEASURES, PrivacyReport, Recipient, Rule
from standex.edges.store.contract import Contents, DataClass

T0 = 1_760_000_000_000_000_000
REPORT = PrivacyReport(
    site_id="demo",
    site_title="A hall <script>alert(1)</script> | of *stars*",
    t_utc_ns=T0,
    software_version="0.1.0",
    operation="exercise",
    rules=(
        Rule(
            data_class=DataClass.ALARM,
            about="evidence",
            keep_s=72 * 3600.0,
            longest_s=None,
            setting="retention.alarm_hours",
        ),
    ),
    tables=(
        Contents(
            place="log/events",
            data_class=DataClass.TRACK,
            n=3,
            oldest_utc_ns=T0,
            newest_utc_ns=T0,
            latest_expiry_utc_ns=0,
            keys=("track_id", "why"),
        ),
    ),
    folders=(
        FolderContents(
            name="evidence",
            path="/evidence",
            data_class=DataClass.ALARM,
            keep_s=None,
            n_files=2,
            n_bytes=2_000_000,
            oldest_utc_ns=0,
            newest_utc_ns=0,
            n_overdue=1,
            n_raw=0,
            n_unreadable=0,
        ),
    ),
    recipients=(Recipient(name="TAK server", where="a:1", what="alarms", is_encrypted=False),),
    sensors={"microwave": 2},
    found=(Found(where="Incident", field="owner", kind=Kind.STAFF, meaning="who works on it"),),
    n_fields=1234,
    measures=MEASURES,
    findings=(),
)


class Read(HTMLParser):
    """Collects tags that are opened and closed, and the words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_both_pages_say_everything() -> None:
    html, text = Read(as_html(REPORT)), as_markdown(REPORT)
    assert html.open == []
    assert "script" not in html.tags
    for words in (
        "72 h", "Nothing: all is as set", "1234 fields", "log/events", "NO", "until removed",
        "2025-10-09 08:53 UTC", "microwave", "in exercise", "is for whoever runs the site to say",
    ):  # fmt: skip
        assert words in html.words, words
        assert words in text, words
    assert "<script>" in html.words
    assert "\\<script>" in text
    assert "http" not in as_html(REPORT)


def test_findings_come_first() -> None:
    report = replace(REPORT, findings=("files should be gone",), operation="live", tables=())
    text = as_markdown(report)
    assert text.index("files should be gone") < text.index("How long what stays")
    assert "in live duty" in text
    assert "was not looked at" in text


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    lines = as_markdown(REPORT).splitlines()
    for above, below in itertools.pairwise(lines):
        if above.startswith("|") and below.startswith("|"):
            cells = [line.replace("\\|", "").count("|") for line in (above, below)]
            assert cells[0] == cells[1]


@pytest.mark.parametrize(("seconds", "words"), [
    (None, "until removed"), (0.0, "not kept"), (30.0, "30 s"), (900.0, "15 min"),
    (3600.0, "1 h"), (72 * 3600.0, "72 h"), (12 * 30.5 * 86_400, "12 months"),
    (10 * 86_400.0, "10 days"),
])  # fmt: skip
def test_times_in_words(seconds: float | None, words: str) -> None:
    assert span(seconds) == words
