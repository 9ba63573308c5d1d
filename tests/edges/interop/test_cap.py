from dataclasses import replace

import numpy as np
import pytest

from standex.edges.clock import SimulatedClock
from standex.edges.interop.cap import CapDesk, CapError, CapSettings, into_folder
from standex.edges.interop.cap_document import CapStatus, check_cap
from standex.edges.interop.cot_message import EarthPoint
from standex.edges.interop.event_json import Sender
from standex.model.event import Alert

T0 = 1_767_225_600_000_000_000
LIVE = Sender(site_id="hall", is_exercise=False, is_simulated=False)
SETTINGS = CapSettings(
    sender="control-room@station.example",
    restriction="control rooms",
    area="the hall",
    instruction="call the station",
    is_production=True,
)
ALERT = Alert(
    alert_id="alert-1",
    t_utc_ns=T0,
    track_id=1,
    level_id="hall",
    position_site_m=np.array([0.0, 1.0]),
    zone=None,
    p_threat=0.75,
    prior=0.1,
    coverage=0.5,
    seconds_in_reach=1.0,
    sensors=("a",),
    reason="why",
)


class Outside:
    """Takes documents, and knows what was told to the audit."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.audit: list[tuple[str, str, str]] = []

    def tell(self, *row: str) -> None:
        self.audit.append(row)


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(T0)


@pytest.fixture
def make_desk(outside, clock):
    made = []

    def make(**changes) -> CapDesk:
        values = {
            "sender": LIVE,
            "send": outside.got.append,
            "tell": outside.tell,
            "clock": clock,
            "locate": lambda x, y: EarthPoint(latitude_deg=41.9, longitude_deg=12.5, height_m=0.0),
        } | changes
        settings = values.pop("settings", SETTINGS)
        desk = CapDesk(settings, **values)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


def test_nothing_goes_out_before_a_person_says_so(make_desk, outside, waits) -> None:
    desk = make_desk()
    draft = desk.draft(ALERT, by="ada")
    assert desk.drafts() == (draft,)
    assert outside.got == []
    document = desk.confirm(draft.draft_id, by="ben")
    waits(lambda: outside.got == [document])
    assert check_cap(document) == ()
    assert b"<status>Actual</status>" in document
    assert b"41.9" in document
    assert outside.audit == [
        ("draft", "ada", draft.draft_id),
        ("confirm", "ben", draft.draft_id),
    ]
    with pytest.raises(CapError, match="was sent"):
        desk.confirm(draft.draft_id, by="ben")


@pytest.mark.parametrize(
    ("settings", "sender", "status"),
    [
        (SETTINGS, replace(LIVE, is_exercise=True), CapStatus.EXERCISE),
        (SETTINGS, replace(LIVE, is_simulated=True), CapStatus.TEST),
        (replace(SETTINGS, is_production=False), LIVE, CapStatus.EXERCISE),
        (replace(SETTINGS, is_production=False), replace(LIVE, is_simulated=True), CapStatus.TEST),
    ],
)
def test_outside_production_it_is_never_meant(make_desk, settings, sender, status) -> None:
    desk = make_desk(settings=settings, sender=sender)
    document = desk.confirm(desk.draft(ALERT, by="ada").draft_id, by="ada")
    assert f"<status>{status.value}</status>".encode() in document
    assert b"Actual" not in document
    assert status.value.upper().encode() in document


def test_who_is_nobody_confirms_nothing(make_desk, outside) -> None:
    desk = make_desk()
    draft = desk.draft(ALERT, by="ada")
    for wrong in ("", "  "):
        with pytest.raises(CapError, match="say who"):
            desk.confirm(draft.draft_id, by=wrong)
    assert outside.got == []
    assert desk.drafts()


def test_what_the_audit_does_not_take_does_not_go_out(make_desk, outside) -> None:
    def refuse(*_: str) -> None:
        raise OSError("disk full")

    desk = make_desk()
    draft = desk.draft(ALERT, by="ada")
    desk._tell = refuse
    with pytest.raises(OSError, match="disk full"):
        desk.confirm(draft.draft_id, by="ben")
    assert desk.drafts() == (draft,)
    assert desk.close()
    assert outside.got == []


def test_drafts_expire_and_are_bounded(make_desk, clock) -> None:
    desk = make_desk()
    draft = desk.draft(ALERT, by="ada")
    for _ in range(99):
        desk.draft(ALERT, by="ada")
    with pytest.raises(CapError, match="100 drafts"):
        desk.draft(ALERT, by="ada")
    clock.advance(601.0)
    assert desk.drafts() == ()
    with pytest.raises(CapError, match="expired"):
        desk.confirm(draft.draft_id, by="ben")


def test_a_draft_can_be_thrown_away_and_a_document_cancelled(make_desk, outside, clock) -> None:
    desk = make_desk()
    thrown = desk.draft(ALERT, by="ada")
    desk.discard(thrown.draft_id, by="ada")
    assert desk.drafts() == ()
    with pytest.raises(CapError):
        desk.discard(thrown.draft_id, by="ada")
    with pytest.raises(CapError, match="nothing to cancel"):
        desk.cancel(thrown.draft_id, by="ada")
    sent = desk.draft(ALERT, by="ada")
    desk.confirm(sent.draft_id, by="ben")
    clock.advance(60.0)
    document = desk.confirm(desk.cancel(sent.draft_id, by="ada").draft_id, by="ben")
    assert check_cap(document) == ()
    assert b"<msgType>Cancel</msgType>" in document
    assert b"2026-01-01T00:00:00-00:00</references>" in document


def test_settings_that_would_break_the_standard_are_told_at_the_draft(make_desk) -> None:
    desk = make_desk(settings=replace(SETTINGS, sender="control room"))
    with pytest.raises(CapError, match="sender"):
        desk.draft(ALERT, by="ada")


def test_a_document_is_a_whole_file_for_another_system(make_desk, tmp_path, waits) -> None:
    folder = tmp_path / "out"
    desk = make_desk(send=into_folder(folder))
    document = desk.confirm(desk.draft(ALERT, by="ada").draft_id, by="ben")
    waits(lambda: list(folder.glob("*.xml")))
    assert [path.read_bytes() for path in folder.iterdir()] == [document]
    into_folder(folder)(document)
    assert len(list(folder.iterdir())) == 1, "the same one twice is one file"
