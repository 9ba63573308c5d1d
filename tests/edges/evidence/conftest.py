"""Two people on a floor: one with an alarm, and looks that were rather at the other."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from standex.edges.audit.contract import AuditEntry
from standex.edges.audit.keys import SigningKey, make_key
from standex.edges.evidence.bundle import FORM, Manifest
from standex.model.event import Alert, PassageClosed, VerdictChanged
from standex.model.observation import Coverage, Evidence, GaussianFootprint, Patch, Positions
from standex.model.picture import LedgerEntry, Outcome, Passage, Picture, Verdict
from standex.model.tracks import no_tracks
from standex.model.zones import ZONES, BodyZone

T0 = 1_760_000_000_000_000_000
THEIRS, OTHER = 7, 8
SECOND_NS = 10**9
PATCH = Patch(
    caption="permittivity",
    across_m=np.array([-0.1, 0.0, 0.1]),
    height_m=np.array([1.0, 1.1]),
    values=np.array([[0.0, 1.0, np.nan], [2.0, 4.0, 3.0]]),
)


def place_of(track_id: int, second: int) -> np.ndarray:
    """The two walk beside each other, 2 m apart."""
    return np.array([0.5 * second, 0.0 if track_id == THEIRS else 2.0])


def positions(second: int) -> Positions:
    rows = np.stack([place_of(OTHER, second), place_of(THEIRS, second), [9.0, 9.0]]) + 0.05
    return Positions(
        sensor_id="cam-1",
        t_utc_ns=T0 + second * SECOND_NS,
        level_id="ground",
        position_site_m=rows,
        covariance_site_m2=np.tile(0.01 * np.eye(2), (3, 1, 1)),
        existence=np.array([0.9, 0.8, 0.3]),
        descriptor=np.full((3, 4), 1234.5625),
        clutter_per_m2=1e-3,
        p_object=np.array([0.1, 0.2, 0.3]),
    )


def evidence(look_id: str, second: int, *, row: int = -1) -> Evidence:
    t_utc_ns = T0 + second * SECOND_NS
    return Evidence(
        sensor_id="cam-1" if row >= 0 else "mw-1",
        look_id=look_id,
        t_utc_ns=t_utc_ns,
        t_first_utc_ns=t_utc_ns,
        t_last_utc_ns=t_utc_ns,
        footprint=GaussianFootprint(
            position_site_m=place_of(THEIRS, second),
            covariance_site_m2=0.04 * np.eye(2),
            clutter_per_m2=0.01,
        ),
        zone=BodyZone.WAIST,
        log_likelihood=np.log(np.array([0.1, 0.9])),
        log_clutter=-3.0,
        correlation=0.1,
        calibration_id="cal-3",
        reason=f"reason-of-{look_id}",
        patch=PATCH,
        position_row=row,
    )


def coverage(second: int = 0) -> Coverage:
    return Coverage(
        sensor_id="mw-1",
        t_utc_ns=T0 + second * SECOND_NS,
        level_id="ground",
        origin_site_m=np.zeros(2),
        cell_m=1.0,
        p_report=np.full((2, 2), 0.9),
        p_detect=np.zeros((len(ZONES), 2, 2)),
    )


def entry(look_id: str, *, attachment: float = 0.9, **changes: object) -> LedgerEntry:
    value = LedgerEntry(
        sensor_id="mw-1",
        look_id=look_id,
        t_utc_ns=T0,
        zone=BodyZone.WAIST,
        log_likelihood=np.log(np.array([0.1, 0.9])),
        attachment=attachment,
        correlation=0.1,
        counts=True,
        reason=f"reason-of-{look_id}",
        score={"thickness_m": 0.03},
        patch=PATCH,
    )
    return replace(value, **changes)


def passage(*entries: LedgerEntry, alert_id: str = "demo-000001", track: int = THEIRS) -> Passage:
    return Passage(
        track_id=track,
        first_utc_ns=T0,
        last_utc_ns=T0 + 9 * SECOND_NS,
        position_site_m=place_of(track, 9),
        velocity_site_m_per_s=np.array([0.5, 0.0]),
        is_past_screening=False,
        covered=np.linspace(0, 1, len(ZONES)),
        entries=entries,
        log_posterior=np.full((len(ZONES), 2), -np.inf),
        verdict=Verdict(
            outcome=Outcome.ALARM, p_threat=0.97, zone=BodyZone.WAIST, coverage=0.8, reason="slab"
        ),
        alert_id=alert_id,
    )


def alert(alert_id: str = "demo-000001", second: int = 5, track: int = THEIRS) -> Alert:
    return Alert(
        alert_id=alert_id,
        t_utc_ns=T0 + second * SECOND_NS,
        track_id=track,
        level_id="ground",
        position_site_m=place_of(track, second),
        zone=BodyZone.WAIST,
        p_threat=0.97,
        prior=1e-6,
        coverage=0.8,
        seconds_in_reach=9.0,
        sensors=("mw-1",),
        reason="a slab at the waist",
    )


def closed(track: int = THEIRS, second: int = 9) -> PassageClosed:
    return PassageClosed(
        t_utc_ns=T0 + second * SECOND_NS,
        track_id=track,
        first_utc_ns=T0,
        last_utc_ns=T0 + second * SECOND_NS,
        outcome=Outcome.ALARM,
        p_threat=0.97,
        zone=BodyZone.WAIST,
        covered=np.ones(len(ZONES)),
        n_looks=1,
        alert_id="demo-000001" if track == THEIRS else "",
        reason=f"end-of-{track}",
    )


def verdict(track: int, second: int) -> VerdictChanged:
    return VerdictChanged(
        t_utc_ns=T0 + second * SECOND_NS,
        track_id=track,
        before=Outcome.PENDING,
        after=Outcome.NOTHING_FOUND,
        p_threat=0.0,
        coverage=1.0,
        reason=f"verdict-of-{track}",
    )


def picture(second: int, *passages: Passage) -> Picture:
    ids = (THEIRS, OTHER)
    mean = np.stack([np.append(place_of(one, second), [0.5, 0.0]) for one in ids])
    tracks = replace(
        no_tracks(T0 + second * SECOND_NS),
        track_id=np.array(ids),
        mean=mean,
        covariance=np.tile(np.eye(4), (2, 1, 1)),
        existence=np.ones(2),
        is_confirmed=np.ones(2, dtype=bool),
        last_seen_utc_ns=np.zeros(2, dtype=np.int64),
        descriptor=np.zeros((2, 0)),
        p_object=np.zeros(2),
    )
    return Picture(
        t_utc_ns=T0 + second * SECOND_NS,
        tracks=tracks,
        history=(),
        passages={one.track_id: one for one in passages},
        health={},
        coverage={},
        n_alerts=0,
    )


def manifest(alert_id: str = "demo-000001", **changes: object) -> Manifest:
    value = Manifest(
        form=FORM,
        alert_id=alert_id,
        stage="first",
        site_id="demo",
        is_simulated=True,
        t_alert_utc_ns=T0,
        first_utc_ns=T0,
        last_utc_ns=T0,
        n_steps=0,
        written_utc_ns=T0,
        expires_utc_ns=T0 + 72 * 3600 * SECOND_NS,
        software_version="0.1.0",
        calibrations={"mw-1": "cal-3"},
        replaces="",
        key_id="",
        files=(),
    )
    return replace(value, **changes)


class Scene:
    """The functions of this file, for tests: imports between test files do not work."""

    T0 = T0
    SECOND_NS = SECOND_NS
    THEIRS = THEIRS
    OTHER = OTHER
    PATCH = PATCH
    place_of = staticmethod(place_of)
    positions = staticmethod(positions)
    evidence = staticmethod(evidence)
    coverage = staticmethod(coverage)
    entry = staticmethod(entry)
    passage = staticmethod(passage)
    alert = staticmethod(alert)
    closed = staticmethod(closed)
    verdict = staticmethod(verdict)
    picture = staticmethod(picture)
    manifest = staticmethod(manifest)


@pytest.fixture(scope="session")
def scene() -> type[Scene]:
    return Scene


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return make_key(tmp_path_factory.mktemp("key"))


@pytest.fixture
def proven() -> list[AuditEntry]:
    return []


@pytest.fixture
def new_shelf(tmp_path: Path, key: SigningKey, proven: list[AuditEntry]) -> Callable:
    from standex.edges.evidence.shelf import EvidenceShelf  # noqa: PLC0415

    def make(**changes: object) -> EvidenceShelf:
        settings = {"prove": proven.append, "key": key}
        return EvidenceShelf(tmp_path / "evidence", **(settings | changes))

    return make
