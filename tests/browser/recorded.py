"""A short recording of people some of whom carry something, as the station saw and judged them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from standex.edges.calibrations import calibrations_of
from standex.edges.recording.layout import Profile
from standex.edges.recording.writer import RecordingWriter
from standex.edges.settings import parse_site, site_text
from standex.model.observation import Coverage, Observation, Positions
from standex.model.site import SensorSpec, Site
from standex.model.zones import ZONES
from standex.station import Station
from standex.testing.examples import example_evidence

HOUR_NS = 3600 * 10**9
STEP_NS = 100_000_000
SPEED_M_PER_S, EVERY_S, N_PEOPLE = 1.3, 4.0, 6
FROM_X_M, TO_X_M, FOUND_X_M = 4.0, -6.0, (-0.5, 0.5)
SAID = (0.0, 0.04, 0.14, -0.08, 0.4, 0.2)  # log-likelihood ratio of each look at each person
LENGTH_S = N_PEOPLE * EVERY_S + (FROM_X_M - TO_X_M) / SPEED_M_PER_S


def write_recording(path: Path, *, site_name: str = "metro") -> int:
    """Write it, and return when it began, in nanoseconds of UTC.

    Nothing in it came from the twin, and it says of itself that it is simulated.
    """
    text = site_text(site_name)
    site = parse_site(text, where=site_name)
    calibrations = calibrations_of(site)
    said_by = calibrations[str(_imager(site).calibration)].calibration_id
    began_utc_ns = max(one.made_utc_ns for one in calibrations.values()) + HOUR_NS
    station = Station.of(site, {}, calibrations)
    picture = station.start(began_utc_ns)
    path.parent.mkdir(parents=True, exist_ok=True)
    with RecordingWriter(
        path,
        site_id=site.site_id,
        profile=Profile.LIVE,
        software_version="0",
        site_toml=text,
        started_utc_ns=began_utc_ns,
        is_simulated=True,
    ) as writer:
        for n in range(round(LENGTH_S * 1e9 / STEP_NS)):
            t_utc_ns = began_utc_ns + n * STEP_NS
            seen = tuple(_seen(site, said_by, t_utc_ns, n * STEP_NS * 1e-9))
            picture, events, _ = station.update(picture, seen)
            writer.publish(t_utc_ns, seen, events)
    return began_utc_ns


def _imager(site: Site) -> SensorSpec:
    return next(one for one in site.sensors if one.technology == "microwave")


def _seen(site: Site, calibration_id: str, t_utc_ns: int, since_s: float) -> Iterator[Observation]:
    level = site.levels[0]
    camera = next(one for one in site.sensors if one.technology == "floor-positions")
    imager = _imager(site)
    people = [
        (number, FROM_X_M - SPEED_M_PER_S * (since_s - EVERY_S * number), 1.0 + 0.5 * number)
        for number in range(N_PEOPLE)
        if 0 <= SPEED_M_PER_S * (since_s - EVERY_S * number) <= FROM_X_M - TO_X_M
    ]
    cells = tuple(int(n) for n in np.ceil(level.max_site_m - level.min_site_m))
    for spec, p_detect in ((camera, 0.0), (imager, 0.6)):
        yield Coverage(
            sensor_id=spec.sensor_id,
            t_utc_ns=t_utc_ns,
            level_id=spec.level_id,
            origin_site_m=level.min_site_m,
            cell_m=1.0,
            p_report=np.full(cells, 0.9),
            p_detect=np.full((len(ZONES), *cells), p_detect),
        )
    n = len(people)
    yield Positions(
        sensor_id=camera.sensor_id,
        t_utc_ns=t_utc_ns,
        level_id=camera.level_id,
        position_site_m=np.array([(x, y) for _, x, y in people]).reshape(-1, 2)
        + 1e-3 * np.sin(since_s),
        covariance_site_m2=np.tile(0.002 * np.eye(2), (n, 1, 1)),
        existence=np.full(n, 0.99),
        descriptor=np.zeros((n, 0)),
        clutter_per_m2=0.001,
    )
    for number, x, y in people:
        if FOUND_X_M[0] < x < FOUND_X_M[1]:
            look = example_evidence(
                sensor_id=imager.sensor_id,
                position_site_m=(x, y),
                log_likelihood=np.where(site.items.is_threat, SAID[number], 0.0),
                look_id=f"{number}-{t_utc_ns}",
                t_utc_ns=t_utc_ns,
                calibration_id=calibration_id,
            )
            for zone in site.operating_point.wanted_zones:
                yield replace(look, zone=zone, log_clutter=-8.0)
