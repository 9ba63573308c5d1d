"""What is not as it must be is said."""

from dataclasses import replace

import pytest

from standex.edges.privacy.folders import FolderContents
from standex.edges.privacy.identity_fields import Found, Kind
from standex.edges.privacy.report import ABOUT, Recipient, Rule, findings_of
from standex.edges.store.contract import Contents, DataClass

NOW = 1_760_000_000_000_000_000
RULE = Rule(
    data_class=DataClass.TRACK, about="", keep_s=900.0, longest_s=86_400.0, setting="track_minutes"
)
TABLE = Contents(
    place="log/events",
    data_class=DataClass.TRACK,
    n=3,
    oldest_utc_ns=NOW - 1000 * 10**9,
    newest_utc_ns=NOW,
    latest_expiry_utc_ns=NOW + 900 * 10**9,
)
FOLDER = FolderContents(
    name="recordings",
    path="/recordings",
    data_class=DataClass.TRACK,
    keep_s=900.0,
    n_files=1,
    n_bytes=1,
    oldest_utc_ns=NOW,
    newest_utc_ns=NOW,
    n_overdue=0,
    n_raw=0,
    n_unreadable=0,
)
RECIPIENT = Recipient(name="MQTT broker", where="a:1", what="", is_encrypted=True)
FOUND = Found(where="Incident", field="owner", kind=Kind.STAFF, meaning="who works on it")


def findings(**changes: object) -> tuple[str, ...]:
    settings = {
        "rules": (RULE,),
        "tables": (TABLE,),
        "folders": (FOLDER,),
        "recipients": (RECIPIENT,),
        "found": (FOUND,),
        "now_utc_ns": NOW,
        "slack_s": 600.0,
    }
    return findings_of(**(settings | changes))


def test_nothing_is_said_when_all_is_well() -> None:
    assert findings() == ()
    assert set(ABOUT) == set(DataClass)


@pytest.mark.parametrize(("changes", "words"), [
    ({"slack_s": 60.0}, "is the deletion running"),
    ({"rules": (replace(RULE, longest_s=60.0),)}, "change track_minutes"),
    ({"rules": (replace(RULE, keep_s=None),)}, "change track_minutes"),
    ({"folders": (replace(FOLDER, n_overdue=2),)}, "2 files in /recordings should be gone"),
    ({"folders": (replace(FOLDER, n_raw=1),)}, "raw data of bodies"),
    ({"folders": (replace(FOLDER, n_unreadable=1),)}, "cannot be looked at"),
    ({"recipients": (replace(RECIPIENT, is_encrypted=False),)}, "in the clear"),
    ({"found": (replace(FOUND, kind=Kind.PASSER_BY),)}, "the field owner of Incident"),
])  # fmt: skip
def test_what_is_wrong_is_said(changes: dict, words: str) -> None:
    (finding,) = findings(**changes)
    assert words in finding


def test_raw_data_that_may_be_kept_are_no_finding() -> None:
    raw = replace(RULE, data_class=DataClass.RAW, keep_s=60.0)
    assert findings(rules=(RULE, raw), folders=(replace(FOLDER, n_raw=1),)) == ()
