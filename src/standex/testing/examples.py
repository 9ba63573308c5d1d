"""One of everything: small values that checks and tests put through the ports.

Nothing here was measured or simulated; the numbers are round and only meant to be well formed.
"""

from dataclasses import replace

import numpy as np

from standex.model.event import (
    Alert,
    Event,
    HealthChanged,
    Order,
    Ordered,
    OrderKind,
    PassageClosed,
    PersonRejoined,
    Task,
    TaskClosed,
    TaskResult,
    ThingLeft,
    VerdictChanged,
)
from standex.model.observation import (
    Coverage,
    DriftFootprint,
    Evidence,
    GaussianFootprint,
    Health,
    HealthReason,
    HealthState,
    Observation,
    Patch,
    Positions,
)
from standex.model.picture import Outcome, Passage, Picture, Verdict
from standex.model.site import Site
from standex.model.tracks import Snapshot, Tracks
from standex.model.zones import ZONES, BodyZone

T_UTC_NS = 1_700_000_000_000_000_000


def example_evidence(
    *,
    sensor_id: str,
    position_site_m: tuple[float, float],
    log_likelihood: np.ndarray,
    look_id: str = "look-1",
    zone: BodyZone | None = BodyZone.TORSO_FRONT,
    t_utc_ns: int = T_UTC_NS,
    calibration_id: str = "",
) -> Evidence:
    """Return one zone of a look at a place."""
    return Evidence(
        sensor_id=sensor_id,
        look_id=look_id,
        t_utc_ns=t_utc_ns,
        t_first_utc_ns=t_utc_ns - 200_000_000,
        t_last_utc_ns=t_utc_ns + 200_000_000,
        footprint=GaussianFootprint(
            position_site_m=np.array(position_site_m),
            covariance_site_m2=0.01 * np.eye(2),
            clutter_per_m2=1e-4,
        ),
        zone=zone,
        log_likelihood=log_likelihood,
        log_clutter=float(log_likelihood.min()),
        correlation=0.0,
        calibration_id=calibration_id,
        reason="an example",
        score={"contrast": 1.5},
        patch=Patch(
            caption="contrast (dB)",
            across_m=np.array([-0.1, 0.1]),
            height_m=np.array([1.0, 1.2, 1.4]),
            values=np.array([[0.0, 1.0], [np.nan, 2.0], [3.0, 4.0]]),
        ),
    )


def example_coverage(site: Site, *, sensor_id: str, p_report: float, p_detect: float) -> Coverage:
    """Return even coverage of the first level of a site, and a metre around it."""
    level = site.levels[0]
    cells = tuple(int(n) for n in np.ceil((level.max_site_m - level.min_site_m + 2.0) / 0.5))
    return Coverage(
        sensor_id=sensor_id,
        t_utc_ns=T_UTC_NS,
        level_id=level.level_id,
        origin_site_m=level.min_site_m - 1.0,
        cell_m=0.5,
        p_report=np.full(cells, p_report),
        p_detect=np.full((len(ZONES), *cells), p_detect),
    )


def example_observations(site: Site) -> tuple[Observation, ...]:
    """Return one observation of each kind, and of each footprint, from the first sensor."""
    sensor_id = site.sensors[0].sensor_id
    n_classes = len(site.items.names)
    look = example_evidence(
        sensor_id=sensor_id,
        position_site_m=(0.0, 1.0),
        log_likelihood=-np.arange(n_classes, dtype=np.float64),
    )
    drift = DriftFootprint(
        age_s=np.array([0.0, 10.0]),
        x_site_m=np.array([-1.0, 0.0, 1.0]),
        y_site_m=np.array([0.0, 1.0]),
        weight=np.full((2, 3, 2), 0.25),
    )
    return (
        Positions(
            sensor_id=sensor_id,
            t_utc_ns=T_UTC_NS,
            level_id=site.levels[0].level_id,
            position_site_m=np.array([[0.0, 1.0], [2.0, 3.0]]),
            covariance_site_m2=np.tile(0.01 * np.eye(2), (2, 1, 1)),
            existence=np.array([0.9, 0.8]),
            descriptor=np.array([[0.6, 0.8], [1.0, 0.0]]),
            clutter_per_m2=0.004,
            p_object=np.array([0.0, 0.7]),
        ),
        look,
        replace(look, look_id="look-2", zone=None, footprint=drift, score={}, patch=None),
        example_coverage(site, sensor_id=sensor_id, p_report=0.9, p_detect=0.5),
        Health(
            sensor_id=sensor_id,
            t_utc_ns=T_UTC_NS,
            state=HealthState.DEGRADED,
            reason=HealthReason.LOW_FRAME_RATE,
            message="3.1 of 5.0 records a second; look at the cable",
        ),
    )


def example_events(site: Site) -> tuple[Event, ...]:
    """Return one event of each kind."""
    sensor_id = site.sensors[0].sensor_id
    health = Health(
        sensor_id=sensor_id,
        t_utc_ns=T_UTC_NS,
        state=HealthState.OK,
        reason=HealthReason.NONE,
        message="",
    )
    return (
        Alert(
            alert_id="alert-1",
            t_utc_ns=T_UTC_NS,
            track_id=1,
            level_id=site.levels[0].level_id,
            position_site_m=np.array([0.0, 1.0]),
            zone=BodyZone.WAIST,
            p_threat=0.75,
            prior=0.125,
            coverage=0.5,
            seconds_in_reach=4.5,
            sensors=(sensor_id,),
            reason="an example",
        ),
        VerdictChanged(
            t_utc_ns=T_UTC_NS,
            track_id=1,
            before=Outcome.PENDING,
            after=Outcome.ALARM,
            p_threat=0.75,
            coverage=0.5,
            reason="an example",
        ),
        PassageClosed(
            t_utc_ns=T_UTC_NS,
            track_id=2,
            first_utc_ns=T_UTC_NS - 10**10,
            last_utc_ns=T_UTC_NS - 10**9,
            outcome=Outcome.NOT_SCREENED,
            p_threat=0.125,
            zone=None,
            covered=np.zeros(len(ZONES)),
            n_looks=0,
            alert_id="",
            reason="an example",
        ),
        HealthChanged(t_utc_ns=T_UTC_NS, before=None, after=health),
        PersonRejoined(
            t_utc_ns=T_UTC_NS,
            track_id=3,
            earlier_track_id=1,
            p_same=0.9,
            is_final=True,
            reason="an example",
        ),
        ThingLeft(
            t_utc_ns=T_UTC_NS,
            track_id=4,
            level_id=site.levels[0].level_id,
            position_site_m=np.array([0.0, 1.0]),
            set_down_by=1,
            p_threat=0.25,
            coverage=0.5,
            alert_id="",
            reason="an example",
        ),
        Task(
            task_id="task-1",
            t_utc_ns=T_UTC_NS,
            sensor_id=sensor_id,
            track_id=1,
            position_site_m=np.array([0.0, 1.0]),
            t_look_utc_ns=T_UTC_NS + 10**9,
            zone=None,
            reason="an example",
        ),
        TaskClosed(
            t_utc_ns=T_UTC_NS,
            task_id="task-1",
            sensor_id=sensor_id,
            track_id=1,
            result=TaskResult.DONE,
            p_threat=0.25,
            reason="an example",
        ),
        Ordered(
            t_utc_ns=T_UTC_NS,
            order=Order(
                t_utc_ns=T_UTC_NS,
                kind=OrderKind.STOP,
                sensor_id="",
                by="an example",
                why="an example",
            ),
        ),
    )


def example_passage(
    site: Site, *, track_id: int, position_site_m: tuple[float, float], covered: float = 0.0
) -> Passage:
    """Return somebody at a place about whom nothing but the prior is known."""
    return Passage(
        track_id=track_id,
        first_utc_ns=T_UTC_NS - 2 * 10**9,
        last_utc_ns=T_UTC_NS,
        position_site_m=np.array(position_site_m, dtype=np.float64),
        velocity_site_m_per_s=np.zeros(2),
        is_past_screening=False,
        covered=np.full(len(ZONES), covered),
        entries=(),
        log_posterior=site.log_prior(),
        verdict=Verdict(
            outcome=Outcome.PENDING, p_threat=0.0, zone=None, coverage=covered, reason="new"
        ),
    )


def example_picture(site: Site, *passages: Passage) -> Picture:
    """Return a picture of confirmed people, one per passage, with every sensor in order."""
    n = len(passages)
    track_id = np.array([passage.track_id for passage in passages], dtype=np.int64)
    position = np.array([passage.position_site_m for passage in passages]).reshape(n, 2)
    velocity = np.array([passage.velocity_site_m_per_s for passage in passages]).reshape(n, 2)
    tracks = Tracks(
        t_utc_ns=T_UTC_NS,
        track_id=track_id,
        mean=np.concatenate([position, velocity], axis=1),
        covariance=np.tile(0.01 * np.eye(4), (n, 1, 1)),
        existence=np.full(n, 0.99),
        is_confirmed=np.ones(n, dtype=bool),
        last_seen_utc_ns=np.full(n, T_UTC_NS),
        next_track_id=int(track_id.max(initial=0)) + 1,
        descriptor=np.zeros((n, 0)),
        p_object=np.zeros(n),
    )
    health = {
        spec.sensor_id: Health(
            sensor_id=spec.sensor_id,
            t_utc_ns=T_UTC_NS,
            state=HealthState.OK,
            reason=HealthReason.NONE,
            message="",
        )
        for spec in site.sensors
    }
    return Picture(
        t_utc_ns=T_UTC_NS,
        tracks=tracks,
        history=(snapshot_of(tracks),),
        passages={passage.track_id: passage for passage in passages},
        health=health,
        coverage={},
        n_alerts=0,
    )


def snapshot_of(tracks: Tracks) -> Snapshot:
    """Return where the confirmed people of ``tracks`` are."""
    of = tracks.is_confirmed
    return Snapshot(
        t_utc_ns=tracks.t_utc_ns,
        track_id=tracks.track_id[of],
        position_site_m=tracks.mean[of, :2],
        velocity_site_m_per_s=tracks.mean[of, 2:],
        covariance_site_m2=tracks.covariance[of, :2, :2],
    )
